"""What a literal in code gives away: an address, a secret's name or place, something that is meant not to be read. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

MOST_LOOKED_AT = 100_000  # characters of one literal
LONG = 400  # characters from which a literal without blanks is looked at for what it hides
MOST_HOSTS = 50  # of one literal

Found = tuple[str, str, str]  # capability, symbol, detail

_ADDRESS = re.compile(
    r"\b(https?|ftps?|wss?|tcp|udp|s3|gs|gcs|hdfs|ssh|git|mongodb|redis|amqps?|postgres(?:ql)?|mysql|ldaps?|smtp|telnet|socks5?h?)"
    r"://([^\s/'\"<>()\\,;`|?#]*)",
    re.IGNORECASE,
)
_IP = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(:\d{1,5})?")
_SECRET_NAME = re.compile(
    r"(?:^|_)(TOKEN|SECRET|SECRETS|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?|AUTH)(?:_|$)"
)
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_SECRET_PLACE = re.compile(
    r"\.ssh(?:/|\\|$)|\bid_(?:rsa|dsa|ecdsa|ed25519)\b|\.aws/(?:credentials|config)|\.netrc\b|\.pypirc\b|\.git-credentials|\.docker/config\.json"
    r"|\.kube/config|/etc/(?:shadow|passwd|sudoers)"
    r"|\.gnupg|\.bash_history|\.config/gcloud|application_default_credentials|Login Data|wallet\.dat|169\.254\.169\.254"
    r"|metadata\.google\.internal|/var/run/secrets|\.huggingface/token"
)
_SECRET_ITSELF = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[baprs]-[0-9A-Za-z-]{20,}"
)
_BASE64, _HEXADECIMAL = re.compile(r"[A-Za-z0-9+/=_-]+"), re.compile(r"[0-9a-fA-F]+")
# One of these has to stand in some literal of a file before each is looked at for secrets: most files have none.
_SECRET_MARKS = (
    ".ssh", "id_", ".aws", "netrc", "pypirc", ".git-c", ".docker", ".kube", "/etc/", ".gnupg", "_history", "gcloud",
    "application_d", "Login Data", "wallet", "169.254", "metadata.g", "secrets", ".huggingface", "PRIVATE KEY", "AKIA", "ASIA",
    "gh", "xox",
)  # fmt: skip
# Names of things, not places that are asked.
_NAMES = (
    "www.w3.org",
    "json-schema.org",
    "schema.org",
    "purl.org",
    "example.com",
    "example.org",
    "example.net",
    "xmlns.com",
    "www.example.com",
)


def looked_at(text: str, secrets: bool = True) -> Iterator[Found]:
    """What is notable about a text, each once. Without `secrets`, places and values of secrets are not looked for."""
    if "://" in text:
        yield from _addresses(text)
    elif text[:1].isdigit() and text.count(".") == 3:
        whole = _IP.fullmatch(text.strip())
        if whole and all(int(part) < 256 for part in whole.groups()[:4]):
            yield "net/endpoint", text.strip(), "address"
    if secrets:
        yield from _secrets(text)
    if "_" in text and len(text) < 100 and text.isupper() and _CONSTANT.fullmatch(text) and _SECRET_NAME.search(text):
        yield "secret/ref", f"env:{text}", "name"
    if len(text) >= LONG:
        yield from _hidden(text)


def may_hold_secrets(texts: str) -> bool:
    """Whether it is worth a look at each of the literals of a file, which are given as one text."""
    return any(mark in texts for mark in _SECRET_MARKS)


def secret_name(name: str) -> bool:
    """Whether the name of a variable tells that it holds a secret."""
    return bool(_SECRET_NAME.search(name.upper()))


def _addresses(text: str) -> Iterator[Found]:
    prose = any(char.isspace() for char in text.strip()[:500])
    hosts: dict[tuple[str, str], str] = {}
    for match in _ADDRESS.finditer(text, 0, MOST_LOOKED_AT):
        host = _host(match[2])
        mentioned = host.partition(":")[0] in _NAMES or (prose and not _commands(text))
        hosts.setdefault(("net/mention" if mentioned else "net/endpoint", host), match[1].lower())
        if len(hosts) >= MOST_HOSTS:
            break
    for (capability, host), scheme in hosts.items():
        yield capability, host, scheme


def _host(written: str) -> str:
    """Without user and password, which are nobody's to keep; `*` where it is computed."""
    host = written.rpartition("@")[2].lower().rstrip(".:")
    return "*" if not host or host[0] in "{%$<" else host[:200]


