#!/usr/bin/env bats
# racker: command lines that fail before root, a network or a container is needed: texts and exit statuses
# are Docker's.

bats_require_minimum_version 1.5.0

setup() {
  RACKER_BIN=${RACKER_BIN:-$(cd "$(dirname "$BATS_TEST_FILENAME")/../.." && pwd)/build/release/bin}
  PATH=$RACKER_BIN:$PATH
  export RACKER_ROOT=$BATS_TEST_TMPDIR/root
  cd "$BATS_TEST_TMPDIR" || return
}

# fails STATUS FIRST-LINE COMMAND...: nothing on stdout, that line on stderr.
fails() {
  local want=$1 line=$2
  shift 2
  run --separate-stderr "$@"
  if [ "$status" != "$want" ] || [ -n "$output" ] || [ "${stderr_lines[0]}" != "$line" ]; then
    printf '%s\nstatus %s, wanted %s\nstdout: %s\nstderr: %s\nwanted: %s\n' "$*" "$status" "$want" "$output" "$stderr" "$line"
    return 1
  fi
}

# Usage errors end with the usage line and where help is.
usage_follows() {
  [[ $stderr == *$'\n\nUsage:  '"$1"$'\n\n'*"Run '$2 --help' for more information" ]]
}

@test "run: unknown flags" {
  fails 125 "unknown flag: --nosuch" racker run --nosuch x
  usage_follows "racker run [OPTIONS] IMAGE [COMMAND] [ARG...]" "racker run"
  fails 125 "unknown shorthand flag: 'Z' in -Zi" racker run -Zi x
  fails 125 "flag needs an argument: --name" racker run --name
  fails 125 "unknown flag: --nosuch" racker container run --nosuch x
  usage_follows "racker container run [OPTIONS] IMAGE [COMMAND] [ARG...]" "racker container run"
}

@test "run: wrong values" {
  fails 125 'invalid argument "x" for "-t, --tty" flag: strconv.ParseBool: parsing "x": invalid syntax' \
    racker run --tty=x busybox
  fails 125 'invalid argument "x" for "--stop-timeout" flag: strconv.ParseInt: parsing "x": invalid syntax' \
    racker run --stop-timeout x busybox
  fails 125 'invalid argument "" for "-e, --env" flag: invalid environment variable: ' racker run -e '' busybox
  fails 125 'invalid argument "=x" for "-e, --env" flag: invalid environment variable: =x' racker run -e =x busybox
  fails 125 "invalid argument \"=x\" for \"-l, --label\" flag: invalid label '=x': empty name" \
    racker run -l =x busybox
  fails 125 "racker: invalid pull option: 'x': must be one of \"always\", \"missing\" or \"never\"" \
    racker run --pull x busybox
  fails 125 "racker: invalid boot option: 'x': must be one of \"auto\", \"always\" or \"never\"" \
    racker run --boot x busybox
  fails 125 "racker: no name set for network" racker run --network '' busybox
  fails 125 "racker: networks host and none exclude each other" racker run --network host --network none busybox
  [[ $stderr == *$'\n\n'"Run 'racker run --help' for more information" ]]
}

@test "run: env files" {
  fails 125 "racker: open nosuch: no such file or directory" racker run --env-file nosuch busybox
  printf 'A=1\n\nC D=3\n' >env.txt
  fails 125 "racker: invalid env file (env.txt): line 3: variable 'C D' contains whitespaces" \
    racker run --env-file env.txt busybox
  printf '=1\n' >env.txt
  fails 125 "racker: invalid env file (env.txt): line 1: no variable name on line '=1'" racker run --env-file env.txt busybox
}

@test "run: what can never be had says why" {
  fails 125 "flag --isolation is not supported: it exists for containers on Windows only" \
    racker run --isolation process busybox
}

@test "run and exec: -it needs a terminal" {
  fails 1 "racker: the input device is not a TTY" racker run -it busybox </dev/null
  fails 1 "racker: the input device is not a TTY" racker exec -it busybox true </dev/null
}

