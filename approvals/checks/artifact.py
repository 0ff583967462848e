"""Is the artifact that is about to ship the one that was registered?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check
from lineage.models import ModelVersion

WITHOUT_ARTIFACT = {ModelVersion.Kind.RULE_BASELINE, ModelVersion.Kind.CONFIGURATION, ModelVersion.Kind.EXTERNAL_SERVICE}


@check("provenance.artifact", gettext_lazy("Is the artifact the one this version was registered with?"), fixed=True)
def artifact(context: Context) -> Iterable[Result]:
    registered, asked = context.model_version.artifact_sha256, context.artifact_sha256
    action = context.at_version(_("See the version"))
    if registered and asked == registered:
        yield Result("provenance.artifact", "pass", _("The artifact is the registered one"), registered)
    elif asked and asked != registered:
        detail = _("Registered: %(registered)s. Asked about: %(asked)s.") % {
            "registered": registered or _("none"),
            "asked": asked,
        }
        yield Result("provenance.artifact", "fail", _("This is another artifact"), detail, context.who_pushed(), action)
    elif registered:
        detail = _("State the digest of what you are about to deploy, with --artifact.")
        yield Result("provenance.artifact", "unknown", _("The artifact was not stated"), detail, context.who_pushed(), action)
    elif context.model_version.kind in WITHOUT_ARTIFACT:
        yield Result("provenance.artifact", "pass", _("This kind of version has no artifact"))
    else:
        detail = _("The version was registered without the digest of an artifact, so nothing says what would be deployed.")
        yield Result("provenance.artifact", "unknown", _("No artifact was registered"), detail, context.who_pushed(), action)
