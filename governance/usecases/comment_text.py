"""The text of a comment: what is kept of what was typed, and how it is shown.

A little Markdown: paragraphs, lists, quotes, emphasis and code. No HTML, no headings, no pictures, and no link whose words say
something else than where it leads: an address is linked as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import nh3
from django.utils.html import format_html, urlize
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST = 10_000
LONGEST_TITLE = 120
# They turn the order of what follows, which lets a text be shown as something else than it says. Marks of a single letter's
# direction are left: languages that are written from the right need them.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RULES = ["blockquote", "fence", "list", "backticks", "emphasis", "escape", "newline"]
_TAGS = {"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a", "span"}
_ATTRIBUTES = {"a": {"href"}, "span": {"class"}, "pre": {"tabindex"}, "ol": {"start"}}


def cleaned(typed: str) -> str:
    """What is kept: one kind of line end, composed characters, nothing that cannot be seen or turns the order of the rest."""
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))
    text = _TURNING.sub("", text)
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")).strip()


def words_of(text: str) -> list[str]:
    """The text outside of code, piece by piece: where people are mentioned and things are said."""
    return [token.content for token in _inline(_markdown().parse(text)) if token.type == "text"]


def title_of(text: str) -> str:
    """What it begins with, for lists: the first line that says something, without marks of emphasis."""
    lines = (_plain(line) for line in text.split("\n"))
    said = next((line for line in lines if line), "") or " ".join(text.split())
    return said if len(said) <= LONGEST_TITLE else said[: LONGEST_TITLE - 1].rstrip() + "…"


def _plain(line: str) -> str:
    tokens = _inline(_markdown().parse(line))
    return " ".join("".join(token.content for token in tokens if token.type in ("text", "code_inline")).split())


def html_of(text: str, mentioned: Iterable[str] = ()) -> SafeString:
    """The text as a page shows it; `mentioned` are the names behind an @ that somebody bears."""
    names = sorted(set(mentioned), key=len, reverse=True)
    html = _markdown().render(text, {"names": names})
    clean = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel="nofollow noopener noreferrer"
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has just let through nothing but the tags above


@cache
def _markdown() -> MarkdownIt:
    found = MarkdownIt("zero", {"breaks": True, "html": False}).enable(_RULES)
    found.add_render_rule("text", _text)
    found.add_render_rule("fence", _fence)
    return found


def _inline(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield from token.children or ()


def _text(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """Addresses are links, and mentions stand out."""
    content, names = tokens[at].content, env.get("names", ())
    if not names or ("@" not in content and "＠" not in content):
        return urlize(content, nofollow=True, autoescape=True)
    parts = re.split("([@＠](?:" + "|".join(map(re.escape, names)) + "))", content)
    shown = []
    for number, part in enumerate(parts):
        shown.append(
            format_html('<span class="mention">{}</span>', part) if number % 2 else urlize(part, nofollow=True, autoescape=True)
        )
    return "".join(shown)


def _fence(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return format_html('<pre tabindex="0"><code>{}</code></pre>\n', tokens[at].content)
