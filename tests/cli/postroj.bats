#!/usr/bin/env bats
# postroj: command lines that need neither root nor a container.

bats_require_minimum_version 1.5.0

setup() {
  RACKER_BIN=${RACKER_BIN:-$(cd "$(dirname "$BATS_TEST_FILENAME")/../.." && pwd)/build/release/bin}
  PATH=$RACKER_BIN:$PATH
  cd "$BATS_TEST_TMPDIR" || return
  export RACKER_CONFIG=$BATS_TEST_TMPDIR/config.yaml
  mkdir images.d
}

@test "list-images: labels as a JSON list, in the catalogue's order" {
  run --separate-stderr postroj list-images
  [ "$status" = 0 ]
  [ -z "$stderr" ]
  [ "$(jq -r '.[0]' <<<"$output")" = debian-stretch ]
  [ "$(jq -r 'length == (unique | length)' <<<"$output")" = true ]
  run --separate-stderr postroj list-images --format json
  [ "$(jq -r 'index("ubuntu-noble") > index("debian-sid")' <<<"$output")" = true ]
}

@test "list-images: every label the catalogue promises is there" {
  local label
  for label in debian-{stretch,buster,bullseye,bookworm,trixie,sid} ubuntu-{focal,jammy,noble,resolute} \
    fedora-{41,42,43,44} centos-{7,8} centos-stream-{9,10} rhel-{8,9,10} rockylinux-{8,9,10} almalinux-{8,9,10} \
    opensuse-leap-{15,16} opensuse-tumbleweed sles-15 amazonlinux-{2,2023} oraclelinux-{8,9} archlinux; do
    postroj list-images | jq -e --arg l "$label" 'index($l) != null' >/dev/null || {
      echo "$label is missing"
      return 1
    }
  done
}

@test "list-images: a table, and Go templates" {
  run --separate-stderr postroj list-images --format table
  [[ ${lines[0]} =~ ^LABEL\ +ALIASES\ +DISTRIBUTION\ +VERSION\ +CODENAME\ +FAMILY$ ]]
  [[ $output =~ debian-bookworm\ +debian-12\ +Debian\ +12\ +bookworm\ +debian ]]
  run --separate-stderr postroj list-images --format '{{.Label}} {{.Sources}}'
  [[ $output == *"debian-bookworm docker://docker.io/library/debian:bookworm-slim, bootstrap:debian/bookworm"* ]]
  run --separate-stderr postroj list-images --format '{{.Nope}}'
  [ "$status" = 1 ]
}

@test "list-images: images.d adds and replaces" {
  cat >images.d/own.yaml <<'END'
images:
  our-os:
    family: debian
    distribution: Ours
    sources: ["docker://registry.example.org/our/os:1"]
  debian-sid:
    family: debian
    distribution: Debian (ours)
    sources: ["bootstrap:debian/sid?mirror=http://mirror.example.org/debian"]
END
  run --separate-stderr postroj list-images --format '{{.Label}}={{.Distribution}}'
  [[ $output == *"our-os=Ours"* ]]
  [[ $output == *"debian-sid=Debian (ours)"* ]]
}

# refused TEXT MESSAGE: a file with that text is refused with that message.
refused() {
  printf '%s\n' "$1" >images.d/own.yaml
  run --separate-stderr postroj list-images
  local want="postroj: $PWD/images.d/own.yaml: $2"
  if [ "$status" != 1 ] || [ -n "$output" ] || [ "$stderr" != "$want" ]; then
    printf 'got:  %s\nwant: %s\n' "$stderr" "$want"
    return 1
  fi
}

@test "list-images: wrong files are refused in one line that names the place" {
  refused 'images: {x: {family: debian, distribution: D, version: 12, sources: ["docker://x"]}}' \
    "images.x.version: expected a string, got an integer"
  refused 'images: {x: {family: debian, distribution: D, source: ["docker://x"]}}' "images.x.source: unknown key"
  refused 'images: {x: {family: debian, distribution: D, sources: ["http://x"]}}' \
    "images.x: http://x: unknown kind of source (there are docker:// and bootstrap:)"
  refused 'images: {x: {family: debian, distribution: D, aliases: [debian-12], sources: ["docker://x"]}}' \
    "debian-12 is a name of both debian-bookworm and x"
}

@test "usage errors" {
  run --separate-stderr postroj list-images extra
  [ "$status" = 1 ]
  [ "${stderr_lines[0]}" = "postroj: 'postroj list-images' accepts no arguments" ]
  run --separate-stderr postroj list-images --nosuch
  [ "$status" = 125 ]
  [ "${stderr_lines[0]}" = "unknown flag: --nosuch" ]
}
