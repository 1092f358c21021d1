# shellcheck shell=bash
# lib: what every file of tests/run shares.
#
#   load lib
#   setup_file() { suite_start; }        # a registry with the test images, a shared RACKER_ROOT
#   teardown_file() { suite_end; }
#   setup() { test_start; }
#   teardown() { test_end; }             # fails the test when it leaves anything behind
#
# RACKER_TEST_STATE is a folder whose root/ has the images pulled and prepared once; tests/check gives one to
# all files, a file run alone makes its own. RACKER_BIN names the programs to test. With RACKER_TEST_IMAGES=none there is no
# registry, and RACKER_TEST_ROOT is a root with what is needed in it.

bats_require_minimum_version 1.5.0

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export TOP
export RACKER_BIN=${RACKER_BIN:-$TOP/build/release/bin}
export PATH=$RACKER_BIN:$PATH

# shellcheck source=tests/fakes/registry.bash
. "$TOP/tests/fakes/registry.bash"

# ---- files ----

suite_start() {
  if [ "$(id -u)" != 0 ]; then return 0; fi
  local cache
  if [ -z "${RACKER_TEST_STATE:-}" ]; then
    RACKER_TEST_STATE=$(mktemp -d /var/tmp/racker-test.XXXXXX)
    touch "$RACKER_TEST_STATE/of-one-file"
  fi
  export RACKER_TEST_STATE RACKER_ROOT=${RACKER_TEST_ROOT:-$RACKER_TEST_STATE/root}
  # Only files about networks make their containers one.
  export RACKER_DEFAULT_NETWORK=host
  # No credentials and no configuration of whoever runs the tests.
  export HOME=$BATS_FILE_TMPDIR/home
  mkdir -p "$HOME"
  unset DOCKER_CONFIG DOCKER_DEFAULT_PLATFORM REGISTRY_AUTH_FILE XDG_RUNTIME_DIR XDG_CONFIG_HOME
  cgroups_enter
  if [ "${RACKER_TEST_IMAGES:-}" = none ]; then return 0; fi
  cache=$("$TOP/tests/images/build" 3>&-)
  export CACHE=$cache
  REGISTRY_READONLY=1 registry_start "$CACHE/registry" "$BATS_FILE_TMPDIR/registry.yml"
  export REGISTRY
  echo "$REGISTRY_PID" >>"$BATS_FILE_TMPDIR/pids"
  export RACKER_CONFIG=$BATS_FILE_TMPDIR/config.yaml
  write_config "$RACKER_CONFIG" "http://$REGISTRY"
}

# write_config FILE MIRROR: docker.io and ghcr.io are reached through MIRROR.
write_config() {
  printf 'registries:\n  docker.io:\n    mirrors: ["%s"]\n  ghcr.io:\n    mirrors: ["%s"]\n' "$2" "$2" >"$1"
}

# Starts one of tests/fakes for the rest of the file: FAKE_PORT.
suite_fake() {
  fake_start "$1" "$BATS_FILE_TMPDIR/$1" "${@:2}"
  echo "$FAKE_PID" >>"$BATS_FILE_TMPDIR/pids"
}

suite_end() {
  local pid
  if [ "$(id -u)" != 0 ]; then return 0; fi
  while read -r pid; do kill "$pid" 2>/dev/null || true; done < <(cat "$BATS_FILE_TMPDIR/pids" 2>/dev/null)
  if [ -z "${RACKER_TEST_ROOT:-}" ] && [ -e "$RACKER_TEST_STATE/of-one-file" ]; then
    "$TOP/tests/run/remove-root" "$RACKER_ROOT"
    rm -rf "$RACKER_TEST_STATE"
  fi
  cgroups_leave
}

# ---- a cgroup of our own in every hierarchy, so that what the containers leave there is told from what
# others do on the machine ----

