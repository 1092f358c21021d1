#!/usr/bin/env python3
"""make.py DIR URL: pushes every test image to the registry at URL. DIR has hello (a static program) and the
trees debian.tar (without systemd) and debian-systemd-*.tar. tests/README.rst lists the images.
"""
import functools
import os
import struct
import sys

from oci import DOCKER, OCI, Blob, Image, Index, Layer, Registry

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
APPLETS = ("sh cat cp cut date dd df echo env false find grep head hostname id kill ln ls md5sum mkdir mknod mount mv od printf "
           "ps pwd readlink rm sed seq sha256sum sleep sort stat stty tail tar tee test touch tr trap true tty umount wc "
           "whoami yes").split()
LONG = "n" * 200
DEEP = "/".join(["deep" * 10] * 7)  # 286 bytes
WORDS = "grüße-日本語"


def busybox_layer():
    layer = Layer().dir("bin").dir("etc").dir("root", mode=0o700).dir("tmp", mode=0o1777).dir("home")
    with open("/bin/busybox", "rb") as f:
        layer.file("bin/busybox", f.read(), mode=0o755)
    for applet in APPLETS:
        layer.symlink("bin/" + applet, "busybox")
    layer.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1234:2345:app:/home/app:/bin/sh\n")
    layer.file("etc/group", "root:x:0:\nstaff:x:2345:\nextra:x:3456:app\n")
    return layer.dir("home/app", uid=1234, gid=2345)


def busybox(form):
    return Image([Blob(busybox_layer().tar())], {"Env": [PATH], "Cmd": ["sh"]}, form)


ENTRY = """#!/bin/sh
# Shows how it was called; "exec" as the first argument runs the rest.
if [ "$1" = exec ]; then shift; exec "$@"; fi
echo "arguments: $*"
echo "user: $(id -u):$(id -g) groups: $(id -G)"
echo "directory: $(pwd)"
echo "greeting: $GREETING"
echo "pid: $$"
"""


def app(form):
    """Everything that a layer can hold, in three layers of which each changes what is below."""
    capability = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0)  # cap_net_bind_service=ep
    first = busybox_layer().file("bin/entry", ENTRY, mode=0o755).dir("data")
    first.file("data/keep", "first\n").file("data/gone", "first\n").file("data/changed", "first\n")
    first.dir("data/opaque").file("data/opaque/old", "first\n").dir("data/opaque/sub").file("data/opaque/sub/old")
    first.dir("data/removed").file("data/removed/file")
    first.dir("data/becomes-file").file("data/becomes-file/inside").file("data/becomes-dir", "first\n")
    first.file("data/one", "linked\n").hardlink("data/two", "data/one").hardlink("data/three", "data/one")
    first.file("data/xattr", xattrs={"user.racker": "layer", "security.capability": capability})
    first.file("data/setuid", mode=0o4755).file("data/owned", uid=1234, gid=2345, mode=0o640)
    first.dir("data/sticky", mode=0o1777).dir("data/closed", mode=0o700, uid=1234, gid=2345)
    first.add("data/fifo", b"6").add("data/device", b"3", mode=0o666, device=(1, 3))
    first.file("data/old", mtime=86400).file("data/older", mtime=0)
    first.symlink("data/absolute", "/data/keep").symlink("data/dangling", "../../../../nowhere")
    first.file("data/" + LONG, "long\n").file("data/" + DEEP + "/file", "deep\n")
    first.file("data/" + WORDS, "words\n").symlink("data/to-words", WORDS)
    first.dir("link-target").symlink("link-dir", "link-target")
    second = Layer().whiteout("data/gone").whiteout("data/removed").opaque("data/opaque")
    second.file("data/opaque/new", "second\n").file("data/changed", "second\n", mode=0o600)
    second.whiteout("data/becomes-file").file("data/becomes-file", "second\n")
    second.whiteout("data/becomes-dir").dir("data/becomes-dir").file("data/becomes-dir/inside", "second\n")
    # No entries for the parents; a path through a link of the lower layer; a leading "./" and "/".
    second.file("new/without/parents", "second\n").file("link-dir/through", "second\n")
    second.file("./dotted", "second\n").file("/rooted", "second\n")
    third = Layer().file("data/gone", "third\n").whiteout("new/without/parents").file("data/opaque/third", "third\n")
    return Image([Blob(x.tar()) for x in (first, second, third)], {
        "Entrypoint": ["/bin/entry"], "Cmd": ["from", "image"], "User": "app", "WorkingDir": "/data/work/dir",
        "Env": [PATH, "GREETING=hello world", "EMPTY="], "StopSignal": "SIGUSR1",
        "Labels": {"org.example.test": "yes"}, "ExposedPorts": {"8080/tcp": {}}}, form)


def hello(program, form, compression="gzip", **more):
    layer = Layer().file("hello", program, mode=0o755)
    return Image([Blob(layer.tar(), compression)], {"Env": [PATH], "Cmd": ["/hello"]}, form, **more)


@functools.lru_cache
def tree(name):
    with open(name, "rb") as f:
        return Blob(f.read(), level=1)


def debian(name, form):
    return Image([tree(name)], {"Env": [PATH], "Cmd": ["bash"]}, form)


