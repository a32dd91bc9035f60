"""`leaderboard account from-recording`: as many accounts as the events name, and no account changed."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from tests.cli.conftest import CommandLine
from tests.conftest import Service, view

CSV = "time,sku,user,brand,kind\n" + "".join(
    f"1644969600,p{number},u{number},{brand},{kind}\n"
    for number, (brand, kind) in enumerate(
        [
            ("acme", "view"),
            ("a1", "view"),
            ("", "view"),
            ("two words", "view"),
            ("bought", "cart"),
            ("acme", "view"),
        ]
    )
)
BRANDS = ("--account-from", "brand", "--account-default", "unbranded", "--where", "kind=view")
MAPPED = ("--map", "at=time,product_id=sku,visitor_id=user")


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], str]:
    def write(content: bytes) -> str:
        path = tmp_path / "recorded"
        path.write_bytes(content)
        return str(path)

    return write


async def _accounts(service: Service) -> dict[str, str]:
    items = (await service.ask("GET", "/v1/accounts?limit=1000")).json["items"]
    return {item["id"]: item["agency_id"] for item in items}


async def test_every_account_of_the_views_is_there_enrolled_and_counts(
    cli: CommandLine, apollo_service: Service, file: Callable[[bytes], str]
) -> None:
    path = file(gzip.compress(CSV.encode()))
    done = await cli("account", "from-recording", path, *BRANDS, "--enroll", "apollo-test")
    replayed = await cli("replay", path, *BRANDS, *MAPPED)
    await apollo_service.count()
    standings = await cli("standings", "apollo-test", "--json")

    scores = {entry["account_id"]: entry["score"] for entry in standings.json["entries"]}
    assert done.lines == ["3 accounts: 2 created, 2 enrolled in apollo-test"]
    assert "left out 1 value that cannot be an account id: 'two words'" in done.err
    assert (replayed.code, scores) == (0, {"acme": 2, "a1": 1, "unbranded": 1, "a2": 0, "a3": 0})


async def test_who_exists_stays_as_it_is(
    cli: CommandLine, apollo_service: Service, file: Callable[[bytes], str]
) -> None:
    path = file(CSV.encode())
    first = await cli("account", "from-recording", path, *BRANDS, "--json")
    again = await cli(
        "account", "from-recording", path, *BRANDS, "--agency", "other", "--enroll", "apollo-test"
    )

    assert first.json == {"created": 2, "enrolled": 0, "accounts": 3, "left_out": ["two words"]}
    assert again.lines == ["3 accounts: 0 created, 2 enrolled in apollo-test"]
    assert {
        k: v for k, v in (await _accounts(apollo_service)).items() if k in ("a1", "acme", "unbranded")
    } == {
        "a1": "north",
        "acme": "recorded",
        "unbranded": "recorded",
    }


async def test_our_own_events_name_their_accounts(
    cli: CommandLine, service: Service, file: Callable[[bytes], str]
) -> None:
    lines = [orjson.dumps(view(1, "one")), orjson.dumps(view(2, "two")), b"nonsense", b'{"account_id": 7}']
    done = await cli("account", "from-recording", file(bz2.compress(b"\n".join(lines))), "--country", "DE")

    assert done.lines == ["2 accounts: 2 created"]
    assert done.err.count("skipped 1 line, as a replay will") == 2
    assert sorted(await _accounts(service)) == ["one", "two"]


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["--account-from", "shop"], 1, "no column shop"),
        (["--account-from", "sku", "--most", "3"], 1, "column sku has more than 3 values"),
        (["--account-from", "brand", "--where", "kind=wish"], 1, "names an account"),
        (["--account-from", "brand", "--where", "kind"], 2, "give column=value"),
        (["--account-from", "brand", "--delimiter", "::"], 2, "give one character"),
        (["--where", "kind=view"], 2, "name the column with --account-from"),
        ([], 1, "of CSV, name the column with --account-from"),
        (["--account-from", "brand", "--enroll", "none"], 1, "campaign none does not exist"),
    ],
)
async def test_nothing_is_created_when_something_is_wrong(
    cli: CommandLine,
    service: Service,
    file: Callable[[bytes], str],
    words: list[str],
    code: int,
    problem: str,
) -> None:
    done = await cli("account", "from-recording", file(CSV.encode()), *words)

    assert (done.code, done.out) == (code, "")
    assert problem in done.err.splitlines()[-1]
    assert await _accounts(service) == {}


async def test_a_file_that_is_cut_off_creates_nothing(
    cli: CommandLine, service: Service, file: Callable[[bytes], str]
) -> None:
    done = await cli("account", "from-recording", file(gzip.compress(CSV.encode())[:-9]), *BRANDS)

    assert done.code == 1
    assert "cannot be read to its end" in done.err
    assert await _accounts(service) == {}
