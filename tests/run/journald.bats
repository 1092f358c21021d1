#!/usr/bin/env bats
# journald: the logging driver, with a systemd-journald of the test's own or a systemd host's, and the journals of booted
# guests.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }

teardown() {
  local ids
  if [ -n "${BATS_TEST_COMPLETED:-}" ] && mapfile -t ids < <(racker ps -aq) && [ ${#ids[@]} -gt 0 ]; then
    racker rm -f "${ids[@]}" >/dev/null
  fi
  test_end
}

# with_journald SCRIPT ARGS…: runs a script where a systemd-journald listens: the host's, which monitors write to as its
# services, or one of the test's own in a mount namespace.
with_journald() {
  if [ -d /run/systemd/system ]; then
    timeout 60 bash -euc "$1" in-host "${@:2}" 3>&-
    return
  fi
  [ -x /lib/systemd/systemd-journald ] || skip "needs systemd-journald"
  cat >in-namespace <<'EOF'
set -eu
mount --make-rprivate /
mkdir -p /run/log /run/systemd/journal /var/log/journal
mount -t tmpfs tmpfs /run/log
mount -t tmpfs tmpfs /run/systemd/journal
mount -t tmpfs tmpfs /var/log/journal
mkdir -p /run/log/journal
if [ ! -s /etc/machine-id ]; then
  tr -d - </proc/sys/kernel/random/uuid >machine-id
  mount --bind machine-id /etc/machine-id
fi
/lib/systemd/systemd-journald </dev/null >journald.out 2>&1 &
journald=$!
trap 'kill $journald; wait $journald || true' EXIT
for _ in $(seq 100); do [ -S /run/systemd/journal/socket ] && break; sleep 0.05; done
. ./script
EOF
  printf '%s\n' "$1" >script
  timeout 60 unshare -m bash in-namespace "${@:2}" 3>&-
}

@test "journald: bytes and streams come back, with Docker's fields" {
  local n
  n=$(name)
  with_journald '
    racker run --name "$1" --boot=never --log-driver journald -l a.b=c --log-opt labels=a.b --log-opt tag="{{.Name}}" busybox sh -c \
      "echo one; echo err >&2; echo; head -c 40000 /dev/zero | tr \"\\0\" x; echo; printf \"bin\\0ary\\377\\n\"; printf partial" >want 2>/dev/null
    racker logs "$1" >got 2>errors
    racker logs -n 2 "$1" >tail
    racker logs --details -n 1 "$1" >details
    racker logs -t "$1" >times 2>/dev/null
    journalctl CONTAINER_NAME="$1" -o json --no-pager --all >entries
    ' "$n"
  cmp got want
  equal "$(cat errors)" err
  cmp tail <(printf 'bin\0ary\377\npartial')
  equal "$(cat details)" "a.b=c partial"
  matches "$(head -n 1 times)" '^20[0-9-]+T[0-9:]+\.[0-9]{9}Z one$'
  equal "$(jq -rs 'map(select(.MESSAGE == "one"))[0] | [.MESSAGE, .CONTAINER_NAME, .CONTAINER_TAG, .SYSLOG_IDENTIFIER, .IMAGE_NAME, .A_B, .PRIORITY] | join(" ")' entries)" \
    "one $n $n $n busybox c 6"
  equal "$(jq -rs '.[0] | (.CONTAINER_ID_FULL | length), .CONTAINER_ID == .CONTAINER_ID_FULL[0:12]' entries)" $'64\ntrue'
  equal "$(jq -rs 'map(select(.MESSAGE == "err"))[0].PRIORITY' entries)" 3
  equal "$(jq -rs '.[-1].CONTAINER_PARTIAL_MESSAGE' entries)" true
}

@test "journald: logs -f ends with the container; a busy container loses nothing" {
  local n
  n=$(name)
  with_journald '
    racker run -d --name "$1" --boot=never --log-driver journald busybox sh -c "sleep 0.3; seq 1 20000" >/dev/null
    timeout 30 racker logs -f "$1" >got
    racker logs "$1" >again
    ' "$n"
  cmp got <(seq 1 20000)
  cmp again got
}

@test "journald: mode=non-blocking sends what waits, and tells what it had to drop" {
  local n
  n=$(name)
  with_journald '
    racker run -d --name "$1" --boot=never --log-driver journald --log-opt mode=non-blocking --log-opt max-buffer-size=64k \
      busybox sh -c "seq 1 30000; sleep 2" >/dev/null
    for _ in $(seq 50); do
      [ -n "$(racker logs -n 1 "$1")" ] && break
      sleep 0.1
    done
    sleep 0.7
    # The end of the burst is there before the container says anything else.
    racker logs "$1" >got 2>lost
    racker wait "$1" >/dev/null
    racker logs "$1" >final 2>lost
    ' "$n"
  [ -s got ]
  # Whole lines, in order; what is missing was told.
  equal "$(grep -cvx '[0-9]*' final || true)" 0
  sort -nc final
  equal $(($(wc -l <final) + $(awk '{ n += $2 } END { print n + 0 }' lost))) 30000
}

@test "journald: where there is none, the container does not start" {
  # A systemd host has one.
  [ ! -S /run/systemd/journal/socket ] || return 0
  run --separate-stderr racker run --rm --boot=never --log-driver journald busybox true
  equal "$status" 125
  contains "$stderr" "failed to initialize logging driver: journald is not enabled on this host"
  run --separate-stderr racker run -d --log-driver journald debian-bookworm
  equal "$status" 125
  contains "$stderr" "a booted system has a journal of its own"
}

@test "the guest's journal: units, priorities, also when the container has stopped" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  racker exec "$n" sh -c 'logger -p user.err -t mytag bad thing; logger -p user.debug -t mytag dbg
    systemd-run --quiet --wait --unit=foo echo from foo'
  wait_for 5 sh -c "racker logs -u foo $n 2>&1 | grep -q 'from foo'"
  racker logs -u foo "$n" >got
  grep -q '^systemd\[1\]: Started foo.service' got
  grep -q '^echo\[[0-9]*\]: from foo$' got
  equal "$(racker logs -u foo.service "$n" | grep -c '^echo.*from foo')" 1
  equal "$(racker logs -u 'fo*' "$n" | grep -c '^echo.*from foo')" 1
  equal "$(racker logs -p 3 "$n" 2>&1 | grep -c 'bad thing')" 1
  matches "$(racker logs -p debug..debug -n 1 "$n")" '^mytag\[[0-9]+\]: dbg$'
  matches "$(racker logs -t -n 1 -u foo "$n")" '^20[0-9-]+T[0-9:.]+Z '
  equal "$(racker logs --journal --until 1h "$n")" ""
  equal "$(racker logs -n 0 --journal "$n")" ""
  timeout 20 racker logs -f -n 0 -u foo "$n" >got 3>&- &
  local follower=$!
  sleep 0.4
  racker exec "$n" systemd-run --quiet --wait --unit=foo echo again
  wait_for 5 grep -q again got
  racker stop "$n"
  wait "$follower"
  equal "$(grep -c 'from foo' got || true)" 0
  equal "$(racker logs -u foo "$n" | grep -c '^echo.*: again\|^echo.*: from foo')" 2
  contains "$(racker logs --journal -n 5 "$n")" "Journal stopped"
}

@test "the guest's journal: what cannot be shown" {
  local n
  n=$(name)
  racker run --name "$n" debian-bookworm echo command
  equal "$(racker logs "$n")" command
  contains "$(racker logs --journal "$n")" "systemd[1]: "
  run --separate-stderr racker logs -u nosuch "$n"
  equal "$status" 1
  contains "$stderr" "has no entries of the unit nosuch"
  run --separate-stderr racker logs -p loud "$n"
  contains "$stderr" 'invalid value for "priority": "loud"'
  run --separate-stderr racker logs --boot -t "$n"
  contains "$stderr" "has no times"
  run --separate-stderr racker logs --boot --journal "$n"
  contains "$stderr" "does not go with"
  racker run --name "$n-plain" --boot=never busybox true
  run --separate-stderr racker logs --journal "$n-plain"
  contains "$stderr" "is not booted"
  racker run -d --rm --name "$n-rm" debian-bookworm sleep 1000 >/dev/null
  run --separate-stderr racker logs --journal "$n-rm"
  contains "$stderr" "it was started with --rm and a command"
  racker rm -f "$n-rm"
}

@test "the guest's console: what systemd says while it boots" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  racker exec "$n" sh -c 'echo hello console >/dev/console'
  wait_for 5 sh -c "racker logs --boot $n | grep -q 'hello console'"
  contains "$(racker logs --boot -n 1 "$n")" "hello console"
  racker stop "$n"
  contains "$(racker logs --boot "$n")" "hello console"
}

@test "a journal that this host cannot read is shown by the guest's own journalctl" {
  local n file
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  racker exec "$n" sh -c 'journalctl --rotate; logger -t mytag seen by the guest'
  # A newer systemd sets flags that this host's library does not know: at byte 12 of the header.
  file=$(find "$RACKER_ROOT"/containers/*/journal -name 'system@*.journal' | head -n 1)
  printf '\377' | dd of="$file" bs=1 seek=15 conv=notrunc status=none
  contains "$(racker logs "$n")" "mytag["
  contains "$(racker logs -n 1 -t "$n")" "T"
  racker stop "$n"
  run --separate-stderr racker logs "$n"
  equal "$status" 1
  contains "$stderr" "was written by a newer systemd than this host's"
}
