"""The pages of dependencies, by concept."""

from governance.dependencies.views.advisories import advisory, advisory_import, advisory_imports, advisory_list
from governance.dependencies.views.artifacts import artifact, artifact_fetch, artifact_scan, artifacts
from governance.dependencies.views.criteria import criterion_list, criterion_retire
from governance.dependencies.views.exports import dependency_set_cyclonedx
from governance.dependencies.views.external import (
    external_part,
    external_service,
    external_service_end,
    external_service_list,
    external_service_replace,
)
from governance.dependencies.views.licences import licence_end, licence_list, licence_take_over
from governance.dependencies.views.packages import package
from governance.dependencies.views.releases import release, release_compare, release_from
from governance.dependencies.views.review_panel import (
    reviews_part,
)
from governance.dependencies.views.review_queue import (
    review_ask,
    review_backlog,
    review_queue,
    review_queue_confirm,
    review_request,
)
from governance.dependencies.views.reviews import (
    review,
    review_confirm,
    review_discard,
    review_prepare,
    review_send_back,
    review_start,
    review_withdraw,
)
from governance.dependencies.views.ruling_bulk import ruling_batch_decide, ruling_bulk, ruling_start
from governance.dependencies.views.rulings import (
    ruling,
    ruling_ask,
    ruling_block,
    ruling_decide,
    ruling_extend,
    ruling_list,
    ruling_recommend,
    ruling_revoke,
    rulings_part,
)
from governance.dependencies.views.sets import (
    crumbs,
    dependencies,
    dependency_set,
    dependency_set_upload,
    tab_content,
)
from governance.dependencies.views.sources import source, source_confirm, source_end, source_list, source_new

__all__ = [
    "advisory",
    "advisory_import",
    "advisory_imports",
    "advisory_list",
    "artifact",
    "artifact_fetch",
    "artifact_scan",
    "artifacts",
    "criterion_list",
    "criterion_retire",
    "crumbs",
    "dependencies",
    "dependency_set",
    "dependency_set_cyclonedx",
    "dependency_set_upload",
    "external_part",
    "external_service",
    "external_service_end",
    "external_service_list",
    "external_service_replace",
    "licence_end",
    "licence_list",
    "licence_take_over",
    "package",
    "release",
    "release_compare",
    "release_from",
    "review",
    "review_ask",
    "review_backlog",
    "review_confirm",
    "review_discard",
    "review_prepare",
    "review_queue",
    "review_queue_confirm",
    "review_request",
    "review_send_back",
    "review_start",
    "review_withdraw",
    "reviews_part",
    "ruling",
    "ruling_ask",
    "ruling_batch_decide",
    "ruling_block",
    "ruling_bulk",
    "ruling_decide",
    "ruling_extend",
    "ruling_list",
    "ruling_recommend",
    "ruling_revoke",
    "ruling_start",
    "rulings_part",
    "source",
    "source_confirm",
    "source_end",
    "source_list",
    "source_new",
    "tab_content",
]
