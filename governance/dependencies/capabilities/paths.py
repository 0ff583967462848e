"""Names of files in an archive: which are dangerous, how they are told, what they are called in Python. Pure."""

from __future__ import annotations

import re

LONGEST_PATH = 1_000
NATIVE = frozenset({".so", ".pyd", ".dll", ".dylib", ".exe", ".a", ".lib", ".o", ".obj", ".wasm", ".sys", ".ko"})
PYTHON = frozenset({".py", ".pyw"})
TEST_FOLDERS = frozenset({"tests", "test"})

_VERSIONED_SO = re.compile(r"\.so(\.\d+)*$")
_PLATFORM_TAG = re.compile(
    r"\.(cpython-\d+[a-z]*(-[A-Za-z0-9_-]+)?|cp\d+t?-[A-Za-z0-9_]+|abi\d+t?|pypy\d+-\w+(-[\w-]+)?)(?=\.(so|pyd|lib)$)"
)
_BUNDLE_HASH = re.compile(r"-[0-9a-f]{8,64}(?=[.-])")
_SO_VERSION = re.compile(r"(?<=\.so)(\.\d+)+$")
_DIST_INFO = re.compile(r"^[^/]+\.dist-info(?=/)")
_EGG_INFO = re.compile(r"(^|/)[^/]+\.egg-info(?=/)")
_DATA = re.compile(r"^[^/]+-[^/]+\.data(?=/)")
_LIBS = re.compile(r"^[^/]+\.(libs|dylibs)(?=/)")
_DRIVE = re.compile(r"^[A-Za-z]:")
_CONDA_SITE = re.compile(r"^(?:\./)?(?:lib/python[0-9.]+t?/|Lib/)?site-packages/(?=.)")
_CONDA_INFO = re.compile(r"^(?:\./)?info/(?=.)")


def suffix_of(path: str) -> str:
    """The ending of the file's name, in lower case and with its dot."""
    name = path.rpartition("/")[2]
    at = name.rfind(".")
    return name[at:].lower() if at > 0 else ""


def printable(name: str) -> str:
    """A text that can be shown and stored: no control character, no half of a surrogate pair, not too long."""
    if name.isprintable() and len(name) <= LONGEST_PATH:
        return name
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    text = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    return text if len(text) <= LONGEST_PATH else text[: LONGEST_PATH - 1] + "…"


def leaves_the_archive(name: str) -> bool:
    """Whether unpacking it could write outside the folder that it is unpacked into."""
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or bool(_DRIVE.match(name)) or "\0" in name


def is_native(path: str) -> bool:
    return suffix_of(path) in NATIVE or (".so." in path and bool(_VERSIONED_SO.search(path)))


def is_built(path: str) -> bool:
    """Whether it comes out of a build: it differs between the platforms of one release, and there is no reading it."""
    lowered = path.lower()
    if is_native(path) or lowered.endswith((".pyc", ".pyo", ".pdb", ".exp")):
        return True
    return "/__pycache__/" in f"/{lowered}" or bool(_LIBS.match(path)) or "/.dylibs/" in f"/{lowered}"


def is_metadata(path: str) -> bool:
    """What the build writes about the release. Entry points are no metadata: they are code that is found by others."""
    if path.endswith("/entry_points.txt"):
        return False
    return bool(_DIST_INFO.match(path) or _EGG_INFO.search(path)) or path in ("PKG-INFO", "setup.cfg.generated")


def stable(path: str) -> str:
    """The path as it stands in keys: without version, platform tag, and the digest that a wheel repairer puts into names.

    So `x-1.0.dist-info/entry_points.txt` of one release and of the next are the same, and `_c.cpython-311-darwin.so` is
    the same library as `_c.cp311-win_amd64.pyd`.
    """
    path = _DIST_INFO.sub(".dist-info", path)
    path = _EGG_INFO.sub(r"\1.egg-info", path)
    path = _DATA.sub(".data", path)
    bundled = bool(_LIBS.match(path)) or "/.dylibs/" in f"/{path}"
    path = _LIBS.sub(r".\1", path)
    if bundled:
        path = _BUNDLE_HASH.sub("", path)
    if is_native(path):
        path = _SO_VERSION.sub("", _PLATFORM_TAG.sub("", path))
        path = path[: -len("pyd")] + "so" if path.endswith(".pyd") else path
    return path


def conda_place(name: str) -> str:
    """What a file of a conda package is called in a wheel: so both have the same source digest where they hold the same source."""
    return _CONDA_INFO.sub("conda.dist-info/", _CONDA_SITE.sub("", name, count=1), count=1)


def module_of(path: str) -> str:
    """The dotted name under which it is imported, empty if it is none."""
    if suffix_of(path) not in PYTHON:
        return ""
    parts = path.rpartition(".")[0].split("/")
    if parts[0] in ("src", "lib") and len(parts) > 1:
        parts = parts[1:]
    if len(parts) > 2 and parts[0].endswith(".data") and parts[1] in ("purelib", "platlib"):
        parts = parts[2:]
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def is_test(path: str) -> bool:
    """By where it lies. Whether the package itself imports it is asked elsewhere: then it is no test, whatever it is called."""
    folders, _, name = path.rpartition("/")
    if name == "conftest.py" or name.startswith("test_") or name.endswith(("_test.py", "_tests.py")):
        return True
    return not TEST_FOLDERS.isdisjoint(folders.split("/"))
