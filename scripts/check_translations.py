"""Fail when a text of the product has no translation, is fuzzy, or a compiled catalogue is out of date.

Texts are found with GNU gettext where it is installed (the way they were extracted); without it only the catalogues
that are committed are checked, and this says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
FOLDERS = ("foundation", "governance", "lineage", "approvals", "reports", "config", "templates", "static")


def main() -> int:
    problems = [problem for catalogue in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")) for problem in problems_of(catalogue)]
    if not list(LOCALE.glob("*/LC_MESSAGES/django.po")):
        problems.append("locale/: there is no catalogue")
    if shutil.which("xgettext") and shutil.which("msgmerge"):
        problems += missing_texts()
    else:
        print("GNU gettext is not installed: whether new texts lack a translation was not checked.")  # noqa: T201 - a script
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201 - a script
    return 1 if problems else 0


def problems_of(catalogue: Path) -> list[str]:
    """Untranslated and fuzzy entries of a catalogue, and whether its .mo says the same."""
    name = catalogue.relative_to(ROOT)
    entries = read(catalogue.read_text(encoding="utf-8"))
    found = [f"{name}: fuzzy: {entry['msgid'][:80]}" for entry in entries if entry["fuzzy"]]
    found += [f"{name}: not translated: {entry['msgid'][:80]}" for entry in entries if entry["msgid"] and not all(entry["texts"])]
    found += [f"{name}: placeholders differ: {entry['msgid'][:80]}" for entry in entries if not same_placeholders(entry)]
    compiled = catalogue.with_suffix(".mo")
    if not compiled.exists() or catalogued(compiled) != {
        key(entry): tuple(entry["texts"]) for entry in entries if entry["msgid"]
    }:
        found.append(f"{compiled.relative_to(ROOT)}: out of date; run scripts/translate")
    return found


def read(text: str) -> list[dict[str, object]]:
    """The entries of a .po file, obsolete ones left out."""
    entries = []
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        if not any(line.startswith("msgid") for line in lines):
            continue
        fields: dict[str, str] = {}
        current = ""
        for line in lines:
            match = re.match(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) "(.*)"$', line)
            if match:
                current = match[1]
                fields[current] = unescape(match[2])
            elif line.startswith('"') and current:
                fields[current] += unescape(line[1:-1])
        entries.append(
            {
                "context": fields.get("msgctxt", ""),
                "msgid": fields.get("msgid", ""),
                "plural": fields.get("msgid_plural", ""),
                "texts": [value for name, value in sorted(fields.items()) if name.startswith("msgstr")],
                "fuzzy": any(line.startswith("#,") and "fuzzy" in line for line in lines) and bool(fields.get("msgid")),
            }
        )
    return entries


def unescape(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", text))


def same_placeholders(entry: dict[str, object]) -> bool:
    wanted = placeholders(f"{entry['msgid']} {entry['plural']}")
    texts = [str(text) for text in entry["texts"] if text]  # type: ignore[union-attr] # a list of texts
    return not entry["msgid"] or all(
        placeholders(text) <= wanted and (entry["plural"] or placeholders(text) == wanted) for text in texts
    )


def key(entry: dict[str, object]) -> str:
    return f"{entry['context']}\x04{entry['msgid']}" if entry["context"] else str(entry["msgid"])


def catalogued(compiled: Path) -> dict[str, tuple[str, ...]]:
    """The entries of a .mo file, by context and message."""
    import struct

    data = compiled.read_bytes()
    _magic, _version, count, originals, translations = struct.unpack("<5I", data[:20])
    found = {}
    for index in range(count):
        length, start = struct.unpack("<2I", data[originals + 8 * index : originals + 8 * index + 8])
        original = data[start : start + length].decode().split("\x00")[0]
        length, start = struct.unpack("<2I", data[translations + 8 * index : translations + 8 * index + 8])
        if original:
            found[original] = tuple(data[start : start + length].decode().split("\x00"))
    return found


def missing_texts() -> list[str]:
    """Texts in the code and templates that the catalogue does not have, extracted anew into a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.ttf", "*.woff2"))
        (copy / "locale").mkdir()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-location", "-v", "0"],
            cwd=copy,
            env={**environment, "DJANGO_SETTINGS_MODULE": ""},
            check=True,
            capture_output=True,
        )
        wanted = {
            key(entry)
            for entry in read((copy / "locale/zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8"))
            if entry["msgid"]
        }
    have = {key(entry) for entry in read((LOCALE / "zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8"))}
    return [f"locale/zh_Hans: no entry for: {text[:80]!r}; run scripts/translate" for text in sorted(wanted - have)]


if __name__ == "__main__":
    sys.exit(main())
