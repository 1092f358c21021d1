#!/usr/bin/env bats
# report: what containers have used over time.

load lib

setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

field() { head -n 1 | jq ".$1"; }
holds() { awk "BEGIN { exit !($1) }"; }

@test "a finished container: its time, its processor, its peak, its disk" {
  local c json
  c=$(name finished)
  racker run --name "$c" --boot=never debian-bookworm \
    sh -c 'timeout 0.5 sh -c "while :; do :; done"; head -c 2000000 /dev/zero >/file'
  json=$(racker report --format json "$c")
  holds "$(field CPUSeconds <<<"$json") > 0.05"
  holds "$(field UpSeconds <<<"$json") > 0.4"
  holds "$(field MemoryPeak <<<"$json") > 100000"
  equal "$(field Runs <<<"$json")" 1
  holds "$(field Disk <<<"$json") >= 2000000"
  racker start -a "$c"
  json=$(racker report --format json "$c")
  equal "$(field Runs <<<"$json")" 2
  run racker report "$c"
  matches "${lines[0]}" '^CONTAINER ID +NAME +UP +CPU TIME +CPU % +CPU PEAK +MEM AVG +MEM PEAK +NET I/O +BLOCK I/O +PIDS PEAK +DISK *$'
  contains "${lines[1]}" "$c"
  racker rm "$c"
}

@test "a running container counts up to now; periods and intervals" {
  local c one two
  c=$(name running)
  racker run -d --name "$c" --boot=never debian-bookworm sh -c 'while :; do :; done'
  sleep 1.2
  one=$(racker report --format json "$c" | field CPUSeconds)
  sleep 0.5
  two=$(racker report --format json "$c" | field CPUSeconds)
  holds "$two > $one && $one > 0.02"
  equal "$(racker report --until 1h --format '{{.Up}} {{.CPUTime}}' "$c")" "0s 0s"
  holds "$(racker report --interval 1s "$c" | wc -l) >= 3"
  contains "$(racker report --format '{{.Name}}')" "$c"
  racker rm -f "$c"
}

@test "what cannot be asked for" {
  run racker report nosuch
  equal "$status:$output" "1:racker: No such container: nosuch"
  run racker report --interval 1ms
  equal "$status:$output" "1:racker: the interval must be at least one second"
  run racker report --since x
  equal "$status" 1
  contains "$output" 'invalid value for "since"'
}

@test "a monitor needs little memory" {
  local c pid
  c=$(name small)
  racker run -d --name "$c" debian-bookworm sleep 1000
  racker stats --no-stream "$c"
  pid=$(grep -oE '"MonitorPid": ?[0-9]+' "$RACKER_ROOT"/containers/*/state.json | grep -oE '[0-9]+$')
  sanitized || holds "$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup") <= 4096"
  racker rm -f "$c"
}
