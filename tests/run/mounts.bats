#!/usr/bin/env bats
# mounts: what is mounted into a container, plain and booted.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

# The options of a mount point, seen from inside.
options='options() { awk -v p="$1" "\$2 == p { print \$4 }" /proc/mounts; }'

@test "-v: read-only, a file, a missing source, order by depth" {
  mkdir -p outer/deep/er inner
  echo one >inner/file
  echo two >single
  run --separate-stderr racker run --rm -v "$PWD/inner:/x/deep/er" -v "$PWD/outer:/x:ro" -v "$PWD/single:/x/deep/er/other:ro" \
    -v "$PWD/made:/made" busybox sh -c 'cat /x/deep/er/file /x/deep/er/other; touch /x/new || touch /x/deep/er/new; touch /made/here'
  equal "$output" $'one\ntwo'
  contains "$stderr" "Read-only file system"
  run racker run --rm -v "$PWD/outer:/x:ro" -v "$PWD/inner:/x/not/there" busybox true
  equal "$status" 125
  contains "$output" 'error mounting "'"$PWD/inner"'" to rootfs at "/x/not/there": create mountpoint: read-only file system'
  [ -e inner/new ] && [ -e made/here ] && [ ! -e outer/new ]
}

@test "--mount: a missing source is an error, and nothing is made" {
  run racker run --rm --mount "type=bind,source=$PWD/missing,target=/x" busybox true
  equal "$status" 125
  contains "$output" "invalid mount config for type \"bind\": bind source path does not exist: $PWD/missing"
  [ ! -e missing ]
}

@test "tmpfs: docker's options, a size that holds, the mode" {
  run --separate-stderr racker run --rm --tmpfs /a --tmpfs /b:exec,size=64k --mount type=tmpfs,target=/c,tmpfs-size=1m,tmpfs-mode=0700 busybox \
    sh -c "$options; options /a; options /b; options /c; stat -c %a /a /c; dd if=/dev/zero of=/b/x bs=1k count=65 2>/dev/null || echo full"
  equal "$output" "rw,nosuid,nodev,noexec,relatime
rw,nosuid,nodev,relatime,size=64k
rw,nosuid,nodev,noexec,relatime,size=1024k,mode=700
1777
700
full"
}

@test "an image as a mount: read-only, whole and in part" {
  racker rmi ghcr.io/acme/app:1 >/dev/null 2>&1 || true
  run --separate-stderr racker run --rm --mount type=image,source=ghcr.io/acme/app:1,target=/i busybox sh -c 'ls /i/data; touch /i/x'
  [ "$status" != 0 ]
  # Not here: it is not pulled for that.
  contains "$stderr" "No such image"
  racker pull -q "$REGISTRY/hello"
  run --separate-stderr racker run --rm --mount "type=image,source=$REGISTRY/hello,target=/i" \
    --mount "type=image,source=$REGISTRY/hello,target=/one,image-subpath=hello" busybox sh -c '/i/hello | head -1; /one | head -1; touch /i/x'
  equal "$output" $'Hello from a static binary.\nHello from a static binary.'
  contains "$stderr" "Read-only file system"
}

@test "--volumes-from: binds of the other one, read-only when asked" {
  local name
  name=$(name)
  mkdir a b
  racker create --name "$name" -v "$PWD/a:/a" -v "$PWD/b:/b:ro" --tmpfs /t busybox
  run --separate-stderr racker run --rm --volumes-from "$name" busybox sh -c 'touch /a/x; touch /b/x; ls -d /t'
  [ -e a/x ] && [ ! -e b/x ]
  contains "$stderr" "/t: No such file"
  run racker run --rm --volumes-from "$name:ro" -v "$PWD/b:/a" busybox touch /a/y
  [ -e b/y ]
  # It still has them when the other one is gone.
  racker create --name "$name-2" --volumes-from "$name" busybox ls /a
  racker rm "$name"
  run --separate-stderr racker start -a "$name-2"
  equal "$output" x
  racker rm "$name-2"
  run racker run --rm --volumes-from nosuch busybox true
  equal "$status" 125
  contains "$output" "No such container: nosuch"
}

@test "a link in the image leads to no place outside, nor into /proc" {
  local id
  mkdir evil plain system
  id=$(racker create busybox)
  racker export "$id" | tar -C plain -x
  racker rm "$id"
  id=$(racker create debian-bookworm)
  racker export "$id" | tar -C system -x
  racker rm "$id"
  for tree in plain system; do
    ln -s ../../../../../../../../../../escape "$tree/link"
    ln -s /missing/deep "$tree/dangling"
    ln -s /proc/sys "$tree/kernel"
    ln -s loop "$tree/loop"
    run --separate-stderr racker run --rm --ephemeral -v "$PWD/evil:/link/x" -v "$PWD/evil:/dangling/y" --rootfs "$PWD/$tree" \
      sh -c 'ls -d /escape/x /missing/deep/y'
    equal "$output" $'/escape/x\n/missing/deep/y'
    [ ! -e /escape ] && [ ! -e /missing ]
    run timeout 60 racker run --rm --ephemeral -v "$PWD/evil:/loop/x" --rootfs "$PWD/$tree" true
    equal "$status" 125
  done
  run racker run --rm --ephemeral -v "$PWD/evil:/kernel" --rootfs "$PWD/plain" true
  equal "$status" 125
  contains "$output" "cannot be mounted because it is inside /proc"
  run racker run --rm -v "$PWD/evil:/proc" busybox true
  contains "$output" "cannot be mounted because it is not of type proc"
}

