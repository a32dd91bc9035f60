"""Live time through the whole path: what heartbeats add up to, whoever works on them and in whatever order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leaderboard.domain.standings import Row
from leaderboard.store import keys
from tests.conftest import Service
from workers.ingest import IngestWorker, Pace

NOON = datetime(2022, 2, 20, 12, tzinfo=UTC)
SLOT = {"start": "2022-02-20T12:00:00Z", "end": "2022-02-20T13:00:00Z"}


def beat(number: int, after_s: float, host: str = "h1", session: str = "s1", **more: Any) -> dict[str, Any]:
    """A 20-second heartbeat that ends `after_s` after noon of the campaign's seventh day."""
    return {
        "type": "heartbeat",
        "id": f"beat-{number}",
        "at": (NOON + timedelta(seconds=after_s)).isoformat(),
        "account_id": "a1",
        "host_id": host,
        "live_session_id": session,
        "covers": 20,
        "activity": "explaining",
        "product_id": "p1",
        "order_channel": "in_app",
        "motion": 0.5,
    } | more


async def enroll(service: Service, *hosts: str, schedule: Sequence[dict[str, str]] = ()) -> None:
    for host in hosts:
        await service.ask("PUT", f"/v1/accounts/a1/hosts/{host}", {"name": host})
    promised = [{"host_id": host, "schedule": list(schedule)} for host in hosts]
    answer = await service.ask("PUT", "/v1/campaigns/apollo-test/enrollments/a1", {"hosts": promised})
    assert answer.status == 200, answer.body
    await asyncio.sleep(0.002)  # registered, by the store's clock, before what is sent next


async def send(service: Service, *events: dict[str, Any]) -> None:
    answer = await service.ask("POST", "/v1/events", {"events": list(events)})
    assert (answer.status, answer.json["rejected"]) == (202, [])


async def row(service: Service) -> Row:
    found = await service.store.standings.row("apollo-test", "a1")
    assert found is not None
    return found


async def excluded(service: Service) -> dict[str, int]:
    answer = await service.ask("GET", "/v1/campaigns/apollo-test/excluded")
    return {reason["code"]: reason["count"] for reason in answer.json["reasons"]}


async def test_heartbeats_add_up_to_effective_time(apollo_service: Service) -> None:
    await enroll(apollo_service, "h1")

    await send(apollo_service, beat(1, 20), beat(2, 40), beat(3, 100), beat(4, 120, activity="idle"))
    await apollo_service.count()

    assert (await row(apollo_service)).effective_ms == 60_000


async def test_two_phones_at_once_count_once_and_a_second_host_adds_what_is_his_alone(
    apollo_service: Service,
) -> None:
    await enroll(apollo_service, "h1", "h2")

    await send(apollo_service, beat(1, 20), beat(2, 20, session="s2"), beat(3, 30, host="h2", session="s3"))
    await apollo_service.count()

    assert (await row(apollo_service)).effective_ms == 30_000


async def test_heartbeats_of_an_unregistered_host_are_listed_and_not_counted(apollo_service: Service) -> None:
    await enroll(apollo_service, "h1")

    await send(apollo_service, beat(1, 20), beat(2, 40, host="stranger"))
    await apollo_service.count()

    assert (await row(apollo_service)).effective_ms == 20_000
    assert await excluded(apollo_service) == {"unregistered_host": 1}


async def test_a_host_counts_from_his_registration_on_and_until_he_is_taken_out(
    apollo_service: Service,
) -> None:
    await enroll(apollo_service, "h1")
    await send(apollo_service, beat(1, 20, host="h2", session="s2"))
    await enroll(apollo_service, "h1", "h2")
    await send(apollo_service, beat(2, 40, host="h2", session="s2"))
    await enroll(apollo_service, "h1")
    await send(apollo_service, beat(3, 60, host="h2", session="s2"))
    await apollo_service.count()

    assert (await row(apollo_service)).effective_ms == 20_000
    assert await excluded(apollo_service) == {"unregistered_host": 2}


async def test_the_same_heartbeat_id_with_other_content_is_a_conflict(apollo_service: Service) -> None:
    await enroll(apollo_service, "h1")

    await send(apollo_service, beat(1, 20), beat(1, 20), beat(1, 400))
    await apollo_service.count()

    assert (await row(apollo_service)).effective_ms == 20_000
    assert await excluded(apollo_service) == {"conflict": 1}


async def test_a_heartbeat_over_the_edge_of_the_window_counts_for_the_part_inside(
    apollo_service: Service,
) -> None:
    await enroll(apollo_service, "h1")
    edge = datetime(2022, 2, 28, 8, tzinfo=UTC)  # midnight in Los Angeles

    await send(
        apollo_service,
        beat(1, 0) | {"at": (edge + timedelta(seconds=5)).isoformat()},
        beat(2, 0) | {"at": (edge + timedelta(seconds=25)).isoformat()},
    )
    await apollo_service.count()

    assert (await row(apollo_service)).effective_ms == 15_000
    assert await excluded(apollo_service) == {"outside_window": 1}


async def test_time_inside_the_promised_slots_is_kept_and_follows_a_changed_promise(
    apollo_service: Service,
) -> None:
    await enroll(apollo_service, "h1", schedule=[SLOT])
    await send(apollo_service, beat(1, 10), beat(2, 30), beat(3, 50, activity="away"))
    await apollo_service.count()
    first = await row(apollo_service)

    later = {"start": "2022-02-20T12:00:40Z", "end": "2022-02-20T13:00:00Z"}
    await enroll(apollo_service, "h1", schedule=[later])
    await apollo_service.count()
    second = await row(apollo_service)

    assert (first.kept_ms, first.effective_ms) == (50_000, 40_000)
    assert (second.kept_ms, second.effective_ms) == (10_000, 40_000)


