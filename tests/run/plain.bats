#!/usr/bin/env bats
# plain: images that are no operating system run without boot, as Docker runs them.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "a static binary from scratch" {
  run --separate-stderr racker run --rm "$REGISTRY/hello"
  equal "$status" 0
  equal "${lines[0]}" "Hello from a static binary."
}

@test "the command is PID 1; --init puts a reaper in front" {
  run --separate-stderr racker run --rm "$REGISTRY/hello"
  equal "${lines[1]}" "pid 1, 0 arguments"
  run --separate-stderr racker run --rm --init "$REGISTRY/hello"
  matches "${lines[1]}" '^pid [2-9][0-9]*, 0 arguments$'
}

@test "exit status and arguments of a plain command" {
  run --separate-stderr racker run --rm "$REGISTRY/hello" /hello 42 'two words'
  equal "$status" 42
  equal "${lines[3]}" "argument two words"
}

@test "signals give 128+n" {
  run racker run --rm --init busybox sh -c 'kill -9 $$'
  equal "$status" 137
}

@test "Entrypoint, Cmd, User, WorkingDir and Env come from the image" {
  run --separate-stderr racker run --rm ghcr.io/acme/app:1
  equal "$status" 0
  equal "${lines[0]}" "arguments: from image"
  equal "${lines[1]}" "user: 1234:2345 groups: 2345 3456"
  equal "${lines[2]}" "directory: /data/work/dir"
  equal "${lines[3]}" "greeting: hello world"
}

@test "flags override the image" {
  run --separate-stderr racker run --rm -u 7:8 -w /tmp -e GREETING=hi ghcr.io/acme/app:1 a b
  equal "${lines[0]}" "arguments: a b"
  matches "${lines[1]}" "^user: 7:8"
  equal "${lines[2]}" "directory: /tmp"
  equal "${lines[3]}" "greeting: hi"
  run --separate-stderr racker run --rm --entrypoint /bin/echo ghcr.io/acme/app:1 x
  equal "$output" x
}

@test "a user that does not exist" {
  run --separate-stderr racker run --rm -u nosuchuser busybox true
  equal "$status" 125
  contains "$stderr" "unable to find user nosuchuser: no matching entries in passwd file"
}

@test "nosuch: 127, a directory and no permission: 126" {
  run -127 --separate-stderr racker run --rm busybox nosuch
  contains "$stderr" 'exec: "nosuch": executable file not found in $PATH'
  run racker run --rm busybox /etc
  equal "$status" 126
  run racker run --rm busybox /etc/passwd
  equal "$status" 126
}

@test "100 MB of binary data arrive byte for byte, both ways" {
  head -c 100000000 /dev/urandom >in
  racker run -i --rm busybox cat <in >out
  cmp in out
}

@test "the image's own /tmp and /run are seen" {
  run --separate-stderr racker run --rm busybox stat -c %a /tmp
  equal "$output" 1777
}

@test "privileges are Docker's: no mount, no raw access to devices, masked files" {
  run racker run --rm busybox mount -t tmpfs none /tmp
  [ "$status" != 0 ]
  run --separate-stderr racker run --rm busybox grep CapBnd /proc/self/status
  equal "${output//[[:space:]]/}" "CapBnd:00000000a80425fb"
  run --separate-stderr racker run --rm busybox grep '^Seccomp:' /proc/self/status
  equal "${output//[[:space:]]/}" "Seccomp:2"
  run racker run --rm busybox sh -c 'echo 1 >/proc/sys/kernel/sysrq'
  [ "$status" != 0 ]
}

@test "--boot=always on an image that cannot boot is explained" {
  run --separate-stderr timeout 60 racker run --rm --boot=always "$REGISTRY/hello"
  equal "$status" 125
  [ -n "$stderr" ]
}

@test "--boot=never runs a Debian as Docker does" {
  run --separate-stderr racker run --rm --boot=never debian-bookworm sh -c 'echo $$'
  equal "$output" 1
}

@test "127 layers are mounted" {
  run --separate-stderr racker run --rm "$REGISTRY/layers:127" cat /layer-126
  equal "$output" 126
}

@test "a host that nobody has named" {
  run --separate-stderr unshare --uts sh -c 'echo "(none)" >/proc/sys/kernel/hostname; exec "$@"' - \
    racker run --rm --network host --boot=never debian-bookworm hostname
  equal "$status" 0
  matches "$output" '^[0-9a-f]{12}$'
}

@test "a start that systemd-nspawn refuses is explained with its words" {
  local c
  c=$(name)
  racker create --name "$c" --boot=never debian-bookworm true
  mkdir fake
  printf '#!/bin/sh\necho "Failed to do what it should." >&2\nexit 1\n' >fake/systemd-nspawn
  chmod 755 fake/systemd-nspawn
  run --separate-stderr env PATH="$PWD/fake:$PATH" racker start -a "$c"
  [ "$status" != 0 ]
  contains "$stderr" "systemd-nspawn ended with status 1"
  contains "$stderr" "Failed to do what it should."
  racker rm "$c"
}
