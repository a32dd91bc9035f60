"""What the options of commands mean."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from leaderboard.cli.arguments import service_url, whole


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        (" https://example.com/ ", "https://example.com"),
        ("http://example.com/live/", "http://example.com/live"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_loses_its_last_slash(text: str, url: str) -> None:
    assert service_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "localhost:8080",
        "127.0.0.1",
        "ftp://example.com",
        "http://",
        "http://host:port",
        "http://host:99999",
        "http://[::1",
        "",
        "http://me:secret@host",
        "http://host/?a=secret",
        "http://host/#secret",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ArgumentTypeError) as refused:
        service_url(text)

    assert "secret" not in str(refused.value)


def test_whole_numbers_have_bounds() -> None:
    number = whole(1, 10)

    assert [number("1"), number("10")] == [1, 10]
    for text in ("0", "11", "-1", "1.0", "²", "", "9" * 5000):
        with pytest.raises(ArgumentTypeError):
            number(text)
