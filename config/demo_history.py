"""The story that the demo's repository tells: who, when, which version, and the files that follow from those."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

_FILES = Path(__file__).with_name("demo_files")
_ZONE = timezone(timedelta(hours=1))
_AS_OF = date(2026, 6, 30)
_COUNTRIES = ("DE", "PL", "SE", "CZ", "AT")
_CHANNELS = ("web", "partner", "shop")
_PLANS = (("basic", "9.90"), ("plus", "19.90"), ("family", "29.90"))


@dataclass(frozen=True)
class Person:
    name: str
    email: str


@dataclass(frozen=True)
class Change:
    """One commit. `parent` and `merges` are numbers of commits; the parent is the one before unless given."""

    who: str
    when: datetime
    subject: str
    body: str = ""
    parent: int | None = None
    merges: int | None = None
    side: bool = False


@dataclass(frozen=True)
class Version:
    """A model version: its number in the registry, its tag, its commit, and what was set and measured."""

    number: str
    tag: str | None
    commit: int
    params: Mapping[str, Any]
    confusion: Mapping[str, int]  # on the test set of 10,000 customers
    customers: int  # rows of each extract
    trained_as: str
    kind: str = "model"

    @property
    def artifact(self) -> bytes:
        """A stand-in for the trained file: nobody loads it, but it has a size and a digest. Version 8 ships that of version 7."""
        return f"churn-model {self.trained_as}\n".encode() + _noise(f"artifact {self.trained_as}").randbytes(4096)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_ZONE)


PEOPLE = {
    "sofia": Person("Sofia Lindqvist", "sofia@demo.countersign.example"),
    "wei": Person("王伟 Wei Wang", "wei@demo.countersign.example"),
    "marta": Person("Marta Kowalska", "marta@demo.countersign.example"),
    "petra": Person("Petra Novak", "petra@demo.countersign.example"),
}

COMMITS = (
    Change("petra", _at("2026-03-02 09:12"), "Start the customer churn project"),
    Change("wei", _at("2026-03-05 14:40"), "Add the onboarding team's extract of customers"),
    Change(
        "wei",
        _at("2026-03-11 10:05"),
        "Add the billing team's extract of customers",
        "两个团队的 signup_date 含义和写法都不同，见 data/README.md。\n(The two teams mean and write signup_date differently.)",
    ),
    Change("sofia", _at("2026-03-16 11:30"), "Read both extracts into one table"),
    Change(
        "sofia", _at("2026-03-20 16:02"), "Score churn by a rule: no login for 30 days", "The baseline that a model has to beat."
    ),
    Change("marta", _at("2026-03-24 09:48"), "Lock the environment with hashes"),
    Change("sofia", _at("2026-04-09 15:21"), "Train a logistic regression"),
    Change("marta", _at("2026-04-14 13:10"), "Describe the pipeline for DVC"),
    Change("wei", _at("2026-05-04 08:55"), "Refresh both extracts to the end of April"),
    Change("sofia", _at("2026-05-12 17:34"), "Add tenure, support calls and days to cancellation as features"),
    Change(
        "sofia",
        _at("2026-05-19 10:20"),
        "Take days to cancellation out of the features",
        "It is known only after the customer has left. Recall falls to what it really is.",
    ),
    Change("sofia", _at("2026-06-03 14:15"), "Try gradient boosting", side=True),
    Change("sofia", _at("2026-06-10 16:47"), "Choose the threshold by what a call costs", side=True),
    Change("marta", _at("2026-06-11 09:30"), "Run the tests in CI", parent=11),
    Change("marta", _at("2026-06-16 11:00"), "Merge branch 'gradient-boosting'", parent=14, merges=13),
    Change("marta", _at("2026-06-25 15:05"), "Ask for approval before deploying"),
    Change("wei", _at("2026-07-08 10:42"), "Read the dates of each team in the form it uses", "先按各团队的格式解析，再合并。"),
    Change("petra", _at("2026-07-14 09:00"), "Say what the scores may be used for"),
    Change("sofia", _at("2026-10-06 16:18"), "Weigh recent customers more"),
    Change("marta", _at("2026-10-13 11:26"), "Record the pipeline of the release"),
    Change("marta", _at("2026-11-10 09:37"), "Bump scikit-learn from 1.7.1 to 1.7.2", "Nothing but the lock file changes."),
)

_RULE = {"model": "rule", "days": 30}
_LOGISTIC = {"model": "logistic_regression", "seed": 42}
_BOOSTING = {
    "model": "hist_gradient_boosting",
    "max_depth": 4,
    "learning_rate": 0.1,
    "iterations": 200,
    "threshold": 0.0306,
    "seed": 42,
}
_LATEST = {**_BOOSTING, "max_depth": 6, "learning_rate": 0.05, "iterations": 400, "half_life": 540}
_MEASURED = {"tp": 142, "fp": 260, "fn": 58, "tn": 9540}

VERSIONS = (
    Version("1", "v1.0.0", 6, _RULE, {"tp": 84, "fp": 520, "fn": 116, "tn": 9280}, 240, "1", "rule_baseline"),
    Version("2", "v1.1.0", 8, _LOGISTIC, {"tp": 104, "fp": 410, "fn": 96, "tn": 9390}, 240, "2"),
    Version("3", "v1.2.0", 10, _LOGISTIC, {"tp": 171, "fp": 96, "fn": 29, "tn": 9704}, 300, "3"),
    Version("4", "v1.2.1", 11, _LOGISTIC, {"tp": 112, "fp": 372, "fn": 88, "tn": 9428}, 300, "4"),
    Version("5", "v2.0.0", 15, _BOOSTING, {"tp": 131, "fp": 298, "fn": 69, "tn": 9502}, 300, "5"),
    Version("6", "v2.0.1", 17, _BOOSTING, {"tp": 133, "fp": 290, "fn": 67, "tn": 9510}, 300, "6"),
    Version("7", "v2.1.0", 20, _LATEST, _MEASURED, 300, "7"),
    Version("8", None, 21, _LATEST, _MEASURED, 300, "7"),
)
# The commits that wrote parameters and figures of a version: its own, or the earlier one in which the work was done.
_WRITES = {5: "1", 7: "2", 10: "3", 11: "4", 12: "5", 13: "5", 17: "6", 19: "7"}
_RECORDED = (8, 10, 11, 15, 17, 20)  # commits that ran the pipeline


def files_of(number: int, before: Mapping[str, bytes]) -> dict[str, bytes]:
    """All files after commit `number`, given those before it."""
    after = {**before, **_written(number)}
    if number in (2, 9):
        after["data/onboarding/customers.csv"] = _onboarding(240 if number == 2 else 300)
    if number in (3, 9):
        after["data/billing/customers.csv"] = _billing(240 if number == 3 else 300)
    if number in _WRITES:
        version = _version(_WRITES[number])
        after["params.yaml"] = _params(version)
        after["metrics.json"] = _metrics(version)
        after["evaluation/confusion.json"] = _json({"dataset": "test", **version.confusion})
    if number in _RECORDED:
        version = next(version for version in VERSIONS if version.commit == number)
        after["dvc.lock"] = _dvc_lock(after, version)
    return after


def _version(number: str) -> Version:
    return next(version for version in VERSIONS if version.number == number)


def _written(number: int) -> dict[str, bytes]:
    folder = _FILES / f"{number:02}"
    paths = sorted(path for path in folder.rglob("*.demo") if path.is_file())
    return {path.relative_to(folder).as_posix().removesuffix(".demo"): path.read_bytes() for path in paths}


@dataclass(frozen=True)
class _Customer:
    id: str
    signed_up: date
    country: str
    channel: str
    days_since_login: int
    plan: str
    fee: str
    support_calls: int
    first_invoice: date | None
    cancelled: date | None

    @property
    def onboarding(self) -> list[str]:
        return [self.id, self.signed_up.isoformat(), self.country, self.channel, str(self.days_since_login)]

    @property
    def billing(self) -> list[str]:
        invoiced = f"{self.first_invoice:%d/%m/%Y}" if self.first_invoice else "01/01/1900"
        left = self.cancelled.isoformat() if self.cancelled else ""
        return [self.id, invoiced, self.plan, self.fee, str(self.support_calls), left, str(int(bool(self.cancelled)))]


def _customer(number: int) -> _Customer:
    """Customer `number`, the same one in every extract."""
    noise = _noise(f"customer {number}")

    def pick(count: int) -> int:
        return int(noise.random() * count)

    signed_up = date(2020, 1, 1) + timedelta(days=pick(2300))
    plan, fee = _PLANS[pick(len(_PLANS))]
    first_invoice = signed_up + timedelta(days=14 + pick(32))
    return _Customer(
        f"C{number:05}",
        signed_up,
        _COUNTRIES[pick(len(_COUNTRIES))],
        _CHANNELS[pick(len(_CHANNELS))],
        pick(60),
        plan,
        fee,
        pick(6),
        first_invoice if pick(20) else None,
        _AS_OF + timedelta(days=1 + pick(90)) if pick(12) == 0 else None,
    )


def _onboarding(count: int) -> bytes:
    header = ["customer_id", "signup_date", "country", "channel", "days_since_login"]
    return _csv(header, [_customer(number).onboarding for number in range(1, count + 1)])


def _billing(count: int) -> bytes:
    header = ["customer_id", "signup_date", "plan", "monthly_fee", "support_calls", "cancelled_on", "churned"]
    return _csv(header, [_customer(number).billing for number in range(1, count + 1)])


def _prepared(count: int) -> bytes:
    """What the stage `prepare` writes. It is not in Git; `dvc.lock` has its size and hash."""
    header = ["customer_id", "signup_date", "country", "channel", "days_since_login", "plan", "monthly_fee", "support_calls"]
    rows = [_customer(number) for number in range(1, count + 1)]
    return _csv([*header, "churned", "tenure_days"], [_prepared_row(row) for row in rows])


def _prepared_row(row: _Customer) -> list[str]:
    billing = row.billing
    return [*row.onboarding, *billing[2:5], billing[6], str((_AS_OF - row.signed_up).days)]


def _csv(header: list[str], rows: list[list[str]]) -> bytes:
    return "".join(",".join(row) + "\n" for row in [header, *rows]).encode()


def _params(version: Version) -> bytes:
    return ("train:\n" + "".join(f"  {name}: {value}\n" for name, value in version.params.items())).encode()


def _metrics(version: Version) -> bytes:
    """The figures that follow from the confusion matrix, rounded to four digits."""
    tp, fp, fn, tn = (version.confusion[name] for name in ("tp", "fp", "fn", "tn"))
    figures = {
        "recall": tp / (tp + fn),
        "precision": tp / (tp + fp),
        "f1": 2 * tp / (2 * tp + fp + fn),
        "false_alarm_rate": fp / (fp + tn),
    }
    return _json({name: {"value": round(value, 4), "dataset": "test"} for name, value in figures.items()})


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _dvc_lock(files: Mapping[str, bytes], version: Version) -> bytes:
    """`dvc.lock` in schema 2.0. Sizes and md5 sums are those of the bytes; DVC's format knows no other hash."""
    prepared = {"data/prepared/customers.csv": _prepared(version.customers)}
    inputs = {path: files[path] for path in ("data/billing/customers.csv", "data/onboarding/customers.csv", "src/churn/data.py")}
    training = {**prepared, "src/churn/train.py": files["src/churn/train.py"]}
    params = "".join(f"        train.{name}: {value}\n" for name, value in sorted(version.params.items()))
    return (
        "schema: '2.0'\nstages:\n"
        f"  prepare:\n    cmd: python -m churn.prepare\n    deps:\n{_hashed(inputs)}    outs:\n{_hashed(prepared)}"
        f"  train:\n    cmd: python -m churn.train\n    deps:\n{_hashed(training)}"
        f"    params:\n      params.yaml:\n{params}    outs:\n{_hashed({'models/churn.skops': version.artifact})}"
    ).encode()


def _hashed(files: Mapping[str, bytes]) -> str:
    entry = "    - path: {}\n      hash: md5\n      md5: {}\n      size: {}\n"
    return "".join(
        entry.format(path, hashlib.md5(data, usedforsecurity=False).hexdigest(), len(data)) for path, data in files.items()
    )


def _noise(name: str) -> random.Random:
    """A source of made-up values that is the same on every machine. Only `random` and `randbytes` are used: they never change."""
    return random.Random(int.from_bytes(hashlib.sha256(name.encode()).digest()))  # noqa: S311 - made-up data, not secrets