STACK_ENTRY = """#!/bin/sh
# postgres makes its database when there is none, as the official image does; everything else runs as it is.
set -e
if [ "$1" != postgres ]; then exec "$@"; fi
shift
export PGDATA="${PGDATA:-/var/lib/postgresql/data}" PATH="$(echo /usr/lib/postgresql/*/bin):$PATH"
mkdir -p "$PGDATA"
chown postgres: "$PGDATA"
chmod 700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  pass=${POSTGRES_PASSWORD_FILE:-$(mktemp)}
  if [ -n "$POSTGRES_PASSWORD" ]; then echo "$POSTGRES_PASSWORD" >"$pass"; fi
  install -o postgres -m 600 "$pass" /tmp/pgpass
  setpriv --reuid postgres --regid postgres --init-groups \\
    initdb --no-sync -U postgres --pwfile=/tmp/pgpass --auth=scram-sha-256 >/tmp/initdb.log
  rm /tmp/pgpass
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
fi
exec setpriv --reuid postgres --regid postgres --init-groups postgres -c listen_addresses='*' \\
  -c unix_socket_directories=/tmp "$@"
"""


def stack(name):
    """nginx, python, redis and PostgreSQL of Debian in one image with an entry script."""
    entry = Layer().file("usr/local/bin/stack-entry", STACK_ENTRY, mode=0o755)
    return Image([tree(name), Blob(entry.tar())], {
        "Env": [PATH], "Entrypoint": ["/usr/local/bin/stack-entry"], "Cmd": ["sh"],
        "Volumes": {"/var/lib/postgresql/data": {}},
        "ExposedPorts": {"80/tcp": {}, "5432/tcp": {}, "6379/tcp": {}}}, OCI)


def nasty():
    """Images that must be refused, or that must not reach outside their own tree, by name."""
    def one(layer, **more):
        return Image([Blob(busybox_layer().tar()), Blob(layer.tar(), **more)], {"Env": [PATH], "Cmd": ["sh"]})

    yield "dotdot", one(Layer().file("ok", "x").file("../escaped", "x"))
    yield "dotdot-inside", one(Layer().dir("a").file("a/../../escaped", "x"))
    yield "diffid", one(Layer().file("ok", "x"), diff_id="sha256:" + "0" * 64)
    yield "hardlink-out", one(Layer().hardlink("passwd", "../../../../../../etc/passwd"))
    yield "device-zero", one(Layer().add("zero", b"3", device=(0, 0)))
    yield "xattr-overlay", one(Layer().dir("a", xattrs={"trusted.overlay.redirect": "/etc"}))
    # Docker takes this one: the path is resolved inside the layer, whatever the link says.
    yield "symlink-parent", one(Layer().symlink("out", "/var/tmp/racker-test-outside").file("out/file", "inside\n"))
    data = Layer().file("ok", "x" * 100000)
    blob = Blob(data.tar())
    blob.data = blob.data[:len(blob.data) // 2]
    yield "cut-gzip", Image([blob], {"Cmd": ["sh"]})
    blob = Blob(Layer().file("ok", os.urandom(100000)).tar(), "tar")
    blob.data = blob.data[:5000]
    yield "cut-tar", Image([blob], {"Cmd": ["sh"]})
    blob = Blob(Layer().file("ok", "x").tar())
    blob.data = b"this is not an archive\n"
    yield "not-gzip", Image([blob], {"Cmd": ["sh"]})


def many(count):
    blobs = [Blob(busybox_layer().tar())]
    blobs += [Blob(Layer().file(f"layer-{i}", f"{i}\n").tar()) for i in range(1, count)]
    return Image(blobs, {"Env": [PATH], "Cmd": ["sh"]})


def main(directory, url):
    registry = Registry(url)
    with open(os.path.join(directory, "hello"), "rb") as f:
        program = f.read()
    slim = os.path.join(directory, "debian.tar")
    for form, suffix in ((OCI, ""), (DOCKER, "-docker")):
        arm = hello(program, form, architecture="arm64", variant="v8")
        registry.push(Index([debian(slim, form), arm], form, attestation=form is OCI),
                      "library/debian", "bookworm-slim" + suffix)
        registry.push(hello(program, form), "hello", "latest" if form is OCI else "docker")
        registry.push(busybox(form), "library/busybox", "latest" if form is OCI else "docker")
        registry.push(app(form), "acme/app", "1" if form is OCI else "docker")
    for release in ("bullseye", "bookworm", "trixie"):
        tar = os.path.join(directory, f"debian-systemd-{release}.tar")
        registry.push(debian(tar, DOCKER), "debian-systemd", release)
    registry.push(stack(os.path.join(directory, "stack.tar")), "acme/stack", "1")
    registry.push(debian(os.path.join(directory, "debian-server.tar"), OCI), "debian-server", "bookworm")
    registry.push(hello(program, OCI, "tar"), "hello", "plain")
    registry.push(hello(program, OCI, "zstd"), "hello", "zstd")
    registry.push(hello(program, OCI, architecture="arm64", variant="v8"), "hello", "arm64")
    registry.push(many(127), "layers", "127")
    # For a token service that wants a name and password.
    registry.push(hello(program, OCI), "private/hello", "latest")
    # A name that is not UTF-8, as old archives have it.
    latin = Layer().file(b"caf\xe9".decode("utf-8", "surrogateescape"), "latin1\n")
    registry.push(Image([Blob(busybox_layer().tar()), Blob(latin.tar())], {"Env": [PATH], "Cmd": ["sh"]}),
                  "latin1", "latest")
    for name, image in nasty():
        registry.push(image, "bad/" + name, "latest")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
