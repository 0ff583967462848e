"""Wheels and sdists made up for a test: name to content, in memory."""

from __future__ import annotations

import io
import tarfile
import zipfile

METADATA = "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n\nName: not this\n"


def wheel(files: dict[str, str | bytes], version: str = "1.0") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(f"thing-{version}.dist-info/METADATA", METADATA.replace("1.0", version))
        archive.writestr(f"thing-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    return out.getvalue()


def sdist(files: dict[str, str | bytes], mode: str = "w:gz", version: str = "1.0") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in {"PKG-INFO": METADATA, **files}.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(f"thing-{version}/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()
