#!/usr/bin/env bats
# guests: Debians of three generations (systemd 247, 252, 257) boot without a failed unit, take commands, power off.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# guest RELEASE VERSION-OF-SYSTEMD
guest() {
  local n image=$REGISTRY/debian-systemd:$1
  n=$(name)
  run --separate-stderr racker run --rm "$image" sh -c 'systemctl is-system-running --wait; systemctl --version | head -n 1; exit 3'
  matches "$output" "^running
systemd $2 "
  equal "$status" 3
  racker run -d --name "$n" "$image" >/dev/null
  run --separate-stderr racker exec "$n" systemctl --failed --no-legend --plain
  equal "$output" ""
  equal "$(racker exec "$n" sh -c '. /etc/os-release; echo $VERSION_CODENAME')" "$1"
  run racker exec "$n" sh -c 'exit 7'
  equal "$status" 7
  racker logs "$n" | grep -q 'Startup finished'
  racker stop "$n" >/dev/null
  equal "$(racker inspect -f '{{.State.Status}} {{.State.ExitCode}}' "$n")" "exited 0"
  racker rm "$n" >/dev/null
}

@test "bullseye" { guest bullseye 247; }
@test "bookworm" { guest bookworm 252; }
@test "trixie" { guest trixie 257; }
