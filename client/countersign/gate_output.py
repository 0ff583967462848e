"""How a gate's answer is shown: a table for people, Markdown for a job's summary, JUnit for a merge request."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from typing import Any

from countersign import exits
from countersign.output import plain, say

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~<>&-])")


def tell(evaluation: dict[str, Any], code: int) -> None:
    """Every check with its state and title and, unless it passed, why, who must act and where."""
    subject = evaluation["subject"]
    version = f"{subject.get('name')}@{subject.get('version')}"
    say(f"{evaluation['gate']}: {evaluation['decision'].upper()} for {version}. {evaluation.get('summary', '')}")
    for check in evaluation["checks"]:
        aside = "" if check.get("blocking", True) else " (does not block)"
        say(f"  {check.get('status', '?')!s:<8} {check.get('title') or check.get('code')}{aside}")
        if check.get("status") == "pass":
            continue
        for label, text in (("", check.get("detail")), ("who: ", actors(check)), ("where: ", link(check))):
            if text:
                say(f"           {label}{text}")
    if evaluation.get("html_url"):
        say(f"  {evaluation['html_url']}")
    if warning(evaluation):
        say(warning(evaluation))
    elif code == exits.PENDING:
        say("Still pending: somebody has to act. Run this again then, or let it wait with --wait.")


def warning(evaluation: dict[str, Any]) -> str:
    """What has to be said when a gate lets something pass that it would not allow; "" otherwise."""
    if evaluation["enforced"] or evaluation["decision"] == "allow":
        return ""
    return f"WARNING: the decision is {evaluation['decision']}, but this gate is in mode {evaluation['mode']} and stops nothing."


def actors(check: dict[str, Any]) -> str:
    """Who must act, as people are called."""
    listed = check.get("actors")
    people = [actor for actor in listed if isinstance(actor, dict)] if isinstance(listed, list) else []
    names = [str(actor.get("display") or actor.get("id") or "") for actor in people]
    if not any(names) and check.get("stuck"):
        return "nobody can: this is stuck and needs an administrator"
    return ", ".join(name for name in names if name)


def link(check: dict[str, Any]) -> str:
    """The address of what to do, if it is one that can be followed."""
    action = check.get("action")
    url = str(action.get("url") or "") if isinstance(action, dict) else ""
    return url if re.fullmatch(r"https?://[^\s<>()\"'`\\|]+", url) else ""


def write_files(evaluation: dict[str, Any], junit: str, summaries: Sequence[str]) -> None:
    """Write what was asked for. A file that cannot be written is said and changes no decision."""
    wanted = [(junit, "wb", junit_xml(evaluation))] if junit else []
    wanted += [(name, "ab", markdown(evaluation).encode("utf-8")) for name in dict.fromkeys(summaries) if name]
    for name, mode, content in wanted:
        try:
            with open(name, mode) as file:
                file.write(content)
        except (OSError, ValueError) as error:
            say(f"WARNING: {name} could not be written: {getattr(error, 'strerror', None) or error}")


def markdown(evaluation: dict[str, Any]) -> str:
    """One section with a table of all checks."""
    subject = evaluation["subject"]
    lines = [
        f"## {_escaped(evaluation['gate'])}: {evaluation['decision']}",
        "",
        f"{_escaped(subject.get('name'))}@{_escaped(subject.get('version'))}. {_escaped(evaluation.get('summary', ''))}",
        "",
        *([f"**{_escaped(warning(evaluation))}**", ""] if warning(evaluation) else []),
        "| state | check | who | |",
        "|---|---|---|---|",
    ]
    for check in evaluation["checks"]:
        title = _escaped(check.get("title") or check.get("code"))
        detail = f"<br>{_escaped(check['detail'])}" if check.get("detail") and check.get("status") != "pass" else ""
        target = f"[open]({link(check)})" if link(check) else ""
        lines.append(f"| {_escaped(check.get('status'))} | {title}{detail} | {_escaped(actors(check))} | {target} |")
    return "\n".join(lines) + "\n\n"


def junit_xml(evaluation: dict[str, Any]) -> bytes:
    """One test case per check: not passed is a failure where it blocks, skipped where nothing is enforced."""
    checks = evaluation["checks"]
    name = f"countersign gate {_xml(evaluation['gate'])}"
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(checks)), errors="0")
    counts = {"failure": 0, "skipped": 0}
    for check in checks:
        code, title = check.get("code", ""), check.get("title") or check.get("code", "")
        case = ElementTree.SubElement(suite, "testcase", classname=_xml(code), name=_xml(title))
        if check.get("status") == "pass":
            continue
        kind = "failure" if check.get("blocking") and evaluation["enforced"] else "skipped"
        counts[kind] += 1
        message = _xml(check.get("detail") or title)
        found = ElementTree.SubElement(case, kind, type=_xml(check.get("status", "")), message=message)
        who = f"who: {actors(check)}\n" if actors(check) else ""
        found.text = _xml(who + link(check))
    suite.set("failures", str(counts["failure"]))
    suite.set("skipped", str(counts["skipped"]))
    text: str = ElementTree.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _escaped(text: Any) -> str:
    """Text in a cell of a Markdown table, as text and nothing else."""
    shown = plain("" if text is None else text)
    return _MARKDOWN.sub(lambda match: html.escape(match[1]) if match[1] in "<>&" else "\\" + match[1], shown)


def _xml(text: Any) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(text))
