#!/usr/bin/env bats
# lifecycle: detached containers and the commands on them.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# started NAME FLAG... IMAGE COMMAND...: a detached container.
started() {
  local n=$1
  shift
  racker run -d --name "$n" "$@" >/dev/null
}

state_of() { racker ps -a --filter "name=^$1\$" --format '{{.Status}}'; }
has_log() { racker logs "$1" 2>&1 | grep -q "$2"; }

@test "run -d prints the whole ID; ps, exec, stop, logs, rm" {
  local n id
  n=$(name)
  id=$(racker run -d --name "$n" debian-bookworm sh -c 'echo started; exec sleep 1000')
  matches "$id" '^[0-9a-f]{64}$'
  run --separate-stderr racker ps
  matches "${lines[0]}" '^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES$'
  contains "$output" "$n"
  contains "$output" "${id:0:12}"
  run --separate-stderr racker ps -q --no-trunc
  contains "$output" "$id"
  run --separate-stderr racker exec "$n" systemctl is-system-running --wait
  equal "$output" running
  wait_for 10 has_log "$n" started
  run --separate-stderr racker stop "$n"
  equal "$output" "$n"
  run --separate-stderr racker ps -q
  lacks "$output" "${id:0:12}"
  matches "$(state_of "$n")" '^Exited \('
  # The log outlives the container's end.
  run --separate-stderr racker logs "$n"
  equal "$output" started
  run --separate-stderr racker rm "$n"
  equal "$output" "$n"
  run --separate-stderr racker ps -aq
  lacks "$output" "${id:0:12}"
}

@test "a container is found by a prefix of its ID" {
  local id
  id=$(racker run -d busybox sleep 1000)
  run --separate-stderr racker exec "${id:0:6}" echo found
  equal "$output" found
  racker rm -f "${id:0:12}"
}

@test "a booted system with no command: logs is its journal, stop powers it off" {
  local n
  n=$(name)
  started "$n" debian-bookworm
  run --separate-stderr racker exec "$n" systemctl is-system-running --wait
  equal "$output" running
  wait_for 20 has_log "$n" 'Reached target'
  racker stop "$n"
  matches "$(state_of "$n")" '^Exited \(0\)'
  racker rm "$n"
}

@test "logs -f follows to the end, and keeps stdout and stderr apart" {
  local n
  n=$(name)
  started "$n" busybox sh -c 'echo one; sleep 1; echo two; echo err >&2; sleep 1; echo three'
  timeout 20 racker logs -f "$n" >out 2>err
  equal "$(cat out)" $'one\ntwo\nthree'
  equal "$(cat err)" err
  racker rm "$n"
}

@test "logs --tail and --timestamps" {
  local n
  n=$(name)
  started "$n" busybox seq 10
  racker wait "$n"
  run --separate-stderr racker logs --tail 2 "$n"
  equal "$output" $'9\n10'
  run --separate-stderr racker logs -t --tail 1 "$n"
  matches "$output" '^20[0-9-]+T[0-9:.]+Z 10$'
  racker rm "$n"
}

@test "wait prints the exit status" {
  local n
  n=$(name)
  started "$n" busybox sh -c 'sleep 1; exit 9'
  run --separate-stderr racker wait "$n"
  equal "$output" 9
  matches "$(state_of "$n")" '^Exited \(9\)'
  racker rm "$n"
}

@test "exec: exit status, streams, environment, user, folder" {
  local n
  n=$(name)
  started "$n" -e FROM_RUN=1 busybox sleep 1000
  run racker exec "$n" sh -c 'exit 5'
  equal "$status" 5
  run --separate-stderr bash -c "echo in | racker exec -i $n cat"
  equal "$output" in
  run --separate-stderr racker exec -e MORE=2 -u 1234:2345 -w /tmp "$n" sh -c 'echo "$FROM_RUN$MORE $(id -u):$(id -g) $(pwd)"'
  equal "$output" "12 1234:2345 /tmp"
  run -127 --separate-stderr racker exec "$n" nosuch
  contains "$stderr" 'exec: "nosuch": executable file not found in $PATH'
  run --separate-stderr racker exec "$n" /etc
  equal "$status" 126
  racker rm -f "$n"
}

