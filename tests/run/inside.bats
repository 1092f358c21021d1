#!/usr/bin/env bats
# inside: what a payload finds in its container, and what it may do there.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "binds below /run are seen in the image's own /run" {
  mkdir dir
  echo one >dir/file
  echo two >single
  run --separate-stderr racker run --rm -v "$PWD/dir:/run/a/dir" -v "$PWD/single:/var/run/b/single:ro" busybox \
    sh -c 'cat /run/a/dir/file /var/run/b/single; echo three >/run/a/dir/new; echo x >/var/run/b/single || echo read-only'
  equal "$status" 0
  equal "$output" $'one\ntwo\nread-only'
  equal "$(cat dir/new)" three
}

@test "nothing of the monitor is left in a plain container" {
  run --separate-stderr racker run --rm busybox sh -c 'ls /run/racker /run/host; ls -A /dev/char /dev/net; env | grep -i -e systemd -e NOTIFY'
  equal "$output" ""
  run --separate-stderr racker run --rm --init busybox sh -c 'ls /proc/1/fd; ls /proc/$$/fd; true'
  equal "$output" $'0\n1\n2\n0\n1\n2'
  run --separate-stderr racker run --rm busybox readlink /proc/1/exe
  equal "$output" /bin/busybox
}

@test "the kernel's files are masked and read-only as docker has them" {
  run --separate-stderr racker run --rm busybox sh -c \
    'for f in /proc/keys /proc/timer_list; do [ -z "$(cat $f)" ] || echo $f; done; ls -A /proc/acpi
     for d in /proc/sys/kernel/core_pattern /proc/sys/net/ipv4/ip_forward /proc/sysrq-trigger /proc/irq/x; do
       (echo 1 >$d) 2>/dev/null && echo $d; done; ls -A /sys/firmware'
  equal "$output" ""
  run --separate-stderr racker run --rm busybox sh -c 'mkdir /sys/fs/cgroup/systemd/x /sys/fs/cgroup/x 2>/dev/null && echo writable'
  equal "$output" ""
  run --separate-stderr racker run --rm busybox sh -c 'df -k /dev/shm | awk "END { print \$2 }"; stat -c %a /dev/shm; readlink /etc/mtab'
  equal "$output" $'65536\n1777\n/proc/mounts'
}

@test "capabilities: docker's for root, none for others" {
  run --separate-stderr racker run --rm busybox grep -h ^Cap /proc/self/status
  equal "${output//[[:space:]]/ }" \
    "CapInh: 0000000000000000 CapPrm: 00000000a80425fb CapEff: 00000000a80425fb CapBnd: 00000000a80425fb CapAmb: 0000000000000000"
  run --separate-stderr racker run --rm -u 7 busybox grep -h -e CapPrm -e CapBnd /proc/self/status
  equal "${output//[[:space:]]/ }" "CapPrm: 0000000000000000 CapBnd: 00000000a80425fb"
}

@test "devices: nodes can be made, and only docker's be opened" {
  local script='mknod /tmp/null c 1 3 && echo >/tmp/null && echo null; mknod /tmp/loop c 10 237 && cat /tmp/loop; mknod /tmp/disk b 7 0 && cat /tmp/disk; exit 0'
  run --separate-stderr racker run --rm busybox sh -c "$script"
  equal "$output" null
  contains "$stderr" "/tmp/loop': Operation not permitted"
  contains "$stderr" "/tmp/disk': Operation not permitted"
  # On a host with control groups v2 alone the same list is a BPF program.
  run --separate-stderr unshare -m sh -c \
    'umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' sh \
    racker run --rm busybox sh -c "$script"
  equal "$output" null
  contains "$stderr" "/tmp/loop': Operation not permitted"
  contains "$stderr" "/tmp/disk': Operation not permitted"
  # systemd-nspawn still finds the v1 hierarchy of this kernel, which nobody can see.
  left=/sys/fs/cgroup/systemd$(sed -n 's/^[0-9]*:name=systemd://p' /proc/self/cgroup)/racker
  if [ -d "$left" ]; then find "$left" -depth -type d -exec rmdir {} \;; fi
}

