"""Blocks, and who sees which ruling."""

from __future__ import annotations

import pytest

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from governance.dependencies import services
from governance.dependencies.models import Ruling
from governance.dependencies.rulings import accepts
from governance.dependencies.selectors import rulings as selectors
from governance.usecases import services as usecases
from tests.dependencies.test_rulings import DAY, KEY, asked, decided, in_force, kinds, second


def test_security_blocks_alone_and_at_once_without_an_end(world):
    in_force(world)
    row = services.block(actor=world.security, name="Joblib", specifier="<2", reason="It sends data home.")

    assert (row.state(), row.expires_at, row.decided_by) == ("in_force", None, world.security.user)
    assert kinds(row) == ["blocked"]
    live = selectors.live_rulings([KEY], scope=world.use_case.public_id, at=clock.now())
    assert accepts(live, KEY, "1.4.2", ["CVE-1"], at=clock.now()) is None
    assert services.block(actor=world.security, name="joblib", specifier="<2", reason="Again.") == row
    for part in ("scientist", "business", "admin", "stranger"):
        with pytest.raises(NotAllowed, match="Only security blocks"):
            services.block(actor=getattr(world, part), name="joblib", reason="So.")


def test_a_block_is_lifted_by_somebody_else_and_never_by_who_made_it(world):
    row = services.block(actor=world.security, name="joblib", reason="Dangerous.")

    with pytest.raises(NotAllowed, match="You made this block"):
        services.revoke_ruling(actor=world.security, ruling=row, because="Never mind.")
    for part in ("business", "lead", "scientist"):
        with pytest.raises(NotAllowed, match="second security reviewer"):
            services.revoke_ruling(actor=getattr(world, part), ruling=row, because="We need it.")
    local = second(world, "local", "security_reviewer", world.use_case.public_id)
    with pytest.raises(NotAllowed, match="second security reviewer"):
        services.revoke_ruling(actor=local, ruling=row, because="We need it.")
    assert services.revoke_ruling(actor=second(world), ruling=row, because="It was a mistake.").state() == "revoked"


def test_a_block_is_neither_decided_nor_extended(world):
    row = services.block(actor=world.security, name="joblib", reason="Dangerous.")
    with pytest.raises(NotAllowed, match="at once"):
        decided(world, row, "admin")
    with pytest.raises(Conflict, match="not extended"):
        services.extend_ruling(actor=world.security, ruling=row, expires_at=clock.now() + DAY, reason="So.")
    with pytest.raises(Invalid, match="one year ahead"):
        services.block(actor=world.security, name="numpy", reason="So.", expires_at=clock.now() - DAY)


# Who sees them -------------------------------------------------------------------------------------------------------


def test_the_rulings_of_a_use_case_are_seen_by_who_sees_it(world):
    mine, everybodys = asked(world), asked(world, use_case=None)

    assert set(Ruling.objects.visible_to(world.auditor)) == {mine, everybodys}
    assert set(Ruling.objects.visible_to(world.stranger)) == {everybodys}
    other = usecases.open_use_case(actor=world.lead, slug="other", title="Other")
    theirs = asked(world, "lead", use_case=other)
    assert theirs not in Ruling.objects.visible_to(world.security)
