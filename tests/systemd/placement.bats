#!/usr/bin/env bats
# placement: containers as services of a host whose PID 1 is systemd, with machined. Runs inside test hosts.

load ../run/lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

unit() { echo "racker-$(racker inspect -f '{{slice .Id 0 12}}' "$1").service"; }
property() { systemctl show --value -p "$2" "$(unit "$1")"; }
pid_of() { racker inspect -f '{{.State.Pid}}' "$1"; }

@test "a container is a service of machine.slice, to which its control groups are delegated" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm sleep 1000
  equal "$(property "$n" Slice)" machine.slice
  equal "$(property "$n" Delegate)" yes
  equal "$(property "$n" Description)" "Racker container $n"
  matches "$(cat "/proc/$(property "$n" MainPID)/cgroup")" "/machine.slice/$(unit "$n")/monitor"
  matches "$(cat "/proc/$(pid_of "$n")/cgroup")" "/machine.slice/$(unit "$n")/racker/"
  racker rm -f "$n"
  wait_for 5 gone 'racker-*.service'
}

@test "a daemon-reload of the host leaves the unit whole" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot never busybox sleep 1000
  systemctl daemon-reload
  equal "$(property "$n" LoadState) $(property "$n" ActiveState)" "loaded active"
  equal "$(racker update --pids-limit 20 --restart always "$n" | head -n 1)" "$n"
  racker rm -f "$n"
}

@test "a root with a name that systemd would read otherwise" {
  local n
  n=$(name)
  private_root
  RACKER_ROOT+="/a \$HOME %n \"b"
  ROOTS+=("$RACKER_ROOT")
  racker run -d --name "$n" --boot never busybox sleep 1000
  equal "$(racker exec "$n" echo fine)" fine
  systemctl daemon-reload
  equal "$(property "$n" LoadState)" loaded
  racker rm -f "$n"
}

gone() { [ -z "$(systemctl list-units --all --plain --no-legend "$1")" ]; }

@test "the unit's environment has nothing but what the monitor needs" {
  local n
  n=$(name)
  SECRET_TOKEN=xyzzy racker run -d --name "$n" --boot never debian-bookworm sleep 1000
  lacks "$(property "$n" Environment)" xyzzy
  racker rm -f "$n"
}

@test "machinectl lists, shows and enters a booted container" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm sleep 1000
  run machinectl list --no-legend
  matches "$output" "^$n +container +racker +debian +12"
  run machinectl status --no-pager "$n"
  contains "$output" "Unit: $(unit "$n")"
  contains "$output" "Leader: $(pid_of "$n")"
  run timeout 30 machinectl shell -q "$n" /bin/hostname </dev/null
  contains "$output" "$(racker exec "$n" hostname)"
  racker rm -f "$n"
  equal "$(machinectl list --no-legend)" ""
}

@test "a login prompt can be had" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm sleep 1000
  # It waits for a name until it is told to go away.
  run timeout 20 script -qec "timeout --foreground -s KILL 3 machinectl login $n" /dev/null </dev/null
  matches "$output" "login:"
  racker rm -f "$n"
}

@test "systemctl -M, journalctl -M, loginctl -M and systemd-run -M reach a booted container" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm sleep 1000
  equal "$(systemctl -M "$n" is-system-running)" running
  racker exec "$n" systemd-cat -t test-of-ours echo from-inside
  wait_for 5 journal_has "$n" from-inside
  run loginctl -M "$n" list-users --no-legend
  equal "$status" 0
  equal "$(systemd-run -M "$n" -q --pipe --wait hostname)" "$(racker exec "$n" hostname)"
  racker rm -f "$n"
}

journal_has() { journalctl -q -M "$1" --no-pager -t test-of-ours | grep -q "$2"; }

@test "a plain container is a service, but no machine" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot never debian-bookworm sleep 1000
  equal "$(machinectl list --no-legend)" ""
  matches "$(cat "/proc/$(pid_of "$n")/cgroup")" "/machine.slice/$(unit "$n")/racker/"
  racker rm -f "$n"
}

