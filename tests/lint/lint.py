"""lint: what the lints share: the list of our files, C without comments, TAP.

LINT_ROOT names another tree to look at; tests/lint/self.t uses it to show that each lint can fail.
"""
import os
import re
import subprocess
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
ROOT = os.environ.get("LINT_ROOT", TOP)


def files(*suffixes):
    """Our files, tracked or new, relative to the tree, that end in one of `suffixes` (all if none)."""
    if os.path.exists(os.path.join(ROOT, ".git")):
        # Asked by root in a user's checkout, git would otherwise refuse.
        command = ["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "-z", "-co",
                   "--exclude-standard"]
        found = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().split("\0")
    else:
        found = [os.path.relpath(os.path.join(d, f), ROOT)
                 for d, _, fs in os.walk(ROOT) for f in fs]
        found = [f for f in found if not f.startswith("build/")]
    return sorted(f for f in found
                  if f and (not suffixes or f.endswith(suffixes)) and os.path.isfile(path(f)))


def path(name):
    return os.path.join(ROOT, name)


def read(name):
    with open(path(name), encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


_TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code(text):
    """C without comments and without what strings contain; line numbers stay."""
    def blank(m):
        t = m.group()
        return t[0] + t[0] if t[0] in "\"'" else " " + "\n" * t.count("\n")
    return _TOKENS.sub(blank, text)


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, name, problems=()):
        self.count += 1
        problems = list(problems)
        print(f"{'not ok' if problems else 'ok'} {self.count} - {name}")
        for p in problems[:50]:
            print(f"# {p}")
        self.failed += bool(problems)

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def done(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)
