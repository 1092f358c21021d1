#!/usr/bin/env bats
# export: a container's files as a tar.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  n=$(name)
}
teardown() { test_end; }

@test "files, links, devices and owners; what is gone is gone; mounts are empty" {
  mkdir data
  echo no >data/secret
  racker run --name "$n" -v "$PWD/data:/data" busybox sh -c 'cd /root; echo one >a; ln a b; ln -s a l; mknod null c 1 3
    chown 5:6 a; chmod 4711 a; rm /etc/group; mkfifo p; mkdir d'
  racker export "$n" >out.tar
  mkdir got
  tar -C got -xpf out.tar
  equal "$(cat got/root/a)" one
  equal "$(stat -c '%u:%g %a %h' got/root/b)" "5:6 4711 2"
  equal "$(readlink got/root/l)" a
  equal "$(stat -c '%F %t:%T' got/root/null)" "character special file 1:3"
  equal "$(stat -c %F got/root/p)" fifo
  [ ! -e got/etc/group ]
  equal "$(ls -A got/data)" ''
  [ -x got/bin/busybox ]
  equal "$(tar tf out.tar | head -n1)" bin/
  racker export -o again.tar "$n"
  cmp out.tar again.tar
  racker rm "$n"
}

@test "a running container, its mounts not in it" {
  racker run -d --name "$n" busybox sh -c 'echo x >/new; sleep 1000' >/dev/null
  wait_for 10 racker exec "$n" test -s /new
  racker export "$n" | tar xO new | grep -q x
  equal "$(racker export "$n" | tar tf - | grep -c '^proc/.')" 0
  racker rm -f "$n"
}

@test "wrong input, and a terminal" {
  run --separate-stderr racker export "$n"
  equal "$status: $stderr" "1: racker: No such container: $n"
  run --separate-stderr racker export -o no/dir.tar "$n"
  equal "$stderr" "racker: failed to export container: invalid output path: stat no: no such file or directory"
  run --separate-stderr racker export -o . "$n"
  equal "$stderr" "racker: failed to export container: cannot write to a directory"
  run --separate-stderr racker export -o /dev/null "$n"
  equal "$stderr" "racker: failed to export container: cannot write to a character device file"
  run script -qec "racker export $n" /dev/null
  contains "$output" "cowardly refusing to save to a terminal. Use the -o flag or redirect"
}
