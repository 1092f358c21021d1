#!/usr/bin/env bats
# compose-config: what `racker compose config` prints of the files of tests/compose/config is what Compose 2.26 printed
# (tests/compose/config/oracle asks it again), and what it says of wrong ones names the place.

bats_require_minimum_version 1.5.0

setup() {
  here=$(dirname "$(readlink -f "$BATS_TEST_FILENAME")")
  RACKER_BIN=${RACKER_BIN:-$(cd "$(dirname "$BATS_TEST_FILENAME")/../.." && pwd)/build/release/bin}
  PATH=$RACKER_BIN:$PATH
  files=$here/../compose/config
  export RACKER_ROOT=$BATS_TEST_TMPDIR/root
}

# compared FORMAT: prints where a file's output is not what is expected.
compared() {
  local file name n=0
  for file in "$files"/*.yaml; do
    name=$(basename "$file" .yaml)
    diff -u --label "$name.$1" --label racker "$files/expected/$name.$1" \
      <("$files/print" "racker compose" "$1" "$name.yaml") || true
    n=$((n + 1))
  done
  [ "$n" -ge 60 ] || echo "only $n files"
}

@test "every feature's file is printed as YAML as Compose prints it" {
  run compared yaml
  [ -z "$output" ] || { echo "$output"; return 1; }
}

@test "every feature's file is printed as JSON as Compose prints it" {
  run compared json
  [ -z "$output" ] || { echo "$output"; return 1; }
}

@test "what is printed is read again as the same" {
  local name
  for name in wordpress networks volumes-long command-entrypoint environment-map healthcheck; do
    racker compose -f "$files/$name.yaml" config >"$BATS_TEST_TMPDIR/once.yaml"
    racker compose -p config -f "$BATS_TEST_TMPDIR/once.yaml" config >"$BATS_TEST_TMPDIR/twice.yaml"
    diff -u "$BATS_TEST_TMPDIR/once.yaml" "$BATS_TEST_TMPDIR/twice.yaml"
  done
}

@test "wrong files are refused: place, reason, the key that was meant" {
  local file name wrong=0
  for file in "$files"/errors/*.yaml; do
    name=$(basename "$file" .yaml)
    "$files/print" "racker compose" yaml "errors/$name.yaml" >"$BATS_TEST_TMPDIR/$name" && status=0 || status=$?
    echo "status $status" >>"$BATS_TEST_TMPDIR/$name"
    diff -u "$files/errors/expected/$name" "$BATS_TEST_TMPDIR/$name" || wrong=1
    [ "$status" -ge 14 ]
  done
  [ "$wrong" = 0 ]
  [ "$(tail -1 "$BATS_TEST_TMPDIR/unknown-key")" = "status 15" ]
  grep -F 'unknown-key.yaml:3:5: services.web Additional property imge is not allowed, did you mean image?' \
    "$BATS_TEST_TMPDIR/unknown-key"
}

@test "keys that mean nothing here are warned about once" {
  run --separate-stderr racker compose -f "$files/isolation.yaml" config --quiet
  [ "$status" = 0 ]
  [ -z "$output" ]
  [[ $stderr == *"services.windows.credential_spec"* && $stderr == *"services.windows.isolation"* ]]
  printf 'services:\n  a: {image: x, isolation: default}\n  b: {image: x, isolation: default}\n' >"$BATS_TEST_TMPDIR/two.yaml"
  run --separate-stderr racker compose -f "$BATS_TEST_TMPDIR/two.yaml" config --quiet
  [ "$(grep -c isolation <<<"$stderr")" = 1 ]
}

@test "lists: services with what they need first, volumes, images, profiles" {
  cd "$files"
  [ "$(racker compose -f wordpress.yaml config --services)" = $'db\nwordpress' ]
  [ "$(racker compose -f wordpress.yaml config --volumes)" = db_data ]
  [ "$(racker compose -f build-short.yaml config --images)" = $'config-api\nregistry.example/worker' ]
  [ "$(racker compose -f profiles.yaml config --profiles)" = $'ci\ndebug\ntest' ]
}

@test "--hash is Compose's, for the services that are asked for" {
  cd "$files"
  [ "$(racker compose -f scale.yaml config --hash 'a,c')" = "$(racker compose -f scale.yaml config --hash '*' | grep -E '^[ac] ')" ]
  [ "$(racker compose -f cpu-limits.yaml config --hash batch)" = "batch 1d1ca54898f5d099fa56705f71c1caa6b21fa290ee945efb25ede1c95e27207f" ]
  run racker compose -f scale.yaml config --hash nobody
  [ "$status" = 1 ]
  [ "$output" = "no such service: nobody: not found" ]
}

@test "--no-interpolate keeps variables, --variables lists them" {
  cd "$files"
  run racker compose -f interpolation.yaml config --no-interpolate
  [[ $output == *'image: app:${TAG:-latest}'* && $output == *'ESCAPED: $$SIMPLE_VAR $${SIMPLE_VAR}'* ]]
  [[ $output == *'- ${PORT:-8080}:80'* ]]
  [[ $(racker compose -f ports-short.yaml config --no-interpolate) == *'target: 3000'* ]]
  run racker compose -f interpolation.yaml config --variables
  [[ ${lines[0]} == 'NAME                REQUIRED            DEFAULT VALUE       ALTERNATE VALUE' ]]
  [[ $output == *$'\nTAG                 false               latest              '* ]]
}

@test "--no-normalize, --no-path-resolution and --no-consistency leave out what they say" {
  cd "$files"
  [[ $(racker compose -f volumes-short.yaml config --no-path-resolution) == *'source: ./relative'* ]]
  [[ $(racker compose -f wordpress.yaml config --no-normalize) != *wordpress_default* ]]
  run racker compose -f errors/undefined-volume.yaml config --no-consistency
  [ "$status" = 0 ]
}

@test "-o writes a file, -q says nothing, a format that does not exist is refused" {
  cd "$files"
  racker compose -f scale.yaml config -o "$BATS_TEST_TMPDIR/out.yaml"
  diff "$BATS_TEST_TMPDIR/out.yaml" <(racker compose -f scale.yaml config)
  [ -z "$(racker compose -f scale.yaml config -q 2>&1)" ]
  run racker compose -f scale.yaml config --format xml
  [ "$status" = 1 ]
  [ "$output" = 'unsupported format "xml"' ]
}

@test "services that are asked for, and what they need; others are not there" {
  cd "$files"
  run racker compose -f wordpress.yaml config db
  [[ $output == *mariadb* && $output != *wordpress:latest* ]]
  run racker compose -f wordpress.yaml config nobody
  [ "$status" = 1 ]
  [ "$output" = "no such service: nobody" ]
}
