#!/usr/bin/env bats
# operands: commands that take several containers go on after one has failed, and work on all at once.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "stop, kill, rm: each operand gets its line, the errors their own, and 1 is the status" {
  local a b
  a=$(name a) b=$(name b)
  racker run -d --name "$a" busybox sleep 1000 >/dev/null
  racker run -d --name "$b" busybox sleep 1000 >/dev/null
  run --separate-stderr racker rm "$a" nosuch
  equal "$status" 1
  equal "$output" ""
  contains "$stderr" "cannot remove container \"/$a\": container is running"
  contains "$stderr" "No such container: nosuch"
  run --separate-stderr racker kill nosuch "$a"
  equal "$status" 1
  equal "$output" "$a"
  equal "$stderr" "racker: cannot kill container: nosuch: No such container: nosuch"
  run --separate-stderr racker stop -t 1 "$b" nosuch "$a"
  equal "$status" 1
  equal "$output" "$b"$'\n'"$a"
  run --separate-stderr racker wait "$a" "$b"
  equal "$output" $'137\n137'
  run --separate-stderr racker rm "$a" nosuch "$b"
  equal "$status" 1
  equal "$output" "$a"$'\n'"$b"
  run --separate-stderr racker rm -f nosuch
  equal "$status" 0
  equal "$stderr" "racker: No such container: nosuch"
}

@test "stop works on all at once" {
  local i n names=()
  for i in 1 2 3 4; do
    n=$(name "$i")
    names+=("$n")
    # A shell as PID 1 does not see SIGTERM: each is killed after the timeout.
    racker run -d --name "$n" busybox sleep 1000 >/dev/null
  done
  local before=$SECONDS
  racker stop -t 3 "${names[@]}"
  [ $((SECONDS - before)) -lt 9 ]
  racker rm "${names[@]}"
}

@test "one name for ten containers at once: one gets it" {
  local i n
  n=$(name)
  racker pull -q busybox >/dev/null
  for i in 1 2 3 4 5 6 7 8 9 10; do
    racker run -d --name "$n" busybox sleep 1000 >"out.$i" 2>"err.$i" 3>&- &
  done
  wait
  equal "$(cat out.* | wc -l)" 1
  equal "$(grep -l "already in use" err.* | wc -l)" 9
  racker rm -f "$n"
}
