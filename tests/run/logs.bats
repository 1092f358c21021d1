#!/usr/bin/env bats
# logs: logging drivers, rotation, and what `racker logs` shows.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }

teardown() {
  local ids
  # A test that has passed removes its containers.
  if [ -n "${BATS_TEST_COMPLETED:-}" ] && mapfile -t ids < <(racker ps -aq) && [ ${#ids[@]} -gt 0 ]; then
    racker rm -f "${ids[@]}" >/dev/null
  fi
  test_end
}

# plain NAME ARGS…: runs a container without boot to its end.
plain() { racker run --name "$1" --boot=never "${@:2}"; }

# The directory of a container.
dir_of() { dirname "$(grep -l "\"$1\"" "$RACKER_ROOT"/containers/*/config.json | head -n 1)"; }

@test "order and bytes of the log are exact: binary data, long lines, no last newline" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot=never -v "$RACKER_BIN:/programs:ro" busybox sh -c '
    head -c 1000000 /dev/zero | tr "\0" x; echo
    cat /programs/racker-init
    printf "\0\377\n\n\r\nlast"' >/dev/null
  racker wait "$n"
  racker logs "$n" >got
  { head -c 1000000 /dev/zero | tr '\0' x; echo; cat "$RACKER_BIN/racker-init"; printf '\0\377\n\n\r\nlast'; } >want
  cmp got want
  # A line is a line, however long.
  racker logs -t "$n" | head -c 1000040 >line
  equal "$(wc -l <line)" 1
  matches "$(head -c 40 line)" '^20..-..-..T..:..:..\.[0-9]{9}Z x+$'
}

@test "--tail counts lines; zero, too many, all and negative numbers" {
  local n
  n=$(name)
  plain "$n" busybox sh -c 'for i in 1 2 3; do echo $i; done; head -c 50000 /dev/zero | tr "\0" x; echo; echo end'
  run --separate-stderr racker logs -n 0 "$n"
  equal "$status:$output" "0:"
  run --separate-stderr racker logs --tail 1 "$n"
  equal "$output" end
  equal "$(racker logs -n 2 "$n" | wc -c)" 50005
  equal "$(racker logs -n 3 "$n" | head -n 1)" 3
  equal "$(racker logs -n 100 "$n" | wc -l)" 5
  equal "$(racker logs -n all "$n" | wc -l)" 5
  equal "$(racker logs -n -1 "$n" | wc -l)" 5
  run --separate-stderr racker logs -n x "$n"
  equal "$status" 1
  contains "$stderr" '"x" is neither a number nor all'
}

@test "--since and --until, in every form" {
  local n middle
  n=$(name)
  plain "$n" busybox sh -c 'echo early; sleep 1.2; echo late'
  middle=$(racker logs -t "$n" | awk 'NR == 2 { print $1 }')
  equal "$(racker logs --since "$middle" "$n")" late
  equal "$(racker logs --until "$(date -u -d "$middle - 0.5 sec" +%s.%N)" "$n")" early
  equal "$(racker logs --since 1h "$n" | wc -l)" 2
  equal "$(racker logs --since 0 --until 0 "$n" | wc -l)" 2
  equal "$(racker logs --since 2099-01-01 "$n")" ""
  equal "$(racker logs --until 1 "$n")" ""
  equal "$(racker logs --until 1h30m "$n")" ""
  run --separate-stderr racker logs --since x "$n"
  equal "$status" 1
  contains "$stderr" 'invalid value for "since": failed to parse value as time or duration: "x"'
  run --separate-stderr racker logs --until x "$n"
  contains "$stderr" 'invalid value for "until": failed to parse value as time or duration: "x"'
}

@test "containers that never ran have an empty log, followed or not; unknown ones none" {
  local n
  n=$(name)
  racker create --name "$n" --boot=never busybox true
  run --separate-stderr timeout 10 racker logs "$n"
  equal "$status:$output$stderr" "0:"
  run --separate-stderr timeout 10 racker logs -f "$n"
  equal "$status:$output$stderr" "0:"
  run --separate-stderr racker logs nosuch
  equal "$status" 1
  contains "$stderr" "No such container: nosuch"
}

@test "logs -f ends with the container, with --until, and by a signal" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot=never busybox sh -c 'echo one; sleep 1.5; echo two; sleep 0.2; echo three; exit 4' >/dev/null
  run timeout 10 racker logs -f --until=-500ms "$n"
  equal "$status:$output" "0:one"
  run timeout 10 racker logs -f "$n"
  equal "$status" 0
  equal "$output" $'one\ntwo\nthree'
  racker run -d --name "$n-2" --boot=never busybox sleep 1000 >/dev/null
  racker logs -f "$n-2" 3>&- &
  local follower=$!
  sleep 0.3
  # A background job of the shell ignores SIGINT.
  kill -TERM "$follower"
  status=0
  wait "$follower" || status=$?
  equal "$status" 143
  racker rm -f "$n-2"
}

@test "rotation keeps max-file files; readers get every line once while it happens" {
  local n dir
  n=$(name)
  racker run -d --name "$n" --boot=never --log-opt max-size=20k --log-opt max-file=1000 busybox \
    sh -c 'sleep 0.5; i=0; while [ $i -lt 20000 ]; do echo "line $i of a log that is rotated"; i=$((i+1)); done' >/dev/null
  racker logs -f "$n" >got &
  racker wait "$n"
  wait $!
  seq -f 'line %.0f of a log that is rotated' 0 19999 >want
  cmp got want
  racker logs "$n" | cmp - want
  racker logs -n 5000 "$n" | cmp - <(tail -n 5000 want)
  dir=$(dir_of "$n")
  [ "$(find "$dir" -name 'log.json.*' | wc -l)" -gt 20 ]
  [ "$(stat -c %s "$dir/log.json.7")" -lt 21000 ]
}

@test "what is rotated away is gone, and the rest is whole" {
  local n
  n=$(name)
  plain "$n" --log-opt max-size=10k --log-opt max-file=3 busybox seq 1 5000 >/dev/null
  equal "$(find "$(dir_of "$n")" -name 'log.json*' | wc -l)" 3
  racker logs "$n" >got
  equal "$(tail -n 1 got)" 5000
  cmp got <(seq "$(head -n 1 got)" 5000)
  plain "$n-1" --log-opt max-size=10k busybox seq 1 5000 >/dev/null
  equal "$(find "$(dir_of "$n-1")" -name 'log.json*' | wc -l)" 1
  equal "$(racker logs "$n-1" | tail -n 1)" 5000
}

@test "compress=true: old files are compressed, and read as if they were not" {
  local n
  n=$(name)
  racker run -d --boot=never --name "$n" --log-opt compress=true --log-opt max-size=20k --log-opt max-file=100 busybox \
    sh -c 'i=0; while [ $i -lt 8000 ]; do echo "line $i"; i=$((i+1)); done; head -c 50000 /dev/urandom | od -x; printf "\001\377"' >/dev/null
  racker logs -f "$n" >followed
  racker wait "$n" >/dev/null
  racker logs "$n" >got
  cmp followed got
  cmp <(seq -f 'line %.0f' 0 7999) <(head -n 8000 got)
  cmp <(printf '\001\377') <(tail -c 2 got)
  cmp <(tail -n 4000 got) <(racker logs -n 4000 "$n")
  # All but the last two were finished long ago.
  [ "$(find "$(dir_of "$n")" -name 'log.json.*.gz' | wc -l)" -ge 10 ]
  [ ! -e "$(dir_of "$n")/log.json.1" ]
  zcat "$(dir_of "$n")"/log.json.2.gz | tail -n 1 | jq -e .log >/dev/null
  # A new run of the container goes on with the same files.
  racker start -a "$n" >/dev/null
  [ "$(racker logs "$n" | grep -c '^line 7999$')" = 2 ]
  racker rm "$n"
}

@test "the driver local rotates by itself" {
  local n
  n=$(name)
  plain "$n" --log-driver local --log-opt max-size=10k busybox seq 1 5000 >/dev/null
  equal "$(find "$(dir_of "$n")" -name 'log.json*' | wc -l)" 5
  equal "$(racker logs -n 1 "$n")" 5000
}

@test "labels, variables and a tag stand in front of lines with --details" {
  local n
  n=$(name)
  plain "$n" -l a.b=c -l 'x y=1' -e 'FOO=x=y,z' -e BAR=2 --log-opt labels=a.b,none --log-opt 'labels-regex=^x' \
    --log-opt env=FOO --log-opt 'env-regex=^BA' --log-opt tag='{{.Name}}/{{.ImageName}}' busybox sh -c 'echo out; echo err >&2'
  equal "$(racker logs --details "$n" 2>/dev/null)" "BAR=2,FOO=x%3Dy%2Cz,a.b=c,tag=$n%2Fbusybox,x+y=1 out"
  equal "$(racker logs --details "$n" 2>&1 >/dev/null)" "BAR=2,FOO=x%3Dy%2Cz,a.b=c,tag=$n%2Fbusybox,x+y=1 err"
  equal "$(racker logs "$n" 2>/dev/null)" out
  plain "$n-2" busybox echo bare
  equal "$(racker logs --details "$n-2")" " bare"
}

@test "the driver none keeps nothing, and says so" {
  local n
  n=$(name)
  equal "$(plain "$n" --log-driver none busybox echo shown)" shown
  run --separate-stderr racker logs "$n"
  equal "$status" 1
  contains "$stderr" "configured logging driver does not support reading"
  [ ! -e "$(dir_of "$n")/log.json" ]
}

@test "wrong drivers and options are refused in Docker's words, and nothing is created" {
  local options want
  while IFS='|' read -r options want; do
    # shellcheck disable=SC2086
    run --separate-stderr racker run --rm --boot=never $options busybox true
    equal "$status" 125
    contains "$stderr" "$want"
  done <<'EOF'
--log-driver nope|error looking up logging plugin nope: plugin "nope" not found
--log-driver syslog|log drivers are json-file, local, journald and none
--log-opt nope=1|unknown log opt 'nope' for json-file log driver
--log-driver local --log-opt tag=x|unknown log opt 'tag' for log driver local
--log-driver none --log-opt max-size=1m|invalid logging opts for driver none
--log-opt max-size=x|failed to initialize logging driver: invalid size: 'x'
--log-opt max-size=0|failed to initialize logging driver: max-size must be a positive number
--log-opt max-size=-1|failed to initialize logging driver: invalid size: '-1'
--log-opt max-file=x|failed to initialize logging driver: strconv.Atoi: parsing "x": invalid syntax
--log-opt max-file=0|failed to initialize logging driver: max-file cannot be less than 1
--log-opt compress=x|failed to initialize logging driver: strconv.ParseBool: parsing "x": invalid syntax
--log-opt compress=true|compress cannot be true when max-file is less than 2 or max-size is not set
--log-driver local --log-opt max-file=1|compression cannot be enabled when max file count is 1
--log-opt labels-regex=[|error parsing regexp
--log-opt mode=x|logger: logging mode not supported: x
--log-opt max-buffer-size=1m|max-buffer-size option is only supported with 'mode=non-blocking'
--log-opt mode=non-blocking --log-opt max-buffer-size=x|error parsing option max-buffer-size: invalid size: 'x'
--log-opt tag={{.Nope}}|can't evaluate field Nope
--log-opt tag={{|unclosed action
EOF
  equal "$(racker ps -aq)" ""
  racker run --rm --boot=never --log-opt mode=non-blocking --log-opt max-buffer-size=1m busybox true
}

@test "a log that is cut or damaged anywhere is shown as far as it goes" {
  local n log i
  n=$(name)
  plain "$n" busybox sh -c 'for i in 1 2 3 4; do echo "line $i"; done'
  log=$(dir_of "$n")/log.json
  cp "$log" whole
  for i in $(seq 0 7 "$(stat -c %s whole)"); do
    head -c "$i" whole >"$log"
    racker logs "$n" >got
    head -c "$(stat -c %s got)" <(printf 'line %d\n' 1 2 3 4) | cmp - got
    tail -c "$i" whole >"$log"
    racker logs -t -n 2 "$n" >/dev/null
  done
  { echo 'no JSON'; head -c 300000 /dev/zero; echo; cat whole; printf '\377\n{}\n'; } >"$log"
  equal "$(racker logs "$n" | wc -l)" 4
  equal "$(racker logs -n 1 "$n")" "line 4"
  rm "$log"
  equal "$(racker logs "$n")" ""
}

@test "a disk that is full: the container goes on, and the log says what is missing" {
  local n=full
  private_root
  mount -t tmpfs -o size=20m tmpfs "$RACKER_ROOT"
  mkdir shared
  head -c 9000000 /dev/zero >"$RACKER_ROOT/filler"
  racker run -d --name "$n" --boot=never -v "$PWD/shared:/shared" busybox sh -c '
    seq 1 200000; touch /shared/filled
    while [ ! -e /shared/room ]; do sleep 0.1; done
    echo after; exit 7' >/dev/null
  wait_for 20 test -e shared/filled
  equal "$(racker ps -q | wc -l)" 1
  racker logs "$n" 2>err >got
  cmp <(head -n 1000 got) <(seq 1 1000)
  rm "$RACKER_ROOT/filler"
  touch shared/room
  equal "$(racker wait "$n")" 7
  racker logs "$n" >got 2>err
  equal "$(tail -n 1 got)" after
  matches "$(tail -n 1 err)" '^racker: [0-9]+ lines of output lost here: No space left on device$'
  # What is there and what is told to be lost is everything.
  equal $(($(grep -cx '[0-9]*' got) + $(tail -n 1 err | cut -d' ' -f2))) 200000
  racker rm "$n"
  umount "$RACKER_ROOT"
}

@test "the end of a container is recorded on a full disk, too" {
  local n=full
  private_root
  mount -t tmpfs -o size=16m tmpfs "$RACKER_ROOT"
  racker create --name "$n" --boot=never busybox sh -c 'seq 1 300000; exit 7' >/dev/null
  run racker start -a "$n"
  equal "$status" 7
  equal "$(racker ps -a --format '{{.State}}')" exited
  equal "$(racker inspect -f '{{.State.ExitCode}}' "$n")" 7
  racker rm "$n"
  umount "$RACKER_ROOT"
}
