#!/usr/bin/env bats
# compose-up: containers of a project: made, started in order, changed, ended. Without networks, so that every host has them.

load ../run/lib
setup_file() {
  suite_start
  if [ "$(id -u)" = 0 ]; then racker pull -q debian-bookworm; fi
}
teardown_file() { suite_end; }
setup() {
  test_start
  export COMPOSE_PROJECT_NAME=up$$-$BATS_TEST_NUMBER
  P=$COMPOSE_PROJECT_NAME
}
teardown() {
  if [ -z "${BATS_TEST_COMPLETED:-}" ]; then racker compose down -v -t 0 --remove-orphans || true; fi
  test_end
}

# file TEXT: compose.yaml, with an anchor of what all services have.
file() {
  printf 'x-plain: &plain\n  image: debian-bookworm\n  network_mode: none\n  init: true\n  x-racker: {boot: never}\n%s\n' "$1" \
    >compose.yaml
}

id_of() { racker inspect -f '{{.Id}}' "$P-$1"; }

@test "up makes and starts in the order of dependencies, and twice is once" {
  file 'services:
  web: {<<: *plain, command: [sleep, inf], depends_on: [db]}
  db: {<<: *plain, command: [sleep, inf]}'
  run --separate-stderr racker compose up -d
  equal "$status" 0
  equal "$output" ""
  equal " $stderr" " Container $P-db-1  Creating
 Container $P-db-1  Created
 Container $P-web-1  Creating
 Container $P-web-1  Created
 Container $P-db-1  Starting
 Container $P-db-1  Started
 Container $P-web-1  Starting
 Container $P-web-1  Started"
  run --separate-stderr racker compose up -d
  equal "$status" 0
  equal " $stderr" " Container $P-db-1  Running
 Container $P-web-1  Running"
  run --separate-stderr racker compose down -t 1
  equal " $stderr" " Container $P-web-1  Stopping
 Container $P-web-1  Stopped
 Container $P-web-1  Removing
 Container $P-web-1  Removed
 Container $P-db-1  Stopping
 Container $P-db-1  Stopped
 Container $P-db-1  Removing
 Container $P-db-1  Removed"
  run --separate-stderr racker compose down
  equal "$status" 0
  equal "$stderr" "Warning: No resource found to remove for project \"$P\"."
}

@test "only what has changed is made anew, with what depends on it" {
  local db web other
  file 'services:
  db: {<<: *plain, command: [sleep, "1000"]}
  web: {<<: *plain, command: [sleep, inf], depends_on: [db]}
  other: {<<: *plain, command: [sleep, inf]}'
  racker compose up -d
  db=$(id_of db-1) web=$(id_of web-1) other=$(id_of other-1)
  sed -i 's/1000/2000/' compose.yaml
  racker compose up -d
  [ "$(id_of db-1)" != "$db" ]
  [ "$(id_of web-1)" != "$web" ]
  equal "$(id_of other-1)" "$other"
  db=$(id_of db-1)
  racker compose up -d --no-recreate
  equal "$(id_of db-1)" "$db"
  racker compose up -d --force-recreate other
  [ "$(id_of other-1)" != "$other" ]
  equal "$(id_of db-1)" "$db"
  racker compose down -t 0
}

@test "labels, names and environment are Compose's" {
  file 'services:
  db: {<<: *plain, command: [sleep, inf], labels: {mine: "1"}, environment: {A: b c, UNSET: }}
  web: {<<: *plain, container_name: '"$P"'-own, command: [sleep, inf], depends_on: {db: {condition: service_started, restart: true}}}'
  racker compose up -d
  run racker inspect -f '{{json .Config.Labels}}' "$P-own"
  equal "$(jq -r '."com.docker.compose.project"' <<<"$output")" "$P"
  equal "$(jq -r '."com.docker.compose.service"' <<<"$output")" web
  equal "$(jq -r '."com.docker.compose.container-number"' <<<"$output")" 1
  equal "$(jq -r '."com.docker.compose.oneoff"' <<<"$output")" False
  equal "$(jq -r '."com.docker.compose.depends_on"' <<<"$output")" db:service_started:true
  equal "$(jq -r '."com.docker.compose.project.working_dir"' <<<"$output")" "$PWD"
  equal "$(jq -r '."com.docker.compose.project.config_files"' <<<"$output")" "$PWD/compose.yaml"
  equal "$(jq -r '."com.docker.compose.config-hash" | length' <<<"$output")" 64
  equal "$(jq -r '."com.docker.compose.image"' <<<"$output")" "$(racker inspect -f '{{.Image}}' "$P-own")"
  equal "$(racker inspect -f '{{index .Config.Labels "mine"}}' "$P-db-1")" 1
  equal "$(racker exec "$P-db-1" sh -c 'echo $A, ${UNSET-none}')" "b c, none"
  racker compose down -t 0
}

