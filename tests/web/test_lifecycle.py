"""Closing and cancelling over HTTP: once, by those who may, with the store's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from leaderboard.config import Config, Payouts
from leaderboard.domain.banking_days import calendar_edition
from leaderboard.domain.lifecycle import PIN_AHEAD_MS
from leaderboard.store import keys
from leaderboard.store.store import Store
from tests.conftest import Answer, Service, serving, view
from tests.web.asking import TOML, refusal_of
from tests.web.lives import CAMPAIGN, CUTOFF_MS, PATH, hold_scheduler_lease, put_life

Apollo = Callable[..., str]
FUTURE = {"start": "2099-02-14T00:00:00", "end": "2099-02-28T00:00:00"}


async def close(service: Service, body: Any = None) -> Answer:
    return await service.ask("POST", f"{PATH}/close", body)


async def cancel(service: Service, reason: str = "The sponsor has left.") -> Answer:
    return await service.ask("POST", f"{PATH}/cancel", {"reason": reason})


async def put(service: Service, toml: str) -> None:
    assert (await service.ask("PUT", PATH, data=toml.encode(), headers=TOML)).status == 201


async def actions(service: Service) -> list[tuple[str, str]]:
    """(action, why) of the moves, the first one first."""
    entries = await service.store.client.do("XRANGE", keys.AUDIT_LOG, "-", "+")
    told = [dict(zip(fields[::2], fields[1::2], strict=True)) for _, fields in entries]
    moves = [
        one for one in told if one[b"subject"] == CAMPAIGN.encode() and one[b"action"] != b"campaign.put"
    ]
    return [(one[b"action"].decode(), one[b"why"].decode()) for one in moves]


async def test_a_campaign_that_people_close_is_closed_at_that_moment(apollo_service: Service) -> None:
    before_ms = await apollo_service.store.now_ms()
    answer = await close(apollo_service, {"reason": "All recordings are in."})
    life = await apollo_service.store.lifecycles.life(CAMPAIGN)

    assert (answer.status, answer.json["state"], life.state) == (200, "closing", "closing")
    assert life.cutoff_ms is not None
    assert before_ms <= life.cutoff_ms - PIN_AHEAD_MS <= await apollo_service.store.now_ms()
    assert await actions(apollo_service) == [
        ("campaign.open", ""),
        ("campaign.close", "All recordings are in."),
    ]


async def test_what_is_received_after_the_close_is_late_by_so_much(apollo_service: Service) -> None:
    await close(apollo_service)
    await asyncio.sleep(PIN_AHEAD_MS / 1000 + 0.005)
    await apollo_service.ask("POST", "/v1/events", {"events": [view(1)]})
    await apollo_service.count()
    (late,) = (await apollo_service.ask("GET", f"{PATH}/excluded?reason=late")).json["reasons"]
    shown = (await apollo_service.ask("GET", PATH)).json["life"]

    assert (late["count"], late["cutoff_at"]) == (1, shown["cutoff_at"])
    assert late["samples"][0]["late_by_ms"] > 0
    assert shown["late"] == {"events": 1, "see": f"{PATH}/excluded?reason=late"}


async def test_closing_again_changes_nothing(apollo_service: Service) -> None:
    first = await close(apollo_service)
    again = await close(apollo_service, {"reason": "twice"})

    assert (again.status, again.json["life"]["cutoff_at"]) == (200, first.json["life"]["cutoff_at"])
    assert len(await actions(apollo_service)) == 2


async def test_of_many_who_close_at_once_one_does(apollo_service: Service) -> None:
    answers = await asyncio.gather(*(close(apollo_service) for _ in range(12)))

    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["life"]["cutoff_at"] for answer in answers}) == 1
    assert [action for action, _ in await actions(apollo_service)] == ["campaign.open", "campaign.close"]


async def test_what_the_clock_closes_nobody_closes_before(service: Service, apollo: Apollo) -> None:
    await put(service, apollo(end="2099-02-28T00:00:00", close="clock"))
    answer = await close(service)

    assert (answer.status, refusal_of(answer)) == (409, "closed_by_clock")
    assert "2099-02-28T08:00:00.000Z" in answer.json["detail"]


async def test_what_the_clock_has_closed_is_closed(service: Service, apollo: Apollo) -> None:
    await put(service, apollo(close="clock"))
    answer = await close(service)

    assert (answer.status, answer.json["state"]) == (200, "closing")


async def test_what_has_not_begun_cannot_be_closed(service: Service, apollo: Apollo) -> None:
    await put(service, apollo(**FUTURE))
    answer = await close(service)

    assert (answer.status, refusal_of(answer)) == (409, "not_started")
    assert answer.json["detail"].startswith(
        "The campaign is scheduled; next is live, which waits for its start."
    )


async def test_giving_up_takes_a_reason_and_is_done_once(apollo_service: Service) -> None:
    missing = await apollo_service.ask("POST", f"{PATH}/cancel", {})
    blank = await cancel(apollo_service, " ")
    first, again = await cancel(apollo_service), await cancel(apollo_service, "Another reason.")

    assert [(one.status, one.json["errors"][0]["path"]) for one in (missing, blank)] == [(422, "reason")] * 2
    assert [(one.status, one.json["state"], one.json["life"]["next"]) for one in (first, again)] == [
        (200, "cancelled", None)
    ] * 2
    assert (await actions(apollo_service))[-1] == ("campaign.cancel", "The sponsor has left.")
    assert blank.json["detail"] == "reason: must say something"


@pytest.mark.parametrize("state", ["draft", "scheduled", "live", "closing", "review"])
async def test_a_campaign_may_be_given_up_until_it_is_certified(apollo_service: Service, state: str) -> None:
    await put_life(apollo_service, state=state)

    assert (await cancel(apollo_service)).json["state"] == "cancelled"


@pytest.mark.parametrize("state", ["certified", "paid"])
async def test_a_certified_campaign_is_not_given_up(apollo_service: Service, state: str) -> None:
    await put_life(apollo_service, state=state)
    answer = await cancel(apollo_service)

    assert (answer.status, refusal_of(answer)) == (409, "already_certified")


async def test_nobody_joins_or_closes_a_campaign_that_was_given_up(apollo_service: Service) -> None:
    await cancel(apollo_service)
    joined = await apollo_service.ask("PUT", f"{PATH}/enrollments/a1", {"hosts": []})
    closed = await close(apollo_service)

    assert [(one.status, refusal_of(one)) for one in (joined, closed)] == [(409, "campaign_cancelled")] * 2


@pytest.mark.parametrize("verb", ["close", "certify", "cancel"])
async def test_only_admins_move_campaigns(apollo_service: Service, verb: str) -> None:
    reviewer = await apollo_service.issue(role="reviewer")
    answer = await apollo_service.ask("POST", f"{PATH}/{verb}", {"reason": "x"}, token=reviewer)
    unknown = await apollo_service.ask("POST", f"/v1/campaigns/none/{verb}", {"reason": "x"})

    assert (answer.status, unknown.status) == (403, 404)


async def test_a_campaign_tells_where_it_stands_and_what_is_next(apollo_service: Service) -> None:
    live = (await apollo_service.ask("GET", PATH)).json["life"]
    await close(apollo_service)
    await apollo_service.store.lifecycles.note(CAMPAIGN, "3 batches wait.", 5_000)
    closing = (await apollo_service.ask("GET", PATH)).json["life"]

    assert (live["cutoff_at"], live["waiting"], live["result"]) == (None, None, None)
    assert live["next"] == {"state": "closing", "at": None, "waits_for": "somebody to close it"}
    assert live["since"] == "2022-02-14T08:00:00.000Z"
    assert (closing["next"]["state"], closing["next"]["waits_for"]) == ("review", "its cut-off")
    assert closing["next"]["at"] > closing["cutoff_at"]
    assert closing["waiting"] == {"at": "1970-01-01T00:00:05.000Z", "text": "3 batches wait."}


async def test_the_next_run_of_a_window_is_told_until_the_close(service: Service, apollo: Apollo) -> None:
    await put(service, apollo(**FUTURE))
    scheduled = (await service.ask("GET", PATH)).json["life"]["boundary"]
    cancelled = (await cancel(service)).json["life"]["boundary"]

    assert scheduled == {"window": "main", "run": 1, "event": "opens", "at": "2099-02-14T08:00:00.000Z"}
    assert cancelled is None


async def test_an_agency_sees_state_and_next_but_not_what_blocks(apollo_service: Service) -> None:
    await put_life(apollo_service, state="review", cutoff_ms=5)
    await hold_scheduler_lease(apollo_service)
    agency, reviewer = (
        await apollo_service.issue(role="agency", agency="north"),
        await apollo_service.issue(role="reviewer"),
    )
    theirs = (await apollo_service.ask("GET", PATH, token=agency)).json
    ours = (await apollo_service.ask("GET", PATH, token=reviewer)).json

    assert theirs["life"]["next"] == ours["life"]["next"]
    assert (theirs["blockers"], theirs["warnings"], theirs["life"]["refused_writes"]) == (None, None, None)
    assert theirs["life"]["late"]["events"] is None
    assert [one["code"] for one in ours["blockers"]] == ["audit", "integrity"]
    assert ours["life"]["refused_writes"] == {"count": 0, "newest": []}


async def test_standings_are_provisional_until_they_are_certified(apollo_service: Service) -> None:
    before = (await apollo_service.ask("GET", f"{PATH}/standings")).json
    await put_life(apollo_service, state="certified", cutoff_ms=5, result=1)
    after = (await apollo_service.ask("GET", f"{PATH}/standings")).json

    assert (before["provisional"], after["provisional"], after["lag_ms"]) == (True, False, 0)


async def test_it_is_told_by_when_awards_are_paid(service: Service, apollo: Apollo) -> None:
    await put(service, apollo(close="clock"))
    shown = (await service.ask("GET", PATH)).json["life"]["payment"]
    await put_life(service, state="cancelled")
    cancelled = (await service.ask("GET", PATH)).json["life"]["payment"]

    assert shown == {
        "due_on": "2022-03-25",
        "send_by_on": "2022-03-23",
        "calendar": calendar_edition("US-FED"),
    }
    assert cancelled is None


async def test_what_people_close_is_due_only_once_they_have(apollo_service: Service) -> None:
    before = (await apollo_service.ask("GET", PATH)).json["life"]["payment"]
    await put_life(apollo_service, state="review", cutoff_ms=CUTOFF_MS)
    after = (await apollo_service.ask("GET", PATH)).json["life"]["payment"]

    assert (before, after["due_on"]) == (None, "2022-03-25")


async def test_the_bank_may_want_payouts_earlier(store: Store, apollo: Apollo) -> None:
    async with serving(store, Config(payouts=Payouts(send_before_banking_days=5))) as service:
        await put(service, apollo(close="clock"))
        shown = (await service.ask("GET", PATH)).json["life"]["payment"]

    assert shown["send_by_on"] == "2022-03-18"
