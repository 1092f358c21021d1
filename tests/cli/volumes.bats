#!/usr/bin/env bats
# volumes: command lines of volumes that need neither root, a network nor a container.

bats_require_minimum_version 1.5.0

setup() {
  RACKER_BIN=${RACKER_BIN:-$(cd "$(dirname "$BATS_TEST_FILENAME")/../.." && pwd)/build/release/bin}
  PATH=$RACKER_BIN:$PATH
  export RACKER_ROOT=$BATS_TEST_TMPDIR/root DOCKER_CONFIG=$BATS_TEST_TMPDIR/docker
  mkdir "$RACKER_ROOT"
  cd "$BATS_TEST_TMPDIR" || return
}

# fails STATUS FIRST-LINE COMMAND...
fails() {
  local want=$1 line=$2
  shift 2
  run --separate-stderr "$@"
  if [ "$status" != "$want" ] || [ "${stderr_lines[0]}" != "$line" ]; then
    printf '%s\nstatus %s, wanted %s\nstdout: %s\nstderr: %s\nwanted: %s\n' "$*" "$status" "$want" "$output" "$stderr" "$line"
    return 1
  fi
}

is() {
  if [ "$output" != "$1" ]; then
    printf 'got:  %q\nwant: %q\n' "$output" "$1"
    return 1
  fi
}

@test "usage errors" {
  fails 1 "racker: 'racker volume create' requires at most 1 argument" racker volume create a b
  fails 1 "racker: 'racker volume rm' requires at least 1 argument" racker volume rm
  fails 125 "unknown flag: --nosuch" racker volume ls --nosuch
  fails 125 "invalid argument \"=x\" for \"--label\" flag: invalid label '=x': empty name" racker volume create --label =x vv
  fails 125 "flag --cluster is not supported: there is no swarm that could have cluster volumes" racker volume ls --cluster
  fails 1 "can only update cluster volumes" racker volume update vv
  fails 1 "conflicting options: cannot specify a volume-name through both --name and as a positional arg" racker volume create --name aa bb
  fails 1 "conflicting options: cannot specify both --all and --filter all=1" racker volume prune -f -a --filter all=1
}

@test "names, drivers and options that cannot be" {
  fails 1 "racker: create a: volume name is too short, names should be at least two alphanumeric characters" racker volume create a
  fails 1 "racker: create ../x: \"../x\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path" racker volume create ../x
  fails 1 'racker: create vv: error looking up volume plugin nfs: plugin "nfs" not found' racker volume create -d nfs vv
  fails 1 'racker: create vv: invalid option: "foo"' racker volume create -o foo=bar vv
  fails 1 'racker: create vv: missing required option: "device"' racker volume create -o type=nfs vv
  fails 1 'racker: create vv: quota size requested but no quota support' racker volume create -o size=1m vv
  run racker volume ls -q
  is ""
}

@test "create, list, inspect, remove" {
  racker volume create --label a=1 v2
  racker volume create v10
  racker volume create -o type=tmpfs -o device=tmpfs -o o=size=1m v1
  run --separate-stderr racker volume ls
  is $'DRIVER    VOLUME NAME\nlocal     v1\nlocal     v2\nlocal     v10'
  run --separate-stderr racker volume ls --format '{{.Name}} {{.Labels}}' -f label=a
  is "v2 a=1"
  run --separate-stderr racker volume inspect -f '{{json .Options}} {{.Mountpoint}}' v1
  is "{\"device\":\"tmpfs\",\"o\":\"size=1m\",\"type\":\"tmpfs\"} $RACKER_ROOT/volumes/v1/_data"
  fails 1 "racker: get nosuch: no such volume" racker volume rm nosuch v1
  is v1
  run --separate-stderr racker volume rm -f nosuch v2 v10
  is $'nosuch\nv2\nv10'
  [ -z "$(ls "$RACKER_ROOT/volumes")" ]
}

@test "20 at once make one volume" {
  local i
  for i in $(seq 20); do racker volume create --label "n=$i" crowd >"out.$i" & done
  wait
  [ "$(sort -u out.*)" = crowd ]
  [ "$(ls "$RACKER_ROOT/volumes")" = crowd ]
  [ -z "$(ls "$RACKER_ROOT/tmp")" ]
}

@test "prune asks, and takes anonymous ones unless told" {
  local name
  name=$(racker volume create)
  racker volume create named
  run --separate-stderr racker volume prune </dev/null
  [[ $output == "WARNING! This will remove anonymous local volumes not used by at least one container."* ]]
  run --separate-stderr racker volume prune -f
  is $'Deleted Volumes:\n'"$name"$'\n\nTotal reclaimed space: 0B'
  echo 12345 >"$RACKER_ROOT/volumes/named/_data/file"
  run --separate-stderr racker volume prune -af
  is $'Deleted Volumes:\nnamed\n\nTotal reclaimed space: 6B'
}
