#!/usr/bin/env bats
# broken: containers whose files are cut off harm nobody else, are seen, and can be removed.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# dir NAME: where the container's files are.
dir() { echo "$RACKER_ROOT/containers/$(racker inspect -f '{{.Id}}' "$1")"; }
cut_off() { head -c "$2" "$1" >"$BATS_TEST_TMPDIR/cut" && cp "$BATS_TEST_TMPDIR/cut" "$1"; }

@test "ps shows it as dead, says why, and shows the others as ever" {
  local n
  n=$(name)
  racker create --name "$n" busybox true
  racker create --name "$n-other" busybox true
  cut_off "$(dir "$n")/config.json" 300
  run --separate-stderr racker ps -a --filter "name=$n" --format '{{.Names}} {{.Status}}'
  equal "$status" 0
  equal "$(sort <<<"$output")" "$n Dead
$n-other Created"
  one_line "$stderr"
  matches "$stderr" "^WARNING: container $n cannot be used, only removed by force: .*config.json:1:300: "
  # Nobody else hears of it.
  run --separate-stderr racker start -a "$n-other"
  equal "$status$stderr" 0
  run --separate-stderr racker rm "$n-other"
  equal "$status$stderr" 0
  racker rm -f "$n"
}

@test "its name is still taken, and every command says which container cannot be used" {
  local n command words
  n=$(name)
  racker create --name "$n" busybox true
  racker create --name "$n-b" busybox true
  cut_off "$(dir "$n")/config.json" 10
  for command in "start $n" "inspect $n" "stop $n" "logs $n" "rename $n-b $n"; do
    read -ra words <<<"$command"
    run --separate-stderr racker "${words[@]}"
    equal "$status" 1
    contains "$stderr" "container $n cannot be used: "
  done
  run --separate-stderr racker create --name "$n" busybox true
  contains "$stderr" "The container name \"/$n\" is already in use"
  run --separate-stderr racker rm "$n"
  equal "$status" 1
  contains "$stderr" 'only a forced removal is possible'
  racker rm -f "$n" "$n-b"
  # Not even the name is left.
  racker create --name "$n" busybox true
  racker rm "$n"
}

@test "prune leaves it alone; it is removed by ID, and by the beginning of one" {
  local n one two
  n=$(name)
  one=$(racker create --name "$n" busybox true)
  two=$(racker create --name "$n-b" busybox true)
  cut_off "$RACKER_ROOT/containers/$one/config.json" 0
  rm "$RACKER_ROOT/containers/$two/config.json"
  racker container prune -f >/dev/null
  equal "$(racker ps -aq --no-trunc --filter "name=$n" 2>/dev/null | sort)" "$(printf '%s\n' "$one" "$two" | sort)"
  racker rm -f "$one"
  racker rm -f "${two:0:12}"
  equal "$(racker ps -aq --filter "name=$n")" ''
}

@test "what runs of it is ended with it, whichever file is broken" {
  local n file dir leader
  n=$(name)
  for file in config.json state.json; do
    racker run -d --name "$n" busybox sleep 1000
    dir=$(dir "$n")
    leader=$(jq .Pid "$dir/state.json")
    cut_off "$dir/$file" 20
    racker rm -f "$n"
    [ ! -e "/proc/$leader" ]
    [ ! -e "$dir" ]
  done
}
