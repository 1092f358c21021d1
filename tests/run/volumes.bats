#!/usr/bin/env bats
# volumes: named and anonymous ones in containers, plain and booted: content, lifetimes, options, views from outside.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  private_volumes
}
teardown() {
  remove_containers "$RACKER_ROOT"
  racker volume ls -q | xargs -r racker volume rm -f >/dev/null
  test_end
}

# Volumes of one test are named after it: the root is shared.
private_volumes() { V=v$BATS_TEST_NUMBER-$$; }
data() { echo "$RACKER_ROOT/volumes/$1/_data"; }

@test "an empty volume gets the image's content once: owners, modes, attributes, links, times" {
  run --separate-stderr racker run --rm -v "$V:/data" ghcr.io/acme/app:1 true
  racker create --name "$(name)" ghcr.io/acme/app:1 true
  racker cp "$(name):/data/." - >whole.tar
  mkdir image
  tar --xattrs --xattrs-include='*' --same-owner -xpf whole.tar -C image
  describe() { (cd "$1" && find . -printf '%y %m %U %G %n %s %l %P\n' | sort && getfattr -Rd -m 'user|security.capability' . 2>/dev/null); }
  equal "$(describe "$(data "$V")" | grep -v '^d')" "$(describe image | grep -v '^d')"
  [ -n "$(ls "$(data "$V")")" ]
  # Never again.
  racker run --rm -v "$V:/d" busybox sh -c 'rm -rf /d/* && touch /d/mine'
  run --separate-stderr racker run --rm -v "$V:/data" ghcr.io/acme/app:1 ls /data
  racker run --rm -v "$V:/d" busybox sh -c 'ls -A /d' | grep -x mine
}

@test "the directory itself has the owner and mode of the place; nocopy leaves both" {
  run --separate-stderr racker run --rm -v "$V:/tmp" -v "$V-2:/tmp/deep" busybox stat -c '%a %u' /tmp
  equal "$output" "1777 0"
  run --separate-stderr racker run --rm -v "$V-3:/tmp:nocopy" -v "$V-4:/etc:nocopy" busybox sh -c 'stat -c %a /tmp; ls /etc'
  equal "$output" $'755\nhostname\nhosts\nresolv.conf'
  # An empty place of the image has an owner and a mode, too.
  run --separate-stderr racker run --rm --mount "source=$V-5,target=/tmp,volume-nocopy" busybox stat -c %a /tmp
  equal "$output" 755
}

@test "two containers share a volume; read-only is for one; the data outlives both" {
  local name
  name=$(name)
  racker run -d --name "$name" -v "$V:/a" busybox sleep 60
  racker run --rm -v "$V:/b" busybox sh -c 'echo hi >/b/file'
  run --separate-stderr racker exec "$name" cat /a/file
  equal "$output" hi
  run racker run --rm -v "$V:/b:ro" busybox touch /b/other
  contains "$output" "Read-only file system"
  run racker volume rm "$V"
  equal "$status" 1
  contains "$output" "remove $V: volume is in use - [$(racker inspect -f '{{.Id}}' "$name")]"
  racker rm -f "$name"
  equal "$(cat "$(data "$V")/file")" hi
  racker volume rm "$V"
  [ ! -e "$RACKER_ROOT/volumes/$V" ]
}

@test "anonymous volumes go with --rm and rm -v, named ones stay" {
  local name before
  name=$(name)
  racker run --rm -v /anon -v "$V:/named" busybox touch /anon/x /named/x
  equal "$(racker volume ls -q)" "$V"
  racker run --name "$name" -v /anon --mount type=volume,target=/two busybox touch /anon/x /two/x
  equal "$(racker volume ls -q | wc -l)" 3
  racker start "$name"
  racker wait "$name"
  racker create --name "$name-2" --volumes-from "$name" busybox ls /anon
  racker rm -v "$name"
  # The other one has them still.
  equal "$(racker volume ls -q | wc -l)" 3
  run --separate-stderr racker start -a "$name-2"
  equal "$output" x
  racker rm -v "$name-2"
  equal "$(racker volume ls -q)" "$V"
  # Without -v they stay, and are pruned.
  racker run --name "$name" -v /anon busybox true
  racker rm "$name"
  before=$(racker volume ls -qf dangling=true -f label=com.docker.volume.anonymous)
  run --separate-stderr racker volume prune -f
  equal "${lines[1]}" "$before"
  equal "$(racker volume ls -q)" "$V"
}

