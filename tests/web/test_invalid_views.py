"""Invalid views, from the door to what is shown: kept, counted beside the score, and listed with what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leaderboard.domain.kept_events import KeptView
from leaderboard.store import keys
from leaderboard.store.inbox import read_entries
from leaderboard.store.store import Store
from tests.conftest import Service, set_up_apollo, view
from tests.domain.agents import TIKTOK_ANDROID
from tests.web.test_events_api import EVENT_TRACK, ask, seen, tracked, with_pixel

ACCOUNT = "/v1/campaigns/apollo-test/accounts/a1"
CRAWLER = "Googlebot/2.1 (+http://www.google.com/bot.html)"
HOSTED = "5.9.1.1"

VIEWS = (
    view(1, visitor="ana", user_agent=TIKTOK_ANDROID, ip="203.0.113.7"),
    view(2, visitor="bo"),
    view(3, visitor="bot", user_agent=CRAWLER),
    view(4, visitor="bot", user_agent=CRAWLER),
    view(5, visitor="cy", user_agent=""),
    view(6, visitor="dee", ip=HOSTED),
    view(7, visitor="ana", purpose="prefetch"),
    view(8, visitor="eve", purpose="navigation"),
)
BY_REASON = {"crawler": 2, "data_centre": 1, "no_agent": 1, "prefetch": 1}


async def send(service: Service, *events: dict[str, Any]) -> None:
    answer = await service.ask("POST", "/v1/events", {"events": list(events)})
    assert (answer.status, answer.json["rejected"]) == (202, [])


async def stored_views(store: Store) -> list[KeptView]:
    """What lies in the inbox, as the archive will have it."""
    found = []
    for partition in store.inbox.partitions:
        entries = await store.client.do("XRANGE", keys.inbox(partition), "-", "+")
        found += [event for entry in read_entries(partition, entries) for event in entry.decode()]
    return [event for event in found if isinstance(event, KeptView)]


async def test_an_invalid_view_is_kept_with_its_reason(service: Service) -> None:
    await send(service, *VIEWS)

    kept = {one.id: one.invalid for one in await stored_views(service.store)}

    assert list(kept.values()) == [
        None,
        None,
        "crawler",
        "crawler",
        "no_agent",
        "data_centre",
        "prefetch",
        None,
    ]


async def test_gross_invalid_and_net_stand_side_by_side(apollo_service: Service) -> None:
    await send(apollo_service, *VIEWS)
    await apollo_service.count()

    found = (await apollo_service.ask("GET", ACCOUNT)).json

    assert (found["gross_uv"], found["invalid_uv"], found["score"]) == (6, 3, 3)
    assert found["invalid"] == BY_REASON


async def test_who_comes_with_a_valid_view_counts_before_and_after_an_invalid_one(
    apollo_service: Service,
) -> None:
    await send(apollo_service, view(1, visitor="ana", ip=HOSTED))
    await apollo_service.count()
    before = (await apollo_service.ask("GET", ACCOUNT)).json
    await send(apollo_service, view(2, visitor="ana"), view(3, visitor="ana", ip=HOSTED))
    await apollo_service.count()
    after = (await apollo_service.ask("GET", ACCOUNT)).json

    assert (before["score"], before["invalid_uv"]) == (0, 1)
    assert (after["score"], after["invalid_uv"], after["invalid"]) == (1, 0, {"data_centre": 2})


async def test_the_standings_say_it_to_the_account_s_own_agency(apollo_service: Service) -> None:
    await send(apollo_service, *VIEWS)
    await apollo_service.count()
    path = "/v1/campaigns/apollo-test/standings"
    shown = [
        {
            one["account_id"]: one["invalid_uv"]
            for one in (await apollo_service.ask("GET", path, token=token)).json["entries"]
        }
        for token in (None, await apollo_service.issue(role="agency", agency="south"))
    ]

    assert [some["a1"] for some in shown] == [3, None]


async def test_they_are_listed_as_excluded_with_what_the_door_found(apollo_service: Service) -> None:
    await send(apollo_service, *VIEWS)
    await apollo_service.count()

    (reason,) = (await apollo_service.ask("GET", "/v1/campaigns/apollo-test/excluded")).json["reasons"]

    assert (reason["code"], reason["count"]) == ("invalid", 5)
    assert sorted((one["id"], one["invalid"]) for one in reason["samples"]) == [
        ("view-3", "crawler"), ("view-4", "crawler"), ("view-5", "no_agent"), ("view-6", "data_centre"),
        ("view-7", "prefetch"),
    ]  # fmt: skip


async def test_metrics_count_them_by_reason(service: Service) -> None:
    await send(service, *VIEWS)

    text = (await service.ask("GET", "/metrics")).body.decode()

    assert 'leaderboard_views_invalid{reason="crawler"} 2.0' in text
    assert 'leaderboard_views_invalid{reason="prefetch"} 1.0' in text


async def test_in_shadow_mode_and_for_who_ranks_by_all_views_they_are_views_like_others(
    service: Service, apollo: Callable[..., str]
) -> None:
    await set_up_apollo(
        service,
        apollo("apollo-test").replace("[registration]", '[integrity]\nmode = "shadow"\n[registration]', 1),
    )
    await send(service, *VIEWS)
    await service.count()

    found = (await service.ask("GET", ACCOUNT)).json

    assert (found["gross_uv"], found["invalid_uv"], found["score"], found["invalid"]) == (6, 0, 6, {})
    assert (await service.ask("GET", "/v1/campaigns/apollo-test/excluded")).json["total"] == 0


async def test_a_view_of_the_dialect_is_judged_by_its_viewer(apollo_service: Service) -> None:
    await with_pixel(apollo_service)
    viewer = {"external_id": "ana", "ip": HOSTED, "user_agent": TIKTOK_ANDROID}

    answer = await ask(apollo_service, EVENT_TRACK, tracked(seen(1), seen(2, user=viewer)))

    assert answer.json["code"] == 0
    assert [one.invalid for one in await stored_views(apollo_service.store)] == [None, "data_centre"]
