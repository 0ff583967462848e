"""Whoever decides on a version reads what it brings or costs against the approved case."""

from __future__ import annotations

from html import unescape

import pytest

from tests.economics.worths import approve_case, measured, write_case
from tests.statements import statements

pytestmark = pytest.mark.django_db


def page(world, request, part: str = "business") -> str:
    answer = world.client(part).get(f"/requests/{request.public_id}/")
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def test_the_business_owner_reads_what_the_version_costs_a_year(world, push, ask):
    approve_case(world)
    text = page(world, ask(push(metrics=measured("0.64", "0.37"))))

    assert "−40,554 EUR a year against the approved case, because recall fell from 0.7 to 0.64 (−42,926)" in text
    assert "#worth" in text


def test_what_is_not_known_is_told_with_the_reason(world, push, ask):
    approve_case(world)
    text = page(world, ask(push(metrics=measured("0.64", None))))

    assert "is worth against the approved case is not known" in text
    assert "no metric precision" in text


def test_nothing_is_told_where_nothing_was_approved(world, push, ask):
    write_case(world)

    assert "against the approved case" not in page(world, ask(push(metrics=measured("0.64", "0.37"))))


def test_it_costs_the_page_no_statement(world, push, ask):
    request = ask(push(metrics=measured("0.64", "0.37")))
    client, address = world.client("business"), f"/requests/{request.public_id}/"
    write_case(world)
    without = statements(client, address)
    approve_case(world)

    assert statements(client, address) <= without
