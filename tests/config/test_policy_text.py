"""Writing a version of a policy as text."""

from __future__ import annotations

import re

import pytest

from approvals.models import Policy, PolicyVersion
from tests.config.policy_forms import COMMENTED, NEW, PAGE, TEXT, commented, text_of  # noqa: F401 - fixtures
from tests.conftest import POLICY

pytestmark = pytest.mark.django_db


def test_a_new_version_is_written_as_text(world, commented):
    text = COMMENTED.replace("30 days", "20 days")
    client = world.client("admin")

    checked = client.post(TEXT, {"source": text, "note": "", "newest": 1, "do": "check"})
    assert "What it comes to" in text_of(checked)
    response = client.post(TEXT, {"source": text, "note": "Faster", "newest": 1, "do": "save"}, follow=True)

    assert "Version 2 is a draft." in text_of(response)
    version = PolicyVersion.objects.get(number=2)
    assert (version.text.strip(), version.note) == (text.strip(), "Faster")
    assert "In force is version 1." not in text_of(client.get(PAGE))


@pytest.mark.parametrize("button", ["check", "save"])
def test_a_text_with_mistakes_names_their_lines_and_keeps_the_draft(world, commented, button):
    text = COMMENTED.replace("role: model_validator", "role: wizard")

    response = world.client("admin").post(TEXT, {"source": text, "newest": 1, "do": button})

    assert response.status_code == 400
    assert re.search(r"unknown role .{0,12}wizard", text_of(response))
    assert re.search(r'<th scope="row" class="number">8</th>', response.content.decode())
    assert "role: wizard" in response.content.decode().split("</textarea>")[0].rsplit("<textarea", 1)[1]
    assert PolicyVersion.objects.count() == 1


def test_a_new_policy_is_written_as_text(world):
    data = {"new_key": "release", "source": POLICY, "do": "save"}

    response = world.client("admin").post(f"{NEW}?as=text", data, follow=True)

    assert "The policy stands." in text_of(response)
    assert Policy.objects.filter(key="release").exists()
