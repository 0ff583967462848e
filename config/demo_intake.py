"""A list that somebody tried to import and has not imported yet: one row is near a use case that is there, one has no title."""

from __future__ import annotations

from collections.abc import Sequence

from config.demo_cast import Cast
from config.demo_time import Past, Story
from governance.usecases import services as usecases
from governance.usecases.intake.guessing import guess

LIST = (
    "Nr;Title;Business problem;Outputs;Data sources;Risk;KPI;Baseline;Target\r\n"
    "A-11;Prévision de la demande;Les entrepôts commandent trop, et trop tard.;Pièces par semaine;['Ventes', 'Stocks'];Moderate;"
    "Erreur;18 %;12 %\r\n"
    "A-12;Customer churn;Customers leave before anybody calls.;A list for the call centre;CRM;High;;;\r\n"
    "A-13;;Nobody knows which invoice was paid twice.;;;Sometimes;;;\r\n"
    "A-14;发票识别;人工录入发票很慢，还会出错。;发票字段;扫描件;低;无需人工的发票;35 %;80 %\r\n"
)


def stories(cast: Cast, past: Past) -> Sequence[Story]:
    return [_tried(cast, past)]


def _tried(cast: Cast, past: Past) -> Story:
    yield past(6, "15:10")
    actor = cast["ada"]
    upload = usecases.upload_list(actor=actor, data=LIST.encode("utf-8-sig"), name="KI-Liste 2026.csv")
    table = usecases.table_of(upload)
    mapping = guess(table, fill={"ml_problem": "Not stated in the imported list."})
    usecases.check_list(actor=actor, upload=upload, mapping=mapping.as_mapping(), inventory="ki-liste")
