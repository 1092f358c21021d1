#!/usr/bin/env bats
# security: capabilities, seccomp, no-new-privileges, paths, devices, --privileged; plain and booted.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# plain FLAGS...: what /proc/self/status says of a set of capabilities (CAP=CapEff) in a plain container.
plain() { racker run --rm "$@" busybox grep "^${CAP:-CapEff}:" /proc/self/status | awk '{ print $2 }'; }
# field NAME FLAGS...: the same for any field.
field() { CAP=$1 plain "${@:2}"; }

# A test host has a filter itself.
own_filter() { awk '$1 == "Seccomp:" { print $2 }' /proc/self/status; }

@test "a profile that Docker refuses is refused in its words, once" {
  local profile want
  racker run --rm busybox true
  while IFS='|' read -r profile want; do
    printf '%s' "$profile" >profile.json
    run --separate-stderr racker run --rm --boot=never --security-opt seccomp=profile.json busybox true
    equal "$status" 125
    equal "$(head -n 1 <<<"$stderr")" "racker: failed to create task for container: failed to create shim task: \
OCI runtime create failed: runc create failed: $want: unknown"
  done <<'END'
{"defaultAction":"SCMP_ACT_FOO"}|string SCMP_ACT_FOO is not a valid action for seccomp
{"defaultAction":"SCMP_ACT_NOTIFY"}|unable to start container process: SCMP_ACT_NOTIFY cannot be used as default action
{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}]}|unable to start container process: listenerPath is not set
{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["write"],"action":"SCMP_ACT_NOTIFY"}]}|unable to start container process: SCMP_ACT_NOTIFY cannot be used for the write syscall
END
}

@test "capabilities: added, dropped, all" {
  equal "$(plain --cap-add net_admin --cap-drop CAP_MKNOD)" 00000000a00435fb
  equal "$(plain --cap-drop ALL)" 0000000000000000
  equal "$(CAP=CapBnd plain --cap-drop all)" 0000000000000000
  equal "$(plain --cap-drop ALL --cap-add CHOWN)" 0000000000000001
  equal "$(CAP=CapBnd plain -u 7 --cap-add NET_ADMIN)" 00000000a80435fb
  equal "$(plain -u 7 --cap-add NET_ADMIN)" 0000000000000000
  local all
  all=$(awk '$1 == "CapBnd:" { print $2 }' /proc/self/status)
  equal "$(plain --cap-add ALL)" "$all"
  equal "$(plain --privileged --cap-drop NET_RAW)" "$all"
}

@test "capabilities that are none" {
  run racker run --rm --cap-add FOO busybox true
  equal "$status" 125
  contains "$output" 'invalid CapAdd: unknown capability: "CAP_FOO"'
  run racker run --rm --cap-drop foo busybox true
  contains "$output" 'invalid CapDrop: unknown capability: "CAP_FOO"'
}

@test "a capability is a power: mount, chown, ping" {
  run racker run --rm busybox mount -t tmpfs x /tmp
  [ "$status" != 0 ]
  run racker run --rm --cap-add SYS_ADMIN busybox mount -t tmpfs x /tmp
  equal "$status" 0
  run racker run --rm --cap-drop CHOWN busybox sh -c 'chown 7 /tmp'
  [ "$status" != 0 ]
}

@test "no-new-privileges in all its forms" {
  local form
  for form in no-new-privileges no-new-privileges=true no-new-privileges:true; do
    equal "$(field NoNewPrivs --security-opt "$form")" 1
  done
  equal "$(field NoNewPrivs --security-opt no-new-privileges=false)" 0
  run racker run --rm --security-opt no-new-privileges=foo busybox true
  equal "$status" 125
  contains "$output" 'invalid --security-opt 2: "no-new-privileges=foo"'
}

@test "seccomp: a profile of the user's, also for exec; none at all" {
  local name
  name=$(name)
  echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":28}]}' >profile.json
  racker run -d --name "$name" --security-opt seccomp=profile.json busybox sleep 60
  run racker exec "$name" mkdir /x
  equal "$status" 1
  contains "$output" "No space left on device"
  run racker exec --privileged "$name" mkdir /x
  equal "$status" 1
  racker rm -f "$name"
  equal "$(field Seccomp --security-opt seccomp=unconfined)" "$(own_filter)"
  # A condition on an argument, and one on a capability.
  echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"kill","action":"SCMP_ACT_ERRNO","args":[{"index":1,"value":10,"op":"SCMP_CMP_EQ"}],"excludes":{"caps":["CAP_SYS_ADMIN"]}}]}' >profile.json
  run --separate-stderr racker run --rm --security-opt seccomp=profile.json busybox sh -c 'sleep 9 & kill -USR1 $! || echo refused; kill -CONT $! && echo sent'
  equal "$output" $'refused\nsent'
  run --separate-stderr racker run --rm --cap-add SYS_ADMIN --security-opt seccomp=profile.json busybox sh -c 'sleep 9 & kill -USR1 $! && echo sent'
  equal "$output" sent
}

@test "seccomp: profiles that are wrong" {
  run racker run --rm --security-opt seccomp=nosuch.json busybox true
  equal "$status" 125
  contains "$output" "opening seccomp profile (nosuch.json) failed: open nosuch.json: no such file or directory"
  echo '{"defaultAction":"FOO"}' >p.json
  run racker run --rm --security-opt seccomp=p.json busybox true
  equal "$status" 125
  contains "$output" "string FOO is not a valid action for seccomp"
  echo '{"defaultAction":3}' >p.json
  run racker run --rm --security-opt seccomp=p.json busybox true
  contains "$output" "Decoding seccomp profile failed"
}

