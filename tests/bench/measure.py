"""measure.py WORK ROUNDS: the measurements behind tests/bench/run. Peers take turns within each round, so that
what else the machine does meets all of them alike; medians are shown, and each one's ratio to racker.
"""
import glob
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

import compose
from common import BENCH, PODMAN_RUN, ROUNDS, TEST, notes, path, podman, run, show, timed


def fresh(name):
    target = path(name)
    for line in reversed(open("/proc/self/mountinfo", encoding="utf-8").read().splitlines()):
        mount = line.split()[4]
        if mount == target or mount.startswith(target + "/"):
            subprocess.run(["umount", "-l", mount], check=False)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    return target


def cold():
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as f:
            f.write("3\n")
    except OSError:
        notes.add("the page cache could not be emptied: pulls are measured warm")


# ---- pulls ----


def layers():
    request = urllib.request.Request(f"http://{BENCH}/v2/bench/manifests/latest",
                                     headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
    with urllib.request.urlopen(request) as answer:
        return [layer["digest"] for layer in json.load(answer)["layers"]]


peak = 0


def pull_racker():
    """Also notes the largest resident size of any process that took part."""
    global peak
    root = fresh("pull-racker")
    cold()
    start = time.monotonic()
    pid = os.posix_spawn(shutil.which("racker"), ["racker", "--root", root, "pull", "-q", f"{BENCH}/bench"], os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise RuntimeError("racker pull failed")
    peak = max(peak, usage.ru_maxrss)
    return time.monotonic() - start


def pull_podman():
    fresh("pull-podman")
    cold()
    return timed(lambda: podman("pull-podman", "pull", "-q", "--tls-verify=false", f"{BENCH}/bench"))


def pull_umoci():
    target = fresh("pull-umoci")
    cold()

    def work():
        run("skopeo", "copy", "-q", "--src-tls-verify=false", f"docker://{BENCH}/bench", f"oci:{target}/layout:bench")
        run("umoci", "unpack", "--image", f"{target}/layout:bench", f"{target}/bundle")
    return timed(work)


def pull_floor():
    """As fast as it can go: every layer at once, the fastest inflater, nothing verified."""
    target = fresh("pull-floor")
    names = layers()
    cold()

    def work():
        jobs = []
        for i, digest in enumerate(names):
            os.mkdir(f"{target}/{i}")
            jobs.append(subprocess.Popen(
                ["bash", "-o", "pipefail", "-c", 'curl -sf "$1" | igzip -dc | tar -x -C "$2"', "floor",
                 f"http://{BENCH}/v2/bench/blobs/{digest}", f"{target}/{i}"]))
        if any(job.wait() != 0 for job in jobs):
            raise RuntimeError("curl | igzip | tar failed")
    return timed(work)

# ---- boot, one command, clean shutdown ----


def boot_racker():
    return timed(lambda: run("racker", "--root", path("root"), "run", "--rm", f"{TEST}/debian-systemd:bookworm", "true"))


def podman_wait_running():
    """podman cannot tell when the system inside is up: ask until its bus answers, then wait for it."""
    deadline = time.monotonic() + 30
    while True:
        try:
            podman("podman", "exec", "bench", "systemctl", "is-system-running", "--wait")
            return
        except RuntimeError as problem:
            if "degraded" in str(problem):
                return
            if time.monotonic() > deadline:
                raise


def boot_podman():
    def work():
        podman("podman", *PODMAN_RUN, "-d", "--name", "bench", "--network", "host", "--systemd", "always",
               f"{TEST}/debian-systemd:bookworm", "/sbin/init")
        try:
            podman_wait_running()
            podman("podman", "exec", "bench", "true")
            podman("podman", "stop", "bench")
        finally:
            podman("podman", "rm", "-f", "bench")
    return timed(work)


def wait_ready(receiver):
    """What the guest's systemd tells the notification socket: the leader's pid, after READY=1."""
    leader = None
    while True:
        for line in receiver.recv(4096).decode().splitlines():
            if line.startswith("X_NSPAWN_LEADER_PID="):
                leader = int(line.partition("=")[2])
            if line == "READY=1":
                return leader


def boot_nspawn_with(*more):
    address = path("notify")
    if os.path.exists(address):
        os.unlink(address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(address)
        receiver.settimeout(30)

        def work():
            guest = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--notify-ready=yes",
                 "--console=pipe", "--machine=racker-bench", "-D", path("nspawn"), *more],
                env=dict(os.environ, NOTIFY_SOCKET=address),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            leader = wait_ready(receiver)
            run("nsenter", "-t", str(leader), "-m", "-u", "-i", "-p", "true")
            os.kill(leader, signal.SIGRTMIN + 4)
            guest.wait(30)
        return timed(work)


def boot_nspawn():
    """Bare systemd-nspawn on the unpacked tree, and nsenter for the command."""
    return boot_nspawn_with()


def boot_nspawn_masked():
    """The same with the units and generators hidden that racker hides: its own files are bound."""
    own = glob.glob(path("root", "containers", "*", "guest-units"))
    where = os.path.dirname(own[0])
    return boot_nspawn_with(f"--bind={where}/guest-units:/run/systemd/system.control",
                            f"--bind-ro={where}/guest-generators:/run/systemd/system-generators")

# ---- no boot, start-up ----


def plain_podman():
    return timed(lambda: podman("podman", *PODMAN_RUN, "--rm", "--network", "none", f"{TEST}/library/busybox", "echo", "x"))


def exec_racker(name):
    return lambda: timed(lambda: run("racker", "--root", path("root"), "exec", name, "true"))


def exec_podman(name):
    return lambda: timed(lambda: podman("podman", "exec", name, "true"))


def plain_docker():
    """An engine that DOCKER_HOST names, with the same image and no network as well."""
    return timed(lambda: run("docker", "run", "--rm", "--network", "none", "busybox", "echo", "x"))


def plain_racker_none():
    return timed(lambda: run("racker", "--root", path("root"), "run", "--rm", "--network", "none",
                             f"{TEST}/library/busybox", "echo", "x"))


def exec_docker():
    return timed(lambda: run("docker", "exec", "racker-bench", "true"))


def start(*command):
    """The median of many, in one number: a single start is too short to be measured alone."""
    def measure():
        times = []
        for _ in range(100):
            begin = time.monotonic()
            pid = os.posix_spawn(shutil.which(command[0]), command, os.environ, file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
            os.waitpid(pid, 0)
            times.append(time.monotonic() - begin)
        return statistics.median(times)
    return measure


# What is measured: title, rounds, [(name, programs it needs, function, mark or None)]. A mark is the limit that
# racker's ratio to that peer, or its own median in seconds, should keep.
START = "start-up: --version"
EXEC_BOOTED, EXEC_PLAIN = "exec true, booted", "exec true, not booted"
NETWORK, CONFIG = "network of one container", "compose config, 100 services"
PS_FEW, PS_MANY = "ps -a, 10 containers", "ps -a, 1,000 containers"
# Limits for racker's own median, in seconds.
OWN_MARKS = {START: 0.003, EXEC_BOOTED: 0.025, EXEC_PLAIN: 0.012, PS_FEW: 0.004, PS_MANY: 0.04, NETWORK: 0.06,
             CONFIG: 0.03}
# A Docker Engine takes part where DOCKER_HOST names one; its client is told by PATH.
DOCKER = ("docker",) if os.environ.get("DOCKER_HOST") else ("docker with DOCKER_HOST",)
COMPOSE = (*DOCKER, compose.PEER)
MEASUREMENTS = (
    ("pull and unpack, 3 layers, cold cache", min(ROUNDS, 3), (
        ("racker", ("racker",), pull_racker, None),
        ("podman", ("podman",), pull_podman, 0.5),
        ("skopeo + umoci", ("skopeo", "umoci"), pull_umoci, None),
        ("curl | igzip | tar, parallel (floor)", ("curl", "igzip"), pull_floor, None))),
    ("boot Debian, run true, shut down", ROUNDS, (
        ("racker", ("racker",), boot_racker, None),
        ("podman (systemd)", ("podman",), boot_podman, 0.38),
        ("bare systemd-nspawn", ("systemd-nspawn",), boot_nspawn, None),
        ("bare systemd-nspawn, same units hidden", ("systemd-nspawn",), boot_nspawn_masked, 1.25))),
    ("run without boot: echo", ROUNDS, (
        ("racker", ("racker",), plain_racker_none, None),
        ("podman", ("podman",), plain_podman, 0.65),
        ("docker", DOCKER, plain_docker, 0.5))),
    (EXEC_BOOTED, ROUNDS, (
        ("racker", ("racker",), exec_racker("booted"), None),
        ("podman", ("podman",), exec_podman("booted"), None))),
    (EXEC_PLAIN, ROUNDS, (
        ("racker", ("racker",), exec_racker("plain"), None),
        ("podman", ("podman",), exec_podman("plain"), None),
        ("docker", DOCKER, exec_docker, None))),
    ("compose up --wait and down, 10 services", ROUNDS, (
        ("racker", ("racker",), compose.up_racker, None),
        ("docker-compose", COMPOSE, compose.up_docker, 0.6))),
    (NETWORK, ROUNDS, (
        ("racker", ("racker",), compose.network_racker, None),)),
    (CONFIG, ROUNDS, (
        ("racker", ("racker",), start("racker", "compose", "-f", compose.FILES["large"], "config"), None),
        ("docker-compose", (compose.PEER,), compose.config_docker, None))),
    (PS_FEW, ROUNDS, (
        ("racker", ("racker",), start("racker", "--root", path("ps10"), "ps", "-a"), None),)),
    (PS_MANY, ROUNDS, (
        ("racker", ("racker",), start("racker", "--root", path("ps1000"), "ps", "-a"), None),)),
    (START, ROUNDS, (
        ("racker", ("racker",), start("racker", "--version"), None),
        ("podman", ("podman",), start("podman", "--version"), None),
        ("docker", ("docker",), start("docker", "--version"), None))),
)


def prepare(missing):
    """What is not part of any measurement: images where they are run from."""
    for image in ("debian-systemd:bookworm", "library/busybox"):
        run("racker", "--root", path("root"), "pull", "-q", f"{TEST}/{image}")
        if "podman" not in missing:
            podman("podman", "pull", "-q", "--tls-verify=false", f"{TEST}/{image}")
    os.makedirs(path("nspawn"))
    with urllib.request.urlopen(urllib.request.Request(
            f"http://{TEST}/v2/debian-systemd/manifests/bookworm",
            headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"})) as answer:
        digest = json.load(answer)["layers"][0]["digest"]
    run("bash", "-o", "pipefail", "-c", 'curl -sf "$1" | tar -xz -C "$2"', "unpack",
        f"http://{TEST}/v2/debian-systemd/blobs/{digest}", path("nspawn"))


def prepare_exec(missing):
    """Containers that stay: one booted, one not, with each program."""
    run("racker", "--root", path("root"), "run", "-d", "--name", "booted", f"{TEST}/debian-systemd:bookworm")
    run("racker", "--root", path("root"), "run", "-d", "--name", "plain", f"{TEST}/library/busybox", "sleep", "3600")
    if "podman" not in missing:
        podman("podman", *PODMAN_RUN, "-d", "--name", "booted", "--network", "none", "--systemd", "always",
               f"{TEST}/debian-systemd:bookworm", "/sbin/init")
        podman("podman", *PODMAN_RUN, "-d", "--name", "plain", "--network", "none", f"{TEST}/library/busybox", "sleep", "3600")
    if not missing.intersection(DOCKER):
        archive = path("busybox.tar")
        run("skopeo", "copy", "-q", "--src-tls-verify=false", f"docker://{TEST}/library/busybox",
            f"docker-archive:{archive}:busybox:latest")
        run("docker", "load", "-q", "-i", archive)
        run("docker", "run", "-d", "--name", "racker-bench", "--network", "none", "busybox", "sleep", "3600")


def prepare_lists():
    """Roots with so many containers that have ended: copies of one, under other IDs and names."""
    for count in (10, 1000):
        root = path(f"ps{count}")
        run("racker", "--root", root, "pull", "-q", f"{TEST}/library/busybox")
        first = run("racker", "--root", root, "create", "--name", "many0", f"{TEST}/library/busybox", "true").strip()
        with open(f"{root}/containers/{first}/config.json", encoding="utf-8") as f:
            config = json.load(f)
        for i in range(1, count):
            config["Id"], config["Name"] = f"{i:064x}", f"many{i}"
            os.mkdir(f"{root}/containers/{i:064x}")
            with open(f"{root}/containers/{i:064x}/config.json", "w", encoding="utf-8") as f:
                json.dump(config, f)
            shutil.copy(f"{root}/containers/{first}/state.json", f"{root}/containers/{i:064x}/state.json")


def finish(missing):
    run("racker", "--root", path("root"), "rm", "-f", "booted", "plain")
    if "podman" not in missing:
        podman("podman", "rm", "-f", "-t", "0", "booted", "plain")
    if not missing.intersection(DOCKER):
        run("docker", "rm", "-f", "racker-bench")


def measure(title, rounds, peers, missing):
    times = {name: [] for name, _, _, _ in peers}
    for _ in range(rounds):
        for name, programs, function, _ in peers:
            if not missing.intersection(programs) and times[name] is not None:
                try:
                    times[name].append(function())
                except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
                    notes.add(f"{title}, {name}: {problem}")
                    times[name] = None
    own = statistics.median(times["racker"]) if times["racker"] else None
    for name, programs, _, mark in peers:
        taken = times[name]
        label, title = title, ""
        if not taken:
            absent = sorted(missing.intersection(programs))
            print(f"{label:40} {name:38} {'not installed: ' + ', '.join(absent) if absent else 'failed'}")
            continue
        median = statistics.median(taken)
        ratio = f"{own / median:.2f}" if own else "-"
        verdict = ""
        if mark and own:
            verdict = f"<= {mark}: {'kept' if own / median <= mark else 'MISSED'}"
        print(f"{label:40} {name:38} {show(median):>10} {show(min(taken)):>10} {ratio:>14}  {verdict}", flush=True)
    return own


def main():
    programs = {p for _, _, peers in MEASUREMENTS for _, needed, _, _ in peers for p in needed}
    missing = {p for p in programs if not shutil.which(p)}
    prepare(missing)
    prepare_exec(missing)
    prepare_lists()
    compose.prepare()
    print(f"{'work':40} {'program':38} {'median':>10} {'fastest':>10} {'racker/program':>14}  mark")
    only = os.environ.get("ONLY", "")
    own = {m[0]: measure(*m, missing) for m in MEASUREMENTS if only in m[0]}
    if peak:
        print(f"{'peak memory of a pull':40} {'racker':38} {peak / 1024:>7.0f} MB {'':>10} {'':>14}  "
              f"<= 100 MB: {'kept' if peak <= 100 * 1024 else 'MISSED'}")
    for title, mark in OWN_MARKS.items():
        if own.get(title):
            print(f"{title:40} {'racker':38} {own[title] * 1000:>7.1f} ms {'':>10} {'':>14}  "
                  f"<= {mark * 1000:.0f} ms: {'kept' if own[title] <= mark else 'MISSED'}")
    finish(missing)
    for note in sorted(notes):
        print("note: " + note)


main()