def a_day_of_beats(rng: random.Random) -> list[dict[str, Any]]:
    beats = []
    for number in range(600):
        host = rng.choice(("h1", "h2"))
        beats.append(
            beat(
                number,
                rng.randrange(20, 4_000),
                host,
                f"{host}-{rng.randrange(3)}",
                covers=rng.choice((1, 15, 20, 60)),
                activity=rng.choice(("explaining", "displaying", "idle", "away")),
                recorded=rng.random() < 0.1,
            )
        )
    return beats


@pytest.mark.parametrize("seed", range(3))
async def test_several_workers_shuffled_and_repeated_give_the_union(
    apollo_service: Service, seed: int
) -> None:
    rng, store = random.Random(seed), apollo_service.store
    await enroll(apollo_service, "h1", "h2", schedule=[SLOT])
    beats = a_day_of_beats(rng)
    sent = beats + rng.sample(beats, 60)
    rng.shuffle(sent)
    for start in range(0, len(sent), 37):
        await send(apollo_service, *sent[start : start + 37])

    workers = [IngestWorker(store, Pace(publish_interval_ms=0, takeover_after_ms=1_000)) for _ in range(3)]
    await asyncio.gather(*(work(worker) for worker in workers))

    counted = await row(apollo_service)
    assert (counted.effective_ms, counted.kept_ms) == expected(beats)


async def work(worker: IngestWorker) -> None:
    while await worker.step(wait_ms=20):
        await asyncio.sleep(0)
    await worker.publish()


def expected(beats: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """(effective, kept) in ms, second by second."""
    levels: dict[tuple[str, str, int], bool] = {}
    for one in beats:
        end = int(datetime.fromisoformat(one["at"]).timestamp())
        effective = one["activity"] in ("explaining", "displaying") and not one["recorded"]
        for second in range(end - one["covers"], end):
            place = (one["host_id"], one["live_session_id"], second)
            levels[place] = levels.get(place, False) or effective
    noon = int(NOON.timestamp())
    effective_s = {second for (_, _, second), effective in levels.items() if effective}
    kept_s = {second for _, _, second in levels if noon <= second < noon + 3_600}
    return len(effective_s) * 1000, len(kept_s) * 1000


async def test_a_host_sees_minute_by_minute_what_counts_and_why_the_rest_does_not(
    apollo_service: Service,
) -> None:
    await enroll(apollo_service, "h1", "h2", schedule=[SLOT])
    await send(
        apollo_service,
        beat(1, 20),
        beat(2, 40, activity="idle"),
        beat(3, 60, product_id=None),
        beat(4, 30, session="s2", recorded=True),
    )
    await apollo_service.count()

    answer = await apollo_service.ask("GET", "/v1/campaigns/apollo-test/accounts/a1")

    first, second = answer.json["hosts"]
    assert (answer.json["effective_s"], answer.json["kept_s"], answer.json["promised_s"]) == (20, 60, 3600)
    assert (first["host_id"], first["effective_s"], first["kept_s"], first["promised_s"]) == (
        "h1",
        20,
        60,
        3600,
    )
    assert first["effective"] == [{"start": "2022-02-20T12:00:00.000Z", "end": "2022-02-20T12:00:20.000Z"}]
    assert [(span["live_session_id"], span["end"][14:19], span["reason"]) for span in first["spans"]] == [
        ("s1", "00:20", "effective"),
        ("s1", "00:40", "idle"),
        ("s1", "01:00", "no_product"),
        ("s2", "00:30", "recorded"),
    ]
    assert (second["effective_s"], second["spans"], second["schedule"][0]["kept_s"]) == (0, [], 0)


async def test_live_time_is_shown_for_the_range_that_is_asked_for(apollo_service: Service) -> None:
    await enroll(apollo_service, "h1")
    await send(apollo_service, beat(1, 20), beat(2, 3_700))
    await apollo_service.count()

    path = (
        "/v1/campaigns/apollo-test/accounts/a1?live_from=2022-02-20T13:00:00Z&live_until=2022-02-20T14:00:00Z"
    )
    answer = await apollo_service.ask("GET", path)
    wrong = await apollo_service.ask("GET", "/v1/campaigns/apollo-test/accounts/a1?live_from=noon")

    assert [span["start"] for span in answer.json["hosts"][0]["spans"]] == ["2022-02-20T13:01:20.000Z"]
    assert answer.json["effective_s"] == 40
    assert (wrong.status, wrong.json["detail"][:9]) == (422, "live_from")


async def test_who_qualifies_follows_the_account_and_the_definition_without_any_new_event(
    apollo_service: Service, apollo: Callable[..., str]
) -> None:
    async def eligible() -> bool:
        await apollo_service.count()
        return (await row(apollo_service)).eligible

    account = {"agency_id": "north", "name": "Account a1", "kind": "partner", "country": "US"}
    easy = apollo().replace("effective_live >= 14h", 'effective_live >= 20s", "attr.vip == true')
    headers = {"Content-Type": "application/toml"}
    await enroll(apollo_service, "h1")
    await send(apollo_service, beat(1, 20))
    short = await eligible()

    # The window is in the past, so only the store lets the definition be changed.
    await apollo_service.store.client.do("HDEL", keys.CAMPAIGNS, "apollo-test")
    await apollo_service.ask("PUT", "/v1/campaigns/apollo-test", data=easy.encode(), headers=headers)
    unknown = await eligible()
    await apollo_service.ask("PUT", "/v1/accounts/a1", account | {"attributes": {"vip": True}})
    special = await eligible()

    assert (short, unknown, special) == (False, False, True)
