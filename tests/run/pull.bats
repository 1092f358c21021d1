#!/usr/bin/env bats
# pull: from a real registry, in every form that images and registries have, and from one that misbehaves.

load lib
setup_file() {
  suite_start
  if [ "$(id -u)" != 0 ]; then return 0; fi
  suite_fake bad-registry @PORTFILE@ "$BATS_FILE_TMPDIR/requests"
  export BAD=localhost:$FAKE_PORT
}
teardown_file() { suite_end; }
setup() {
  test_start
  private_root
}
teardown() { test_end; }

# Nothing of a pull that failed is left: no image, no layer, no temporary file. A download that was begun stays for
# the next try.
nothing_stored() {
  run --separate-stderr racker images -q
  equal "$output" ""
  equal "$(find "$RACKER_ROOT/layers" "$RACKER_ROOT/tmp" -mindepth 1 ! -name '*.partial' 2>/dev/null)" ""
}

# fails REPOSITORY WORDS: pulling it fails with status 1 and an error of one line that has the words.
fails() {
  run --separate-stderr timeout 60 racker pull -q "$1"
  equal "$status" 1
  one_line "$stderr"
  contains "$stderr" "$2"
  nothing_stored
}

@test "pull prints what Docker prints" {
  run --separate-stderr racker pull "$REGISTRY/hello"
  equal "$status" 0
  contains "$output" "Using default tag: latest"
  contains "$output" "latest: Pulling from hello"
  contains "$output" "Digest: sha256:"
  contains "$output" "Status: Downloaded newer image for $REGISTRY/hello:latest"
  equal "${lines[-1]}" "$REGISTRY/hello:latest"
  run --separate-stderr racker pull "$REGISTRY/hello"
  contains "$output" "Status: Image is up to date for $REGISTRY/hello:latest"
  run --separate-stderr racker images
  matches "${lines[0]}" '^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE$'
  matches "${lines[1]}" "^$REGISTRY/hello +latest +[0-9a-f]{12} "
}

@test "OCI and Docker schema 2 give the same tree" {
  local tag
  for tag in latest docker plain zstd; do
    run --separate-stderr racker run --rm "$REGISTRY/hello:$tag"
    equal "${lines[0]}" "Hello from a static binary."
  done
  racker pull -q "$REGISTRY/acme/app:1" && racker pull -q "$REGISTRY/acme/app:docker"
  # The same layers under another manifest are stored once.
  equal "$(racker images --no-trunc --format '{{.ID}}' "$REGISTRY/acme/app" | sort -u | wc -l)" 1
}

@test "an index: the host's platform is taken, another one when asked for" {
  local other=arm64
  run --separate-stderr racker pull -q "$REGISTRY/library/debian:bookworm-slim"
  equal "$status" 0
  run --separate-stderr racker run --rm --boot never "$REGISTRY/library/debian:bookworm-slim" cat /etc/debian_version
  matches "$output" '^12\.'
  run --separate-stderr racker pull -q --platform "linux/$other" "$REGISTRY/library/debian:bookworm-slim-docker"
  equal "$status" 0
  # It is the small one.
  run --separate-stderr env DOCKER_DEFAULT_PLATFORM=linux/s390x racker pull -q "$REGISTRY/library/debian:bookworm-slim"
  equal "$status" 1
  contains "$stderr" s390x
}

@test "by digest" {
  local digest
  digest=$(curl -sI -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$REGISTRY/v2/hello/manifests/latest" |
    tr -d '\r' | awk 'tolower($1) == "docker-content-digest:" { print $2 }')
  run --separate-stderr racker run --rm "$REGISTRY/hello@$digest"
  equal "${lines[0]}" "Hello from a static binary."
  run --separate-stderr racker pull -q "$REGISTRY/hello@sha256:${digest:0-64:63}0"
  [ "$status" = 1 ] || [ "${digest: -1}" = 0 ]
}

@test "docker.io and ghcr.io through the mirror of config.yaml, with their own names" {
  racker pull -q busybox
  racker pull -q ghcr.io/acme/app:1
  run --separate-stderr racker images --format '{{.Repository}}:{{.Tag}}'
  contains "$output" busybox:latest
  contains "$output" ghcr.io/acme/app:1
  run --separate-stderr racker run --rm --pull never docker.io/library/busybox echo same
  equal "$output" same
}

