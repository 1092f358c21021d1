#!/usr/bin/env bats
# volumes-faults: kills, full disks and crowds around volumes.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  V=v$BATS_TEST_NUMBER-$$
}
teardown() {
  remove_containers "$RACKER_ROOT"
  racker volume ls -q | xargs -r racker volume rm -f >/dev/null
  if mountpoint -q "$BATS_TEST_TMPDIR/small"; then umount -R "$BATS_TEST_TMPDIR/small"; fi
  test_end
}

data() { echo "$RACKER_ROOT/volumes/$1/_data"; }

@test "kill -9 in the middle of the copy: the volume is empty, and filled the next time" {
  local pid
  racker pull -q debian:bookworm-slim >/dev/null
  racker create --boot=never -v "$V:/usr" debian:bookworm-slim true >/dev/null 3>&- &
  pid=$!
  wait_for 20 test -e "$RACKER_ROOT/volumes/$V/copy/lib"
  kill -9 "$pid"
  wait "$pid" || true
  equal "$(ls -A "$(data "$V")")" ""
  equal "$(racker ps -aq)" ""
  racker run --rm --boot=never -v "$V:/usr" debian:bookworm-slim true
  [ -x "$(data "$V")/bin/env" ] && [ ! -e "$RACKER_ROOT/volumes/$V/copy" ]
}

@test "a full disk: nothing is left of the copy, nor of the container; the volume stays empty" {
  mkdir small
  mount -t tmpfs -o size=16m none small
  RACKER_ROOT=$PWD/small/root
  export RACKER_ROOT
  racker pull -q busybox >/dev/null
  dd if=/dev/zero of=small/fill bs=1k 2>/dev/null || true
  truncate -s -256k small/fill
  run racker create -v "$V:/bin" -v /anon busybox true
  [ "$status" != 0 ]
  contains "$output" "copy /bin of the image into volume $V"
  contains "$output" "no space left on device"
  rm small/fill
  equal "$(racker volume ls -q)" "$V"
  equal "$(ls -A "$RACKER_ROOT/volumes/$V")" $'_data\nvolume.json'
  equal "$(ls -A "$(data "$V")")" ""
  racker run --rm -v "$V:/bin" busybox true
  racker volume rm "$V"
  # A volume that is a small file system itself.
  mkdir small/fs
  mount -t tmpfs -o size=64k none small/fs
  racker volume create -o type=none -o o=bind -o device="$PWD/small/fs" "$V" >/dev/null
  run racker create -v "$V:/bin" busybox true
  contains "$output" "no space left on device"
  racker volume rm "$V"
}

@test "20 containers at once, one new volume: made once, filled once, seen by all" {
  local i
  local -a pids=()
  racker pull -q busybox >/dev/null
  for i in $(seq 20); do
    racker run --rm -v "$V:/etc" busybox sh -c 'head -1 /etc/passwd; echo x >>/etc/crowd' >"out.$i" 2>&1 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" || true; done
  equal "$(sort -u out.* | wc -l)" 1
  equal "$(wc -l <"$(data "$V")/crowd")" 20
  equal "$(racker events --since 60s --until "$(date +%s.%N)" -f type=volume -f event=create -f "volume=$V" | wc -l)" 1
}

@test "removed again and again while it is used: a container never loses its volume" {
  local i pid
  while :; do racker volume rm -f "$V" || racker volume prune -f || true; done >/dev/null 2>&1 3>&- &
  pid=$!
  for i in $(seq 15); do
    run racker run --rm -v "$V:/etc" -v /anon busybox sh -c 'ls /etc/passwd && touch /anon/x'
    equal "$output" /etc/passwd
  done
  kill "$pid"
  wait "$pid" || true
}

@test "kill -9 of the monitor: the next command unmounts, and removes what goes with --rm" {
  local name pid
  name=$(name)
  racker volume create -o type=tmpfs -o device=tmpfs "$V" >/dev/null
  racker run -d --rm --name "$name" -v "$V:/x" -v /anon busybox sleep 60
  equal "$(racker volume ls -q | wc -l)" 2
  pid=$(grep -o '"MonitorPid":[0-9]*' "$RACKER_ROOT/containers/$(racker inspect -f '{{.Id}}' "$name")/state.json" | grep -o '[0-9]*')
  kill -9 "$pid"
  equal "$(racker ps -aq)" ""
  equal "$(racker volume ls -q)" "$V"
  run grep -c "$(data "$V")" /proc/self/mountinfo
  equal "$output" 0
  racker volume rm "$V"
}

@test "kill -9 of the monitor while another has the same mount: that one keeps it" {
  local name pid
  name=$(name)
  racker volume create -o type=tmpfs -o device=tmpfs "$V" >/dev/null
  racker run -d --name "$name" -v "$V:/x" busybox sleep 60
  racker run -d --name "$name-2" -v "$V:/x" busybox sleep 60
  racker exec "$name-2" touch /x/here
  pid=$(grep -o '"MonitorPid":[0-9]*' "$RACKER_ROOT/containers/$(racker inspect -f '{{.Id}}' "$name")/state.json" | grep -o '[0-9]*')
  kill -9 "$pid"
  racker ps -a >/dev/null
  racker start "$name"
  equal "$(racker exec "$name" ls /x)" here
  racker rm -f "$name" "$name-2"
  run grep -c "$(data "$V")" /proc/self/mountinfo
  equal "$output" 0
}

@test "a start that fails leaves no mount and no anonymous volume" {
  racker volume create -o type=tmpfs -o device=tmpfs "$V" >/dev/null
  run -127 racker run --rm -v "$V:/x" -v /anon busybox nosuch
  equal "$status" 127
  equal "$(racker volume ls -q)" "$V"
  racker run --name "$(name)" busybox true
  run racker create --name "$(name)" -v /anon -v "$V-2:/y" busybox true
  equal "$status" 1
  contains "$output" "is already in use by container"
  equal "$(racker volume ls -q -f label=com.docker.volume.anonymous)" ""
  racker rm "$(name)"
}

@test "a broken volume.json: said, not believed, removable" {
  racker volume create "$V" >/dev/null
  echo '{"Version":1,' >"$RACKER_ROOT/volumes/$V/volume.json"
  run racker volume inspect "$V"
  equal "$status" 1
  contains "$output" "$RACKER_ROOT/volumes/$V/volume.json"
  run racker run --rm -v "$V:/x" busybox true
  equal "$status" 125
  run --separate-stderr racker volume ls -q
  equal "$output" ""
  racker volume rm "$V"
  [ ! -e "$RACKER_ROOT/volumes/$V" ]
}
