#!/usr/bin/env python3
"""code: banned functions, libraries that print or exit, files and functions that grew too long."""
import re

import lint

BANNED = ("strcpy strcat sprintf vsprintf strtok system popen gets atoi atol atoll atof strncpy strncat "
          "mktemp tmpnam tempnam alloca usleep rand srand scanf asctime ctime gmtime localtime readdir_r").split()
# A test is one thread and knows its strings' lengths.
FINE_IN_TESTS = "strcpy usleep gmtime localtime system".split()
banned = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
unbounded = re.compile(r"(?<![\w.>])(printf|puts|putchar|perror|exit|v?fprintf\s*\(\s*(?:stderr|stdout))\b")

# Libraries; what is a program of its own inside them is not.
LIBRARY = re.compile(r"(libcommon|libimage|librunner|compose|probes)/(?!cli/|helper/|monitor/|init/).*\.c")
# Where printing or ending the program is the module's purpose: running out of memory, and the log.
PRINTERS = ("libcommon/alloc.c", "libcommon/log.c")

MAX_FILE = 1000
MAX_FUNCTION = 120


def functions(text):
    """(first line, length) of each function body in K&R style: from `{` to `}` in column 0."""
    start = None
    for number, line in enumerate(text.split("\n"), 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start:
            yield start, number - start
            start = None


calls, prints, long_files, long_functions = [], [], [], []
for name in lint.files(".c", ".h"):
    text = lint.code(lint.read(name))
    lines = text.split("\n")
    if len(lines) > MAX_FILE:
        long_files.append(f"{name}: {len(lines)} lines")
    for start, length in functions(text):
        if length > MAX_FUNCTION:
            long_functions.append(f"{name}:{start}: {length} lines")
    for number, line in enumerate(lines, 1):
        m = banned.search(line)
        if m and not (name.startswith("tests/") and m.group(1) in FINE_IN_TESTS):
            calls.append(f"{name}:{number}: {m.group(1)}()")
        m = unbounded.search(line)
        if m and LIBRARY.fullmatch(name) and name not in PRINTERS:
            prints.append(f"{name}:{number}: {m.group(1)}")

tap = lint.Tap()
tap.result("no banned function is called", calls)
tap.result("libraries neither print nor exit", prints)
tap.result(f"no file has more than {MAX_FILE} lines", long_files)
tap.result(f"no function has more than {MAX_FUNCTION} lines", long_functions)
tap.done()