@test "VOLUME of an image: anonymous, filled, shared by --volumes-from, not in what is committed" {
  local name
  name=$(name)
  racker create --name "$name-0" busybox true
  racker commit -c 'VOLUME /etc /data' "$name-0" "local/$name" >/dev/null
  run --separate-stderr racker run --name "$name" "local/$name" sh -c 'cat /etc/passwd | head -1; echo hi >/data/x; echo no >/etc/y; grep -cE " /(etc|data) " /proc/mounts'
  equal "${lines[1]}" 2
  equal "$(racker inspect -f '{{range .Mounts}}{{.Type}} {{.Destination}} {{len .Name}} {{.RW}}
{{end}}' "$name" | sort | grep .)" $'volume /data 64 true\nvolume /etc 64 true'
  run --separate-stderr racker run --rm --volumes-from "$name" busybox cat /data/x
  equal "$output" hi
  racker commit "$name" "local/$name-2" >/dev/null
  run --separate-stderr racker run --rm "local/$name-2" sh -c 'ls /data; ls /etc/y'
  lacks "$output" x
  contains "$stderr" "/etc/y"
  # What lies over the place is not a volume.
  run --separate-stderr racker run --rm --tmpfs /data "local/$name" sh -c 'grep -c " /data tmpfs" /proc/mounts'
  equal "$output" 1
  racker rm -v "$name" "$name-0"
  equal "$(racker volume ls -q)" ""
  racker rmi "local/$name-2" "local/$name"
}

@test "booted: a volume over a place of the image, copied from the prepared system" {
  run --separate-stderr racker run --rm -v "$V:/etc/systemd" -v /var/cache -v "$V-2:/new/place:ro" debian-bookworm sh -c \
    'systemctl is-system-running --wait; ls /etc/systemd/system.conf; touch /var/cache/x && echo w; touch /new/place/x || echo ro; touch /etc/systemd/mine'
  equal "$output" $'running\n/etc/systemd/system.conf\nw\nro'
  [ -e "$(data "$V")/mine" ]
  equal "$(racker volume ls -q)" "$V
$V-2"
  run --separate-stderr racker run --rm -v "$V:/etc/systemd" debian-bookworm ls /etc/systemd/mine
  equal "$output" /etc/systemd/mine
}

@test "cp, export, diff, enter: running and stopped" {
  local name
  name=$(name)
  racker run --name "$name" -v "$V:/data" -v /anon busybox sh -c 'echo one >/data/f; echo two >/anon/f; echo three >/f'
  equal "$(racker diff "$name")" $'A /anon\nA /data\nA /f'
  equal "$(racker export "$name" | tar t | grep -E '^(data|anon|f)')" $'anon/\ndata/\nf'
  equal "$(racker cp "$name:/data/f" - | tar xO)$(racker cp "$name:/anon/f" - | tar xO)" $'onetwo'
  echo new >put
  racker cp put "$name:/data/"
  equal "$(cat "$(data "$V")/put")" new
  run --separate-stderr racker enter "$name" sh -c 'cat /data/f /anon/f; echo entered >/data/entered'
  equal "$output" $'one\ntwo'
  equal "$(cat "$(data "$V")/entered")" entered
  racker rm -v "$name"
  racker run -d --name "$name" -v "$V:/data:ro" busybox sleep 60
  equal "$(racker cp "$name:/data/put" - | tar xO)" new
  run racker cp put "$name:/data/no"
  equal "$status" 1
  contains "$output" "mounted volume is marked read-only"
  racker exec "$name" cat /data/entered
  racker rm -f "$name"
}