def _commands(text: str) -> bool:
    """A line for a shell that fetches is no prose."""
    return bool(re.search(r"\b(curl|wget|powershell|git|pip3?|Invoke-WebRequest|nc|bash|sh)\b", text[:MOST_LOOKED_AT]))


def _secrets(text: str) -> Iterator[Found]:
    place = _SECRET_PLACE.search(text, 0, MOST_LOOKED_AT)
    if place:
        yield "secret/ref", place[0].strip("/\\"), "place"
    if _SECRET_ITSELF.search(text, 0, MOST_LOOKED_AT):
        yield "secret/ref", "a secret itself", "literal"  # never the secret: what is scanned is stored and shown


def _hidden(text: str) -> Iterator[Found]:
    sample = text[:MOST_LOOKED_AT]
    if len(text) > MOST_LOOKED_AT:
        yield "obscured", "literal", f"gigantic: {len(text)} characters"
        return
    blanks = sum(map(sample.count, " \n\t"))
    if blanks * 50 > len(sample):
        return
    bits = entropy(sample)
    coded = _HEXADECIMAL.fullmatch(sample) or (bits >= 4.5 and _BASE64.fullmatch(sample))
    if coded or bits >= 5.0:
        yield "obscured", "literal", f"{len(text)} characters, {bits:.1f} bits each"


def entropy(text: str | bytes) -> float:
    """Bits per character (Shannon): English prose has about 4.2, base64 of packed data about 6."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values())


# Over the bytes of a whole file ---------------------------------------------------------------------------------------------

_BIDI = re.compile(rb"\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")  # U+202A to 202E, U+2066 to 2069 (CVE-2021-42574)
_PUSHED_ASIDE = re.compile(rb"[ \t]{150};|;[ \t]{150,400}[^\s#]")
_WIDE, _WIDE_TABS = b" " * 150, b"\t" * 150
_MANGLED = re.compile(rb"\b(?:_0x[0-9a-f]{4,}|[O0]{8,}|[Il1]{8,}|_{9,}[a-z]?)\b")
_MANGLED_MARKS = (b"_0x", b"OOOO", b"O0O", b"0O0", b"IlI", b"lIl", b"IIII", b"llll", b"_________")
LONGEST_LINE = 5_000
MOST_MANGLED = 10


def hidden_in_file(data: bytes) -> Iterator[tuple[str, int]]:
    """Why the text of a file looks meant not to be read, with a line."""
    if b"\xe2\x80" in data or b"\xe2\x81" in data:
        yield from _first("bidirectional", _BIDI, data)
    if _WIDE in data or _WIDE_TABS in data:
        yield from _first("pushed_aside", _PUSHED_ASIDE, data)
    if not any(mark in data for mark in _MANGLED_MARKS):
        return
    at = 0
    for number, _match in enumerate(_MANGLED.finditer(data)):
        at = at or _match.start()
        if number == MOST_MANGLED:
            yield "mangled_names", data.count(b"\n", 0, at) + 1
            break


def _first(reason: str, pattern: re.Pattern[bytes], data: bytes) -> Iterator[tuple[str, int]]:
    match = pattern.search(data)
    if match:
        yield reason, data.count(b"\n", 0, match.start()) + 1
