from __future__ import annotations

import io
import re
import time
from contextlib import suppress

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from approvals.policy import PolicyError, as_mapping, dump, parse
from approvals.policy.editing import EditError, add_step, apply_form, form_of, move_step, remove_step, set_value
from tests.approvals.policy_values import policies

TEXT = """\
# Who has to agree before it runs in production.
title: "Production release"   # shown everywhere
open_for: 30 days        # request lapses

steps:
  # The model first.
  - key: validation
    title: 模型验证
    description: |
      Is the model sound?
      # not a comment
    role: model_validator
    quorum: 1            # one is enough
    covers:
      - code     # ours
      - model
      - data

  # Then those who pay.
  - key: business
    title: 'Business sign-off'
    role: business_owner
    after: [ validation ]   # not before
    covers: [use_case,   model]
    sla: 3 working days    # agreed in May
    remind: [1 working day before]
    applies_if:
      # big ones only
      cost: {at_least: 10000}   # euro
checks:
  provenance.clean_tree: blocking   # never off
"""
COMMENTS = re.compile(r"(?<![^\s])# (?!not a comment).*")


def comments(text):
    return sorted(COMMENTS.findall(text))


def edited(change, text=TEXT):
    """The text after `change(fields)`, which says what was asked for."""
    fields = form_of(text)
    change(fields)
    after = apply_form(text, fields)
    assert parse(after) == parse(fields)
    return after


def changed_lines(before, after):
    left, right = before.splitlines(), after.splitlines()
    return [line for line in left if line not in right], [line for line in right if line not in left]


# --- the form ---


def test_a_form_that_changes_nothing_leaves_every_byte():
    assert apply_form(TEXT, form_of(TEXT)) == TEXT
    assert apply_form(TEXT.rstrip(), form_of(TEXT)) == TEXT.rstrip()
    assert apply_form(TEXT.replace("\n", "\r\n"), form_of(TEXT)) == TEXT.replace("\n", "\r\n")


def test_what_means_the_same_is_not_written_anew():
    text = TEXT.replace("30 days", "60 days").replace("60 days", "2 weeks")
    assert apply_form(text, form_of(text) | {"open_for": "14 days", "conditional": True}) == text


@pytest.mark.parametrize(
    ("change", "gone", "new"),
    [
        (
            lambda fields: fields.update(title="Release"),
            ['title: "Production release"   # shown everywhere'],
            ['title: "Release"   # shown everywhere'],
        ),
        (lambda fields: fields.update(valid_for="26 weeks"), [], ["valid_for: 182 days"]),
        (lambda fields: fields.pop("open_for"), ["open_for: 30 days        # request lapses"], ["# request lapses"]),
        (
            lambda fields: fields["steps"][0].update(quorum=2),
            ["    quorum: 1            # one is enough"],
            ["    quorum: 2            # one is enough"],
        ),
        (lambda fields: fields["steps"][0]["covers"].append("runtime"), [], ["      - runtime"]),
        (lambda fields: fields["steps"][0]["covers"].remove("code"), ["      - code     # ours"], ["      # ours"]),
        (
            lambda fields: fields["steps"][1]["covers"].append("economics"),
            ["    covers: [use_case,   model]"],
            ["    covers: [use_case,   model, economics]"],
        ),
        (
            lambda fields: fields["steps"][1].update(after=[]),
            ["    after: [ validation ]   # not before"],
            ["    after: []   # not before"],
        ),
        (lambda fields: fields["steps"][1].update(signature="reauth"), [], ["    signature: reauth"]),
        (
            lambda fields: fields["steps"][1].update(escalate={"after": "1 working day", "to": "project_lead"}),
            [],
            ["    escalate: {after: 1 working day, to: project_lead}"],
        ),
        (
            lambda fields: fields["steps"][1]["applies_if"]["cost"].update(at_least=20000),
            ["      cost: {at_least: 10000}   # euro"],
            ["      cost: {at_least: 20000}   # euro"],
        ),
        (lambda fields: fields["steps"][1]["applies_if"].update(risk_tier="high"), [], ["      risk_tier: high"]),
        (
            lambda fields: fields["steps"][1].pop("applies_if"),
            ["    applies_if:", "      # big ones only", "      cost: {at_least: 10000}   # euro"],
            ["    # big ones only", "    # euro"],
        ),
        (
            lambda fields: fields["steps"][0].update(description="Sound?"),
            ["    description: |", "      Is the model sound?", "      # not a comment"],
            ['    description: "Sound?"'],
        ),
        (lambda fields: fields["steps"][1].update(description="One\ntwo"), [], ["    description: |-", "      One", "      two"]),
        (
            lambda fields: fields["checks"].update({"waiver.none": "off"}),
            [],
            ["  waiver.none: off"],
        ),
        (
            lambda fields: fields["steps"][1].update(title="It's ours"),
            ["    title: 'Business sign-off'"],
            ["    title: 'It''s ours'"],
        ),
        (lambda fields: fields.update(break_glass=False), [], ["break_glass: false"]),
        (
            lambda fields: fields.update(
                standard_changes=[{"key": "patch", "title": "Patch", "touches": ["dependencies"], "without": ["business"]}]
            ),
            [],
            ["standard_changes:", "  - key: patch", "    title: Patch", "    touches: [dependencies]", "    without: [business]"],
        ),
    ],
)  # fmt: skip
def test_a_change_in_the_form_changes_its_own_lines_and_keeps_every_comment(change, gone, new):
    after = edited(change)
    assert changed_lines(TEXT, after) == (gone, new)
    assert comments(after) == comments(TEXT)


