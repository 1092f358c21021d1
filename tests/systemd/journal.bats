#!/usr/bin/env bats
# journal: the logging driver journald, with the journal of the host.

load ../run/lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "the host's journal has what a container writes, and racker logs reads it back" {
  local n
  n=$(name)
  racker run --name "$n" --boot=never --log-driver journald busybox sh -c 'seq 1 100; echo problem >&2' >/dev/null 2>&1
  wait_for 10 bash -c "racker logs $n 2>/dev/null | cmp -s - <(seq 1 100)"
  equal "$(racker logs "$n" 2>/dev/null)" "$(seq 1 100)"
  equal "$(racker logs "$n" 2>&1 >/dev/null)" problem
  equal "$(journalctl CONTAINER_NAME="$n" -o cat --no-pager -p err)" problem
  racker rm "$n" >/dev/null
}
