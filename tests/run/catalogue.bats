#!/usr/bin/env bats
# catalogue: labels, the sources behind them, pronto, postroj list-images.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "postroj list-images: a JSON list on a pipe" {
  run --separate-stderr postroj list-images
  equal "$status" 0
  echo "$output" | jq -e 'type == "array" and (index("debian-bookworm") != null)' >/dev/null
  run --separate-stderr postroj list-images --format '{{.Label}}'
  matches "$output" '(^|[[:space:]])debian-bookworm($|[[:space:]])'
}

@test "postroj list-images: a table on a terminal" {
  script -qec 'postroj list-images' /dev/null >out </dev/null
  grep -q '^LABEL' out
  grep -q '^debian-bookworm ' out
}

@test "the catalogue is extended by images.d" {
  mkdir images.d
  cp "$RACKER_CONFIG" config.yaml
  printf 'images:\n  my-hello:\n    aliases: [mine]\n    family: debian\n    distribution: Mine\n    sources:\n      - docker://%s/hello\n' \
    "$REGISTRY" >images.d/mine.yaml
  export RACKER_CONFIG=$PWD/config.yaml
  postroj list-images | jq -e 'index("my-hello") != null' >/dev/null
  run --separate-stderr racker run --rm --boot never mine
  equal "${lines[0]}" "Hello from a static binary."
}

@test "pronto runs a command in a distribution" {
  run --separate-stderr pronto debian-bookworm sh -c 'systemctl is-system-running; exit 4'
  equal "$output" running
  equal "$status" 4
  run --separate-stderr bash -c 'echo through | pronto debian-bookworm cat'
  equal "$output" through
}

@test "bootstrap: when no registry answers, the next source is used and stderr says so in one line" {
  private_root
  write_config config.yaml http://localhost:1
  run --separate-stderr env RACKER_CONFIG="$PWD/config.yaml" racker run --rm debian-bookworm systemctl is-system-running
  equal "$output" running
  equal "$status" 0
  matches "$stderr" 'docker\.io.*bootstrap|bootstrap.*docker\.io'
  run --separate-stderr env RACKER_CONFIG="$PWD/config.yaml" racker run --rm debian-12 hostnamectl
  matches "$output" 'Virtualization: systemd-nspawn'
  equal "$stderr" ""
}

@test "429 falls through to the next source, 404 does not" {
  private_root
  suite_fake bad-registry @PORTFILE@ "$BATS_TEST_TMPDIR/requests"
  mkdir images.d
  cp "$RACKER_CONFIG" config.yaml
  local kind
  for kind in limited missing denied; do
    printf 'images:\n  my-%s:\n    family: debian\n    distribution: Mine\n    sources: ["docker://localhost:%s/%s", "docker://%s/hello"]\n' \
      "$kind" "$FAKE_PORT" "$kind" "$REGISTRY" >"images.d/$kind.yaml"
  done
  export RACKER_CONFIG=$PWD/config.yaml
  run --separate-stderr racker run --rm --boot never my-limited
  equal "${lines[0]}" "Hello from a static binary."
  contains "$stderr" 429
  run --separate-stderr racker run --rm --boot never my-missing
  equal "$status" 125
  contains "$stderr" "manifest unknown"
  run --separate-stderr racker run --rm --boot never my-denied
  equal "$status" 125
  contains "$stderr" denied
}
