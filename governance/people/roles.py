"""The roles that ship. A role says what somebody may be asked for; a grant says for which use case and since when."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

ROLES: dict[str, Any] = {
    "business_owner": _("Business owner"),
    "client_representative": _("Client representative"),
    "budget_holder": _("Budget holder"),
    "project_lead": _("Project lead"),
    "lead_data_scientist": _("Lead data scientist"),
    "data_scientist": _("Data scientist"),
    "data_engineer": _("Data engineer"),
    "ml_engineer": _("ML engineer"),
    "operations": _("Operations"),
    "data_governance": _("Data governance"),
    "security_reviewer": _("Security reviewer"),
    "model_validator": _("Model validator"),
    "end_user": _("End user"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
}

ADMINISTRATOR = "administrator"
PROJECT_LEAD = "project_lead"
BUILDERS = frozenset({"project_lead", "lead_data_scientist", "data_scientist", "data_engineer", "ml_engineer"})
CLIENT = "client_representative"
OUTSIDE = frozenset(
    {CLIENT}
)  # held by people of another company: it opens documents, increments, the definition and its sign-off
READ_ONLY = frozenset({"auditor", "end_user", CLIENT})


# Whom a step of a policy can ask although nobody is granted it, for all of them or, behind a colon, for one.
ASKED_OF_EACH: dict[str, Any] = {
    "each_steward": _("Steward of what changes"),
    "each_reading_team": _("Builder of a team that reads it"),
}


def role_label(role: str) -> str:
    """The role's name in the reader's language, or its key when it is not one that ships."""
    return str(ROLES.get(role) or ASKED_OF_EACH.get(role.partition(":")[0], role))
