#!/usr/bin/env bats
# compose-cli: the command line of `racker compose`: Compose's usage errors and exit statuses.

bats_require_minimum_version 1.5.0

setup() {
  RACKER_BIN=${RACKER_BIN:-$(cd "$(dirname "$BATS_TEST_FILENAME")/../.." && pwd)/build/release/bin}
  PATH=$RACKER_BIN:$PATH
  export RACKER_ROOT=$BATS_TEST_TMPDIR/root
  unset COMPOSE_FILE COMPOSE_PROJECT_NAME COMPOSE_PROFILES
  cd "$BATS_TEST_TMPDIR" || return 1
}

# fails STATUS TEXT WORDS...
fails() {
  run racker compose "${@:3}"
  if [ "$status" != "$1" ] || [ "$output" != "$2" ]; then
    printf 'compose %s: status %s, %s\n' "${*:3}" "$status" "$output"
    return 1
  fi
}

@test "wrong flags and operands are told as Compose tells them" {
  fails 16 'unknown flag: --nope' --nope
  fails 16 'unknown flag: --nope' up --nope
  fails 16 "unknown shorthand flag: 'f' in -f" up -f x
  fails 1 'requires at least 2 arg(s), only received 1' exec a
  fails 1 'requires at least 1 arg(s), only received 0' run
  fails 1 'unknown command "x" for "racker compose version"' version x
  fails 16 'invalid argument "x" for "-t, --timeout" flag: strconv.ParseInt: parsing "x": invalid syntax' stop -t x
}

@test "without a file" {
  [ "$(id -u)" = 0 ] || skip "needs root"
  fails 14 'no configuration file provided: not found' up
  fails 14 'no configuration file provided: not found' ps
  fails 14 "open $PWD/nope.yml: no such file or directory" -f nope.yml ps
}

@test "an unknown command shows the help" {
  run --separate-stderr racker compose nope
  [ "$status" = 16 ]
  [ "$stderr" = 'unknown racker command: "compose nope"' ]
  [[ $output == *"Usage:  racker compose [OPTIONS] COMMAND"* ]]
  run racker compose
  [ "$status" = 0 ]
  [[ $output == *"Create and start containers"* ]]
}

@test "the program by the name of Compose, as a plugin too" {
  [ "$(racker-compose version --short)" = 2.26.1 ]
  [ "$(racker-compose compose version -f json)" = '{"version":"2.26.1"}' ]
  [ "$(racker-compose docker-cli-plugin-metadata | jq -r .SchemaVersion)" = 0.1.0 ]
  [ "$(racker compose --version)" = "Racker Compose version 2.26.1" ]
}

# What of Compose's command line is missing here, or has another letter or type.
missing() {
  comm -13 <(racker __describe | jq -r "map($1)"' | .[] | (.name | sub("^racker "; "")) as $c | select($c | startswith("compose"))
    | [$c], (.options[] | [$c, "--" + .name, (if .letter then "-" + .letter else "" end), .type]) | @tsv' | sort -u) \
    <(grep -v '^#' "$(dirname "$(readlink -f "$BATS_TEST_FILENAME")")/../data/compose-cli.tsv" | sort -u)
}

@test "every command and flag of Compose is there, with its letter and type" {
  run missing .
  [ -z "$output" ] || { echo "$output"; return 1; }
  run missing '(.options[] | select(.name == "abort-on-container-exit") | .type) = "int"'
  [[ $output == *"compose up"*"--abort-on-container-exit"* ]]
}
