#!/usr/bin/env bats
# The stack of tests/compose/stack: plain and booted parts, networks, a volume, secrets, health, scale, a profile.

load ../run/lib

setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  cp -r "$TOP/tests/compose/stack/." .
}
teardown() {
  if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
    racker compose ps -a || true
    racker compose logs --tail 20 || true
    racker compose down -v -t 1 --remove-orphans || true
  fi
  test_end
}

# stack PATH [DATA]: asks the published port.
stack() { curl -fsS --max-time 10 ${2+--data-binary "$2"} "http://$address/$1"; }

# Three services answer behind one name.
answers_by_all() {
  local i
  for i in $(seq 30); do stack who; done | sort -u | wc -l | grep -qx 3
}

@test "a whole stack comes up, serves, keeps its data, and goes without a trace" {
  run --separate-stderr racker compose --progress plain up --wait
  equal 0 "$status"
  run racker compose ps --format '{{.Service}} {{.State}} {{.Health}}'
  equal "$(printf '%s\n' 'cache running ' 'db running healthy' 'proxy running healthy' 'server running healthy' \
    'web running healthy' 'web running healthy' 'web running healthy')" "$(sort <<<"$output")"
  address=$(racker compose port proxy 80)
  matches '^127\.0\.0\.1:[0-9]+$' "$address"

  equal added "$(stack notes "it's a \$note")"
  equal added "$(stack notes "zweite Zeile: grün")"
  equal "$(printf "it's a \$note\nzweite Zeile: grün")" "$(stack notes)"
  equal 1 "$(stack visits)"
  equal 2 "$(stack visits)"
  wait_for 10 answers_by_all

  # The booted service is a whole system, and reaches the others by name.
  equal running "$(racker compose exec -T server systemctl is-system-running)"
  equal server "$(racker compose exec -T server hostname)"
  racker compose exec -T server getent hosts postgres
  # A one-off of a profile that is not active.
  matches '^[0-9a-f]{12}$' "$(racker compose run --rm client 2>run.err)"

  # The data outlives the containers; what was only in memory does not.
  racker compose down
  run racker compose ps -aq
  equal "" "$output"
  racker compose up --wait --quiet-pull
  address=$(racker compose port proxy 80)
  equal "$(printf "it's a \$note\nzweite Zeile: grün")" "$(stack notes)"
  equal 1 "$(stack visits)"

  # Nothing has changed: nothing is made again.
  before=$(racker compose ps -q | sort)
  racker compose up -d --wait
  equal "$before" "$(racker compose ps -q | sort)"

  racker compose down -v
  equal "" "$(racker ps -aq)"
  equal "" "$(racker volume ls -q)"
  equal "$(printf 'bridge\nhost\nnone')" "$(racker network ls --format '{{.Name}}' | sort)"
}
