#!/usr/bin/env bats
# machine-bus: guests whose systemd cannot be reached by its own socket, but by their D-Bus daemon.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# Whatever is there already, systemd cannot listen at that place.
booted() { racker run -v "$PWD/in-the-way:/run/systemd/private" "$@"; }

@test "run, exec, state and stop by way of the guest's D-Bus daemon" {
  local n
  n=$(name)
  touch in-the-way
  run --separate-stderr booted --rm debian-bookworm sh -c 'stat -c %F /run/systemd/private; exit 7'
  equal "$status:$output" "7:regular empty file"
  booted -d --name "$n" debian-bookworm
  run --separate-stderr racker exec "$n" sh -c 'echo out; exit 3'
  equal "$status:$output" 3:out
  # Its own systemctl has no other way to it than the daemon, either.
  equal "$(racker exec "$n" busctl --no-pager get-property org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager SystemState)" \
    's "running"'
  equal "$(racker inspect -f '{{.Racker.Guest.SystemState}}' "$n")" running
  racker stop "$n"
  equal "$(racker inspect -f '{{.State.Status}} {{.State.ExitCode}}' "$n")" "exited 0"
  racker rm "$n"
}
