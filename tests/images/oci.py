"""oci: makes images and pushes them to a registry on loopback: layers, config, manifest, index, each in
OCI's or in Docker's (schema 2) form. Nothing here checks what it is given: wrong images are made with it too.
"""
import gzip
import hashlib
import io
import json
import subprocess
import tarfile
import urllib.error
import urllib.request

OCI = {
    "manifest": "application/vnd.oci.image.manifest.v1+json",
    "index": "application/vnd.oci.image.index.v1+json",
    "config": "application/vnd.oci.image.config.v1+json",
    "tar": "application/vnd.oci.image.layer.v1.tar",
    "gzip": "application/vnd.oci.image.layer.v1.tar+gzip",
    "zstd": "application/vnd.oci.image.layer.v1.tar+zstd",
}
DOCKER = {
    "manifest": "application/vnd.docker.distribution.manifest.v2+json",
    "index": "application/vnd.docker.distribution.manifest.list.v2+json",
    "config": "application/vnd.docker.container.image.v1+json",
    "tar": "application/vnd.docker.image.rootfs.diff.tar",
    "gzip": "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "zstd": "application/vnd.docker.image.rootfs.diff.tar.zstd",
}
MTIME = 1700000000


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layer:
    """A tar, written entry by entry in the order of the calls."""

    def __init__(self):
        self._buffer = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._buffer, mode="w", format=tarfile.PAX_FORMAT,
                                 encoding="utf-8", errors="surrogateescape")

    def add(self, name, kind, content=b"", mode=0o644, uid=0, gid=0, link="", xattrs=(), mtime=MTIME,
            device=(0, 0)):
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.uid, info.gid, info.mtime = kind, mode, uid, gid, mtime
        info.linkname, info.size = link, len(content)
        info.devmajor, info.devminor = device
        info.pax_headers = {"SCHILY.xattr." + k: v.decode("latin-1") if isinstance(v, bytes) else v
                            for k, v in dict(xattrs).items()}
        self._tar.addfile(info, io.BytesIO(content))
        return self

    def file(self, name, content=b"", **more):
        if isinstance(content, str):
            content = content.encode()
        return self.add(name, tarfile.REGTYPE, content, **more)

    def dir(self, name, mode=0o755, **more):
        return self.add(name, tarfile.DIRTYPE, mode=mode, **more)

    def symlink(self, name, target, **more):
        return self.add(name, tarfile.SYMTYPE, mode=0o777, link=target, **more)

    def hardlink(self, name, target, **more):
        return self.add(name, tarfile.LNKTYPE, link=target, **more)

    def whiteout(self, name):
        head, _, tail = name.rpartition("/")
        return self.file((head + "/" if head else "") + ".wh." + tail)

    def opaque(self, directory):
        return self.file(directory + "/.wh..wh..opq")

    def tar(self):
        self._tar.close()
        return self._buffer.getvalue()


class Blob:
    """A layer as it goes over the wire: its bytes, and the digest of the tar inside."""

    def __init__(self, tar, compression="gzip", diff_id=None, level=6):
        self.compression = compression
        self.diff_id = diff_id or digest(tar)
        if compression == "gzip":
            self.data = gzip.compress(tar, level, mtime=0)
        elif compression == "zstd":
            self.data = subprocess.run(["zstd", "-q", "-c"], input=tar, stdout=subprocess.PIPE, check=True).stdout
        else:
            self.data = tar


class Image:
    """A manifest with its config and layers. `config` is the inner `config` object."""

    def __init__(self, layers, config, form=OCI, architecture="amd64", variant=None, os="linux"):
        self.form, self.layers = form, layers
        self.platform = {"architecture": architecture, "os": os}
        if variant:
            self.platform["variant"] = variant
        self.config = json.dumps(dict(
            self.platform, created="2023-11-14T22:13:20Z", config=config,
            rootfs={"type": "layers", "diff_ids": [b.diff_id for b in layers]},
            history=[{"created": "2023-11-14T22:13:20Z", "created_by": f"layer {i}"}
                     for i, _ in enumerate(layers)])).encode()
        self.manifest = json.dumps({
            "schemaVersion": 2,
            "mediaType": form["manifest"],
            "config": {"mediaType": form["config"], "size": len(self.config), "digest": digest(self.config)},
            "layers": [{"mediaType": form[b.compression], "size": len(b.data), "digest": digest(b.data)}
                       for b in layers]}).encode()
        self.media_type = form["manifest"]

    def blobs(self):
        return [self.config] + [b.data for b in self.layers]

    def manifests(self):
        return []


class Index:
    """An OCI index or Docker manifest list; with `attestation`, the entry of no platform that buildx adds."""

    def __init__(self, images, form=OCI, attestation=False):
        self.images = list(images)
        self.media_type = form["index"]
        entries = [{"mediaType": i.media_type, "size": len(i.manifest), "digest": digest(i.manifest),
                    "platform": i.platform} for i in self.images]
        if attestation:
            extra = Image([], {}, form, "unknown", os="unknown")
            self.images.append(extra)
            entries.append({"mediaType": extra.media_type, "size": len(extra.manifest),
                            "digest": digest(extra.manifest), "platform": extra.platform,
                            "annotations": {"vnd.docker.reference.type": "attestation-manifest"}})
        self.manifest = json.dumps({"schemaVersion": 2, "mediaType": self.media_type,
                                    "manifests": entries}).encode()

    def blobs(self):
        return [b for i in self.images for b in i.blobs()]

    def manifests(self):
        return self.images


class Registry:
    def __init__(self, url):
        self.url = url

    def _request(self, method, url, data=None, **headers):
        request = urllib.request.Request(url if "://" in url else self.url + url, data=data, method=method,
                                         headers={k.replace("_", "-"): v for k, v in headers.items()})
        return urllib.request.urlopen(request)

    def _push_blob(self, repository, data):
        try:
            self._request("HEAD", f"/v2/{repository}/blobs/{digest(data)}").close()
            return
        except urllib.error.HTTPError:
            pass
        with self._request("POST", f"/v2/{repository}/blobs/uploads/") as answer:
            location = answer.headers["Location"]
        location += ("&" if "?" in location else "?") + "digest=" + digest(data)
        self._request("PUT", location, data, Content_Type="application/octet-stream").close()

    def push(self, image, repository, *tags):
        for data in image.blobs():
            self._push_blob(repository, data)
        for part in image.manifests():
            self._request("PUT", f"/v2/{repository}/manifests/{digest(part.manifest)}", part.manifest,
                          Content_Type=part.media_type).close()
        for tag in tags:
            self._request("PUT", f"/v2/{repository}/manifests/{tag}", image.manifest,
                          Content_Type=image.media_type).close()