def test_a_new_key_stands_where_it_usually_does():
    after = edited(lambda fields: fields["steps"][1].update(signature="reauth", calendar="zurich"))
    keys = re.findall(r"^    ([a-z_]+):", after[after.index("business") :], re.MULTILINE)
    assert keys == ["title", "role", "after", "covers", "sla", "calendar", "remind", "applies_if", "signature"]


def test_a_step_that_is_renamed_in_its_place_keeps_its_comments():
    def rename(fields):
        fields["steps"][0]["key"] = "model"
        fields["steps"][1]["after"] = ["model"]

    after = edited(rename)
    assert changed_lines(TEXT, after)[1] == ["  - key: model", "    after: [model]   # not before"]
    assert comments(after) == comments(TEXT)


def test_steps_that_change_places_take_the_comments_above_them_along():
    after = edited(lambda fields: fields["steps"].reverse())
    assert after.index("# Then those who pay.") < after.index("key: business") < after.index("# The model first.")
    assert comments(after) == comments(TEXT)
    assert sorted(after.splitlines()) == sorted(TEXT.splitlines())


def test_a_new_step_is_written_on_lines_of_its_own():
    step = {"key": "law", "title": "Law", "role": "auditor", "covers": ["data"], "description": "a\nb"}
    after = edited(lambda fields: fields["steps"].append(step))
    assert "  - key: law\n    title: Law\n    description: |-\n      a\n      b\n    role: auditor\n" in after
    assert comments(after) == comments(TEXT)


def test_a_policy_on_one_line_is_edited_on_its_line():
    text = (
        "title: T\nsteps: [{key: a, title: A, role: auditor, covers: [code]}, {key: b, title: B, role: auditor, covers: [data]}]"
    )

    def change(fields):
        fields["steps"][0] |= {"sla": "2 working days", "covers": ["code", "model"]}
        fields["steps"][1]["title"] = "B, indeed"
        fields["steps"].append({"key": "c", "title": "C", "role": "operations", "covers": ["runtime"]})
        fields["steps"].reverse()

    after = edited(change, text)
    assert "{key: a, title: A, role: auditor, covers: [code, model], sla: 2 working days}" in after
    assert '{key: b, title: "B, indeed", role: auditor, covers: [data]}' in after
    assert len(after.splitlines()) == 2


def test_fields_that_are_no_policy_are_refused_with_their_path():
    fields = form_of(TEXT)
    fields["steps"][1]["sla"] = "2 days"
    with pytest.raises(PolicyError, match=r"steps\[1\]\.sla: 2 days does not say which time"):
        apply_form(TEXT, fields)
    with pytest.raises(PolicyError):
        apply_form("title: [", form_of(TEXT))


def test_a_layout_that_cannot_be_edited_is_refused_and_not_guessed():
    text = "title: T\nsteps:\n  - # the first\n    {key: a, title: A, role: auditor, covers: [code]}\n"
    with pytest.raises(EditError, match="only a person"):
        add_step(text, {"key": "b", "title": "B", "role": "auditor", "covers": ["code"]})


# --- one thing at a time ---


def test_one_value_is_set_and_taken_away():
    after = set_value(TEXT, ("steps", 1, "sla"), "1 working day")
    assert after == TEXT.replace("3 working days", "1 working day")
    assert set_value(TEXT, ("steps", 1, "calendar"), None) == TEXT
    assert set_value(TEXT, ("open_for",), "30 days") == TEXT
    gone = set_value(TEXT, ("steps", 1, "remind"), None)
    assert gone == TEXT.replace("    remind: [1 working day before]\n", "")
    assert parse(set_value(TEXT, ("checks", "waiver.none"), "off")).checks["waiver.none"] == "off"


@pytest.mark.parametrize("path", [(), ("steps", 9, "sla"), ("steps", "sla"), ("title", "x"), ("nothing", "x")])
def test_a_value_without_a_place_is_refused(path):
    with pytest.raises(EditError):
        set_value(TEXT, path, "x")


