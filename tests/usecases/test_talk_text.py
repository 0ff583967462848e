"""The engines of talk: whom a text mentions, whether it reads like a verdict, what is kept of it and how it is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.usecases import mentions
from governance.usecases.comment_text import cleaned, html_of, title_of, words_of
from governance.usecases.verdict_words import reads_like_a_verdict

USERS = {"mei": "mei", "mei.lin": "mei.lin", "o'hara": "ohara", "mei lin": "mei.lin", "李雷": "lilei", "王伟": "wei"}
BEARERS = {name: frozenset({person}) for name, person in USERS.items()}


def meant(text: str) -> mentions.Named:
    return mentions.named(mentions.places_in(words_of(text)), BEARERS)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@mei, look", ["mei"]),
        ("@mei.lin: look", ["mei.lin"]),
        ("ask @Mei Lin about it", ["mei.lin"]),
        ("(@mei)", ["mei"]),
        ("@mei.", ["mei"]),
        ("@李雷请看", ["lilei"]),
        ("＠王伟，@李雷 请看", ["wei", "lilei"]),
        ("@mei @mei @MEI", ["mei"]),
        ("**@mei**", ["mei"]),
    ],
)
def test_a_mention_is_the_longest_name_that_somebody_bears(text, people):
    assert list(meant(text).people) == people


@pytest.mark.parametrize(
    "text", ["mei@example.com", "@meister", "@mei.linda", "`@mei`", "```\n@mei\n```", "a@mei", "@ mei", "@@mei"]
)
def test_what_only_looks_like_a_mention_is_none(text):
    assert not meant(text).people


def test_nobody_and_several_are_told_apart():
    both = {**BEARERS, "wei li": frozenset({"a", "b"})}
    found = mentions.named(mentions.places_in(["@nobody, @Wei Li"]), both)

    assert (dict(found.people), found.unknown, found.shared) == ({}, ("nobody",), ("Wei Li",))


@given(st.text(alphabet="@ab .李_-\n", max_size=60))
def test_who_is_meant_stands_in_the_text_behind_an_at(text):
    found = mentions.named(mentions.places_in([text]), {name: frozenset({name}) for name in ("a", "ab", "a b", "李", "b.a")})
    for name, typed in found.people.items():
        assert typed.casefold() == name
        assert re.search(rf"(?<![\w@.+/-])@{re.escape(typed)}", text)


@pytest.mark.parametrize(
    "text",
    [
        "LGTM", "lgtm!", "Approved.", "I approve", "ok, approved", "Looks good to me", "@mei approved", "Ship it", "+1", "👍",
        "同意", "我同意。", "不同意", "已批准", "没问题，可以上线", "I reject this", "We don't agree.", "> quoted\n\nLGTM",
    ],
)  # fmt: skip
def test_what_reads_like_a_verdict(text):
    assert reads_like_a_verdict(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who approved this?",
        "The last version was approved in May.",
        "是否同意？",
        "这个指标通过了吗",
        "+10 points",
        "Why?",
        "",
        "In months.",
    ],
)
def test_what_asks_or_tells_is_no_verdict(text):
    assert not reads_like_a_verdict(text)


@given(st.text(max_size=300))
def test_whatever_is_typed_is_kept_as_text_and_shown_without_markup_of_its_own(text):
    kept = cleaned(text)
    assert cleaned(kept) == kept
    assert reads_like_a_verdict(kept) in (True, False)
    assert len(title_of(kept)) <= 120
    html = html_of(kept, ["mei"])
    assert set(re.findall(r"</?([a-z]+)", html)) <= {
        "p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a", "span",
    }  # fmt: skip
    assert "javascript:" not in html or "javascript:" in kept
    assert not re.search(r"<[a-z]+[^>]*\son\w+=", html)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[approve](javascript:alert(1))",
        "![x](https://evil.example/x.png)",
        "<a href='https://evil.example'>the form</a>",
        "[the form](https://evil.example)",
        'https://evil.example/"onmouseover="alert(1)',
        "```\n</code></pre><script>alert(1)</script>\n```",
        "`<b>`",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "> " * 300 + "deep",
        "- " * 300 + "deep",
        "*" * 2000,
    ],
)
def test_hostile_text_stays_text(hostile):
    html = html_of(cleaned(hostile))

    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    for href in re.findall(r'href="([^"]*)"', html):
        assert href.startswith(("http://", "https://", "mailto:"))
    assert ">the form</a>" not in html


def test_an_address_is_a_link_that_says_where_it_leads_and_a_mention_stands_out():
    html = html_of("See https://example.org/a?b=1&c=2, @mei and @meister", ["mei"])

    assert '<a href="https://example.org/a?b=1&amp;c=2"' in html
    assert '<span class="mention">@mei</span> and' in html


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Is `signup_date` the **day**?\n\nOr the hour?", "Is signup_date the day?"),
        ("\n\n> quoted\n\nno", "quoted"),
        ("```\nselect 1\n```", "select 1"),
        ("- one\n- two", "one"),
        ("多" * 200, "多" * 119 + "…"),
    ],
)
def test_a_thread_is_called_by_the_line_that_it_begins_with(text, title):
    assert title_of(text) == title
