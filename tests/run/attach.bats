#!/usr/bin/env bats
# attach: clients of a running container, detach keys, exec without the guest's help, enter.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

state() { racker inspect -f "$2" "$1"; }
status_is() { [ "$(state "$1" '{{.State.Status}}')" = "$2" ]; }

# typed KEYS DELAY COMMAND…: with a terminal on which KEYS (Python's escapes) are typed after DELAY seconds; prints
# what came and `status N`.
typed() { python3 "$TOP/tests/run/typed.py" "$@"; }

@test "attach: output, exit status, input, several at once" {
  local n
  n=$(name)
  racker run -d -i --name "$n" busybox sh -c 'read -r line; echo "got $line"; exit 9' >/dev/null
  racker attach --no-stdin "$n" >second 3>&- &
  local second=$!
  sleep 0.5
  run --separate-stderr racker attach "$n" < <(echo hello)
  equal "$status" 9
  equal "$output" "got hello"
  local status=0
  wait "$second" || status=$?
  equal "$status" 9
  equal "$(cat second)" "got hello"
  racker rm "$n"
}

@test "attach to what is stopped, paused, or not there" {
  local n
  n=$(name)
  racker create --name "$n" busybox true >/dev/null
  run --separate-stderr racker attach "$n"
  equal "$status" 1
  equal "$stderr" "racker: You cannot attach to a stopped container, start it first"
  run --separate-stderr racker attach nosuch
  equal "$stderr" "racker: No such container: nosuch"
  run --separate-stderr racker attach --detach-keys foo "$n"
  equal "$stderr" "racker: Invalid escape keys (foo) provided"
  racker rm "$n"
}

@test "the detach keys of run, attach, start and exec; the container goes on" {
  local n since
  n=$(name)
  since=$(date +%s)
  run typed '\x10\x11' 2 racker run -it --name "$n" busybox cat
  contains "$output" "status 0"
  status_is "$n" running
  # Half of the keys is for the command.
  run typed 'x\x10y\n\x10\x11' 1 racker attach "$n"
  contains "$output" "read escape sequence"
  contains "$output" "status 1"
  contains "$output" "x^Py"
  run typed 'q' 1 racker attach --detach-keys a,q "$n"
  run typed 'aq' 1 racker attach --detach-keys a,q "$n"
  contains "$output" "read escape sequence"
  run typed '\x10\x11' 1 racker exec -it "$n" cat
  contains "$output" "status 1"
  racker stop -t 0 "$n"
  run typed '\x10\x11' 1 racker start -ai "$n"
  contains "$output" "status 0"
  status_is "$n" running
  # docker's configuration says which.
  mkdir config
  echo '{"detachKeys":"ctrl-e,e"}' >config/config.json
  run typed '\x05e' 1 racker --config "$PWD/config" attach "$n"
  contains "$output" "read escape sequence"
  racker rm -f "$n"
  run --separate-stderr racker events --since "$since" --until "$(($(date +%s) + 1))" --filter "container=$n" \
    --filter event=detach --format '{{.Action}}'
  [ "${#lines[@]}" -ge 3 ]
}

@test "--sig-proxy: signals reach the command, or end the client alone" {
  local n
  n=$(name)
  racker run -d --name "$n" busybox sh -c 'trap "echo got; exit 3" USR1; trap "" TERM; echo ready; while :; do sleep 0.1; done' >/dev/null
  racker attach --sig-proxy=false "$n" >/dev/null 2>&1 3>&- &
  local client=$! status=0
  sleep 0.5
  kill -TERM "$client"
  wait "$client" || status=$?
  equal "$status" 143
  status_is "$n" running
  racker attach "$n" >out 2>&1 3>&- &
  client=$!
  sleep 0.5
  kill -USR1 "$client"
  status=0
  wait "$client" || status=$?
  equal "$status" 3
  contains "$(cat out)" got
  racker rm "$n"
}

@test "run -a stdin prints the ID and leaves when the input is written; run -a stderr shows no output" {
  local n
  n=$(name)
  run --separate-stderr racker run -i -a stdin --name "$n" busybox cat < <(echo hello)
  equal "$status" 0
  matches "$output" '^[0-9a-f]{64}$'
  racker wait "$n" >/dev/null
  equal "$(racker logs "$n")" hello
  racker rm "$n"
  run --separate-stderr racker run --rm -a stderr busybox sh -c 'echo out; echo err >&2'
  equal "$output" ""
  equal "$stderr" err
}

@test "exec -d of a command that is not there; --privileged; --env-file" {
  local n
  n=$(name)
  racker run -d --name "$n" busybox sleep 1000 >/dev/null
  run --separate-stderr racker exec -d "$n" nosuch
  equal "$status" 1
  contains "$stderr" 'exec: "nosuch": executable file not found'
  echo A=b >variables
  # The container's shell expands it.
  # shellcheck disable=SC2016
  equal "$(racker exec --env-file variables -e C=d -w /tmp "$n" sh -c 'echo $A $C $PWD')" "b d /tmp"
  run racker exec "$n" sh -c 'grep CapEff /proc/self/status'
  contains "$output" 00000000a80425fb
  run racker exec --privileged "$n" sh -c 'grep CapEff /proc/self/status'
  lacks "$output" 00000000a80425fb
  racker rm -f "$n"
}

@test "a guest whose systemd does not answer: exec enters by itself, and so does enter" {
  local n leader
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  racker exec "$n" true
  leader=$(state "$n" '{{.State.Pid}}')
  kill -STOP "$leader"
  run --separate-stderr racker exec "$n" sh -c 'echo "$$ $(hostname)"; exit 6'
  kill -CONT "$leader"
  equal "$status" 6
  # Nothing of the unit that it was asked for stays.
  settled() { [ -z "$(racker exec "$1" systemctl --failed --no-legend)" ]; }
  wait_for 10 settled "$n"
  racker rm -f "$n"
}

@test "a guest without private socket and bus: exec works" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  racker exec "$n" sh -c 'rm -f /run/systemd/private; systemctl stop dbus.socket dbus.service; exit 0' || true
  run --separate-stderr racker exec "$n" echo fine
  equal "$output" fine
  racker rm -f "$n"
}

@test "enter: a running container, plain and booted, without its monitor's help" {
  local n leader monitor
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  leader=$(state "$n" '{{.State.Pid}}')
  monitor=$(jq .MonitorPid "$RACKER_ROOT/containers/$(state "$n" '{{.Id}}')/state.json")
  kill -STOP "$leader" "$monitor"
  run --separate-stderr timeout 20 racker enter "$n" sh -c 'cat /etc/hostname; readlink /proc/self/ns/pid; exit 5'
  kill -CONT "$leader" "$monitor"
  equal "$status" 5
  equal "${lines[1]}" "$(readlink "/proc/$leader/ns/pid")"
  run -127 --separate-stderr racker enter "$n" nosuch
  run typed 'tty\nexit 4\n' 1 racker enter "$n"
  contains "$output" /dev/pts/
  contains "$output" "status 4"
  racker rm -f "$n"
  racker run -d --name "$n" busybox sleep 1000 >/dev/null
  run --separate-stderr racker enter "$n" sh -c 'tr "\0" " " </proc/1/cmdline; cat' < <(echo in)
  equal "$output" "sleep 1000 in"
  racker rm -f "$n"
}
