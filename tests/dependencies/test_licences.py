"""Licence expressions, and what a policy says of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dependencies.licences import (
    ANSWERS,
    Combined,
    Licence,
    NotAnExpression,
    Policy,
    as_spdx,
    judge,
    licences_in,
    read_expression,
)

POLICY = Policy(allowed=frozenset({"MIT", "Apache-2.0", "BSD-3-Clause", "GPL-2.0-or-later WITH Classpath-exception-2.0"}),
                denied=frozenset({"AGPL-3.0-only", "GPL-2.0-or-later"}))  # fmt: skip


def test_and_binds_more_than_or_and_with_more_than_both():
    found = read_expression("MIT OR Apache-2.0 WITH LLVM-exception and (GPL-2.0+ or LicenseRef-ours)")

    assert found == Combined(
        "OR",
        (Licence("MIT"), Combined("AND", (Licence("Apache-2.0", exception="LLVM-exception"),
                                          Combined("OR", (Licence("GPL-2.0", or_later=True), Licence("LicenseRef-ours")))))),
    )  # fmt: skip
    assert str(found) == "MIT OR Apache-2.0 WITH LLVM-exception AND (GPL-2.0+ OR LicenseRef-ours)"


@pytest.mark.parametrize(
    "text", ["", " ", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT Apache-2.0", "MIT WITH", "MIT WITH (", "MIT AND AND MIT", "a/b", "客户",
             "MIT++", "(" * 100 + "MIT" + ")" * 100, "M" * 6000, "()", "LicenseRef-:x"],
)  # fmt: skip
def test_what_is_no_expression(text):
    with pytest.raises(NotAnExpression):
        read_expression(text)


single = st.builds(
    Licence,
    st.sampled_from(["MIT", "Apache-2.0", "LicenseRef-a", "DocumentRef-x:LicenseRef-y"]),
    st.just(False),
    st.sampled_from(["", "LLVM-exception"]),
)
operators = st.sampled_from(["AND", "OR"])
nodes = st.recursive(single, lambda inner: st.builds("({}) {} ({})".format, inner, operators, inner), max_leaves=8)


@given(nodes)
def test_an_expression_that_is_written_again_means_the_same(node):
    found = read_expression(str(node))

    assert read_expression(str(found)) == found
    assert [str(one) for one in licences_in(found)] == [word for word in _words(str(node))]


def _words(text: str) -> list[str]:
    words = text.replace("(", " ").replace(")", " ").replace(" WITH ", "§").split()
    return [word.replace("§", " WITH ") for word in words if word not in ("AND", "OR")]


@pytest.mark.parametrize(
    ("written", "answer", "because"),
    [
        ("MIT", "allowed", ("MIT",)),
        ("mit", "allowed", ("MIT",)),
        ("MIT License", "allowed", ("MIT",)),
        ("MIT OR AGPL-3.0-only", "allowed", ("MIT",)),
        ("MIT AND AGPL-3.0-only", "denied", ("AGPL-3.0-only",)),
        ("MIT AND Zlib", "unknown", ("Zlib",)),
        ("(MIT OR Zlib) AND (Apache-2.0 OR AGPL-3.0-only)", "allowed", ("MIT", "Apache-2.0")),
        ("GPL-2.0+", "denied", ("GPL-2.0-or-later",)),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", "allowed", ("GPL-2.0-or-later WITH Classpath-exception-2.0",)),
        ("GPL-2.0-or-later WITH Other-exception", "denied", ("GPL-2.0-or-later WITH Other-exception",)),
        ("GPL-2.0-only", "unknown", ("GPL-2.0-only",)),
        ("BSD", "unknown", ("BSD",)),
        ("see LICENSE.txt", "unknown", ("see LICENSE.txt",)),
        ("", "unknown", ()),
        ("NOASSERTION", "unknown", ("NOASSERTION",)),
    ],
)
def test_a_policy_takes_the_best_of_a_choice_and_the_worst_of_what_holds_together(written, answer, because):
    found = judge(written, POLICY)

    assert (found.answer, found.because) == (answer, because)


def test_a_licence_cannot_be_allowed_and_denied():
    with pytest.raises(ValueError, match=r"gpl-2\.0"):
        Policy(allowed=frozenset({"GPL-2.0+"}), denied=frozenset({"GPL-2.0-or-later"}))


def test_what_people_write_instead():
    assert as_spdx("Apache License,  Version 2.0") == "Apache-2.0"
    assert as_spdx("GPLv3+") == "GPL-3.0-or-later"
    assert as_spdx("BSD") == as_spdx("Proprietary") == ""


@given(st.text(max_size=60))
def test_whatever_is_written_gets_an_answer_and_only_a_named_licence_is_allowed(text):
    found = judge(text, Policy(allowed=frozenset({"MIT"})))

    assert found.answer in ANSWERS
    assert found.answer != "allowed" or "MIT" in found.because
