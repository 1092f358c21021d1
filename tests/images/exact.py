#!/usr/bin/env python3
"""exact REGISTRY DIR: images whose unpacking is hard to get right, each pushed to REGISTRY/exact/NAME and as an OCI
layout in DIR/NAME; those that must be refused as REGISTRY/refused/NAME alone. Prints the names, with the
words that a refusal must have.
"""
import io
import os
import struct
import subprocess
import sys
import tarfile

import oci

EXACT, REFUSED = {}, {}


class Layer(oci.Layer):
    """Any tar format; each entry a second later than the one before; binary attributes stay what they are."""

    def __init__(self, form=tarfile.PAX_FORMAT):
        super().__init__()
        self._tar = tarfile.open(fileobj=self._buffer, mode="w", format=form, encoding="utf-8",
                                 errors="surrogateescape")
        self._mtime = 1000000000

    def add(self, name, kind, content=b"", mode=0o644, uid=0, gid=0, link="", xattrs=(), mtime=None, device=(0, 0)):
        self._mtime += 1
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.uid, info.gid = kind, mode, uid, gid
        info.mtime = self._mtime if mtime is None else mtime
        info.linkname, info.size = link, len(content)
        info.devmajor, info.devminor = device
        info.pax_headers = {"SCHILY.xattr." + k: v.decode("utf-8", "surrogateescape")
                            for k, v in dict(xattrs).items()}
        self._tar.addfile(info, io.BytesIO(content))
        return self


class Raw:
    """A tar made elsewhere."""

    def __init__(self, data):
        self._data = data

    def tar(self):
        return self._data


def f(layer, *names, content=b"x", **more):
    for name in names:
        layer.file(name, content, **more)
    return layer


def base():
    capability = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0)
    return (Layer().dir("./").dir("etc").file("etc/a", "aaa").dir("usr").dir("usr/lib", 0o751, uid=3, gid=4)
            .file("usr/lib/x", "xx", uid=5).symlink("lib", "usr/lib").symlink("abs", "/usr/lib")
            .dir("d", 0o1777).file("d/1").file("d/2").dir("d/sub").file("d/sub/deep")
            .file("cap", b"c" * 100, mode=0o755, xattrs={"security.capability": capability}))


def exact(name, *layers, compression="gzip"):
    EXACT[name] = oci.Image([oci.Blob(l.tar(), compression) for l in layers], {})


def refused(name, words, *layers):
    REFUSED[name] = words, oci.Image([oci.Blob(l.tar()) for l in layers], {})


def metadata():
    exact("base", base())
    exact("modes", Layer().dir("sg", 0o2775, gid=50).file("sg/f").dir("sg/d").file("su", mode=0o4755)
          .file("su2", mode=0o6755, uid=7, gid=8).dir("st", 0o1777).dir("zero", 0).file("zero/f", mode=0)
          .file("all", mode=0o7777, uid=1))
    exact("times", Layer().dir("a", mtime=1).dir("a/b", mtime=2).file("a/b/c", mtime=3)
          .symlink("a/l", "b", mtime=4).file("old", mtime=-5).file("a/b/d", mtime=1.5)
          .dir("a/b/e", mtime=123456789.123456))
    exact("xattr", Layer().file("u", xattrs={"user.foo": b"bar", "user.bin": b"\0\1\xff"})
          .dir("d", xattrs={"user.dir": b"1"}).symlink("l", "u", xattrs={"trusted.x": b"1"})
          .file("t", xattrs={"trusted.foo": b"q"}))
    entries = ((1, 7, 2**32 - 1), (2, 6, 1000), (4, 5, 2**32 - 1), (16, 7, 2**32 - 1), (32, 0, 2**32 - 1))
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries)
    exact("acl", Layer().file("f", mode=0o670, xattrs={"system.posix_acl_access": acl})
          .dir("d", xattrs={"system.posix_acl_default": acl}).file("d/plain", mode=0o600).dir("d/dir", 0o700))
    exact("special", Layer().add("fifo", tarfile.FIFOTYPE, mode=0o622)
          .add("null", tarfile.CHRTYPE, mode=0o666, device=(1, 3))
          .add("block", tarfile.BLKTYPE, mode=0o660, gid=6, device=(8, 300)))
    exact("root-entry", Layer().dir("./", 0o711, uid=1, mtime=5).file("x"), Layer().file("y"))


