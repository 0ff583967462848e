"""Which addresses may be fetched from. An allow-list: what is not recognised is refused."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .errors import MirrorError

MAX_LENGTH = 2048
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_SCP = re.compile(r"(?P<user>[^@/:\s]+)@(?P<host>[^@/:\s]+):(?P<path>[^\s]+)")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\Z")
_SSH_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\Z")
_ACCEPTED = "Accepted are https://host/path, ssh://user@host/path and user@host:path."


def check_url(url: str, *, allow_local: bool, local_roots: Sequence[Path], allowed_hosts: Collection[str] = ()) -> str:
    """The address in normal form, or MirrorError saying why it may not be fetched from.

    https and ssh are accepted (`user@host:path` becomes `ssh://user@host/path`, as forges mean it). A local path or
    `file://` address is accepted when `allow_local`, or when the repository lies wholly inside one of `local_roots`:
    no link inside it leads out, and it borrows no objects from elsewhere. The answer is then the path with all links resolved.
    With `allowed_hosts`, only those hosts are accepted. Addresses never carry a secret: they end in logs and process lists.
    """
    _check_text(url)
    scheme = _SCHEME.match(url)
    if scheme is None:
        if url.startswith("/"):
            return _local(url, allow_local, local_roots)
        scp = _SCP.fullmatch(url)
        if scp is None:
            raise MirrorError("address.malformed", "This is not the address of a repository.", _ACCEPTED)
        return _network(f"ssh://{scp['user']}@{scp['host']}/{scp['path'].lstrip('/')}", "ssh", allowed_hosts)
    name = scheme[1].lower()
    if name == "file":
        return _local(_file_path(url), allow_local, local_roots)
    if name == "http":
        raise MirrorError("address.scheme", "http is not encrypted and can be altered on the way.", "Use the https address.")
    if name not in ("https", "ssh"):
        raise MirrorError("address.scheme", f"The transport {name} is not accepted.", _ACCEPTED)
    return _network(url, name, allowed_hosts)


def protocol_of(url: str) -> str:
    """The one transport that Git may use for an address that `check_url` returned: https, ssh or file."""
    return url.split("://", 1)[0] if url.startswith(("https://", "ssh://")) else "file"


def vetted_addresses(url: str, *, allowed_hosts: Collection[str]) -> list[str]:
    """The network addresses behind a checked https or ssh address, in the order the resolver gave them.

    Raises MirrorError if any of them is this machine, link-local (where clouds hand out their credentials) or no unicast
    address, unless the host is listed by name. Private ranges are accepted: a company's Git server usually lives in one.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 22)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise MirrorError("remote.unreachable", f"The host {host} could not be found.", "Check spelling and network.") from error
    addresses = list(dict.fromkeys(str(row[4][0]).split("%", 1)[0] for row in found))
    if host not in allowed_hosts:
        for address in addresses:
            if _forbidden(ipaddress.ip_address(address)):
                raise _forbidden_host(host)
    return addresses


def _check_text(url: str) -> None:
    if not url or len(url) > MAX_LENGTH:
        raise MirrorError("address.malformed", f"An address has 1 to {MAX_LENGTH} characters.")
    if url.startswith("-"):
        raise MirrorError("address.malformed", "An address does not start with a dash.", _ACCEPTED)
    if "::" in url:
        raise MirrorError("address.scheme", "Addresses of remote helpers (with ::) are not accepted.", _ACCEPTED)
    if any(unicodedata.category(char).startswith("C") for char in url) or "\\" in url:
        raise MirrorError("address.malformed", "The address contains control characters or backslashes.", _ACCEPTED)


def _network(url: str, scheme: str, allowed_hosts: Collection[str]) -> str:
    if any(char.isspace() for char in url):
        raise MirrorError("address.malformed", "The address contains white space.", _ACCEPTED)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MirrorError("address.malformed", "Host or port of the address cannot be read.", _ACCEPTED) from error
    _check_user(parts.username, parts.password, scheme)
    host = (parts.hostname or "").lower()
    if not _HOST.match(host):
        raise MirrorError("address.malformed", "The host name is missing or malformed.", "Write it in ASCII (xn--…).")
    if port == 0:
        raise MirrorError("address.malformed", "Port 0 does not exist.")
    _check_host(host, allowed_hosts)
    path = _checked_path(parts.path, parts.query or parts.fragment or url.endswith(("?", "#")))
    user = f"{parts.username}@" if parts.username else ""
    return f"{scheme}://{user}{host}{f':{port}' if port else ''}{path}"


