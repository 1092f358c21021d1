#!/usr/bin/env bats
# hooks: commands of the host around a container's life.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "the container as JSON, and RACKER_ variables; before, after the start, after the end" {
  local n
  n=$(name)
  run --separate-stderr racker run --name "$n" \
    --hook "pre-start=jq -r .Name >$PWD/pre; echo \$RACKER_NAME \$RACKER_HOOK >>$PWD/pre" \
    --hook "post-start=jq -r .State.Status >$PWD/post" \
    --hook "post-stop=jq -r .State.ExitCode >$PWD/stop; echo \$RACKER_EXIT_CODE \$RACKER_ID >>$PWD/stop" \
    busybox sh -c 'sleep 0.5; exit 5'
  equal "$status" 5
  equal "$(cat pre)" "$(printf '/%s\n%s pre-start' "$n" "$n")"
  equal "$(cat post)" running
  equal "$(cat stop)" "$(printf '5\n5 %s' "$(racker inspect -f '{{.Id}}' "$n")")"
  racker rm "$n"
}

@test "a pre-start that fails: no start, its output in the error; post-stop cleans up" {
  local n
  n=$(name)
  run --separate-stderr racker run --name "$n" --hook 'pre-start=echo no license; exit 3' \
    --hook "post-stop=touch $PWD/stopped" busybox touch /ran
  equal "$status" 125
  contains "$stderr" 'pre-start hook "echo no license; exit 3" ended with status 3: no license'
  equal "$(racker inspect -f '{{.State.Status}}' "$n")" created
  [ -e stopped ]
  racker rm "$n"
}

@test "hooks of config.yaml come first; a wrong config.yaml is an error that names it" {
  local n
  n=$(name)
  cp "$RACKER_CONFIG" config.yaml
  export RACKER_CONFIG=$PWD/config.yaml
  printf 'hooks:\n  pre-start: ["echo a >>%s", "echo b >>%s"]\n  post-stop: echo d >>%s\n' "$PWD/order" "$PWD/order" "$PWD/order" >>config.yaml
  racker run --rm --hook "pre-start=echo c >>$PWD/order" busybox true
  equal "$(cat order)" "$(printf 'a\nb\nc\nd')"
  printf '  pre-boot: x\n' >>config.yaml
  run --separate-stderr racker run --rm busybox true
  equal "$status" 125
  contains "$stderr" "$PWD/config.yaml: hooks.pre-boot: unknown key"
}

@test "each run has its hooks; stop during a pre-start ends it" {
  local n
  n=$(name)
  racker run --name "$n" --restart on-failure:1 --hook "pre-start=echo x >>$PWD/count" busybox false || true
  racker wait "$n"
  equal "$(wc -l <count)" 2
  racker rm "$n"
  racker run -d --name "$n" --hook "pre-start=touch $PWD/begun; sleep 20" busybox sleep 1000 >/dev/null 2>err 3>&- &
  local client=$! status=0
  wait_for 20 test -e begun
  SECONDS=0
  racker rm -f "$n"
  [ "$SECONDS" -lt 10 ]
  wait "$client" || status=$?
  equal "$status" 125
  contains "$(cat err)" "the container was stopped while it was starting"
}
