#!/usr/bin/env bats
# events: `racker events`, and who writes them.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# The actions of a container, in a line.
actions() { racker events --since 1h --until 0s -f container="$1" --format '{{.Action}}' | tr '\n' ' '; }

@test "a container's events in Docker's forms" {
  local n id
  n=$(name)
  id=$(racker create --name "$n" --boot=never -l foo=bar busybox true)
  racker rm "$n"
  run --separate-stderr racker events --since 1h --until 0s -f "container=$n"
  equal "$status" 0
  equal "${#lines[@]}" 2
  matches "${lines[0]}" "^20[0-9-]+T[0-9:]+\.[0-9]{9}Z container create $id \(foo=bar, image=busybox, name=$n\)$"
  matches "${lines[1]}" "^20[0-9-]+T[0-9:]+\.[0-9]{9}Z container destroy $id \(foo=bar, image=busybox, name=$n\)$"
  racker events --since 1h --until 0s -f "container=$n" -f event=create --format json >got
  equal "$(jq -r '[.status, .id, .from, .Type, .Action, .Actor.ID, .Actor.Attributes.name, .Actor.Attributes.foo, .scope] | join(" ")' got)" \
    "create $id busybox container create $id $n bar local"
  equal "$(jq -r '.timeNano / 1000000000 | floor' got)" "$(jq -r .time got)"
  equal "$(racker system events --since 1h --until 0s -f "container=$n" --format '{{.Status}} {{.From}} {{.Actor.ID}} {{.Scope}}' | head -n 1)" \
    "create busybox $id local"
}

@test "filters choose events; unknown ones are refused" {
  local n all="--since 1h --until 0s"
  n=$(name)
  racker create --name "$n" --boot=never -l "k=$n" busybox true >/dev/null
  racker rm "$n"
  # shellcheck disable=SC2086
  {
    equal "$(racker events $all -f container="$n" | wc -l)" 2
    equal "$(racker events $all -f label="k=$n" | wc -l)" 2
    equal "$(racker events $all -f label="k=$n" -f event=destroy | wc -l)" 1
    equal "$(racker events $all -f label="k=$n" -f event=destroy -f event=create | wc -l)" 2
    equal "$(racker events $all -f label="k=$n" -f image=busybox | wc -l)" 2
    equal "$(racker events $all -f label="k=$n" -f type=image | wc -l)" 0
    run --separate-stderr racker events $all -f nope=x
    equal "$status" 1
    contains "$stderr" "invalid filter 'nope'"
    run --separate-stderr racker events $all -f nope
    equal "$status" 125
    contains "$stderr" "bad format of filter (expected name=value)"
  }
}

@test "times and formats that are wrong get Docker's errors" {
  run --separate-stderr racker events --since x
  equal "$status" 1
  contains "$stderr" 'failed to parse value as time or duration: "x"'
  run --separate-stderr racker events --since 10 --until 5
  equal "$status" 1
  contains "$stderr" '`since` time (10) cannot be after `until` time (5)'
  run --separate-stderr racker events --format '{{.Nope}}'
  equal "$status" 64
  contains "$stderr" 'Error parsing format: template: :1:2: executing "" at <.Nope>'
  run --separate-stderr racker events --format '{{.Nope'
  equal "$status" 64
  run --separate-stderr racker events extra
  equal "$status" 1
  contains "$stderr" "accepts no arguments"
  run --separate-stderr timeout 5 racker events --until 1
  equal "$status:$output" "0:"
}

@test "events are told as they happen, until --until or a signal" {
  local n
  n=$(name)
  racker events -f "container=$n" --format '{{.Action}}' >got 3>&- &
  local follower=$!
  racker events --until=-2s -f "container=$n" --format '{{.Action}}' >bounded 3>&- &
  local bounded=$!
  sleep 0.3
  racker create --name "$n" --boot=never busybox true >/dev/null
  wait_for 5 grep -q create got
  racker rm "$n"
  wait_for 5 grep -q destroy got
  kill -TERM "$follower"
  status=0
  wait "$follower" || status=$?
  equal "$status" 143
  wait "$bounded"
  cmp got bounded
}

@test "a run and its end" {
  local n
  n=$(name)
  run racker run --name "$n" --boot=never busybox sh -c 'exit 3'
  equal "$status" 3
  racker rm "$n"
  matches "$(actions "$n")" '^create .*start .*die .*destroy $'
  equal "$(racker events --since 1h --until 0s -f "container=$n" -f event=die --format '{{.Actor.Attributes.exitCode}}')" 3
}

@test "what --rm removes is told to be destroyed" {
  local n
  n=$(name)
  racker run --rm --name "$n" --boot=never busybox true
  matches "$(actions "$n")" '^create .*die .*destroy $'
  equal "$(actions "$n" | grep -o destroy | wc -l)" 1
}

@test "fifty containers at once: every event once, no line mixed" {
  local n i
  n=$(name)
  for i in $(seq 50); do
    { racker create --name "$n-$i-" --boot=never busybox true >/dev/null && racker rm "$n-$i-" >/dev/null; } 3>&- &
  done
  wait
  racker events --since 1h --until 0s -f "container=$n-" --format json >got
  equal "$(jq -r .Action got | sort | uniq -c | tr -s ' \n' ' ')" " 50 create 50 destroy "
  equal "$(jq -r .Actor.Attributes.name got | sort -u | wc -l)" 50
  # In the order of their times.
  equal "$(jq .timeNano got)" "$(jq .timeNano got | sort -n)"
}
