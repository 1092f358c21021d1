#!/usr/bin/env bats
# ps: lists, filters and sorting; finding containers; rename and prune.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

names() { racker ps -a --format '{{.Names}}' "$@" | tr '\n' ' '; }

@test "filters" {
  local n
  n=$(name)
  racker run -d --name "$n-1" --boot=never --label "$n=x" --expose 81 --network none busybox sleep 1000 >/dev/null
  racker create --name "$n-2" --boot=never --label "$n=y" --label k busybox true
  run racker run --name "$n-3" --boot=never --label "$n" busybox sh -c 'exit 3'
  equal "$status" 3
  equal "$(names --filter "label=$n")" "$n-3 $n-2 $n-1 "
  equal "$(names --filter "label=$n=y")" "$n-2 "
  equal "$(names --filter "label=$n" --filter label=k)" "$n-2 "
  equal "$(names --filter "label=$n" --filter status=created --filter status=exited)" "$n-3 $n-2 "
  equal "$(names --filter "label=$n" --filter exited=3)" "$n-3 "
  equal "$(names --filter "label=$n" --filter exited=0)" ""
  equal "$(names --filter "before=$n-2")" "$n-1 "
  equal "$(names --filter "since=$n-2")" "$n-3 "
  # Without a network nothing is exposed.
  equal "$(names --filter "label=$n" --filter expose=80-90/tcp)" ""
  equal "$(names --filter "label=$n" --filter publish=81)" ""
  equal "$(names --filter "label=$n" --filter network=none)" "$n-1 "
  equal "$(names --filter "label=$n" --filter health=none)" "$n-3 $n-2 $n-1 "
  equal "$(names --filter "label=$n" --filter health=healthy)" ""
  equal "$(names --filter "label=$n" --filter is-task=true)" ""
  equal "$(names --filter "name=^/$n-[12]\$")" "$n-2 $n-1 "
  equal "$(names --filter "label=$n" --filter ancestor=busybox)" "$n-3 $n-2 $n-1 "
  equal "$(names --filter "label=$n" --filter ancestor=nosuch)" ""
  equal "$(racker ps --filter "label=$n" --format '{{.Names}}')" "$n-1"
  equal "$(racker ps --filter "label=$n" --filter status=exited --format '{{.Names}}')" "$n-3"
  equal "$(racker ps -n 2 --format '{{.Names}}' | tr '\n' ' ')" "$n-3 $n-2 "
  equal "$(racker ps -l --format '{{.Names}}')" "$n-3"
  racker rm -f "$n-1" "$n-2" "$n-3"
}

@test "the filter ancestor: images that were committed from it, also when one between them is gone" {
  local n
  n=$(name)
  racker create --name "$n-1" -l "$n" busybox true >/dev/null
  racker commit "$n-1" "$n:a" >/dev/null
  racker create --name "$n-a" -l "$n" "$n:a" true >/dev/null
  racker commit "$n-a" "$n:b" >/dev/null
  racker create --name "$n-b" -l "$n" "$n:b" true >/dev/null
  equal "$(racker inspect -f '{{.Parent}}' "$n:b")" "$(racker inspect -f '{{.Id}}' "$n:a")"
  equal "$(names --filter "label=$n" --filter ancestor=busybox)" "$n-b $n-a $n-1 "
  equal "$(names --filter "label=$n" --filter "ancestor=$n:a")" "$n-b $n-a "
  racker rm "$n-a" >/dev/null
  racker rmi "$n:a" >/dev/null
  equal "$(racker inspect -f '{{.Parent}}' "$n:b")" "$(racker inspect -f '{{.Id}}' busybox)"
  equal "$(names --filter "label=$n" --filter ancestor=busybox)" "$n-b $n-1 "
  racker rm "$n-b" >/dev/null
  racker rmi "$n:b" >/dev/null
  racker rm "$n-1" >/dev/null
}

@test "wrong filters: Docker's words" {
  local filter want
  while IFS='|' read -r filter want; do
    run --separate-stderr racker ps --filter "$filter"
    equal "$status" 1
    equal "$stderr" "racker: $want"
  done <<'TABLE'
nosuch=1|invalid filter 'nosuch'
status=x|invalid filter 'status=x'
health=x|unrecognized filter value for health: x
before=nosuch|No such container: nosuch
is-task=x|invalid filter 'is-task=[x]'
exited=x|invalid filter 'exited=x': strconv.Atoi: parsing "x": invalid syntax
publish=99999|error while looking up for publish 99999: strconv.ParseUint: parsing "99999": value out of range
TABLE
}

