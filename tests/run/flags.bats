#!/usr/bin/env bats
# flags: what `create` and `run` make of their flags, and configuration fragments.

load lib
setup_file() {
  suite_start
  if [ "$(id -u)" = 0 ]; then racker pull -q busybox >/dev/null; fi
}
teardown_file() { suite_end; }
setup() { test_start; cd "$BATS_TEST_TMPDIR" || return; }
teardown() { test_end; }

inspect() { racker inspect -f "$2" "$1"; }

@test "create: prints the ID, starts nothing; start runs it" {
  local n id
  n=$(name)
  run --separate-stderr racker create --name "$n" --cidfile cid busybox echo "from create"
  equal "$status $stderr" "0 "
  matches "$output" '^[0-9a-f]{64}$'
  equal "$(cat cid)" "$output"
  id=$output
  equal "$(inspect "$n" '{{.State.Status}} {{.Id}}')" "created $id"
  equal "$(racker start -a "$n")" "from create"
  run --separate-stderr racker create --name "$n" busybox
  equal "$status" 1
  contains "$stderr" "Conflict. The container name \"/$n\" is already in use by container \"$id\""
  run --separate-stderr racker create --cidfile cid busybox
  equal "$status" 1
  contains "$stderr" "container ID file found"
  racker rm "$n"
}

@test "create: wrong flags are 125 with a pointer to --help, what the engine refuses is 1 without" {
  run --separate-stderr racker create --uts x busybox
  equal "$status" 125
  equal "${stderr_lines[0]}" "racker: --uts: invalid UTS mode"
  contains "$stderr" "Run 'racker create --help' for more information"
  run --separate-stderr racker create --memory 1m busybox
  equal "$status $stderr" "1 racker: Minimum memory limit allowed is 6MB"
  run --separate-stderr racker create --cap-add nosuch busybox
  equal "$status $stderr" '1 racker: invalid CapAdd: unknown capability: "CAP_NOSUCH"'
  run --separate-stderr racker run --cap-add nosuch busybox
  equal "$status" 125
  run --separate-stderr racker create --pid container:x busybox
  contains "$stderr" "--pid container:x is not supported: "
}

@test "inspect shows what the flags said" {
  local n
  n=$(name)
  racker create --name "$n" --cap-add net_admin --cap-drop all -e A=1 -e A=2 -l x --add-host 'h=[::1]' --dns 1.2.3.4 \
    --ulimit nofile=5:6 --ulimit core=0 --restart on-failure:3 --health-cmd true --health-interval 3s --expose 7-8/udp \
    --tmpfs /t:size=1m --mount type=tmpfs,dst=/u --annotation k=v --stop-timeout 7 --stop-signal INT --shm-size 1m \
    --log-opt max-size=1m --log-opt max-file=2 --device /dev/null:/dev/n:r --sysctl kernel.msgmax=9 --security-opt systempaths=unconfined \
    --domainname d --user 5:6 --workdir /w --timeout 1m --hook pre-start=true busybox >/dev/null
  equal "$(inspect "$n" '{{.HostConfig.CapAdd}} {{.HostConfig.CapDrop}} {{json .Config.Env}}')" \
    '[CAP_NET_ADMIN] [ALL] ["A=2","PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'
  equal "$(inspect "$n" '{{json .HostConfig.Ulimits}}')" \
    '[{"Name":"core","Hard":0,"Soft":0},{"Name":"nofile","Hard":6,"Soft":5}]'
  equal "$(inspect "$n" '{{.HostConfig.ExtraHosts}} {{.HostConfig.Dns}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}')" \
    '[h:::1] [1.2.3.4] 3'
  equal "$(inspect "$n" '{{json .Config.Healthcheck}}')" '{"Test":["CMD-SHELL","true"],"Interval":3000000000}'
  equal "$(inspect "$n" '{{json .Config.ExposedPorts}} {{json .HostConfig.Tmpfs}}')" '{"7/udp":{},"8/udp":{}} {"/t":"size=1m"}'
  equal "$(inspect "$n" '{{.Config.StopTimeout}} {{.Config.StopSignal}} {{.HostConfig.ShmSize}} {{json .HostConfig.LogConfig.Config}}')" \
    '7 INT 1048576 {"max-file":"2","max-size":"1m"}'
  equal "$(inspect "$n" '{{json .HostConfig.Devices}} {{json .HostConfig.Sysctls}} {{json .HostConfig.MaskedPaths}}')" \
    '[{"PathOnHost":"/dev/null","PathInContainer":"/dev/n","CgroupPermissions":"r"}] {"kernel.msgmax":"9"} []'
  racker rm "$n"
}

