"""Units, multiples and time zones that the end of a column's name tells: `distance_km`, `revenue_usd_k`, `created_utc`. Pure.

A hint is a hint: `_min` is a minute in `delay_min` and a minimum in `price_min`, `_m` a metre in `height_m`, and `all` is a
word before it is the currency of Albania. Short and ambiguous words count only beside a word of what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from governance.dictionary.elements.units import CURRENCIES, UCUM, likely_unit
from governance.dictionary.naming.terms import LONGEST, pieces, words
from governance.dictionary.naming.vocabulary import one_of


class Measured(Protocol):
    """What of an element is compared: `Known` and `Element` both have it."""

    @property
    def unit(self) -> str: ...
    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Hint:
    """What a name says: a UCUM code or a currency, its multiple (1000 for `_usd_k`), and an IANA time zone."""

    unit: str = ""
    scale: Decimal = Decimal(1)
    timezone: str = ""


_NAMES = frozenset(name for code, names in UCUM.items() for name in (*names, code.casefold()))
_LENGTH = one_of("distance length height width depth altitude elevation radius size thickness diameter range alt dist")
_TIME = one_of("""time duration delay elapsed wait latency age tenure lag timeout uptime interval period runtime response travel
air processing
    ttl lifetime dwell session""")
_MASS = one_of("weight mass load payload")
_VOLUME = one_of("volume capacity fuel consumption")
_HEAT = one_of("temperature dewpoint dew heat")
_DATA = one_of("size memory storage disk volume usage ram traffic quota bytes file download upload payload")
_POWER = one_of("power energy consumption load output demand generation")
_ELECTRIC = one_of("voltage current battery charge")
_FORCE = one_of("pressure force")
_SPEED = one_of("speed velocity wind gust")
_ANGLE = one_of("angle bearing heading direction slope latitude longitude rotation dir")

# Words that mean something else more often than a unit, the unit that they are, and the words beside which they are it.
_BESIDE: dict[str, tuple[str, frozenset[str]]] = {
    "m": ("m", _LENGTH), "in": ("[in_i]", _LENGTH | {"rainfall",
    "precipitation"}), "ft": ("[ft_i]", _LENGTH), "yd": ("[yd_i]", _LENGTH),
    "mi": ("[mi_i]", _LENGTH), "foot": ("[ft_i]", _LENGTH), "yard": ("[yd_i]", _LENGTH), "nm": ("nm", _LENGTH | {"wavelength"}),
    "um": ("um", _LENGTH),
    "s": ("s", _TIME), "min": ("min", _TIME), "h": ("h", _TIME), "hr": ("h", _TIME), "d": ("d", _TIME), "wk": ("wk", _TIME),
    "mo": ("mo", _TIME), "a": ("a", _TIME), "yr": ("a", _TIME), "us": ("us", _TIME), "ns": ("ns", _TIME), "second": ("s", _TIME),
    "minute": ("min", _TIME), "hour": ("h", _TIME), "day": ("d", _TIME), "week": ("wk", _TIME), "month": ("mo", _TIME),
    "year": ("a", _TIME), "sec": ("s", _TIME),
    "g": ("g", _MASS), "t": ("t", _MASS), "pound": ("[lb_av]", _MASS), "kilo": ("kg", _MASS), "lb": ("[lb_av]", _MASS),
    "l": ("L", _VOLUME), "ml": ("mL", _VOLUME), "gal": ("[gal_us]", _VOLUME),
    "c": ("Cel", _HEAT), "f": ("[degF]", _HEAT), "k": ("K", _HEAT), "degree": ("deg", _ANGLE), "deg": ("deg", _ANGLE),
    "kb": ("kBy", _DATA), "mb": ("MBy", _DATA), "gb": ("GBy", _DATA), "bit": ("bit", _DATA), "byte": ("By", _DATA),
    "w": ("W", _POWER), "kw": ("kW", _POWER), "mw": ("MW", _POWER), "j": ("J", _POWER), "cal": ("cal", _POWER | {"food"}),
    "v": ("V", _ELECTRIC), "mv": ("mV", _ELECTRIC), "ma": ("mA", _ELECTRIC), "amp": ("A", _ELECTRIC),
    "psi": ("[psi]", _FORCE), "pa": ("Pa", _FORCE), "bar": ("bar", _FORCE), "n": ("N", _FORCE), "kn": ("[kn_i]", _SPEED), "knot":
    ("[kn_i]", _SPEED),
    "ph": ("[pH]", one_of("soil water blood urine level")), "ha": ("har", frozenset({"area", "land", "size"})),
    "db": ("dB", one_of("noise sound signal gain level")), "rad": ("rad", _ANGLE),
}  # fmt: skip
_NEVER = one_of("mole mol cd share lm")  # more often a skin, a code, a part of a company or a linear model
# Currencies that are English words or common short forms; after a word of money they count.
_WORDS_TOO = one_of("TRY CUP PEN MAD GEL RON SOS LAK COP BAM MOP PHP ANG BTN SLE NAD AMD MUR USN CHE")
_NO_CURRENCIES = frozenset({"ALL", "TOP", "XXX"})  # `price_all`, `amount_top`
_MONEY = one_of("""price cost amount revenue sale salary fee value total balance income profit tax discount budget spend payment
paid turnover
    charge net gross money wage premium""")
_SCALES = {
    **dict.fromkeys(("k", "thousand", "thousands", "tsd"), Decimal(1000)),
    **dict.fromkeys(("m", "mn", "mio", "mm", "million", "millions"), Decimal(10**6)),
    **dict.fromkeys(("b", "bn", "mrd", "billion", "billions"), Decimal(10**9)),
    **dict.fromkeys(("cent", "cents", "minor"), Decimal("0.01")),
}
_SURE_SCALES = one_of("thousand thousands million millions billion billions mn mio bn mrd tsd cent cents")
_PREFIXES = {"k": Decimal(1000), "t": Decimal(1000), "m": Decimal(10**6)}  # kEUR, TEUR, mUSD
_ZONES = {"utc": "UTC", "gmt": "UTC", "zulu": "UTC"}  # no others: `est` is an estimate, and CET would be one of thirty zones
_SAME = {"mbar": "hPa"}  # two codes for one thing


@lru_cache(maxsize=16_384)
def hinted(column: str) -> Hint | None:
    """What the end of a column's name says of unit, multiple and time zone, or None where it says nothing."""
    parts = pieces(column[:LONGEST])
    if parts and column.rstrip().endswith(("%", "％")):
        return Hint("%")
    if len(parts) < 2:
        return None
    last, before = parts[-1], parts[:-1]
    if last in _ZONES:
        return Hint(timezone=_ZONES[last])
    beside = frozenset(word for part in before for word in (part, *words(part)))
    if last in _SCALES and ((unit := _currency(before[-1], beside)) or (last in _SURE_SCALES and beside & _MONEY)):
        return Hint(unit, _SCALES[last])
    if unit := _unit(last, beside) or _two_words(*parts[-2:]):
        return Hint(unit)
    if len(last) == 4 and last[0] in _PREFIXES and (unit := _currency(last[1:], beside)):
        return Hint(unit, _PREFIXES[last[0]])
    return None


