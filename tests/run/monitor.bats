#!/usr/bin/env bats
# monitor: what racker-monitor does between a command and its clients.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# started NAME ARGS…: a detached container; sets MONITOR.
started() {
  racker run -d --name "$1" "${@:2}" >/dev/null
  local config
  config=$(grep -l "\"$1\"" "$RACKER_ROOT"/containers/*/config.json | head -n 1)
  STATE=${config%/*}/state.json
  MONITOR=$(jq .MonitorPid "$STATE")
}

@test "exit statuses are exact while the guest's systemd executes itself anew" {
  local n
  n=$(name)
  started "$n" debian-bookworm sleep 1000
  racker exec "$n" sh -c 'sleep 1; exit 6' 3>&- &
  local early=$!
  racker exec "$n" sh -c 'sleep 5; exit 7' 3>&- &
  local late=$!
  racker exec "$n" sh -c 'sleep 5; exit 0' 3>&- &
  local fine=$!
  racker exec "$n" systemctl daemon-reexec
  status=0
  wait "$early" || status=$?
  equal "$status" 6
  status=0
  wait "$late" || status=$?
  equal "$status" 7
  wait "$fine"
  run --separate-stderr racker exec "$n" systemctl is-system-running
  equal "$output" running
  racker rm -f "$n"
}

@test "a failed exec leaves no failed unit in the guest" {
  local n
  n=$(name)
  started "$n" debian-bookworm sleep 1000
  run racker exec "$n" false
  equal "$status" 1
  run --separate-stderr racker exec "$n" systemctl is-system-running
  equal "$output" running
  racker rm -f "$n"
}

@test "execs that cannot run are reaped, and do not keep the container from ending" {
  local n
  n=$(name)
  started "$n" busybox sleep 1000
  for _ in 1 2 3; do
    run -127 racker exec "$n" nosuch
  done
  equal "$(pgrep -cP "$MONITOR" --runstates Z || true)" 0
  timeout 20 racker kill "$n"
  racker rm "$n"
}

@test "an exec whose child keeps its output open ends after two seconds, as Docker's" {
  local n
  n=$(name)
  started "$n" busybox sleep 1000
  SECONDS=0
  run timeout 60 racker exec "$n" sh -c 'sleep 300 & echo out; exit 3'
  equal "$status" 3
  equal "$output" out
  [ "$SECONDS" -ge 1 ] && [ "$SECONDS" -lt 60 ]
  racker rm -f "$n"
}

@test "an exec with more arguments than fit into a message" {
  local n args
  n=$(name)
  started "$n" busybox sleep 1000
  mapfile -t args < <(seq 1 60000)
  # The $# is the container's.
  # shellcheck disable=SC2016
  run --separate-stderr racker exec "$n" sh -c 'echo $#' "${args[@]}"
  equal "$output" 59999
  racker rm -f "$n"
}

@test "a reader that stops holds the command up and loses nothing, in little memory" {
  local n want
  n=$(name)
  want=$(seq 1 400000 | md5sum)
  racker run --rm --name "$n" busybox seq 1 400000 3>&- | (sleep 2 && md5sum >sum) &
  wait $!
  equal "$(cat sum)" "$want"
}

@test "a monitor takes less than 4 MB" {
  local n
  n=$(name)
  started "$n" debian-bookworm sleep 1000
  racker exec "$n" true
  sanitized || [ "$(awk '/^Pss:/ { print $2 }' "/proc/$MONITOR/smaps_rollup")" -lt 4096 ]
  racker rm -f "$n"
}

@test "kill and rm -f while the container starts" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm sleep 1000 >/dev/null 2>&1 3>&- &
  local client=$!
  alive() { [ -n "$(racker ps -q --filter "name=$1")" ]; }
  wait_for 20 alive "$n"
  timeout 30 racker rm -f "$n"
  wait "$client" || true
  [ -z "$(racker ps -aq --filter "name=$n")" ]
}

@test "the log is exact for text and for what is no UTF-8" {
  local n
  n=$(name)
  racker run --name "$n" busybox sh -c 'printf "a\tb\n\377\376\nrest"' >direct 3>&-
  racker logs "$n" >log
  cmp direct log
  racker rm "$n"
}
