#!/usr/bin/env bats
# compose-commands: what is done to a project that is there: logs, exec, run, stop, kill, pause, rm; `up` that stays.

load ../run/lib
setup_file() {
  suite_start
  if [ "$(id -u)" = 0 ]; then racker pull -q debian-bookworm; fi
}
teardown_file() { suite_end; }
setup() {
  test_start
  export COMPOSE_PROJECT_NAME=cmd$$-$BATS_TEST_NUMBER
  P=$COMPOSE_PROJECT_NAME
  cat >compose.yaml <<'Y'
x-plain: &plain
  image: debian-bookworm
  network_mode: none
  init: true
  x-racker: {boot: never}
services:
  db: {<<: *plain, command: ["sh", "-c", "echo ready; exec sleep inf"], environment: {A: b}}
  job: {<<: *plain, command: ["sh", "-c", "echo out; echo err >&2; printf part; sleep 0.2; echo ed; exit 3"], depends_on: [db]}
Y
}
teardown() {
  if [ -z "${BATS_TEST_COMPLETED:-}" ]; then racker compose down -v -t 0 --remove-orphans || true; fi
  test_end
}

@test "up stays, shows the output behind names, and ends with status and container" {
  run --separate-stderr racker compose up --abort-on-container-exit
  equal "$status" 3
  contains "$output" "Attaching to db-1, job-1"
  contains "$output" "db-1   | ready"
  contains "$output" "job-1  | out"
  contains "$stderr" "job-1  | err"
  contains "$output" "job-1  | parted"
  contains "$output" "job-1 exited with code 3"
  contains "$stderr" "Aborting on container exit..."
  run --separate-stderr racker compose up --exit-code-from job --no-log-prefix --attach job
  equal "$status" 3
  contains "$output" "Attaching to job-1"
  lacks "$output" ready
  racker compose down -t 0
}

@test "Ctrl-C stops what up has started" {
  local pid
  racker compose up >out 2>err &
  pid=$!
  wait_for 10 grep -q 'exited with code 3' out
  kill -INT $pid
  status=0
  wait $pid || status=$?
  equal "$status" 130
  contains "$(cat err)" "Gracefully stopping... (press Ctrl+C again to force)"
  contains "$(cat err)" "Container $P-db-1  Stopped"
  equal "$(tail -n 1 err)" canceled
  equal "$(racker inspect -f '{{.State.Status}}' "$P-db-1")" exited
  racker compose down
}

@test "up -d after a kill -9 of up goes on where it was" {
  local pid
  racker compose up >out 2>err &
  pid=$!
  wait_for 10 grep -q ready out
  killed $pid
  run --separate-stderr racker compose up -d
  equal "$status" 0
  contains "$stderr" "Container $P-db-1  Running"
  racker compose down -t 0
}

@test "logs: all, of one service, followed to the end" {
  racker compose up -d
  wait_for 5 eval 'racker compose logs job | grep -q parted'
  run --separate-stderr racker compose logs job
  equal "$output" "job-1  | out
job-1  | err
job-1  | parted"
  run --separate-stderr racker compose logs --no-log-prefix --tail 1 job
  equal "$output" parted
  run --separate-stderr racker compose logs -f job
  contains "$output" "job-1  | parted"
  run racker compose logs nope
  equal "$status" 1
  equal "$output" "no such service: nope"
  racker compose down -t 0
}

@test "ps: running ones, all, as JSON, by status" {
  racker compose up -d
  wait_for 5 eval '[ "$(racker inspect -f "{{.State.Status}}" $P-job-1)" = exited ]'
  equal "$(racker compose ps --format '{{.Name}} {{.State}}')" "$P-db-1 running"
  equal "$(racker compose ps -a --format '{{.Service}} {{.ExitCode}}')" "db 0
job 3"
  equal "$(racker compose ps --status exited --format json | jq -r '.Service, .ExitCode')" "job
3"
  equal "$(racker compose ps --services)" db
  equal "$(racker compose ps -q)" "$(racker inspect -f '{{.Id}}' "$P-db-1")"
  run racker compose -p "$P" ps db
  contains "$output" "$P-db-1"
  racker compose down -t 0
}

@test "exec and run: exact statuses, environment, one-offs" {
  racker compose up -d db
  run racker compose exec -T -e X=y db sh -c 'echo $A $X; exit 7'
  equal "$status" 7
  equal "$output" "b y"
  run -127 racker compose exec -T db nope
  run racker compose exec -T job true
  equal "$status" 1
  equal "$output" 'service "job" is not running'
  run --separate-stderr racker compose run --rm -T -e X=y db sh -c 'echo $A $X; exit 9'
  equal "$status" 9
  equal "$output" "b y"
  equal "$(racker compose ps -aq | wc -l)" 1
  run --separate-stderr racker compose run -d --name "$P-own" job sleep inf
  equal "$status" 0
  equal "$(racker inspect -f '{{index .Config.Labels "com.docker.compose.oneoff"}}' "$P-own")" True
  equal "$(racker compose ps -a --format '{{.Name}}')" "$P-db-1
$P-own"
  racker compose down -t 0
  equal "$(racker ps -aq --filter "name=$P-")" ""
}

@test "stop, start, restart, pause, kill, rm" {
  racker compose up -d db
  run --separate-stderr racker compose pause
  equal " $stderr" " Container $P-db-1  Paused"
  racker compose unpause
  run --separate-stderr racker compose restart -t 0 db
  equal " $stderr" " Container $P-db-1  Restarting
 Container $P-db-1  Started"
  run --separate-stderr racker compose kill -s TERM
  equal " $stderr" " Container $P-db-1  Killing
 Container $P-db-1  Killed"
  wait_for 5 eval '[ "$(racker inspect -f "{{.State.Status}}" $P-db-1)" = exited ]'
  run --separate-stderr racker compose rm -f
  equal "$output" "Going to remove $P-db-1"
  equal " $stderr" " Container $P-db-1  Removing
 Container $P-db-1  Removed"
  run --separate-stderr racker compose -p "$P-none" start
  equal "$status" 1
  equal "$stderr" "no container found for project \"$P-none\": not found"
}

@test "two ups of one project at once" {
  racker compose up -d 2>one &
  racker compose up -d 2>two || true
  wait $! || true
  racker compose up -d
  equal "$(racker compose ps -a --format '{{.Name}}')" "$P-db-1
$P-job-1"
  racker compose down -t 0
}
