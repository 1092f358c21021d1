#!/usr/bin/env bats
# inspect: what inspect, port, info and version say, in Docker's shape.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# The keys of the first object, in their order, down to a depth.
keys() {
  python3 -c '
import json, sys
def keys(value, at, depth):
    for key in value if isinstance(value, dict) and depth else ():
        print(at + key)
        keys(value[key], at + key + ".", depth - 1)
keys(json.load(sys.stdin)[0], "", int(sys.argv[1]))' "$1"
}

@test "a container's keys are Docker's, in Docker's order, and Racker's own at the end" {
  local n
  n=$(name)
  racker create --name "$n" --boot=never busybox sleep 100
  run --separate-stderr racker inspect "$n"
  equal "$status" 0
  equal "$(keys 1 <<<"$output" | tr '\n' ' ')" "Id Created Path Args State Image ResolvConfPath HostnamePath HostsPath LogPath\
 Name RestartCount Driver Platform MountLabel ProcessLabel AppArmorProfile ExecIDs HostConfig GraphDriver Mounts Config\
 NetworkSettings Racker "
  equal "$(keys 2 <<<"$output" | sed -n 's/^State\.//p' | tr '\n' ' ')" "Status Running Paused Restarting OOMKilled Dead Pid\
 ExitCode Error StartedAt FinishedAt "
  contains "$(keys 2 <<<"$output" | tr '\n' ' ')" "HostConfig.AutoRemove HostConfig.VolumeDriver HostConfig.VolumesFrom\
 HostConfig.ConsoleSize HostConfig.CapAdd"
  contains "$(keys 2 <<<"$output" | tr '\n' ' ')" "HostConfig.Ulimits HostConfig.CpuCount HostConfig.CpuPercent\
 HostConfig.IOMaximumIOps HostConfig.IOMaximumBandwidth HostConfig.MaskedPaths HostConfig.ReadonlyPaths"
  run --separate-stderr racker inspect --size -f '{{.SizeRw}} {{gt .SizeRootFs 0}}' "$n"
  equal "$output" "0 true"
  run --separate-stderr racker inspect -f '{{.SizeRw}} {{.State.Health}} {{.HostConfig.Binds}}' "$n"
  equal "$output" "<nil> <nil> []"
  racker rm "$n"
}

@test "ExecIDs are those of the execs that run, as their events name them" {
  local n since ids
  n=$(name)
  racker run -d --boot=never --name "$n" busybox sleep 1000 >/dev/null
  equal "$(racker inspect -f '{{json .ExecIDs}}' "$n")" null
  since=$(date +%s)
  racker exec -d "$n" sleep 1000
  racker exec "$n" sh -c 'exit 3' || true
  racker exec -d "$n" sleep 1000
  ids=$(racker inspect -f '{{range .ExecIDs}}{{println .}}{{end}}' "$n" | grep . | sort)
  equal "$(wc -l <<<"$ids")" 2
  racker events --since "$since" --until "$(($(date +%s) + 1))" --filter "container=$n" --filter event=exec_start \
    --format '{{.Actor.Attributes.execID}}' >started
  equal "$(grep -cxF "$ids" started)" 2
  racker stop -t 0 "$n" >/dev/null
  equal "$(racker inspect -f '{{json .ExecIDs}}' "$n")" null
  racker rm "$n"
}

@test "mounts, as they are given" {
  local n
  n=$(name)
  mkdir d
  racker create --name "$n" --boot=never -v "$PWD/d:/d:ro" --mount type=bind,src="$PWD/d",dst=/e busybox true
  run --separate-stderr racker inspect -f '{{range .Mounts}}{{.Type}} {{.Destination}} {{.Mode}} {{.RW}} {{.Propagation}};{{end}}' "$n"
  equal "$output" "bind /d ro false rprivate;bind /e  true rprivate;"
  run --separate-stderr racker ps -aq --no-trunc --filter volume=/e --format '{{.Names}}'
  equal "$(printf '%s\n' "$output" | wc -l)" 1
  racker rm "$n"
}

