"""Installations that really run, for the stories that are told through their doors; and desks, for journeys by keyboard."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser import choose, chromium, context_of
from tests.conftest import World
from tests.story.desk import Desk, session_of
from tests.story.installation import Furnished, Installation, furnished, installed
from tests.story.pipeline import Pipeline

At = Callable[..., AbstractContextManager[Desk]]
ENGLISH = "en"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey is made with scripts in English and without them in Chinese, so in both languages and both ways; crosswise once a night,
    as are the sights of pages in the middle of something in Chinese.
    """
    for item in items:
        given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        crosswise = {"language", "scripts"} <= given.keys() and (given["language"] == ENGLISH) != given["scripts"]
        if crosswise or ("sights" in given and given["language"] != ENGLISH):
            item.add_marker(pytest.mark.nightly)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files are collected once for a test run: the folder is the same for all of its workers."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if base.name.startswith("popen-") else base) / "built-static"


@pytest.fixture
def installation(tmp_path: Path, built: Path) -> Iterator[Installation]:
    """Not started yet and without tables, for tests that are about starting and stopping."""
    with installed(tmp_path / "var", built=built, bare=True) as made:
        yield made


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Iterator[Furnished]:
    """Loaded once for each process of a test run."""
    with furnished(tmp_path_factory.mktemp("demo"), built=built) as made:
        yield made


@pytest.fixture
def furnished_installation(demo: Furnished) -> Iterator[Installation]:
    """Not started yet, with the demo in it."""
    with demo.taken_out() as made:
        yield made


@pytest.fixture
def server(demo: Furnished) -> Iterator[Installation]:
    """The demo, served for one test."""
    with demo.taken_out() as made:
        made.start()
        yield made


@pytest.fixture(scope="module")
def standing_server(demo: Furnished) -> Iterator[Installation]:
    """The demo, served for all tests of a file."""
    with demo.taken_out() as made:
        made.start()
        yield made


@pytest.fixture
def checkout(tmp_path: Path) -> Callable[..., Path]:
    """A clone of a repository as CI has it: one commit, nothing changed."""

    def clone(repository: str, commit: str, name: str = "checkout") -> Path:
        path = tmp_path / name
        if not path.exists():
            git("clone", "--quiet", repository, str(path), cwd=tmp_path)
        git("checkout", "--quiet", "--detach", commit, cwd=path)
        return path

    return clone


def git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True, timeout=120)
    return done.stdout.strip()


def blocking(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The checks of a gate's answer that stand in the way."""
    return [check for check in body["checks"] if check["blocking"] and check["status"] != "pass"]


@pytest.fixture
def pipeline(server: Installation, checkout: Callable[..., Path], tmp_path: Path) -> Pipeline:
    return Pipeline(server, checkout, tmp_path)


# Journeys: pages of this very process, used by somebody at a keyboard --------------------------------------------------


@pytest.fixture(scope="module")
def one_browser() -> Iterator[Browser]:
    """One for all journeys of a file. While it is open Django takes its event loop for ours, and would refuse the database."""
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture(params=[ENGLISH, "zh-hans"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def portal(request: pytest.FixtureRequest, transactional_db: None) -> str:
    """Where this process serves the portal. Asked for late: tables are emptied while the triggers are off only if they came last."""
    return str(request.getfixturevalue("live_server").url)


@pytest.fixture(scope="module")
def windows(one_browser: Browser) -> Iterator[dict[bool, BrowserContext]]:
    """With and without scripts: what a page is made of is fetched once for all who sit down."""
    with ExitStack() as open_ones:
        yield {scripts: open_ones.enter_context(context_of(one_browser, scripts=scripts)) for scripts in (True, False)}


@pytest.fixture
def at(windows: dict[bool, BrowserContext], portal: str, world: World, language: str) -> At:
    """`with at(actor) as desk`: this person at the portal, signed in a while ago, in the language of the test."""

    @contextmanager
    def sat(actor: Any, *, scripts: bool = True) -> Iterator[Desk]:
        context = windows[scripts]
        context.clear_cookies()
        choose(context, portal, **session_of(actor.user, language))
        page = context.new_page()
        try:
            yield Desk(page, language, portal)
        finally:
            page.close()

    return sat
