"""Units and currencies: the UCUM codes that columns are measured in, and ISO 4217. Pure.

UCUM (Unified Code for Units of Measure, case-sensitive form) lets codes be combined (`m/s2`, `kg.m-3`) and prefixed (`km`). What is
counted and has no unit is an annotation in braces: `{customers}`.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

# The codes with what people call them, in the singular and as they are met in column names.
UCUM: dict[str, tuple[str, ...]] = {
    "1": ("ratio", "fraction", "proportion", "share"),
    "%": ("percent", "pct", "per cent"),
    "[ppth]": ("per mille", "permille"),
    "[ppm]": ("parts per million", "ppm"),
    "m": ("metre", "meter"),
    "km": ("kilometre", "kilometer"),
    "cm": ("centimetre", "centimeter"),
    "mm": ("millimetre", "millimeter"),
    "um": ("micrometre", "micron"),
    "nm": ("nanometre",),
    "[in_i]": ("inch", "in"),
    "[ft_i]": ("foot", "feet", "ft"),
    "[yd_i]": ("yard", "yd"),
    "[mi_i]": ("mile", "mi"),
    "[nmi_i]": ("nautical mile",),
    "m2": ("square metre", "sqm", "m²"),
    "km2": ("square kilometre", "km²"),
    "har": ("hectare", "ha"),
    "[sft_i]": ("square foot", "sqft"),
    "[acr_us]": ("acre",),
    "m3": ("cubic metre", "m³"),
    "L": ("litre", "liter", "l"),
    "mL": ("millilitre", "ml"),
    "[gal_us]": ("gallon", "gal"),
    "g": ("gram", "gramme"),
    "kg": ("kilogram", "kilo"),
    "mg": ("milligram",),
    "ug": ("microgram",),
    "t": ("tonne", "metric ton"),
    "[lb_av]": ("pound", "lb", "lbs"),
    "[oz_av]": ("ounce", "oz"),
    "s": ("second", "sec"),
    "ms": ("millisecond", "msec"),
    "us": ("microsecond",),
    "ns": ("nanosecond",),
    "min": ("minute",),
    "h": ("hour", "hr"),
    "d": ("day",),
    "wk": ("week",),
    "mo": ("month",),
    "a": ("year", "yr"),
    "Cel": ("celsius", "degree celsius", "°c", "degc"),
    "[degF]": ("fahrenheit", "degree fahrenheit", "°f", "degf"),
    "K": ("kelvin",),
    "deg": ("degree", "°"),
    "rad": ("radian",),
    "m/s": ("metre per second", "mps"),
    "km/h": ("kilometre per hour", "kph", "kmh"),
    "[mi_i]/h": ("mile per hour", "mph"),
    "[kn_i]": ("knot", "kn"),
    "m/s2": ("metre per second squared",),
    "N": ("newton",),
    "Pa": ("pascal",),
    "hPa": ("hectopascal", "millibar"),
    "kPa": ("kilopascal",),
    "bar": ("bar",),
    "mbar": ("mbar",),
    "[psi]": ("psi", "pound per square inch"),
    "mm[Hg]": ("mmhg",),
    "[in_i'Hg]": ("inhg",),
    "J": ("joule",),
    "kJ": ("kilojoule",),
    "cal": ("calorie",),
    "kcal": ("kilocalorie",),
    "kW.h": ("kwh", "kilowatt hour"),
    "MW.h": ("mwh", "megawatt hour"),
    "W": ("watt",),
    "kW": ("kilowatt",),
    "MW": ("megawatt",),
    "V": ("volt",),
    "mV": ("millivolt",),
    "A": ("ampere", "amp"),
    "mA": ("milliampere",),
    "Ohm": ("ohm", "Ω"),
    "Hz": ("hertz",),
    "kHz": ("kilohertz",),
    "/min": ("per minute", "rpm", "bpm"),
    "mol": ("mole",),
    "mmol/L": ("millimole per litre",),
    "mg/dL": ("milligram per decilitre",),
    "g/L": ("gram per litre",),
    "kg/m2": ("kilogram per square metre",),
    "kg/m3": ("kilogram per cubic metre",),
    "bit": ("bit",),
    "By": ("byte",),
    "kBy": ("kilobyte", "kb"),
    "MBy": ("megabyte", "mb"),
    "GBy": ("gigabyte", "gb"),
    "KiBy": ("kibibyte", "kib"),
    "MiBy": ("mebibyte", "mib"),
    "lm": ("lumen",),
    "lx": ("lux",),
    "cd": ("candela",),
    "dB": ("decibel",),
    "[pH]": ("ph",),
    "[iU]": ("international unit",),
}

_CURRENCY_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD
MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR
RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH
UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XCD XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW ZWG
"""  # ISO 4217
CURRENCIES = frozenset(_CURRENCY_CODES.split())

_ATOM = "|".join(sorted(map(re.escape, UCUM), key=len, reverse=True))
_ANNOTATION = r"\{[!-z|~]{1,30}\}"
_TERM = (
    rf"(?:(?:da|[YZEPTGMkhdcmunpfazy])?(?:{_ATOM})(?:[+-]?\d{{1,2}})?(?:{_ANNOTATION})?|10\*-?\d{{1,2}}|\d{{1,6}}|{_ANNOTATION})"
)
_CODE = re.compile(rf"/?{_TERM}(?:[./]{_TERM}){{0,5}}")
_COUNTED = re.compile(r"\{[^{}\s][^{}]{0,38}\}")  # an annotation may name what is counted in any language


@cache
def unit_known(code: str) -> bool:
    """Whether this is a code of UCUM that can be made of the table above, an annotation, or a currency."""
    if code in CURRENCIES or _COUNTED.fullmatch(code):
        return True
    head, slash, below = code.partition("/")
    if slash and head in CURRENCIES:  # a price: EUR/kg
        return bool(_CODE.fullmatch(below))
    return bool(_CODE.fullmatch(code))


@cache
def likely_unit(text: str) -> str:
    """The code that somebody probably meant by a word (`months` → `mo`), or an empty text."""
    word = " ".join(text.casefold().replace("_", " ").split())
    names = _names()
    for tried in (word, word.removesuffix("s"), word.removesuffix("es")):
        if tried in names:
            return names[tried]
    if word.upper() in CURRENCIES:
        return word.upper()
    close = get_close_matches(word, names, n=1, cutoff=0.85)
    return names[close[0]] if close else ""


@cache
def _names() -> dict[str, str]:
    return {name: code for code, names in UCUM.items() for name in (*names, code.casefold())} | {
        name: code for code, names in UCUM.items() for name in names
    }


def is_time_zone(name: str) -> bool:
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
