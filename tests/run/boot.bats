#!/usr/bin/env bats
# boot: `racker run` boots a real Debian, runs a command in it and shuts it down.

load lib
setup_file() { suite_start; }
teardown_file() { suite_end; }
setup() { test_start; }
teardown() { test_end; }

@test "debian-bookworm boots: hostnamectl sees systemd-nspawn" {
  run --separate-stderr racker run --rm debian-bookworm hostnamectl
  equal "$status" 0
  matches "$output" 'Virtualization: systemd-nspawn'
  matches "$output" 'Operating System: Debian GNU/Linux 12 \(bookworm\)'
}

@test "the booted system is running, with no failed unit" {
  run --separate-stderr racker run --rm debian-bookworm systemctl is-system-running
  equal "$output" running
  equal "$status" 0
  run --separate-stderr racker run --rm debian-bookworm systemctl --failed --no-legend --plain
  equal "$output" ""
}

@test "a label's alias is the same image" {
  run --separate-stderr racker run --rm debian-12 sh -c '. /etc/os-release; echo $VERSION_CODENAME'
  equal "$output" bookworm
  equal "$status" 0
}

@test "a Debian without systemd is provisioned once by its own apt, then booted" {
  private_root
  run --separate-stderr racker run --rm "$REGISTRY/library/debian:bookworm-slim" systemctl is-system-running
  equal "$output" running
  equal "$status" 0
  contains "$stderr" Provisioning
  # The package manager's output is in a log, not in the way.
  lacks "$stderr" "Setting up systemd"
  grep -q "Setting up systemd" "$RACKER_ROOT"/log/*
  # The second time there is nothing to do and nothing to say.
  run --separate-stderr racker run --rm "$REGISTRY/library/debian:bookworm-slim" systemctl is-system-running
  equal "$output" running
  equal "$stderr" ""
}

@test "provisioning does not change the image" {
  run --separate-stderr racker run --rm --boot=never debian-bookworm ls /usr/lib/systemd/systemd
  equal "$status" 2
}

@test "an image that has systemd boots as it is" {
  run --separate-stderr racker run --rm "$REGISTRY/debian-systemd:bookworm" systemctl is-system-running
  equal "$output" running
  equal "$status" 0
  lacks "$stderr" Provisioning
}

@test "the command's exit status is ours" {
  run racker run --rm debian-bookworm sh -c 'exit 7'
  equal "$status" 7
  run racker run --rm debian-bookworm sh -c 'exit 203'
  equal "$status" 203
  run racker run --rm debian-bookworm true
  equal "$status" 0
}

@test "a command killed by signal n gives 128+n" {
  run racker run --rm debian-bookworm sh -c 'kill -9 $$'
  equal "$status" 137
  run racker run --rm debian-bookworm sh -c 'kill -TERM $$'
  equal "$status" 143
}

@test "a command that does not exist gives 127 in Docker's words" {
  run -127 --separate-stderr racker run --rm debian-bookworm nosuch
  contains "$stderr" 'exec: "nosuch": executable file not found in $PATH'
  run -127 --separate-stderr racker run --rm debian-bookworm /no/such
  contains "$stderr" 'no such file or directory'
}

@test "a directory and a file that is not executable give 126" {
  run --separate-stderr racker run --rm debian-bookworm /etc
  equal "$status" 126
  contains "$stderr" 'exec: "/etc": '
  run --separate-stderr racker run --rm debian-bookworm /etc/passwd
  equal "$status" 126
  contains "$stderr" 'permission denied'
}

@test "arguments reach the command as they are" {
  run --separate-stderr racker run --rm debian-bookworm printf '<%s>' 'a b' '$HOME' '%h' "it's" '"q"' '\n' '' ü
  equal "$output" "<a b><\$HOME><%h><it's><\"q\"><\\n><><ü>"
}

@test "everything behind IMAGE belongs to the command" {
  run --separate-stderr racker run --rm debian-bookworm hostnamectl --version
  matches "$output" '^systemd 252'
}

@test "-e, --env-file, -w, -u and -h reach the command" {
  printf '# comment\nFROM_FILE=file value\nBOTH=file\n' >variables
  run --separate-stderr env FROM_HOST=host racker run --rm -e A=1 -e 'B=two words' -e FROM_HOST -e BOTH=flag \
    --env-file variables debian-bookworm sh -c 'echo "$A,$B,$FROM_HOST,$FROM_FILE,$BOTH"'
  equal "$output" "1,two words,host,file value,flag"
  run --separate-stderr racker run --rm -w /var/lib -u daemon -h tiger debian-bookworm sh -c 'pwd; id -un; hostname'
  equal "$output" $'/var/lib\ndaemon\ntiger'
}

@test "each container has its own machine ID" {
  run --separate-stderr racker run --rm debian-bookworm cat /etc/machine-id
  local first=$output
  matches "$first" '^[0-9a-f]{32}$'
  run --separate-stderr racker run --rm debian-bookworm cat /etc/machine-id
  [ "$output" != "$first" ]
  [ "$first" != 0123456789abcdef0123456789abcdef ]
}

@test "standard input and output are streams: one line" {
  run --separate-stderr bash -c 'echo hello | racker run -i --rm debian-bookworm cat'
  equal "$output" hello
  equal "$status" 0
}

@test "without -i the command's standard input is empty" {
  run --separate-stderr bash -c 'echo hello | racker run --rm debian-bookworm cat'
  equal "$output" ""
  equal "$status" 0
}

@test "100 MB of binary data arrive byte for byte, both ways" {
  head -c 100000000 /dev/urandom >in
  racker run -i --rm debian-bookworm cat <in >out
  cmp in out
}

@test "stdout and stderr stay apart" {
  run --separate-stderr racker run --rm debian-bookworm sh -c 'echo out; echo err >&2'
  equal "$output" out
  equal "$stderr" err
}

@test "output that its reader no longer wants: the client ends, the container stays, as Docker has it" {
  local n
  n=$(name)
  timeout 60 bash -c "racker run --rm --name $n debian-bookworm yes 2>err | head -n 1"
  one_line "$(head -n 1 err)"
  run --separate-stderr racker exec "$n" echo alive
  equal "$output" alive
  racker rm -f "$n"
}

@test "a volume is a folder of the host" {
  mkdir shared
  echo from-host >shared/file
  run --separate-stderr racker run --rm -v "$PWD/shared:/mnt/shared" debian-bookworm \
    sh -c 'cat /mnt/shared/file; echo from-guest >/mnt/shared/answer'
  equal "$output" from-host
  equal "$(cat shared/answer)" from-guest
  run --separate-stderr racker run --rm -v "$PWD/shared:/mnt/shared:ro" debian-bookworm touch /mnt/shared/no
  [ "$status" != 0 ]
  [ ! -e shared/no ]
}

@test "a volume that cannot be had gives one clear line and 125" {
  run --separate-stderr racker run --rm -v relative:path:what:ever debian-bookworm true
  equal "$status" 125
}

@test "--network none leaves only the loopback device" {
  run --separate-stderr racker run --rm --network none debian-bookworm sh -c 'ls /sys/class/net'
  equal "$output" lo
  # The host's network is the default.
  run --separate-stderr racker run --rm debian-bookworm sh -c 'ls /sys/class/net | wc -l'
  equal "$output" "$(grep -c : /proc/self/net/dev)"
}

@test "a package's service can be installed and started inside" {
  run --separate-stderr racker run --rm debian-bookworm sh -c '
    printf "[Service]\nExecStart=/bin/sleep infinity\n" >/etc/systemd/system/mine.service &&
    systemctl daemon-reload && systemctl start mine && systemctl is-active mine'
  equal "$output" active
}

@test "nothing that a container wrote is in the next one" {
  racker run --rm debian-bookworm touch /was-here
  run racker run --rm debian-bookworm ls /was-here
  equal "$status" 2
}

@test "two systems at once do not disturb each other" {
  racker run --rm debian-bookworm sh -c 'sleep 2; systemctl is-system-running' >one 3>&- &
  local first=$!
  racker run --rm debian-bookworm sh -c 'sleep 1; systemctl is-system-running' >two
  wait "$first"
  equal "$(cat one)" running
  equal "$(cat two)" running
}
