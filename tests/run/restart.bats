#!/usr/bin/env bats
# restart: restart policies, `start`, `restart`, `wait`, several verbs at once.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

state() { racker inspect -f "$2" "$1"; }
status_is() { [ "$(state "$1" '{{.State.Status}}')" = "$2" ]; }
starts() { racker logs "$1" | grep -c started; }

@test "on-failure:2 starts it twice more, and run ends with the first run" {
  local n
  n=$(name)
  run --separate-stderr racker run --name "$n" --restart on-failure:2 busybox sh -c 'echo started; exit 4'
  equal "$status" 4
  equal "$output" started
  run --separate-stderr racker wait "$n"
  equal "$output" 4
  equal "$(starts "$n")" 3
  equal "$(state "$n" '{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}')" "2 exited 4"
  racker rm "$n"
}

@test "on-failure leaves a clean exit alone" {
  local n
  n=$(name)
  racker run --name "$n" --restart on-failure busybox echo started
  equal "$(state "$n" '{{.RestartCount}} {{.State.Status}}')" "0 exited"
  racker rm "$n"
}

@test "always: restarting between two runs; exec and attach say so; stop ends it at once" {
  local n id
  n=$(name)
  id=$(racker run -d --name "$n" --restart always busybox sh -c 'echo started; exit 5')
  wait_for 20 status_is "$n" restarting
  many() { [ "$(starts "$1")" -ge 4 ]; }
  wait_for 20 many "$n"
  wait_for 20 status_is "$n" restarting
  run --separate-stderr racker exec "$n" true
  equal "$status" 1
  equal "$stderr" "racker: Container $id is restarting, wait until the container is running"
  run --separate-stderr racker attach "$n"
  equal "$stderr" "racker: You cannot attach to a restarting container, wait until it is running"
  matches "$(racker ps --filter "name=$n" --format '{{.Status}}')" '^Restarting \(5\) '
  run --separate-stderr racker rm "$n"
  equal "$status" 1
  contains "$stderr" "container is restarting"
  SECONDS=0
  racker stop "$n"
  [ "$SECONDS" -lt 5 ]
  equal "$(state "$n" '{{.State.Status}} {{.State.ExitCode}}')" "exited 5"
  # A start by hand begins to count anew.
  racker start "$n"
  [ "$(state "$n" '{{.RestartCount}}')" -lt 3 ]
  racker rm -f "$n"
}

@test "the back-off doubles" {
  local n
  n=$(name)
  racker run -d --name "$n" --restart always busybox sh -c 'echo started; exit 1' >/dev/null
  six() { [ "$(racker logs "$1" | wc -l)" -ge 6 ]; }
  wait_for 30 six "$n"
  racker stop "$n"
  local before=0 want=100 stamp now
  while read -r stamp _; do
    now=$(date -d "$stamp" +%s%3N)
    if [ "$before" != 0 ]; then
      [ $((now - before)) -ge "$want" ]
      want=$((want * 2))
    fi
    before=$now
  done < <(racker logs --timestamps "$n")
  racker rm "$n"
}

@test "a container that was killed is not started again; one that died is" {
  local n
  n=$(name)
  racker run -d --name "$n" --restart unless-stopped busybox sh -c 'echo started; exec sleep 1000' >/dev/null
  kill -9 "$(state "$n" '{{.State.Pid}}')"
  twice() { [ "$(starts "$1")" = 2 ] && status_is "$1" running; }
  wait_for 20 twice "$n"
  equal "$(state "$n" '{{.RestartCount}}')" 1
  racker kill "$n"
  equal "$(state "$n" '{{.State.Status}} {{.State.ExitCode}}')" "exited 137"
  racker rm "$n"
}

@test "a booted system is restarted too" {
  local n
  n=$(name)
  racker run -d --name "$n" --restart on-failure debian-bookworm sh -c 'echo started; sleep 0.2; exit 3' >/dev/null
  twice() { [ "$(starts "$1")" -ge 2 ]; }
  wait_for 60 twice "$n"
  racker rm -f "$n"
}

@test "--restart and --rm exclude each other" {
  run --separate-stderr racker run --rm --restart always busybox true
  equal "$status" 125
  contains "$stderr" "conflicting options: cannot specify both --restart and --rm"
}

@test "restart: a new run, the same container; of one that does not run, and of one that is not there" {
  local n id
  n=$(name)
  id=$(racker run -d --rm --name "$n" busybox sh -c 'echo started; exec sleep 1000')
  run --separate-stderr racker restart -t 1 "$n"
  equal "$output" "$n"
  equal "$(state "$n" '{{.Id}} {{.State.Status}}')" "$id running"
  equal "$(starts "$n")" 2
  racker rm -f "$n"
  racker create --name "$n" busybox sleep 1000 >/dev/null
  run --separate-stderr racker restart nosuch "$n"
  equal "$status" 1
  equal "$output" "$n"
  equal "$stderr" "racker: No such container: nosuch"
  status_is "$n" running
  racker rm -f "$n"
}

@test "restart tells whoever waits for the end nothing, and whoever has started it the end of the run" {
  local n
  n=$(name)
  racker run --name "$n" busybox sh -c 'echo started; exec sleep 1000' >out 3>&- &
  local client=$!
  wait_for 20 grep -q started out
  racker wait "$n" >waited 3>&- &
  local waiter=$!
  racker restart -t 0 "$n"
  local status=0
  wait "$client" || status=$?
  equal "$status" 137
  kill -0 "$waiter"
  racker kill "$n"
  wait "$waiter"
  equal "$(cat waited)" 137
  racker rm "$n"
}

