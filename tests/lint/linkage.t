#!/usr/bin/env python3
"""linkage: racker starts in a millisecond because it links little; racker-init runs in any image."""
import os
import subprocess

import lint

BIN = os.path.join(lint.ROOT, "build/release/bin")
HEAVY = ("libcurl", "libarchive", "libcrypto.", "libssl", "libostree", "libglib", "libgio", "libisal", "libseccomp")


def libraries(program):
    """Names of the shared libraries that starting `program` loads; None for a static program."""
    done = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode()
    if "not a dynamic executable" in text or "statically linked" in text:
        return None
    return [line.split()[0] for line in text.splitlines() if line.strip()]


tap = lint.Tap()
for name in ("racker", "postroj", "pronto"):
    program = os.path.join(BIN, name)
    found = libraries(program) if os.path.exists(program) else ["(not built)"]
    tap.result(f"{name} links nothing heavy",
               [lib for lib in found or [] if lib.startswith(HEAVY + ("(",))])
program = os.path.join(BIN, "racker-init")
found = libraries(program) if os.path.exists(program) else ["(not built)"]
tap.result("racker-init is static", found or [])
tap.done()