@test "exec of 100 MB both ways" {
  local n
  n=$(name)
  started "$n" busybox sleep 1000
  head -c 100000000 /dev/urandom >in
  racker exec -i "$n" cat <in >out
  cmp in out
  racker rm -f "$n"
}

@test "exec -d leaves the command running" {
  local n
  n=$(name)
  started "$n" busybox sleep 1000
  racker exec -d "$n" sh -c 'echo done >/tmp/done; sleep 1000'
  wait_for 10 racker exec "$n" cat /tmp/done
  racker rm -f "$n"
}

@test "exec in a container that does not run is refused" {
  local n
  n=$(name)
  started "$n" busybox true
  racker wait "$n"
  run --separate-stderr racker exec "$n" true
  equal "$status" 1
  contains "$stderr" "is not running"
  racker rm "$n"
}

@test "stop sends the stop signal, then kills after --timeout" {
  local n
  n=$(name)
  started "$n" --stop-signal USR1 busybox sh -c 'trap "echo got; exit 3" USR1; echo ready; while :; do sleep 0.1; done'
  wait_for 10 has_log "$n" ready
  racker stop "$n"
  matches "$(state_of "$n")" '^Exited \(3\)'
  racker rm "$n"
  started "$n" --init busybox sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'
  wait_for 10 has_log "$n" ready
  local before=$SECONDS
  racker stop -t 1 "$n"
  [ $((SECONDS - before)) -lt 8 ]
  matches "$(state_of "$n")" '^Exited \(137\)'
  racker rm "$n"
}

@test "kill -s reaches the command, kill ends the container" {
  local n
  n=$(name)
  started "$n" debian-bookworm sh -c 'trap "echo got-hup" HUP; echo ready; while :; do sleep 0.1; done'
  wait_for 20 has_log "$n" ready
  racker kill -s HUP "$n"
  wait_for 10 has_log "$n" got-hup
  racker kill "$n"
  racker wait "$n"
  matches "$(state_of "$n")" '^Exited \(137\)'
  racker rm "$n"
}

@test "rm refuses what runs, rm -f does not" {
  local n
  n=$(name)
  started "$n" busybox sleep 1000
  run --separate-stderr racker rm "$n"
  equal "$status" 1
  contains "$stderr" "container is running"
  racker rm -f "$n"
}

@test "--rm removes a detached container when it ends" {
  local n
  n=$(name)
  started "$n" --rm busybox sleep 1000
  racker stop -t 1 "$n"
  gone() { [ -z "$(racker ps -aq --filter "name=$1")" ]; }
  wait_for 5 gone "$n"
}

@test "labels and ps --filter, --format, -a" {
  local n
  n=$(name)
  started "$n" -l test.label="$n" busybox sleep 1000
  run --separate-stderr racker ps --filter "label=test.label=$n" --format '{{.Names}} {{.Image}}'
  equal "$output" "$n busybox"
  run --separate-stderr racker ps --filter "label=test.label=other" -q
  equal "$output" ""
  racker ps --no-trunc --format json | jq -e --arg n "$n" 'select(.Names == $n) | .State == "running"' >/dev/null
  racker rm -f "$n"
}

@test "rmi refuses an image in use, removes it afterwards" {
  local n
  n=$(name)
  private_root
  racker pull -q "$REGISTRY/hello" >/dev/null
  racker run --name "$n" "$REGISTRY/hello" >/dev/null
  run --separate-stderr racker rmi "$REGISTRY/hello"
  equal "$status" 1
  contains "$stderr" "conflict"
  racker rm "$n"
  run --separate-stderr racker rmi "$REGISTRY/hello"
  equal "$status" 0
  contains "$output" "Untagged: $REGISTRY/hello:latest"
  contains "$output" "Deleted: sha256:"
  run --separate-stderr racker images -q
  equal "$output" ""
  equal "$(find "$RACKER_ROOT/layers" -mindepth 1 | wc -l)" 0
  equal "$(find "$RACKER_ROOT/oci/blobs" -type f | wc -l)" 0
  run --separate-stderr racker rmi nosuch
  equal "$status" 1
  contains "$stderr" "No such image: nosuch"
}

@test "version" {
  run --separate-stderr racker version
  equal "$status" 0
  contains "$output" "Version:"
  run --separate-stderr racker --version
  matches "$output" '^[Rr]acker version [0-9]+\.[0-9]+'
}
