"""measure.py WORK ROUNDS: the measurements behind tests/bench/run. Peers take turns within each round, so that
what else the machine does meets all of them alike; medians are shown, and each one's ratio to racker.
"""
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

BENCH = os.environ["BENCH_REGISTRY"]
TEST = os.environ["TEST_REGISTRY"]
WORK, ROUNDS = sys.argv[1], int(sys.argv[2])
HYBRID = os.path.isdir("/sys/fs/cgroup/unified")


def path(*names):
    return os.path.join(WORK, *names)


def run(*command, **more):
    """Runs to the end, quietly; failing is an error with what the program said."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: status {done.returncode}: "
                           + done.stdout.decode(errors="replace").strip()[-500:])
    return done.stdout.decode(errors="replace")


def timed(action):
    start = time.monotonic()
    action()
    return time.monotonic() - start


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


notes = set()

# ---- podman, with its own storage; on a hybrid cgroup host it must not see the unified hierarchy ----


def podman_command(root, *arguments):
    command = ["podman", "--root", path(root), "--runroot", path(root + ".run"), "--cgroup-manager=cgroupfs", *arguments]
    if HYBRID:
        command = ["unshare", "-m", "sh", "-c", 'umount /sys/fs/cgroup/unified; exec "$@"', "sh", *command]
    return command


def podman(root, *arguments):
    return run(*podman_command(root, *arguments))


# podman's defaults are more than a host without CAP_SYS_RESOURCE may give.
PODMAN_RUN = ("run", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")

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


def boot_nspawn():
    """Bare systemd-nspawn on the unpacked tree, and nsenter for the command."""
    tree = path("nspawn")
    address = path("notify")
    if os.path.exists(address):
        os.unlink(address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(address)
        receiver.settimeout(30)

        def work():
            guest = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--notify-ready=yes",
                 "--console=pipe", "--machine=racker-bench", "-D", tree], env=dict(os.environ, NOTIFY_SOCKET=address),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            leader = wait_ready(receiver)
            run("nsenter", "-t", str(leader), "-m", "-u", "-i", "-p", "true")
            os.kill(leader, signal.SIGRTMIN + 4)
            guest.wait(30)
        return timed(work)

# ---- no boot, start-up ----


def plain_racker():
    return timed(lambda: run("racker", "--root", path("root"), "run", "--rm", f"{TEST}/library/busybox", "echo", "x"))


def plain_podman():
    return timed(lambda: podman("podman", *PODMAN_RUN, "--rm", "--network", "none", f"{TEST}/library/busybox", "echo", "x"))


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
MEASUREMENTS = (
    ("pull and unpack, 3 layers, cold cache", min(ROUNDS, 3), (
        ("racker", ("racker",), pull_racker, None),
        ("podman", ("podman",), pull_podman, 0.5),
        ("skopeo + umoci", ("skopeo", "umoci"), pull_umoci, None),
        ("curl | igzip | tar, parallel (floor)", ("curl", "igzip"), pull_floor, None))),
    ("boot Debian, run true, shut down", ROUNDS, (
        ("racker", ("racker",), boot_racker, None),
        ("podman (systemd)", ("podman",), boot_podman, 0.7),
        ("bare systemd-nspawn", ("systemd-nspawn",), boot_nspawn, None))),
    ("run without boot: echo", ROUNDS, (
        ("racker", ("racker",), plain_racker, None),
        ("podman (no network)", ("podman",), plain_podman, None))),
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


def show(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


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
    print(f"{'work':40} {'program':38} {'median':>10} {'fastest':>10} {'racker/program':>14}  mark")
    only = os.environ.get("ONLY", "")
    own = {m[0]: measure(*m, missing) for m in MEASUREMENTS if only in m[0]}
    if peak:
        print(f"{'peak memory of a pull':40} {'racker':38} {peak / 1024:>7.0f} MB {'':>10} {'':>14}  "
              f"<= 100 MB: {'kept' if peak <= 100 * 1024 else 'MISSED'}")
    started = own.get(START)
    if started:
        print(f"{START:40} {'racker':38} {started * 1000:>7.1f} ms {'':>10} {'':>14}  "
              f"<= 3 ms: {'kept' if started <= 0.003 else 'MISSED'}")
    for note in sorted(notes):
        print("note: " + note)


main()
