"""What a change does to a reader, and what has to be assumed where no reader is known. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from governance.dictionary.compatibility.kinds import KINDS
from governance.dictionary.compatibility.model import Change, Evidence, Reader, Severity, Verdict

# Whom nothing of what could hurt a reader is spared. No data set of an unknown producer is known to need an added element.
STRICTEST_CONSUMER = Reader(id="", side="consumer", typed=True, enumerates=True)
STRICTEST_PRODUCER = Reader(id="", side="producer", typed=True, enumerates=True, required=False)


def severity_for(change: Change, reader: Reader, evidence: Mapping[str, Evidence] | None = None) -> Verdict:
    """What the change does to the reader. `evidence`: what profiles say, by the path of the change.

    A fact about the reader that nobody knows is not taken for harmless: where it decides between breaking and not, the verdict is
    possibly breaking.
    """
    kind = KINDS[change.kind]
    cell = kind.producer if reader.side == "producer" else kind.consumer
    return cell(change, reader, (evidence or {}).get(change.path))


def worst_without_readers(change: Change, evidence: Mapping[str, Evidence] | None = None) -> Verdict:
    """What the change may do to somebody, where nobody is known to fill or read the element.

    That we know no reader proves no compatibility: what would break some reader is possibly breaking, and never called harmless.
    """
    verdicts = [severity_for(change, reader, evidence) for reader in (STRICTEST_CONSUMER, STRICTEST_PRODUCER)]
    worst = max(verdicts, key=lambda verdict: verdict.severity)
    if worst.severity < Severity.POSSIBLY_BREAKING:
        return worst
    return Verdict(Severity.POSSIBLY_BREAKING, "no_reader_known", worst.params)


def may_break_a_consumer(change: Change) -> bool:
    """Whether some consumer may not go on as before. What cannot be determined may."""
    return change.direction == "undetermined" or severity_for(change, STRICTEST_CONSUMER).severity >= Severity.POSSIBLY_BREAKING
