#!/usr/bin/env python3
"""shell: shellcheck has nothing to say about our shell scripts and bats files."""
import re
import shutil
import subprocess

import lint

SHEBANG = re.compile(r"#!/(usr/bin/env (bash|sh|bats)|bin/(ba)?sh)\b")


def is_shell(name):
    with open(lint.path(name), "rb") as f:
        first = f.readline(200).decode(errors="replace")
    return SHEBANG.match(first) or name.endswith((".bash", ".bats"))


scripts = [name for name in lint.files() if is_shell(name)]
tap = lint.Tap()
if not shutil.which("shellcheck"):
    tap.skip("shell scripts pass shellcheck", "shellcheck is not installed")
    tap.done()
done = subprocess.run(["shellcheck", "-x", "-f", "gcc"] + scripts, cwd=lint.ROOT, stdout=subprocess.PIPE)
tap.result("shell scripts pass shellcheck", done.stdout.decode().splitlines())

# A script that goes on after a failed command lies about its result.
strict = []
for name in scripts:
    text = lint.read(name)
    if text.startswith("#!") and not text.startswith(("#!/usr/bin/env bats",)) \
            and not re.search(r"^set -(euo pipefail|eu)$", text, re.M):
        strict.append(f"{name}: no `set -euo pipefail`")
tap.result("shell scripts stop at the first failure", strict)
tap.done()
