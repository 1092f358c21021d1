#!/usr/bin/env bats
# update: limits of running containers, restart policies, the disabled state.

load lib

setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

limit_file() {
  local dir
  while read -r dir || [ -n "$dir" ]; do
    if [ -e "$dir/$1" ]; then cat "$dir/$1"; fi
  done < <(cat "$RACKER_ROOT"/containers/*/cgroup) | head -1
}
either() {
  local value
  value=$(limit_file "$1")
  if [ -n "$value" ]; then echo "$value"; else limit_file "$2"; fi
}
host_config() { racker inspect -f "{{.HostConfig.$2}}" "$1"; }

@test "new limits hold at once, are written down and survive a restart" {
  local c
  c=$(name limits)
  racker run -d --name "$c" --boot=never --memory 100m debian-bookworm sleep 1000
  run racker update --memory 50m --pids-limit 9 --cpuset-cpus 0 "$c"
  equal "$status:$output" "0:$c"
  equal "$(either memory.max memory.limit_in_bytes) $(limit_file pids.max) $(limit_file cpuset.cpus)" "52428800 9 0"
  racker update --memory 300m --memory-swap 400m "$c"
  equal "$(either memory.max memory.limit_in_bytes)" 314572800
  racker restart -t 0 "$c"
  equal "$(either memory.max memory.limit_in_bytes) $(limit_file pids.max) $(limit_file cpuset.cpus)" "314572800 9 0"
  equal "$(host_config "$c" Memory) $(host_config "$c" CpusetCpus)" "314572800 0"
  racker update --pids-limit -1 "$c"
  equal "$(limit_file pids.max)" max
  contains "$(racker events --since 1m --until 0s --filter container="$c" --format '{{.Action}}')" update
  racker rm -f "$c"
}

@test "what cannot be: Docker's words, and nothing changes" {
  local c id
  c=$(name refused)
  id=$(racker run -d --name "$c" --boot=never --memory 100m --cpus 1 debian-bookworm sleep 1000)
  run racker update "$c"
  equal "$status:$output" "1:racker: you must provide one or more flags when using this command"
  run racker update --memory 1m "$c"
  equal "$status:$output" "1:racker: Minimum memory limit allowed is 6MB"
  run racker update --memory 300m "$c"
  equal "$status:$output" "1:racker: Cannot update container $id: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time"
  run racker update --cpu-quota 5000 "$c"
  equal "$status:$output" "1:racker: Cannot update container $id: Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set"
  run racker update --restart bogus "$c"
  equal "$status:$output" "1:racker: invalid restart policy: unknown policy 'bogus'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
  run racker update --cpu-shares x "$c"
  equal "$status" 125
  run racker update --pids-limit 9 "$c" nosuch
  equal "$status" 1
  contains "$output" "No such container: nosuch"
  equal "$(host_config "$c" Memory) $(host_config "$c" NanoCpus)" "104857600 1000000000"
  racker rm -f "$c"
}

@test "what the kernel refuses is put back" {
  local c
  c=$(name kernel)
  # Only v1 has a limit that the kernel refuses for sure.
  if [ ! -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ]; then return 0; fi
  racker run -d --name "$c" --boot=never --pids-limit 20 debian-bookworm sleep 1000
  run racker update --pids-limit 30 --cpu-rt-runtime 1000 "$c"
  equal "$status" 1
  contains "$output" "Cannot update container"
  equal "$(limit_file pids.max)" 20
  racker restart -t 0 "$c"
  equal "$(limit_file pids.max)" 20
  racker rm -f "$c"
}

@test "a restart policy counts from now on" {
  local c
  c=$(name policy)
  racker run -d --name "$c" --boot=never debian-bookworm sleep 1000
  racker update --restart on-failure:3 "$c"
  equal "$(racker inspect -f '{{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}' "$c")" on-failure:3
  kill -9 "$(racker inspect -f '{{.State.Pid}}' "$c")"
  wait_for 5 eval '[ "$(racker inspect -f "{{.RestartCount}}" '"$c"')" = 1 ]'
  racker update --restart no "$c"
  racker rm -f "$c"
}

@test "a disabled container is not started" {
  local c
  c=$(name disabled)
  racker create --name "$c" --boot=never debian-bookworm true
  racker update --disabled "$c"
  run racker start "$c"
  equal "$status" 1
  contains "$output" "is disabled"
  racker update --disabled=false "$c"
  racker start -a "$c"
  racker rm "$c"
}

@test "memory runs out while limits change" {
  local c i
  c=$(name both)
  racker run -d --name "$c" --boot=never --memory 20m --memory-swap 20m debian-bookworm \
    sh -c 'while :; do tail /dev/zero; done'
  for i in 30 25 40 20; do
    racker update --memory "${i}m" --memory-swap "${i}m" "$c" || true
  done
  equal "$(racker inspect -f '{{.State.Status}}' "$c")" running
  wait_for 5 eval '[ "$(racker inspect -f "{{.State.OOMKilled}}" '"$c"')" = true ]'
  racker pause "$c"
  racker update --memory 40m --memory-swap 40m "$c"
  racker stop -t 1 "$c"
  racker rm "$c"
}