@test "--replace removes the old container, and only when the new one can be made" {
  local n first
  n=$(name)
  first=$(racker run -d --name "$n" busybox sleep 1000)
  run --separate-stderr racker run -d --replace --name "$n" --memory 1m busybox
  equal "$status" 125
  equal "$(inspect "$n" '{{.Id}}')" "$first"
  run --separate-stderr racker run -d --replace --name "$n" busybox sleep 1000
  equal "$status" 0
  equal "$(racker ps -aq --no-trunc --filter "name=^$n\$")" "$output"
  racker rm -f "$n"
  run --separate-stderr racker run --replace busybox true
  equal "$status" 125
  contains "$stderr" "cannot replace a container without --name"
}

@test "-a shows only the streams that it names" {
  run --separate-stderr racker run --rm -a stderr busybox sh -c 'echo out; echo err >&2'
  equal "$output|$stderr" "|err"
  run --separate-stderr racker run --rm -a stdout busybox sh -c 'echo out; echo err >&2'
  equal "$output|$stderr" "out|"
  run --separate-stderr racker run --rm -d -a stdout busybox true
  equal "$status" 125
  contains "$stderr" "conflicting options: cannot specify both --attach and --detach"
}

@test "--env-file, --label-file: what the command line says counts for more" {
  local n
  n=$(name)
  printf 'A=file\nB=file\n# no\n\nHOME\n' >vars
  printf 'l=file\nm\n' >labels
  run --separate-stderr racker run --name "$n" -e B=line --env-file vars --label-file labels -l l=line busybox sh -c 'echo $A $B $HOME'
  equal "$output" "file line $HOME"
  equal "$(inspect "$n" '{{json .Config.Labels}}')" '{"l":"line","m":""}'
  racker rm "$n"
}

# ---- fragments ----

@test "fragments: later files and the command line count for more, lists accumulate" {
  local n
  n=$(name)
  mkdir sub sub/data
  echo data >sub/data/file
  printf 'V=vars\n' >sub/vars
  printf 'includes: [sub/b.yaml]\nenv: {A: a, B: a}\nlabel: [x=1]\nhostname: fromfile\n' >a.yaml
  printf 'env: {A: b, C: b}\nenv-file: vars\nvolume: ["./data:/data:ro"]\nlabel: {y: 2}\n' >sub/b.yaml
  printf 'env: {B: c}\n' >c.yaml
  run --separate-stderr racker run --name "$n" --config-file a.yaml --config-file c.yaml -e C=line busybox \
    sh -c 'echo $A $B $C $V; hostname; cat /data/file'
  equal "$output" $'a c line vars\nfromfile\ndata'
  equal "$(inspect "$n" '{{json .Config.Labels}}')" '{"x":"1","y":"2"}'
  racker rm "$n"
}

@test "fragments: a change reaches containers at their next start and restart, from any folder" {
  local n m
  n=$(name 1) m=$(name 2)
  printf 'env: {A: one}\n' >f.yaml
  printf 'E=1\n' >vars
  racker create --name "$n" --config-file f.yaml --env-file vars busybox sh -c 'echo $A $E' >/dev/null
  racker run -d --name "$m" --config-file f.yaml busybox sh -c 'echo $A; exec sleep 1000' >/dev/null
  printf 'env: {A: two}\n' >f.yaml
  rm vars
  cd /
  equal "$(racker start -a "$n")" "two 1"
  racker restart -t 0 "$m" >/dev/null
  wait_for 10 has_line "$m" two
  equal "$(racker logs "$m")" $'one\ntwo'
  echo 'nosuch: 1' >"$BATS_TEST_TMPDIR/f.yaml"
  run --separate-stderr racker restart -t 0 "$m"
  equal "$status" 1
  contains "$stderr" "f.yaml:1: unknown flag: nosuch"
  equal "$(inspect "$m" '{{.State.Status}}')" running
  racker rm -f "$n" "$m"
}