@test "--read-only: the root and the files of /etc, not what is mounted" {
  run --separate-stderr racker run --rm --read-only --tmpfs /t busybox sh -c \
    'for f in /x /etc/hosts /tmp/x /run/x /t/x /dev/x /dev/shm/x; do touch $f 2>/dev/null && echo $f; done; true'
  equal "$output" $'/t/x\n/dev/x\n/dev/shm/x'
}

@test "--shm-size, --ipc none and a bind on /dev/shm" {
  mkdir shm
  run --separate-stderr racker run --rm --shm-size 1m busybox sh -c "$options; options /dev/shm"
  equal "$output" "rw,nosuid,nodev,noexec,relatime,size=1024k"
  run --separate-stderr racker run --rm --ipc none busybox sh -c 'ls -d /dev/shm; grep -c shm /proc/mounts'
  equal "$output" 0
  run --separate-stderr racker run --rm -v "$PWD/shm:/dev/shm" busybox sh -c 'touch /dev/shm/x; grep -c /dev/shm /proc/mounts'
  equal "$output" 1
  [ -e shm/x ]
}

@test "two mounts on one place, and no place at all" {
  run racker run --rm -v /tmp:/x -v /var:/x/ busybox true
  equal "$status" 125
  contains "$output" "Duplicate mount point: /x"
  run racker run --rm -v /tmp:/x --tmpfs /x busybox true
  contains "$output" "Duplicate mount point: /x"
  run racker run --rm --tmpfs /x:bogus busybox true
  contains "$output" 'invalid tmpfs option "bogus"'
  run racker run --rm --mount type=tmpfs,target=/x,source=y busybox true
  contains "$output" 'invalid mount config for type "tmpfs": field Source must not be specified'
}

@test "booted: binds, tmpfs, /dev/shm; the system runs" {
  mkdir d
  echo hi >d/file
  run --separate-stderr racker run --rm -v "$PWD/d:/x/y:ro" --tmpfs /t:size=1m --shm-size 2m debian-bookworm sh -c \
    "$options; systemctl is-system-running --wait; cat /x/y/file; touch /x/y/no 2>/dev/null || echo ro; options /t; options /dev/shm | tail -1"
  equal "$output" "running
hi
ro
rw,nosuid,nodev,noexec,relatime,size=1024k
rw,nosuid,nodev,noexec,relatime,size=2048k"
}

@test "booted: --read-only leaves /run, /tmp and /var/tmp to the system" {
  run --separate-stderr racker run --rm --read-only debian-bookworm sh -c \
    'systemctl is-system-running --wait; for f in /x /etc/x /var/x /tmp/x /var/tmp/x /run/x; do touch $f 2>/dev/null && echo $f; done; true'
  equal "$output" $'running\n/tmp/x\n/var/tmp/x\n/run/x'
}

@test "booted: what systemd-nspawn cannot do is refused" {
  run racker run --rm -v /tmp:/x:rshared debian-bookworm true
  equal "$status" 125
  contains "$output" "propagation rshared is not possible in a booted container"
  run racker run --rm -v /tmp:/sys/fs/cgroup debian-bookworm true
  equal "$status" 125
  contains "$output" "systemd-nspawn makes /sys itself"
}

@test "--rootfs: the directory is the root; --ephemeral keeps it as it was" {
  local id
  mkdir tree
  id=$(racker create busybox)
  racker export "$id" | tar -C tree -x
  racker rm "$id"
  run --separate-stderr racker run --rm --rootfs "$PWD/tree" sh -c 'echo hi >/written; readlink /proc/1/exe; true'
  equal "$output" /bin/busybox
  equal "$(cat tree/written)" hi
  run --separate-stderr racker run --rm --ephemeral --rootfs "$PWD/tree" sh -c 'cat /written; echo x >/other; cat /other'
  equal "$output" $'hi\nx'
  [ ! -e tree/other ]
  run racker run --rm --rootfs "$PWD/nosuch" true
  equal "$status" 125
  run racker run --rm --boot=always --rootfs "$PWD/tree" true
  equal "$status" 125
  contains "$output" "has no os-release"
  run racker run --rm --rootfs "$PWD/tree/etc/passwd" true
  contains "$output" "not a directory"
}

@test "--ephemeral: nothing of it is on disk, plain and booted" {
  local name
  name=$(name)
  racker run -d --name "$name" --ephemeral busybox sh -c 'echo secret >/file; sleep 60'
  wait_for 20 racker exec "$name" test -s /file
  run grep -rl secret "$RACKER_ROOT"/containers --include=file
  equal "$output" ""
  racker rm -f "$name"
  run --separate-stderr racker run --rm --ephemeral debian-bookworm sh -c 'systemctl is-system-running --wait; touch /x && echo written'
  equal "$output" $'running\nwritten'
}