def test_steps_are_added_removed_and_moved():
    step = {"key": "law", "title": "Law", "role": "auditor", "covers": ["data"]}
    first = add_step(TEXT, step, 0)
    assert [item.key for item in parse(first).steps] == ["law", "validation", "business"]
    assert [item.key for item in parse(add_step(TEXT, step)).steps] == ["validation", "business", "law"]
    assert [item.key for item in parse(move_step(first, "law", 2)).steps] == ["validation", "business", "law"]
    assert move_step(move_step(first, "law", 2), "law", 0) == first
    assert remove_step(add_step(TEXT, step, 1), "law") == TEXT
    assert move_step(TEXT, "business", 7) == TEXT


def test_a_removed_step_takes_its_own_comments_and_no_others():
    left = remove_step(TEXT, "business")
    own = {"# Then those who pay.", "# not before", "# agreed in May", "# big ones only", "# euro"}
    assert set(comments(TEXT)) - set(comments(left)) == own
    with pytest.raises(EditError):
        remove_step(left, "validation")
    with pytest.raises(EditError):
        remove_step(TEXT, "nobody")


def test_a_text_that_is_no_yaml_is_refused():
    for edit in (lambda text: set_value(text, ("a",), 1), lambda text: add_step(text, {}), lambda text: remove_step(text, "a")):
        with pytest.raises(PolicyError):
            edit("a: [")


# --- for any policy, however it is laid out ---


def laid_out(policy, *, mapping, sequence, offset, flow, noted):
    """The policy as YAML, indented in some way, with a comment at every line that can carry one."""
    yaml = YAML(typ="rt", pure=True)
    yaml.indent(mapping=mapping, sequence=sequence, offset=offset)
    yaml.default_flow_style = flow
    yaml.width = 2**20
    out = io.StringIO()
    yaml.dump(as_mapping(policy), out)
    with suppress(PolicyError):
        parse(out.getvalue())
        return _noted(out.getvalue()) if noted and flow is False else out.getvalue()
    assume(False)  # the writer of YAML leaves `?0` without quotes where it cannot stand so


def _noted(text):
    lines = []
    for at, line in enumerate(text.splitlines()):
        if re.fullmatch(r" *(- )*(key|role|quorum|open_for|after|covers|exclude|sla|checks|hours): ?[^|>'\"]*", line):
            line += f"   # c{at}"
        if re.match(r" *- key: ", line):
            lines.append(f"{line[: line.index('-')]}# c{at} above")
        lines.append(line)
    return "\n".join(lines) + "\n"


layouts = st.builds(
    dict,
    mapping=st.integers(2, 4),
    sequence=st.just(4),
    offset=st.sampled_from((0, 2)),
    flow=st.sampled_from((False, None, True)),
    noted=st.booleans(),
)


@settings(deadline=None, max_examples=40)
@given(policies(), layouts)
def test_unchanged_values_leave_the_bytes_as_they_were(policy, layout):
    text = laid_out(policy, **layout)
    assert parse(text) == policy
    assert apply_form(text, form_of(text)) == text
    assert apply_form(text, as_mapping(policy)) == text


@settings(deadline=None, max_examples=40)
@given(policies(), policies(), layouts)
def test_any_policy_can_be_made_any_other(policy, other, layout):
    assert parse(apply_form(laid_out(policy, **layout), as_mapping(other))) == other


@settings(deadline=None, max_examples=40)
@given(policies(), layouts, st.data())
def test_an_edit_of_a_step_keeps_every_comment_and_every_other_line(policy, layout, data):
    text = laid_out(policy, **layout | {"flow": False, "noted": True})
    fields = as_mapping(policy)
    step = data.draw(st.sampled_from(fields["steps"]))
    step |= {"quorum": data.draw(st.integers(1, 50)), "title": "Other", "covers": sorted({*step["covers"], "model"})}
    step["exclude"] = data.draw(st.sampled_from(([], ["contributors"], ["submitter"])))
    after = apply_form(text, fields)
    assert parse(after) == parse(fields)
    assert re.findall(r"# c\d+.*", after) == re.findall(r"# c\d+.*", text)
    own = ("quorum", "title", "covers", "exclude", "- ", "#")
    gone, _ = changed_lines(text, after)
    assert [line for line in gone if not line.strip().startswith(own)] == []


@settings(deadline=None, max_examples=30)
@given(policies(), st.data())
def test_what_was_added_and_removed_again_leaves_the_text(policy, data):
    text = dump(policy)
    at = data.draw(st.integers(0, len(policy.steps)))
    more = add_step(text, {"key": "zzzzzzzzzzzz", "title": "Z", "role": "auditor", "covers": ["code"]}, at)
    assert [step.key for step in parse(more).steps].index("zzzzzzzzzzzz") == at
    assert remove_step(more, "zzzzzzzzzzzz") == text


def test_a_policy_of_fifty_steps_is_edited_in_reasonable_time():
    steps = [{"key": f"s{at}", "title": "S", "role": "auditor", "covers": ["code"]} for at in range(50)]
    text = dump(parse({"title": "T", "steps": steps}))
    fields = form_of(text)
    for step in fields["steps"]:
        step["sla"] = "2 working days"
    start = time.monotonic()
    apply_form(text, fields)
    assert time.monotonic() - start < 60
