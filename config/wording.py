"""Codes of the settings pages in words for people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from approvals.models import Request


def governed_label(subject_type: str) -> str:
    """A type of subject, in the plural: what a policy stands before."""
    labels = {
        "data_use": _("uses of data"),
        "document": _("documents"),
        "policy_version": _("policies"),
        "ruling": _("rulings on packages"),
        "provision_request": _("provisions out of budgets"),
        "economics_snapshot": _("costs and benefits of use cases"),
        "use_case_definition": _("definitions of use cases"),
    }
    return labels.get(subject_type, subject_type.replace("_", " "))


def purpose_label(purpose: str) -> str:
    return str(dict(Request.Purpose.choices).get(purpose, purpose))


def state_label(state: str) -> str:
    """The state of a version of a policy."""
    labels = {"draft": _("Draft"), "in_force": _("In force"), "replaced": _("Replaced"), "withdrawn": _("Withdrawn")}
    return labels[state]