def names():
    for form, number in (("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT)):
        layer = Layer(number)
        for name in ("nfd-e\u0301x", "nfc-\u00e9x", b"raw-\xff\xfe".decode("utf-8", "surrogateescape"), "\u212b",
                     "l" * 200 + "/" + "m" * 200 + "/" + "n" * 255, "/".join(["c" * 200] * 19) + "/end",
                     "blank and\nline\ttab", "-dash", "\u65e5\u672c"):
            layer.file(name).symlink("L" + name.replace("/", "_")[:80], name)
        exact("names-" + form, layer)
    exact("ustar", Layer(tarfile.USTAR_FORMAT).file("p" * 90 + "/" + "q" * 90).file("z", uid=65534))
    exact("absolute", Layer().dir("/").file("/etc/p").file("./q/./r").file("a/../w").file("//dd//x").dir("/etc", 0o700))


def links():
    exact("hard", Layer().file("a", "data", uid=9, mode=0o640).hardlink("b", "a").hardlink("c", "/a").symlink("s", "a")
          .hardlink("s2", "s").hardlink("dd/x", "a"))
    exact("hard-lower", base(), Layer().hardlink("etc/b", "etc/a").hardlink("new/y", "usr/lib/x")
          .hardlink("through", "lib/x").hardlink("etc/cap", "cap"))
    exact("hard-lower-3", base(), Layer().file("q"),
          Layer().hardlink("etc/b", "etc/a").hardlink("e2", "etc/b").file("usr/lib/new"))
    exact("through-link", base(), f(Layer(), "lib/new").dir("lib/nd", 0o700, uid=1).file("lib/nd/z")
          .file("abs/other").file("lib/x", "new"))
    exact("through-own-link", f(Layer().dir("real").symlink("ln", "real"), "ln/f").dir("x").symlink("x/up", "../real")
          .file("x/up/g").symlink("far", "no/where").file("far/h"))
    exact("link-becomes-dir", Layer().dir("real").symlink("ln", "real").file("ln/f").dir("ln", 0o701).file("ln/g"))
    exact("inside", Layer().symlink("e", "/").file("e/in").symlink("up", "../../../..").file("up/in2"))


def whiteouts():
    exact("whiteout", base(), f(Layer(), ".wh.d", "etc/.wh.a", "etc/.wh.none", "nowhere/.wh.z"))
    exact("whiteout-through-link", base(), f(Layer(), "lib/.wh.x", "abs/k"))
    exact("whiteout-after", base(), f(Layer(), "d/n", ".wh.d", "etc/a", "etc/.wh.a"))
    exact("whiteout-before", base(), f(Layer(), ".wh.d", "d/n", "etc/.wh.a", "etc/a"))
    exact("opaque", base(), f(Layer().dir("d"), "d/.wh..wh..opq", "d/n"))
    exact("opaque-after", base(), f(Layer().dir("d"), "d/n", "d/.wh..wh..opq"))
    exact("opaque-implied", base(), f(Layer(), "d/.wh..wh..opq"))
    exact("opaque-3", base(), f(Layer(), "d/.wh..wh..opq", "d/n"), f(Layer(), "d/m", "d/sub/again"))


def replaced():
    exact("implied", base(), f(Layer(), "usr/lib/new", "d/sub/new2"))
    exact("dir-file-dir", base(), f(Layer(), "d"), Layer().dir("d", 0o711).file("d/n"))
    exact("dir-file-dir-one", base(), Layer().dir("d").file("d/q").file("d").dir("d", 0o711).file("d/n"))
    exact("duplicates", Layer().file("a", "1").file("a", "22", uid=4).dir("b").file("b/c").symlink("b/l", "c")
          .file("b/l", "file").dir("e").dir("e", 0o700, uid=2).file("e/f"))


def three_layers():
    exact("gone-and-back", base(), f(Layer(), ".wh.d", "etc/.wh.a"), Layer().dir("d", 0o700).file("d/new").file("etc/a", "b"))
    exact("file-then-dir", base(), f(Layer(), ".wh.etc"), Layer().file("etc"), Layer().dir("etc").file("etc/b"))
    exact("opaque-then-implied", base(), f(Layer(), "d/.wh..wh..opq"), f(Layer(), "d/sub/deep2"))
    exact("link-replaced-below", base(), Layer().dir("lib", 0o700).file("lib/own"), f(Layer(), "lib/third"))
    exact("implied-bottom", f(Layer(), "a/b/c", "a/d"), f(Layer(), "a/b/e"))


def gnu_tar(*options):
    return Raw(subprocess.run(["tar", "-C", "sparse", "--sparse", "--mtime=@1000", *options, "-cf", "-", "."],
                              stdout=subprocess.PIPE, check=True).stdout)


def streams():
    os.makedirs("sparse", exist_ok=True)
    with open("sparse/holes", "wb") as file:
        for place, data in ((5 << 20, b"mid"), (20 << 20, b"end")):
            file.seek(place)
            file.write(data)
        file.truncate(30 << 20)
    with open("sparse/hole", "wb") as file:
        file.truncate(1 << 20)
    for version in ("0.0", "0.1", "1.0"):
        exact("sparse-" + version, gnu_tar("--format=pax", "--sparse-version=" + version))
    exact("empty", Raw(b"\0" * 1024))
    exact("empty-then", Layer(), Layer().file("a"))
    exact("no-end", Raw(Layer().file("a", b"z" * 512).tar()[:1536]))
    exact("same-layer-twice", Layer().file("a"), Layer().file("b"), Layer().file("a"))
    exact("plain", base(), compression="tar")
    tar = base().tar()
    blob = oci.Blob(tar)
    blob.data = oci.gzip.compress(tar[:700], 1, mtime=0) + oci.gzip.compress(tar[700:], 9, mtime=0)
    EXACT["members"] = oci.Image([blob], {})
    exact("large-owner", Layer().file("u", uid=2**31, gid=2**32 - 2).dir("d", uid=70000, gid=3000000))
    exact("sixty", base(), *[f(Layer(), f"f{i}", f"usr/lib/n{i}") for i in range(60)])


def must_fail():
    refused("dotdot", 'tar entry "../x" escapes the layer', Layer().file("../x"))
    refused("dotdot-inside", 'tar entry "a/../../x" escapes the layer', Layer().file("a/../../x"))
    refused("dotdot-hard-link", '"../../etc/passwd" escapes the layer', Layer().hardlink("w", "../../etc/passwd"))
    refused("whiteout-device", "would be a whiteout", Layer().add("w", tarfile.CHRTYPE))
    refused("overlay-xattr", "overlayfs's own", Layer().file("w", xattrs={"trusted.overlay.opaque": b"y"}))
    refused("user-overlay-xattr", "overlayfs's own", Layer().file("w", xattrs={"user.overlay.opaque": b"y"}))
    refused("hard-link-to-nothing", "is in no layer", Layer().hardlink("w", "none"))
    refused("hard-link-to-itself", "hard link to itself", Layer().hardlink("w", "w"))
    refused("whiteout-of-dot", "a whiteout of nothing", Layer().file("d/.wh.."))
    refused("whiteout-of-nothing", "a whiteout of nothing", Layer().file("d/.wh."))
    refused("below-a-file", "Not a directory", Layer().file("f").file("f/g"))
    refused("link-loop", "too many links", Layer().symlink("a", "b").symlink("b", "a").file("a/x"))
    refused("too-deep", "nested deeper", Layer().file("/".join(["d"] * 300)))
    refused("too-long", "longer than 4096", Layer().file("/".join(["c" * 250] * 17)))
    refused("cut", "Truncated", Raw(Layer().file("a", b"z" * 5000).tar()[:3000]))
    refused("no-tar", "not a tar archive", Raw(b"hello world" * 100))


def write_layout(image, folder):
    os.makedirs(folder + "/blobs/sha256")
    for data in image.blobs() + [image.manifest]:
        with open(f"{folder}/blobs/sha256/{oci.digest(data)[7:]}", "wb") as file:
            file.write(data)
    with open(folder + "/oci-layout", "w") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')
    with open(folder + "/index.json", "w") as file:
        oci.json.dump({"schemaVersion": 2, "manifests": [{
            "mediaType": image.media_type, "digest": oci.digest(image.manifest), "size": len(image.manifest),
            "annotations": {"org.opencontainers.image.ref.name": "x"}}]}, file)


def main():
    registry = oci.Registry("http://" + sys.argv[1])
    os.chdir(sys.argv[2])
    for part in (metadata, names, links, whiteouts, replaced, three_layers, streams, must_fail):
        part()
    for name, image in EXACT.items():
        write_layout(image, name)
        registry.push(image, "exact/" + name, "latest")
        print("exact", name)
    for name, (words, image) in REFUSED.items():
        registry.push(image, "refused/" + name, "latest")
        print("refused", name, words)


main()
