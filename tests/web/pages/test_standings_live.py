"""The stream behind the page: rows in the reader's words, no more of them than is theirs, and no longer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse

from tests.conftest import Service
from tests.web.pages.test_standings import PATH, board, make_public, row
from tests.web.pages.visiting import Visitor, sign_in
from tests.web.streams import publish

__all__ = ["board"]

SOON_S = 3.0
PERMIT_SOON_S = 6.0


async def address(visitor: Visitor, query: str = "") -> str:
    """Where the page of the visitor asks."""
    shown = await visitor.get(PATH + query)
    found: str = shown.tree.xpath('//*[@id="standings"]/@data-live')[0]
    return found


@asynccontextmanager
async def watching(visitor: Visitor, path: str) -> AsyncIterator[ClientResponse]:
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    url = visitor.service.url + path
    async with visitor.service.session.get(url, headers=visitor.headers | {"Cookie": cookie}) as response:
        assert response.status == 200, await response.text()
        yield response


async def message(response: ClientResponse, event: str = "standings") -> Any:
    """The next of a kind."""
    kind = ""
    async with asyncio.timeout(SOON_S):
        while True:
            name, _, value = (await response.content.readline()).decode().rstrip("\n").partition(": ")
            kind = value if name == "event" else kind
            if name == "data" and kind == event:
                return json.loads(value)


async def first_event(response: ClientResponse) -> str:
    async with asyncio.timeout(SOON_S):
        while not (line := (await response.content.readline()).decode()).startswith("event: "):
            pass
    return line.removeprefix("event: ").rstrip()


async def test_who_has_the_page_is_told_only_what_changes(board: Service) -> None:
    visitor = await sign_in(board, role="reviewer")
    async with watching(visitor, await address(visitor)) as response:
        assert await first_event(response) == "as_of"
        await publish(board, row("a2", 2_500, count=2))
        change = await message(response)

    assert change["rows"] == [
        {"i": "a2", "n": "Account a2", "r": 1, "s": 2_500, "p": 1, "judged": "yes", "why": "Qualifies"}
    ]
    assert change["moved"] == [{"i": "a1", "r": 2}, {"i": "a3", "r": 3, "p": 2}]
    assert "whole" not in change


async def test_texts_are_in_the_language_of_the_page(board: Service) -> None:
    visitor = await sign_in(board, role="reviewer", language="id")
    async with watching(visitor, await address(visitor)) as response:
        await message(response, "as_of")
        await publish(board, row("a3", 1_300, count=2))
        change = await message(response)

    assert change["rows"][0]["award"].replace("\xa0", " ") == "USD 4.000,00"


async def test_of_another_agencys_account_no_details_are_told(board: Service) -> None:
    visitor = await sign_in(board, role="agency", agency="south")
    async with watching(visitor, (await address(visitor)).partition("&id=")[0]) as response:
        whole = await message(response)

    assert whole["whole"]
    assert {one["i"]: sorted(one) for one in whole["rows"]} == {
        "a1": ["i", "n", "r", "s"],
        "a2": ["i", "n", "r", "s"],
        "a3": ["award", "i", "is_own", "judged", "n", "p", "r", "s", "why"],
    }


async def test_nobody_is_told_more_by_asking_for_it(board: Service, apollo: Callable[..., str]) -> None:
    await make_public(board, apollo)
    agency = await sign_in(board, role="agency", agency="south")
    asked = (await address(agency)).partition("&id=")[0].replace("told=agency", "told=staff")
    public = f"{PATH}/live?reader=visitor&told=staff"
    async with watching(agency, asked) as one, watching(Visitor(board), public) as other:
        to_agency, to_public = await message(one), await message(other)

    assert [one["i"] for one in to_agency["rows"] if "why" in one] == ["a3"]
    assert {name for one in to_public["rows"] for name in one} == {"i", "n", "r", "s"}


async def test_a_page_of_somebody_else_is_told_nothing(board: Service) -> None:
    north = await sign_in(board, role="agency", agency="north")
    south = await sign_in(board, role="agency", agency="south")

    assert (await south.get(await address(north))).status == 403


async def test_it_ends_when_somebody_signs_out(board: Service) -> None:
    visitor = await sign_in(board, role="reviewer")
    async with watching(visitor, await address(visitor)) as response:
        await visitor.post("/sign-out")
        async with asyncio.timeout(PERMIT_SOON_S):
            while not response.content.at_eof():
                await response.content.readany()

    assert (await visitor.get(f"{PATH}/live")).status == 303


async def test_it_ends_for_the_public_when_the_campaign_is_closed_to_them(
    board: Service, apollo: Callable[..., str]
) -> None:
    await make_public(board, apollo)
    async with watching(Visitor(board), f"{PATH}/live?reader=visitor") as response:
        await message(response)
        text = apollo(start="2020-01-01T00:00:00", end="2090-01-01T00:00:00")
        path = "/v1/campaigns/apollo-test?reason=close&from=now"
        toml = {"Content-Type": "application/toml"}
        assert (await board.ask("PUT", path, data=text.encode(), headers=toml)).status == 200
        async with asyncio.timeout(PERMIT_SOON_S):
            while not response.content.at_eof():
                await response.content.readany()

    assert (await Visitor(board).get(PATH)).status == 303


async def test_a_state_is_told_when_it_is_another(board: Service) -> None:
    visitor = await sign_in(board, role="reviewer")
    async with watching(visitor, await address(visitor)) as response:
        await message(response, "as_of")
        await board.ask("POST", "/v1/campaigns/apollo-test/close", {})
        change = await message(response)

    assert change["state"] == "closing"
