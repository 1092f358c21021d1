#!/usr/bin/env python3
"""format: C is as clang-format 14 leaves it; no file has trailing blanks or lacks its last newline.

Newer versions of clang-format break lines elsewhere: where version 14 does not exist (Debian 13), Debian 12
is where the format is checked.
"""
import re
import shutil
import subprocess

import lint


def clang_format():
    for name in ("clang-format-14", "clang-format"):
        program = shutil.which(name)
        if program and b" version 14." in subprocess.run([program, "--version"],
                                                         stdout=subprocess.PIPE, check=True).stdout:
            return program
    return None


def on_debian_12():
    with open("/etc/os-release", encoding="utf-8") as f:
        text = f.read()
    return re.search(r'^ID="?debian"?$', text, re.M) and re.search(r'^VERSION_ID="?12"?$', text, re.M)


tap = lint.Tap()
program = clang_format()
if program:
    wrong = []
    for name in lint.files(".c", ".h"):
        done = subprocess.run([program, "--style=file:" + lint.TOP + "/.clang-format", "-n", "-Werror",
                               lint.path(name)], stderr=subprocess.PIPE)
        if done.returncode != 0:
            line = done.stderr.decode(errors="replace").split("\n")[0]
            wrong.append(line.replace(lint.ROOT + "/", "") + " (make format)")
    tap.result("C is formatted", wrong)
elif on_debian_12():
    tap.skip("C is formatted", "clang-format-14 is not installed")
else:
    tap.result("C is formatted: not looked at, this distribution has no clang-format 14")

blanks, endings = [], []
for name in lint.files(".c", ".h", ".rst", ".bats", ".bash", ".py", ".t", ".yaml", ".yml", ".mk", "Makefile"):
    # Inputs of tests are as they are on purpose.
    if "/corpus/" in name or "/data/" in name:
        continue
    text = lint.read(name)
    if text and not text.endswith("\n"):
        endings.append(name)
    blanks += [f"{name}:{n}" for n, line in enumerate(text.split("\n"), 1) if line != line.rstrip(" \t")]
tap.result("no trailing blanks", blanks)
tap.result("text files end with a newline", endings)
tap.done()
