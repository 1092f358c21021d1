#!/usr/bin/env bats
# namespaces: those of the host, names, resolvers, sysctls, users and groups.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "the host's pid, ipc, uts and cgroup namespaces" {
  local flag ns
  for ns in pid ipc uts; do
    run --separate-stderr racker run --rm "--$ns" host busybox readlink "/proc/self/ns/$ns"
    equal "$output" "$(readlink /proc/self/ns/$ns)"
    run --separate-stderr racker run --rm busybox readlink "/proc/self/ns/$ns"
    lacks "$output" "$(readlink /proc/self/ns/$ns)"
  done
  run --separate-stderr racker run --rm --cgroupns host busybox sh -c 'readlink /proc/self/ns/cgroup; grep -c racker /proc/self/cgroup'
  equal "${lines[0]}" "$(readlink /proc/self/ns/cgroup)"
  [ "${lines[1]}" -gt 0 ]
  run --separate-stderr racker run --rm --cgroupns private busybox grep -c racker /proc/self/cgroup
  equal "$output" 0
}

@test "--pid host: exec, kill and rm leave nothing" {
  local name
  name=$(name)
  racker run -d --name "$name" --pid host busybox sh -c 'sleep 61 & sleep 62'
  run --separate-stderr racker exec "$name" readlink /proc/self/ns/pid
  equal "$output" "$(readlink /proc/self/ns/pid)"
  racker rm -f "$name"
  run pgrep -f 'sleep 6[12]$'
  equal "$output" ""
}

@test "--ipc host shares the host's /dev/shm" {
  echo hi >"/dev/shm/$(name)"
  run --separate-stderr racker run --rm --ipc host busybox cat "/dev/shm/$(name)"
  rm "/dev/shm/$(name)"
  equal "$output" hi
}

@test "what contradicts itself" {
  run racker run --rm --uts host -h foo busybox true
  equal "$status" 125
  contains "$output" "conflicting options: hostname and the UTS mode"
  run racker run --rm --ipc host --sysctl kernel.msgmax=1 busybox true
  contains "$output" 'sysctl "kernel.msgmax" is not allowed in the hosts ipc namespace'
  run racker run --rm --network host --sysctl net.ipv4.ip_forward=1 busybox true
  contains "$output" 'sysctl "net.ipv4.ip_forward" not allowed in host network namespace'
  for flag in pid uts cgroupns; do
    run racker run --rm "--$flag" host debian-bookworm true
    equal "$status" 125
    contains "$output" "--$flag host is not possible in a booted container"
  done
}

@test "names: host, domain, further hosts" {
  local image
  for image in busybox debian-bookworm; do
    run --separate-stderr racker run --rm --network none -h box --domainname example.org --add-host a:1.2.3.4 --add-host c=::1 "$image" \
      sh -c 'hostname; cat /proc/sys/kernel/domainname; tail -n 2 /etc/hosts'
    equal "$output" $'box\nexample.org\n1.2.3.4\ta\n::1\tc'
  done
  run --separate-stderr racker run --rm --add-host h:host-gateway busybox grep h$ /etc/hosts
  equal "$output" $'127.0.0.1\th'
  run racker run --rm --network none --add-host h:host-gateway busybox true
  equal "$status" 125
  contains "$output" "unable to derive the IP value for host-gateway"
}

@test "resolvers" {
  run --separate-stderr racker run --rm --dns 1.1.1.1 --dns 2.2.2.2 --dns-search a.example --dns-option ndots:3 busybox grep -v -e '^#' -e '^$' /etc/resolv.conf
  equal "$output" $'nameserver 1.1.1.1\nnameserver 2.2.2.2\nsearch a.example\noptions ndots:3'
  run --separate-stderr racker run --rm --dns-search . busybox grep -c search /etc/resolv.conf
  equal "$output" 1 # in "Overrides: [search]"
}

@test "users and further groups, for run and exec" {
  local name
  name=$(name)
  racker run -d --name "$name" -u nobody --group-add 7 --group-add mail debian-bookworm sleep 60
  run --separate-stderr racker exec "$name" id
  equal "$output" "uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup),7(lp),8(mail)"
  racker rm -f "$name"
  run --separate-stderr racker run --rm --boot=never -u nobody --group-add 7 debian-bookworm id
  equal "$output" "uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup),7(lp)"
  run racker run --rm --group-add nosuch busybox true
  equal "$status" 125
  contains "$output" "Unable to find group nosuch: no matching entries in group file"
}

@test "--guest-unit names the command's unit" {
  run --separate-stderr racker run --rm --guest-unit my-work debian-bookworm sh -c 'systemctl show -p ActiveState my-work; grep -c my-work.service /proc/self/cgroup'
  matches "$output" '^ActiveState=active
[1-9]'
  run timeout 30 racker run --rm --guest-unit dbus debian-bookworm true
  equal "$status" 125
  contains "$output" "dbus.service"
  run racker run --rm --guest-unit a/b debian-bookworm true
  contains "$output" "invalid unit name for --guest-unit: a/b"
  run racker run --rm --guest-unit x busybox true
  contains "$output" "--guest-unit: the container is not booted"
}
