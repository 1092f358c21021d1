#!/usr/bin/env bats
# health: health checks as Docker's, and the health of booted systems.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

health() { racker inspect -f "{{.State.Health.$2}}" "$1"; }
health_is() { [ "$(health "$1" Status)" = "$2" ]; }

@test "starting, unhealthy after the retries, healthy again; five results are kept; events" {
  local n since
  n=$(name)
  since=$(date +%s)
  # The command is the container's.
  # shellcheck disable=SC2016
  racker run -d --name "$n" --health-cmd 'echo "probe $HOME"; test -e /ok' --health-interval 200ms \
    --health-retries 2 busybox sleep 1000 >/dev/null
  health_is "$n" starting
  wait_for 20 health_is "$n" unhealthy
  [ "$(health "$n" FailingStreak)" -ge 2 ]
  racker exec "$n" touch /ok
  wait_for 20 health_is "$n" healthy
  equal "$(health "$n" FailingStreak)" 0
  sleep 1
  run --separate-stderr racker inspect -f '{{json .State.Health.Log}}' "$n"
  equal "$(jq length <<<"$output")" 5
  equal "$(jq -r '.[4].ExitCode, .[4].Output' <<<"$output")" "$(printf '0\nprobe /root\n')"
  racker rm -f "$n"
  run --separate-stderr racker events --since "$since" --until "$(($(date +%s) + 1))" --filter "container=$n" \
    --filter event=health_status --format '{{.Action}}'
  equal "$output" "$(printf 'health_status: unhealthy\nhealth_status: healthy')"
}

@test "a probe that takes too long is killed" {
  local n
  n=$(name)
  racker run -d --name "$n" --health-cmd 'echo begun; sleep 1000' --health-interval 100ms --health-timeout 500ms \
    --health-retries 1 busybox sleep 2000 >/dev/null
  wait_for 20 health_is "$n" unhealthy
  run --separate-stderr racker inspect -f '{{json (index .State.Health.Log 0)}}' "$n"
  equal "$(jq -r '.ExitCode, .Output' <<<"$output")" "$(printf -- '-1\nHealth check exceeded timeout (500ms): begun\n')"
  racker rm -f "$n"
}

@test "failures within the start period do not count" {
  local n
  n=$(name)
  racker run -d --name "$n" --health-cmd false --health-interval 100ms --health-start-period 60s \
    --health-start-interval 100ms --health-retries 1 busybox sleep 1000 >/dev/null
  probed() { [ "$(racker inspect -f '{{len .State.Health.Log}}' "$1")" = 5 ]; }
  wait_for 20 probed "$n"
  health_is "$n" starting
  racker rm -f "$n"
}

@test "output is cut at 4,096 bytes; a command that is not there is a failure" {
  local n
  n=$(name)
  racker run -d --name "$n" --health-cmd 'head -c 10000 /dev/zero | tr "\0" x' --health-interval 100ms busybox \
    sleep 1000 >/dev/null
  wait_for 20 health_is "$n" healthy
  equal "$(racker inspect -f '{{(index .State.Health.Log 0).Output}}' "$n" | wc -c)" 4100
  racker rm -f "$n"
  racker run -d --name "$n" --health-cmd 'nosuch' --health-interval 100ms --health-retries 1 busybox sleep 1000 >/dev/null
  wait_for 20 health_is "$n" unhealthy
  racker exec "$n" sh -c 'echo "#!/bin/sh" >/bin/nosuch; chmod +x /bin/nosuch'
  wait_for 20 health_is "$n" healthy
  # What does not run is not healthy; the results stay.
  racker stop -t 0 "$n"
  health_is "$n" unhealthy
  [ "$(racker inspect -f '{{len .State.Health.Log}}' "$n")" -ge 1 ]
  racker rm -f "$n"
}

@test "a probe in a booted system is a unit of the guest, and leaves nothing failed" {
  local n
  n=$(name)
  racker run -d --name "$n" --health-cmd 'systemctl is-active dbus.socket' --health-interval 300ms debian-bookworm >/dev/null
  wait_for 30 health_is "$n" healthy
  racker exec "$n" systemctl stop dbus.socket dbus.service
  wait_for 30 health_is "$n" unhealthy
  equal "$(racker exec "$n" systemctl --failed --no-legend)" ""
  racker rm -f "$n"
}

@test "without a check, a booted system is as healthy as its systemd says" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  wait_for 30 health_is "$n" healthy
  # An exec that fails is no illness.
  run racker exec "$n" false
  racker exec "$n" systemd-run --unit bad -q false
  wait_for 20 health_is "$n" unhealthy
  racker exec "$n" systemctl reset-failed
  wait_for 20 health_is "$n" healthy
  racker rm -f "$n"
}

@test "--no-healthcheck, and plain containers without a check: no health" {
  local n
  n=$(name)
  racker run -d --name "$n" --no-healthcheck debian-bookworm >/dev/null
  equal "$(racker inspect -f '{{json .State}}' "$n" | jq 'has("Health")')" false
  racker rm -f "$n"
  racker run -d --name "$n" busybox sleep 1000 >/dev/null
  equal "$(racker inspect -f '{{json .State}}' "$n" | jq 'has("Health")')" false
  racker rm -f "$n"
}
