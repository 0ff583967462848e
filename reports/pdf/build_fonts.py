"""Make the three fonts of the reports, `static/fonts/*.ttf`, from their originals. Needs fontTools (requirements-dev.txt).

The originals are TrueType builds under the SIL Open Font License, taken from the npm registry:

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3          Chinese, Latin, Greek, Cyrillic, symbols
    npm pack @expo-google-fonts/source-sans-3@0.4.1         the accented letters that the first one lacks
    npm pack @expo-google-fonts/jetbrains-mono@0.4.1        digests and commits

Unpack each archive into a folder of its own and run

    python -m reports.pdf.build_fonts --han DIR --latin DIR --mono DIR [--to static/fonts]

The Latin of Noto Sans SC is Source Sans drawn 11.7 % larger, so the letters that it lacks (Łódź, Dvořák, Şahin) are taken from
Source Sans at that scale and look the same. Debian's Noto CJK has PostScript outlines, which ReportLab cannot embed. The results
carry a name of their own because the licence reserves "Source" for the originals.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.misc.transform import Transform
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

LATIN_SCALE = 1.117  # advance of Noto Sans SC's letters over Source Sans's, the same for all of them
DATE = 3_786_912_000  # 2024-01-01 in the font epoch: the same originals give the same bytes on any day

ALPHABETS = [(0x20, 0x7F), (0xA0, 0x180), (0x1E80, 0x1E86), (0x1EA0, 0x1EFA), (0x370, 0x400), (0x400, 0x460)]
RANGES = [
    *ALPHABETS,
    (0x2010, 0x2070),
    (0x20A0, 0x20D0),
    (0x2100, 0x2150),
    (0x2190, 0x2300),
    (0x2460, 0x2480),
    (0x25A0, 0x2670),
    (0x26A0, 0x26A1),
    (0x2713, 0x2714),
    (0x2717, 0x2718),
    (0x271A, 0x271B),
    (0x3000, 0x3040),
    (0xFF01, 0xFFE7),
]
# A full em wide in the original, which tears holes into Latin text ("model ’ s"); the proportional forms do no harm in Chinese.
PROPORTIONAL = "‘’“”…·•×÷±≤≥≠≈−←↑→↓✗"
# Characters of given names that are common today and stand outside GB 2312.
NAMES = (
    "喆堃昇玥珺镕翀旻晞玙琰頔祎赟翾犇骉垚焱昉璟瑄珅暐劼婳彧忞晗晟沄沣淏湉炅烨燚珈珩琬瑀瑗禛翊蘅蓥衎谞锴锟"
    "镔霏韫頫颢龢珮珣珝梓梽琤璠瑢堉濬淯溦奣燊鋆桄晔甯闫钘陞峯陈"
)


def main() -> None:
    """Read the folders from the command line and write the fonts."""
    arguments = argparse.ArgumentParser(description="Make the fonts of the reports from their originals.")
    for name in ("han", "latin", "mono"):
        arguments.add_argument(f"--{name}", type=Path, required=True)
    arguments.add_argument("--to", type=Path, default=Path("static/fonts"))
    given = arguments.parse_args()
    for weight, name in (("400Regular", "CountersignSans-Regular"), ("600SemiBold", "CountersignSans-SemiBold")):
        font = TTFont(one(given.han, weight), recalcTimestamp=False)
        add_alphabets(font, TTFont(one(given.latin, weight)))
        save(font, given.to / f"{name}.ttf", wanted=sans_characters())
    mono = TTFont(one(given.mono, "400Regular"), recalcTimestamp=False)
    save(mono, given.to / "CountersignMono-Regular.ttf", wanted=[*range(0x20, 0x7F), *range(0xA0, 0x100), 0x2026, 0x2192])


def one(folder: Path, weight: str) -> Path:
    """The only font file of `weight` under `folder`. Raises SystemExit when there is none or more than one."""
    found = sorted(folder.rglob(f"*_{weight}.ttf"))
    if len(found) != 1:
        raise SystemExit(f"{folder} holds {len(found)} files named *_{weight}.ttf, and one is needed")
    return found[0]


def sans_characters() -> set[int]:
    """GB 2312, the Latin, Greek and Cyrillic alphabets, punctuation, arrows, marks, and characters of names."""
    wanted = {code for first, end in RANGES for code in range(first, end)} | set(map(ord, NAMES))
    for high in range(0xA1, 0xF8):
        row = bytes(byte for low in range(0xA1, 0xFF) for byte in (high, low))
        wanted.update(map(ord, row.decode("gb2312", errors="ignore")))
    return wanted


def add_alphabets(font: TTFont, donor: TTFont) -> None:
    """Draw into `font` the letters and the cross mark that only `donor` has, and the proportional punctuation of `donor`."""
    present, offered, glyphs = font.getBestCmap(), donor.getBestCmap(), donor.getGlyphSet()
    letters = [code for first, end in ALPHABETS for code in range(first, end) if code not in present]
    for code in [*letters, *map(ord, PROPORTIONAL)]:
        if code not in offered:
            continue
        outline = DecomposingRecordingPen(glyphs)
        glyphs[offered[code]].draw(outline)
        pen = TTGlyphPen(None)
        outline.replay(TransformPen(pen, Transform(LATIN_SCALE, 0, 0, LATIN_SCALE, 0, 0)))
        name, glyph = f"u{code:04X}.latin", pen.glyph()
        font["glyf"][name] = glyph
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (round(glyphs[offered[code]].width * LATIN_SCALE), getattr(glyph, "xMin", 0))
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name


def save(font: TTFont, path: Path, *, wanted: Iterable[int]) -> None:
    """Cut `font` down to `wanted`, less hints and layout features, which ReportLab does not read; write it under its own name."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[0, 13, 14], name_languages=[0x409])
    options.drop_tables += [
        "GSUB",
        "GPOS",
        "GDEF",
        "BASE",
        "VORG",
        "vhea",
        "vmtx",
        "STAT",
        "DSIG",
        "gasp",
        "meta",
        "avar",
        "fvar",
        "gvar",
    ]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    family, _, style = path.stem.partition("-")
    for number, text in (
        (1, family),
        (2, style),
        (3, f"{path.stem};1"),
        (4, f"{family} {style}"),
        (5, "Version 1.000"),
        (6, path.stem),
    ):
        font["name"].setName(text, number, 3, 1, 0x409)
        font["name"].setName(text, number, 1, 0, 0)
    font["head"].created = font["head"].modified = DATE
    font.save(path)


if __name__ == "__main__":
    main()
