#!/usr/bin/env bats
# copy: a container made of another one.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  n=$(name)
}
teardown() { test_end; }

@test "files and configuration, exactly; another identity" {
  mkdir data
  echo shared >data/f
  racker run --name "$n" -v "$PWD/data:/data" -e GREETING=hi debian-bookworm sh -c 'cat /etc/machine-id
    [ -e /root/done ] && exit; cd /root; echo x >a; ln a b; chown 3:4 a; truncate -s 10M sparse; rm -r /etc/skel; mkdir /etc/skel
    touch done' >first
  run --separate-stderr racker copy "$n" "$n-2"
  equal "$status" 0
  matches "$output" '^[0-9a-f]{64}$'
  equal "$(racker diff "$n-2")" "$(racker diff "$n")"
  run racker start -a "$n-2"
  matches "$output" '^[0-9a-f]{32}'
  [ "$output" != "$(cat first)" ]
  run racker enter "$n-2" sh -c 'stat -c "%u:%g %h" /root/a; stat -c %b /root/sparse; cat /data/f; ls -A /etc/skel'
  equal "${lines[0]}" "3:4 2"
  [ "${lines[1]}" -lt 100 ]
  equal "${lines[2]}" shared
  equal "${#lines[@]}" 3
  # They share nothing.
  racker enter "$n-2" rm /root/a
  equal "$(racker enter "$n" cat /root/a)" x
  racker rm "$n" "$n-2"
}

@test "a running one is refused, a paused one is copied" {
  racker run -d --name "$n" busybox sh -c 'echo x >/root/a; sleep 1000' >/dev/null
  wait_for 10 racker exec "$n" test -s /root/a
  run --separate-stderr racker copy "$n" "$n-2"
  equal "$status: $stderr" "1: racker: container $n is running: stop or pause it before copying"
  racker pause "$n" >/dev/null
  racker copy "$n" "$n-2" >/dev/null
  racker unpause "$n" >/dev/null
  equal "$(racker enter "$n-2" cat /root/a)" x
  racker rm -f "$n" "$n-2"
}

@test "names that are taken or none, and unknown containers" {
  racker create --name "$n" busybox true >/dev/null
  run --separate-stderr racker copy "$n" "$n"
  contains "$stderr" "Conflict. The container name \"/$n\" is already in use"
  run --separate-stderr racker copy "$n" a@b
  contains "$stderr" "Invalid container name (a@b)"
  run --separate-stderr racker copy "$n-other" "$n-2"
  equal "$stderr" "racker: No such container: $n-other"
  equal "$(racker ps -aq --filter "name=$n" | wc -l)" 1
  racker rm "$n"
}
