"""What is known of the packages of some lock files: who vouches for each and until when, which flaws it has, under which licence.

The answer is the one that gates and pages give, asked as of the instant of the report.
"""

from reports.content.packages.evidence import records, subjects
from reports.content.packages.judged import Judged, judged
from reports.content.packages.telling import answer_cell, blocks, open_points

__all__ = ["Judged", "answer_cell", "blocks", "judged", "open_points", "records", "subjects"]
