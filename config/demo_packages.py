"""A contrib library of the demo in two releases: made up, small, and with the input and output points that such libraries have."""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import cache

NAME, FIRST, SECOND = "festive-days", "0.4.1", "0.5.0"

_CALENDAR = '''"""Days of festivals by the lunar calendar."""

import csv
import os
import pickle
from pathlib import Path

from festive import download

FOLDER = Path(os.environ.get("FESTIVE_DATA", "~/.festive")).expanduser()


def days(year):
    """The festivals of a year, from the table that was downloaded before."""
    kept = FOLDER / f"{year}.pickle"
    if kept.exists():
        with open(kept, "rb") as stored:
            return pickle.load(stored)
    with open(download.table(year, FOLDER), newline="") as table:
        found = list(csv.reader(table))
    with open(kept, "wb") as stored:
        pickle.dump(found, stored)
    return found
'''
_DOWNLOAD = '''"""Tables of the observatory, fetched once."""

import urllib.request

ADDRESS = "https://tables.festive.example/{year}.csv"


def table(year, folder):
    """The file with the table of a year."""
    target = folder / f"{year}.csv"
    if not target.exists():
        urllib.request.urlretrieve(ADDRESS.format(year=year), target)
    return target
'''
_REGIONS = '''"""Festivals of one region."""

import os
import subprocess


def region():
    """Where this machine stands, as its settings or its clock say."""
    named = os.environ.get("FESTIVE_REGION")
    if named:
        return named
    return subprocess.run(["timedatectl", "show"], capture_output=True, text=True).stdout
'''
_REPORT = '''

def missing(day):
    """Tell the observatory that a festival is missing."""
    return urllib.request.urlopen(ADDRESS.format(year="missing"), data=str(day).encode())
'''
_FILES = {
    FIRST: {"festive/__init__.py": "", "festive/calendar.py": _CALENDAR, "festive/download.py": _DOWNLOAD},
    SECOND: {
        "festive/__init__.py": "",
        "festive/calendar.py": _CALENDAR,
        "festive/download.py": _DOWNLOAD + _REPORT,
        "festive/regions.py": _REGIONS,
    },
}


@cache
def wheel(version: str) -> bytes:
    """The wheel of a release, the same bytes each time."""
    about = f"Metadata-Version: 2.4\nName: {NAME}\nVersion: {version}\nSummary: Festivals of the lunar calendar\nLicense-Expression: MIT\n"
    folder = f"festive_days-{version}.dist-info"
    files = {
        **_FILES[version],
        f"{folder}/METADATA": about,
        f"{folder}/WHEEL": "Wheel-Version: 1.0\nGenerator: demo\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in files) + f"{folder}/RECORD,,\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in {**files, f"{folder}/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 3, 2, 9, 0, 0)), content)
    return out.getvalue()


def filename(version: str) -> str:
    return f"festive_days-{version}-py3-none-any.whl"


def sha256(name: str, version: str) -> str:
    """64 hex digits: of our own wheel, or made up, for nothing else is ever installed."""
    content = wheel(version) if (name, version) in ((NAME, FIRST), (NAME, SECOND)) else f"{name} {version}".encode()
    return hashlib.sha256(content).hexdigest()
