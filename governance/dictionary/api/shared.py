"""What the endpoints of the dictionary have in common."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from foundation.api import Endpoint, invalid_field
from governance.dictionary.models import DataElement, Dictionary
from governance.people.models import Team


class DictionaryCursor(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class OfDictionary(Endpoint):
    """What lies under one dictionary."""

    def dictionary(self, slug: str) -> Dictionary:
        return self.one(Dictionary.objects.visible_to(self.actor), slug=slug)

    def element_named(self, path: str, dictionary: Dictionary, field: str = "element") -> DataElement:
        """The element of a key, or of `dictionary/key`. Raises Invalid for one that is not there."""
        slug, _slash, key = path.rpartition("/")
        rows = DataElement.objects.visible_to(self.actor).select_related("dictionary")
        found = rows.filter(dictionary__slug=slug or dictionary.slug, key=key).first()
        if found is None:
            raise invalid_field(field, "unknown", _("There is no such element."))
        return found

    def team_named(self, slug: str) -> Team | None:
        if not slug:
            return None
        found = Team.objects.visible_to(self.actor).filter(slug=slug).first()
        if found is None:
            raise invalid_field("team", "unknown", _("There is no such team."))
        return found
