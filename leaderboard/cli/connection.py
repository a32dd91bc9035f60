"""Which service a command talks to, and with which token. Opens no connection."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError, Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from leaderboard.cli.arguments import WrongUsage, service_url
from leaderboard.cli.bootstrap import FILE_NAME

DEFAULT_URL: Final = "http://127.0.0.1:8080"
URL_VARIABLE: Final = "LEADERBOARD_URL"
TOKEN_VARIABLE: Final = "LEADERBOARD_TOKEN"  # noqa: S105  the name of a variable, not a secret


@dataclass(frozen=True, slots=True)
class Connection:
    """`whence` says where the token comes from, or why there is none; the token itself is never shown."""

    url: str
    token: str | None = field(repr=False)
    whence: str


def settle(args: Namespace, environ: Mapping[str, str] = os.environ) -> None:
    """Puts the address and the token into `args`: from the options, the environment, the data directory."""
    args.url = getattr(args, "url", None) or _url_of(environ)
    args.token, args.token_whence = _token_of(args, environ)


def connection_of(args: Namespace) -> Connection:
    """The connection of a command whose options are settled."""
    return Connection(args.url, args.token, args.token_whence)


def _url_of(environ: Mapping[str, str]) -> str:
    try:
        return service_url(environ.get(URL_VARIABLE) or DEFAULT_URL)
    except ArgumentTypeError as error:
        raise WrongUsage(f"{URL_VARIABLE} {error}") from error


def _token_of(args: Namespace, environ: Mapping[str, str]) -> tuple[str | None, str]:
    given = {"--token": getattr(args, "token", None), TOKEN_VARIABLE: environ.get(TOKEN_VARIABLE)}
    for whence, text in given.items():
        if text and text.strip():
            return _checked(text.strip(), whence), whence
    return _local_token(args.data / FILE_NAME, args.url)


def _checked(token: str, whence: str) -> str:
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise WrongUsage(f"{whence}: the token has characters in it that no token has")
    return token


def _local_token(path: Path, url: str) -> tuple[str | None, str]:
    """The first token of this data directory. It is a secret of this machine and is sent nowhere else."""
    if not is_this_machine(url):
        return None, f"{path} is sent to this machine only"
    try:
        token = path.read_text("ascii").strip()
    except FileNotFoundError:
        return None, f"there is no {path}"
    except (OSError, UnicodeDecodeError) as error:
        return None, f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}"
    return (_checked(token, str(path)), str(path)) if token else (None, f"{path} is empty")


def is_this_machine(url: str) -> bool:
    """Whether an address is one that only this machine answers."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
