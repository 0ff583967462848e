"""What changes from one state of a dictionary to the next: elements added, removed, called otherwise and changed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from governance.dictionary.compatibility.comparing import added_or_removed, differences
from governance.dictionary.compatibility.model import Change, Comparison
from governance.dictionary.elements import Element


def compare_books(
    before: Mapping[str, Element],
    after: Mapping[str, Element],
    *,
    meaning_changed: Collection[str] = (),
    renames: Mapping[str, str] | None = None,
) -> Comparison:
    """Both by key. The changes stand in the order of `before`, then what was added in the order of `after`.

    An element is called otherwise, not removed, where `renames` maps its key to a new one, or a new element says that it `replaces`
    the key; where two say so, the old element was split, and is removed. A key of `meaning_changed` may be the old or the new one.
    O(elements), as equal ones are passed over. Raises ValueError for a rename from a key that is not there or remains, and to one
    that is not there or was before.
    """
    gone = [key for key in before if key not in after]
    new = [key for key in after if key not in before]
    renamed = _renamed(before, after, gone, new, renames or {})
    answered = frozenset(meaning_changed)
    found: dict[str, tuple[Change, ...]] = {}
    for key, old in before.items():
        now = renamed.get(key, key)
        element = after.get(now)
        if element is None:
            found[key] = added_or_removed(old, None)
        elif element is not old and (
            changes := differences(old, element, meaning_changed=key in answered or now in answered, renamed=renamed)
        ):
            found[now] = changes
    taken = set(renamed.values())
    found.update((key, added_or_removed(None, after[key])) for key in new if key not in taken)
    return Comparison(found, renamed)


def _renamed(
    before: Mapping[str, Element], after: Mapping[str, Element], gone: list[str], new: list[str], renames: Mapping[str, str]
) -> dict[str, str]:
    for old, now in renames.items():
        if old not in before or old in after:
            raise ValueError(f"{old!r} is not renamed: it is not there before, or still there after")
        if now not in after or now in before:
            raise ValueError(f"{old!r} is not renamed to {now!r}: that is not there after, or was there before")
    if len(set(renames.values())) < len(renames):
        raise ValueError("two elements cannot be renamed to one")
    left = set(gone) - renames.keys()
    taken = set(renames.values())
    claims = [(after[key].replaces, key) for key in new if key not in taken and after[key].replaces in left]
    times = Counter(old for old, _ in claims)
    return {**renames, **{old: key for old, key in claims if times[old] == 1}}
