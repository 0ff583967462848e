"""Reviews as edges between releases: what is covered, by what, and the least work that covers the rest. Pure.

`live_edges` leaves what counts at a moment, `Criteria` holds what implies what, `coverage` explains why a release is covered, and
`smallest_work` finds the cheapest reviews that would cover it.
"""

from governance.dependencies.review_graph.backlog import Step, backlog
from governance.dependencies.review_graph.coverage import Coverage, coverage, reached_from_nothing, reaching
from governance.dependencies.review_graph.criteria import SHIPPED, Criteria
from governance.dependencies.review_graph.distances import FileFacts, least_lines
from governance.dependencies.review_graph.live import dead_because, failed_releases, live_edges
from governance.dependencies.review_graph.model import NOTHING, Caveat, Edge, Size
from governance.dependencies.review_graph.work import NewReview, Offer, Work, offer, one_new_review, smallest_work

__all__ = [
    "NOTHING",
    "SHIPPED",
    "Caveat",
    "Coverage",
    "Criteria",
    "Edge",
    "FileFacts",
    "NewReview",
    "Offer",
    "Size",
    "Step",
    "Work",
    "backlog",
    "coverage",
    "dead_because",
    "failed_releases",
    "least_lines",
    "live_edges",
    "offer",
    "one_new_review",
    "reached_from_nothing",
    "reaching",
    "smallest_work",
]
