"""Which service, which token: options first, then the environment, then the data directory of this machine."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from leaderboard.cli.arguments import WrongUsage
from leaderboard.cli.connection import Connection, connection_of, is_this_machine, settle


def settled(tmp_path: Path, environ: dict[str, str] | None = None, **options: str) -> Connection:
    args = Namespace(data=tmp_path, **options)
    settle(args, environ or {})
    return connection_of(args)


def first_token(tmp_path: Path, text: str = "first\n") -> str:
    (tmp_path / "admin.token").write_text(text)
    return str(tmp_path / "admin.token")


def test_options_come_before_the_environment(tmp_path: Path) -> None:
    environ = {"LEADERBOARD_URL": "http://there/", "LEADERBOARD_TOKEN": " theirs\n"}
    first_token(tmp_path)

    named = settled(tmp_path, environ, url="http://here", token="mine")
    from_environment = settled(tmp_path, environ)

    assert (named.url, named.token, named.whence) == ("http://here", "mine", "--token")
    assert (from_environment.url, from_environment.token) == ("http://there", "theirs")


def test_without_either_it_is_the_first_token_of_this_machine(tmp_path: Path) -> None:
    whence = first_token(tmp_path)

    assert settled(tmp_path) == Connection("http://127.0.0.1:8080", "first", whence)


@pytest.mark.parametrize(
    "url", ["http://example.com", "http://10.0.0.1:8080", "http://localhost.example.com"]
)
def test_the_token_of_this_machine_is_sent_nowhere_else(tmp_path: Path, url: str) -> None:
    first_token(tmp_path)
    connection = settled(tmp_path, url=url)

    assert connection.token is None
    assert connection.whence.endswith("admin.token is sent to this machine only")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:80", True),
        ("http://LOCALHOST", True),
        ("http://0.0.0.0", False),
        ("http://128.0.0.1", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
def test_only_loopback_addresses_are_this_machine(url: str, expected: bool) -> None:
    assert is_this_machine(url) is expected


def test_why_there_is_no_token_is_known(tmp_path: Path) -> None:
    missing = settled(tmp_path)
    first_token(tmp_path, "\n")
    empty = settled(tmp_path)
    (tmp_path / "admin.token").unlink()
    (tmp_path / "admin.token").mkdir()
    unreadable = settled(tmp_path)

    assert [one.token for one in (missing, empty, unreadable)] == [None] * 3
    assert missing.whence == f"there is no {tmp_path}/admin.token"
    assert empty.whence.endswith("admin.token is empty")
    assert unreadable.whence.endswith("admin.token cannot be read: Is a directory")


@pytest.mark.parametrize("token", ["a\nX-Other: 1", "tökén", "a b", "\x7f"])
def test_a_token_that_is_none_is_wrong_usage_and_is_not_shown(tmp_path: Path, token: str) -> None:
    for options, environ in (({"token": token}, {}), ({}, {"LEADERBOARD_TOKEN": token})):
        with pytest.raises(WrongUsage) as refused:
            settled(tmp_path, environ, **options)

        assert token not in str(refused.value)


def test_an_address_in_the_environment_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="LEADERBOARD_URL is not an address such as"):
        settled(tmp_path, {"LEADERBOARD_URL": "localhost:8080"})


def test_a_connection_does_not_show_its_token() -> None:
    assert "secret" not in repr(Connection("http://here", "secret", "--token"))
