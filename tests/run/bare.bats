#!/usr/bin/env bats
# bare: what a test host cannot show. There the monitor is a service, which sees the mounts of the host and not those of
# a namespace of its caller, and /proc/sys is read-only, because the host is a container itself.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "a read-only bind is read-only below too, and not beyond what was asked for" {
  mkdir -p tree/below
  run --separate-stderr unshare -m --propagation private sh -c 'mount -t tmpfs tmpfs tree/below; exec "$@"' sh racker run --rm \
    -v "$PWD/tree:/all:ro" \
    --mount "type=bind,source=$PWD/tree,target=/top,readonly,bind-recursive=writable" \
    --mount "type=bind,source=$PWD/tree,target=/one,readonly,bind-recursive=disabled" \
    busybox sh -c 'for d in all top one; do touch /$d/x 2>/dev/null && echo $d; touch /$d/below/x 2>/dev/null && echo $d/below; done; grep -c " /one" /proc/mounts'
  equal "$output" $'top/below\n1'
}

@test "propagation: what the host mounts later is seen by rslave and not by rprivate" {
  local name
  name=$(name)
  mkdir shared
  # A host whose mounts are shared, as systemd makes them.
  unshare -m --propagation private bash -euc '
    mount --bind shared shared; mount --make-shared shared
    mkdir shared/later
    racker run -d --name "$1" -v "$PWD/shared:/p" -v "$PWD/shared:/s:rslave" -v "$PWD/shared:/r:rshared" --cap-add SYS_ADMIN --security-opt seccomp=unconfined busybox sleep 60
    mount -t tmpfs tmpfs shared/later; touch shared/later/file
    racker exec "$1" sh -c "ls /p/later /s/later /r/later; mkdir /r/mine; mount -t tmpfs tmpfs /r/mine; touch /r/mine/inside" >out
    ls shared/mine >>out
    umount shared/mine || true
    racker rm -f "$1"
  ' bash "$name"
  equal "$(cat out)" $'/p/later:\n\n/r/later:\nfile\n\n/s/later:\nfile\ninside'
  run unshare -m --propagation private racker run --rm -v "$PWD/shared:/x:rshared" busybox true
  equal "$status" 125
  matches "$output" "path .*/shared is mounted on .* but it is not a shared mount"
}

@test "sysctls, plain and booted, not the host's" {
  local before image
  before=$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward)
  for image in busybox debian-bookworm; do
    run --separate-stderr racker run --rm --network none --sysctl kernel.msgmax=1234 --sysctl net.ipv4.ip_forward=1 "$image" \
      cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward
    equal "$output" $'1234\n1'
  done
  equal "$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward)" "$before"
  run -127 racker run --rm --network none --sysctl net.foo=1 busybox true
  contains "$output" "open /proc/sys/net/foo: no such file or directory"
  run racker run --rm --sysctl vm.swappiness=1 busybox true
  equal "$status" 125
  contains "$output" "sysctl 'vm.swappiness=1' is not allowed"
}
