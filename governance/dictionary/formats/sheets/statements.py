"""From the cells of a row to what they state of an element, whatever words a tool or a person uses. Pure.

A statement is a plain value by its path in an element (`domain.minimum`), as `layout.nested` takes it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from governance.dictionary.elements import CARDINALITIES, GRANULARITIES, NULL_POLICIES, SEMANTIC_TYPES
from governance.dictionary.formats.sheets import choices
from governance.dictionary.formats.sheets.layout import BY_FIELD
from governance.dictionary.formats.sheets.types import told_by, validated_as
from governance.usecases.intake.values import says_nothing

_ANSWERS = {
    True: "yes y true t 1 1.0 x required mandatory always primary pk pri unique ✓ ✔ √ ● • ja j wahr oui o vrai sí si not_null "
    "是 有 必填 必须 必选 真",
    False: "no n false f 0 0.0 optional never nein falsch non faux not_required null 否 无 不 非必填 可选 假 ×",
}
_ANSWER = {word: answer for answer, words in _ANSWERS.items() for word in words.split()}
_SENSITIVITIES = {
    "public": "public open unrestricted c1 öffentlich offen publique 公开 一般 1级",
    "internal": "internal internal_use internal_use_only restricted_internal c2 intern interne 内部 内部公开 2级",
    "personal": "personal pii personal_data personally_identifiable c3 personenbezogen personnelle 个人 个人信息 3级",
    "sensitive": "sensitive confidential restricted secret strictly_confidential highly_confidential phi spi c4 vertraulich geheim sensibel "
    "confidentielle sensible 敏感 机密 秘密 保密 绝密 4级",
}
_SENSITIVITY = {word: name for name, words in _SENSITIVITIES.items() for word in words.split()}
_KEY_KINDS = {
    "pk": "is_key", "pri": "is_key", "primary": "is_key", "主键": "is_key", "uk": "unique", "uni": "unique", "unique": "unique",
    "fk": "", "mul": "", "foreign": "", "key": "", "ak": "unique",
}  # fmt: skip
_MULTIPLE_CHOICE = ("radio", "dropdown", "checkbox")  # field types of REDCap whose choices are values
_MEANT = frozenset(
    ("column", "examples", "value", "value_label", "missing", "name", "rest", "table", "key")
)  # `none` is no gap there


@dataclass(slots=True)
class Stated:
    """What a row states. `odd`: fields whose cell was not understood, with the code that says so. `refers`: table and column, as told."""

    flat: dict[str, Any] = field(default_factory=dict)
    odd: list[tuple[str, str]] = field(default_factory=list)
    refers: tuple[str, str] | None = None
    physical_type: str = ""
    role: str = ""


def stated(said: Mapping[str, str], *, own: bool, preset: str = "") -> Stated:
    """What cells say, by field. In our own sheet each word is taken as it is written there; elsewhere `N/A` says nothing."""
    found = Stated()
    cells = dict(said) if own else {name: text for name, text in said.items() if name in _MEANT or not _is_gap(name, text)}
    if preset.startswith("redcap"):
        _as_redcap(cells, found)
    for name, text in cells.items():
        if name == "rest":
            continue
        if own and name in BY_FIELD and (value := BY_FIELD[name].read(text)) is not None and _exact(name, value):
            found.flat[BY_FIELD[name].path] = value
        elif reader := _READERS.get(name):
            reader(found, name, text)
    _types(found, cells, own=own)
    _reference(found, cells, own=own)
    return found


_says_nothing = lru_cache(maxsize=4096)(says_nothing)


def _is_gap(name: str, text: str) -> bool:
    return len(text) < 24 and _says_nothing(text) and not (name == "nullable" and text.casefold() == "null")


def _exact(name: str, value: Any) -> bool:
    words = BY_FIELD[name].words
    return name not in ("table", "table_title", "table_description", "column", "physical_type", "role", "key") and (
        not words or value is True or value in words
    )


# Cells that say one thing ------------------------------------------------------------------------------------------------------


def _text(found: Stated, name: str, text: str) -> None:
    found.flat[BY_FIELD[name].path] = text


def _yes(found: Stated, name: str, text: str) -> None:
    answer = _answer(text)
    if answer is None:
        found.odd.append((name, "word_unknown"))
    elif answer:
        found.flat[BY_FIELD[name].path] = True


def _missing_allowed(found: Stated, name: str, text: str) -> None:
    folded = _folded(text)
    answer = {"not_null": name == "required", "null": name == "nullable"}.get(folded, _answer(text))
    if answer is None:
        found.odd.append((name, "word_unknown"))
        return
    if folded in ("optional", "mandatory", "required", "必填", "可选"):
        never = folded not in ("optional", "可选")
    else:
        never = answer if name == "required" else not answer
    found.flat.setdefault("null_policy", "never" if never else "allowed")


def _word(known: tuple[str, ...]) -> Callable[[Stated, str, str], None]:
    def reader(found: Stated, name: str, text: str) -> None:
        folded = _folded(text)
        if folded in known:
            found.flat[BY_FIELD[name].path] = folded
        else:
            found.odd.append((name, "word_unknown"))

    return reader


def _role(found: Stated, name: str, text: str) -> None:
    if (folded := _folded(text)) in BY_FIELD[name].words:
        found.role = folded
    else:
        found.odd.append((name, "word_unknown"))


def _sensitivity(found: Stated, name: str, text: str) -> None:
    folded = _folded(text)
    if meant := _SENSITIVITY.get(folded) or _SENSITIVITY.get(folded.split("_")[0]):
        found.flat["sensitivity"] = meant
    else:
        found.odd.append((name, "word_unknown"))


def _personal(found: Stated, name: str, text: str) -> None:
    answer = _answer(text)
    if answer:
        found.flat.setdefault("sensitivity", "personal")
    elif answer is None:
        found.odd.append((name, "word_unknown"))


def _count(found: Stated, name: str, text: str) -> None:
    if (count := _whole(text)) is None:
        found.odd.append((name, "word_unknown"))
    else:
        found.flat[BY_FIELD[name].path] = count


def _key_kind(found: Stated, name: str, text: str) -> None:
    words = [word for word in _folded(text.replace(",", " ").replace("/", " ").replace(";", " ")).split("_") if word]
    if not all(word in _KEY_KINDS for word in words):
        found.odd.append((name, "word_unknown"))
    for word in words:
        if path := _KEY_KINDS.get(word):
            found.flat[path] = True


def _values(found: Stated, name: str, text: str) -> None:
    if bounds := choices.read_range(text):
        found.flat.setdefault("domain.minimum", bounds[0])
        found.flat.setdefault("domain.maximum", bounds[1])
    elif (values := choices.read_values(text)) is not None:
        found.flat["domain.values"] = values
    else:
        found.odd.append((name, "choices_unknown"))


def _tokens(found: Stated, name: str, text: str) -> None:
    if (tokens := choices.read_tokens(text)) is None:
        found.odd.append((name, "choices_unknown"))
    else:
        found.flat["null_meanings"] = tokens


def _several(read: Callable[[str], Any]) -> Callable[[Stated, str, str], None]:
    def reader(found: Stated, name: str, text: str) -> None:
        found.flat[BY_FIELD[name].path] = read(text)

    return reader


def _outer_bound(found: Stated, name: str, text: str) -> None:
    """A bound that is itself excluded, where a tool has a column of its own for it."""
    side = "minimum" if name == "exclusive_bound_low" else "maximum"
    answer = _answer(text)
    if _folded(text) in ("true", "false"):
        if answer:
            found.flat[f"domain.exclusive_{side}"] = True
        return
    found.flat[f"domain.{side}"] = text
    found.flat[f"domain.exclusive_{side}"] = True


_READERS: dict[str, Callable[[Stated, str, str], None]] = {
    **dict.fromkeys(("name", "definition", "format", "unit", "timezone", "pattern", "minimum", "maximum", "multiple_of", "formula",
                     "language", "effective_from", "effective_until", "replaces"), _text),
    **dict.fromkeys(("is_key", "unique", "exclusive_minimum", "exclusive_maximum", "reference_required"), _yes),
    **dict.fromkeys(("required", "nullable"), _missing_allowed),
    **dict.fromkeys(("min_length", "max_length", "precision", "scale"), _count),
    "semantic_type": _word(SEMANTIC_TYPES),
    "granularity": _word(GRANULARITIES),
    "null_policy": _word(NULL_POLICIES),
    "cardinality": _word(CARDINALITIES),
    "role": _role,
    "sensitivity": _sensitivity,
    "personal": _personal,
    "key_kind": _key_kind,
    "values": _values,
    "missing": _tokens,
    "exclusive_bound_low": _outer_bound,
    "exclusive_bound_high": _outer_bound,
    "examples": _several(choices.read_list),
    "tags": _several(lambda text: choices.read_list(text, commas=True)),
    "sources": _several(lambda text: choices.read_list(text, commas=True)),
    "aliases": _several(choices.read_names),
}  # fmt: skip


# Cells that belong together ----------------------------------------------------------------------------------------------------


def _types(found: Stated, cells: Mapping[str, str], *, own: bool) -> None:
    """The logical type of what is said of types, and the sizes that `varchar(50)` and a column for lengths say."""
    stored, said = cells.get("physical_type", ""), cells.get("type", "")
    found.physical_type = stored
    if "logical_type" not in found.flat and (word := said or ("" if own else stored)):
        told = told_by(word)
        found.flat["logical_type"] = told.logical
        if not told.known:
            found.odd.append(("type" if said else "physical_type", "type_unknown"))
        for path, value in (("format", told.format), ("domain.max_length", told.max_length), ("domain.precision", told.precision),
                            ("domain.scale", told.scale)):  # fmt: skip
            if value not in ("", None):
                found.flat.setdefault(path, value)
        if said and not stored and told_by(said.casefold()).logical != said.casefold():
            found.physical_type = said
    if "validation" in cells and (checked := validated_as(cells["validation"])) and found.flat.get("logical_type") == "string":
        found.flat["logical_type"] = checked[0]
        if checked[1]:
            found.flat.setdefault("format", checked[1])
    if "length" in cells:
        size, _comma, behind = cells["length"].replace("，", ",").partition(",")
        length, scale = _whole(size), _whole(behind)
        if found.flat.get("logical_type") == "string" and length is not None:
            found.flat.setdefault("domain.max_length", length)
        elif found.flat.get("logical_type") == "number" and length is not None and scale is not None:
            found.flat.setdefault("domain.precision", length)
            found.flat.setdefault("domain.scale", scale)


def _reference(found: Stated, cells: Mapping[str, str], *, own: bool) -> None:
    if own and "references" in cells:
        found.flat["references.element"] = cells["references"]
    elif "fk_table" in cells and _answer(cells.get("is_fk", "yes")) is not False:
        found.refers = (cells["fk_table"], cells.get("fk_column", ""))
    elif "references" in cells and _answer(cells["references"]) is None:
        found.refers = ("", cells["references"])
    elif "references" in cells and _answer(cells["references"]):
        found.odd.append(("references", "word_unknown"))


def _as_redcap(cells: dict[str, str], found: Stated) -> None:
    """Choices are values only where somebody chooses; in a calculated field they are how it is computed."""
    kind = cells.get("type", "").strip().casefold()
    if kind not in _MULTIPLE_CHOICE and "values" in cells:
        text = cells.pop("values")
        if kind == "calc":
            found.flat["formula.expression"] = text
            found.flat["formula.language"] = "redcap"


def _answer(text: str) -> bool | None:
    return _ANSWER.get(_folded(text))


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    return "_".join(unicodedata.normalize("NFKC", text).casefold().replace("-", " ").replace("_", " ").split())[:100]


def _whole(text: str) -> int | None:
    text = text.strip().removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
