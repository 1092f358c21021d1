#!/usr/bin/env python3
"""typed.py KEYS DELAY COMMAND…: runs a command on a terminal of its own and types KEYS after DELAY seconds, each key
by itself. Prints what came, and `status N`."""

import codecs
import os
import pty
import select
import sys
import time

LIMIT = 30

keys = codecs.decode(sys.argv[1], "unicode_escape").encode("latin-1")
delay = float(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
output = b""
begin = time.monotonic()
while time.monotonic() - begin < LIMIT:
    ready, _, _ = select.select([terminal], [], [], 0.05)
    if ready:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        output += data
    if keys and time.monotonic() - begin > delay:
        os.write(terminal, keys[:1])
        keys = keys[1:]
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
print(output.decode("utf-8", "replace").replace("\r\n", "\n"))
print("status", os.waitstatus_to_exitcode(status))
