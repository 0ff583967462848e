"""Elements whose key, name or alias a column bears, and when that is no proof. Pure.

The rules, and each has its reason:
- `id`, `name`, `status` and the like alone are never exact: every table has one. With the table they may be a whole key.
- A column that bears the last part of a key is that element only in the table which the key names. `shop_id` of another table
  is another one, until somebody says otherwise.
- A name that only repeats the last part of its key proves no more than that part. One that says more (`Date of the first
  purchase`) stands for itself.
- A name or alias that several elements have proves nothing, unless the table tells them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from governance.dictionary.elements import Alias
from governance.dictionary.naming.columns import Sought
from governance.dictionary.naming.fit import fitted
from governance.dictionary.naming.known import Entry
from governance.dictionary.naming.model import How, Proposal
from governance.dictionary.naming.reasons import Reason, reason
from governance.dictionary.naming.terms import normal

TABLE_AND_COLUMN, KEY, NAME, OF_TEAM, OF_ALL, OF_OTHERS = 0.97, 0.95, 0.92, 0.94, 0.86, 0.74


class Names:
    """Keys, names and aliases of many elements in their normal forms."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._keys: dict[str, list[Entry]] = defaultdict(list)
        self._locals: dict[str, list[Entry]] = defaultdict(list)
        self._names: dict[str, list[tuple[Entry, str]]] = defaultdict(list)
        self._aliases: dict[str, list[tuple[Entry, Alias]]] = defaultdict(list)
        for item in entries:
            self._keys[normal(item.known.key.rsplit("/", 1)[-1])].append(item)
            self._locals[item.local].append(item)
            for form, name in {normal(name): name for name in item.known.names}.items():
                if form:
                    self._names[form].append((item, name))
            for alias in item.known.aliases:
                if form := normal(alias.term):
                    self._aliases[form].append((item, alias))

    def certain(self, asked: Sought) -> list[Proposal]:
        """What the column bears the key, name or alias of; each element once, by what proves most."""
        found: dict[str, Proposal] = {}
        for item, how, score, why in (*self._by_key(asked), *self._by_name(asked), *self._by_alias(asked)):
            if item.known.key not in found:
                score, reasons = fitted(asked, item, score)
                found[item.known.key] = Proposal(key=item.known.key, how=how, score=score, reasons=(why, *reasons))
        return list(found.values())

    def bearing(self, asked: Sought) -> int:
        """How many elements have the column's name as the last part of their key, or as a name."""
        return len(
            {item.known.key for form in asked.forms for item in self._locals.get(form, ())}
            | {item.known.key for item, _name in self._names.get(asked.forms[0], ())}
        )

    def _by_key(self, asked: Sought) -> list[tuple[Entry, How, float, Reason]]:
        # `id` of `providers` is `provider.id`, and `provider.provider_id` as well
        forms = (*asked.forms, *(asked.table.joined + form for form in asked.forms))
        here = [item for form in forms for item in self._locals.get(form, ()) if in_its_table(asked, item)]
        found: list[tuple[Entry, How, float, Reason]] = []
        if len(here) == 1:
            found.append((here[0], "exact", TABLE_AND_COLUMN, reason("table_and_column")))
        if not asked.generic:
            for whole in (self._keys.get(form, ()) for form in asked.forms):
                found.extend(
                    (item, "exact", KEY, reason("key")) for item in whole if len(whole) == 1 or in_its_table(asked, item)
                )
        return found

    def _by_name(self, asked: Sought) -> list[tuple[Entry, How, float, Reason]]:
        if asked.generic:
            return []
        named = self._names.get(asked.forms[0], [])
        told_apart = [(item, name) for item, name in named if in_its_table(asked, item)]
        bearing = told_apart if len(told_apart) == 1 else [] if len(named) > 1 else named
        return [
            (item, "exact", NAME, reason("name", name=name))
            for item, name in bearing
            if in_its_table(asked, item) or not item.owners or normal(name) != item.local
        ]

    def _by_alias(self, asked: Sought) -> list[tuple[Entry, How, float, Reason]]:
        forms = {asked.forms[0]: asked.generic}
        if asked.table.joined:
            forms[asked.table.joined + asked.forms[0]] = False
        found: list[tuple[Entry, How, float, Reason]] = []
        for form, generic in forms.items():
            by_tier: dict[int, list[tuple[Entry, Alias]]] = defaultdict(list)
            for item, alias in self._aliases.get(form, ()):
                by_tier[_tier(alias, asked.column.team)].append((item, alias))
            for tier in sorted(by_tier):
                if not generic and (bearing := _one(asked, by_tier[tier])):
                    found.append(_called(*bearing, tier))
        return found


def in_its_table(asked: Sought, item: Entry) -> bool:
    """Whether the column stands in the table that the element's key names."""
    return asked.table.joined in item.owners


def _tier(alias: Alias, team: str) -> int:
    return 1 if not alias.team else 0 if alias.team == team else 2


def _one(asked: Sought, bearing: Sequence[tuple[Entry, Alias]]) -> tuple[Entry, Alias] | None:
    """The one element that is called so, by the table where several are."""
    keys = {item.known.key for item, _alias in bearing}
    here = [pair for pair in bearing if in_its_table(asked, pair[0])]
    if len(keys) == 1:
        return bearing[0]
    return here[0] if len({item.known.key for item, _alias in here}) == 1 else None


def _called(item: Entry, alias: Alias, tier: int) -> tuple[Entry, How, float, Reason]:
    if tier == 0:
        return item, "alias", OF_TEAM, reason("alias_of_team", team=alias.team, term=alias.term)
    if tier == 1:
        return item, "alias_elsewhere", OF_ALL, reason("alias_of_everybody", term=alias.term)
    return item, "alias_elsewhere", OF_OTHERS, reason("alias_of_another_team", team=alias.team, term=alias.term)


def shares_its_name(asked: Sought, item: Entry) -> bool:
    """Whether the column bears the last part of the element's key, a name or an alias of it, whatever that proves."""
    return not item.forms.isdisjoint(asked.forms)
