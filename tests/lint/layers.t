#!/usr/bin/env python3
"""layers: includes point down only, and each outside library is included in its one place."""
import re

import lint

# Who may include whose headers. Longer paths win.
FRONT_END = ("libcommon/", "librunner/", "libimage/image.h", "libimage/reference.h", "compose/", "probes/")
LAYERS = {
    "libcommon/": ("libcommon/",),
    "libimage/": ("libcommon/", "libimage/"),
    "librunner/": ("libcommon/", "libimage/image.h", "libimage/archive.h", "libimage/reference.h", "librunner/"),
    # Static, inside any image: nothing but libc.
    "librunner/init/": ("librunner/init/",),
    "compose/": ("libcommon/", "libimage/image.h", "libimage/archive.h", "libimage/reference.h", "librunner/", "compose/"),
    "probes/": ("libcommon/", "libimage/image.h", "libimage/archive.h", "libimage/reference.h", "librunner/", "probes/"),
    "racker/": FRONT_END + ("racker/",),
    "postroj/": FRONT_END + ("postroj/",),
    "pronto/": FRONT_END + ("pronto/",),
}

# Outside headers, and the only files that may include them. The first pattern that fits decides.
# Whoever builds JSON for output gets jansson's values from libcommon/json.h.
OUTSIDE = (
    (r"jansson\.h", r"libcommon/.*"),
    (r"systemd/sd-event\.h", r"libcommon/loop\.[ch]"),
    (r"systemd/sd-journal\.h", r"(librunner|probes)/.*"),
    (r"systemd/.*", r"librunner/.*"),
    (r"seccomp\.h", r"librunner/.*"),
    (r"curl/.*", r"(libimage|probes)/http\.[ch]"),
    (r"archive(_entry)?\.h", r"libimage/.*"),
    (r"(isa-l(/.*)?|igzip_lib\.h|isa-l\.h)", r"libimage/.*"),
    (r"zstd.*\.h", r"libimage/.*"),
    (r"(ostree|glib|gio|glib-object|gobject).*", r"libimage/ostree\.c"),
    (r"yaml\.h", r"libcommon/yaml(-parser)?\.[ch]"),
    (r"openssl/.*", r"libimage/digest\.[ch]"),
    # It must setns: no threads in the runner.
    (r"pthread\.h", r"(?!librunner/).*"),
)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def layer(name):
    return max((d for d in LAYERS if name.startswith(d)), key=len, default=None)


own, outside, relative = [], [], []
for name in lint.files(".c", ".h"):
    home = layer(name)
    if not home:
        continue
    text = lint.read(name)
    for m in INCLUDE.finditer(text):
        where = f"{name}:{text.count(chr(10), 0, m.start()) + 1}"
        kind, target = m.groups()
        if kind == '"':
            if "/" not in target or target.startswith("."):
                relative.append(f"{where}: \"{target}\" is not a path from the top of the tree")
            elif not target.startswith(LAYERS[home]):
                own.append(f"{where}: {home} may not include {target}")
        else:
            for pattern, allowed in OUTSIDE:
                if re.fullmatch(pattern, target):
                    if not re.fullmatch(allowed, name):
                        outside.append(f"{where}: <{target}> belongs to {allowed}")
                    break

# Text becomes JSON in one place, which bounds it.
JSON_TEXT = re.compile(r"\bjson_load\w*[ \t]*\(")
json_text = []
for name in lint.files(".c"):
    if name.startswith("tests/") or re.fullmatch(r"libcommon/json[\w-]*\.c", name):
        continue
    code = lint.code(lint.read(name))
    json_text += [f"{name}:{code.count(chr(10), 0, m.start()) + 1}: {m.group().rstrip('( ')}() belongs to libcommon/json"
                  for m in JSON_TEXT.finditer(code)]

tap = lint.Tap()
tap.result("includes point down only", own)
tap.result("our headers are included by their path from the top", relative)
tap.result("each outside library is included in its one place", outside)
tap.result("JSON is parsed by libcommon/json alone", json_text)
tap.done()
