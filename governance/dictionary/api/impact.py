"""What changes do to readers, over HTTP: of a proposal, of a draft, of two versions, and of two releases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer, invalid_field
from governance.dictionary import compatibility, wording_impact
from governance.dictionary.api.shared import OfDictionary
from governance.dictionary.elements import Element
from governance.dictionary.models import DataElement, Dictionary, ElementVersion, Release
from governance.dictionary.selectors.impact import Effect, Judged, Weighed, bump_of, effects_of, worst_of
from governance.dictionary.selectors.proposals import Told
from governance.dictionary.selectors.releases import between
from governance.dictionary.services.elements import checked


class ImpactReader(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="team, feature, model_version")
    name = serializers.CharField()
    side = serializers.CharField(help_text="producer: it fills the element; consumer: it reads it")
    place = serializers.CharField(help_text="Data set and column")
    use_case = serializers.CharField()
    environments = serializers.ListField(child=serializers.CharField(), help_text="Where a gate let it in last")
    through = serializers.CharField(help_text="The feature by which it reads the element")
    certain = serializers.BooleanField(help_text="false: it is only likely that it reads the element")
    severity = serializers.CharField()
    reason = serializers.CharField()
    told = serializers.CharField()


class ImpactChange(serializers.Serializer[Any]):
    path = serializers.CharField()
    kind = serializers.CharField()
    direction = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    bump = serializers.CharField()
    told = serializers.CharField()
    severity = serializers.CharField(help_text="The worst of all readers, and of the unknown ones where none is known")
    assumed = serializers.CharField(allow_null=True, help_text="What it may do where nobody is known to fill or to read it")
    readers = ImpactReader(many=True)
    hidden = serializers.IntegerField(help_text="Readers that you may not see; they count for the severity")


class ImpactElement(serializers.Serializer[Any]):
    element = serializers.CharField()
    bump = serializers.CharField(allow_null=True)
    severity = serializers.CharField()
    changes = ImpactChange(many=True)


class ImpactConflict(serializers.Serializer[Any]):
    field = serializers.CharField()
    base = serializers.JSONField(allow_null=True)
    ours = serializers.JSONField(allow_null=True)
    theirs = serializers.JSONField(allow_null=True)


class ImpactProposed(ImpactElement):
    kind = serializers.CharField()
    stale = serializers.BooleanField(help_text="The element means something else by now; see conflicts")
    conflicts = ImpactConflict(many=True)
    meaning_changed = serializers.BooleanField(allow_null=True)


class ImpactOutput(serializers.Serializer[Any]):
    bump = serializers.CharField(allow_null=True)
    severity = serializers.CharField()
    elements = ImpactElement(many=True)


class ProposalImpactOutput(ImpactOutput):
    elements = ImpactProposed(many=True)


class CompatibilityInput(StrictSerializer):
    element = serializers.CharField(max_length=141, required=False, help_text="Key, or dictionary/key")
    before = serializers.CharField(max_length=20, required=False, help_text="Number or version; what is in force unless given")
    after = serializers.CharField(max_length=20, required=False, help_text="Number or version; instead of says")
    says = serializers.DictField(required=False, help_text="A draft that nobody has to keep")
    meaning_changed = serializers.BooleanField(required=False, default=False)
    before_release = serializers.IntegerField(min_value=1, required=False)
    after_release = serializers.IntegerField(min_value=1, required=False)


class CompatibilityCheck(OfDictionary):
    """What changes between two versions of an element, from a version to a draft, or between two releases, and whom it breaks."""

    scopes = {"POST": "read"}

    @extend_schema(operation_id="dictionary_compatibility", request=CompatibilityInput, responses={200: ImpactOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Nothing is written down. Either `element` with `after` or `says`, or `before_release` with `after_release`."""
        dictionary = self.dictionary(slug)
        data = self.read(CompatibilityInput)
        if "element" in data:
            return Response(impact_of([self._of_element(dictionary, data)]))
        if "before_release" not in data or "after_release" not in data:
            raise invalid_field("element", "required", _("Name an element, or two releases."))
        releases = [self._release(dictionary, data[name], name) for name in ("before_release", "after_release")]
        return Response(impact_of(between(releases[0], releases[1], self.actor).effects))

    def _of_element(self, dictionary: Dictionary, data: dict[str, Any]) -> Effect:
        element = self.element_named(data["element"], dictionary)
        if ("says" in data) == ("after" in data):
            raise invalid_field("after", "required", _("Send either after or says."))
        before = self._version(element, data["before"], "before") if "before" in data else element.current_version()
        if "says" in data:
            after: Element = checked({**data["says"], "key": element.key})
        else:
            after = self._version(element, data["after"], "after").value
        changes = compatibility.compare(before.value if before else None, after, meaning_changed=data["meaning_changed"])
        return effects_of([([element], changes)], self.actor)[0]

    def _version(self, element: DataElement, said: str, field: str) -> ElementVersion:
        number = said.isascii() and said.isdigit() and len(said) < 9
        rows = element.versions.select_related("element")
        found: ElementVersion | None = rows.filter(**({"number": int(said)} if number else {"semver": said})).first()
        if found is None:
            raise invalid_field(field, "unknown", _("There is no such version."))
        return found

    def _release(self, dictionary: Dictionary, number: int, field: str) -> Release:
        rows = Release.objects.visible_to(self.actor).select_related("dictionary")
        found = rows.filter(dictionary=dictionary, number=number).first() if number < 2**31 else None
        if found is None:
            raise invalid_field(field, "unknown", _("There is no such release."))
        return found


def impact_of(effects: Sequence[Effect]) -> dict[str, Any]:
    return _whole(effects, [element_of(effect) for effect in effects])


def proposal_impact(told: Sequence[Told]) -> dict[str, Any]:
    return _whole([item.effect for item in told], [proposed_of(item) for item in told])


def proposed_of(item: Told) -> dict[str, Any]:
    return {
        **element_of(item.effect),
        "kind": item.row.kind,
        "stale": item.stale,
        "conflicts": [conflict.as_mapping() for conflict in item.conflicts],
        "meaning_changed": item.row.meaning_changed,
    }


def _whole(effects: Iterable[Effect], elements: list[dict[str, Any]]) -> dict[str, Any]:
    found = list(effects)
    return {"bump": bump_of(found), "severity": worst_of(found).word, "elements": elements}


def element_of(effect: Effect) -> dict[str, Any]:
    return {
        "element": effect.element.path,
        "bump": effect.bump,
        "severity": effect.severity.word,
        "changes": [_change(item) for item in effect.changes],
    }


def _change(item: Weighed) -> dict[str, Any]:
    change = item.change
    return {
        "path": change.path,
        "kind": change.kind,
        "direction": change.direction,
        "before": change.before,
        "after": change.after,
        "bump": change.bump,
        "told": wording_impact.change_told(change),
        "severity": item.worst.severity.word,
        "assumed": wording_impact.reason_told(item.assumed) if item.assumed else None,
        "readers": [_reader(judged) for judged in item.readers],
        "hidden": len(item.hidden),
    }


def _reader(judged: Judged) -> dict[str, Any]:
    known = judged.known
    return {
        "kind": known.kind,
        "name": known.label,
        "side": known.reader.side,
        "place": known.place,
        "use_case": known.use_case,
        "environments": list(known.environments),
        "through": known.through,
        "certain": known.certain,
        "severity": judged.verdict.severity.word,
        "reason": judged.verdict.reason,
        "told": wording_impact.reason_told(judged.verdict),
    }