@test "sizes, sorting, other formats" {
  local n
  n=$(name)
  racker run --name "$n-b" --boot=never --label "$n" busybox sh -c 'head -c 5000 /dev/zero >/file'
  racker create --name "$n-a" --boot=never --label "$n" busybox true
  matches "$(racker ps -a --filter "name=$n-b" --format '{{.Size}}')" '^5(\.[0-9]+)?kB \(virtual [0-9.]+[kM]B\)$'
  matches "$(racker ps -as --filter "name=$n-b" | tail -n 1)" '5(\.[0-9]+)?kB \(virtual'
  equal "$(racker ps -a --filter "label=$n" --format '{{json .}}' | grep -c '"Size":"0B"')" 2
  equal "$(names --filter "label=$n" --sort name)" "$n-a $n-b "
  equal "$(names --filter "label=$n" --sort size)" "$n-b $n-a "
  equal "$(names --filter "label=$n" --sort created)" "$n-a $n-b "
  run --separate-stderr racker ps --sort nosuch
  equal "$status" 1
  contains "$stderr" 'invalid sort key "nosuch": must be one of name, id'
  run --separate-stderr racker ps -a --filter "name=$n-a" --format raw
  contains "$output" "names: $n-a"
  run --separate-stderr racker ps -aq --filter "name=$n-a" --format '{{.Names}}'
  equal "$stderr" "WARNING: Ignoring custom format, because both --format and --quiet are set."
  racker rm "$n-a" "$n-b"
}

@test "psFormat and imagesFormat of docker's config.json" {
  local n
  n=$(name)
  racker create --name "$n" --boot=never busybox true
  mkdir client
  echo '{"psFormat": "table {{.Names}}", "imagesFormat": "<{{.Repository}}>"}' >client/config.json
  equal "$(DOCKER_CONFIG=client racker ps -a --filter "name=^$n\$")" "NAMES
$n"
  equal "$(racker --config client ps -aq --no-trunc --filter "name=^$n\$" | wc -c)" 65
  equal "$(racker --config client ps -a --filter "name=^$n\$" --format '{{.State}}')" created
  contains "$(DOCKER_CONFIG=client racker images)" "<busybox>"
  echo '{' >client/config.json
  run --separate-stderr racker --config client ps
  equal "$status" 0
  contains "$stderr" "WARNING: Error loading config file: "
  racker rm "$n"
}

@test "addresses: those of a network namespace of its own" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot=never --network none --privileged busybox sleep 1000 >/dev/null
  equal "$(racker ps --filter "name=^$n\$" --format '{{.Addresses}}')" ""
  nsenter -t "$(racker inspect -f '{{.State.Pid}}' "$n")" -n ip link add br9 type bridge
  nsenter -t "$(racker inspect -f '{{.State.Pid}}' "$n")" -n ip address add 10.9.8.7/24 dev br9
  equal "$(racker ps --filter "name=^$n\$" --format '{{.Addresses}}')" "10.9.8.7"
  racker rm -f "$n"
}

@test "rename: running too; the old name is free, the index follows" {
  local n id
  n=$(name)
  id=$(racker run -d --name "$n" --boot=never busybox sleep 1000)
  racker rename "$n" "$n-new"
  equal "$(racker exec "$n-new" echo there)" there
  run --separate-stderr racker exec "$n" true
  equal "$stderr" "racker: No such container: $n"
  equal "$(readlink "$RACKER_ROOT/names/$n-new")" "$id"
  [ ! -e "$RACKER_ROOT/names/$n" ]
  racker create --name "$n" --boot=never busybox true
  run --separate-stderr racker rename "$n" "$n-new"
  equal "$status" 1
  equal "$stderr" "racker: Error when allocating new name: Conflict. The container name \"/$n-new\" is already in use by container\
 \"$id\". You have to remove (or rename) that container to be able to reuse that name.
Error: failed to rename container named $n"
  run --separate-stderr racker rename "$n" "$n"
  contains "$stderr" "Renaming a container with the same name as its current name"
  run --separate-stderr racker rename "$n" 'a b'
  contains "$stderr" "Invalid container name (/a b), only"
  run --separate-stderr racker rename nosuch x
  contains "$stderr" "No such container: nosuch"
  run --separate-stderr racker rename "" x
  equal "$stderr" "Error: Neither old nor new names may be empty"
  racker rm -f "$n" "$n-new"
}

