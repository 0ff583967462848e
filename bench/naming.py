"""How long it takes to find the elements of a table's columns. `python -m bench.naming`.

500 columns against 20,000 elements; the target is 2 s for all of them, the index being built. Names are made of words that
columns really have, as in a large warehouse: keys `table.column`, most words shared by hundreds of elements. Of the columns a
third bear an element's name in another spelling, a third are shortened, misspelt or without separators, and the rest are of
no element. Rivals in the same run, on the names alone: difflib's `get_close_matches` over all keys (measured on 10 columns,
for it would take minutes), and rapidfuzz where it is installed (`requirements.in` here; nothing of the product needs it).
`recall` is how often the right element is among the first five.
"""

from __future__ import annotations

import difflib
import platform
import random
import time
from collections.abc import Callable, Sequence

from governance.dictionary.elements import Alias
from governance.dictionary.naming import Candidate, Index, Known, definition_words, propose_many
from governance.dictionary.naming.vocabulary import one_of

try:
    from rapidfuzz import fuzz, process
except ImportError:  # said in the output
    process = None

TARGET_S = 2.0
ELEMENTS, COLUMNS, BY_DIFFLIB = 20_000, 500, 10
OBJECTS = sorted(
    one_of(
        """
        account address agent asset branch campaign card carrier cart claim client contract coupon customer delivery
        department device employee event flight fund household inspection invoice item journey lead ledger loan location
        machine meter order parcel partner patient payment plan plane policy price product project provider purchase region
        return route sale sensor session shipment shop stock store subscription supplier ticket tour transaction trip user
        vehicle visit vendor voucher warehouse
        """
    )
)
QUALITIES = sorted(
    one_of(
        """
        actual annual average base billing birth closed created credit current daily delivered due effective estimated
        expected first final gross initial last latest lifetime maximum mean minimum monthly net open original paid planned
        previous primary refunded registered scheduled shipping signup start end tax total unit updated valid weekly yearly
        """
    )
)
THINGS = sorted(
    one_of(
        """
        age amount balance category channel city code color cost count country currency date delay description discount
        distance duration email fee flag grade height id index kind language level limit margin name number phone position
        quantity rank rate reason risk score sequence size speed state status temperature time title type value version volume
        weight zone
        """
    )
)
SHORT = {
    "customer": "cust",
    "amount": "amt",
    "date": "dt",
    "quantity": "qty",
    "number": "nr",
    "account": "acct",
    "average": "avg",
}
TYPES = {"integer": "bigint", "number": "decimal(18,2)", "string": "varchar(50)", "date": "date"}

Asked = list[tuple[Candidate, str]]  # a column, and the key of its element or an empty text


def dictionary(drawn: random.Random) -> list[Known]:
    names = [(table, quality, thing) for table in OBJECTS for quality in QUALITIES for thing in THINGS]
    found = []
    for table, quality, thing in drawn.sample(names, ELEMENTS):
        kind = drawn.choice(sorted(TYPES))
        found.append(
            Known(
                key=f"{table}.{quality}_{thing}",
                names=(f"{quality} {thing} of the {table}".capitalize(),),
                aliases=(Alias(term=f"{table[:3]}_{quality[:3]}_{thing}", team="billing"),) if drawn.random() < 0.3 else (),
                logical_type=kind,
                definition_words=definition_words(
                    f"The {quality} {thing} that is recorded for each {table} when it is {drawn.choice(QUALITIES)}."
                ),
            )
        )
    return found


def table(known: Sequence[Known], drawn: random.Random) -> Asked:
    asked: Asked = []
    for at, item in enumerate(drawn.sample(list(known), COLUMNS)):
        owner, _, name = item.key.partition(".")
        kind = TYPES[item.logical_type]
        if at % 3 == 0:
            asked.append((Candidate(table=f"dim_{owner}s", name=name.title().replace("_", ""), physical_type=kind), item.key))
        elif at % 3 == 1:
            asked.append((Candidate(table="wide_table", name=worn(f"{owner}_{name}", drawn), physical_type=kind), item.key))
        else:
            asked.append(
                (
                    Candidate(
                        table="wide_table", name=f"xq{at}_{drawn.choice(THINGS)}_{drawn.choice(THINGS)}", physical_type=kind
                    ),
                    "",
                )
            )
    return asked


def worn(name: str, drawn: random.Random) -> str:
    words = [SHORT.get(word, word) for word in name.split("_")]
    way = drawn.randrange(3)
    if way == 0:
        return "".join(words)
    if way == 1:
        at = drawn.randrange(len(words))
        words[at] = words[at][:2] + words[at][3:] if len(words[at]) > 5 else words[at]
    return "_".join(words)


def measure(name: str, asked: Asked, answer: Callable[[Asked], list[list[str]]], of: int = COLUMNS) -> float:
    """Seconds of processor time for all columns, reckoned up where fewer are asked, and how many are right."""
    start = time.process_time()
    found = answer(asked[:of])
    took = (time.process_time() - start) * len(asked) / of
    wanted = [(keys[:5], key) for keys, (_column, key) in zip(found, asked, strict=False) if key]
    right = sum(key in keys for keys, key in wanted)
    print(f"{name:>28}: {took:8.2f} s for {len(asked)} columns, recall {right / len(wanted):.2f} of {len(wanted)}")
    return took


def main() -> int:
    drawn = random.Random(7)
    known = dictionary(drawn)
    start = time.process_time()
    index = Index(known)
    took = time.process_time() - start
    print(f"{platform.python_implementation()} {platform.python_version()}; {len(index)} elements indexed in {took:.1f} s")
    asked = table(known, drawn)
    keys = [item.key for item in known]

    def here(some: Asked) -> list[list[str]]:
        return [[item.key for item in found] for found in propose_many([column for column, _key in some], index)]

    def by_difflib(some: Asked) -> list[list[str]]:
        return [
            difflib.get_close_matches(f"{column.table}.{column.name}".lower(), keys, n=5, cutoff=0.3) for column, _key in some
        ]

    took = measure("propose_many", asked, here)
    measure("propose_many, asked again", asked, here)
    if process is None:
        print("                   rapidfuzz: not installed here")
    else:

        def by_rapidfuzz(some: Asked) -> list[list[str]]:
            texts = [f"{column.table}.{column.name}".lower() for column, _key in some]
            return [[found[0] for found in process.extract(text, keys, scorer=fuzz.WRatio, limit=5)] for text in texts]

        measure("rapidfuzz WRatio", asked, by_rapidfuzz, of=100)
    measure("difflib get_close_matches", asked, by_difflib, of=BY_DIFFLIB)
    met = took <= TARGET_S
    print(f"target {TARGET_S:.0f} s: ratio {took / TARGET_S:.2f}, {'met' if met else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
