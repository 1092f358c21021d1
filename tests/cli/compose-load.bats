#!/usr/bin/env bats
# compose-load: how compose files are found and put together. tests/compose/load/cases has the command lines, and what
# docker-compose 2.26 said to each of them (tests/compose/load/record asks it again): messages, model, status.

bats_require_minimum_version 1.5.0

setup() {
  here=$(dirname "$(readlink -f "$BATS_TEST_FILENAME")")
  RACKER_BIN=${RACKER_BIN:-$(cd "$(dirname "$BATS_TEST_FILENAME")/../.." && pwd)/build/release/bin}
  PATH=$RACKER_BIN:$PATH
  load=$here/../compose/load
  export RACKER_ROOT=$BATS_TEST_TMPDIR/root
}

# compared GROUP COUNT: prints where a case whose name begins with GROUP says something else; there are COUNT of them.
compared() {
  local name n=0
  while read -r name; do
    diff -u --label "$name" --label racker "$load/expected/$name" <("$load/try" "racker compose" "$name" 2>&1) || true
    n=$((n + 1))
  done < <(grep -oE "^$1[a-z-]*" "$load/cases")
  [ "$n" -ge "$2" ] || echo "only $n cases of $1"
}

agree() {
  run compared "$@"
  [ -z "$output" ] || { echo "$output"; return 1; }
}

@test "files are looked up, listed, read from the standard input" {
  agree lookup 6
  agree file 7
  agree stdin 3
}

@test "environment files: order, syntax, what is wrong with them" {
  agree dot-env 3
  agree env-file 10
}

@test "the project's name" { agree name 12; }

@test "documents, anchors, scalars" { agree documents 5; }

@test "variables in all forms, numbers and booleans from them" { agree interpolation 13; }

@test "extends: chains, other files, cycles" { agree extends 8; }

@test "include: directories, environments, overrides, cycles, conflicts" { agree include 9; }

@test "merging by the rules of each key, !reset, !override" { agree merge 9; }

@test "conflicts and unknown keys of include are shown with their place" {
  cd "$BATS_TEST_TMPDIR"
  echo 'services: {a: {image: x}}' >part.yaml
  printf 'include:\n  - part.yaml\nservices:\n  a: {image: y}\n' >conflict.yaml
  run ! racker compose -f conflict.yaml config
  [ "$output" = "$PWD/conflict.yaml:4:3: services.a conflicts with imported resource" ]
  printf 'include:\n  - {pth: part.yaml}\n' >unknown.yaml
  run ! racker compose -f unknown.yaml config
  [ "$output" = "$PWD/unknown.yaml:2:6: include: Additional property pth is not allowed" ]
}

@test "files that would hurt are refused at once" {
  cd "$BATS_TEST_TMPDIR"
  head -c 10M /dev/zero | tr '\0' '#' >big.yaml
  run -15 timeout 5 racker compose -f big.yaml config
  [ "$output" = "$PWD/big.yaml: a compose file of more than 8 MiB" ]
  {
    echo 'x-0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'
    for i in {1..12}; do
      echo "x-$i: &x$i [*x$((i - 1)), *x$((i - 1)), *x$((i - 1)), *x$((i - 1)), *x$((i - 1)), *x$((i - 1))]"
    done
  } >bomb.yaml
  run -15 timeout 5 racker compose -f bomb.yaml config
  [[ $output == *'bomb.yaml:'*': too many values, aliases expanded' ]]
  { printf 'x-deep: '; printf '[%.0s' {1..500}; printf ']%.0s' {1..500}; } >deep.yaml
  run -15 timeout 5 racker compose -f deep.yaml config
  [[ $output == *'deep.yaml:1:'*': nested too deeply' ]]
  printf 'services:\n  a:\n\timage: x\n' >tab.yaml
  run -15 racker compose -f tab.yaml config
  [ "$output" = "$PWD/tab.yaml:3:1: a tab where YAML wants blanks" ]
  printf 'services:\n  a: {image: "\xff"}\n' >bytes.yaml
  run -15 racker compose -f bytes.yaml config
  [ "$output" = "$PWD/bytes.yaml:2:15: not UTF-8" ]
  printf 'include: [oci://example.com/project]\n' >far.yaml
  run -15 racker compose -f far.yaml config
  [ "$output" = "oci://example.com/project: compose files are read from this host only" ]
}