@test "an index that is lost or wrong is no matter" {
  local n a b
  n=$(name)
  a=$(racker run -d --name "$n-a" --boot=never busybox sleep 1000)
  b=$(racker create --name "$n-b" --boot=never busybox true)
  rm -r "$RACKER_ROOT/names" "$RACKER_ROOT/live"
  equal "$(racker inspect -f '{{.Id}}' "$n-a")" "$a"
  contains "$(racker ps -q --no-trunc)" "$a"
  ln -sfn "$a" "$RACKER_ROOT/names/$n-b"
  equal "$(racker inspect -f '{{.Id}}' "$n-b")" "$b"
  equal "$(readlink "$RACKER_ROOT/names/$n-b")" "$b"
  run --separate-stderr racker create --name "$n-b" --boot=never busybox true
  contains "$stderr" "is already in use by container"
  run --separate-stderr racker inspect "${a:0:1}"
  equal "$(racker inspect -f '{{.Name}}' "${b:0:20}")" "/$n-b"
  racker rm -f "$n-a" "$n-b"
}

@test "many containers: the cache tells what their files say" {
  local n first
  private_root
  n=$(name)
  racker pull -q busybox >/dev/null
  first=$(racker create --name "$n" --boot=never busybox true)
  python3 - "$RACKER_ROOT/containers" "$first" <<'PYTHON'
import json, os, shutil, sys, time
root, first = sys.argv[1:]
config = json.load(open(f"{root}/{first}/config.json"))
for i in range(60):
    config["Id"], config["Name"] = f"{i:064x}", f"many{i}"
    os.mkdir(f"{root}/{i:064x}")
    shutil.copy(f"{root}/{first}/state.json", f"{root}/{i:064x}")
    json.dump(config, open(f"{root}/{i:064x}/config.json", "w"))
time.sleep(1.1)
PYTHON
  equal "$(racker ps -aq | wc -l)" 61
  [ -s "$RACKER_ROOT/containers.cache" ]
  equal "$(names | tr ' ' '\n' | grep -c '^many[0-9]*$')" 60
  racker rename many7 other
  racker rm many8
  equal "$(names | tr ' ' '\n' | grep -c many)" 58
  contains "$(names)" "other "
  echo garbage >"$RACKER_ROOT/containers.cache"
  equal "$(racker ps -aq | wc -l)" 60
  racker container prune -f >/dev/null
  equal "$(racker ps -aq | wc -l)" 0
}

@test "container prune: a question, filters, what was freed" {
  local n id
  private_root
  n=$(name)
  racker pull -q busybox >/dev/null
  racker run -d --name "$n-up" --boot=never busybox sleep 1000 >/dev/null
  racker create --name "$n-a" --boot=never --label keep busybox true >/dev/null
  racker run --name "$n-b" --boot=never busybox sh -c 'head -c 3000 /dev/zero >/file'
  id=$(racker inspect -f '{{.Id}}' "$n-b")
  run --separate-stderr racker container prune <<<n
  equal "$status" 0
  equal "$output" "WARNING! This will remove all stopped containers.
Are you sure you want to continue? [y/N] "
  run --separate-stderr racker container prune -f --filter until=1h
  equal "$output" "Total reclaimed space: 0B"
  run --separate-stderr racker container prune --filter 'label!=keep' <<<y
  matches "$output" "\[y/N\] Deleted Containers:
$id

Total reclaimed space: 3(\.[0-9]+)?kB\$"
  equal "$(names)" "$n-a $n-up "
  run --separate-stderr racker container prune -f --filter x=y
  equal "$stderr" "racker: invalid filter 'x'"
  run --separate-stderr racker container prune -f --filter until=x
  equal "$stderr" 'racker: failed to parse value as time or duration: "x"'
  racker rm -f "$n-up" "$n-a"
}