@test "system paths: masked, and not" {
  run --separate-stderr racker run --rm --security-opt systempaths=unconfined busybox sh -c 'grep -c "^[a-z]* /proc" /proc/mounts; echo 1 >/proc/sys/kernel/domainname && echo written'
  equal "$output" $'1\nwritten'
}

@test "--device: the node, its number and what may be done with it" {
  run --separate-stderr racker run --rm --device /dev/fuse:/dev/some/where:rw busybox sh -c \
    'stat -c "%t:%T %a" /dev/some/where; true <>/dev/some/where && echo open; mknod /tmp/f c 10 229; true <>/tmp/f && echo open'
  equal "$output" "$(stat -c '%t:%T %a' /dev/fuse)"$'\nopen\nopen'
  run --separate-stderr racker run --rm --device /dev/fuse:/dev/fuse:r busybox sh -c 'true </dev/fuse && echo read; true >/dev/fuse'
  equal "$output" read
  contains "$stderr" "can't create /dev/fuse: Operation not permitted"
  run --separate-stderr racker run --rm --device-cgroup-rule 'c 10:229 rwm' busybox sh -c 'mknod /tmp/f c 10 229; true <>/tmp/f && echo open'
  equal "$output" open
  run racker run --rm --device /nosuch busybox true
  [ "$status" != 0 ]
  contains "$output" 'error gathering device information while adding custom device "/nosuch": no such file or directory'
  run racker run --rm --device /etc/passwd busybox true
  contains "$output" 'not a device node'
}

@test "devices: a folder of them, and the rules of cgroup v2" {
  run --separate-stderr racker run --rm --device /dev/net:/dev/nets busybox sh -c 'ls /dev/nets'
  equal "$output" "$(ls /dev/net)"
  run --separate-stderr unshare -m sh -c \
    'umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' sh \
    racker run --rm --device /dev/fuse:/dev/fuse:r busybox sh -c 'true </dev/fuse && echo read; true >/dev/fuse; mknod /tmp/l c 10 237; cat /tmp/l; echo >/dev/null && echo null'
  equal "$output" $'read\nnull'
  contains "$stderr" "/dev/fuse: Operation not permitted"
  contains "$stderr" "/tmp/l': Operation not permitted"
  left=/sys/fs/cgroup/systemd$(sed -n 's/^[0-9]*:name=systemd://p' /proc/self/cgroup)/racker
  if [ -d "$left" ]; then find "$left" -depth -type d -exec rmdir {} \;; fi
}

@test "--privileged: devices, paths, no filter, /sys writable" {
  run --separate-stderr racker run --rm --privileged busybox sh -c \
    'awk "\$1 == \"Seccomp:\" { print \$2 }" /proc/self/status; ls /dev | grep -c -x -e fuse -e kmsg; awk "\$2 == \"/sys\" { print substr(\$4, 1, 2) }" /proc/mounts; grep -c "^[a-z]* /proc" /proc/mounts; grep " /sys/fs/cgroup/" /proc/mounts | grep -c " ro,"; true <>/dev/fuse && echo open'
  equal "$output" "$(own_filter; find /dev -maxdepth 1 \( -name fuse -o -name kmsg \) | wc -l)"$'\nrw\n1\n0\nopen'
}

@test "labels and AppArmor profiles are refused where there are none" {
  run racker run --rm --security-opt apparmor=foo busybox true
  equal "$status" 125
  contains "$output" "apparmor=foo"
  run racker run --rm --security-opt apparmor=unconfined --security-opt label=disable busybox true
  equal "$status" 0
}

@test "booted: capabilities of the whole system" {
  run --separate-stderr racker run --rm --cap-add NET_ADMIN --cap-drop MKNOD debian-bookworm sh -c \
    'systemctl is-system-running --wait; awk "\$1 == \"CapBnd:\" { print \$2 }" /proc/1/status /proc/self/status | uniq'
  equal "${lines[0]}" running
  equal "${#lines[@]}" 2
  # NET_ADMIN is bit 12, MKNOD bit 27.
  equal "$((0x${lines[1]} >> 12 & 1)) $((0x${lines[1]} >> 27 & 1))" "1 0"
  run racker run --rm --cap-drop ALL debian-bookworm true
  equal "$status" 125
  contains "$output" "the systemd of a booted container cannot work without CAP_SYS_ADMIN"
}

@test "booted: --privileged, --device, a profile for the command" {
  echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}' >profile.json
  run --separate-stderr racker run --rm --privileged debian-bookworm sh -c \
    'systemctl is-system-running --wait; awk "\$1 == \"Seccomp:\" { print \$2 }" /proc/1/status; ls /dev/fuse; true <>/dev/fuse && echo open'
  equal "$output" "running
$(own_filter)
/dev/fuse
open"
  run --separate-stderr racker run --rm --device /dev/fuse:/dev/fuse:r --security-opt seccomp=profile.json debian-bookworm sh -c \
    'head -c0 /dev/fuse && echo read; true >/dev/fuse; mkdir /x; systemd-run -q --wait mkdir /y && ls -d /y'
  equal "$output" $'read\n/y'
  contains "$stderr" "cannot create directory '/x': Operation not permitted"
}
