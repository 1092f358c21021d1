#!/usr/bin/env bats
# docker-cli: every command and flag of Docker's command line is ours, too, or refused with its reason.
# tests/data/docker-cli.tsv is Docker's; tests/data/docker-cli.later names what comes with later issues.

bats_require_minimum_version 1.5.0

setup() {
  RACKER_BIN=${RACKER_BIN:-$(cd "$(dirname "$BATS_TEST_FILENAME")/../.." && pwd)/build/release/bin}
  PATH=$RACKER_BIN:$PATH
  WALK=$(dirname "$(readlink -f "$BATS_TEST_FILENAME")")/../data/walk-docker-cli
  export RACKER_ROOT=$BATS_TEST_TMPDIR/root
}

@test "every command and flag of Docker is there, or refused with a reason" {
  racker __describe >"$BATS_TEST_TMPDIR/describe"
  run "$WALK" <"$BATS_TEST_TMPDIR/describe"
  [ "$status" = 0 ]
  [ -z "$output" ] || { echo "$output"; return 1; }
}

@test "the list of what comes later names nothing that is there" {
  racker __describe >"$BATS_TEST_TMPDIR/describe"
  run "$WALK" --seen <"$BATS_TEST_TMPDIR/describe"
  [ "$status" = 0 ]
  [ -z "$output" ] || { echo "$output"; return 1; }
}

@test "the walk notices a flag that is missing, of another letter, of another type" {
  local broken
  racker __describe >"$BATS_TEST_TMPDIR/describe"
  for broken in 'del(.options[] | select(.name == "cap-add"))' \
    '(.options[] | select(.name == "memory") | .letter) = "M"' \
    '(.options[] | select(.name == "cpus") | .type) = "string"'; do
    run "$WALK" < <(jq "map($broken)" "$BATS_TEST_TMPDIR/describe")
    [[ $output == *"docker container run --"* ]]
    [[ $output == *"docker run --"* ]]
  done
}

@test "using a refused flag says why" {
  local command name type reason expected count=0
  local -a words
  while IFS=$'\t' read -r command name type reason; do
    read -ra words <<<"$command"
    if [ "$type" = bool ]; then words+=("--$name"); else words+=("--$name=1"); fi
    run --separate-stderr "${words[@]}" x y
    # Compose has a status of its own for wrong usage.
    expected=125
    if [[ $command = *" compose "* ]]; then expected=16; fi
    if [ "$status" != "$expected" ] || [ -n "$output" ] || [ "${stderr_lines[0]}" != "flag --$name is not supported: $reason" ]; then
      printf '%s --%s: status %s, %s\n' "$command" "$name" "$status" "$stderr"
      return 1
    fi
    count=$((count + 1))
  done < <(racker __describe | jq -r '.[] | .name as $c | .options[] | select(.refused) | [$c, .name, .type, .refused] | @tsv')
  [ "$count" -gt 40 ]
}

@test "values that are refused say why" {
  local value
  for value in syslog gelf fluentd awslogs splunk; do
    run --separate-stderr racker create --log-driver "$value" x
    [[ $stderr == *"--log-driver $value is not supported: "* || $stderr == *"needs root"* ]]
  done
}
