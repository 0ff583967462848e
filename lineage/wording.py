"""Facts, components and the lineage picture in words for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.drawing import svg
from foundation.templatetags.countersign import STATES, digest_short
from lineage.models import ModelVersion, ProvenanceFact
from lineage.selectors.graph import Graph, Node, layout_of


def component_told(name: str) -> tuple[str, str]:
    """A manifest component's name, and what it consists of."""
    texts = {
        "use_case": (_("Use case"), _("The definition in force: problem, KPIs, limits.")),
        "code": (_("Code"), _("Every file of the commit, less those that other components own.")),
        "model": (_("Model"), _("The artifact, its parameters and its metrics.")),
        "data": (_("Data"), _("The data sets it was made from, with their digests and columns.")),
        "dictionary": (_("Column meanings"), _("What each column it reads means, and how teams deviate.")),
        "dependencies": (_("Dependencies"), _("What the lock files ask for.")),
        "runtime": (_("Runtime"), _("The image and configuration it runs in.")),
        "economics": (_("Cost and benefit"), _("What the money rests on.")),
    }
    return texts.get(name, (name, ""))


def fact_label(key: str) -> str:
    """What a provenance fact is about."""
    if key.startswith("file:"):
        return _("File %(path)s") % {"path": key.removeprefix("file:")}
    texts = {
        "commit": _("Commit"),
        "working_tree": _("Working tree"),
        "repository": _("Repository"),
        "artifact": _("Artifact"),
        "tree": _("Tree of the commit"),
        "files": _("Files"),
    }
    return texts.get(key, key)


def fact_told(fact: ProvenanceFact) -> dict[str, Any]:
    """A fact with how it is known. The log keeps how in English; what can be said in the reader's language is."""
    how = {
        "the commit is in this repository": _("the commit is in this repository"),
        "the same bytes as in the commit": _("the same bytes as in the commit"),
        "the commit has no such file": _("the commit has no such file"),
        "the file in the commit has other bytes": _("the file in the commit has other bytes"),
    }.get(fact.how, fact.how)
    who = {"service": _("said by CI"), "user": _("said by a person"), "system": _("said by the installation")}
    if not how:
        how = _("%(who)s, and nobody has checked it") % {"who": who.get(fact.origin, fact.origin)}
    return {"label": fact_label(fact.key), "value": fact.value, "status": fact.status, "how": how, "at": fact.at}


def facts_summary(facts: Sequence[ProvenanceFact]) -> tuple[str, str]:
    """How far the provenance can be trusted: a notice's level, and a sentence."""
    wrong = sum(1 for fact in facts if fact.status == ProvenanceFact.Status.CONTRADICTED)
    checked = sum(1 for fact in facts if fact.status == ProvenanceFact.Status.VERIFIED)
    said = len(facts) - wrong - checked
    if wrong:
        text = ngettext(
            "%(count)s fact is contradicted by what we found in the repository.",
            "%(count)s facts are contradicted by what we found in the repository.",
            wrong,
        )
        return "bad", text % {"count": wrong}
    if not checked:
        return "warn", _("Nothing here was checked by us: it is what CI said. The mirror has not seen the commit.")
    words = {"checked": checked, "said": said}
    return "ok", _(
        "%(checked)s facts were verified from the repository, %(said)s are as CI said them, none is contradicted."
    ) % words


def node_told(version: ModelVersion, node: Node) -> tuple[str, str]:
    """What a node is, and what stands below its title in the picture."""
    if node.kind == "dataset":
        return _("Data set"), digest_short(node.detail) or _("Data set")
    if node.kind == "lock":
        return _("Lock file"), _("Lock file")
    if node.kind == "commit":
        return _("Commit"), node.detail
    if node.kind == "version":
        return _("Model version"), version.get_kind_display()
    return _("Environment"), str(STATES[node.state].label) if node.state in STATES else node.state


def lineage_picture(version: ModelVersion, graph: Graph) -> dict[str, Any]:
    """The graph as `components/figure.html` takes it: picture, sentence, table."""
    told = {node.key: node_told(version, node) for node in graph.nodes}
    titles = {node.key: node.title for node in graph.nodes}
    texts = {
        node.key: svg.NodeText(
            node.title,
            told[node.key][1],
            STATES[node.state].tone if node.state in STATES else "neutral",
            "" if node.kind == "version" else node.url,
            node.kind == "version",
        )
        for node in graph.nodes
    }
    summary = _summary(version, graph)
    title = _("Where it comes from, and where it is to go")
    return {
        "title": title,
        "summary": summary,
        "svg": svg.graph(layout_of(graph), texts, key="lineage", title=title, description=summary),
        "table": {
            "columns": [{"label": _("From")}, {"label": _("What it is")}, {"label": _("Leads to")}],
            "rows": [
                [
                    titles[node.key],
                    _row(told[node.key]),
                    ", ".join(titles[target] for source, target in graph.edges if source == node.key),
                ]
                for node in graph.nodes
            ],
        },
    }


def _row(told: tuple[str, str]) -> str:
    return told[0] if told[0] == told[1] else f"{told[0]}: {told[1]}"


def _summary(version: ModelVersion, graph: Graph) -> str:
    count = {kind: sum(1 for node in graph.nodes if node.kind == kind) for kind in ("dataset", "lock", "request")}
    words = {
        "version": version.label,
        "commit": version.commit[:10],
        "datasets": ngettext("%(count)s data set", "%(count)s data sets", count["dataset"]) % {"count": count["dataset"]},
        "locks": ngettext("%(count)s lock file", "%(count)s lock files", count["lock"]) % {"count": count["lock"]},
        "requests": ngettext("%(count)s request", "%(count)s requests", count["request"]) % {"count": count["request"]},
    }
    if count["request"]:
        return _("%(version)s was made from %(datasets)s, %(locks)s and commit %(commit)s; %(requests)s to let it run.") % words
    return _("%(version)s was made from %(datasets)s, %(locks)s and commit %(commit)s. Nobody has asked to let it run.") % words
