#!/usr/bin/env bats
# commit: images made of containers.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() {
  test_start
  n=$(name)
  image=commit-$n
}
teardown() {
  mapfile -t left < <(racker images -q "$image")
  if [ ${#left[@]} -gt 0 ]; then racker rmi -f "${left[@]}" >/dev/null; fi
  test_end
}

config_of() { cat "$RACKER_ROOT/oci/blobs/sha256/${1#sha256:}"; }
# value JSON-PATH: of the image's config, as python has it.
value() { config_of "$id" | python3 -c "import json,sys; print(json.dumps(json.load(sys.stdin)$1))"; }

@test "what was added, changed and deleted is in the image, and nothing of ours" {
  racker run --name "$n" busybox sh -c 'echo one >/root/a; ln /root/a /root/b; rm /etc/group; mkdir /gone; rm -r /gone
    chown 7:8 /root/a; rm -r /var/www 2>/dev/null; mkdir -p /opt/x; mkfifo /opt/p'
  id=$(racker commit -a 'me <me@example.org>' -m 'a message' "$n" "$image:1")
  matches "$id" '^sha256:[0-9a-f]{64}$'
  run --separate-stderr racker run --rm "$image:1" sh -c 'cat /root/b; stat -c "%u:%g %h" /root/a; ls /etc/group; ls -d /opt/x /opt/p'
  contains "$output" $'one\n7:8 2\n'
  contains "$output" /opt/p
  contains "$stderr" "/etc/group: No such file or directory"
  run skopeo inspect --config "oci:$RACKER_ROOT/oci:docker.io/library/$image:1"
  equal "$status" 0
  contains "$output" '"comment": "a message"'
  contains "$output" '"author": "me \u003cme@example.org\u003e"'
  # Readable by others as it is, whiteouts included.
  skopeo copy -q "oci:$RACKER_ROOT/oci:docker.io/library/$image:1" oci:copied:1
  umoci unpack --image copied:1 bundle
  equal "$(cat bundle/rootfs/root/a)" one
  [ ! -e bundle/rootfs/etc/group ]
  [ ! -e bundle/rootfs/etc/hostname ]
  # The container is independent of it.
  racker rm "$n" >/dev/null
  equal "$(racker run --rm "$image:1" cat /root/a)" one
}

@test "a booted system becomes an image that boots, with another identity" {
  racker run --name "$n" debian-bookworm sh -c 'echo kept >/root/file; cat /etc/machine-id' >first
  racker commit "$n" "$image" >/dev/null
  run racker run --rm "$image" sh -c 'cat /root/file; systemctl is-system-running --wait; cat /etc/machine-id'
  equal "${lines[0]}" kept
  equal "${lines[1]}" running
  [ "${lines[2]}" != "$(cat first)" ]
  racker rm "$n"
}

@test "--change: instructions as Docker takes them" {
  racker run --name "$n" -e A=1 busybox true
  id=$(racker commit -c 'CMD ["a","b c"]' -c 'ENV B=$A/x C="d e"' -c 'EXPOSE 80 81-82/udp' -c 'WORKDIR x' -c 'WORKDIR y' \
    -c 'LABEL q=r' -c 'USER u:g' -c 'VOLUME ["/v"]' -c 'STOPSIGNAL SIGINT' -c 'ONBUILD RUN x' \
    -c 'HEALTHCHECK --interval=5s --retries=2 CMD curl x' "$n")
  equal "$(value '["config"]["Cmd"]')" '["a", "b c"]'
  contains "$(value '["config"]["Env"]')" '"A=1"'
  contains "$(value '["config"]["Env"]')" '"B=1/x", "C=d e"'
  equal "$(value '["config"]["ExposedPorts"]')" '{"80/tcp": {}, "81/udp": {}, "82/udp": {}}'
  equal "$(value '["config"]["WorkingDir"]')" '"/x/y"'
  equal "$(value '["config"]["Labels"]["q"]')" '"r"'
  equal "$(value '["config"]["User"]')" '"u:g"'
  equal "$(value '["config"]["Volumes"]')" '{"/v": {}}'
  equal "$(value '["config"]["OnBuild"]')" '["RUN x"]'
  equal "$(value '["config"]["Healthcheck"]')" '{"Test": ["CMD-SHELL", "curl x"], "Interval": 5000000000, "Retries": 2}'
  racker rmi "$id" >/dev/null
  # An entrypoint drops the command that was not meant for it.
  id=$(racker commit -c 'ENTRYPOINT ["e"]' "$n")
  equal "$(value '["config"].get("Cmd")')" null
  racker rmi "$id" >/dev/null
  racker rm "$n"
}

@test "wrong instructions, names and containers, in Docker's words" {
  racker run --name "$n" busybox true
  while IFS='|' read -r change words; do
    run --separate-stderr racker commit -c "$change" "$n"
    equal "$status: $stderr" "1: racker: $words"
  done <<'END'
RUN x|RUN is not a valid change command
ENV a|ENV must have two arguments
ENV a=b c|Syntax error - can't find = in "c". Must be of the form: name=value
ENV a="b|failed to process "\"b": unexpected end of statement while looking for matching double-quote
EXPOSE abc|Invalid containerPort: abc
USER|USER requires exactly one argument
VOLUME [""]|VOLUME specified can not be an empty string
STOPSIGNAL foo|invalid signal: foo
HEALTHCHECK FOO x|Unknown type "FOO" in HEALTHCHECK (try CMD)
HEALTHCHECK --retries=-1 CMD true|--retries cannot be negative (-1)
ONBUILD ONBUILD x|Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed
# c|file with no instructions
END
  run --separate-stderr racker commit "$n" a:b:c
  equal "$stderr" "racker: invalid reference format"
  run --separate-stderr racker commit "$n-other"
  equal "$stderr" "racker: No such container: $n-other"
  racker rm "$n"
}

@test "a running container stands still meanwhile, and runs on after a kill -9 of commit" {
  racker run -d --name "$n" busybox sh -c 'while :; do echo x; sleep 0.1; done' >/dev/null
  racker commit "$n" "$image" >/dev/null
  racker commit --pause=false "$n" "$image" >/dev/null
  racker commit "$n" "$image" >/dev/null 3>&- &
  sleep 0.03
  kill -9 $! 2>/dev/null || true
  wait $! || true
  lines_of() { racker logs "$n" | wc -l; }
  before=$(lines_of)
  more() { [ "$(lines_of)" -gt $((before + 2)) ]; }
  wait_for 10 more
  racker rm -f "$n"
}
