"""What a package can do, read from its wheel or sdist without unpacking, importing or building it. Pure; the standard library only.

`scan` lists its input/output points, `compare` what is new between two releases, `scan_model` what a model file would
import. A point that is not listed is no proof that there is none: there is no data flow here, and compiled code is not
read. What could not be read is a point itself (`unanalysed`).

Imports are relative, so that the command-line client carries these modules as they are.
"""

from .comparing import Comparison, Pair, carries_over, compare
from .excerpts import excerpt, excerpts
from .facts import FORMAT, comparison_facts, from_facts, point_facts, to_facts
from .model import SCANNER, FileFact, Limits, Native, Point, Scan
from .scanning import scan, scan_model
from .wording import CAPABILITIES, CONFIDENCES, ORDER, UNANALYSED, WHENS, unanalysed_told

__all__ = [
    "CAPABILITIES",
    "CONFIDENCES",
    "FORMAT",
    "ORDER",
    "SCANNER",
    "UNANALYSED",
    "WHENS",
    "Comparison",
    "FileFact",
    "Limits",
    "Native",
    "Pair",
    "Point",
    "Scan",
    "carries_over",
    "compare",
    "comparison_facts",
    "excerpt",
    "excerpts",
    "from_facts",
    "point_facts",
    "scan",
    "scan_model",
    "to_facts",
    "unanalysed_told",
]