@test "a subpath: a directory, a file, a link inside; never anything outside" {
  local path
  racker run --rm -v "$V:/x" busybox sh -c 'mkdir /x/sub /x/deep; echo hi >/x/file; ln -s /etc /x/abs; ln -s ../../../../../../etc /x/up; ln -s deep /x/ok; touch /x/deep/d'
  for path in abs up up/passwd abs/passwd; do
    run racker run --rm --mount "source=$V,target=/y,volume-subpath=$path" busybox ls /y
    equal "$status" 125
    contains "$output" "path concatenation escapes the base directory, base: $(data "$V"), subpath: $path"
  done
  run racker run --rm --mount "source=$V,target=/y,volume-subpath=nosuch" busybox true
  equal "$status" 125
  contains "$output" "cannot access path $(data "$V")/nosuch: lstat $(data "$V")/nosuch: no such file or directory"
  run --separate-stderr racker run --rm --mount "source=$V,target=/y,volume-subpath=file,readonly" --mount "source=$V,target=/z,volume-subpath=ok" \
    busybox sh -c 'cat /y; ls /z; touch /z/new; echo x >>/y'
  equal "$output" $'hi\nd'
  contains "$stderr" "Read-only file system"
  [ -e "$(data "$V")/deep/new" ]
  # The content of the image goes into the part that is mounted, and nowhere else.
  racker run --rm --mount "source=$V,target=/etc,volume-subpath=sub" busybox true
  [ -e "$(data "$V")/sub/passwd" ] && [ ! -e "$(data "$V")/passwd" ]
  # A stopped container is no way out either.
  racker create --name "$(name)" --mount "source=$V,target=/y,volume-subpath=up" busybox true
  run racker cp "$(name):/y/passwd" -
  equal "$status" 1
}

@test "U gives the volume to the container's user, z and Z are understood" {
  run --separate-stderr racker run --rm -u 1234:77 -v "$V:/x:U" -v "$V-2:/y:z" -v "$V-3:/z:Z,ro" busybox sh -c 'stat -c "%u %g" /x /y; touch /x/f && stat -c %u /x/f'
  equal "$output" $'1234 77\n0 0\n1234'
  mkdir -p host/deep
  touch host/deep/file
  ln -s /etc/passwd host/link
  racker run --rm -u 55 -v "$PWD/host:/x:U" busybox true
  equal "$(stat -c %u host host/deep/file host/link /etc/passwd | xargs)" "55 55 55 0"
}

@test "a volume that is a mount: made for the first container, gone after the last" {
  local name
  name=$(name)
  mounted() { grep -c " $(data "$V") " /proc/self/mountinfo; }
  racker volume create -o type=tmpfs -o device=tmpfs -o o=size=1m,mode=0750,uid=7 "$V"
  run mounted
  equal "$output" 0
  racker run -d --name "$name" -v "$V:/x" busybox sleep 60
  racker run -d --name "$name-2" -v "$V:/y:ro" -v "$V:/z" busybox sleep 60
  equal "$(mounted)" 1
  racker exec "$name" touch /x/a
  run --separate-stderr racker exec "$name-2" sh -c 'ls /y /z; stat -c "%a %u" /z; touch /y/no 2>/dev/null || echo ro; grep -c "tmpfs /[yz] tmpfs" /proc/mounts; df /z | tail -1 | tr -s " " | cut -d" " -f2'
  equal "$output" $'/y:\na\n\n/z:\na\n750 7\nro\n2\n1024'
  racker rm -f "$name"
  equal "$(mounted)" 1
  # A restart is an end and a beginning.
  racker restart -t 0 "$name-2"
  equal "$(mounted)" 1
  run --separate-stderr racker exec "$name-2" ls /z
  equal "$output" ""
  racker rm -f "$name-2"
  run mounted
  equal "$output" 0
  # Booted, too.
  run --separate-stderr racker run --rm -v "$V:/x" debian-bookworm sh -c 'stat -c "%a %u" /x'
  equal "$output" "750 7"
  run mounted
  equal "$output" 0
}