@test "scale: numbers go on, and the highest go first" {
  file 'services:
  w: {<<: *plain, command: [sleep, inf]}'
  racker compose up -d --scale w=3
  equal "$(racker compose ps -a --format '{{.Name}}' | sort | tr '\n' ' ')" "$P-w-1 $P-w-2 $P-w-3 "
  racker compose scale w=1
  equal "$(racker compose ps -a --format '{{.Name}}')" "$P-w-1"
  run ! racker compose up -d --scale nope=2
  equal "$output" "no such service: nope: not found"
  racker compose down -t 0
}

@test "conditions: healthy, completed; what fails is told" {
  file 'services:
  sick: {<<: *plain, command: [sleep, inf], healthcheck: {test: ["CMD", "false"], interval: 100ms, retries: 1}}
  well: {<<: *plain, command: [sleep, inf], healthcheck: {test: ["CMD", "true"], interval: 100ms}}
  job: {<<: *plain, command: ["true"]}
  bad: {<<: *plain, command: ["sh", "-c", "exit 3"]}
  a: {<<: *plain, command: [sleep, inf], depends_on: {well: {condition: service_healthy}, job: {condition: service_completed_successfully}}}
  b: {<<: *plain, command: [sleep, inf], depends_on: {sick: {condition: service_healthy}}}
  c: {<<: *plain, command: [sleep, inf], depends_on: {bad: {condition: service_completed_successfully}}}
  d: {<<: *plain, command: [sleep, inf], depends_on: {bad: {condition: service_completed_successfully, required: false}}}'
  run --separate-stderr racker compose up -d a
  equal "$status" 0
  contains "$stderr" "Container $P-well-1  Waiting"
  contains "$stderr" "Container $P-well-1  Healthy"
  contains "$stderr" "Container $P-job-1  Exited"
  run --separate-stderr racker compose up -d b
  equal "$status" 1
  equal "${stderr_lines[-1]}" "dependency failed to start: container $P-sick-1 is unhealthy"
  equal "$(racker inspect -f '{{.State.Status}}' "$P-b-1")" created
  run --separate-stderr racker compose up -d c
  equal "$status" 1
  equal "${stderr_lines[-1]}" 'service "bad" didn'"'"'t complete successfully: exit 3'
  run --separate-stderr racker compose up -d d
  equal "$status" 0
  contains "$stderr" 'optional dependency "bad"'
  run --separate-stderr racker compose up --wait a job
  equal "$status" 0
  contains "$stderr" "Container $P-a-1  Healthy"
  run --separate-stderr racker compose up --wait well --wait-timeout 20
  equal "$status" 0
  racker compose down -t 0
}

@test "secrets and configs: from the environment, from text, from a file, with owner and mode" {
  echo from-file >secret.txt
  file 'services:
  a:
    <<: *plain
    command: [sleep, inf]
    secrets: [env, {source: file, target: named}]
    configs: [{source: text, target: /etc/app/config, uid: "12", gid: "34", mode: 0440}]
secrets:
  env: {environment: THE_SECRET}
  file: {file: ./secret.txt}
configs:
  text: {content: "user=${WHO}\n"}'
  WHO=me THE_SECRET=hidden racker compose up -d
  equal "$(racker exec "$P-a-1" cat /run/secrets/env)" hidden
  equal "$(racker exec "$P-a-1" cat /run/secrets/named)" from-file
  equal "$(racker exec "$P-a-1" cat /etc/app/config)" user=me
  equal "$(racker exec "$P-a-1" stat -c '%a %u %g' /etc/app/config)" "440 12 34"
  WHO=me THE_SECRET=hidden racker compose down -t 0
  [ ! -e "$RACKER_ROOT/compose" ]
}

@test "hooks run after the start and before the stop; provisioning once" {
  file 'services:
  a:
    <<: *plain
    command: [sleep, inf]
    volumes: ["'"$PWD"':/out"]
    post_start: [{command: ["sh", "-c", "echo start >>/out/log"]}]
    pre_stop: [{command: ["sh", "-c", "echo stop >>/out/log"]}]
    x-racker: {boot: never, provision: ["echo provision >>/out/log"]}'
  racker compose up -d
  racker compose stop -t 0
  racker compose start
  racker compose down -t 0
  equal "$(tr '\n' ' ' <log)" "provision start stop start stop "
  sed -i 's/echo start.*"\]/exit 4"]/' compose.yaml
  run --separate-stderr racker compose up -d
  equal "$status" 1
  equal "${stderr_lines[-1]}" "a hook exited with status 4"
  racker compose down -t 0
}

@test "a booted system is a service" {
  file 'services:
  os: {image: debian-bookworm, network_mode: none, x-racker: {boot: always}}
  app: {<<: *plain, command: [sleep, inf], depends_on: {os: {condition: service_healthy}}}'
  run --separate-stderr racker compose up -d
  equal "$status" 0
  contains "$stderr" "Container $P-os-1  Healthy"
  equal "$(racker compose exec -T os systemctl is-system-running)" running
  racker compose down
}

