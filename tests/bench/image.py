"""image.py tar LIST | push URL LAYER...: writes a layer's tar, pushes the image that is measured with."""
import gzip
import hashlib
import os
import sys
import tarfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../images"))
import oci  # noqa: E402  (found by the line above)


def write_tar(listing):
    """Lines `SIZE FOLDER PATH`; the folder is put in front of the path, parents come first."""
    made = set()
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT) as tar, \
            open(listing, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            _, folder, path = line.rstrip("\n").split(" ", 2)
            name = folder + path
            parts = name.split("/")[:-1]
            for i in range(1, len(parts) + 1):
                parent = "/".join(parts[:i])
                if parent not in made:
                    made.add(parent)
                    info = tarfile.TarInfo(parent)
                    info.type, info.mode = tarfile.DIRTYPE, 0o755
                    tar.addfile(info)
            try:
                tar.add(path, name, recursive=False)
            except FileNotFoundError:
                pass  # a file of the running system that went away


class File:
    """A compressed layer on disk, as oci.Blob."""
    compression = "gzip"

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        total = hashlib.sha256()
        with gzip.open(path, "rb") as f:
            while chunk := f.read(1 << 20):
                total.update(chunk)
        self.diff_id = "sha256:" + total.hexdigest()


def main(command, *arguments):
    if command == "tar":
        write_tar(arguments[0])
    else:
        image = oci.Image([File(p) for p in arguments[1:]], {"Cmd": ["/bin/sh"]})
        oci.Registry(arguments[0]).push(image, "bench", "latest")


if __name__ == "__main__":
    main(*sys.argv[1:])
