"""Talking to the server: one origin, one token, bounded time, and retries that cannot do a thing twice."""

from __future__ import annotations

import email.utils
import hashlib
import http.client
import ipaddress
import os
import random
import re
import secrets
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any, NamedTuple

from countersign import __version__, exits, json_text
from countersign.exits import CommandError
from countersign.output import say

LARGEST_ANSWER = 20_000_000
LONGEST_PAUSE = 60.0  # seconds between two tries, whatever Retry-After says
PASSING = {429, 500, 502, 503, 504}  # answers that another try may change


class Answer(NamedTuple):
    """A status below 400, its headers in lower case and its JSON body (None for 304)."""

    status: int
    headers: dict[str, str]
    body: Any


class Refused(CommandError):
    """The server answered with 4xx or 5xx."""

    def __init__(self, status: int, message: str, problem: dict[str, Any], pause: float | None = None) -> None:
        known = {400: exits.REFUSED, 401: exits.UNKNOWN, 403: exits.UNKNOWN, 404: exits.UNKNOWN}
        known.update(dict.fromkeys((409, 412, 413, 415, 422, 428), exits.REFUSED))
        super().__init__(known.get(status, exits.NO_DECISION), message, {"status": status, "problem": problem})
        self.status = status
        self.pause = pause
        in_flight = status == 409 and problem.get("code") == "idempotency.in_flight"
        self.passing = status in PASSING or in_flight


class Unreachable(CommandError):
    """No answer, or none that can be read."""

    def __init__(self, message: str, passing: bool = True) -> None:
        super().__init__(exits.NO_DECISION, message)
        self.passing = passing
        self.pause: float | None = None


@dataclass(frozen=True)
class Access:
    """Where the server is and what opens it."""

    url: str
    token: str
    timeout: float = 30.0
    tries: int = 5


