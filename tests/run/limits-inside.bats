#!/usr/bin/env bats
# limits-inside: limits that a process has with it: ulimits, the OOM score; for run and exec.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "--ulimit, plain: soft and hard, also for exec" {
  local name
  name=$(name)
  racker run -d --name "$name" --ulimit nofile=100:200 --ulimit core=0 --oom-score-adj 321 busybox sleep 60
  run --separate-stderr racker exec "$name" sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c; cat /proc/self/oom_score_adj /proc/1/oom_score_adj; grep "open files" /proc/1/limits'
  equal "${lines[*]:0:5}" "100 200 0 321 321"
  matches "${lines[5]}" 'files +100 +200 '
  racker rm -f "$name"
}

@test "--ulimit, booted: the command, exec and every service" {
  local name
  name=$(name)
  racker run -d --name "$name" --ulimit nofile=300:400 --oom-score-adj 321 debian-bookworm sleep 60
  run --separate-stderr racker exec "$name" sh -c \
    'ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj; systemd-run -q --pipe --wait sh -c "ulimit -Sn; ulimit -Hn"'
  equal "$output" $'300\n400\n321\n300\n400'
  racker rm -f "$name"
}

@test "a hard limit beyond ours is named" {
  local image
  if [ $((0x$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status) >> 24 & 1)) = 1 ]; then ulimit -Hn 1024; fi
  for image in busybox debian-bookworm; do
    run setpriv --bounding-set -sys_resource racker run --rm --ulimit nofile=100:2000000 "$image" true
    equal "$status" 125
    contains "$output" "error setting rlimit type 7: operation not permitted (nofile: racker's own hard limit is $(ulimit -Hn))"
  done
}

@test "values that are none" {
  run racker run --rm --ulimit nofile=300:200 busybox true
  equal "$status" 125
  contains "$output" "ulimit soft limit must be less than or equal to hard limit: 300 > 200"
  run racker run --rm --ulimit foo=1 busybox true
  contains "$output" "invalid ulimit type: foo"
  run racker run --rm --oom-score-adj 5000 busybox true
  contains "$output" "Invalid value 5000, range for oom score adj is [-1000, 1000]"
}
