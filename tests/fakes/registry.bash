# shellcheck shell=bash
# registry: starts Debian's docker-registry on a free loopback port. Sourced by tests and scripts.
#
# RACKER_TEST_PORTS="FIRST LAST" limits the ports (default 5600 5699).

# A port that nobody listens on.
free_port() {
  # shellcheck disable=SC2086 # two words
  python3 - ${RACKER_TEST_PORTS:-5600 5699} <<'END'
import random, socket, sys
first, last = int(sys.argv[1]), int(sys.argv[2])
for port in random.sample(range(first, last + 1), last - first + 1):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    sys.exit()
sys.exit("no free port")
END
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails with a word about what it waited for.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      echo "waited in vain for: $*" >&2
      return 1
    fi
    sleep 0.05
  done
}

registry_answers() { curl -s -k -o /dev/null "$1/v2/"; }

# registry_start STORAGE CONFIG [SECTION...]: serves a storage folder; each SECTION is a piece of YAML added to
# the configuration (auth). REGISTRY_TLS=DIR serves https with DIR/server.{crt,key}; REGISTRY_READONLY=1
# allows several registries on one storage. Sets REGISTRY (localhost:PORT) and REGISTRY_PID; its log
# is CONFIG.log.
registry_start() {
  local storage=$1 config=$2 port section scheme=http
  shift 2
  port=$(free_port) || return 1
  {
    printf 'version: 0.1\nlog: {level: info, accesslog: {disabled: false}}\n'
    printf 'storage:\n  filesystem: {rootdirectory: "%s"}\n' "$storage"
    if [ -n "${REGISTRY_READONLY:-}" ]; then printf '  maintenance: {readonly: {enabled: true}}\n'; fi
    printf 'http:\n  addr: 127.0.0.1:%s\n' "$port"
    if [ -n "${REGISTRY_TLS:-}" ]; then
      printf '  tls: {certificate: "%s/server.crt", key: "%s/server.key"}\n' "$REGISTRY_TLS" "$REGISTRY_TLS"
      scheme=https
    fi
    for section in "$@"; do printf '%s\n' "$section"; done
  } >"$config"
  # Not the tests' own descriptors: bats waits for whoever holds them.
  docker-registry serve "$config" >"$config.log" 2>&1 </dev/null 3>&- 9>&- &
  # shellcheck disable=SC2034 # for the caller
  REGISTRY_PID=$!
  REGISTRY=localhost:$port
  if ! wait_for 10 registry_answers "$scheme://$REGISTRY"; then
    cat "$config.log" >&2
    return 1
  fi
}

# fake_start PROGRAM NAME ARGUMENT...: starts tests/fakes/PROGRAM, which writes its port to its PORTFILE argument
# (write it as @PORTFILE@). Sets FAKE_PORT and FAKE_PID. Its output goes to NAME.log.
fake_start() {
  local program=$1 name=$2 here
  shift 2
  here=$(dirname "${BASH_SOURCE[0]}")
  rm -f "$name.port"
  "$here/$program" "${@//@PORTFILE@/$name.port}" >"$name.log" 2>&1 </dev/null 3>&- &
  # shellcheck disable=SC2034 # for the caller
  FAKE_PID=$!
  if ! wait_for 10 test -s "$name.port"; then
    cat "$name.log" >&2
    return 1
  fi
  # shellcheck disable=SC2034 # for the caller
  FAKE_PORT=$(cat "$name.port")
}
