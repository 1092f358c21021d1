#!/usr/bin/env bats
# enter-stopped: `racker enter` of a container that does not run.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  n=$(name)
}
teardown() { test_end; }

stopped() { racker run --name "$n" "$@" >/dev/null; }

@test "a command in the root of a stopped container, with its status and streams" {
  stopped --network none busybox sh -c 'echo one >/root/file'
  run --separate-stderr racker enter "$n" sh -c 'cat /root/file; echo two >>/root/file; echo err >&2; exit 7'
  equal "$status" 7
  equal "$output" one
  equal "$stderr" err
  equal "$(echo input | racker enter "$n" cat /root/file -)" $'one\ntwo\ninput'
  # What it has changed is the container's.
  equal "$(racker enter "$n" tail -n1 /root/file)" two
  racker rm "$n"
}

@test "a command that dies by a signal gives 128 and its number; children that it leaves are reaped" {
  local n word
  n=$(name)
  racker create --name "$n" busybox true >/dev/null
  for word in KILL:137 TERM:143 SEGV:139; do
    run --separate-stderr racker enter "$n" sh -c "kill -${word%:*} \$\$"
    equal "$status" "${word#*:}"
  done
  run --separate-stderr racker enter "$n" sh -c '(sleep 0.1 &); sleep 0.3; grep -l "^State:.Z" /proc/[0-9]*/status | wc -l; exit 255'
  equal "$status$output" 2550
  racker rm "$n"
}

@test "what is mounted in memory is there, and empty" {
  local n
  n=$(name)
  racker create --name "$n" --tmpfs /bin/sub:size=1m,mode=700 --mount type=tmpfs,target=/new/place busybox true >/dev/null
  run --separate-stderr racker enter "$n" sh -c 'ls /bin/sub; stat -f -c %T /bin/sub /new/place; stat -c %a /bin/sub; touch /bin/sub/x'
  equal "$output" "tmpfs
tmpfs
700"
  # cp, as Docker's, looks below it.
  run --separate-stderr racker cp "$n":/bin/sub/x x
  equal "$status" 1
  racker rm "$n"
}

@test "its binds are there, and its name, and no more capabilities than Docker's" {
  mkdir shared
  echo outside >shared/file
  stopped -h guest.example -v "$PWD/shared:/mnt/shared" -v "$PWD/shared:/mnt/fixed:ro" busybox true
  equal "$(racker enter "$n" cat /mnt/shared/file)" outside
  racker enter "$n" sh -c 'echo inside >/mnt/shared/file'
  equal "$(cat shared/file)" inside
  run racker enter "$n" sh -c 'echo x >/mnt/fixed/file'
  equal "$status" 1
  equal "$(racker enter "$n" hostname)" guest.example
  equal "$(racker enter "$n" grep CapBnd /proc/self/status)" $'CapBnd:\t00000000a80425fb'
  racker rm "$n"
}

@test "a booted system that was stopped, and its journal" {
  racker run -d --name "$n" debian-bookworm >/dev/null
  racker stop "$n" >/dev/null
  run --separate-stderr racker enter "$n" journalctl --no-pager -n 500
  equal "$status" 0
  contains "$output" "Reached target sysinit.target"
  racker enter "$n" touch /etc/by-hand
  run --separate-stderr racker enter "$n" </dev/null
  equal "$status" 0
  racker rm "$n"
}

@test "what cannot be run: 127 and 126; what is not there: 1" {
  stopped busybox true
  run -127 --separate-stderr racker enter "$n" nosuch
  equal "$stderr" 'racker: exec: "nosuch": executable file not found in $PATH'
  run -127 --separate-stderr racker enter "$n" /no/such
  equal "$stderr" 'racker: exec: "/no/such": stat /no/such: no such file or directory'
  run -126 --separate-stderr racker enter "$n" /etc/passwd
  equal "$stderr" 'racker: exec: "/etc/passwd": permission denied'
  run -1 --separate-stderr racker enter "$n-other"
  equal "$stderr" "racker: No such container: $n-other"
  racker rm "$n"
}

@test "kill -9 of it leaves nothing, and the container can be entered again" {
  stopped busybox true
  racker enter "$n" sh -c 'echo ready; exec sleep 1000' >out 3>&- &
  wait_for 10 grep -q ready out
  kill -9 $!
  wait $! || true
  wait_for 10 racker enter "$n" true
  racker rm "$n"
}
