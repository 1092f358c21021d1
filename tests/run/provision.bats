#!/usr/bin/env bats
# provision: images that are made bootable, and those that cannot be; who decides on booting.

load lib

# A registry of our own with images made of the suite's: what is in NAME=TAG changes one thing each.
setup_file() {
  suite_start
  [ "$(id -u)" = 0 ] || return 0
  local source=$REGISTRY images=$BATS_FILE_TMPDIR/images
  registry_start "$BATS_FILE_TMPDIR/storage" "$BATS_FILE_TMPDIR/own.yml"
  echo "$REGISTRY_PID" >>"$BATS_FILE_TMPDIR/pids"
  export OWN=$REGISTRY REGISTRY=$source
  base "$images" library/debian:bookworm-slim debian
  mkdir -p "$BATS_FILE_TMPDIR/tree/etc/apt"
  echo 'deb http://localhost:1/debian bookworm main' >"$BATS_FILE_TMPDIR/tree/etc/apt/sources.list"
  tar -C "$BATS_FILE_TMPDIR/tree" -cf "$BATS_FILE_TMPDIR/layer.tar" etc/apt/sources.list
  umoci raw add-layer --image "$images:debian" --tag broken "$BATS_FILE_TMPDIR/layer.tar"
  umoci config --image "$images:debian" --tag never --config.label racker.boot=never
  umoci config --image "$images:debian" --tag wrong --config.label racker.boot=sometimes
  local tag
  for tag in debian broken never wrong; do
    skopeo copy -q --dest-tls-verify=false "oci:$images:$tag" "docker://$OWN/$tag:latest"
  done
}

# base LAYOUT IMAGE TAG: an image of the suite's registry as a tag of a layout.
base() { skopeo copy -q --src-tls-verify=false "docker://$REGISTRY/$2" "oci:$1:$3"; }

teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "when the package manager fails, its last words and the log are shown; nothing is kept" {
  local log
  private_root
  run --separate-stderr racker run --rm "$OWN/broken" true
  equal "$status" 125
  equal "$output" ""
  contains "$stderr" "Provisioning $OWN/broken:latest: installing systemd systemd-sysv dbus (once per image)"
  contains "$stderr" "E: Unable to locate package systemd"
  contains "$stderr" "provision $OWN/broken:latest: the package manager failed with status 100 (see $RACKER_ROOT/log/provision-"
  lacks "$stderr" "disk file system"
  log=$(echo "$RACKER_ROOT"/log/provision-*)
  grep -q '^E: Unable to locate package systemd$' "$log"
  # It is tried again, and the image is as good as before.
  run --separate-stderr racker run --rm "$OWN/broken" true
  equal "$status" 125
  run --separate-stderr racker run --rm --boot=never "$OWN/broken" cat /etc/apt/sources.list
  equal "$output" "deb http://localhost:1/debian bookworm main"
}

@test "two runs at once prepare an image once" {
  private_root
  racker pull -q "$OWN/debian" >/dev/null
  racker run --rm "$OWN/debian" systemctl is-system-running >first 2>first.err &
  racker run --rm "$OWN/debian" systemctl is-system-running >second 2>second.err
  wait $!
  equal "$(cat first)" running
  equal "$(cat second)" running
  equal "$(cat first.err second.err | grep -c Provisioning)" 1
}

# interrupt_with WHICH: kills the oldest (-o, the program) or the newest (-n, its helper) process of a run that prepares
# an image.
interrupt_with() {
  : >err
  racker run --rm "$OWN/debian" true >out 2>err &
  wait_for 20 grep -q Provisioning err
  wait_for 20 grep -q Get: "$RACKER_ROOT"/log/provision-*
  kill -9 "$(pgrep "$1" -f "racker run --rm $OWN/debian true")"
  wait $! || true
  wait_for 10 no_new_leaks || {
    new_leaks
    return 1
  }
  rm "$RACKER_ROOT"/log/provision-*
}

@test "a preparation that is killed leaves nothing behind and is made again" {
  private_root
  racker pull -q "$OWN/debian" >/dev/null
  interrupt_with -o
  interrupt_with -n
  contains "$(cat err)" "the child process was killed"
  racker run --rm "$OWN/debian" true 2>err
  grep -q Provisioning err
}

@test "with --debug the package manager's output is shown as it comes" {
  private_root
  run --separate-stderr racker --debug run --rm "$OWN/debian" true
  equal "$status" 0
  contains "$stderr" "Setting up systemd"
}

@test "a prepared system is not an image of a container any more" {
  local image=$REGISTRY/library/debian:bookworm-slim script
  # shellcheck disable=SC2016 # for the shell inside
  script='test ! -e /usr/sbin/policy-rc.d && test ! -e /etc/apt/apt.conf.d/docker-clean &&
    test "$(readlink /var/lib/dbus/machine-id)" = /etc/machine-id && ls -A /var/lib/apt/lists && cat /etc/machine-id'
  run --separate-stderr racker run --rm "$image" sh -c "$script"
  equal "$status" 0
  matches "$output" '^[0-9a-f]{32}$'
  lacks "$output" 0123456789abcdef0123456789abcdef
  # The image still is one.
  run --separate-stderr racker run --rm --boot=never "$image" cat /usr/sbin/policy-rc.d
  contains "$output" "exit 101"
}

@test "labels decide on booting, and options decide before them" {
  run --separate-stderr racker run --rm "$OWN/never" cat /proc/1/comm
  equal "$output" cat
  equal "$(racker run --rm --boot=always "$OWN/never" cat /proc/1/comm 2>/dev/null)" systemd
  equal "$(racker run --rm -l racker.boot=always "$OWN/never" cat /proc/1/comm)" systemd
  equal "$(racker run --rm -l racker.boot=never "$OWN/debian" cat /proc/1/comm 2>/dev/null)" cat
  run --separate-stderr racker run --rm "$OWN/wrong" true
  equal "$status" 125
  contains "$stderr" "label racker.boot of the image: 'sometimes' is not auto, always or never"
}

@test "what cannot be booted says why in one line" {
  run --separate-stderr racker run --rm --boot=always "$REGISTRY/library/busybox" true
  equal "$status" 125
  contains "$stderr" "cannot be booted: it holds no operating system (it has no /etc/os-release)"
}