class Server:
    """The HTTP interface under `/api/v1/`."""

    def __init__(self, access: Access) -> None:
        self._access = access
        handlers: list[urllib.request.BaseHandler] = [_SameOrigin(access.url)]
        if access.url.startswith("http:"):
            handlers.append(urllib.request.ProxyHandler({}))  # plain text never passes through a proxy
        self._opener = urllib.request.build_opener(*handlers)

    def get(self, path: str, query: dict[str, str] | None = None, etag: str = "") -> Answer:
        """Read. With `etag`, a 304 comes back as an answer without body."""
        text = "?" + urllib.parse.urlencode(query) if query else ""
        return self._patiently("GET", path + text, None, {"If-None-Match": etag} if etag else {})

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        """Create. Every try of one call carries the same Idempotency-Key, made of the body and of this call.

        A key of the body alone would bring back the stored answer of an earlier run: a gate must be asked anew.
        """
        return self._create(path, json_text.dumps(body).encode("ascii"), "application/json")

    def post_form(self, path: str, fields: list[tuple[str, str]], files: list[tuple[str, str, str, bytes]]) -> Answer:
        """Create from a form, as browsers send one: `fields` of name and value, `files` of field, name, type and bytes."""
        boundary = secrets.token_hex(16)
        return self._create(path, _form(boundary, fields, files), f"multipart/form-data; boundary={boundary}")

    def _create(self, path: str, data: bytes, kind: str) -> Answer:
        key = hashlib.sha256(secrets.token_bytes(16) + f"POST {path}\n".encode() + data).hexdigest()
        return self._patiently("POST", path, data, {"Content-Type": kind, "Idempotency-Key": key})

    def _patiently(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Answer:
        for attempt in range(1, self._access.tries + 1):
            try:
                return self._once(method, path, data, headers)
            except (Refused, Unreachable) as error:
                if not error.passing or attempt == self._access.tries:
                    raise
                pause = min(LONGEST_PAUSE, max(error.pause or 0, random.uniform(0.5, 1) * 2 ** (attempt - 1)))  # noqa: S311 # jitter, no secret
                say(f"{error.message}; next try in {pause:.0f} s")
                time.sleep(pause)
        raise AssertionError("at least one try is made")

    def _once(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(f"{self._access.url}/api/v1/{path}", data=data, method=method, headers=headers)  # noqa: S310 # http(s), checked in `access`
        request.add_header("Accept", "application/json, application/problem+json")
        request.add_header("User-Agent", f"countersign/{__version__}")
        request.add_unredirected_header("Authorization", f"Bearer {self._access.token}")
        try:
            with self._opener.open(request, timeout=self._access.timeout) as response:
                return Answer(response.status, _lower(response.headers), self._json(self._read(response)))
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 304:
                    return Answer(304, _lower(error.headers), None)
                raise self._refusal(error) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise Unreachable(f"{self._access.url}: its certificate cannot be trusted: {reason}", passing=False) from None
            raise Unreachable(f"{self._access.url} cannot be reached: {self._clean(reason) or type(reason).__name__}") from None

    def _read(self, response: Any) -> bytes:
        """The whole body, within the time and size allowed, however slowly it drips."""
        until, parts, size = time.monotonic() + self._access.timeout, [], 0
        while True:
            part = response.read1(65536)
            if not part:
                break
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise Unreachable(f"{self._access.url}: the answer is larger than {LARGEST_ANSWER} bytes", passing=False)
            if time.monotonic() > until:
                raise Unreachable(f"{self._access.url}: the answer took longer than {self._access.timeout:g} s")
        body = b"".join(parts)
        stated = response.headers.get("Content-Length", "")
        if re.fullmatch(r"[0-9]{1,15}", stated) and int(stated) != len(body):
            raise Unreachable(f"{self._access.url}: the answer was cut off")
        return body

    def _json(self, body: bytes) -> Any:
        try:
            return self._scrubbed(json_text.loads(body.decode("utf-8")))
        except ValueError:
            why = "the answer is not JSON. Is this the address of Countersign?"
            raise Unreachable(f"{self._access.url}: {why}", passing=False) from None

    def _refusal(self, error: urllib.error.HTTPError) -> CommandError:
        if 300 <= error.code < 400:
            target = self._clean(error.headers.get("Location", "nowhere"))
            return Unreachable(
                f"{self._access.url} redirects to {target}, which is not followed. Is the URL right?", passing=False
            )
        try:
            problem = json_text.loads(self._read(error).decode("utf-8"))
        except (ValueError, OSError, http.client.HTTPException, CommandError):
            problem = {}
        problem = self._scrubbed(problem) if isinstance(problem, dict) else {}
        return Refused(error.code, _told(error.code, problem), problem, _pause(error.headers.get("Retry-After")))

    def _clean(self, text: Any) -> str:
        """Without the token, should anything have sent it back."""
        return str(text).replace(self._access.token, "***")

    def _scrubbed(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._clean(value)
        if isinstance(value, list):
            return [self._scrubbed(item) for item in value]
        if isinstance(value, dict):
            return {self._clean(key): self._scrubbed(item) for key, item in value.items()}
        return value


def _form(boundary: str, fields: list[tuple[str, str]], files: list[tuple[str, str, str, bytes]]) -> bytes:
    """A multipart form (RFC 7578). Names of files are sent in UTF-8, without what would end them."""
    parts = []
    for name, value in fields:
        head = f'Content-Disposition: form-data; name="{name}"'
        parts.append((head, value.encode("utf-8", "replace")))
    for field, name, kind, data in files:
        plain = re.sub(r'[\x00-\x1f"\\]', "_", name)
        parts.append((f'Content-Disposition: form-data; name="{field}"; filename="{plain}"\r\nContent-Type: {kind}', data))
    lines = [f"--{boundary}\r\n{head}\r\n\r\n".encode("utf-8", "replace") + data + b"\r\n" for head, data in parts]
    return b"".join(lines) + f"--{boundary}--\r\n".encode("ascii")


class _SameOrigin(urllib.request.HTTPRedirectHandler):
    """A read may be sent on within the same scheme, host and port; nothing else is followed."""

    def __init__(self, url: str) -> None:
        self._origin = urllib.parse.urlsplit(url)[:2]

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if req.get_method() != "GET" or urllib.parse.urlsplit(newurl)[:2] != self._origin:
            return None
        follow = super().redirect_request(req, fp, code, msg, headers, newurl)
        if follow is not None:
            follow.add_unredirected_header("Authorization", req.get_header("Authorization"))
        return follow


def access(url: str, token_file: str, insecure_http: bool, timeout: float, tries: int) -> Access:
    """Where to and with what, from options and environment. Raises CommandError when something is missing or unsafe."""
    url = (url or os.environ.get("COUNTERSIGN_URL", "")).strip().rstrip("/")
    if not url:
        raise exits.usage("Which server? Set COUNTERSIGN_URL or say --url.")
    try:
        parts = urllib.parse.urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise exits.usage("The URL of the server cannot be read.") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or re.search(r"[^!-~]", url):
        raise exits.usage("The URL of the server is of the form https://host[:port][/path].")
    if parts.username is not None or parts.password is not None:
        raise exits.usage("The URL of the server holds a name or a password; the token is all that is needed.")
    if parts.scheme == "http" and not _is_loopback(host) and not insecure_http:
        raise exits.usage(f"http to {host} would send the token in the clear. Use https, or --insecure-http if you must.")
    return Access(url, _token(token_file), timeout, tries)


def _token(token_file: str) -> str:
    if token_file:
        try:
            with open(token_file, encoding="utf-8") as file:
                token = file.read(10_000).strip()
        except (OSError, ValueError) as error:
            raise exits.usage(f"{token_file}: cannot be read: {getattr(error, 'strerror', None) or 'not text'}") from None
    else:
        token = os.environ.get("COUNTERSIGN_TOKEN", "").strip()
    if not token:
        raise exits.usage("No token. Set COUNTERSIGN_TOKEN or say --token-file.")
    if not re.fullmatch(r"[!-~]+", token):
        raise exits.usage("The token holds characters that no token has. Was it copied in full, and alone?")
    return token


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _told(status: int, problem: dict[str, Any]) -> str:
    """What a problem document says, in one line."""
    title = problem.get("title") or http.client.responses.get(status, "Error")
    parts = [f"{title} ({status})"]
    if problem.get("detail"):
        parts.append(str(problem["detail"]))
    errors = problem.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            parts.append(f"{error.get('field', '')}: {error.get('message', '')}")
    text = "; ".join(parts)
    return f"{text} [request {problem['request_id']}]" if problem.get("request_id") else text


def _pause(retry_after: str | None) -> float | None:
    """Seconds to wait, from a number or a date."""
    if not retry_after:
        return None
    if re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
        return float(retry_after)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def pause_of(answer: Answer, otherwise: float) -> float:
    """How long to wait before asking again: what the answer says, at least a second and at most a minute."""
    stated = _pause(answer.headers.get("retry-after"))
    return min(LONGEST_PAUSE, max(1.0, otherwise if stated is None else stated))
