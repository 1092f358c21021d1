#!/usr/bin/env bats
# stats and top.

load lib

setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "stats: a busy and an idle container" {
  local c d cpu
  c=$(name busy)
  d=$(name idle)
  racker run -d --name "$c" --boot=never --network none --memory 100m debian-bookworm sh -c 'while :; do :; done'
  racker run -d --name "$d" --boot=never debian-bookworm sleep 1000
  run racker stats --no-stream "$c" "$d"
  equal "$status" 0
  equal "$(tr -s ' ' <<<"${lines[0]}" | sed 's/ $//')" "CONTAINER ID NAME CPU % MEM USAGE / LIMIT MEM % NET I/O BLOCK I/O PIDS"
  equal "${#lines[@]}" 3
  cpu=$(racker stats --no-stream --format '{{.CPUPerc}}' "$c")
  awk -v c="${cpu%\%}" 'BEGIN { exit !(c > 3 && c < 130) }'
  contains "$(racker stats --no-stream --format '{{.MemUsage}}' "$c")" " / 100MiB"
  equal "$(racker stats --no-stream --format '{{.NetIO}} {{.PIDs}} {{.Container}} {{.Name}}' "$c")" "0B / 0B 1 $c $c"
  matches "$(racker stats --no-stream --format json "$d")" '^\{"BlockIO":".*","CPUPerc":"0.[0-9]*%","Container":".*","ID":"[0-9a-f]{12}","MemPerc":".*","MemUsage":".*","Name":".*","NetIO":"0B / 0B","PIDs":"1"\}$'
  racker stop -t 0 "$c" >/dev/null
  equal "$(racker stats --no-stream --format '{{.CPUPerc}} {{.MemUsage}} {{.PIDs}}' "$c")" "0.00% 0B / 0B 0"
  lacks "$(racker stats --no-stream --format '{{.Name}}')" "$c"
  contains "$(racker stats --no-stream -a --format '{{.Name}}')" "$c"
  run racker stats --no-stream nosuch "$c"
  equal "$status:$output" "1:racker: No such container: nosuch"
  racker rm -f "$c" "$d"
}

@test "stats: goes on until it is interrupted" {
  local c
  c=$(name live)
  racker run -d --name "$c" --boot=never debian-bookworm sleep 1000
  run -124 timeout 1.6 racker stats --format '{{.Name}}' "$c"
  [ "$(grep -c "$c" <<<"$output")" -ge 2 ]
  racker rm -f "$c"
}

@test "top: the host's ps, and only the container's processes" {
  local c
  c=$(name top)
  racker run -d --name "$c" --boot=never debian-bookworm sh -c 'sleep 1000; true'
  wait_for 5 eval '[ "$(racker top '"$c"' | wc -l)" = 3 ]'
  run racker top "$c"
  matches "${lines[0]}" '^UID +PID +PPID +C +STIME +TTY +TIME +CMD$'
  equal "$(racker top "$c" -o pid,args | awk 'NR > 1 { $1 = ""; print }' | sort)" " sh -c sleep 1000; true
 sleep 1000"
  run racker top "$c" -o args
  equal "$status:$output" "1:racker: Couldn't find PID field in ps output"
  run racker top "$c" -Q
  equal "$status:$output" "1:racker: ps: error: unsupported SysV option"
  run racker top nosuch
  equal "$status:$output" "1:racker: No such container: nosuch"
  racker stop -t 0 "$c"
  run racker top "$c"
  matches "$output" '^racker: container [0-9a-f]{64} is not running$'
  racker rm "$c"
}

@test "top: a booted system" {
  local c
  c=$(name booted)
  racker run -d --name "$c" debian-bookworm sleep 1000
  run racker top "$c" -eo pid,comm
  contains "$output" systemd-journal
  contains "$output" sleep
  lacks "$output" nspawn
  racker rm -f "$c"
}
