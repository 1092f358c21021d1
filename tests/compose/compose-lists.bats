#!/usr/bin/env bats
# compose-lists: what compose tells of projects and their containers, copies, watching.

load ../run/lib
setup_file() {
  suite_start
  if [ "$(id -u)" = 0 ]; then racker pull -q debian-bookworm; fi
}
teardown_file() { suite_end; }
setup() {
  test_start
  export COMPOSE_PROJECT_NAME=ls$$-$BATS_TEST_NUMBER
  P=$COMPOSE_PROJECT_NAME
  cat >compose.yaml <<'Y'
x-plain: &plain
  image: debian-bookworm
  network_mode: none
  init: true
  x-racker: {boot: never}
services:
  a: {<<: *plain, command: [sleep, inf], stdin_open: true}
  b: {<<: *plain, command: ["sh", "-c", "sleep 0.5; exit 4"]}
Y
}
teardown() {
  if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
    [ -z "${pid:-}" ] || kill "$pid" || true
    racker compose down -v -t 0 --remove-orphans || true
  fi
  test_end
}

@test "ls, images, top, port, wait, stats" {
  racker compose up -d
  run racker compose wait b
  equal "$status" 4
  matches "$output" 'exited with status code 4$'
  equal "$(racker compose ls -a --filter "name=$P" --format json | jq -r '.[].Status')" "exited(1), running(1)"
  equal "$(racker compose ls -q | grep -Fx "$P")" "$P"
  run racker compose ls --filter x
  equal "$status" 16
  run racker compose images a
  matches "${lines[0]}" '^CONTAINER +REPOSITORY +TAG +IMAGE ID +SIZE$'
  matches "${lines[1]}" "^$P-a-1 +debian +bookworm-slim +[0-9a-f]{12} +[0-9.]+MB$"
  run racker compose top a
  equal "${lines[0]}" "$P-a-1"
  contains "$output" "sleep inf"
  run racker compose port a 80
  equal "$status" 1
  equal "$output" "no port 80/tcp for container $P-a-1: "
  equal "$(racker compose stats --no-stream --format '{{.Name}}')" "$P-a-1"
  racker compose down -t 0
}

@test "cp: to a service, from it, as a tar" {
  racker compose up -d a
  echo text >file
  run racker compose cp file a:/tmp/file
  equal "$output" " $P-a-1 copy file to $P-a-1:/tmp/file Copying
 $P-a-1 copy file to $P-a-1:/tmp/file Copied"
  racker compose cp a:/tmp/file back
  equal "$(cat back)" text
  equal "$(racker compose cp a:/tmp/file - | tar xO)" text
  run racker compose cp a:/x b:/y
  equal "$output" "copying between services is not supported"
  run racker compose cp nope:/x y
  equal "$output" 'no container found for service "nope"'
  racker compose down -t 0
}

@test "events, as text and as JSON" {
  racker compose up -d a
  # Two files of different names.
  # shellcheck disable=SC2094
  racker compose events --json >events &
  pid=$!
  sleep 0.5
  racker compose restart -t 0 a
  wait_for 5 grep -q '"action":"restart"' events
  kill $pid
  wait $pid || true
  equal "$(jq -r 'select(.action == "start") | .service + .attributes.name' events)" "a$P-a-1"
  racker compose down -t 0
}

@test "watch copies what changes, and restarts where that is wanted" {
  mkdir src conf
  echo 1 >src/one
  sed -i 's|stdin_open: true|develop: {watch: [{path: src, action: sync, target: /app, ignore: ["*.tmp"]}, {path: conf, action: sync+restart, target: /conf}]}|' compose.yaml
  racker compose watch a >out 2>err &
  pid=$!
  wait_for 10 grep -q 'Watch enabled' out
  mkdir src/dir
  echo 2 >src/dir/two
  echo 3 >src/x.tmp
  rm src/one
  wait_for 5 racker compose exec -T a test -e /app/dir/two
  echo 4 >conf/four
  wait_for 10 racker compose exec -T a test -e /conf/four
  wait_for 10 eval '[ "$(grep -c "Container $P-a-1  Started" err)" = 2 ]'
  equal "$(racker compose exec -T a sh -c 'cd / && find app conf -type f' | sort | tr '\n' ' ')" "app/dir/two conf/four "
  kill -INT $pid
  status=0
  wait $pid || status=$?
  equal "$status" 130
  racker compose down -t 0
}

@test "attach ends with the container" {
  racker compose up -d b
  run racker compose attach b --no-stdin
  equal "$status" 4
  run racker compose attach nope
  equal "$output" 'service "nope" is not running'
  racker compose down -t 0
}
