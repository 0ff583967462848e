"""Proposals, what they do to readers, and releases. The proposal on the stage is the lead's; data governance, who may change it too, is
not among the callers."""

from __future__ import annotations

from tests.matrix.row import BUILDERS, NOBODY, READ, Row, body, of, tokens

BOOK = of(slug="dictionary")
PROPOSAL = of(slug="dictionary", public_id="proposal")
RELEASE = of(slug="dictionary", number="release")
TWO_RELEASES = of(slug="dictionary", before="release", after="release")
PROPOSER = frozenset({"lead"})
WRITE = tokens(403, 403)
OWN = tokens(403, 200)  # a token of the lead for another use case: a dictionary belongs to none
OWN_NEW = tokens(403, 201)
CITY = {"name": "City", "definition": "Where it is.", "logical_type": "string"}
BEGIN = body(title="Cities", rationale="Nobody knows what they are.")

PROPOSAL_API = [
    Row("api_dictionary_proposals", "GET", args=BOOK, tokens=READ),
    Row("api_dictionary_proposals", "POST", 201, BUILDERS, args=BOOK, data=BEGIN, tokens=OWN_NEW),
    Row("api_dictionary_proposal", "GET", args=PROPOSAL, tokens=READ),
    Row("api_dictionary_impact", "GET", args=PROPOSAL, tokens=READ),
    Row("api_dictionary_changes", "POST", 200, PROPOSER, args=PROPOSAL, data=body(element="city", says=CITY), tokens=OWN),
    Row(
        "api_dictionary_change",
        "DELETE",
        200,
        PROPOSER,
        args=of(slug="dictionary", public_id="proposal", key="proposed_element"),
        tokens=OWN,
    ),
    Row("api_dictionary_rebase", "POST", 200, PROPOSER, args=PROPOSAL, data=body(element="street"), tokens=OWN),
    Row(
        "api_dictionary_split",
        "POST",
        201,
        PROPOSER,
        args=PROPOSAL,
        data=body(title="Streets", elements=["street"]),
        tokens=OWN_NEW,
    ),
    Row("api_dictionary_proposal_withdraw", "POST", 200, PROPOSER, args=PROPOSAL, data=body(reason="No."), tokens=OWN),
    Row(
        "api_dictionary_compatibility",
        "POST",
        args=BOOK,
        data=body(element="customer_id", says={"logical_type": "integer"}),
        tokens=READ,
    ),
    Row("api_dictionary_releases", "GET", args=BOOK, tokens=READ),
    Row("api_dictionary_releases", "POST", 201, NOBODY, args=BOOK, data=body(words="New."), tokens=WRITE),
    Row("api_dictionary_release", "GET", args=RELEASE, tokens=READ),
    Row("api_dictionary_releases_compare", "GET", args=TWO_RELEASES, tokens=READ),
]
PROPOSAL_PAGES = [
    Row("proposals", "GET", args=BOOK),
    Row("proposal_new", "GET", args=BOOK),
    Row("proposal_new", "POST", 302, BUILDERS, args=BOOK, data=BEGIN),
    Row("proposal", "GET", args=PROPOSAL),
    Row("proposal", "POST", 302, PROPOSER, args=PROPOSAL, data=lambda stage, caller: {"ask-comment": "Please."}),
    Row("proposal_command", "POST", 302, PROPOSER, args=PROPOSAL, data=body(command="withdraw", reason="No.")),
    Row("releases", "GET", args=BOOK),
    Row("releases", "POST", 302, NOBODY, args=BOOK, data=body(words="New.")),
    Row("release", "GET", args=RELEASE),
    Row("release_difference", "GET", args=TWO_RELEASES),
]