@test "systemctl stop ends a booted system in order" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm
  systemctl stop "$(unit "$n")"
  equal "$(racker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}' "$n")" "exited 0 false"
  contains "$(racker logs "$n" 2>&1)" "Reached target poweroff.target"
  racker start "$n"
  racker rm -f "$n"
}

@test "systemctl stop sends a plain container's command its stop signal" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot never debian-bookworm sh -c 'trap "echo bye; exit 5" TERM; echo up; while :; do sleep 0.1; done'
  wait_for 5 log_has "$n" up
  systemctl stop "$(unit "$n")"
  equal "$(racker inspect -f '{{.State.ExitCode}}' "$n")" 5
  log_has "$n" bye
  racker rm "$n"
}

log_has() { racker logs "$1" 2>&1 | grep -q "$2"; }

@test "the end of the session that started a container does not end it" {
  local n
  n=$(name)
  systemd-run -q --wait --collect --setenv=PATH="$PATH" --setenv=RACKER_ROOT="$RACKER_ROOT" -p KillMode=control-group \
    racker run -d --name "$n" debian-bookworm sleep 1000
  racker exec "$n" true
  equal "$(racker inspect -f '{{.State.Running}}' "$n")" true
  racker rm -f "$n"
}

@test "a killed CLI leaves the container running" {
  local n pid
  n=$(name)
  racker run --name "$n" debian-bookworm sleep 1000 >/dev/null 2>&1 3>&- &
  pid=$!
  wait_for 20 racker exec "$n" true
  kill -9 "$pid"
  racker exec "$n" true
  racker rm -f "$n"
}

@test "a killed monitor takes the container with it, and the next command says so" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm sleep 1000
  local leader
  leader=$(pid_of "$n")
  killed "$(property "$n" MainPID)"
  equal "$(racker inspect -f '{{.State.Status}} {{.State.ExitCode}}' "$n")" "exited 137"
  wait_for 10 test ! -e "/proc/$leader"
  wait_for 10 gone 'racker-*.service'
  racker start "$n"
  racker exec "$n" true
  racker rm -f "$n"
}

@test "a reboot from inside keeps unit and machine" {
  local n before
  n=$(name)
  racker run -d --name "$n" debian-bookworm
  before=$(pid_of "$n")
  racker exec "$n" systemctl reboot || true
  wait_for 20 rebooted "$n" "$before"
  wait_for 10 registered "$n"
  equal "$(systemctl is-active "$(unit "$n")")" active
  racker rm -f "$n"
}

rebooted() {
  local now
  now=$(pid_of "$1")
  [ "$now" != 0 ] && [ "$now" != "$2" ]
}
registered() { [ "$(machinectl show "$1" --value -p Leader 2>/dev/null)" = "$(pid_of "$1")" ]; }

@test "stop and start at once, many times: the unit is free again each time" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot never debian-bookworm sleep 1000
  for _ in 1 2 3 4 5; do
    racker kill "$n" >/dev/null
    racker start "$n" >/dev/null
  done
  racker rm -f "$n"
}

@test "systemd keeps no descriptor of ours, and starting what runs is quick" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot never debian-bookworm sleep 1000
  lacks "$(ls -l /proc/1/fd)" "$RACKER_ROOT"
  timeout 5 racker start "$n"
  racker rm -f "$n"
}

@test "--cgroup-parent is a slice here" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot never --cgroup-parent racker-tests.slice debian-bookworm sleep 1000
  equal "$(property "$n" Slice)" racker-tests.slice
  racker rm -f "$n"
  run -125 --separate-stderr racker run --name "$n" --boot never --cgroup-parent /foo debian-bookworm true
  contains "$stderr" 'cgroup-parent for systemd cgroup should be a valid slice named as "xxx.slice"'
  racker rm -f "$n" 2>/dev/null || true
}
