"""Synthetic volume: marked, consistent with the log, and kept away from what is real."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config import volume
from foundation import sealing, search
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.dictionary.models import Binding
from governance.usecases.models import UseCase


def load(**wanted):
    out = StringIO()
    call_command("load_volume", stdout=out, **wanted)
    return out.getvalue()


@pytest.mark.django_db
def test_what_is_loaded_is_counted_marked_sealed_intact_and_found(monkeypatch):
    monkeypatch.setattr(volume, "BATCH", 4)
    monkeypatch.setattr(volume, "USERS", 3)
    monkeypatch.setattr(volume, "TEAMS", 2)
    load(use_cases=5, columns=9, events=6)
    load(use_cases=2)
    sealing.seal()

    assert UseCase.objects.count() == 7
    assert Binding.objects.count() == 9
    assert all(
        "synthetic" in title and slug.startswith("volume-") for title, slug in UseCase.objects.values_list("title", "slug")
    )
    assert set(AuditEvent.objects.values_list("actor_id", flat=True)) == {"system:synthetic volume"}
    assert list(verify()) == []
    assert search.missing() == 0


@pytest.mark.django_db
def test_a_database_with_real_use_cases_is_refused_unless_forced(world, monkeypatch):
    monkeypatch.setattr(volume, "USERS", 3)
    monkeypatch.setattr(volume, "TEAMS", 2)
    with pytest.raises(CommandError, match="can never be taken out"):
        load(use_cases=1)
    assert UseCase.objects.count() == 1

    load(use_cases=1, force=True)

    assert UseCase.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", [{}, {"use_cases": -1}])
def test_it_has_to_be_said_how_much(wanted):
    with pytest.raises(CommandError):
        load(**wanted)