def _check_user(user: str | None, password: str | None, scheme: str) -> None:
    if password is not None or (scheme == "https" and user is not None):
        raise MirrorError(
            "address.credentials",
            "The address carries a user name or password.",
            "Leave out everything before the @; give the access token in the repository's settings.",
        )
    if user is not None and not _SSH_USER.match(user):
        raise MirrorError("address.malformed", "The user name in the address is malformed.", _ACCEPTED)


def _check_host(host: str, allowed_hosts: Collection[str]) -> None:
    if allowed_hosts and host not in allowed_hosts:
        raise MirrorError("address.host", f"{host} is not on the list of allowed Git hosts.", "Ask an administrator to add it.")
    if host in allowed_hosts:
        return
    last = host.rsplit(".", 1)[-1]
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        # 127.1, 2130706433 and 0x7f000001 are addresses to the resolver though not to us.
        if host == "localhost" or host.endswith(".localhost") or last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
            raise _forbidden_host(host) from None
        return
    if _forbidden(literal):
        raise _forbidden_host(host)


def _forbidden(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved


def _forbidden_host(host: str) -> MirrorError:
    return MirrorError("address.host", f"{host} is this machine or a reserved address.", "Use the public name of the Git server.")


def _checked_path(path: str, extra: str | bool) -> str:
    plain = unquote(path)
    if extra:
        raise MirrorError("address.malformed", "The address has a query or fragment.", "Leave out everything from ? or # on.")
    if plain.strip("/") == "":
        raise MirrorError("address.malformed", "The address names a host but no repository on it.", _ACCEPTED)
    if ".." in plain.split("/") or any(unicodedata.category(char).startswith("C") for char in plain) or "\\" in plain:
        raise MirrorError("address.malformed", "The path of the address is malformed.", _ACCEPTED)
    if plain.lstrip("/").startswith("-"):
        raise MirrorError("address.malformed", "The path of the address starts with a dash.")
    return path


def _file_path(url: str) -> str:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
        raise MirrorError("address.malformed", "A file address has three slashes and a path: file:///srv/repository.")
    path = unquote(parts.path)
    _check_text(path)
    return path


def _local(path: str, allow_local: bool, local_roots: Sequence[Path]) -> str:
    real = Path(os.path.realpath(path))
    inside = any(real.is_relative_to(os.path.realpath(root)) for root in local_roots)
    if not allow_local and not inside:  # said before looking, so that nobody learns which paths exist
        raise MirrorError(
            "address.local",
            "Repositories on this server's own disk are not accepted from there.",
            "Use an https or ssh address, or have COUNTERSIGN_ALLOW_LOCAL_REPOSITORIES set.",
        )
    directory = git_directory(real)
    if not allow_local:
        _check_self_contained(directory, real)
    return str(real)


def git_directory(repository: Path) -> Path:
    """The Git directory of a local repository: `.git` in it, or itself when it is bare. `.git` files (links) are not followed."""
    nested = repository / ".git"
    directory = nested if nested.is_dir() and not nested.is_symlink() else repository
    if os.path.lexists(directory / ".git") or not (directory / "HEAD").is_file() or not (directory / "objects").is_dir():
        said = "There is no Git repository at that path."
        raise MirrorError("remote.not_found", said, "Linked work trees and submodules are not accepted.")
    return directory


def _check_self_contained(directory: Path, repository: Path) -> None:
    """Refuse what would let a repository inside an allowed folder serve objects from outside of it."""
    borrowed = [directory / "objects" / "info" / "alternates", directory / "commondir"]
    links = (
        Path(folder, name)
        for folder, folders, files in os.walk(directory)
        for name in (*folders, *files)
        if os.path.islink(os.path.join(folder, name))
    )
    if any(os.path.lexists(path) for path in borrowed) or next(links, None) is not None:
        raise MirrorError(
            "address.local",
            f"The repository {repository.name} borrows from outside of its folder.",
            "Clone it with --no-local --no-hardlinks into the folder first.",
        )
