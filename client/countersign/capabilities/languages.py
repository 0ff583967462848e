"""Files that are code but not Python: what they are called. Pure."""

from __future__ import annotations

from .paths import suffix_of

_LANGUAGES = {
    ".pyx": "cython", ".pxd": "cython", ".pxi": "cython", ".tp": "cython", ".c": "c", ".h": "c", ".cc": "c++", ".cpp": "c++", ".cxx": "c++",
    ".hpp": "c++", ".hh": "c++", ".cu": "cuda", ".cuh": "cuda", ".rs": "rust", ".go": "go", ".f": "fortran", ".f90": "fortran", ".for": "fortran",
    ".java": "java", ".cs": "c#", ".swift": "swift", ".m": "objective-c", ".jl": "julia", ".r": "r", ".scala": "scala", ".kt": "kotlin",
    ".asm": "assembler", ".s": "assembler", ".ts": "typescript", ".tsx": "typescript", ".js": "javascript",
    ".mjs": "javascript", ".cjs": "javascript",
    ".ipynb": "notebook", ".proto": "protobuf", ".cl": "opencl", ".metal": "metal",
}  # fmt: skip
_SCRIPTS = {
    ".sh": "shell", ".bash": "shell", ".zsh": "shell", ".fish": "shell", ".bat": "batch", ".cmd": "batch", ".ps1": "powershell",
    ".psm1": "powershell", ".pl": "perl", ".rb": "ruby", ".lua": "lua", ".php": "php", ".vbs": "vbscript", ".tcl": "tcl", ".awk": "awk",
}  # fmt: skip
_ARCHIVES = (
    ".zip", ".whl", ".egg", ".jar", ".war", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".7z", ".rar", ".conda", ".pyz",
)  # fmt: skip


def language_of(path: str) -> str:
    """The language of a source that is not read here, empty if it is none."""
    return _LANGUAGES.get(suffix_of(path), "")


def script_of(path: str, head: bytes) -> str:
    """What a script that can be started as it lies there is written in, empty if it is none."""
    known = _SCRIPTS.get(suffix_of(path), "")
    if known or head[:2] != b"#!":
        return known
    return head[2:].split(b"\n", 1)[0].strip().decode("utf-8", "replace")[:60] or "script"


def nested_archive(path: str) -> bool:
    return path.lower().endswith(_ARCHIVES)
