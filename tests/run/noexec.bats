#!/usr/bin/env bats
# noexec: hosts whose /run may not hold programs, as Debian's initramfs mounts it.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# Everything of one shell, so that nobody else sees this /run.
on_noexec_run() {
  unshare -m --propagation private sh -ec 'mount -t tmpfs -o nosuid,nodev,noexec,mode=755 tmpfs /run; sh -ec "$1"' sh "$1"
}

@test "a plain container, twice, and exec where /run is noexec" {
  local n
  n=$(name)
  run --separate-stderr on_noexec_run "racker run -d --name $n busybox sleep 1000 >/dev/null; racker exec $n echo exec
    racker restart -t 0 $n >/dev/null; racker exec $n echo again; racker rm -f $n >/dev/null; find /run/racker -mindepth 3"
  equal "$output" $'exec\nagain'
}

@test "a booted container where /run is noexec" {
  run --separate-stderr on_noexec_run 'racker run --rm debian-bookworm echo booted'
  equal "$output" booted
}
