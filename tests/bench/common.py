"""common: what the benchmarks share: where things are, running programs, podman as a yardstick."""
import os
import subprocess
import sys
import time

os.environ.setdefault("RACKER_DEFAULT_NETWORK", "host")
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


def show(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


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
