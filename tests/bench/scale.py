"""scale.py WORK N: many containers at once, and one after another. N booted Debians are started together, asked, stopped
together; then ten times N plain containers run one after another. Prints times and memory, and what is left behind.
"""
import glob
import os
import statistics
import subprocess
import time

from common import ROUNDS, TEST, path, run, show, timed

INSTANCES = "/proc/sys/fs/inotify/max_user_instances"
# A guest's systemd and D-Bus take about this many.
INSTANCES_EACH = 12
AT_ONCE = 8


def read(name):
    with open(name, encoding="ascii") as file:
        return file.read().strip()


def racker(*arguments):
    return run("racker", "--root", path("root"), *arguments)


def pss_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def monitors():
    """Processes of ours that watch a container of this root."""
    found = []
    for cmdline in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(cmdline, "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"racker-monitor") and os.fsencode(path("root")) in words:
            found.append(int(cmdline.split("/")[2]))
    return found


def available_kib():
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("MemAvailable"))


def traces():
    """What a container could leave: counted before and after."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = sum(path("root") in line or "/run/racker" in line for line in file)
    cgroups = subprocess.run("find /sys/fs/cgroup -path '*/racker/*' -type d 2>/dev/null | wc -l", shell=True,
                             capture_output=True, text=True, check=True).stdout.strip()
    files = sum(len(f) + len(d) for top in ("containers", "tmp") for _, d, f in os.walk(path("root", top)))
    handles = read("/proc/sys/fs/file-nr").split()[0]
    return {"mounts": mounts, "cgroups": int(cgroups), "files": files, "monitors": len(monitors()),
            "processes": len(glob.glob("/proc/[0-9]*")), "open files of the machine": int(handles)}


def together(count, command):
    """Runs command(i) for all i, AT_ONCE processes at a time."""
    jobs = []
    for i in range(count):
        jobs.append(subprocess.Popen(["racker", "--root", path("root"), *command(i)], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE))
        if len(jobs) >= AT_ONCE:
            wait(jobs.pop(0))
    for job in jobs:
        wait(job)


def wait(job):
    _, words = job.communicate()
    if job.returncode != 0:
        raise RuntimeError(f"{' '.join(job.args)}: status {job.returncode}: {words.decode(errors='replace').strip()}")


def many_booted(count):
    names = [f"many{i}" for i in range(count)]
    before = available_kib()
    started = timed(lambda: together(count, lambda i: ("run", "-d", "--name", names[i], f"{TEST}/debian-systemd:bookworm")))
    time.sleep(5)
    memory = (before - available_kib()) / count / 1024
    pss = [pss_kib(pid) for pid in monitors()]
    asked = timed(lambda: together(count, lambda i: ("exec", names[i], "systemctl", "is-system-running", "--wait")))
    listed = timed(lambda: racker("ps"))
    stopped = timed(lambda: racker("stop", *names))
    states = racker("ps", "-a", "--format", "{{.Names}} {{.Status}}").splitlines()
    clean = sum(line.startswith("many") and "Exited (0)" in line for line in states)
    removed = timed(lambda: racker("rm", *names))
    print(f"{count} booted Debians: started in {show(started)} ({show(started / count)} each), all running asked in {show(asked)}, "
          f"ps {show(listed)}")
    print(f"  memory {memory:.1f} MB each; monitors: median {statistics.median(pss) / 1024:.1f} MB PSS, "
          f"largest {max(pss) / 1024:.1f} MB (mark 4 MB)")
    print(f"  stopped in {show(stopped)}: {clean} of {count} by a clean power-off; removed in {show(removed)}")


def one_after_another(count):
    for i in range(5):
        racker("run", "--rm", f"{TEST}/library/busybox", "true")
    time.sleep(1)
    before = traces()
    taken = timed(lambda: [racker("run", "--rm", f"{TEST}/library/busybox", "true") for _ in range(count)])
    time.sleep(2)
    after = traces()
    print(f"{count} runs in a row: {show(taken)} ({show(taken / count)} each)")
    for what, number in before.items():
        print(f"  {what}: {number} before, {after[what]} after")


def main():
    count = ROUNDS
    limit = int(read(INSTANCES))
    for image in ("debian-systemd:bookworm", "library/busybox"):
        racker("pull", "-q", f"{TEST}/{image}")
    try:
        if limit < count * INSTANCES_EACH:
            with open(INSTANCES, "w", encoding="ascii") as file:
                file.write(str(count * INSTANCES_EACH))
        many_booted(count)
    finally:
        with open(INSTANCES, "w", encoding="ascii") as file:
            file.write(str(limit))
    one_after_another(10 * count)


main()
