#!/usr/bin/env bats
# network: bridge and user networks, by netavark and aardvark-dns as Debian has them.

load lib

setup_file() {
  suite_start
  if ! command -v iptables >/dev/null && ! command -v nft >/dev/null; then skip "no netavark here"; fi
}
teardown_file() { suite_end; }

setup() {
  test_start
  export RACKER_DEFAULT_NETWORK=bridge
  NET=$(name net)
  network_state >"$BATS_TEST_TMPDIR/network.before"
}

# What is there is removed, so that what stays behind then is a leak; test_end looks for links, routes and rules.
teardown() {
  local left=0
  if [ -n "${BATS_TEST_COMPLETED:-}" ]; then racker ps -aq | xargs -r racker rm -f >/dev/null; fi
  racker network prune -f >/dev/null
  test_end || left=1
  if [ -n "${BATS_TEST_COMPLETED:-}" ] && ! wait_for 5 network_state_is_as_before 2>/dev/null; then
    diff "$BATS_TEST_TMPDIR/network.before" <(network_state) || true
    left=1
  fi
  return $left
}

# Links and rules are counted by lib.bash; these are the name servers (those of others on the machine are in another
# network), and the addresses in use.
network_state() {
  { find /proc -maxdepth 2 -name exe -lname '*aardvark-dns' -printf '%h\n' 2>/dev/null || true; } | while read -r process; do
    if [ "$(readlink "$process/ns/net")" = "$(readlink /proc/self/ns/net)" ]; then echo "name server"; fi
  done
  grep -ho '"[0-9a-f]\{64\}"' "$RACKER_ROOT"/networks/*.leases 2>/dev/null || true
  ip -o link | grep -o 'br-[0-9a-f]\{12\}\|veth[0-9]*' || true
  nft list ruleset 2>/dev/null | grep -c 'saddr 1[07]' || true
}
restored() {
  wait_for 5 network_state_is_as_before || {
    diff "$BATS_TEST_TMPDIR/network.before" <(network_state)
    ip link
    nft list ruleset
    return 1
  }
}
network_state_is_as_before() { network_state | cmp -s - "$BATS_TEST_TMPDIR/network.before"; }

address_of() { racker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "$1" | xargs; }

# As it is inside, whatever we believe.
address_inside() { racker exec "$1" hostname -I | xargs; }

@test "a plain container is in the default bridge: address, route, hosts, and the host is reached" {
  local c
  c=$(name)
  racker run -d --name "$c" --boot=never debian-bookworm sleep 1000 >/dev/null
  address=$(address_of "$c")
  matches "$address" '^172\.|^192\.168\.'
  equal "$(address_inside "$c")" "$address"
  equal "$(racker inspect -f '{{.NetworkSettings.IPAddress}} {{.HostConfig.NetworkMode}}' "$c")" "$address bridge"
  equal "$(racker exec "$c" ls -x /sys/class/net)" "eth0  lo"
  contains "$(racker exec "$c" cat /etc/hosts)" "$address"
  lacks "$(racker exec "$c" cat /etc/resolv.conf)" "ndots:0"
  gateway=$(racker inspect -f '{{.NetworkSettings.Gateway}}' "$c")
  # The host's own end of the bridge answers.
  run racker exec "$c" bash -c ": </dev/tcp/$gateway/9"
  contains "$output" "Connection refused"
  contains "$(racker network inspect bridge)" "\"Name\": \"$c\""
  run -2 racker exec "$c" getent hosts "$c-nobody"
}

@test "names, aliases and short IDs resolve in a user network, booted and plain" {
  local a b id
  a=$(name a) b=$(name b)
  racker network create "$NET" >/dev/null
  id=$(racker run -d --name "$a" --network "$NET" --network-alias web --boot=never debian-bookworm sleep 1000)
  racker run -d --name "$b" --network "$NET" debian-bookworm >/dev/null
  for name in "$a" web "${id:0:12}"; do
    matches "$(racker exec "$b" getent hosts "$name")" "^$(address_of "$a") "
  done
  matches "$(racker exec "$a" getent hosts "$b")" "^$(address_of "$b") "
  run racker exec "$a" getent hosts "$b-nobody"
  equal "$status" 2
  contains "$(racker exec "$a" cat /etc/resolv.conf)" "options ndots:0"
  # Those of another network are strangers, by name and by address.
  racker run -d --name "$a-other" --boot=never debian-bookworm sleep 1000 >/dev/null
  run racker exec "$a-other" timeout 2 bash -c ": </dev/tcp/$(address_of "$b")/22"
  [ "$status" != 0 ]
  lacks "$output" refused
}

@test "a booted guest has its network before its PID 1, and keeps it through its own network services and a reboot" {
  local c address
  c=$(name)
  racker network create "$NET" >/dev/null
  racker run -d --name "$c" --network "$NET" debian-bookworm >/dev/null
  address=$(address_of "$c")
  wait_for 20 racker exec "$c" systemctl is-system-running
  equal "$(address_inside "$c")" "$address"
  # Somebody's configuration for every interface, which would ask a DHCP server that there is none of.
  racker exec "$c" bash -c 'mkdir -p /etc/systemd/network /etc/network
    printf "[Match]\nName=*\n[Network]\nDHCP=yes\nKeepConfiguration=no\n" >/etc/systemd/network/10-all.network
    printf "auto eth0\niface eth0 inet static\naddress 10.9.9.9/24\n" >/etc/network/interfaces
    systemctl enable --now systemd-networkd'
  sleep 1
  equal "$(racker exec "$c" systemctl is-active systemd-networkd)" active
  equal "$(address_inside "$c")" "$address"
  matches "$(racker exec "$c" getent hosts "$c")" "^$address "
  # Reboot from inside.
  racker exec -d "$c" systemctl reboot
  wait_for 30 rebooted "$c"
  wait_for 20 racker exec "$c" systemctl is-system-running
  equal "$(address_inside "$c")" "$address"
  equal "$(address_of "$c")" "$address"
}
rebooted() { racker events --since 1m --until 0s --filter container="$1" --filter event=die | grep -q . &&
  racker exec "$1" true 2>/dev/null; }

@test "--link: a name that this container alone knows; --dns in a user network" {
  local c
  c=$(name)
  racker network create "$NET" >/dev/null
  racker run -d --name "$c" --network "$NET" --boot=never debian-bookworm sleep 1000 >/dev/null
  contains "$(racker run --rm --network "$NET" --link "$c:db" --boot=never debian-bookworm getent hosts db)" "$(address_of "$c")"
  run racker run --rm --network "$NET" --boot=never debian-bookworm getent hosts db
  equal "$status" 2
  # The network's own server asks the others.
  run racker run --rm --network "$NET" --dns 192.0.2.53 --boot=never debian-bookworm cat /etc/resolv.conf
  contains "$output" "ExtServers: [192.0.2.53]"
  lacks "$output" "nameserver 192.0.2.53"
  racker network connect bridge "$c"
  contains "$(racker run --rm --link "$c:db" --boot=never debian-bookworm cat /etc/hosts)" "	db $c"
  racker stop -t 0 "$c" >/dev/null
  run --separate-stderr racker run --rm --link "$c:db" --boot=never debian-bookworm true
  equal "$status" 125
  contains "$stderr" "Cannot link to a non running container: /$c AS /"
}

@test "connect and disconnect while it runs" {
  local c
  c=$(name)
  racker network create "$NET" >/dev/null
  racker network create --subnet 10.71.1.0/24 "$NET-2" >/dev/null
  racker run -d --name "$c" --network "$NET" --boot=never debian-bookworm sleep 1000 >/dev/null
  racker network connect --ip 10.71.1.77 --alias zz "$NET-2" "$c"
  contains "$(address_inside "$c")" 10.71.1.77
  contains "$(racker exec "$c" cat /etc/hosts)" 10.71.1.77
  matches "$(racker exec "$c" getent hosts zz)" "10.71.1.77|$(racker inspect -f "{{(index .NetworkSettings.Networks \"$NET\").IPAddress}}" "$c")"
  run --separate-stderr racker network connect "$NET-2" "$c"
  equal "$status" 1
  contains "$stderr" "endpoint with name $c already exists in network $NET-2"
  run --separate-stderr racker network rm "$NET-2"
  contains "$stderr" "has active endpoints"
  racker network disconnect "$NET" "$c"
  equal "$(address_inside "$c")" 10.71.1.77
  # The other default route takes over.
  contains "$(racker exec "$c" cat /proc/net/route)" "0101470A"
  run --separate-stderr racker network disconnect "$NET" "$c"
  contains "$stderr" "is not connected to network $NET"
  # Stopped ones, too.
  racker stop -t 0 "$c" >/dev/null
  racker network connect "$NET" "$c"
  racker start "$c" >/dev/null
  equal "$(address_inside "$c" | wc -w)" 2
}

@test "static addresses, IPv6, MAC, range, gateway and auxiliary addresses" {
  local c
  c=$(name)
  racker network create --ipv6 --subnet 10.71.2.0/24 --subnet fd71::/64 --gateway 10.71.2.254 --ip-range 10.71.2.128/25 \
    --aux-address router=10.71.2.128 -o com.docker.network.driver.mtu=1300 "$NET" >/dev/null
  racker run -d --name "$c" --network "$NET" --boot=never debian-bookworm sleep 1000 >/dev/null
  equal "$(address_of "$c")" 10.71.2.129
  contains "$(address_inside "$c")" fd71::2
  contains "$(racker exec "$c" cat /proc/net/route)" FE02470A
  equal "$(racker exec "$c" cat /sys/class/net/eth0/mtu)" 1300
  racker run -d --name "$c-2" --network "name=$NET,ip=10.71.2.5,ip6=fd71::55,mac-address=02:42:00:00:00:99" --boot=never debian-bookworm sleep 1000 >/dev/null
  equal "$(racker exec "$c-2" cat /sys/class/net/eth0/address)" 02:42:00:00:00:99
  contains "$(address_inside "$c-2")" 10.71.2.5
  contains "$(address_inside "$c-2")" fd71::55
  # Taken; outside; on the default bridge.
  run --separate-stderr racker run --rm --network "$NET" --ip 10.71.2.5 --boot=never debian-bookworm true
  equal "$status" 125
  contains "$stderr" "Address already in use"
  run --separate-stderr racker run --rm --network "$NET" --ip 10.99.0.1 --boot=never debian-bookworm true
  contains "$stderr" "no configured subnet contains IP address 10.99.0.1"
  run --separate-stderr racker run --rm --ip 172.17.0.99 --boot=never debian-bookworm true
  contains "$stderr" "user specified IP address is supported on user defined networks only"
  # One network does not get another's subnet.
  run --separate-stderr racker network create --subnet 10.71.2.0/25 "$NET-2"
  contains "$stderr" "Pool overlaps with other one on this address space"
}

@test "20 containers that start at once have 20 addresses, and give them all back" {
  local i
  racker network create --subnet 10.71.3.0/27 "$NET" >/dev/null
  for i in {1..20}; do
    racker run -d --name "$(name "$i")" --network "$NET" --boot=never busybox sleep 1000 >/dev/null 3>&- &
  done
  wait
  equal "$(racker ps -q --filter network="$NET" | wc -l)" 20
  equal "$(for i in {1..20}; do address_of "$(name "$i")"; done | sort -u | wc -l)" 20
  for i in {1..20}; do equal "$(address_of "$(name "$i")")" "$(racker exec "$(name "$i")" hostname -i)"; done
  # 29 addresses are free, but no more.
  for i in {21..29}; do racker run -d --name "$(name "$i")" --network "$NET" --boot=never busybox sleep 1000 >/dev/null; done
  run --separate-stderr racker run --rm --network "$NET" --boot=never busybox true
  equal "$status" 125
  contains "$stderr" "no available IPv4 addresses on this network's address pools"
  racker ps -aq --filter network="$NET" | xargs racker rm -f >/dev/null
  racker run --rm --network "$NET" --ip 10.71.3.2 --boot=never busybox true
}

@test "container:NAME has that container's network, name and files" {
  local c
  c=$(name)
  racker run -d --name "$c" --hostname shared --boot=never debian-bookworm sleep 1000 >/dev/null
  run --separate-stderr racker run --rm --network "container:$c" --boot=never debian-bookworm sh -c 'hostname; hostname -I; cat /etc/hosts'
  equal "${lines[0]}" shared
  equal "$(xargs <<<"${lines[1]}")" "$(address_of "$c")"
  contains "$output" "$(address_of "$c")	shared"
  racker stop -t 0 "$c" >/dev/null
  run --separate-stderr racker run --rm --network "container:$c" --boot=never debian-bookworm true
  equal "$status" 125
  contains "$stderr" "cannot join network of a non running container"
  run --separate-stderr racker run --rm --network "container:$c-nobody" --boot=never debian-bookworm true
  contains "$stderr" "No such container: $c-nobody"
}

@test "an internal network leads nowhere, and containers of one without icc do not reach each other" {
  local c
  c=$(name)
  racker network create --internal "$NET" >/dev/null
  lacks "$(racker run --rm --network "$NET" --boot=never debian-bookworm cat /proc/net/route)" "eth0	00000000"
  racker run -d --name "$c" --network "$NET" --boot=never debian-bookworm sleep 1000 >/dev/null
  equal "$(racker run --rm --network "$NET" --boot=never debian-bookworm getent hosts "$c" | awk '{ print $1 }')" "$(address_of "$c")"
  racker network create -o com.docker.network.bridge.enable_icc=false "$NET-2" >/dev/null
  racker run -d --name "$c-2" --network "$NET-2" --boot=never debian-bookworm sleep 1000 >/dev/null
  run racker run --rm --network "$NET-2" --boot=never debian-bookworm timeout 2 bash -c ": </dev/tcp/$(address_of "$c-2")/9"
  equal "$status" 124
}

# Whether a connection from inside is answered, if only by "refused"; what is dropped runs into the time limit.
answered() {
  run racker exec "$1" timeout 2 bash -c ": </dev/tcp/$2/9"
  equal "$status" "$3"
}

@test "networks are isolated from one another, also when a third one has gone" {
  local c n
  c=$(name)
  for n in 1 2; do
    racker network create --ipv6 "$NET-$n" >/dev/null
    racker run -d --name "$c-$n" --network "$NET-$n" --boot=never debian-bookworm sleep 1000 >/dev/null
  done
  racker run -d --name "$c-3" --network "$NET-1" --boot=never debian-bookworm sleep 1000 >/dev/null
  answered "$c-3" "$(address_of "$c-1")" 1
  answered "$c-2" "$(address_of "$c-1")" 124
  racker network create "$NET-3" >/dev/null
  racker run --rm --network "$NET-3" --boot=never debian-bookworm true
  racker rm -f "$c-3" >/dev/null
  answered "$c-2" "$(address_of "$c-1")" 124
  answered "$c-2" "$(racker inspect -f '{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{end}}' "$c-1")" 124
}

@test "a macvlan takes addresses of its parent's network" {
  ip link add mvparent type veth peer name mvpeer
  ip link set mvparent up
  racker network create -d macvlan --subnet 10.71.4.0/24 -o parent=mvparent "$NET" >/dev/null
  run --separate-stderr racker run --rm --network "$NET" --ip 10.71.4.9 --boot=never debian-bookworm hostname -I
  ip link del mvparent
  equal "$(xargs <<<"$output")" 10.71.4.9
}

@test "kill -9 of the monitor, and of everything: the next command gives all of it back" {
  local c pid
  c=$(name)
  racker network create "$NET" >/dev/null
  racker run -d --name "$c" --network "$NET" debian-bookworm >/dev/null
  racker run -d --name "$c-2" --network "$NET" --boot=never debian-bookworm sleep 1000 >/dev/null
  kill -9 "$(monitor_of "$c")" "$(monitor_of "$c-2")"
  wait_for 5 noticed "$c" "$c-2"
  restored
  racker start "$c" "$c-2" >/dev/null
  wait_for 20 racker exec "$c" true
  for pid in $(monitor_of "$c") $(monitor_of "$c-2"); do
    pkill -9 -P "$pid" || true
    kill -9 "$pid"
  done
  wait_for 5 noticed "$c" "$c-2"
  restored
  racker rm -f "$c" "$c-2" >/dev/null
  racker network rm "$NET"
}
# A killed process takes a moment to be gone.
noticed() { [ "$(racker inspect -f '{{.State.Status}}' "$@" | sort -u)" = exited ]; }
monitor_of() { sed 's/.*"MonitorPid":\([0-9]*\).*/\1/' "$RACKER_ROOT/containers/$(racker inspect -f '{{.Id}}' "$1")/state.json"; }

@test "kill -9 of systemd-nspawn and of the guest's PID 1" {
  local c leader
  c=$(name)
  racker run -d --name "$c" debian-bookworm >/dev/null
  pkill -9 -P "$(monitor_of "$c")" systemd-nspawn
  wait_for 10 network_state_is_as_before
  racker start "$c" >/dev/null
  leader=$(racker inspect -f '{{.State.Pid}}' "$c")
  kill -9 "$leader"
  wait_for 10 network_state_is_as_before
}

@test "reload restores what a flush of the firewall has taken away" {
  local c
  c=$(name)
  racker network create "$NET" >/dev/null
  racker run -d --name "$c" --network "$NET" --boot=never debian-bookworm sleep 1000 >/dev/null
  nft list ruleset | grep -qi masquerade
  nft flush ruleset
  run nft list ruleset
  equal "$output" ""
  racker network reload "$c"
  contains "$(address_inside "$c")" "$(address_of "$c")"
  matches "$(racker exec "$c" getent hosts "$c")" "^$(address_of "$c") "
  nft list ruleset | grep -qi masquerade
}

@test "networks are created, listed, filtered, shown and removed" {
  local id
  id=$(racker network create --label a=b "$NET")
  equal "$(racker network ls -q --no-trunc --filter label=a=b)" "$id"
  equal "$(racker network inspect -f '{{.Name}} {{.Driver}} {{.Scope}}' "${id:0:9}")" "$NET bridge local"
  equal "$(racker inspect -f '{{.Name}}' "$NET")" "$NET"
  run --separate-stderr racker network create "$NET"
  equal "$status" 1
  contains "$stderr" "network with name $NET already exists"
  for name in bridge host none; do
    run --separate-stderr racker network rm "$name"
    contains "$stderr" "$name is a pre-defined network and cannot be removed"
    racker network inspect "$name" >/dev/null
  done
  run --separate-stderr racker network rm "$NET-nobody" "$NET"
  equal "$status" 1
  equal "$output" "$NET"
  contains "$stderr" "network $NET-nobody not found"
  racker network create "$NET" >/dev/null
  equal "$(racker network prune -f --filter label=nope)" ""
  contains "$(racker network prune -f)" "$NET"
  equal "$(racker events --since 1m --until 0s --filter type=network --filter network="$NET" --format '{{.Action}}' | xargs)" \
    "create destroy create destroy"
}

@test "without netavark: host by default, and a bridge names the package" {
  local c
  c=$(name)
  unset RACKER_DEFAULT_NETWORK
  export RACKER_NETAVARK=/nonexistent
  equal "$(racker run --rm --boot=never busybox cat /proc/net/dev | wc -l)" "$(wc -l </proc/net/dev)"
  equal "$(racker run --rm --network none --boot=never busybox ls /sys/class/net)" lo
  run --separate-stderr racker run --rm --network bridge --boot=never busybox true
  equal "$status" 125
  contains "$stderr" "install the package netavark"
  unset RACKER_NETAVARK
  equal "$(racker run --rm --boot=never busybox ls /sys/class/net | xargs)" "eth0 lo"
  printf 'default-network: none\n' >>"$RACKER_CONFIG"
  equal "$(racker run --rm --boot=never busybox ls /sys/class/net)" lo
  sed -i '/default-network/d' "$RACKER_CONFIG"
  equal "$(RACKER_DEFAULT_NETWORK=none racker run --rm --boot=never busybox ls /sys/class/net)" lo
}

@test "two roots do not choose one subnet" {
  local first=$RACKER_ROOT one two
  one=$(racker network create "$NET")
  one=$(racker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' "$one")
  private_root
  racker network create "$NET" >/dev/null
  two=$(racker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' "$NET")
  [ "$one" != "$two" ]
  RACKER_ROOT=$first racker network rm "$NET"
}
