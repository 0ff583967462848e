"""Compiled code: it cannot be read here, so what it is and what it asks of the system is listed. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from .elf import NotElf, read_elf
from .model import Hit, Native
from .paths import stable

# Functions of the C library, and the few of Python's own interface that run text as code.
SYMBOLS: Mapping[str, str] = {
    **dict.fromkeys(("connect", "getaddrinfo", "gethostbyname", "gethostbyname_r", "sendto", "curl_easy_perform", "SSL_connect"), "net/client"),
    **dict.fromkeys(("bind", "listen", "accept", "accept4"), "net/server"),
    "socket": "net/client",
    **dict.fromkeys(("open", "open64", "openat", "fopen", "fopen64", "freopen", "freopen64", "opendir", "readdir", "readdir64"), "fs/read"),
    **dict.fromkeys(
        ("unlink", "unlinkat", "remove", "rename", "renameat", "mkdir", "rmdir", "truncate", "ftruncate", "chmod", "fchmod", "chown", "symlink",
         "link", "mkstemp", "mkstemp64", "mkdtemp", "tmpfile", "creat"),
        "fs/write",
    ),
    **dict.fromkeys(
        ("fork", "vfork", "execve", "execv", "execvp", "execvpe", "execl", "execlp", "execle", "popen", "system", "posix_spawn", "posix_spawnp",
         "clone"),
        "proc/spawn",
    ),
    **dict.fromkeys(("kill", "ptrace", "setuid", "setgid", "prctl"), "proc/control"),
    **dict.fromkeys(("dlopen", "dlsym", "dlmopen"), "native/ffi"),
    **dict.fromkeys(("getenv", "secure_getenv", "environ", "__environ"), "env/read"),
    **dict.fromkeys(("setenv", "putenv", "unsetenv", "clearenv"), "env/write"),
    **dict.fromkeys(
        ("PyRun_SimpleString", "PyRun_SimpleStringFlags", "PyRun_String", "PyRun_StringFlags", "PyRun_SimpleFileExFlags", "Py_CompileString",
         "Py_CompileStringExFlags", "PyMarshal_ReadObjectFromString"),
        "code/dynamic",
    ),
}  # fmt: skip
_MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")


def format_of(head: bytes) -> str:
    """By the first bytes, empty if it is no compiled code."""
    if head[:4] == b"\x7fELF":
        return "elf"
    if head[:4] in _MACH_O or (head[:4] == b"\xca\xfe\xba\xbe" and 0 < int.from_bytes(head[4:8], "big") < 20):
        return "mach-o"
    if head[:2] == b"MZ":
        return "pe"
    if head[:8] == b"!<arch>\n":
        return "archive"
    return "wasm" if head[:4] == b"\0asm" else ""


def native_found(path: str, data: bytes | None, head: bytes, sha256: str, size: int) -> tuple[Native, list[Hit]]:
    """The library, and a point for it and for each function that it takes from the system. `data` is None if it was too large to keep."""
    kind = format_of(head) or "unknown"
    name = stable(path)
    hits = [Hit("native/code", name.rpartition("/")[2], name, form=sha256[:16], detail=f"{kind}, {size} bytes")]
    if kind == "elf" and data is not None:
        try:
            elf = read_elf(data)
        except NotElf:
            hits.append(Hit("unanalysed", "native_damaged", name, form=sha256[:16], when="import"))
            return Native(path, kind, sha256, size), hits
        for symbol in elf.imports:
            capability = SYMBOLS.get(symbol.partition("@")[0])
            if capability:
                hits.append(Hit(capability, f"C {symbol}", name, confidence="by-name", when="call"))
        return Native(path, kind, sha256, size, elf.machine, elf.needs, elf.imports), hits
    if kind == "archive":
        return Native(path, kind, sha256, size), hits  # what a linker reads; nothing loads it
    reason = "too_large" if kind == "elf" else "native_format"
    hits.append(Hit("unanalysed", reason, name, form=sha256[:16], detail=f"{kind}, {size} bytes", when="import"))
    return Native(path, kind, sha256, size), hits
