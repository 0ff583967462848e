"""The command line: what can be said, and how its end is told."""

from __future__ import annotations

import argparse
import importlib.util
import re
import sys
from collections.abc import Sequence
from typing import Any, Callable, NoReturn

from countersign import __version__, exits, gate, increment, push, request
from countersign.exits import CommandError
from countersign.legends import command as legends
from countersign.output import say, write_json
from countersign.push import KINDS
from countersign.server import Server, access

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
EXTRA = ("cryptography", "asn1crypto", "pypdf")


class _Parser(argparse.ArgumentParser):
    """Exits 3 on a mistake: 2 would read as a result of `verify`."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(exits.USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. What stops it is told on stderr and, for programs, as JSON on stdout."""
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except CommandError as error:
        say(error.message)
        decision = {"decision": None} if parsed.run is _gate_check else {}
        write_json({**decision, "error": error.message, **error.fields, "exit_code": error.code})
        return error.code


def crash_code(arguments: Sequence[str]) -> int:
    """What a fault of our own exits with: for a gate it is no decision."""
    return exits.NO_DECISION if "gate" in arguments else exits.CRASH


def _parser() -> _Parser:
    parser = _Parser(prog="countersign", description="Ask the gate, send provenance, check evidence, explain columns.")
    parser.add_argument("--version", action="version", version=f"countersign {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    server = _server_options()
    _add_push(commands, server)
    _add_request(commands, server)
    _add_increment(commands, server)
    _add_gate(commands, server)
    _add_explain(commands, server)
    _add_scan(commands)
    _add_verify(commands)
    return parser


def _server_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    group = options.add_argument_group("server")
    group.add_argument("--url", default="", help="address of the server (else COUNTERSIGN_URL)")
    group.add_argument("--token-file", default="", metavar="FILE", help="holds the token alone (else COUNTERSIGN_TOKEN)")
    group.add_argument("--insecure-http", action="store_true", help="send the token over http to another machine")
    group.add_argument("--timeout", type=_between(float, 0.1, 600), default=30.0, metavar="SECONDS", help="for one try (30)")
    group.add_argument("--tries", type=_between(int, 1, 20), default=5, metavar="N", help="before giving up (5)")
    return options


def _add_push(commands: Any, server: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("push", parents=[server], help="send the provenance of a model version")
    parser.add_argument("--use-case", required=True, metavar="SLUG")
    parser.add_argument("--model", required=True, metavar="NAME")
    parser.add_argument("--version", required=True, metavar="V")
    parser.add_argument("--kind", choices=KINDS, default="model")
    parser.add_argument("--registry", default="ci", metavar="NAME", help="where the version is registered (ci)")
    parser.add_argument("--repo-dir", default=".", metavar="DIR", help="Git checkout to read (.)")
    parser.add_argument("--repository", default="", metavar="URL", help="else the remote origin")
    parser.add_argument("--commit", default="", metavar="SHA", help="else what is checked out")
    parser.add_argument("--lock", action="append", default=[], metavar="FILE", help="lock file; may be repeated")
    parser.add_argument(
        "--dictionary",
        action="append",
        default=[],
        metavar="SLUG@N",
        help="release of a dictionary it was built against; may be repeated",
    )
    parser.add_argument("--params", default="", metavar="FILE", help="JSON, or YAML for the server to read")
    parser.add_argument("--metrics", default="", metavar="FILE", help="JSON, or YAML for the server to read")
    parser.add_argument("--confusion", default="", metavar="FILE", help="JSON with dataset, tp, fp, fn, tn")
    parser.add_argument("--data", action="append", default=[], metavar="ROLE[:NAME]=FILE", help="hashed here; may be repeated")
    parser.add_argument("--artifact", default="", metavar="FILE|SHA256", help="hashed here")
    parser.add_argument("--artifact-uri", default="", metavar="URI", help="where the artifact lies")
    parser.add_argument("--runtime-image", default="", metavar="DIGEST", help="sha256:… of the image it runs in")
    parser.add_argument("--dvc-lock", default="", metavar="FILE")
    parser.set_defaults(run=lambda parsed: push.push(parsed, _server(parsed)))


def _add_request(commands: Any, server: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("request", parents=[server], help="open the approval request of a model version")
    _add_subject(parser)
    parser.add_argument("--comment", default="", metavar="TEXT")
    parser.set_defaults(run=lambda parsed: request.request(parsed, _server(parsed)))


def _add_increment(commands: Any, server: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "increment", parents=[server], help="record what can be looked at now, and ask people what they think"
    )
    parser.add_argument("--use-case", required=True, type=_slug, metavar="SLUG")
    parser.add_argument("--title", required=True, metavar="TEXT")
    parser.add_argument("--shown", required=True, metavar="TEXT", help="what people can see or try")
    parser.add_argument("--model", type=_name_and_version, metavar="NAME@V", help="the version that it was made with")
    parser.add_argument("--link", action="append", default=[], metavar="URL", help="where to try or watch it; may be repeated")
    parser.add_argument("--picture", action="append", default=[], metavar="FILE", help="PNG or JPEG; may be repeated")
    parser.add_argument(
        "--key",
        default="",
        metavar="KEY",
        help="names this run, so that sending again changes nothing (else the CI's run, else the commit)",
    )
    parser.add_argument("--repo-dir", default=".", metavar="DIR", help="Git checkout whose commit is the key (.)")
    parser.set_defaults(run=lambda parsed: increment.increment(parsed, _server(parsed)))


def _add_gate(commands: Any, server: argparse.ArgumentParser) -> None:
    group = commands.add_parser("gate", help="ask a gate")
    parser = group.add_subparsers(title="commands", metavar="COMMAND", required=True).add_parser(
        "check",
        parents=[server],
        help="may this version go there?",
        epilog="exits 0 allow, 10 deny, 11 still pending, 12 unknown or not authorised, 13 no decision, 3 used wrongly",
    )
    _add_subject(parser)
    commit = parser.add_mutually_exclusive_group()
    commit.add_argument("--commit", default="", metavar="SHA", help="what is being shipped (else HEAD of the checkout)")
    commit.add_argument("--no-commit", action="store_true", help="for versions that have none")
    parser.add_argument("--artifact", default="", metavar="FILE|SHA256", help="what is being shipped")
    parser.add_argument("--wait", type=_duration, default=0.0, metavar="TIME", help="wait while it is pending: 90s, 30m, 2h (0)")
    parser.add_argument("--junit", default="", metavar="FILE", help="write the checks as JUnit")
    parser.add_argument("--summary", default="", metavar="FILE", help="append the checks as Markdown")
    parser.set_defaults(run=_gate_check)


def _add_explain(commands: Any, server: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "explain",
        parents=[server],
        help="what each column of a file means",
        epilog="exits 0 all explained, 12 some are not or there is no legend, 13 server unreachable, 3 used wrongly or unreadable",
    )
    parser.add_argument("file", metavar="FILE", help="CSV, XLSX or Parquet")
    parser.add_argument("--legend", default="", metavar="FILE", help="else the one in the file, else the one beside it")
    parser.add_argument("--dictionary", type=_slug, metavar="SLUG", help="ask the server where there is no legend")
    parser.add_argument(
        "--dataset", default="", type=_utf8, metavar="NAME", help="what the dictionary calls it (else the file's name)"
    )
    parser.add_argument("--server", dest="url", default=argparse.SUPPRESS, metavar="URL", help="the same as --url")
    parser.add_argument("--column", action="append", default=[], metavar="NAME", help="this one alone; may be repeated")
    parser.add_argument("--json", action="store_true", help="no text for people")
    parser.set_defaults(run=legends.explain)


def _add_scan(commands: Any) -> None:
    parser = commands.add_parser(
        "scan",
        help="what a wheel, an sdist or a model can do, or what changed between two",
        epilog="exits 0 read in full, 12 something could not be read, 3 used wrongly or no such file",
    )
    parser.add_argument("archive", type=_utf8, metavar="ARCHIVE")
    parser.add_argument("--against", default="", type=_utf8, metavar="ARCHIVE", help="an earlier release: tell only what changed")
    parser.add_argument("--json", action="store_true", help="no text for people")
    parser.set_defaults(run=_scan)


def _add_verify(commands: Any) -> None:
    parser = commands.add_parser(
        "verify",
        help="check a report or an evidence bundle, offline",
        epilog="exits 0 intact, 1 altered, 2 incomplete, 3 used wrongly",
    )
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--key", action="append", default=[], metavar="VKEY", help="else COUNTERSIGN_VERIFY_KEY, else ~/.config/countersign/keys"
    )
    parser.add_argument("--since", default="", metavar="CHECKPOINT", help="one kept from earlier, or the file that holds it")
    parser.add_argument("--json", action="store_true", help="no text for people")
    parser.set_defaults(run=_verify)


def _add_subject(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, type=_name_and_version, metavar="NAME@V")
    parser.add_argument("--env", required=True, type=_utf8, metavar="ENVIRONMENT")
    parser.add_argument("--purpose", choices=("deployment", "rollback"), default="deployment")


def _server(parsed: argparse.Namespace) -> Server:
    return Server(access(parsed.url, parsed.token_file, parsed.insecure_http, parsed.timeout, parsed.tries))


def _gate_check(parsed: argparse.Namespace) -> int:
    return gate.check(parsed, _server(parsed))


def _verify(parsed: argparse.Namespace) -> int:
    if importlib.util.find_spec("countersign.verification") is None:
        raise exits.usage('This file does not carry verify; pip install "./client[verify]" does (Python 3.11 or later).')
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing or sys.version_info < (3, 11):
        lacking = ", ".join(missing) or f"a Python of 3.11 or later (this is {sys.version_info[0]}.{sys.version_info[1]})"
        raise exits.usage(f'verify needs {lacking}. Install it with: pip install "./client[verify]"')
    from countersign.verification.command import verify

    return verify(parsed)


def _scan(parsed: argparse.Namespace) -> int:
    if importlib.util.find_spec("countersign.scanning") is None:
        raise exits.usage("This file does not carry scan; pip install ./client does (Python 3.11 or later).")
    if sys.version_info < (3, 11):
        raise exits.usage(f"scan needs a Python of 3.11 or later (this is {sys.version_info[0]}.{sys.version_info[1]})")
    from countersign.scanning import scan_file

    return scan_file(parsed)


def _slug(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no short name, as in an address")
    return text


def _name_and_version(text: str) -> tuple[str, str]:
    name, _at, version = _utf8(text).rpartition("@")
    if not name or not version:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME@VERSION")
    return name, version


def _utf8(text: str) -> str:
    """What was typed, if it is text: bytes that are none arrive as halves of characters, which nothing can be asked about."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError(f"{text!r} is not UTF-8") from None
    return text


def _duration(text: str) -> float:
    match = re.fullmatch(r"([0-9]{1,9})([smhd]?)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 90s, 30m or 2h")
    return float(int(match[1]) * UNITS[match[2]])


def _between(of: Callable[[str], Any], least: float, most: float) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            value = of(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least:g} to {most:g}")
        return value

    return read
