#!/usr/bin/env bats
# errors: wrong input gets one clear line, Docker's exit status, and loses nothing.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "an unknown flag gives Docker's text and 125" {
  run --separate-stderr racker run --nosuchflag x
  equal "$status" 125
  equal "$output" ""
  contains "$stderr" "unknown flag: --nosuchflag"
  contains "$stderr" "Usage:  racker run [OPTIONS] IMAGE [COMMAND] [ARG...]"
  contains "$stderr" "Run 'racker run --help' for more information"
}

@test "an image that does not exist: what was looked for, then why, 125" {
  run --separate-stderr racker run --rm nosuch/image true
  equal "$status" 125
  equal "$output" ""
  equal "${stderr_lines[0]}" "Unable to find image 'nosuch/image:latest' locally"
  contains "$stderr" nosuch/image
  [ "${#stderr_lines[@]}" -ge 2 ]
}

@test "a name that breaks the rules" {
  run --separate-stderr racker run --rm nosuch/Image true
  equal "$status" 125
  contains "$stderr" "invalid reference format: repository name (nosuch/Image) must be lowercase"
}

@test "--pull never does not go to the registry" {
  run --separate-stderr racker run --rm --pull never "$REGISTRY/layers:nosuch" true
  equal "$status" 125
  contains "$stderr" "No such image: $REGISTRY/layers:nosuch"
}

@test "a name in use is refused in Docker's words and the first container is unharmed" {
  local n
  n=$(name)
  racker run -d --name "$n" busybox sleep 1000
  run --separate-stderr racker run --rm --name "$n" busybox true
  equal "$status" 125
  contains "$stderr" "The container name \"/$n\" is already in use by container"
  run racker ps -q --filter "name=$n"
  run --separate-stderr racker exec "$n" echo alive
  equal "$output" alive
  racker rm -f "$n"
}

@test "a container name that breaks the rules" {
  run --separate-stderr racker run --rm --name 'no/slash' busybox true
  equal "$status" 125
  contains "$stderr" 'Invalid container name (no/slash)'
}

@test "not root: one line that says so, 125" {
  # The folder above need not be open to everybody.
  cp "$RACKER_BIN/racker" /tmp/racker-unprivileged.$$
  HOME=/ run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups /tmp/racker-unprivileged.$$ run --rm busybox true
  rm -f /tmp/racker-unprivileged.$$
  equal "$status" 125
  matches "$stderr" 'racker needs root'
  one_line "$stderr"
}

@test "a full disk: the pull fails with a clear line and nothing half-done stays" {
  private_root
  mount -t tmpfs -o size=20m none "$RACKER_ROOT"
  run --separate-stderr racker pull debian:bookworm-slim
  equal "$status" 1
  contains "$stderr" "No space left on device"
  run --separate-stderr racker images -q
  equal "$output" ""
  # What was in the way is gone: a small image still fits.
  racker pull busybox >/dev/null
  run --separate-stderr racker run --rm busybox echo fits
  equal "$output" fits
  # The monitor of the container that has just ended may still be there for a moment.
  wait_for 10 umount "$RACKER_ROOT" 2>/dev/null
}

@test "a state directory that a newer racker wrote is left alone" {
  private_root
  racker images >/dev/null
  local file
  file=$(grep -lE '[0-9]' "$RACKER_ROOT/version" "$RACKER_ROOT"/format* 2>/dev/null | head -n 1)
  [ -n "$file" ]
  sed -i -E 's/[0-9]+/999/' "$file"
  run --separate-stderr racker images
  equal "$status" 1
  one_line "$stderr"
}

@test "operands are counted as Docker counts them" {
  run --separate-stderr racker run
  equal "$status" 1
  contains "$stderr" "'racker run' requires at least 1 argument"
  contains "$stderr" "See 'racker run --help' for more information"
  run --separate-stderr racker stop
  equal "$status" 1
  contains "$stderr" "'racker stop' requires at least 1 argument"
}

@test "containers that do not exist" {
  local command
  for command in "stop" "kill" "logs" "wait" "rm"; do
    run --separate-stderr racker "$command" nosuch-container
    equal "$status" 1
    contains "$stderr" "No such container: nosuch-container"
  done
  run --separate-stderr racker exec nosuch-container true
  equal "$status" 1
  contains "$stderr" "No such container: nosuch-container"
}
