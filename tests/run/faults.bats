#!/usr/bin/env bats
# faults: signals and kill -9 at each phase, guests that do not behave, many at once.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

state() { racker inspect -f "$2" "$1"; }
status_is() { [ "$(state "$1" '{{.State.Status}}' 2>/dev/null)" = "$2" ]; }
gone() { [ -z "$(racker ps -aq --filter "name=$1")" ]; }
# Without job control, background processes of a shell ignore SIGINT; below nohup, all ignore SIGHUP.
# Takes the place of the shell that calls it.
interruptible() {
  exec python3 -c '
import os, signal, sys
for number in signal.SIGINT, signal.SIGHUP: signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

@test "kill -9 of racker run while the container starts: it goes on, as in docker" {
  local n
  n=$(name)
  # What is provisioned once is not waited for here.
  racker run --rm debian-bookworm true
  racker run --name "$n" --hook "pre-start=touch $PWD/begun; sleep 1" debian-bookworm sh -c 'echo up; exec sleep 1000' \
    >/dev/null 2>&1 3>&- &
  local client=$!
  wait_for 20 test -e begun
  kill -9 "$client"
  up() { racker logs "$1" 2>/dev/null | grep -q up; }
  wait_for 60 up "$n"
  status_is "$n" running
  racker rm -f "$n"
}

@test "SIGINT, SIGTERM and SIGHUP of racker run while it prepares and boots: the container ends" {
  local n sig delay
  n=$(name)
  for sig in INT TERM HUP; do
    for delay in 0 0.05 0.15 0.3; do
      interruptible racker run --rm --name "$n" debian-bookworm sleep 1000 >/dev/null 2>err 3>&- &
      local client=$! status=0
      exists() { ! gone "$1"; }
      wait_for 20 exists "$n"
      sleep "$delay"
      kill "-$sig" "$client"
      wait "$client" || status=$?
      [ "$status" -ge 125 ]
      wait_for 20 gone "$n"
    done
  done
}

@test "a signal as soon as the container exists: it is not left behind, only created" {
  local n flag i
  n=$(name)
  racker run --rm busybox true
  for flag in --sig-proxy -d --sig-proxy=false; do
    for i in 1 2 3 4 5; do
      python3 - "$RACKER_ROOT/containers" racker run --rm "$flag" --name "$n" busybox sleep 1000 <<'END'
import os, signal, subprocess, sys
before = set(os.listdir(sys.argv[1]))
run = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while run.poll() is None and not set(os.listdir(sys.argv[1])) - before: pass
run.send_signal(signal.SIGTERM)
run.wait()
END
      # It may run, where the signal ends the client alone.
      settled() { gone "$1" || status_is "$1" running; }
      wait_for 10 settled "$n"
      racker rm -f "$n" >/dev/null
    done
  done
}

@test "a pull that is ended by a signal leaves no cidfile" {
  private_root
  python3 - "$PWD/cid" <<'END'
import os, signal, subprocess, sys, time
run = subprocess.Popen(["racker", "run", "--cidfile", sys.argv[1], "debian-bookworm", "true"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while run.poll() is None and not os.path.exists(sys.argv[1]): pass
time.sleep(0.05)
run.send_signal(signal.SIGINT)
assert run.wait() == -signal.SIGINT, run.returncode
END
  [ ! -e cid ]
  rm -rf "$RACKER_ROOT"
}

@test "stop and rm -f at any moment of a start" {
  local n delay
  n=$(name)
  for delay in 0 0.02 0.05 0.1 0.2 0.3 0.5; do
    rm -f begun
    racker create --name "$n" --hook "pre-start=touch $PWD/begun" debian-bookworm sleep 1000 >/dev/null
    racker start "$n" >/dev/null 2>&1 3>&- &
    local client=$!
    # A stop that comes before the start has nothing to stop.
    wait_for 20 test -e begun
    sleep "$delay"
    timeout 40 racker stop -t 5 "$n"
    wait "$client" || true
    # Nothing that was told to stop comes up later.
    lacks "$(state "$n" '{{.State.Status}}')" running
    racker start "$n" >/dev/null 2>&1 3>&- &
    client=$!
    sleep "$delay"
    timeout 40 racker rm -f "$n"
    wait "$client" || true
    gone "$n"
  done
}

@test "kill -9 of monitor, systemd-nspawn and leader at any moment of a start" {
  local n delay pid
  n=$(name)
  for delay in 0 0.05 0.1 0.2 0.3; do
    racker create --name "$n" debian-bookworm sleep 1000 >/dev/null
    local dir
    dir=$RACKER_ROOT/containers/$(state "$n" '{{.Id}}')
    racker start "$n" >/dev/null 2>&1 3>&- &
    local client=$!
    sleep "$delay"
    pid=$(jq .MonitorPid "$dir/state.json")
    if [ "$pid" -gt 1 ]; then kill -9 "$pid"; fi
    wait "$client" || true
    racker ps -a >/dev/null
    racker rm -f "$n"
  done
  # The next one has nothing of it in its way.
  equal "$(racker run --rm debian-bookworm echo fine)" fine
}

@test "a guest that never becomes ready: what was waited for, failed units, last lines of its console" {
  local n
  n=$(name)
  racker create --name "$n" debian-bookworm sleep 1000 >/dev/null
  printf '[Unit]\nDefaultDependencies=no\nBefore=basic.target\n[Service]\nType=oneshot\nTimeoutStartSec=infinity\nExecStart=/bin/sleep infinity\n' >slow.service
  printf '[Unit]\nDefaultDependencies=no\nBefore=sysinit.target\n[Service]\nType=oneshot\nExecStart=/bin/false\n' >bad.service
  racker cp slow.service "$n:/etc/systemd/system/slow.service"
  racker cp bad.service "$n:/etc/systemd/system/bad.service"
  racker enter "$n" sh -c 'mkdir -p /etc/systemd/system/basic.target.requires /etc/systemd/system/sysinit.target.wants
    ln -s ../slow.service /etc/systemd/system/basic.target.requires/slow.service
    ln -s ../bad.service /etc/systemd/system/sysinit.target.wants/bad.service'
  cp "$RACKER_CONFIG" config.yaml
  echo 'start-timeout: 8s' >>config.yaml
  RACKER_CONFIG=$PWD/config.yaml run --separate-stderr timeout 60 racker start "$n"
  equal "$status" 1
  contains "$stderr" "timed out after 8 seconds waiting for the guest's systemd to finish booting"
  contains "$stderr" "failed units: bad.service"
  contains "$stderr" "units that are still starting: slow.service"
  contains "$stderr" "the last lines of its journal"
  racker rm "$n"
}

@test "a guest that ignores power-off is killed after the stop timeout, and that is said" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  racker exec "$n" systemctl is-system-running --wait >/dev/null
  kill -STOP "$(state "$n" '{{.State.Pid}}')"
  SECONDS=0
  run --separate-stderr racker stop -t 2 "$n"
  equal "$status" 0
  [ "$SECONDS" -lt 15 ]
  contains "$stderr" "container $n did not power off within 2 seconds and was killed"
  equal "$(state "$n" '{{.State.Status}} {{.State.ExitCode}}')" "exited 137"
  racker rm "$n"
}

@test "a payload that daemonises, and one that closes its streams" {
  run --separate-stderr timeout 60 racker run --rm debian-bookworm sh -c 'setsid sleep 1000 >/dev/null 2>&1 & exit 3'
  equal "$status" 3
  run --separate-stderr timeout 60 racker run --rm busybox sh -c 'setsid sleep 1000 & exit 3'
  equal "$status" 3
  run --separate-stderr timeout 60 racker run --rm busybox sh -c 'exec <&- >&- 2>&-; sleep 1; exit 4'
  equal "$status" 4
  run --separate-stderr timeout 60 racker run --rm debian-bookworm sh -c 'exec <&- >&- 2>&-; sleep 1; exit 4'
  equal "$status" 4
}

@test "30 runs at the same time" {
  local n i
  n=$(name)
  for i in $(seq 30); do
    racker run --rm --name "$n-$i" busybox sh -c "echo $i; exit $((i % 7))" >"out.$i" 2>"err.$i" 3>&- &
    echo $! >"pid.$i"
  done
  for i in $(seq 30); do
    local status=0
    wait "$(cat "pid.$i")" || status=$?
    equal "$status" $((i % 7))
    equal "$(cat "out.$i")" "$i"
    equal "$(cat "err.$i")" ""
  done
}

@test "a terminal is restored when racker run is ended while the guest boots" {
  run python3 - <<'END'
import os, pty, signal, termios, time
master, slave = pty.openpty()
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.execvp("racker", ["racker", "run", "--rm", "-it", "debian-bookworm", "sleep", "1000"])
time.sleep(0.4)
os.kill(pid, signal.SIGTERM)
os.waitpid(pid, 0)
after = termios.tcgetattr(slave)
print("same" if before == after else "changed")
END
  equal "$output" same
}
