#!/usr/bin/env bats
# ports: published ports: taken before the start, redirected by netavark, proxied where the kernel cannot.

load lib

setup_file() {
  suite_start
  if ! command -v iptables >/dev/null && ! command -v nft >/dev/null; then skip "no netavark here"; fi
  # Whoever asks the web server hears who they are; the echo answers datagrams; `count` reads to the end first.
  mkdir "$BATS_FILE_TMPDIR/srv"
  cat >"$BATS_FILE_TMPDIR/srv/web" <<'PERL'
use IO::Socket::IP;
my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => $ARGV[0] || 80, Listen => 100, ReuseAddr => 1, V6Only => 0)
  or die "listen: $!";
while (my $c = $s->accept) {
  while (<$c>) { last if /^\r?\n/ }
  print $c "HTTP/1.0 200 OK\r\n\r\nhello ", $c->peerhost, "\n";
  close $c;
}
PERL
  cat >"$BATS_FILE_TMPDIR/srv/echo" <<'PERL'
use IO::Socket::IP;
my $s = IO::Socket::IP->new(LocalPort => 53, Proto => "udp") or die "bind: $!";
while (1) { $s->recv(my $d, 9000); $s->send("echo $d") }
PERL
  cat >"$BATS_FILE_TMPDIR/srv/count" <<'PERL'
use IO::Socket::IP;
my $s = IO::Socket::IP->new(LocalPort => 80, Listen => 100, ReuseAddr => 1) or die "listen: $!";
while (my $c = $s->accept) {
  my ($n, $d) = (0);
  while (my $r = sysread $c, $d, 65536) { $n += $r }
  print $c "$n\n", "x" x 3000000;
  close $c;
}
PERL
  cat >"$BATS_FILE_TMPDIR/srv/get" <<'PERL'
use IO::Socket::IP;
my $s = IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1], Timeout => 5) or die "get: $!";
print $s "GET / HTTP/1.0\r\n\r\n";
print grep /hello/, <$s>;
PERL
}
teardown_file() { suite_end; }

setup() {
  test_start
  export RACKER_DEFAULT_NETWORK=bridge
  SRV=$BATS_FILE_TMPDIR/srv
  C=$(name c)
}
# What is there is removed, so that what stays behind then is a leak.
teardown() {
  if [ -n "${BATS_TEST_COMPLETED:-}" ]; then
    racker ps -aq | xargs -r racker rm -f >/dev/null
    racker network prune -f >/dev/null
  fi
  test_end
}

# serve NAME SCRIPT FLAG...: a plain container that runs one of the servers.
serve() {
  racker run -d --name "$1" --boot=never -v "$SRV:/srv:ro" "${@:3}" debian-bookworm perl "/srv/$2" >/dev/null
}
monitor_of() { pgrep -f "racker-monitor.*$(racker inspect -f '{{.Id}}' "$1")"; }
fetch() { curl -s -m 5 "http://$1/"; }
port_of() { racker port "$1" "$2" | head -1 | sed 's/.*://'; }
# ask HOST PORT TEXT: one datagram, one answer.
ask() {
  python3 - "$@" <<'PY'
import socket, sys
info = socket.getaddrinfo(sys.argv[1], int(sys.argv[2]), type=socket.SOCK_DGRAM)[0]
s = socket.socket(info[0], socket.SOCK_DGRAM)
s.settimeout(5)
s.connect(info[4])
s.send(sys.argv[3].encode())
print(s.recv(9000).decode())
PY
}

@test "a port is reached at 127.0.0.1, [::1], the host's addresses, from itself, its network and another one" {
  local address=10.99.77.1
  ip addr add $address/32 dev lo
  serve "$C" web -p 18080:80
  wait_for 5 fetch 127.0.0.1:18080
  contains "$(fetch '[::1]:18080')" hello
  # Who asks from another address is known by it.
  equal "$(fetch $address:18080)" "hello ::ffff:$address"
  contains "$(racker exec "$C" perl /srv/get $address 18080)" hello
  contains "$(racker run --rm --boot=never -v "$SRV:/srv:ro" debian-bookworm perl /srv/get $address 18080)" hello
  racker network create "$C-other" >/dev/null
  contains "$(racker run --rm --boot=never --network "$C-other" -v "$SRV:/srv:ro" debian-bookworm perl /srv/get $address 18080)" hello
  # Not what is not published.
  run racker run --rm --boot=never --network "$C-other" -v "$SRV:/srv:ro" debian-bookworm \
    timeout 1 perl /srv/get "$(racker inspect -f '{{.NetworkSettings.IPAddress}}' "$C")" 80
  [ "$status" != 0 ]
  contains "$(racker exec "$C" perl /srv/get host.docker.internal 18080)" hello
  ip addr del $address/32 dev lo
}

@test "datagrams" {
  serve "$C" echo -p 15353:53/udp -p 127.0.0.1:15354:53/udp
  wait_for 5 ask 127.0.0.1 15353 there
  equal "$(ask 127.0.0.1 15353 one)" "echo one"
  equal "$(ask ::1 15353 two)" "echo two"
  equal "$(ask 127.0.0.1 15354 three)" "echo three"
  run ask ::1 15354 four
  [ "$status" != 0 ]
}