@test "a mirror that does not answer is passed over for the next" {
  printf 'registries:\n  docker.io:\n    mirrors: ["http://localhost:1", "http://%s"]\n' "$REGISTRY" >config.yaml
  RACKER_CONFIG=$PWD/config.yaml racker pull -q busybox
}

@test "every kind of entry arrives exactly: compared with umoci's unpacking" {
  local n pid
  n=$(name)
  racker run -d --name "$n" --entrypoint sleep "$REGISTRY/acme/app:1" 1000 >/dev/null
  racker ps --no-trunc -q
  pid=$(jq -r .Pid "$RACKER_ROOT"/containers/*/state.json 2>/dev/null | head -n 1)
  matches "$pid" '^[1-9][0-9]*$'
  skopeo copy -q --src-tls-verify=false "docker://$REGISTRY/acme/app:1" oci:layout:app
  umoci unpack --image layout:app bundle
  # Kernel file systems, what is bound into every container and what systemd-nspawn makes where it is missing
  # are no part of the image.
  list() {
    (cd "$1" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./data/work \
      -o -path ./etc/hostname -o -path ./etc/hosts -o -path ./etc/resolv.conf -o -path ./etc/mtab -o -path ./usr -o -path ./var \) -prune -o \
      \( -type d -printf '%p %y %m %U %G\n' -o -type l -printf '%p %y %U %G %l\n' -o \
      -printf '%p %y %m %U %G %s %T@ %n\n' \) | LC_ALL=C sort)
  }
  list bundle/rootfs >want
  list "/proc/$pid/root" >got
  # Where a mount goes, a folder's owner and mode may be ours; names are what matters.
  diff -u want got
  grep -q 'data/two f 644 0 0 7 1700000000.0000000000 3' got
  python3 - "/proc/$pid/root/data/xattr" <<'END'
import os, sys
assert os.getxattr(sys.argv[1], "user.racker") == b"layer"
assert len(os.getxattr(sys.argv[1], "security.capability")) == 20
END
  equal "$(stat -c %T,%t "/proc/$pid/root/data/device")" 3,1
  racker rm -f "$n"
}

@test "a name that is not UTF-8" {
  run --separate-stderr racker run --rm "$REGISTRY/latin1" sh -c 'cat /caf*'
  equal "$output" latin1
}

@test "skopeo reads our store: it is an OCI layout" {
  racker pull -q "$REGISTRY/hello"
  [ -f "$RACKER_ROOT/oci/oci-layout" ]
  jq -e '.manifests | length >= 1' "$RACKER_ROOT/oci/index.json" >/dev/null
  local digest
  digest=$(jq -r '.manifests[0].digest' "$RACKER_ROOT/oci/index.json")
  [ -f "$RACKER_ROOT/oci/blobs/sha256/${digest#sha256:}" ]
}

@test "two images share their common layer" {
  racker pull -q "$REGISTRY/library/busybox"
  local before
  before=$(find "$RACKER_ROOT/layers" -mindepth 1 -maxdepth 1 -type d | wc -l)
  racker pull -q "$REGISTRY/latin1"
  equal "$(find "$RACKER_ROOT/layers" -mindepth 1 -maxdepth 1 -type d | wc -l)" $((before + 1))
}

# ---- credentials, TLS ----

token_registry() {
  local work=$BATS_TEST_TMPDIR
  fake_start token-server "$work/token" "$CACHE/tls" @PORTFILE@
  echo "$FAKE_PID" >>"$BATS_FILE_TMPDIR/pids"
  REGISTRY_READONLY=1 registry_start "$CACHE/registry" "$work/auth.yml" "auth:
  token: {realm: \"http://localhost:$FAKE_PORT/token\", service: racker-test, issuer: racker-test-issuer, rootcertbundle: \"$CACHE/tls/server.crt\"}"
  echo "$REGISTRY_PID" >>"$BATS_FILE_TMPDIR/pids"
}

@test "behind a token service: an anonymous token for what is public" {
  token_registry
  run --separate-stderr racker run --rm "$REGISTRY/hello"
  equal "${lines[0]}" "Hello from a static binary."
  grep -q -- '- repository:hello:pull' token.log
}

@test "behind a token service: private images need credentials from docker's config.json" {
  token_registry
  fails "$REGISTRY/private/hello" "denied"
  mkdir docker
  printf '{"auths": {"%s": {"auth": "%s"}}}' "$REGISTRY" "$(printf tester:secret | base64)" >docker/config.json
  DOCKER_CONFIG=$PWD/docker racker pull -q "$REGISTRY/private/hello"
  grep -q 'tester repository:private/hello:pull' token.log
}

@test "credentials from a helper program, and wrong ones" {
  token_registry
  mkdir bin docker
  printf '#!/bin/sh\n[ "$1" = get ] || exit 1\nread -r server\necho "$server" >>"%s/asked"\necho "{\\"ServerURL\\": \\"$server\\", \\"Username\\": \\"tester\\", \\"Secret\\": \\"$SECRET\\"}"\n' \
    "$PWD" >bin/docker-credential-test
  chmod +x bin/docker-credential-test
  printf '{"credHelpers": {"%s": "test"}}' "$REGISTRY" >docker/config.json
  export DOCKER_CONFIG=$PWD/docker PATH=$PWD/bin:$PATH
  SECRET=wrong fails "$REGISTRY/private/hello" "incorrect username or password"
  SECRET=secret racker pull -q "$REGISTRY/private/hello"
  grep -q "$REGISTRY" asked
}

@test "over TLS with an authority of our own" {
  REGISTRY_TLS=$CACHE/tls REGISTRY_READONLY=1 registry_start "$CACHE/registry" "$BATS_TEST_TMPDIR/tls.yml"
  echo "$REGISTRY_PID" >>"$BATS_FILE_TMPDIR/pids"
  fails "$REGISTRY/hello" certificate
  printf 'registries:\n  %s:\n    ca: %s\n' "$REGISTRY" "$CACHE/tls/ca.crt" >config.yaml
  RACKER_CONFIG=$PWD/config.yaml racker run --rm "$REGISTRY/hello" | grep -q 'static binary'
}

# ---- layers that must not be believed ----

@test "a tar entry with '..' is refused by name" {
  fails "$REGISTRY/bad/dotdot" '../escaped'
  [ ! -e "$RACKER_ROOT/layers/escaped" ]
  fails "$REGISTRY/bad/dotdot-inside" 'a/../../escaped'
}

@test "a wrong diffID" { fails "$REGISTRY/bad/diffid" 0000000000000000; }
@test "a hard link to something outside" { fails "$REGISTRY/bad/hardlink-out" passwd; }
@test "a 0:0 device, which would be a whiteout" { fails "$REGISTRY/bad/device-zero" zero; }
@test "an xattr that would steer the overlay" { fails "$REGISTRY/bad/xattr-overlay" trusted.overlay; }
@test "a layer cut short inside the gzip stream" { fails "$REGISTRY/bad/cut-gzip" "$REGISTRY/bad/cut-gzip"; }
@test "a layer cut short inside the tar" { fails "$REGISTRY/bad/cut-tar" "$REGISTRY/bad/cut-tar"; }
@test "a layer that is no archive" { fails "$REGISTRY/bad/not-gzip" "$REGISTRY/bad/not-gzip"; }

@test "a path through a link of the image stays inside the image" {
  rm -rf /var/tmp/racker-test-outside
  run --separate-stderr racker run --rm "$REGISTRY/bad/symlink-parent" cat /var/tmp/racker-test-outside/file
  [ ! -e /var/tmp/racker-test-outside ]
  # Docker resolves the link inside the image; refusing is fine too.
  [ "$output" = inside ] || [ "$status" != 0 ]
}

# ---- a registry that misbehaves ----

@test "the good one is good" { racker pull -q "$BAD/good"; }
@test "unreachable" { fails localhost:1/hello "localhost:1"; }
@test "401 with no way in" { fails "$BAD/unauthorized" "authentication required"; }
@test "401 for every token that it gave out" { fails "$BAD/token-loop" "authentication required"; }
@test "403" { fails "$BAD/denied" denied; }
@test "404" { fails "$BAD/missing" "manifest unknown"; }
@test "404 for a blob" { fails "$BAD/no-blob" 404; }
@test "500" { fails "$BAD/broken" 500; }
@test "429 without Retry-After" { fails "$BAD/limited" 429; }
@test "429 with a Retry-After of a day is not waited for" { fails "$BAD/limited-long" 429; }
@test "a manifest that is not JSON" { fails "$BAD/not-json" manifest; }
@test "a manifest of the wrong shape" { fails "$BAD/wrong-shape" layers; }
@test "a digest that is a path" { fails "$BAD/bad-digest" digest; }
@test "a negative size" { fails "$BAD/negative-size" size; }
@test "a manifest that is far too large" { fails "$BAD/huge-manifest" "$BAD/huge-manifest"; }
@test "a manifest that is nested far too deep" { fails "$BAD/deep-manifest" "$BAD/deep-manifest"; }
@test "schema 1 is refused clearly" { fails "$BAD/schema1" "schema 1"; }
@test "no image for this platform" { fails "$BAD/no-platform" "no match"; }
@test "a blob with the wrong digest" { fails "$BAD/wrong-digest" digest; }
@test "a config with the wrong digest" { fails "$BAD/wrong-config" digest; }
@test "a blob that is longer than the manifest says" { fails "$BAD/too-long" "$BAD/too-long"; }
@test "a blob that never comes whole" { fails "$BAD/cut" "$BAD/cut"; }
@test "redirects without end" { fails "$BAD/redirect-loop" redirect; }
@test "a redirect to a file of the host" { fails "$BAD/redirect-file" "$BAD/redirect-file"; }

@test "a download that was cut goes on where it stopped" {
  racker pull -q "$BAD/cut-once"
  grep -E '^GET /v2/cut-once/blobs/.* bytes=[1-9][0-9]*-$' "$BATS_FILE_TMPDIR/requests"
}

@test "503 is tried again" { racker pull -q "$BAD/broken-once"; }

@test "429 with Retry-After is obeyed" {
  local before=$SECONDS
  racker pull -q "$BAD/limited-once"
  [ $((SECONDS - before)) -ge 1 ]
}

@test "blobs may be elsewhere" { racker pull -q "$BAD/redirect"; }

@test "the peak memory of a pull is bounded" {
  # Resident size of the largest process, as the kernel measured it.
  run --separate-stderr python3 - "$REGISTRY/debian-systemd:bookworm" <<'END'
import resource, subprocess, sys
subprocess.run(["racker", "pull", "-q", sys.argv[1]], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
END
  equal "$status" 0
  [ "$output" -le 102400 ]
}

# ---- interruptions ----

# A pull that hangs in the slow blob; sets PULL.
slow_pull() {
  : >"$BATS_FILE_TMPDIR/requests"
  racker pull -q "$BAD/slow" >slow.out 2>slow.err 3>&- &
  PULL=$!
  wait_for 10 grep -q '^GET /v2/slow/blobs/' "$BATS_FILE_TMPDIR/requests"
}

@test "Ctrl-C during a pull ends it and leaves a whole store" {
  # Background processes of a shell without job control ignore SIGINT: start it as a terminal would.
  : >"$BATS_FILE_TMPDIR/requests"
  setsid python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' racker pull -q "$BAD/slow" >slow.out 2>slow.err 3>&- &
  PULL=$!
  wait_for 10 grep -q '^GET /v2/slow/blobs/' "$BATS_FILE_TMPDIR/requests"
  kill -INT -- "-$PULL"
  run wait "$PULL"
  [ "$status" != 0 ]
  no_helper() { [ "$(cgroup_programs racker-image)" = 0 ]; }
  wait_for 5 no_helper
  nothing_stored
  racker pull -q "$REGISTRY/hello"
}

# How many processes of ours in the tests' cgroup run the program.
cgroup_programs() {
  local dir pid count=0
  while read -r dir; do
    while read -r pid; do
      if [ "$(readlink "/proc/$pid/exe")" = "$RACKER_BIN/$1" ]; then count=$((count + 1)); fi
    done < <(find "$dir" -name cgroup.procs -exec cat {} +)
    break
  done <"$BATS_FILE_TMPDIR/cgroups"
  echo "$count"
}

@test "kill -9 of a pull: the next one starts afresh" {
  slow_pull
  kill -9 "$PULL"
  no_helper() { [ "$(cgroup_programs racker-image)" = 0 ]; }
  wait_for 5 no_helper
  run --separate-stderr racker images -q
  equal "$output" ""
  racker pull -q "$REGISTRY/hello"
  # What the killed one had begun is collected.
  equal "$(find "$RACKER_ROOT/tmp" -mindepth 1 ! -name '*.partial' 2>/dev/null)" ""
}

@test "two pulls of one image at once do the work once" {
  : >"$BATS_FILE_TMPDIR/requests"
  racker pull -q "$BAD/good" >one.out 2>one.err 3>&- &
  local first=$!
  racker pull -q "$BAD/good" >two.out 2>two.err
  wait "$first"
  equal "$(cat one.err two.err)" ""
  # The config and one layer, each once.
  equal "$(grep -c '^GET /v2/good/blobs/' "$BATS_FILE_TMPDIR/requests")" 2
}
