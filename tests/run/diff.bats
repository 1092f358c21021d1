#!/usr/bin/env bats
# diff: what a container has changed, as Docker lists it.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  n=$(name)
}
teardown() { test_end; }

@test "added, changed and deleted files, directories in front of what is in them" {
  racker run --name "$n" busybox sh -c 'mkdir -p /opt/a/b; echo 1 >/opt/a/b/f; touch /opt/a-1 /opt/a/z
    rm /etc/group; echo x >>/etc/passwd; chmod 711 /root; mkdir /gone; rmdir /gone; mkfifo /opt/fifo'
  run --separate-stderr racker diff "$n"
  equal "$status" 0
  equal "$stderr" ''
  equal "$output" 'C /etc
D /etc/group
C /etc/passwd
A /opt
A /opt/a
A /opt/a/b
A /opt/a/b/f
A /opt/a/z
A /opt/a-1
A /opt/fifo
C /root'
  racker rm "$n"
}

@test "directories that were replaced: what is gone is named, what came back is not" {
  racker run --name "$n" --boot=never debian-bookworm sh -c 'cd /etc; rm -r skel; mkdir skel; echo new >skel/.bashrc
    rm -r opt; touch opt; rm motd; mkdir motd; touch motd/in; touch -r skel skel; rm -r /media; ln -s mnt /media'
  run racker diff "$n"
  equal "$output" 'C /etc
C /etc/motd
A /etc/motd/in
C /etc/opt
C /etc/skel
D /etc/skel/.bash_logout
C /etc/skel/.bashrc
D /etc/skel/.profile
C /media'
  racker rm "$n"
}

@test "running, stopped and never started; what is ours is not shown" {
  mkdir dir
  racker run -d --name "$n" -v "$PWD/dir:/data" busybox sh -c 'echo x >/data/y; echo x >/x; sleep 1000' >/dev/null
  wait_for 10 test -e dir/y
  equal "$(racker diff "$n")" $'A /data\nA /x'
  racker stop -t 0 "$n" >/dev/null
  equal "$(racker diff "$n")" $'A /data\nA /x'
  racker rm "$n" >/dev/null
  racker run --name "$n" "$REGISTRY/hello" >/dev/null
  equal "$(racker diff "$n")" ''
  racker rm "$n"
}

@test "a booted system shows neither our files nor its identity" {
  racker run --name "$n" debian-bookworm touch /root/by-hand
  run racker diff "$n"
  contains "$output" 'A /root/by-hand'
  lacks "$output" machine-id$'\n'
  lacks "$output" /etc/hostname
  lacks "$output" /etc/hosts
  racker rm "$n"
}

@test "an unknown container, and no name at all" {
  run --separate-stderr racker diff "$n"
  equal "$status" 1
  equal "$stderr" "racker: No such container: $n"
  run --separate-stderr racker diff ''
  equal "$stderr" "racker: Container name cannot be empty"
}
