"""Known flaws in words: how bad, which versions, how old the data is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.dependencies import advisories as engine
from governance.dependencies.advisories import Finding
from governance.dependencies.models import AdvisoryImport, AdvisorySpan
from governance.dependencies.selectors.advisories import DataAge

TONES = {"critical": "bad", "high": "bad", "medium": "warn", "low": "info", "none": "neutral", "": "unknown"}


def severity_label(severity: str) -> str:
    labels = {
        "critical": _("Critical"),
        "high": _("High"),
        "medium": _("Medium"),
        "low": _("Low"),
        "none": _("None"),
    }
    return labels.get(severity) or _("Not told")


def severity_choices() -> list[tuple[str, str]]:
    listed = [(severity, severity_label(severity)) for severity in reversed(engine.SEVERITIES)]
    return [*listed, ("unknown", severity_label(""))]


def severity_told(severity: str) -> dict[str, str]:
    return {"code": severity, "label": severity_label(severity), "tone": TONES.get(severity, "unknown")}


def span_told(span: AdvisorySpan) -> str:
    """Which versions it is about."""
    low, high = engine.written(span.ecosystem, span.low), engine.written(span.ecosystem, span.high)
    if span.low == "?":
        return _("told by commits only") if span.commits else _("versions that cannot be compared here")
    if span.low == span.high:
        return low
    words = [f"≥ {low}"] if span.low else []
    if span.high != engine.HIGHEST:
        words.append(f"{'≤' if span.high_included else '<'} {high}")
    return ", ".join(words) or _("every version")


def finding_told(finding: Finding) -> str:
    """What is known of one pin."""
    if finding.answer == "affected":
        return _("has it")
    whys = {
        "version": _("may have it: no version is pinned, or it cannot be compared"),
        "range": _("may have it: which versions do cannot be compared here"),
        "commit": _("may have it: it is known by commits only"),
    }
    return whys.get(finding.why, finding.why)


def fixed_told(finding: Finding, ecosystem: str) -> str:
    """The versions that mend it, in their order."""
    if finding.fixed:
        return _("fixed in %(versions)s") % {"versions": ", ".join(_ordered(ecosystem, finding.fixed))}
    return _("no fixed version is known")


def _ordered(ecosystem: str, versions: Iterable[str]) -> list[str]:
    """Versions in their order; those that cannot be compared come last."""
    return sorted(versions, key=lambda version: (engine.version_key(ecosystem, version) or engine.HIGHEST, version))


def data_told(found: DataAge) -> dict[str, Any]:
    """How old the data is: `tone` and `icon` beside the words, never instead of them."""
    tones = {"fresh": "ok", "old": "warn", "stale": "bad", "missing": "bad"}
    return {"state": found.state, "tone": tones[found.state], "text": _data_text(found), "snapshot": found.snapshot}


def _data_text(found: DataAge) -> str:
    if found.state == "missing" or found.snapshot is None:
        return _("No known flaws were imported. Whether a package has one is unknown, and unknown is never a pass.")
    records = ngettext("%(count)d record", "%(count)d records", found.snapshot.count) % {"count": found.snapshot.count}
    if found.days is None:
        return _("%(records)s, of which nothing tells how new they are.") % {"records": records}
    if found.age is not None and found.age.total_seconds() < -86_400:
        return _("%(records)s. The newest is from the future, so nothing tells how new they are.") % {"records": records}
    if found.days == 0:
        return _("%(records)s, the newest from the last 24 hours.") % {"records": records}
    days = ngettext("%(count)d day", "%(count)d days", found.days) % {"count": found.days}
    if found.state == "stale":
        return _("%(records)s, the newest %(days)s old. What became known since is missing: import newer ones.") % {
            "records": records,
            "days": days,
        }
    return _("%(records)s, the newest %(days)s old.") % {"records": records, "days": days}


def data_in_words(found: DataAge) -> str:
    """The same in one sentence, for answers that are texts."""
    return _data_text(found)


def state_of(run: AdvisoryImport) -> str:
    """Where an import stands, in one word."""
    if run.finished_at is not None:
        return "done"
    if run.failure or (run.job is not None and run.job.state in ("failed", "cancelled")):
        return "failed"
    return "running" if run.job is not None and run.job.state == "running" else "queued"


def ecosystem_label(ecosystem: str) -> str:
    names = {
        "pypi": "PyPI",
        "npm": "npm",
        "cargo": "crates.io",
        "golang": "Go",
        "maven": "Maven",
        "nuget": "NuGet",
        "gem": "RubyGems",
    }
    return names.get(ecosystem, ecosystem)


def affected_told(found: Mapping[tuple[str, str], Sequence[AdvisorySpan]]) -> list[dict[str, Any]]:
    """Packages with the versions that have a flaw, in words, and those that mend it."""
    return [
        {
            "ecosystem": ecosystem,
            "name": name,
            "versions": list(dict.fromkeys(span_told(span) for span in spans)),
            "fixed": _ordered(ecosystem, {span.fixed for span in spans if span.fixed}),
        }
        for (ecosystem, name), spans in found.items()
    ]
