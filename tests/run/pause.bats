#!/usr/bin/env bats
# pause, unpause, and what a paused container does with everything else.

load lib

setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

counter='i=0; while :; do i=$((i+1)); echo $i >/count; sleep 0.02; done'

state() { racker inspect -f '{{.State.Status}}' "$1"; }
actions() { racker events --since 1m --until 0s --filter container="$1" --format '{{.Action}}' | tr '\n' ' '; }

@test "a paused container stands still and goes on" {
  local c one two
  c=$(name still)
  racker run -d --name "$c" --boot=never debian-bookworm sh -c "$counter"
  wait_for 5 racker exec "$c" test -s /count
  run racker pause "$c"
  equal "$output" "$c"
  equal "$(state "$c")" paused
  contains "$(racker ps --filter name="$c" --format '{{.Status}}')" '(Paused)'
  one=$(cat "$RACKER_ROOT"/containers/*/upper/count)
  sleep 0.3
  two=$(cat "$RACKER_ROOT"/containers/*/upper/count)
  equal "$two" "$one"
  run racker unpause "$c"
  equal "$output" "$c"
  equal "$(state "$c")" running
  wait_for 5 racker exec "$c" sh -c "[ \$(cat /count) -gt $((one + 2)) ]"
  contains "$(actions "$c")" "pause unpause"
  racker rm -f "$c"
}

@test "what a paused container refuses, in Docker's words" {
  local c id
  c=$(name refuses)
  id=$(racker run -d --name "$c" --boot=never debian-bookworm sleep 1000)
  run racker unpause "$c"
  equal "$status:$output" "1:racker: Container $id is not paused"
  racker pause "$c"
  run racker pause "$c"
  equal "$status:$output" "1:racker: Container $id is already paused"
  run racker exec "$c" true
  equal "$status:$output" "1:racker: Container $c is paused, unpause the container before exec"
  run racker attach "$c"
  equal "$status:$output" "1:racker: You cannot attach to a paused container, unpause it first"
  run racker start "$c"
  contains "$output" "cannot start a paused container, try unpause instead"
  run racker rm "$c"
  equal "$output" "racker: cannot remove container \"/$c\": container is paused and must be unpaused first"
  run racker pause "$c" nosuch
  equal "$status" 1
  contains "$output" "No such container: nosuch"
  racker stop -t 0 "$c"
  run racker pause "$c"
  equal "$status:$output" "1:racker: container $id is not running"
  run racker unpause "$c"
  equal "$status:$output" "1:racker: Container $id is not paused"
  racker rm "$c"
}

@test "a signal, a stop and a kill of a paused container take effect" {
  local c
  c=$(name ends)
  racker run -d --name "$c" --boot=never debian-bookworm sh -c 'trap "exit 7" TERM; while :; do sleep 0.05; done'
  racker pause "$c"
  racker kill -s USR2 "$c" || true
  wait_for 5 eval '[ "$(state "'"$c"'")" != paused ]'
  racker start "$c"
  racker pause "$c"
  racker stop -t 5 "$c"
  equal "$(racker inspect -f '{{.State.ExitCode}}' "$c")" 7
  racker start "$c"
  racker pause "$c"
  racker kill "$c"
  equal "$(racker inspect -f '{{.State.Status}} {{.State.ExitCode}}' "$c")" "exited 137"
  racker start "$c"
  racker pause "$c"
  racker restart -t 1 "$c"
  equal "$(state "$c")" running
  racker pause "$c"
  racker rm -f "$c"
}

@test "a booted system is paused as a whole" {
  local c
  c=$(name booted)
  racker run -d --name "$c" debian-bookworm sleep 1000
  racker pause "$c"
  equal "$(state "$c")" paused
  racker unpause "$c"
  equal "$(racker exec "$c" echo on)" on
  racker pause "$c"
  racker stop -t 5 "$c"
  equal "$(racker inspect -f '{{.State.ExitCode}}' "$c")" 143
  racker rm "$c"
}

@test "the monitor of a paused container is killed: the next command cleans up" {
  local c pid
  c=$(name orphan)
  racker run -d --name "$c" --boot=never debian-bookworm sleep 1000
  racker pause "$c"
  pid=$(grep -oE '"MonitorPid": ?[0-9]+' "$RACKER_ROOT"/containers/*/state.json | grep -oE '[0-9]+$')
  killed "$pid"
  equal "$(racker ps -a --filter name="$c" --format '{{.State}}')" exited
  racker rm "$c"
}

# Without v2 there is the freezer of v1, in which nothing dies.
@test "a host without cgroup v2" {
  local c
  # Hosts without v1 have nothing to test here.
  if [ ! -e /sys/fs/cgroup/freezer ] || ! mountpoint -q /sys/fs/cgroup/unified; then return 0; fi
  c=$(name v1)
  cat >v1 <<END
umount /sys/fs/cgroup/unified
set -e
racker run -d --name $c --boot=never debian-bookworm sleep 1000
racker pause $c
! grep -q unified "$RACKER_ROOT"/containers/*/cgroup
racker stop -t 0 $c
racker start $c
racker pause $c
END
  unshare -m --propagation private bash v1
  killed "$(grep -oE '"MonitorPid": ?[0-9]+' "$RACKER_ROOT"/containers/*/state.json | grep -oE '[0-9]+$')"
  run --separate-stderr timeout 5 racker ps -a --filter name="$c" --format '{{.State}}'
  equal "$status:$output:$stderr" "0:exited:"
  racker rm "$c"
}
