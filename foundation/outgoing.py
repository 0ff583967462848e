"""Files from addresses that somebody named: fetched without letting the address reach into our own network.

Only https, and http to this machine alone. A host must lead to public addresses, unless it is one that whoever runs the server listed; the
connection goes to the very address that was looked at, so that a name cannot mean something else a moment later. Redirects are looked
at in the same way. What is fetched is bounded in size and time.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import ipaddress
import re
import socket
import ssl
import time
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import IO
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from django.utils.translation import gettext_lazy as _

from foundation.errors import Invalid, TooLarge

LONGEST = 2048
REDIRECTS = 5
SILENCE = 30  # seconds in which nothing arrives
LONGEST_TIME = 1800  # seconds for all of it
CHUNK = 256 * 1024
_MOVED = frozenset({301, 302, 303, 307, 308})
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\Z")
Progress = Callable[[int, int], None]  # bytes so far, bytes in all or 0 where nobody says


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written to the file."""

    sha256: str  # `sha256:` and 64 hex digits
    size: int


def checked(url: str, *, credentials: bool = False) -> str:
    """The address as it may be kept: https (or http), a host, a path. Raises Invalid for anything else, and for user names, passwords and
    query strings, which may hold secrets. With `credentials` these are allowed, and left out of the answer."""
    parts = _parts(url)
    if not credentials and (parts.username is not None or parts.password is not None or parts.query):
        raise _refused(
            "credentials",
            _("The address carries a user name, a password or a query, which would be kept. Give one without."),
        )
    return urlunsplit((parts.scheme, _netloc(parts), parts.path, "", ""))


def fetch(
    url: str,
    into: IO[bytes],
    *,
    most: int,
    near: Collection[str] = (),
    only: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """Write what is at `url` to a file. Hosts in `near` may be private ones, or this machine; with `only` no other host is asked.

    A user name and password in the address are sent to that host, and to no other that it points to.
    Raises Invalid saying what is wrong with the address or the answer; TooLarge beyond `most` bytes.
    """
    began = time.monotonic()
    parts = _parts(url)
    first = parts
    for _hop in range(REDIRECTS + 1):
        sent = {"Accept-Encoding": "identity", "User-Agent": "Countersign", **(headers or {})}
        if parts.username and (parts.scheme, parts.hostname, parts.port) == (first.scheme, first.hostname, first.port):
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            sent["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        if only and (parts.hostname or "").lower() not in {name.lower() for name in only}:
            raise _refused("host", _("Nothing is fetched from %(host)s here.") % {"host": parts.hostname})
        connection = _connection(parts, near)
        try:
            connection.request("GET", urlunsplit(("", "", parts.path or "/", parts.query, "")), headers=sent)
            answer = connection.getresponse()
            if answer.status in _MOVED:
                parts = _moved(parts, answer.getheader("Location") or "")
                continue
            if answer.status != 200:
                raise _refused("status", _("The server answered %(status)s.") % {"status": answer.status})
            return _copied(answer, into, most, began, progress)
        except (OSError, http.client.HTTPException) as error:
            said = _("Nothing could be fetched from %(host)s: %(why)s.") % {"host": parts.hostname, "why": _why(error)}
            raise _refused("unreachable", said) from error
        finally:
            connection.close()
    raise _refused("redirects", _("The server points from one address to the next without end."))


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, seen through the ways of writing one inside another."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


def _parts(url: str) -> SplitResult:
    if not url or len(url) > LONGEST:
        raise _refused("malformed", _("An address has 1 to %(most)s characters.") % {"most": LONGEST})
    if "\\" in url or any(char.isspace() or unicodedata.category(char).startswith("C") for char in url):
        raise _refused("malformed", _("The address contains spaces, control characters or backslashes."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("malformed", _("Host or port of the address cannot be read.")) from error
    if parts.scheme not in ("https", "http"):
        raise _refused("scheme", _("The address begins with https://."))
    host = (parts.hostname or "").lower()
    if port == 0 or not (_HOST.match(host) or _is_address(host)):
        raise _refused("malformed", _("The host name is missing or malformed. Write it in ASCII (xn--…)."))
    return parts._replace(fragment="")


def _netloc(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    return (f"[{host}]" if ":" in host else host) + (f":{parts.port}" if parts.port else "")


def _moved(parts: SplitResult, location: str) -> SplitResult:
    """Where a redirect leads. Never from https to http: what comes then could be anybody's."""
    there = _parts(urljoin(urlunsplit(parts), location))
    if parts.scheme == "https" and there.scheme != "https":
        raise _refused("scheme", _("The server points to an address that is not encrypted."))
    return there


def _connection(parts: SplitResult, near: Collection[str]) -> http.client.HTTPConnection:
    host = (parts.hostname or "").lower()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _refused("unreachable", _("The host %(host)s could not be found.") % {"host": host}) from error
    addresses = list(dict.fromkeys(str(row[4][0]).split("%", 1)[0] for row in rows))
    if parts.scheme == "http" and not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise _refused("scheme", _("http is not encrypted and can be altered on the way. Use the https address."))
    if host not in {name.lower() for name in near} and not all(is_public(address) for address in addresses):
        raise _refused(
            "host",
            _(
                "%(host)s is this machine or in its own network. Whoever runs the server can allow it; see COUNTERSIGN_FETCH_HOSTS."
            )
            % {"host": host},
        )
    if parts.scheme == "http":
        return _Plain(host, port, addresses)
    return _Encrypted(host, port, addresses)


def _dial(addresses: list[str], port: int) -> socket.socket:
    """A connection to the first of the addresses that answers."""
    problem: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=SILENCE)
        except OSError as error:
            problem = error
    raise problem or OSError("no address")


class _Plain(http.client.HTTPConnection):
    """To an address that was looked at, whatever its name means by now."""

    def __init__(self, host: str, port: int, addresses: list[str]) -> None:
        super().__init__(host, port, timeout=SILENCE)
        self.addresses = addresses

    def connect(self) -> None:
        self.sock = _dial(self.addresses, self.port)


class _Encrypted(http.client.HTTPSConnection):
    """The same; the certificate is for the name."""

    def __init__(self, host: str, port: int, addresses: list[str]) -> None:
        self.context = ssl.create_default_context()
        super().__init__(host, port, timeout=SILENCE, context=self.context)
        self.addresses = addresses

    def connect(self) -> None:
        self.sock = self.context.wrap_socket(_dial(self.addresses, self.port), server_hostname=self.host)


def _copied(answer: http.client.HTTPResponse, into: IO[bytes], most: int, began: float, progress: Progress | None) -> Fetched:
    announced = answer.getheader("Content-Length") or ""
    total = int(announced) if announced.isascii() and announced.isdigit() and len(announced) < 16 else 0
    if total > most:
        raise _too_large(most)
    hashed, size = hashlib.sha256(), 0
    while chunk := answer.read1(CHUNK):
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        if time.monotonic() - began > LONGEST_TIME:
            raise _refused("slow", _("The server sends too slowly."))
        hashed.update(chunk)
        into.write(chunk)
        if progress is not None:
            progress(size, total)
    if total and size != total:
        raise _refused("cut", _("The server stopped in the middle of the file."))
    return Fetched("sha256:" + hashed.hexdigest(), size)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", "") or str(error) or type(error).__name__)[:200]


def _refused(code: str, said: object) -> Invalid:
    return Invalid(said, code=f"address.{code}")


def _too_large(most: int) -> TooLarge:
    return TooLarge(_("The file has more than %(most)s MiB.") % {"most": most // 1024**2}, code="address.too_large")
