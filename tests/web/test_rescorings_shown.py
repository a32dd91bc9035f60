"""Rescorings as they are looked at: lists, previews with ranks and awards, pages."""

from __future__ import annotations

import asyncio

import pytest

from leaderboard.domain.rescoring_steps import preview_sha256
from tests.conftest import Service
from tests.web.asking import refusal_of
from tests.web.rescoring import PATH, asked, in_state, one, prepare

pytestmark = pytest.mark.usefixtures("apollo_service")


async def listed(service: Service, query: str = "") -> tuple[list[str], str | None]:
    answer = await service.ask("GET", f"{PATH}?{query}")
    assert answer.status == 200, answer.body
    return [item["id"] for item in answer.json["items"]], answer.json["cursor"]


async def test_a_preview_shows_ranks_and_awards_before_and_after(service: Service) -> None:
    name = await asked(service)
    await prepare(service, name, pays=True)

    preview = (await service.ask("GET", f"{PATH}/{name}")).json["preview"]

    stored = (await one(service, name)).preview
    assert stored is not None
    figures = {"effective_s": 3_600.5, "eligible": True}
    assert preview == {
        "as_of": "2022-02-16T08:26:40.000Z",
        "sha256": preview_sha256(stored),
        "views": 7,
        "live_s": 1.5,
        "accounts": 1,
        "pays_otherwise": True,
        "moved": [
            {
                "account_id": "a1",
                "name": "Account a1",
                "before": figures
                | {"rank": 1, "score": 10, "award": {"amount": "500.00", "currency": "USD"}},
                "after": figures | {"rank": 2, "score": 5, "award": {"amount": "0.00", "currency": "USD"}},
            }
        ],
        "cursor": None,
    }


async def test_the_accounts_of_a_preview_come_in_pages(service: Service) -> None:
    name, accounts = await asked(service), [f"b{n:04}" for n in range(1_001)]
    await prepare(service, name, moved=accounts)

    first = (await service.ask("GET", f"{PATH}/{name}")).json["preview"]
    second = (await service.ask("GET", f"{PATH}/{name}?cursor={first['cursor']}")).json["preview"]
    few = (await service.ask("GET", f"{PATH}/{name}?limit=2&cursor=b0001")).json["preview"]
    lost = await service.ask("GET", f"{PATH}/{name}?cursor=b9999")

    assert [one["account_id"] for one in first["moved"] + second["moved"]] == accounts
    assert (len(first["moved"]), second["cursor"]) == (1_000, None)
    assert ([one["account_id"] for one in few["moved"]], few["cursor"]) == (["b0002", "b0003"], "b0003")
    assert (lost.status, refusal_of(lost)) == (422, "invalid")


async def test_rescorings_are_listed_the_newest_first_in_pages_and_without_accounts(service: Service) -> None:
    names = []
    for number in range(3):
        names.append(await asked(service, reason=f"Reason {number}."))
        await asyncio.sleep(0.002)
    await prepare(service, names[0])

    everything, first = await listed(service), await listed(service, "limit=2")
    second = await listed(service, f"limit=2&cursor={first[1]}")
    oldest = (await service.ask("GET", PATH)).json["items"][-1]

    assert everything == (names[::-1], None)
    assert first == ([names[2], names[1]], names[1])
    assert second == ([names[0]], None)
    assert oldest["preview"]["views"] == 7
    assert "moved" not in oldest["preview"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PATH}/aaaaaaaa", 404),
        (f"{PATH}/AAAAAAAA", 422),
        (f"{PATH}?cursor=aaaaaaaa", 422),
        (f"{PATH}?limit=0", 422),
        ("/v1/campaigns/nothing/rescorings", 404),
    ],
)
async def test_what_is_not_there_cannot_be_looked_at(service: Service, path: str, status: int) -> None:
    answer = await service.ask("GET", path)

    assert (answer.status, refusal_of(answer)) == (status, "not_found" if status == 404 else "invalid")


async def test_a_preview_that_could_not_be_made_says_why(service: Service) -> None:
    name = await in_state(service, "failed")

    shown = (await service.ask("GET", f"{PATH}/{name}")).json

    assert (shown["state"], shown["problem"], shown["preview"]) == ("failed", "OSError: no space left", None)
