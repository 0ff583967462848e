"""Which three letters stand for money: ISO 4217. Pure."""

from __future__ import annotations

# The list of 2026-01-01 (ISO 4217, amendment 180), without metals, units of account and the codes for testing.
_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK
    DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR
    KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB
    PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD
    TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XDR XOF XPF YER ZAR ZMW ZWG
    """
IN_USE = frozenset(_CODES.split())
WITHDRAWN = frozenset({"HRK", "SLL", "ZWL", "ANG", "BGN"})  # since 2023: figures of those years are still in them
OFTEN_MEANT = {  # often written, not in ISO 4217
    "RMB": "CNY",
    "CNH": "CNY",
    "UKP": "GBP",
    "NTD": "TWD",
    "EURO": "EUR",
    "USS": "USD",
    "STG": "GBP",
}


def is_currency(code: str) -> bool:
    return code in IN_USE or code in WITHDRAWN
