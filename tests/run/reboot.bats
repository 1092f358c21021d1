#!/usr/bin/env bats
# reboot: a guest that reboots or powers off from inside.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

state() { racker inspect -f "$2" "$1"; }
# booted NAME BOOT: it runs, and its boot ID is not BOOT.
machine_boot() { racker exec "$1" cat /run/marker 2>/dev/null; }
up() { [ "$(racker exec "$1" systemctl is-system-running 2>/dev/null)" = running ]; }

@test "a reboot from inside: same ID, name, machine, files and binds; another run" {
  local n id leader monitor
  n=$(name)
  mkdir bound
  id=$(racker run -d --name "$n" -v "$PWD/bound:/bound" debian-bookworm)
  wait_for 60 up "$n"
  leader=$(state "$n" '{{.State.Pid}}')
  monitor=$(jq .MonitorPid "$RACKER_ROOT/containers/$id/state.json")
  racker exec "$n" sh -c 'echo kept >/var/lib/kept; echo >/run/gone; echo kept >/bound/kept; cat /etc/machine-id' >machine
  racker exec "$n" systemctl reboot || true
  rebooted() { [ "$(state "$1" '{{.State.Pid}}')" != "$2" ] && up "$1"; }
  wait_for 60 rebooted "$n" "$leader"
  equal "$(state "$n" '{{.Id}} {{.State.Status}} {{.RestartCount}}')" "$id running 0"
  equal "$(jq .MonitorPid "$RACKER_ROOT/containers/$id/state.json")" "$monitor"
  equal "$(racker exec "$n" cat /var/lib/kept /bound/kept)" "$(printf 'kept\nkept')"
  equal "$(racker exec "$n" cat /etc/machine-id)" "$(cat machine)"
  run racker exec "$n" test -e /run/gone
  equal "$status" 1
  # And once more.
  leader=$(state "$n" '{{.State.Pid}}')
  racker exec "$n" systemctl reboot || true
  wait_for 60 rebooted "$n" "$leader"
  racker stop "$n"
  equal "$(state "$n" '{{.State.Status}}')" exited
  racker rm "$n"
}

@test "a command whose guest reboots is started again; its client stays, the log goes on" {
  local n
  n=$(name)
  run --separate-stderr timeout 90 racker run --name "$n" debian-bookworm sh -c '
    echo run
    if [ -e /var/once ]; then exit 7; fi
    touch /var/once
    systemctl reboot
    exec sleep 1000'
  equal "$status" 7
  equal "$output" "$(printf 'run\nrun')"
  equal "$(racker logs "$n")" "$(printf 'run\nrun')"
  racker rm "$n"
}

@test "the input goes to the command of the next run" {
  run --separate-stderr timeout 90 racker run --rm -i debian-bookworm sh -c '
    if [ ! -e /var/once ]; then touch /var/once; systemctl reboot; exec sleep 1000; fi
    echo ready >&2
    read -r line; echo "got $line"' < <(sleep 8; echo typed; sleep 1)
  equal "$output" "got typed"
}

@test "a command that has ended is the end, even when it asks for a reboot" {
  run timeout 60 racker run --rm debian-bookworm sh -c 'systemctl reboot; exit 5'
  equal "$status" 5
}

@test "power-off from inside is a clean exit, and a policy sees it as one" {
  local n
  n=$(name)
  racker run -d --name "$n" --restart on-failure debian-bookworm >/dev/null
  wait_for 60 up "$n"
  racker exec "$n" systemctl poweroff || true
  run --separate-stderr timeout 30 racker wait "$n"
  equal "$output" 0
  equal "$(state "$n" '{{.RestartCount}} {{.State.Status}}')" "0 exited"
  racker rm "$n"
}

@test "stop while the guest reboots" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  wait_for 60 up "$n"
  racker exec "$n" systemctl reboot || true
  timeout 40 racker stop "$n"
  equal "$(state "$n" '{{.State.Status}}')" exited
  racker rm "$n"
}