# Lines `MOUNT PATH` of where we are, for each hierarchy.
cgroups_ours() {
  local mount name path
  for mount in /sys/fs/cgroup /sys/fs/cgroup/*; do
    if [ ! -e "$mount/cgroup.procs" ] || [ -L "$mount" ]; then continue; fi
    name=$(basename "$mount")
    if [ -e "$mount/cgroup.controllers" ]; then name=; fi
    # The fields are numbers:controllers:path; v2 has no controllers.
    path=$(awk -F: -v n="$name" '$2 == n || $2 == "name=" n { print $3; exit }' /proc/self/cgroup)
    if [ -n "$path" ]; then echo "$mount $path"; fi
  done
}

cgroups_enter() {
  local mount path dir
  : >"$BATS_FILE_TMPDIR/cgroups"
  while read -r mount path; do
    dir=$mount${path%/}/racker-test-$$
    mkdir "$dir" 2>/dev/null || continue
    if echo $$ >"$dir/cgroup.procs" 2>/dev/null; then
      echo "$dir" >>"$BATS_FILE_TMPDIR/cgroups"
    else
      rmdir "$dir"
    fi
  done < <(cgroups_ours)
}

cgroups_leave() {
  local dir pid
  while read -r dir; do
    while read -r pid; do
      echo "$pid" >"$dir/../cgroup.procs" 2>/dev/null || true
    done <"$dir/cgroup.procs"
    # Bottom up; what is still in use says so, and fails the file.
    find "$dir" -depth -type d -exec rmdir {} \;
  done <"$BATS_FILE_TMPDIR/cgroups"
}

# ---- tests ----

test_start() {
  if [ "$(id -u)" != 0 ]; then skip "needs root"; fi
  ROOTS=("$RACKER_ROOT")
  SHARED_ROOT=$RACKER_ROOT
  cd "$BATS_TEST_TMPDIR" || return 1
  leaks >"$BATS_TEST_TMPDIR/leaks.before"
}

test_end() {
  local left=0 root
  if [ "$(id -u)" != 0 ]; then return 0; fi
  if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
    printf 'the last `run`: status %s\nstdout: %s\nstderr: %s\n' "${status:-}" "${output:0:2000}" "${stderr:-}"
  fi
  # A failed test may leave whatever it had; one that passed may leave nothing, after a moment for what
  # is on its way out.
  if [ -n "${BATS_TEST_COMPLETED:-}" ] && ! wait_for 5 no_new_leaks 2>/dev/null; then
    echo "left behind:"
    new_leaks
    left=1
  fi
  sanitizer_findings || left=1
  for root in "${ROOTS[@]}"; do
    remove_containers "$root"
    if [ "$root" != "$SHARED_ROOT" ]; then "$TOP/tests/run/remove-root" "$root"; fi
  done
  return $left
}

# Long-lived processes have nobody who reads their stderr: the sanitized programs write what they find to files.
sanitizer_findings() {
  local file found=0
  for file in "${RACKER_TEST_FINDINGS:-/nonexistent}"/*; do
    [ -e "$file" ] || continue
    found=1
    head -n 60 "$file"
    mv "$file" "$BATS_TEST_TMPDIR/"
  done
  return $found
}

# An empty root of this test's own.
private_root() {
  RACKER_ROOT=$RACKER_TEST_STATE/private-$BATS_TEST_NUMBER-${#ROOTS[@]}
  ROOTS+=("$RACKER_ROOT")
  mkdir -p "$RACKER_ROOT"
  export RACKER_ROOT
}

remove_containers() {
  local ids
  [ -d "$1/containers" ] || return 0
  mapfile -t ids < <(RACKER_ROOT=$1 racker ps -aq 2>/dev/null)
  if [ ${#ids[@]} -gt 0 ]; then RACKER_ROOT=$1 timeout 60 racker rm -f "${ids[@]}" >/dev/null 2>&1 || true; fi
}

# Where a root's run-time files are (librunner/runtime.c).
run_dir() {
  local root=$1 hash=$((0xcbf29ce484222325)) i code
  if [ "$root" = /var/lib/racker ]; then echo /run/racker && return; fi
  for ((i = 0; i < ${#root}; i++)); do
    printf -v code %d "'${root:i:1}"
    hash=$(((hash ^ code) * 0x100000001b3))
  done
  printf '/run/racker/roots/%016x\n' "$hash"
}

# Everything of ours that there is now, a line each. Downloads that were begun may stay: they are gone on with.
leaks() {
  local root run
  local -a dirs=() links=()
  for root in "${ROOTS[@]}"; do
    run=$(run_dir "$root")
    awk -v a="$root" -v b="$run" 'index($5, a) == 1 || index($5, b) == 1 { print "mount " $5 }' /proc/self/mountinfo
    find "$run" "$root/containers" "$root/tmp" "$root/volumes" -mindepth 1 -maxdepth 1 ! -name lock ! -name '*.partial' \
      -printf '%p\n' 2>/dev/null || true
  done
  network_leaks
  mapfile -t dirs <"$BATS_FILE_TMPDIR/cgroups"
  # On a systemd host containers are services of their own. Files run one after another there.
  mapfile -t -O ${#dirs[@]} dirs < <(compgen -G '/sys/fs/cgroup/*/racker-*.service' || true)
  [ ${#dirs[@]} -gt 0 ] || return 0
  find "${dirs[@]}" -mindepth 1 -type d -printf 'cgroup %p\n' 2>/dev/null || true
  # What is in a container's cgroup is ours whatever it is called. One hierarchy tells for all.
  find "${dirs[0]}" -mindepth 2 -name cgroup.procs -exec sed 's/^/process in a container: /' {} + 2>/dev/null || true
  mapfile -t links < <(find "${dirs[0]}" -name cgroup.procs -exec sed 's|.*|/proc/&/exe|' {} + 2>/dev/null)
  find "${links[@]}" -maxdepth 0 \( -lname "$RACKER_BIN/*" -o -lname '*/systemd-nspawn' -o -lname '*/aardvark-dns' \) -printf 'process %h %l\n' 2>/dev/null || true
}

# Links, and rules that name an address, a port or a chain of one network: netavark leaves its empty chains. Where
# the network is not our own, others may come and go.
network_leaks() {
  [ "${RACKER_TEST_NETWORK:-}" = own ] || return 0
  ip -o link | awk -F': ' '{ print "link " $2 }'
  ip -o -4 route | awk '{ print "route " $1 }'
  find "/run/racker/netavark-$(stat -Lc %i /proc/self/ns/net)" -mindepth 2 -type f ! -path '*/firewall/firewall-*' \
    -printf 'of netavark: %p\n' 2>/dev/null || true
  nft -s list ruleset 2>/dev/null | sed -nE 's/^[[:space:]]*(.*(([0-9]+\.){3}|[0-9a-f]*::|dport|ifname|(jump|goto) NETAVARK-[0-9A-F]{13}).*)/rule \1/p' || true
}

new_leaks() { leaks | sort -u | comm -13 <(sort -u "$BATS_TEST_TMPDIR/leaks.before") -; }
no_new_leaks() { [ -z "$(new_leaks)" ]; }

# ---- helpers ----

# Sanitized programs are larger and slower than what people run.
sanitized() { [[ $RACKER_BIN == */sanitize/* ]]; }

# Fails and shows what was got. Use: equal GOT WANT
equal() {
  [ "$1" = "$2" ] || {
    printf 'got:  %q\nwant: %q\n' "$1" "$2"
    return 1
  }
}

# contains TEXT WORDS: as a fixed string.
contains() {
  case $1 in
  *"$2"*) ;;
  *)
    printf 'in:   %q\nwant: %q\n' "$1" "$2"
    return 1
    ;;
  esac
}

lacks() {
  case $1 in
  *"$2"*)
    printf 'in:       %q\nnot want: %q\n' "$1" "$2"
    return 1
    ;;
  esac
}

matches() {
  [[ $1 =~ $2 ]] || {
    printf 'got:     %q\npattern: %s\n' "$1" "$2"
    return 1
  }
}

# One line, so many as the name says: what people see of an error.
one_line() { equal "$(printf '%s\n' "$1" | wc -l)" 1; }

# A name for a container of this test.
name() { echo "t$$-$BATS_TEST_NUMBER${1:+-$1}"; }

# killed PID...: kills processes and waits until they are dead: on a busy machine the signal takes a moment.
killed() {
  local pid
  kill -9 "$@"
  for pid; do wait_for 10 dead "$pid"; done
}
dead() { [ ! -e "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status"; }
