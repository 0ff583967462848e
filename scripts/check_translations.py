"""Fail when a text of the product has no translation, is fuzzy, or a compiled catalogue is out of date.

GNU gettext extracts them for `scripts/translate`; whether one is missing is found without it, as it is not on every machine.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import cast

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
FOLDERS = ("foundation", "governance", "lineage", "approvals", "reports", "config", "templates", "static")
MARKERS = re.compile(r"_|n?p?gettext(?:_lazy|_noop)?")
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(?:_|n?p?gettext)\({LITERAL}(?:, {LITERAL})*(?:, ?count)?\)", re.DOTALL)


def main() -> int:
    problems = [problem for catalogue in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")) for problem in problems_of(catalogue)]
    if not list(LOCALE.glob("*/LC_MESSAGES/django.po")):
        problems.append("locale/: there is no catalogue")
    problems += missing_texts()
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


def missing_texts(root: Path = ROOT) -> list[str]:
    """Texts in the code and templates below `root` that the catalogue does not have, by the file they stand in."""
    have = {key(entry) for entry in read((LOCALE / "zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8"))}
    return [
        f"{path.relative_to(root)}: no entry in locale/zh_Hans for: {text[:80]!r}; run scripts/translate"
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in (".py", ".html", ".txt")
        for text in sorted(texts_of(path) - have)
    ]


def texts_of(path: Path) -> set[str]:
    """What GNU gettext would extract, without it: calls in Python, and in a template the calls that Django makes of its tags."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return {found for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and (found := marked(node))}
    calls = CALL.findall(templatize(source))
    return {found for call in calls if (found := marked(cast("ast.Call", ast.parse(call, mode="eval").body)))}


def marked(call: ast.Call) -> str:
    """The text that a call marks for translation, with its context as `key` has it; nothing for any other call."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if not MARKERS.fullmatch(name):
        return ""
    said = [item.value if isinstance(item, ast.Constant) and isinstance(item.value, str) else "" for item in call.args]
    if "pgettext" in name:
        return f"{said[0]}\x04{said[1]}" if said[1:] and said[1] else ""
    return said[0] if said else ""


if __name__ == "__main__":
    sys.exit(main())
