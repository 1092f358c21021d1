#!/usr/bin/env bats
# crash: what is killed at the worst moment leaves a state that the next command puts right.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# running NAME: a container whose command has said so; sets MONITOR, LEADER.
running() {
  racker run -d --name "$1" "${@:2}" >/dev/null
  ready() { racker logs "$1" 2>/dev/null | grep -q ready; }
  wait_for 30 ready "$1"
  local state
  state=$(grep -l "\"$1\"" "$RACKER_ROOT"/containers/*/config.json | head -n 1)
  state=${state%/*}/state.json
  MONITOR=$(jq .MonitorPid "$state")
  LEADER=$(jq .Pid "$state")
  [ "$MONITOR" -gt 1 ] && [ "$LEADER" -gt 1 ]
}

not_running() { [ -z "$(racker ps -q --filter "name=$1")" ]; }

@test "kill -9 of racker run: the container goes on, --rm still holds, and it can be stopped" {
  local n
  n=$(name)
  racker run --rm --name "$n" debian-bookworm sh -c 'echo ready; exec sleep 1000' >out 2>err 3>&- &
  local client=$!
  wait_for 60 grep -q ready out
  kill -9 "$client"
  run --separate-stderr racker exec "$n" echo alive
  equal "$output" alive
  racker stop -t 2 "$n"
  gone() { [ -z "$(racker ps -aq --filter "name=$1")" ]; }
  wait_for 5 gone "$n"
}

@test "kill -9 of the monitor: noticed, reported, collected" {
  local n
  n=$(name)
  running "$n" debian-bookworm sh -c 'echo ready; exec sleep 1000'
  kill -9 "$MONITOR"
  wait_for 10 not_running "$n"
  # Nothing of it runs on.
  wait_for 10 dead "$LEADER"
  run --separate-stderr racker ps -a --filter "name=$n" --format '{{.Status}}'
  matches "$output" '^(Exited|Dead)'
  racker rm "$n"
}

@test "kill -9 of the leader: the container has ended with 137" {
  local n
  n=$(name)
  running "$n" busybox sh -c 'echo ready; exec sleep 1000'
  kill -9 "$LEADER"
  run --separate-stderr timeout 20 racker wait "$n"
  equal "$output" 137
  racker rm "$n"
}

@test "kill -9 of systemd-nspawn: its guest does not outlive it" {
  local n nspawn
  n=$(name)
  running "$n" debian-bookworm sh -c 'echo ready; exec sleep 1000'
  nspawn=$(awk '/^PPid:/ { print $2 }' "/proc/$LEADER/status")
  [[ $(readlink "/proc/$nspawn/exe") == */systemd-nspawn ]]
  kill -9 "$nspawn"
  wait_for 20 dead "$LEADER"
  wait_for 10 not_running "$n"
  racker rm "$n"
}

@test "kill -9 of everything at once: the next command collects it" {
  local n
  n=$(name)
  running "$n" busybox sh -c 'echo ready; exec sleep 1000'
  kill -9 "$MONITOR" "$(awk '/^PPid:/ { print $2 }' "/proc/$LEADER/status")"
  wait_for 10 not_running "$n"
  wait_for 10 dead "$LEADER"
  racker rm "$n"
  run --separate-stderr racker run --rm busybox echo fine
  equal "$output" fine
}

@test "kill -9 of monitors: the next command starts again what a policy wants, and nothing else" {
  local n policy
  n=$(name)
  for policy in no always unless-stopped on-failure:2; do
    running "$n-${policy%:*}" --restart "$policy" busybox sh -c 'echo ready; exec sleep 1000'
    killed "$MONITOR"
  done
  equal "$(racker ps --filter "name=$n" --format '{{.Names}}' | sort)" "$n-always
$n-on-failure
$n-unless-stopped"
  equal "$(racker ps -a --filter "name=$n-no" --format '{{.Status}}' | sed 's/ [0-9L].*//')" 'Exited (137)'
  # The command that notices it sees it running.
  running "$n-x" --restart always busybox sh -c 'echo ready; exec sleep 1000'
  killed "$MONITOR"
  equal "$(racker exec "$n-x" echo alive)" alive
  # One that a user has stopped, or disabled, stays as it is.
  racker stop -t 0 "$n-unless-stopped" >/dev/null
  racker update --disabled "$n-x" >/dev/null
  killed "$(jq .MonitorPid "$RACKER_ROOT/containers/$(racker inspect -f '{{.Id}}' "$n-x")/state.json")"
  equal "$(racker ps --filter "name=$n-x" --filter "name=$n-unless" -q)" ''
  racker rm -f "$n-no" "$n-always" "$n-unless-stopped" "$n-on-failure" "$n-x"
}

@test "Ctrl-C of racker run without a terminal reaches the command" {
  setsid python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' racker run --rm debian-bookworm \
    sh -c 'trap "echo interrupted; exit 11" INT; echo ready; while :; do sleep 0.1; done' >out 2>err 3>&- &
  local client=$!
  wait_for 60 grep -q ready out
  kill -INT "$client"
  local status=0
  wait "$client" || status=$?
  equal "$status" 11
  grep -q interrupted out
}

@test "a power-off from inside ends the container" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  racker exec "$n" systemctl is-system-running --wait >/dev/null
  racker exec "$n" systemctl poweroff || true
  run --separate-stderr timeout 30 racker wait "$n"
  equal "$output" 0
  racker rm "$n"
}