@test "start: several, one that is missing, attached, one that runs already" {
  local n
  n=$(name)
  racker create --name "$n" busybox sh -c 'echo out; echo err >&2; exit 6' >/dev/null
  run --separate-stderr racker start -a "$n"
  equal "$status" 6
  equal "$output" out
  equal "$stderr" err
  run --separate-stderr racker start nosuch "$n"
  equal "$status" 1
  equal "$output" "$n"
  equal "$stderr" "$(printf 'racker: No such container: nosuch\nError: failed to start containers: nosuch')"
  run --separate-stderr racker start -a "$n" "$n"
  equal "$status" 1
  contains "$stderr" "you cannot start and attach multiple containers at once"
  racker rm -f "$n"
  racker run -d --name "$n" busybox sleep 1000 >/dev/null
  run --separate-stderr racker start "$n"
  equal "$output" "$n"
  racker rm -f "$n"
}

@test "start -ai writes the input" {
  local n
  n=$(name)
  racker create -i --name "$n" busybox cat >/dev/null
  run --separate-stderr racker start -ai "$n" < <(echo typed)
  equal "$output" typed
  racker rm "$n"
}

@test "wait: several, removed ones" {
  local n
  n=$(name)
  racker run -d --name "$n-a" busybox sh -c 'sleep 0.5; exit 3' >/dev/null
  racker run -d --rm --name "$n-b" busybox sh -c 'sleep 1; exit 4' >/dev/null
  run --separate-stderr racker wait "$n-a" nosuch "$n-b"
  equal "$status" 1
  equal "$output" "$(printf '3\n4')"
  equal "$stderr" "racker: No such container: nosuch"
  racker rm "$n-a"
}

@test "a disabled container is started by no one" {
  local n config
  n=$(name)
  racker create --name "$n" --restart always busybox true >/dev/null
  config=$(grep -l "\"$n\"" "$RACKER_ROOT"/containers/*/config.json)
  jq '.Racker.Disabled = true' "$config" >new
  cat new >"$config"
  run --separate-stderr racker start "$n"
  equal "$status" 1
  contains "$stderr" "container $n is disabled"
  run racker system start-enabled
  equal "$status" 0
  lacks "$output" "$n"
  racker rm "$n"
}

@test "after a boot of the host: those that ran are gone, and start if their policy wants it" {
  local n
  n=$(name)
  local policy
  for policy in no always unless-stopped on-failure; do
    racker run -d --name "$n-$policy" --restart "$policy" busybox sleep 1000 >/dev/null
  done
  racker run -d --name "$n-stopped" --restart unless-stopped busybox sleep 1000 >/dev/null
  racker create --name "$n-new" --restart always busybox sleep 1000 >/dev/null
  racker stop -t 0 "$n-stopped"
  # As if the power had failed: nobody writes a state any more, and another kernel runs.
  # No command of ours comes between: it would see to what a killed monitor has left.
  local dir pids=() dirs=()
  for policy in no always unless-stopped on-failure; do
    dir=$RACKER_ROOT/containers/$(state "$n-$policy" '{{.Id}}')
    dirs+=("$dir")
    pids+=("$(jq .MonitorPid "$dir/state.json")" "$(jq .Pid "$dir/state.json")")
  done
  # Leaders end with their monitors, so that a signal may find none.
  kill -9 "${pids[@]}" || true
  for dir in "${dirs[@]}"; do
    jq '.BootId = "0b0b0b0b-0000-0000-0000-000000000000"' "$dir/state.json" >new
    cat new >"$dir/state.json"
  done
  equal "$(state "$n-always" '{{.State.Status}} {{.State.ExitCode}}')" "exited 137"
  run --separate-stderr racker system start-enabled
  equal "$status" 0
  equal "$output" "$(printf '%s\n' "$n-always" "$n-unless-stopped" "$n-on-failure")"
  status_is "$n-always" running
  status_is "$n-no" exited
  racker rm -f "$n-no" "$n-always" "$n-unless-stopped" "$n-on-failure" "$n-stopped" "$n-new"
}

@test "several verbs at once" {
  local n
  n=$(name)
  racker run -d --name "$n-a" busybox sleep 1000 >/dev/null
  racker run -d --name "$n-b" busybox sleep 1000 >/dev/null
  run --separate-stderr racker stop,foo "$n-a"
  equal "$status" 1
  contains "$stderr" "unknown command: racker stop,foo"
  run --separate-stderr racker stop,run "$n-a"
  contains "$stderr" "unknown command: racker stop,run"
  # rm has no -t: nothing is stopped either.
  run --separate-stderr racker stop,rm -t 0 "$n-a"
  equal "$status" 125
  status_is "$n-a" running
  # The first verb that fails is the last.
  run --separate-stderr racker kill,rm "$n-a" nosuch
  equal "$status" 1
  status_is "$n-a" exited
  run --separate-stderr racker container start,kill,rm "$n-a"
  equal "$output" "$(printf '%s\n%s\n%s' "$n-a" "$n-a" "$n-a")"
  racker kill,rm "$n-b"
}

@test "--timeout stops it, with status 124, and no policy starts it again" {
  local n
  n=$(name)
  run racker run --rm --timeout 1s busybox sleep 1000
  equal "$status" 124
  racker run -d --name "$n" --restart always --timeout 1s --stop-timeout 0 busybox sleep 1000 >/dev/null
  run --separate-stderr timeout 20 racker wait "$n"
  equal "$output" 124
  equal "$(state "$n" '{{.RestartCount}} {{.State.Status}}')" "0 exited"
  racker rm "$n"
}
