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
  local _
  for _ in $(seq 30); do stack who; done | sort -u | wc -l | grep -qx 3
}

@test "a whole stack comes up, serves, keeps its data, and goes without a trace" {
  run --separate-stderr racker compose --progress plain up --wait
  equal "$status" 0
  run racker compose ps --format '{{.Service}} {{.State}} {{.Health}}'
  equal "$(sort <<<"$output")" "$(printf '%s\n' 'cache running ' 'db running healthy' 'proxy running healthy' 'server running healthy' \
    'web running healthy' 'web running healthy' 'web running healthy')"
  address=$(racker compose port proxy 80)
  matches "$address" '^127\.0\.0\.1:[0-9]+$'

  equal "$(stack notes "it's a \$note")" added
  equal "$(stack notes "zweite Zeile: grün")" added
  equal "$(stack notes)" "$(printf "it's a \$note\nzweite Zeile: grün")"
  equal "$(stack visits)" 1
  equal "$(stack visits)" 2
  wait_for 10 answers_by_all

  # The booted service is a whole system, and reaches the others by name.
  equal "$(racker compose exec -T server systemctl is-system-running)" running
  equal "$(racker compose exec -T server hostname)" server
  racker compose exec -T server getent hosts postgres
  # A one-off of a profile that is not active.
  matches "$(racker compose run --rm client 2>run.err)" '^[0-9a-f]{12}$'

  # The data outlives the containers; what was only in memory does not.
  racker compose down
  run racker compose ps -aq
  equal "$output" ""
  racker compose up --wait --quiet-pull
  address=$(racker compose port proxy 80)
  equal "$(stack notes)" "$(printf "it's a \$note\nzweite Zeile: grün")"
  equal "$(stack visits)" 1

  # Nothing has changed: nothing is made again.
  before=$(racker compose ps -q | sort)
  racker compose up -d --wait
  equal "$(racker compose ps -q | sort)" "$before"

  racker compose down -v
  equal "$(racker ps -aq)" ""
  equal "$(racker volume ls -q --filter label=com.docker.compose.project=stack)" ""
  # Those that `VOLUME` of the image made, which `down` alone leaves behind, as Docker does.
  racker volume prune -f
  equal "$(racker network ls --format '{{.Name}}' | sort)" "$(printf 'bridge\nhost\nnone')"
}
