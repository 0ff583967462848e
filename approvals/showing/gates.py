"""A gate's answer as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from approvals.envelopes import Line
from approvals.wording_envelopes import line_sentence
from foundation import clock

ORDER = {"fail": 0, "unknown": 1, "pending": 2, "pass": 3}


def gate_shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """Checks in the order in which somebody has to look at them, and whose move it is."""
    checks = [_check(item) for item in body["checks"]]
    checks.sort(key=lambda check: (ORDER[check["status"]], not check["blocking"]))
    open_checks = [check for check in checks if check["status"] != "pass"]
    people = {actor["id"]: actor for check in open_checks if check["blocking"] for actor in check["actors"]}
    passed = [check for check in checks if check["status"] == "pass"]
    return {
        "body": body,
        "blocking": [check for check in open_checks if check["blocking"]],
        "advisory": [check for check in open_checks if not check["blocking"]],
        "instead": [check for check in passed if check["code"] in ("approval.envelope", "waiver.break_glass")],
        "passed": [check for check in passed if check["code"] not in ("approval.envelope", "waiver.break_glass")],
        "people": list(people.values()),
    }


def _check(said: Mapping[str, Any]) -> dict[str, Any]:
    """A check as an answer holds it, with times as times, links within this portal, and a proof as lines."""
    check = dict(said)
    if check["action"]:  # an answer holds whole addresses; a page links within itself, whatever it was called at the time
        path = urlsplit(check["action"]["url"])._replace(scheme="", netloc="").geturl()
        check["action"] = {**check["action"], "path": path}
    for name in ("since", "due_at"):
        check[name] = datetime.fromisoformat(check[name]) if check.get(name) else None
    check["late"] = check["status"] != "pass" and check["due_at"] is not None and check["due_at"] <= clock.now()
    lines = [_line(item) for evidence in check["evidence"] for item in evidence.get("lines", ())]
    check["broken"] = [line for line in lines if line["state"] != "pass"]
    check["held"] = [line for line in lines if line["state"] == "pass"]
    if lines and check["status"] == "pass":
        check["detail"] = ""  # the lines say it
    elif check["broken"]:
        check["detail"] = _("So the ordinary approval is needed.")
    return check


def _line(said: Mapping[str, Any]) -> dict[str, Any]:
    line = Line(said["code"], said["about"], said["ok"], said.get("expected", ""), said.get("found", ""))
    return {"text": line_sentence(line), "state": {True: "pass", False: "fail", None: "unknown"}[line.ok]}
