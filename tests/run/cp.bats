#!/usr/bin/env bats
# cp: files and trees between containers and the host.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  n=$(name)
}
teardown() { test_end; }

started() { racker run -d --name "$n" "$@" >/dev/null; }

@test "the table: what a real Docker does, line by line" {
  mkdir vol
  started --network none -v "$PWD/vol:/vol" busybox sh -c 'while :; do sleep 1000; done'
  "$BATS_TEST_DIRNAME/cp-table" racker "$n" >got 2>&1
  run diff "$BATS_TEST_DIRNAME/cp.expected" got
  equal "$output" ''
  racker rm -f "$n"
}

@test "a stopped container: both ways, into its binds, and nothing stays mounted" {
  mkdir shared
  racker run --name "$n" -v "$PWD/shared:/data" busybox sh -c 'echo in >/root/file'
  echo out >file
  racker cp file "$n:/root/new"
  racker cp file "$n:/data"
  equal "$(cat shared/file)" out
  racker cp "$n:/root/." got
  equal "$(cat got/file got/new)" $'in\nout'
  equal "$(racker cp "$n:/data/file" - | tar xO)" out
  tar c file | racker cp - "$n:/data/"
  equal "$(racker enter "$n" cat /root/new)" out
  racker rm "$n"
}

@test "a container that was never started" {
  racker create --name "$n" busybox true >/dev/null
  echo x >file
  racker cp file "$n:/etc/new"
  racker cp "$n:/etc/new" back
  cmp file back
  equal "$(racker diff "$n")" $'C /etc\nA /etc/new'
  racker rm "$n"
}

@test "read-only roots and volumes are refused before anything is written" {
  mkdir vol
  started --read-only -v "$PWD/vol:/fixed:ro" -v "$PWD/vol:/open" busybox sleep 1000
  echo x >file
  run --separate-stderr racker cp file "$n:/tmp/x"
  equal "$status: $stderr" "1: racker: container rootfs is marked read-only"
  run --separate-stderr racker cp file "$n:/fixed/x"
  equal "$status: $stderr" "1: racker: mounted volume is marked read-only"
  racker cp file "$n:/open/x"
  racker rm -f "$n"
}

@test "holes stay holes; attributes go along with -a; with -a it belongs to the container's user" {
  started -u 12:34 busybox sleep 1000
  truncate -s 100M sparse
  printf end >>sparse
  python3 -c 'import os; os.setxattr("sparse", "user.note", b"hello")'
  racker cp -a sparse "$n:/tmp/sparse"
  racker cp -a "$n:/tmp/sparse" back
  cmp sparse back
  [ "$(stat -c %b back)" -lt 100 ]
  equal "$(python3 -c 'import os; print(os.getxattr("back", "user.note").decode())')" hello
  racker cp sparse "$n:/tmp/plain"
  equal "$(racker exec "$n" stat -c '%u:%g' /tmp/sparse /tmp/plain)" $'12:34\n0:0'
  racker rm -f "$n"
}

@test "links out of the container, swapped while it copies, lead nowhere" {
  started busybox sh -c 'cd /tmp; mkdir real; ln -s /etc link; while :; do
    mv real d 2>/dev/null; mv d real; mv link d; mv d link; done'
  mkdir -p tree/d/e "$PWD/canary"
  echo evil >tree/d/passwd
  before=$(stat -c '%Y %i %s' /etc/passwd)
  for _ in $(seq 30); do
    racker cp tree/d "$n:/tmp" >/dev/null 2>&1 || true
    racker cp "$n:/tmp/d" got >/dev/null 2>&1 || true
    tar -C tree -c d/passwd | racker cp - "$n:/tmp" >/dev/null 2>&1 || true
  done
  equal "$(stat -c '%Y %i %s' /etc/passwd)" "$before"
  run grep -rl "$(head -n1 /etc/shadow)" got
  equal "$output" ''
  racker rm -f "$n"
}

@test "a device of the container is copied, not read" {
  started busybox sh -c 'mknod /tmp/null c 1 3; mkfifo /tmp/fifo; echo ok >/tmp/z; sleep 1000'
  wait_for 10 racker cp "$n:/tmp/z" z
  timeout 20 racker cp "$n:/tmp/." got
  equal "$(stat -c '%F %t:%T' got/null)" "character special file 1:3"
  equal "$(stat -c %F got/fifo)" fifo
  racker rm -f "$n"
}

@test "unknown containers; kill -9 leaves nothing" {
  run --separate-stderr racker cp "$n:/x" .
  equal "$status: $stderr" "1: racker: No such container: $n"
  racker run --name "$n" busybox true
  mkfifo slow
  racker cp - "$n:/tmp" <slow 3>&- &
  exec 9>slow
  kill -9 $!
  wait $! || true
  exec 9>&-
  wait_for 10 racker cp /etc/passwd "$n:/tmp/after"
  racker rm "$n"
}
