"""`scripts/check_translations.py`: no text of the product goes out without its translation, whatever is installed on the machine."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check_translations.py"


@pytest.fixture
def check() -> Any:
    spec = importlib.util.spec_from_file_location("check_translations", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_texts_in_code_are_found_wherever_they_stand(check: Any, tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    path.write_text(
        'a = _("Plain")\n'
        "b = f\"{_('In a text') % {}} {gettext_lazy('Late')}\"\n"
        'c = ngettext("One %(n)s", "Many %(n)s", n), translation.pgettext("month", "May")\n'
        'd = _("In two "\n      "parts")\n'
        'e = _(name), print("Not marked"), _()\n',
        encoding="utf-8",
    )
    assert check.texts_of(path) == {"Plain", "In a text", "Late", "One %(n)s", "month\x04May", "In two parts"}


def test_texts_in_templates_are_found_by_each_tag(check: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        '{% load i18n %}{% translate "It\'s plain" as title %}{% translate "May" context "month" %}\n'
        "{% blocktranslate count n=rows|length with name=row.name %}{{ n }} “row” of {{ name }}{% plural %}{{ n }} rows{% endblocktranslate %}\n"
        "{% blocktranslate trimmed %}\n  Over\n  two lines, 5%\n{% endblocktranslate %}\n"
        '{{ value|default:_("none") }}{# {% translate "A comment" %} #}<p>Not marked</p>\n',
        encoding="utf-8",
    )
    assert check.texts_of(path) == {
        "It's plain", "month\x04May", "%(n)s “row” of %(name)s", "Over two lines, 5%%", "none",
    }  # fmt: skip


def test_a_new_text_fails_with_the_file_it_stands_in(check: Any, tmp_path: Path) -> None:
    (tmp_path / "approvals").mkdir()
    (tmp_path / "approvals" / "new.py").write_text('x = _("Nobody translated this")\n', encoding="utf-8")
    [problem] = check.missing_texts(tmp_path)
    assert problem.startswith("approvals/new.py: ")
    assert "Nobody translated this" in problem


def test_every_text_of_the_product_is_in_the_catalogue(check: Any) -> None:
    assert check.missing_texts() == []


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('msgid "Add"\nmsgstr ""\n', "not translated: Add"),
        ('#, fuzzy\nmsgid "Add"\nmsgstr "添加"\n', "fuzzy: Add"),
        ('msgid "Add %(name)s"\nmsgstr "添加"\n', "placeholders differ: Add %(name)s"),
        ('msgid "Add"\nmsgstr "添加"\n', "out of date; run scripts/translate"),
    ],
)
def test_a_catalogue_that_is_not_finished_fails(
    check: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, problem: str
) -> None:
    monkeypatch.setattr(check, "ROOT", tmp_path)
    catalogue = tmp_path / "django.po"
    catalogue.write_text(written, encoding="utf-8")
    assert any(problem in item for item in check.problems_of(catalogue))