@test "large transfers and connections that are closed in one direction, 40 at once, through the proxy" {
  serve "$C" count -p 18080:80
  wait_for 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/18080'
  run python3 - <<'PY'
import socket, threading
bad = []
def one():
    s = socket.create_connection(("::1", 18080), 20)
    s.sendall(b"y" * 2000000)
    s.shutdown(socket.SHUT_WR)
    data = b""
    while True:
        part = s.recv(1 << 20)
        if not part: break
        data += part
    if not data.startswith(b"2000000\n") or len(data) != 3000008: bad.append(len(data))
for _ in range(2):
    threads = [threading.Thread(target=one) for _ in range(20)]
    for t in threads: t.start()
    for t in threads: t.join()
print("bad", bad)
PY
  equal "$output" "bad []"
  # Nothing of it is left in the monitor but what is kept for the next one.
  few() { [ "$(find "/proc/$(monitor_of "$C")/fd" -lname 'pipe:*' -o -lname 'socket:*' | wc -l)" -lt "$1" ]; }
  wait_for 5 few 32
}

@test "ranges, random ports, -P: ps, port, inspect, filters" {
  local ports random
  racker run -d --name "$C" --boot=never -p 17000-17002:7000-7002 -p 127.0.0.1::81 -p '[::1]:17010-17019:82' -p 9000 \
    -P --expose 99/udp --expose 98 debian-bookworm sleep 1000 >/dev/null
  equal "$(racker port "$C" 7001/tcp)" $'0.0.0.0:17001\n[::]:17001'
  equal "$(racker port "$C" 82)" "[::1]:17010"
  matches "$(racker port "$C" 81)" '^127\.0\.0\.1:[0-9]{5}$'
  random=$(port_of "$C" 9000)
  [ "$random" -ge "$(cut -f1 /proc/sys/net/ipv4/ip_local_port_range)" ]
  matches "$(racker port "$C" 99/udp)" '^0\.0\.0\.0:[0-9]+'
  run -1 racker port "$C" 7003
  contains "$output" "No public port '7003' published for $C"
  ports=$(racker ps --filter name="$C" --format '{{.Ports}}')
  contains "$ports" "[::1]:17010->82/tcp"
  contains "$ports" "0.0.0.0:$random->9000/tcp, [::]:$random->9000/tcp"
  equal "$(racker inspect -f '{{json (index .NetworkSettings.Ports "7000/tcp")}} {{json (index .HostConfig.PortBindings "9000/tcp")}}' "$C")" \
    '[{"HostIp":"0.0.0.0","HostPort":"17000"},{"HostIp":"::","HostPort":"17000"}] [{"HostIp":"","HostPort":""}]'
  equal "$(racker ps --filter publish=17001 --format '{{.Names}}')" "$C"
  equal "$(racker ps --filter expose=7001 --format '{{.Names}}')" "$C"
  equal "$(racker ps --filter publish=7001 --format '{{.Names}}')" ""
  racker stop -t 0 "$C" >/dev/null
  equal "$(racker port "$C")" ""
  equal "$(racker inspect -f '{{json .NetworkSettings.Ports}}' "$C")" "{}"
}

@test "a port in use is told before the container starts, and by whom" {
  local listener
  racker run -d --name "$C" --boot=never -p 18080:80 -p 15353:53/udp debian-bookworm sleep 1000 >/dev/null
  run -125 racker run --name "$C-2" --boot=never -p 127.0.0.1:18080:1 debian-bookworm true
  contains "$output" "driver failed programming external connectivity on endpoint $C-2: Bind for 127.0.0.1:18080 failed: port is already allocated (by container $C)"
  equal "$(racker inspect -f '{{.State.Status}} {{.State.ExitCode}}' "$C-2")" "created 128"
  run -125 racker run --rm --boot=never -p 17777:1 -p 17777:2 debian-bookworm true
  contains "$output" "Bind for 0.0.0.0:17777 failed: port is already allocated"
  # Another protocol is another port; one of a range is another one.
  racker run --rm --boot=never -p 15353:1 -p 18080-18081:2 debian-bookworm true
  run -1 racker start "$C-2"
  contains "$output" "port is already allocated"
  racker stop -t 0 "$C" >/dev/null
  racker start -a "$C-2"
  # One of another program.
  python3 -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 18099)); s.listen(); print(flush=True); time.sleep(100)' >listening 3>&- &
  listener=$!
  wait_for 5 test -s listening
  run -125 racker run --rm --boot=never -p 18099:1 debian-bookworm true
  contains "$output" "listen tcp4 0.0.0.0:18099: bind: address already in use"
  kill $listener
  run -125 racker run --rm --boot=never -p 192.0.2.1:18099:1 debian-bookworm true
  contains "$output" "listen tcp4 192.0.2.1:18099: bind: cannot assign requested address"
}

