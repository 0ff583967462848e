"""An inventory as such files really are, of any size: made here, in the shape and with the mess of the one that US agencies publish.

That has 3,611 rows and 36 columns: UTF-8 with a mark, lists that were made text, cells of several lines, ids that are missing in every
fifth row and stand twice in others, one meaning in several words, titles that fall together, dates in four forms.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence

COLUMNS = [
    "agency",
    "agency_name",
    "id",
    "use_case_name",
    "agency_bureau",
    "contact_email",
    "is_withheld",
    "development_stage",
    "is_high_impact",
    "HI_justification",
    "topic_area",
    "classification",
    "problem_solved",
    "benefits",
    "system_outputs",
    "operational_date",
    "contracting_usage",
    "vendor_name",
    "have_ato",
    "system_name_ato",
    "data_description",
    "link_to_data",
    "has_pii",
    "pia_url",
    "demographic_features",
    "has_custom_code",
    "code_url",
    "hi_testing_conducted",
    "hi_assessment_completed",
    "hi_potential_impacts",
    "hi_independent_review",
    "hi_ongoing_monitoring",
    "hi_training_established",
    "hi_failsafe_presence",
    "hi_appeal_process",
    "hi_public_consultation",
]
AGENCIES = {
    "DOE": "Department of Energy",
    "HHS": "Department of Health and Human Services",
    "NASA": "National Aeronautics and Space Administration",
    "VA": "Department of Veterans Affairs",
    "USDA": "Department of Agriculture",
}
STAGES = ("Pre-deployment", "Pilot", "Deployed", "Retired", "", "pilot ", "DEPLOYED")
IMPACT = ("Not High-impact", "High-impact", "high-impact", "Presumed High-Impact, but Not High-impact", "", "N/A")
THINGS = [
    "claims",
    "invoices",
    "telescopes",
    "leases",
    "hearings",
    "wildfires",
    "crops",
    "vaccines",
    "pipelines",
    "turbines",
    "patents",
    "satellites",
    "permits",
    "letters",
]
DOINGS = [
    "sorting",
    "forecasting",
    "detecting",
    "summarising",
    "routing",
    "matching",
    "scoring",
    "translating",
    "transcribing",
    "inspecting",
]
PLACES = [
    "in the field",
    "for the help desk",
    "at the border",
    "in hospitals",
    "for regional offices",
    "from aerial pictures",
    "under load",
    "at night",
]
DATES = ("2024-10-01 00:00:00", "01/2024", "01/01/2026 00:00:00", "", "FY25", "October – 2023")


def rows(count: int, *, seed: int = 7) -> list[list[str]]:
    """The lines of the list below its names."""
    chance = random.Random(seed)
    return [_row(chance, number) for number in range(1, count + 1)]


def _row(chance: random.Random, number: int) -> list[str]:
    agency = chance.choice(sorted(AGENCIES))
    doing, thing, place = chance.choice(DOINGS), chance.choice(THINGS), chance.choice(PLACES)
    title = f"{doing.title()} {thing} {place} – {number}"
    if number % 97 == 0:
        title = "Generative AI - Text Generation"  # falls together with others of the same agency
    if number % 33 == 0:
        title += ", " + "which has a name as long as a paragraph because somebody put the description into it " * 2
    known = {
        "agency": agency,
        "agency_name": AGENCIES[agency],
        "id": "" if number % 5 == 0 else f"{agency}-{number:04d}",
        "use_case_name": title,
        "agency_bureau": f"{agency}: Office {number % 40}",
        "development_stage": chance.choice(STAGES),
        "is_high_impact": chance.choice(IMPACT),
        "problem_solved": ""
        if number % 6 == 0
        else f"People spend weeks on {doing} {thing}.\nNobody’s list is complete,\n\n and “old” ones are “lost”; see §{number}.",
        "benefits": f"Faster {doing}: {number % 90} % less waiting, fewer errors.",
        "system_outputs": chance.choice(
            (f"A score for each of the {thing}", "['Predictions', 'Rankings']", "N/A", "Text\r\nand tables")
        ),
        "operational_date": chance.choice(DATES),
        "data_description": chance.choice(
            ("[]", f"['{thing} of 2024', 'Records kept by hand']", "", "Proprietary data; call centre notes")
        ),
        "demographic_features": chance.choice(("[]", "['k) None of the above']", "['Age', 'Zip code']")),
        "hi_potential_impacts": chance.choice(("", "No impacts", "Wrong scores delay “urgent” cases.")),
        "hi_public_consultation": chance.choice(
            ("[]", "['In-progress']", "['General solicitations of \\ncomments from the public']")
        ),
    }
    return [known.get(column, chance.choice(("", "", "Yes", "No", "Not available"))) for column in COLUMNS]


def as_csv(
    body: Sequence[Sequence[str]], *, columns: Sequence[str] = COLUMNS, encoding: str = "utf-8-sig", delimiter: str = ","
) -> bytes:
    """The lines as bytes. What the encoding lacks becomes a question mark, as programs do it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows(body)
    return text.getvalue().encode(encoding, errors="replace")


def inventory(count: int = 3600, *, encoding: str = "utf-8-sig") -> bytes:
    return as_csv(rows(count), encoding=encoding)


def as_xlsx(lines: Sequence[Sequence[object]], *, sheet: str = "Inventory") -> bytes:
    """Lines as a workbook."""
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for line in lines:
        page.append(list(line))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