@test "a volume that is a bind, and mounts that fail" {
  mkdir src
  echo here >src/file
  racker volume create -o type=none -o o=bind,ro -o device="$PWD/src" "$V"
  run --separate-stderr racker run --rm -v "$V:/x" busybox sh -c 'cat /x/file; touch /x/no'
  equal "$output" here
  contains "$stderr" "Read-only file system"
  racker create --name "$(name)" -v "$V:/x" busybox true
  equal "$(racker cp "$(name):/x/file" - | tar xO)" here
  # Filled from the image, once.
  mkdir fresh
  racker volume create -o type=none -o o=bind -o device="$PWD/fresh" "$V-2"
  racker run --rm -v "$V-2:/etc" busybox true
  [ -e fresh/passwd ]
  racker volume create -o type=none -o o=bind -o device=/nosuch/dir "$V-3"
  run racker run --rm -v "$V-3:/x" busybox true
  equal "$status" 125
  contains "$output" "error while mounting volume '$(data "$V-3")': failed to mount local volume: mount /nosuch/dir:$(data "$V-3"), flags: 0x1000: no such file or directory"
  racker volume create -o type=nfs -o o=addr=nosuch.invalid,rw -o device=:/x "$V-4"
  run racker run --rm -v "$V-4:/x" busybox true
  contains "$output" "error resolving passed in network volume address: lookup nosuch.invalid"
  racker volume create -o type=cifs -o device=//127.0.0.1/x -o o=username=a,password=secret "$V-5"
  run racker run --rm -v "$V-5:/x" busybox true
  contains "$output" "password=********"
  lacks "$output" secret
  racker rm "$(name)"
}

@test "events, inspect, ps, filters" {
  local name since
  name=$(name)
  since=$(date +%s)
  racker run -d --name "$name" -v "$V:/data:ro" -v /anon busybox sleep 60
  equal "$(racker ps --filter "volume=$V" --format '{{.Names}} {{.LocalVolumes}}')" "$name 2"
  equal "$(racker ps --filter volume=/anon --format '{{.Names}}')" "$name"
  equal "$(racker ps -q --filter volume=nosuch)" ""
  equal "$(racker inspect --type volume -f '{{.Driver}} {{.Mountpoint}}' "$V")" "local $(data "$V")"
  equal "$(racker inspect -f '{{.Name}}' "$V")" "$V"
  racker rm -fv "$name"
  racker volume rm "$V"
  equal "$(racker events --since "$since" --until "$(date +%s.%N)" -f type=volume -f "volume=$V" --format '{{.Action}} {{index .Actor.Attributes "destination"}} {{index .Actor.Attributes "read/write"}}')" \
    $'create  \nmount /data false\nunmount  \ndestroy  '
}

@test "a fragment that brings a volume: made and filled at the next start, kept at the one after" {
  local name first
  name=$(name)
  printf 'env: A=b\n' >extra.yaml
  racker create --name "$name" --config-file "$PWD/extra.yaml" -v /anon busybox sh -c 'ls /etc2/passwd /anon 2>/dev/null; touch /anon/x'
  first=$(racker inspect -f '{{(index .Mounts 0).Name}}' "$name")
  run --separate-stderr racker start -a "$name"
  equal "$output" "/anon:"
  printf 'volume: "%s:/etc"\n' "$V" >extra.yaml
  racker start -a "$name"
  [ -e "$(data "$V")/passwd" ]
  contains "$(racker inspect -f '{{json .Mounts}}' "$name")" "$first"
  [ -e "$(data "$first")/x" ]
  racker rm -v "$name"
  equal "$(racker volume ls -q)" "$V"
}