@test "operands are counted" {
  fails 1 "racker: 'racker run' requires at least 1 argument" racker run
  fails 1 "racker: 'racker exec' requires at least 2 arguments" racker exec x
  fails 1 "racker: 'racker logs' requires 1 argument" racker logs
  fails 1 "racker: 'racker logs' requires 1 argument" racker logs a b
  fails 1 "racker: 'racker ps' accepts no arguments" racker ps a
  fails 1 "racker: 'racker version' accepts no arguments" racker version a
  fails 1 "racker: 'racker images' requires at most 1 argument" racker images a b
  local command
  for command in stop kill rm rmi wait; do
    fails 1 "racker: 'racker $command' requires at least 1 argument" racker "$command"
  done
}

@test "lists: filters and templates" {
  fails 125 'invalid argument "x" for "-f, --filter" flag: bad format of filter (expected name=value)' racker ps -f x
  fails 125 'invalid argument "x" for "-f, --filter" flag: bad format of filter (expected name=value)' \
    racker images -f x
  fails 125 'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax' racker ps -n x
}

@test "logs: --tail is a number or all" {
  fails 1 'racker: invalid value for "tail": "x" is neither a number nor all' racker logs --tail x name
}

@test "unknown commands" {
  fails 1 "racker: unknown command: racker nosuch" racker nosuch
  fails 1 "racker: unknown command: racker container nosuch" racker container nosuch
}

@test "every command has help, under each of its names" {
  local command
  for command in run exec ps pull images version kill logs rm rmi stop wait container image \
    "container run" "container ls" "container list" "container ps" "container exec" "container kill" \
    "container logs" "container rm" "container remove" "container stop" "container wait" \
    "image ls" "image list" "image pull" "image rm" "image remove"; do
    # shellcheck disable=SC2086 # words
    run --separate-stderr racker $command --help
    [ "$status" = 0 ]
    [[ $output == "Usage:  racker "* ]]
    [ -z "$stderr" ]
  done
}

@test "run -h is the host name, not help" {
  fails 125 "flag needs an argument: 'h' in -h" racker run -h
}

@test "version" {
  run --separate-stderr racker version
  [ "$status" = 0 ]
  [ "${lines[0]}" = "Client:" ]
  [[ $output == *"systemd-nspawn:"* ]]
  run --separate-stderr racker version -f '{{.Client.Version}} {{.Server.Version}}'
  [[ $output =~ ^([0-9.]+)\ ([0-9.]+)$ ]]
  [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
  run --separate-stderr racker version -f json
  [[ $output == '{"Client":{"Version":"'* ]]
  fails 64 "template parsing error: template: version:1: unclosed action" racker version -f '{{.Client'
}

@test "pronto: help, and what it hands on" {
  run --separate-stderr pronto --help
  [ "$status" = 0 ]
  [[ $output == "Usage:  pronto [OPTIONS] IMAGE [COMMAND] [ARG...]"* ]]
  fails 1 "pronto: 'pronto' requires at least 1 argument" pronto
  fails 125 "unknown shorthand flag: 'd' in -d" pronto -d x
}

@test "pronto becomes racker run --rm -i" {
  mkdir bin
  cp "$RACKER_BIN/pronto" bin/
  printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >bin/racker
  chmod +x bin/racker
  run --separate-stderr bin/pronto --root /r --config /c -D -- -image cmd -x --rm
  [ "$status" = 0 ]
  [ "$output" = "--root=/r
--log-level=info
--config=/c
--debug
run
--rm
-i
--
-image
cmd
-x
--rm" ]
}

@test "not root: one line, 125 for run and 1 for others" {
  local as=()
  # Copied to where everybody gets at it.
  cp "$RACKER_BIN/racker" "$BATS_TMPDIR/racker-$$"
  if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid 65534 --regid 65534 --clear-groups); fi
  fails 125 "racker-$$: permission denied: racker needs root (try sudo)" "${as[@]}" "$BATS_TMPDIR/racker-$$" run busybox
  [ "${#stderr_lines[@]}" = 1 ]
  fails 1 "racker-$$: permission denied: racker needs root (try sudo)" "${as[@]}" "$BATS_TMPDIR/racker-$$" ps
  rm "$BATS_TMPDIR/racker-$$"
}
