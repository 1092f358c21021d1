#!/usr/bin/env python3
"""compare CASES...: runs the command lines of each file of cases by racker and by a real Docker Engine, and compares exit
status, standard output and standard error of each; of JSON, which keys there are and of what type. Prints TAP.

A case is a line `== NAME` and command lines of sh, in which `D` is the program. A line that begins with `! ` is
preparation: it is not compared. Each case begins without containers and volumes, in an empty directory of its own.

What differs with a reason stands in the table `differences`: tab-separated, a pattern (Python, searched in "CASE: LINE"),
what differs (status, stdout, stderr, keys), and the reason. An entry that is used by nothing is a failure when all cases run.
"""
import difflib
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

TIMEOUT = 60
NORMAL = (
    (r"/tmp/oracle\.\w+", "<DIR>"),
    # Docker's client gives up its side of a copy that the engine has refused.
    (r'^time="[^"]*" level=error msg="Can\'t (add file|close tar).*\n', ""),
    (r"\b[0-9a-f]{64}\b", "<ID>"),
    (r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{12}\b", "<SHORT>"),
    (r"\b\d{12}\b(?!\d)", "<SHORT>"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4} [A-Z]+| ?Z|[+-]\d\d:\d\d)?", "<TIME>"),
    (r"Less than a second|About a minute|\b\d+ (second|minute|hour)s?\b|\b1 second\b", "<AGE>"),
    (r"\b[a-z]+_[a-z]+\b(?=\s*$)", "<NAME>"),
)
PROGRAMS = ((r"\bracker\b", "docker"), (r"\bRacker\b", "Docker"))


class Side:
    """One program with the environment it runs in."""

    def __init__(self, name, program, environment):
        self.name, self.program = name, program
        self.environment = dict(os.environ, LC_ALL="C.UTF-8", **environment)
        self.prelude = f'D() {{ {program} "$@"; }}\n'

    def run(self, line, cwd):
        try:
            p = subprocess.run(["bash", "-c", self.prelude + line], cwd=cwd, env=self.environment,
                               stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
            return p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            return "timeout", "", ""

    def clean(self):
        self.run("D ps -aq --no-trunc | while read -r c; do D rm -f -v $c; done", "/")
        self.run("D volume ls -q | while read -r v; do D volume rm $v; done", "/")
        self.run("D network ls -q -f type=custom | while read -r n; do D network rm $n; done", "/")


def normal(text, side):
    for pattern, to in NORMAL:
        text = re.sub(pattern, to, text, flags=re.M)
    if side.name == "racker":
        for pattern, to in PROGRAMS:
            text = re.sub(pattern, to, text)
    # There is no daemon that answers (docs/design.rst).
    text = re.sub(r"^(docker: )?Error response from daemon: ", "", text, flags=re.M)
    text = re.sub(r"^docker: ", "", text, flags=re.M)
    # Columns are as wide as what is in them.
    text = re.sub(r"(?<=\S) {2,}", "  ", text)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def keys(value, path=""):
    """The paths of all keys with the JSON types of their values; of arrays, those of all elements."""
    kind = {dict: "object", list: "array", str: "string", bool: "bool", int: "number", float: "number",
            type(None): "null"}[type(value)]
    found = {f"{path} {kind}"}
    if isinstance(value, dict):
        for key, member in value.items():
            if key != "Racker":  # all that is ours in Docker's JSON
                found |= keys(member, f"{path}.{key}")
    elif isinstance(value, list):
        for member in value:
            found |= keys(member, path + "[]")
    return found


def as_json(text):
    """The keys of one document or of several lines of them; None when it is something else."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return keys(json.loads(text))
    except ValueError:
        pass
    try:
        return set().union(*(keys(json.loads(line)) for line in text.splitlines()))
    except ValueError:
        return None


def compare(docker, racker, sides):
    """Yields (what, explanation) for each difference."""
    if docker[0] != racker[0]:
        yield "status", f"docker {docker[0]}, racker {racker[0]}"
    a, b = as_json(docker[1].strip()), as_json(racker[1].strip())
    if a is not None and b is not None:
        if a != b:
            yield "keys", "\n".join([f"-{k}" for k in sorted(a - b)] + [f"+{k}" for k in sorted(b - a)])
    else:
        yield from text_difference("stdout", docker[1], racker[1], sides)
    yield from text_difference("stderr", docker[2], racker[2], sides)


def text_difference(what, docker, racker, sides):
    a, b = normal(docker, sides[0]), normal(racker, sides[1])
    if a != b:
        yield what, "\n".join(list(difflib.unified_diff(a.splitlines(), b.splitlines(), "docker", "racker", "", "", 1))[2:])


class Table:
    def __init__(self, path):
        self.entries, self.used = [], set()
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\n")
                if line and not line.startswith("#"):
                    pattern, what, reason = line.split("\t")
                    if not reason:
                        sys.exit(f"{path}:{number}: a difference needs a reason")
                    self.entries.append((number, re.compile(pattern), what.split(",")))

    def knows(self, where, what):
        for number, pattern, kinds in self.entries:
            if what in kinds and pattern.search(where):
                self.used.add(number)
                return True
        return False


def cases(path):
    name, lines = None, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.rstrip("\n")
            if line.startswith("== "):
                if name:
                    yield name, lines
                name, lines = line[3:], []
            elif line and not line.startswith("#"):
                lines.append(line)
    if name:
        yield name, lines


class Suite:
    def __init__(self, sides, table):
        self.sides, self.table, self.count, self.failed = sides, table, 0, 0
        self.pool = ThreadPoolExecutor(len(sides))

    def check(self, name, line, results):
        self.count += 1
        where = f"{name}: {line}"
        bad = [(what, text) for what, text in compare(*results, self.sides) if not self.table.knows(where, what)]
        print(f"{'not ok' if bad else 'ok'} {self.count} - {where}".replace("#", "\\#"), flush=True)
        for what, text in bad:
            print(f"# {what}:")
            for part in text.splitlines():
                print(f"#   {part}")
        self.failed += bool(bad)

    def both(self, act, *arguments):
        """Docker and racker at the same time: one of them waits most of the time."""
        return list(self.pool.map(act, *arguments))

    def run(self, name, lines):
        dirs = [tempfile.mkdtemp(prefix="oracle.") for _ in self.sides]
        for line in lines:
            results = self.both(lambda side, where: side.run(line.removeprefix("! "), where), self.sides, dirs)
            if not line.startswith("! "):
                self.check(name, line, results)
        self.both(Side.clean, self.sides)
        for where in dirs:
            shutil.rmtree(where, ignore_errors=True)

    def stale(self):
        for number, pattern, _ in self.table.entries:
            if number not in self.table.used:
                self.count += 1
                self.failed += 1
                print(f"not ok {self.count} - differences:{number}: {pattern.pattern}: nothing differs so any more")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    only = os.environ.get("ORACLE_ONLY")
    whole = not only and len(sys.argv) == 1
    files = sys.argv[1:] or sorted(glob.glob(os.path.join(here, "cases", "*")))
    sides = (Side("docker", "command docker", {}), Side("racker", "command racker", {}))
    suite = Suite(sides, Table(os.path.join(here, "differences")))
    for side in sides:
        side.clean()
    for path in files:
        for name, lines in cases(path):
            if not only or re.search(only, name):
                suite.run(name, lines)
    if whole:
        suite.stale()
    print(f"1..{suite.count}")
    return 1 if suite.failed else 0


sys.exit(main())