def _currency(word: str, beside: frozenset[str]) -> str:
    code = word.upper()
    return code if code in CURRENCIES - _NO_CURRENCIES and (code not in _WORDS_TOO or beside & _MONEY) else ""


def _unit(word: str, beside: frozenset[str]) -> str:
    if word in _BESIDE:
        unit, needed = _BESIDE[word]
        return unit if beside & needed else ""
    one = word.removesuffix("s")
    if not {word, one} & _NAMES and (code := _currency(word, beside)):
        return code
    if one in _NEVER or len(word) < 2:
        return ""
    # Exactly a name or its plural: the nearest name by spelling would make a mole of a code.
    return likely_unit(word) if {word, one, word.removesuffix("es")} & _NAMES else ""


def _two_words(first: str, second: str) -> str:
    name = f"{first} {second}"
    return likely_unit(name) if {name, name.removesuffix("s")} & _NAMES else ""


def contradicts(hint: Hint | None, element: Measured) -> str | None:
    """The code of why the element cannot be what the name says (`unit_differs`, `scale_differs`, `timezone_differs`), or None.

    An element that states no unit contradicts nothing. A currency's multiple is another unit: an element in EUR is in single
    euros.
    """
    if hint is None:
        return None
    if hint.timezone and element.timezone and hint.timezone != element.timezone:
        return None if {hint.timezone, element.timezone} <= {"UTC", "Etc/UTC", "GMT"} else "timezone_differs"
    if hint.unit and element.unit and _SAME.get(hint.unit, hint.unit) != _SAME.get(element.unit, element.unit):
        return "unit_differs"
    if hint.scale != 1 and element.unit in CURRENCIES:
        return "scale_differs"
    return None