@test "20 at once: each has a port of its own, and one of them the port that all want" {
  local i ports
  for i in $(seq 20); do
    racker run -d --name "$C-$i" --boot=never -p 80 debian-bookworm sleep 1000 >/dev/null &
  done
  wait
  ports=$(for i in $(seq 20); do port_of "$C-$i" 80; done)
  equal "$(sort -u <<<"$ports" | grep -c '^[0-9]*$')" 20
  racker ps -q | xargs racker rm -f >/dev/null
  for i in 1 2 3 4 5 6; do
    { racker run -d --name "$C-$i" --boot=never -p 18080:80 debian-bookworm sleep 1000 2>&1 || true; } >"out.$i" &
  done
  wait
  equal "$(racker ps -q --filter publish=18080 | wc -l)" 1
  equal "$(cat out.* | grep -c 'port is already allocated')" 5
}

@test "a restart and a reboot keep a random port; the end gives it back" {
  local port booted
  racker run -d --name "$C" -v "$SRV:/srv:ro" -p 80 debian-bookworm >/dev/null
  port=$(port_of "$C" 80)
  racker exec -d "$C" perl /srv/web
  wait_for 5 fetch "127.0.0.1:$port"
  contains "$(fetch "[::1]:$port")" hello
  racker restart "$C" >/dev/null
  equal "$(port_of "$C" 80)" "$port"
  booted=$(racker inspect -f '{{.State.Pid}}' "$C")
  racker exec "$C" systemctl reboot || true
  rebooted() { [ "$(racker inspect -f '{{.State.Pid}}' "$C")" != "$booted" ] && racker exec "$C" true 2>/dev/null; }
  wait_for 20 rebooted
  equal "$(port_of "$C" 80)" "$port"
  racker exec -d "$C" perl /srv/web
  wait_for 5 fetch "127.0.0.1:$port"
  contains "$(fetch "[::1]:$port")" hello
  racker stop "$C" >/dev/null
  run fetch "127.0.0.1:$port"
  equal "$status" 7
  run fetch "[::1]:$port"
  equal "$status" 7
}

@test "kill -9 of the monitor gives the port back, and the next command takes the rules away" {
  serve "$C" web -p 18080:80
  wait_for 5 fetch 127.0.0.1:18080
  killed "$(monitor_of "$C")"
  racker ps >/dev/null
  gone() { ! fetch 127.0.0.1:18080; }
  wait_for 5 gone
  serve "$C-2" web -p 18080:80
  wait_for 5 fetch 127.0.0.1:18080
}

@test "host, none, another container's network and an internal one publish nothing" {
  racker network create --internal "$C-inner" >/dev/null
  run --separate-stderr racker run -d --name "$C" --network host --boot=never -p 18080:80 debian-bookworm sleep 1000
  equal "$stderr" "WARNING: Published ports are discarded when using host network mode"
  racker run -d --name "$C-none" --network none --boot=never -p 18080:80 debian-bookworm sleep 1000 >/dev/null
  racker run -d --name "$C-inner" --network "$C-inner" --boot=never -p 18080:80 debian-bookworm sleep 1000 >/dev/null
  for c in "$C" "$C-none" "$C-inner"; do equal "$(racker port "$c")" ""; done
  run -125 racker run --network "container:$C-none" --boot=never -p 80 debian-bookworm true
  contains "$output" "conflicting options: port publishing and the container type network mode"
  run fetch 127.0.0.1:18080
  equal "$status" 7
}

@test "IPv6: the container has it, or has it not" {
  sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
  ip -6 addr add fd00:5555::1/128 dev lo nodad
  racker network create --ipv6 --subnet fd00:7777::/64 "$C-six" >/dev/null
  serve "$C" web --network "$C-six" -p 18080:80 -p 0.0.0.0:18081:80 -p '[::1]:18082:80'
  wait_for 5 fetch 127.0.0.1:18080
  contains "$(fetch '[::1]:18080')" hello
  equal "$(fetch '[fd00:5555::1]:18080')" "hello fd00:5555::1"
  contains "$(fetch 127.0.0.1:18081)" hello
  run fetch '[fd00:5555::1]:18081'
  equal "$status" 7
  contains "$(fetch '[::1]:18082')" hello
  # Without IPv6 inside it is proxied.
  serve "$C-4" web -p 18090:80
  wait_for 5 fetch 127.0.0.1:18090
  contains "$(fetch '[fd00:5555::1]:18090')" hello
  ip -6 addr del fd00:5555::1/128 dev lo
}

@test "the host has a name in a bridge network" {
  run racker run --rm --boot=never --add-host gate:host-gateway debian-bookworm \
    sh -c 'getent hosts host.docker.internal; getent hosts gate; ip route 2>/dev/null; cat /proc/net/route >/dev/null'
  equal "$(awk '$2 == "host.docker.internal" { print $1 }' <<<"$output")" "$(racker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' bridge)"
  equal "$(awk '$2 == "gate" { print $1 }' <<<"$output")" "$(awk '$2 == "host.docker.internal" { print $1 }' <<<"$output")"
  run racker run --rm --boot=never --add-host host.docker.internal:192.0.2.7 debian-bookworm getent hosts host.docker.internal
  matches "$output" '^192\.0\.2\.7 '
}