@test "a booted system says what state it is in" {
  local n
  n=$(name)
  racker run -d --name "$n" debian-bookworm >/dev/null
  racker exec "$n" systemctl is-system-running --wait
  run --separate-stderr racker inspect -f '{{.Racker.Mode}} {{.Racker.Guest.SystemState}} {{.State.Status}} {{eq .Racker.Leader .State.Pid}}' "$n"
  equal "$output" "boot running running true"
  racker exec "$n" systemctl start nosuch.service || true
  racker exec "$n" sh -c 'systemd-run --quiet --wait false' || true
  run --separate-stderr racker inspect -f '{{.Racker.Guest.SystemState}}' "$n"
  equal "$output" degraded
  racker rm -f "$n"
  run --separate-stderr racker inspect "$n"
  equal "$status" 1
  equal "$output" "[]"
}

@test "what is not there: what was found is shown, then the errors" {
  local n
  n=$(name)
  racker create --name "$n" --boot=never busybox true
  run --separate-stderr racker inspect -f '{{.Name}}' nosuch1 "$n" nosuch2
  equal "$status" 1
  equal "$output" "/$n"
  equal "$stderr" "Error: No such object: nosuch1
Error: No such object: nosuch2"
  run --separate-stderr racker container inspect nosuch
  equal "$output" "[]"
  equal "$stderr" "racker: No such container: nosuch"
  run --separate-stderr racker inspect --type image "$n"
  equal "$stderr" "racker: No such image: $n:latest"
  run --separate-stderr racker inspect --type nosuch "$n"
  equal "$status" 1
  contains "$stderr" 'unknown type: "nosuch": must be one of "config", "container", "image"'
  run --separate-stderr racker inspect --type volume x
  equal "$stderr" "racker: get x: no such volume"
  run --separate-stderr racker inspect ""
  equal "$stderr" "invalid container name or ID: value is empty"
  racker rm "$n"
}

@test "wrong templates: Docker's words and status" {
  local n
  n=$(name)
  racker create --name "$n" --boot=never busybox true
  run --separate-stderr racker inspect -f '{{' "$n"
  equal "$status" 64
  equal "$stderr" "template parsing error: template: :1: unclosed action"
  run --separate-stderr racker inspect -f '{{nosuch}}' "$n"
  equal "$status" 64
  run --separate-stderr racker inspect -f '{{.Nosuch}}' "$n"
  equal "$status" 1
  equal "$stderr" 'template parsing error: template: :1:2: executing "" at <.Nosuch>: map has no entry for key "Nosuch"'
  run --separate-stderr racker version -f '{{'
  equal "$status" 64
  equal "$stderr" "template parsing error: template: version:1: unclosed action"
  run --separate-stderr racker info -f '{{.Nosuch}}'
  equal "$status" 1
  racker rm "$n"
}

@test "an image" {
  run --separate-stderr racker image inspect busybox
  equal "$status" 0
  equal "$(keys 1 <<<"$output" | tr '\n' ' ')" "Id RepoTags RepoDigests Parent Comment Created DockerVersion Author Config\
 Architecture Os Size GraphDriver RootFS Metadata "
  run --separate-stderr racker inspect -f '{{index .RepoTags 0}} {{.Os}} {{len .RootFS.Layers}}' busybox
  equal "$output" "busybox:latest linux 1"
  run --separate-stderr racker inspect --size -f '{{.Os}}' busybox
  equal "$stderr" "WARNING: --size ignored for image"
  run --separate-stderr racker image inspect nosuch
  equal "$status" 1
  equal "$stderr" "racker: No such image: nosuch:latest"
}

@test "info counts, and knows the host" {
  local n before
  n=$(name)
  before=$(racker info -f '{{.ContainersRunning}}')
  racker run -d --name "$n" --boot=never busybox sleep 1000 >/dev/null
  equal "$(racker info -f '{{.ContainersRunning}}')" $((before + 1))
  equal "$(racker system info -f '{{.KernelVersion}} {{.Name}} {{.DockerRootDir}}')" "$(uname -r) $(uname -n) $RACKER_ROOT"
  run --separate-stderr racker info
  contains "$output" " Server Version: "
  contains "$output" " Racker Root Dir: $RACKER_ROOT"
  racker rm -f "$n"
}

@test "port: nothing is published on the host's network" {
  local n
  n=$(name)
  racker run -d --name "$n" --boot=never busybox sleep 1000 >/dev/null
  run --separate-stderr racker port "$n"
  equal "$status" 0
  equal "$output" ""
  run --separate-stderr racker port "$n" 80
  equal "$status" 1
  equal "$stderr" "Error: No public port '80' published for $n"
  run --separate-stderr racker port "$n" x
  equal "$stderr" 'Error: invalid port (x): strconv.ParseUint: parsing "x": invalid syntax'
  racker rm -f "$n"
}