@test "fragments: what update changed counts for more" {
  local n
  n=$(name)
  printf 'restart: on-failure:2\nhostname: one\n' >f.yaml
  racker create --name "$n" --config-file f.yaml busybox hostname >/dev/null
  racker update --restart unless-stopped "$n" >/dev/null
  racker update --restart on-failure:5 "$n" >/dev/null
  printf 'restart: always\nhostname: two\n' >f.yaml
  equal "$(racker start -a "$n")" two
  equal "$(inspect "$n" '{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}')" "on-failure 5"
  racker rm -f "$n"
}

has_line() { racker logs "$1" | grep -qx "$2"; }

@test "fragments: a wrong file keeps the container from starting, and says where it is wrong" {
  local n
  n=$(name)
  printf '# none\n' >f.yaml
  racker create --name "$n" --config-file f.yaml busybox true >/dev/null
  refused_fragment 'memory: 20m\nnosuch: 1\n' 'f.yaml:2: unknown flag: nosuch'
  refused_fragment 'memory: x\n' 'f.yaml:1: invalid argument "x" for "-m, --memory" flag: invalid size'
  refused_fragment 'image: other\n' 'f.yaml:1: image cannot be in a file: it is settled when the container is created'
  refused_fragment 'name: other\n' 'f.yaml:1: name cannot be in a file'
  refused_fragment 'rootfs: true\n' 'f.yaml:1: rootfs cannot be in a file'
  refused_fragment 'includes: [f.yaml]\n' 'f.yaml includes itself'
  refused_fragment 'includes: [nosuch.yaml]\n' 'nosuch.yaml: No such file or directory'
  refused_fragment 'a: [\n' 'f.yaml:2:'
  refused_fragment 'cap-add: nosuch\n' 'unknown capability: "CAP_NOSUCH"'
  rm f.yaml
  run --separate-stderr racker start "$n"
  equal "$status" 1
  contains "$stderr" "f.yaml: No such file or directory"
  echo '{}' >f.yaml
  equal "$(racker start "$n")" "$n"
  racker wait "$n" >/dev/null
  racker rm "$n"
}

refused_fragment() {
  # shellcheck disable=SC2059 # newlines
  printf "$1" >f.yaml
  run --separate-stderr racker start "$(racker ps -aq)"
  equal "$status" 1
  contains "$stderr" "$2"
}

@test "--config-file that is not there, or wrong, is a wrong run" {
  run --separate-stderr racker run --config-file nosuch.yaml busybox true
  equal "$status" 125
  contains "$stderr" "nosuch.yaml: No such file or directory"
  printf 'nosuch: 1\n' >f.yaml
  run --separate-stderr racker create --config-file f.yaml busybox true
  equal "$status" 125
  contains "$stderr" "f.yaml:1: unknown flag: nosuch"
  equal "$(racker ps -aq)" ""
}

@test "DOCKER_DEFAULT_PLATFORM is the default of --platform" {
  run --separate-stderr env DOCKER_DEFAULT_PLATFORM=linux/arm64 racker create --pull never busybox
  equal "$status" 1
  contains "$stderr" "does not match the specified platform"
  run --separate-stderr env DOCKER_DEFAULT_PLATFORM=linux/arm64 racker run --rm --platform linux/amd64 busybox echo ok
  equal "$output" ok
  run --separate-stderr env DOCKER_DEFAULT_PLATFORM=nonsense racker create busybox
  equal "$status" 1
  contains "$stderr" '"nonsense": unknown operating system or architecture'
}