@test "orphans are told, and removed when that is wanted" {
  file 'services:
  a: {<<: *plain, command: [sleep, inf]}
  b: {<<: *plain, command: [sleep, inf]}'
  racker compose up -d
  file 'services:
  a: {<<: *plain, command: [sleep, inf]}'
  run --separate-stderr racker compose up -d
  equal "$status" 0
  contains "$stderr" "Found orphan containers ([$P-b-1]) for this project."
  COMPOSE_IGNORE_ORPHANS=1 run --separate-stderr racker compose up -d
  lacks "$stderr" orphan
  racker compose up -d --remove-orphans
  run ! racker inspect "$P-b-1"
  racker compose down -t 0
}

@test "dry run tells everything and does nothing" {
  file 'services:
  a: {<<: *plain, command: [sleep, inf]}'
  run --separate-stderr racker compose --dry-run up -d
  equal "$status" 0
  contains "$stderr" " DRY-RUN MODE -  Container $P-a-1  Created"
  equal "$(racker ps -aq --filter "name=$P-")" ""
  racker compose up -d
  run --separate-stderr racker compose down --dry-run
  contains "$stderr" " DRY-RUN MODE -  Container $P-a-1  Removed"
  equal "$(racker inspect -f '{{.State.Status}}' "$P-a-1")" running
  racker compose down -t 0
}

@test "what cannot be is refused before anything is made" {
  file 'services:
  a: {<<: *plain, depends_on: [b]}
  b: {<<: *plain, depends_on: [a]}'
  run --separate-stderr racker compose up -d
  equal "$status" 15
  equal "$stderr" "dependency cycle detected: a -> b -> a"
  file 'services:
  a: {<<: *plain, image: "localhost:1/nope"}'
  run --separate-stderr racker compose up -d
  equal "$status" 18
  contains "$stderr" "a Pulling"
  file 'services:
  a: {build: .}'
  run --separate-stderr racker compose up -d
  contains "$stderr" 'service "a" is to be built, which racker cannot do yet'
  [ "$status" != 0 ]
  run --separate-stderr racker compose up --force-recreate --no-recreate
  equal "$stderr" "--force-recreate and --no-recreate are incompatible"
  equal "$status" 1
  equal "$(racker ps -aq --filter "name=$P-")" ""
}

@test "volumes outlive containers, anonymous ones their successors; down -v takes all" {
  file 'services:
  a: {<<: *plain, command: [sleep, "1000"], volumes: ["data:/data", /anon, {type: tmpfs, target: /mem}]}
  b: {<<: *plain, command: [sleep, inf], volumes_from: [a], network_mode: "service:a"}
volumes: {data: {labels: {mine: "1"}}}'
  racker compose up -d
  racker compose exec -T a sh -c 'echo 1 >/data/f; echo 2 >/anon/f'
  equal "$(racker compose exec -T b cat /data/f)" 1
  equal "$(racker volume inspect -f '{{json .Labels}}' "${P}_data" | jq -r '."com.docker.compose.volume" + .mine')" data1
  equal "$(racker inspect -f '{{.HostConfig.NetworkMode}}' "$P-b-1")" "container:$(id_of a-1)"
  sed -i 's/1000/2000/' compose.yaml
  racker compose up -d
  equal "$(racker compose exec -T a cat /data/f /anon/f | tr '\n' ' ')" "1 2 "
  equal "$(racker inspect -f '{{.HostConfig.NetworkMode}}' "$P-b-1")" "container:$(id_of a-1)"
  run --separate-stderr racker compose up -d
  lacks "$stderr" Recreate
  racker compose down -t 0
  racker compose up -d
  equal "$(racker compose exec -T a cat /data/f)" 1
  racker compose down -v -t 0
  run ! racker volume inspect "${P}_data"
  racker volume prune -f >/dev/null
}

@test "networks: made with labels, warned about when they are somebody else's" {
  if ! [ -x /usr/lib/podman/netavark ]; then skip "needs netavark"; fi
  cat >compose.yaml <<Y
services:
  a: {image: debian-bookworm, init: true, command: [sleep, inf], x-racker: {boot: never}, networks: {default: {aliases: [other]}}}
  b: {image: debian-bookworm, init: true, command: [sleep, inf], x-racker: {boot: never}}
Y
  racker compose up -d
  equal "$(racker network inspect -f '{{index .Labels "com.docker.compose.network"}}' "${P}_default")" default
  [ -n "$(racker compose exec -T b getent hosts a)" ]
  [ -n "$(racker compose exec -T b getent hosts other)" ]
  racker compose down -t 0
  run ! racker network inspect "${P}_default"
  racker network create "${P}_default"
  run --separate-stderr racker compose up -d a
  equal "$status" 0
  contains "$stderr" "a network with name ${P}_default exists but was not created by compose."
  racker compose down -t 0
  racker network rm "${P}_default"
}
