#!/usr/bin/env python3
"""self: shows that each lint can fail: runs it on a tree with exactly one thing wrong."""
import os
import subprocess
import tempfile

import lint

HERE = os.path.dirname(os.path.realpath(__file__))

# lint, file to make, its content, words that the complaint must have
CASES = (
    ("layers.t", "libcommon/a.c", '#include "librunner/runtime.h"\n', "libcommon/ may not include"),
    ("layers.t", "librunner/a.c", '#include "libimage/store.h"\n', "librunner/ may not include"),
    ("layers.t", "librunner/init/a.c", '#include "libcommon/str.h"\n', "librunner/init/ may not include"),
    ("layers.t", "racker/a.c", '#include <systemd/sd-bus.h>\n', "<systemd/sd-bus.h> belongs to"),
    ("layers.t", "librunner/a.c", "#include <curl/curl.h>\n", "<curl/curl.h> belongs to"),
    ("layers.t", "racker/a.c", "#include <jansson.h>\n", "<jansson.h> belongs to"),
    ("layers.t", "librunner/a.c", "json_t *v(void)\n{\n\treturn json_loads(0, 0, 0);\n}\n", "json_loads() belongs to"),
    ("layers.t", "librunner/a.c", "#include <pthread.h>\n", "<pthread.h> belongs to"),
    ("layers.t", "libimage/a.c", "#include <glib.h>\n", "<glib.h> belongs to"),
    ("layers.t", "libimage/a.c", '#include "store.h"\n', "is not a path from the top"),
    ("code.t", "libimage/a.c", "void f(char *a)\n{\n\tstrcpy(a, \"x\");\n}\n", "strcpy()"),
    ("code.t", "racker/a.c", "void f(void)\n{\n\tsystem(\"ls\");\n}\n", "system()"),
    ("code.t", "librunner/a.c", "void f(void)\n{\n\tprintf(\"x\");\n}\n", "a.c:3: printf"),
    ("code.t", "libimage/a.c", "int x;\n" * 1001, "1002 lines"),
    ("code.t", "racker/a.c", "void f(void)\n{\n" + "\tg();\n" * 121 + "}\n", "122 lines"),
    ("format.t", "racker/a.c", "int  x ;\n", "clang-format"),
    ("format.t", "docs/a.rst", "word \n", "docs/a.rst:1"),
    ("format.t", "docs/a.rst", "word", "docs/a.rst"),
    ("shell.t", "a.bash", "#!/usr/bin/env bash\nset -euo pipefail\nrm $1\n", "SC2086"),
    ("shell.t", "a.bash", "#!/usr/bin/env bash\nls\n", "no `set -euo pipefail`"),
    ("linkage.t", "docs/a.rst", "word\n", "not built"),
)
# The same files without fault: a lint that always complains is as useless.
CLEAN = (
    ("layers.t", "librunner/a.c", '#include "libimage/image.h"\n#include <systemd/sd-bus.h>\n'),
    ("code.t", "racker/a.c", "/* never strcpy() */\nvoid f(void)\n{\n\tg(\"system(ls)\");\n}\n"),
    ("format.t", "racker/a.c", "int x;\n"),
    ("shell.t", "a.bash", "#!/usr/bin/env bash\nset -euo pipefail\nrm \"$1\"\n"),
)


def run(script, name, content):
    with tempfile.TemporaryDirectory() as tree:
        target = os.path.join(tree, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as f:
            f.write(content)
        done = subprocess.run([os.path.join(HERE, script)], env=dict(os.environ, LINT_ROOT=tree),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout.decode()


tap = lint.Tap()
for script, name, content, words in CASES:
    status, output = run(script, name, content)
    if "# SKIP" in output or "not looked at" in output:
        tap.result(f"{script} cannot be tried here")
        continue
    wrong = [] if status == 1 and words in output else [f"status {status}"] + output.splitlines()
    tap.result(f"{script} finds: {words}", wrong)
for script, name, content in CLEAN:
    status, output = run(script, name, content)
    tap.result(f"{script} has nothing to say about a clean {name}", [] if status == 0 else output.splitlines())
tap.done()