@test "a payload's user can open its streams again" {
  run --separate-stderr racker run --rm -u 7 busybox sh -c 'echo out >/dev/stdout; echo err >/dev/stderr'
  equal "$status" 0
  equal "$output" out
  equal "$stderr" err
}

@test "the working directory is made for run, and not for exec" {
  local name
  name=$(name)
  racker run -d --name "$name" -u 7 -w /made/here busybox sleep 60
  run --separate-stderr racker exec "$name" sh -c 'pwd; stat -c %u:%a /made/here'
  equal "$output" $'/made/here\n0:755'
  run --separate-stderr racker exec -w /nosuch "$name" pwd
  [ "$status" != 0 ]
  contains "$stderr" 'chdir to cwd ("/nosuch") set in config.json failed: no such file or directory'
  racker rm -f "$name"
}

@test "a script whose interpreter is missing, and no script at all" {
  printf '#!/no/such\n' >script
  printf 'echo\n' >bare
  chmod 755 script bare
  run --separate-stderr racker run --rm -v "$PWD:/x" busybox /x/script
  equal "$status" 1
  equal "$stderr" "exec /x/script: no such file or directory"
  run --separate-stderr racker run --rm -v "$PWD:/x" busybox /x/bare
  equal "$stderr" "exec /x/bare: exec format error"
}

@test "exec joins all namespaces, control groups and limits of the container" {
  local name what
  name=$(name)
  racker run -d --name "$name" busybox sleep 60
  for what in ns/cgroup ns/ipc ns/mnt ns/net ns/pid ns/uts; do
    run --separate-stderr racker exec "$name" sh -c "readlink /proc/1/$what; readlink /proc/self/$what"
    equal "${lines[0]}" "${lines[1]}"
  done
  # A test host has v2 alone mounted, below a machine that has v1 too.
  run --separate-stderr racker exec "$name" sh -c '[ "$(grep ^0: /proc/1/cgroup)" = "$(grep ^0: /proc/self/cgroup)" ]'
  equal "$status" 0
  [ ! -d /sys/fs/cgroup/systemd ] || racker exec "$name" sh -c 'diff /proc/1/cgroup /proc/self/cgroup'
  run --separate-stderr racker exec "$name" sh -c 'grep -h -e CapBnd -e ^Seccomp: /proc/self/status'
  equal "${output//[[:space:]]/ }" "CapBnd: 00000000a80425fb Seccomp: 2"
  run --separate-stderr racker exec "$name" sh -c 'ls /proc/1/fd; ls /proc/$$/fd; true'
  equal "$output" $'0\n1\n2\n0\n1\n2'
  racker rm -f "$name"
}

@test "a killed payload gives 128+n without --init too" {
  local name
  name=$(name)
  racker run -d --name "$name" busybox sleep 60
  racker kill "$name"
  run --separate-stderr racker wait "$name"
  equal "$output" 137
  racker rm "$name"
}

@test "a guest keeps units from starting by themselves, and starts them when asked" {
  run --separate-stderr racker run --rm debian-bookworm sh -c \
    'systemctl is-active systemd-logind apt-daily.timer
     systemctl start systemd-logind apt-daily.timer && systemctl is-active systemd-logind apt-daily.timer
     systemctl is-enabled apt-daily.timer; systemctl --failed --no-legend --plain'
  equal "$output" $'inactive\ninactive\nactive\nactive\nenabled'
}

@test "a guest can be given a name, a property and a new name" {
  run --separate-stderr racker run --rm -h first debian-bookworm sh -c \
    'hostname; cat /etc/hostname; systemctl set-property --runtime dbus.service CPUWeight=50 && hostnamectl set-hostname second && hostname'
  equal "$status" 0
  equal "$output" $'first\nfirst\nsecond'
}

@test "a guest's root changes its own copy of racker-init, not the host's" {
  local before
  before=$(sha256sum "$RACKER_BIN/racker-init")
  racker run --rm debian-bookworm sh -c \
    'mount -o remount,bind,rw /run/racker; mount -o remount,bind,rw /run/racker/init; echo >>/run/racker/init; true'
  equal "$(sha256sum "$RACKER_BIN/racker-init")" "$before"
}
