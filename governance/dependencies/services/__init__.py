"""Commands of dependencies, by concept."""

from governance.dependencies.services.advisories import (
    confirm_advisory_import,
    import_advisories_now,
    import_advisory_file,
    import_advisory_url,
    refresh_advisories,
)
from governance.dependencies.services.artifacts import keep_artifact, scan_again, too_large
from governance.dependencies.services.criteria import define_criterion, retire_criterion
from governance.dependencies.services.external import (
    add_external,
    end_external,
    replace_external,
)
from governance.dependencies.services.fetching import ask_fetch, fetch_artifact
from governance.dependencies.services.licences import end_licence_rule, rule_licence, take_over_licences
from governance.dependencies.services.packages import package_of, release_of
from governance.dependencies.services.review_confirming import confirm_review, send_back, withdraw_review
from governance.dependencies.services.review_requests import ask_review, close_request
from governance.dependencies.services.reviews import discard_review, prepare_review, save_points, start_review
from governance.dependencies.services.ruling_bulk import Outcome, act_on_many
from governance.dependencies.services.ruling_news import warn_of_ends
from governance.dependencies.services.ruling_start import Batch, decide_batch, exempt_everything
from governance.dependencies.services.rulings import (
    ask_ruling,
    block,
    decide_ruling,
    extend_ruling,
    recommend_ruling,
    revoke_ruling,
)
from governance.dependencies.services.scans import rescan_old
from governance.dependencies.services.sets import RECORDED, Recorded, record_file, record_set
from governance.dependencies.services.sources import add_source, confirm_source, end_source

__all__ = [
    "RECORDED",
    "Batch",
    "Outcome",
    "Recorded",
    "act_on_many",
    "add_external",
    "add_source",
    "ask_fetch",
    "ask_review",
    "ask_ruling",
    "block",
    "close_request",
    "confirm_advisory_import",
    "confirm_review",
    "confirm_source",
    "decide_batch",
    "decide_ruling",
    "define_criterion",
    "discard_review",
    "end_external",
    "end_licence_rule",
    "end_source",
    "exempt_everything",
    "extend_ruling",
    "fetch_artifact",
    "import_advisories_now",
    "import_advisory_file",
    "import_advisory_url",
    "keep_artifact",
    "package_of",
    "prepare_review",
    "recommend_ruling",
    "record_file",
    "record_set",
    "refresh_advisories",
    "release_of",
    "replace_external",
    "rescan_old",
    "retire_criterion",
    "revoke_ruling",
    "rule_licence",
    "save_points",
    "scan_again",
    "send_back",
    "start_review",
    "take_over_licences",
    "too_large",
    "warn_of_ends",
    "withdraw_review",
]
