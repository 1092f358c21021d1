#!/usr/bin/env bats
# Limits: enforced, refused and warned about as Docker does; OOM.

load lib

setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

plain() { racker run --rm --boot=never "$@"; }
refused() { # WANTED FLAGS…
  run plain "${@:2}" debian-bookworm true
  equal "$status" 125
  equal "${lines[0]}" "racker: $1"
}

# limit_file FILE: of the only container there is, wherever its hierarchies are.
limit_file() {
  local dir
  while read -r dir || [ -n "$dir" ]; do
    if [ -e "$dir/$1" ]; then cat "$dir/$1" && break; fi
  done < <(cat "$RACKER_ROOT"/containers/*/cgroup)
}
either() { # V2FILE V1FILE
  local value
  value=$(limit_file "$1")
  if [ -n "$value" ]; then echo "$value"; else limit_file "$2"; fi
}

@test "limits are in the control group before the first process runs" {
  racker run -d --name "$(name l)" --boot=never --memory 64m --memory-swap 96m --memory-reservation 32m \
    --pids-limit 77 --cpus 1.5 --cpuset-cpus 0 debian-bookworm sleep 1000
  equal "$(either memory.max memory.limit_in_bytes)" 67108864
  equal "$(either memory.low memory.soft_limit_in_bytes)" 33554432
  equal "$(limit_file pids.max)" 77
  equal "$(limit_file cpuset.cpus)" 0
  case $(either cpu.max cpu.cfs_quota_us) in
  "150000 100000" | 150000) ;;
  *) false ;;
  esac
  racker rm -f "$(name l)"
}

@test "more memory than allowed: killed, OOMKilled, an oom event, 137" {
  local c
  c=$(name eater)
  run racker run --name "$c" --boot=never --memory 20m --memory-swap 20m debian-bookworm \
    sh -c 'exec tail /dev/zero'
  equal "$status" 137
  equal "$(racker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' "$c")" "true 137"
  equal "$(racker events --since 1m --until 0s --filter container="$c" --filter event=oom --format '{{.Action}}')" oom
  racker rm "$c"
}

@test "a child that is killed for its memory is noticed while the container runs" {
  local c
  c=$(name child)
  racker run -d --name "$c" --boot=never --memory 20m --memory-swap 20m debian-bookworm \
    sh -c 'tail /dev/zero; sleep 1000'
  wait_for 5 eval '[ "$(racker inspect -f "{{.State.OOMKilled}}" '"$c"')" = true ]'
  equal "$(racker inspect -f '{{.State.Status}}' "$c")" running
  racker restart -t 0 "$c"
  racker rm -f "$c"
}

@test "a booted system has limits too" {
  local c
  c=$(name booted)
  racker run -d --name "$c" --memory 256m --pids-limit 200 debian-bookworm sleep 1000
  equal "$(either memory.max memory.limit_in_bytes)" 268435456
  run racker exec "$c" sh -c 'tail /dev/zero'
  wait_for 5 eval '[ "$(racker inspect -f "{{.State.OOMKilled}}" '"$c"')" = true ]'
  racker stop "$c"
  racker rm "$c"
}

@test "a fork bomb stays within --pids-limit, and can be stopped" {
  local c
  c=$(name bomb)
  racker run -d --name "$c" --boot=never --pids-limit 30 debian-bookworm \
    sh -c 'while :; do (sleep 1000 &) 2>/dev/null; done'
  sleep 0.5
  [ "$(limit_file pids.current)" -le 30 ]
  racker stop -t 1 "$c"
  equal "$(racker inspect -f '{{.State.Status}} {{.State.ExitCode}}' "$c" | cut -d' ' -f1)" exited
  racker rm "$c"
}

@test "the smallest limits leave room for a command" {
  plain --pids-limit 1 debian-bookworm true
  plain --memory 6m debian-bookworm true
}

throttled() { [ "$(limit_file cpu.stat | awk '$1 == "nr_throttled" { print $2 }')" -gt 3 ]; }

@test "processor time is limited" {
  local used c
  # Half a processor for one second gives about half a second, less on a busy machine.
  used=$(plain --cpus 0.5 debian-bookworm sh -c 'timeout 1 sh -c "while :; do :; done"
    times' | tail -1 | sed 's/^0m\([0-9.]*\)s.*/\1/')
  awk -v u="$used" 'BEGIN { exit !(u < 0.7) }'
  c=$(name throttled)
  racker run -d --name "$c" --boot=never --cpus 0.1 debian-bookworm sh -c 'while :; do :; done'
  wait_for 20 throttled
  racker rm -f "$c"
  equal "$(plain --cpuset-cpus 0 debian-bookworm nproc)" 1
}

@test "what contradicts itself is refused in Docker's words" {
  refused "Minimum memory limit allowed is 6MB" --memory 4m
  refused "Minimum memoryswap limit should be larger than memory limit, see usage" --memory 64m --memory-swap 32m
  refused "You should always set the Memory limit when using Memoryswap limit, see usage" --memory-swap 32m
  refused "Minimum memory reservation allowed is 6MB" --memory-reservation 5m
  refused "Minimum memory limit can not be less than memory reservation limit, see usage" \
    --memory 64m --memory-reservation 128m
  refused "Conflicting options: Nano CPUs and CPU Quota cannot both be set" --cpus 1 --cpu-quota 1000
  refused "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)" --cpu-period 100
  refused "CPU cfs quota can not be less than 1ms (i.e. 1000)" --cpu-quota 100
  refused "Range of CPUs is from 0.01 to $(nproc).00, as there are only $(nproc) CPUs available" --cpus 4096
  refused "Invalid value x for cpuset cpus: invalid format: x" --cpuset-cpus x
  run plain --device-read-bps /dev/nosuch:1mb debian-bookworm true
  equal "$status" 125
  contains "$output" "stat /dev/nosuch"
}

@test "what the kernel cannot do is said" {
  run plain --oom-kill-disable debian-bookworm true
  equal "$status" 0
  # With cgroup v2 alone there is nothing to disable.
  if [ -e /sys/fs/cgroup/memory ]; then
    contains "$output" "OOM killer is disabled for the container, but no memory limit is set"
  else
    equal "$output" "WARNING: Your kernel does not support OomKillDisable. OomKillDisable discarded."
  fi
  if [ -e /sys/fs/cgroup/blkio ] && [ ! -e /sys/fs/cgroup/blkio/blkio.weight ]; then
    run plain --blkio-weight 300 debian-bookworm true
    equal "$status" 0
    equal "$output" "WARNING: Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded."
  fi
}
