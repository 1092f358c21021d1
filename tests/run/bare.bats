#!/usr/bin/env bats
# bare: what depends on the host's own mounts and sysctls.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# with_mounts SCRIPT ARGS...: runs a script that mounts. On a systemd host monitors see the mounts of the host alone, so
# it mounts there; elsewhere they see those of whoever starts them, in a namespace that shares as a systemd host's does.
with_mounts() {
  if [ -d /run/systemd/system ]; then bash -euc "$1" on-host "${@:2}"; else
    unshare -m --propagation private bash -euc "$1" in-namespace "${@:2}"
  fi
}

@test "a read-only bind is read-only below too, and not beyond what was asked for" {
  mkdir -p tree/below
  run --separate-stderr with_mounts '
    mount -t tmpfs tmpfs tree/below
    trap "umount tree/below" EXIT
    racker run --rm \
      -v "$PWD/tree:/all:ro" \
      --mount "type=bind,source=$PWD/tree,target=/top,readonly,bind-recursive=writable" \
      --mount "type=bind,source=$PWD/tree,target=/one,readonly,bind-recursive=disabled" \
      busybox sh -c "for d in all top one; do touch /\$d/x 2>/dev/null && echo \$d; touch /\$d/below/x 2>/dev/null && echo \$d/below; done; grep -c \" /one\" /proc/mounts"'
  equal "$output" $'top/below\n1'
}

@test "propagation: what the host mounts later is seen by rslave and not by rprivate" {
  mkdir shared
  with_mounts '
    mount --bind shared shared; mount --make-shared shared
    trap "umount -l -R shared" EXIT
    mkdir shared/later
    racker run -d --name "$1" -v "$PWD/shared:/p" -v "$PWD/shared:/s:rslave" -v "$PWD/shared:/r:rshared" --cap-add SYS_ADMIN --security-opt seccomp=unconfined busybox sleep 60
    mount -t tmpfs tmpfs shared/later; touch shared/later/file
    racker exec "$1" sh -c "ls /p/later /s/later /r/later; mkdir /r/mine; mount -t tmpfs tmpfs /r/mine; touch /r/mine/inside" >out
    ls shared/mine >>out
    umount shared/mine || true
    racker rm -f "$1"
  ' "$(name)"
  equal "$(cat out)" $'/p/later:\n\n/r/later:\nfile\n\n/s/later:\nfile\ninside'
  run with_mounts '
    mount --bind shared shared; mount --make-private shared
    trap "umount shared" EXIT
    racker run --rm -v "$PWD/shared:/x:rshared" busybox true'
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
