"""A changed campaign is a new version from a date, with a reason; both are kept and both are shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from leaderboard.domain.lifecycle import closed_by_hand, opened
from leaderboard.domain.times import rfc3339
from tests.conftest import Answer, Service
from tests.web.asking import TOML, refusal_of
from tests.web.lives import CAMPAIGN, PATH

Apollo = Callable[..., str]

RUNNING = {"start": "2022-02-14T00:00:00", "end": "2099-02-28T00:00:00", "close": "clock"}
LATER = "2098-01-01T00:00:00Z"
WHY = "The sponsor asks for less."


async def put(service: Service, toml: str, **query: str) -> Answer:
    words = "&".join(f"{name.removesuffix('_')}={value}" for name, value in query.items())
    return await service.ask("PUT", f"{PATH}?{words}", data=toml.encode(), headers=TOML)


@pytest.fixture
def text(apollo: Apollo) -> str:
    """A campaign that has begun and has long to go."""
    return apollo(**RUNNING)


@pytest.fixture
def easier(text: str) -> str:
    return text.replace("14h", "12h")


def shown_versions(answer: Answer) -> list[tuple[int, str | None, bool]]:
    return [(one["number"], one["reason"], one["in_force"]) for one in answer.json["versions"]]


async def test_a_campaign_that_never_changed_has_no_versions_to_show(service: Service, text: str) -> None:
    assert (await put(service, text)).json["versions"] == []


async def test_a_version_from_now_on_is_in_force_at_once_and_the_one_before_is_kept(
    service: Service, text: str, easier: str
) -> None:
    first = await put(service, text)
    second = await put(service, easier, from_="now", reason=WHY)
    shown = await service.ask("GET", PATH)

    old, new = shown.json["versions"]
    assert (second.status, second.json["versions"]) == (200, shown.json["versions"])
    assert shown_versions(shown) == [(1, None, False), (2, WHY, True)]
    assert (old["definition"], old["definition_hash"]) == (
        first.json["definition"],
        first.json["definition_hash"],
    )
    assert (new["definition"], new["definition_hash"]) == (
        shown.json["definition"],
        shown.json["definition_hash"],
    )
    assert (old["from"], old["by"]) == ("2022-02-14T08:00:00.000Z", None)
    assert new["from"] == new["at"]


async def test_a_version_from_a_later_date_waits_and_is_shown(
    service: Service, text: str, easier: str
) -> None:
    first = await put(service, text)
    answer = await put(service, easier, from_=LATER, reason=WHY)

    assert (answer.status, shown_versions(answer)) == (200, [(1, None, True), (2, WHY, False)])
    assert answer.json["definition_hash"] == first.json["definition_hash"]
    assert answer.json["versions"][1]["from"] == "2098-01-01T00:00:00.000Z"


async def test_a_later_end_is_counted_by_at_once(service: Service, apollo: Apollo, text: str) -> None:
    await put(service, text)
    longer = apollo(**(RUNNING | {"end": "2099-03-31T00:00:00"}))
    answer = await put(service, longer, from_=LATER, reason=WHY)

    counted = service.store.directory.campaigns[CAMPAIGN].counted
    assert rfc3339(counted.window.ends_at_ms) == answer.json["ends_at"] == "2099-03-31T07:00:00.000Z"
    assert answer.json["definition"]["window"]["main"]["end"] == "2099-02-28T00:00:00"
    assert answer.json["life"]["next"]["at"] == "2099-03-31T07:00:00.000Z"


async def test_a_time_may_be_given_as_milliseconds(service: Service, text: str, easier: str) -> None:
    await put(service, text)
    answer = await put(service, easier, from_="4070908800000", reason=WHY)

    assert answer.json["versions"][1]["from"] == "2099-01-01T00:00:00.000Z"


async def test_the_same_version_again_changes_nothing(service: Service, text: str, easier: str) -> None:
    await put(service, text)
    once = await put(service, easier, from_=LATER, reason=WHY)
    again = await put(service, easier, from_=LATER, reason=WHY)
    without = await put(service, easier)

    assert (again.status, without.status) == (200, 200)
    assert again.json["versions"] == without.json["versions"] == once.json["versions"]


@pytest.mark.parametrize("query", [{"from_": LATER, "reason": "Another."}, {"from_": "now", "reason": WHY}])
async def test_a_definition_that_is_there_is_not_saved_for_another_reason_or_time(
    service: Service, text: str, easier: str, query: dict[str, str]
) -> None:
    await put(service, text)
    once = await put(service, easier, from_=LATER, reason=WHY)
    answer = await put(service, easier, **query)

    assert (answer.status, refusal_of(answer)) == (409, "same_definition")
    assert "Version 2 has this very definition, from 2098-01-01T00:00:00.000Z" in answer.json["detail"]
    assert (await service.ask("GET", PATH)).json["versions"] == once.json["versions"]


async def test_what_a_campaign_started_with_is_not_saved_as_a_version_of_its_own(
    service: Service, text: str
) -> None:
    await put(service, text)
    answer = await put(service, text, from_="now", reason=WHY)

    assert (answer.status, refusal_of(answer)) == (409, "same_definition")
    assert "Version 1 has this very definition, since 2022-02-14T08:00:00.000Z" in answer.json["detail"]


async def test_a_version_that_waits_is_taken_back_by_one_from_the_same_date(
    service: Service, text: str, easier: str
) -> None:
    await put(service, text)
    await put(service, easier, from_=LATER, reason=WHY)
    plain = await put(service, text)
    back = await put(service, text, from_=LATER, reason="It was a mistake.")

    assert (plain.status, refusal_of(plain)) == (409, "campaign_started")
    assert [number for number, _, _ in shown_versions(back)] == [1, 2, 3]
    assert back.json["versions"][2]["definition"] == back.json["versions"][0]["definition"]


async def test_a_change_without_a_date_says_how_it_is_made(service: Service, text: str, easier: str) -> None:
    await put(service, text)
    answer = await put(service, easier)

    assert (answer.status, refusal_of(answer)) == (409, "campaign_started")
    assert "say `from` and `reason`" in answer.json["detail"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"from_": "now"}, "reason: is required with `from`"),
        ({"reason": "why"}, "from: is required with `reason`"),
        ({"from_": "now", "reason": "%20"}, "reason: "),
        ({"from_": "soon", "reason": "why"}, "from: must be a time with an offset"),
        ({"from_": "2098-01-01T00:00:00", "reason": "why"}, "from: must be a time with an offset"),
        ({"from_": "2024-01-01T00:00:00Z", "reason": "why"}, "from: lies in the past"),
        ({"from_": "2099-02-28T08:00:00Z", "reason": "why"}, "from: must be before the end of the campaign"),
        ({"from_": "9" * 60, "reason": "why"}, "from: must be before the end of the campaign"),
    ],
)
async def test_a_date_or_reason_that_cannot_be_is_named(
    service: Service, text: str, easier: str, query: dict[str, str], said: str
) -> None:
    await put(service, text)
    answer = await put(service, easier, **query)

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert answer.json["detail"].startswith(said)
    assert (await service.ask("GET", PATH)).json["versions"] == []


async def test_a_version_does_not_overtake_the_one_before(service: Service, text: str, easier: str) -> None:
    await put(service, text)
    await put(service, easier, from_=LATER, reason=WHY)
    answer = await put(service, text.replace("14h", "10h"), from_="now", reason=WHY)

    assert answer.status == 422
    assert "from: must not be before 2098-01-01T00:00:00.000Z, when version 2" in answer.json["detail"]


async def test_some_seconds_ago_is_at_once(service: Service, text: str, easier: str) -> None:
    await put(service, text)
    asked_ms = await service.store.now_ms() - 30_000
    answer = await put(service, easier, from_=str(asked_ms), reason=WHY)

    version = answer.json["versions"][1]
    assert (version["from"], version["in_force"]) == (version["at"], True)


async def test_what_was_counted_by_is_refused_by_path(service: Service, apollo: Apollo, text: str) -> None:
    await put(service, text)
    earlier = apollo(**(RUNNING | {"start": "2022-02-13T00:00:00"})).replace("Apollo: US", "Artemis: US")
    answer = await put(service, earlier, from_="now", reason=WHY)

    assert (answer.status, refusal_of(answer)) == (422, "not_changeable")
    assert [error["path"] for error in answer.json["errors"]] == ["window.main.start"]
    assert "may not change after the start" in answer.json["errors"][0]["detail"]


async def test_before_its_start_a_campaign_has_no_versions(service: Service, apollo: Apollo) -> None:
    future = {"start": "2099-02-14T00:00:00", "end": "2099-02-28T00:00:00"}
    await put(service, apollo(**future))
    answer = await put(service, apollo(**future).replace("14h", "12h"), from_="now", reason=WHY)

    assert (answer.status, refusal_of(answer)) == (409, "not_started")
    assert "leave out `from`" in answer.json["detail"]


async def test_a_closed_campaign_stands(service: Service, apollo: Apollo) -> None:
    toml = apollo(**(RUNNING | {"close": "manual"}))
    await put(service, toml)
    lifecycles, now_ms = service.store.lifecycles, await service.store.now_ms()
    life = await lifecycles.life(CAMPAIGN)
    live = opened(life, now_ms)
    assert await lifecycles.move(CAMPAIGN, life, live, action="campaign.test", actor="test")
    closed = closed_by_hand(live, now_ms)
    assert await lifecycles.move(CAMPAIGN, live, closed, action="campaign.test", actor="test")
    changed = await put(service, toml.replace("14h", "12h"), from_="now", reason=WHY)
    same = await put(service, toml, from_="now", reason=WHY)

    assert [(one.status, refusal_of(one)) for one in (changed, same)] == [(409, "campaign_closed")] * 2


async def test_there_is_no_version_of_what_is_not_there(service: Service, text: str) -> None:
    answer = await put(service, text, from_="now", reason=WHY)

    assert (answer.status, refusal_of(answer)) == (404, "not_found")


async def test_only_staff_see_who_changed_it_and_everybody_why(
    service: Service, text: str, easier: str
) -> None:
    await put(service, text)
    await put(service, easier, from_="now", reason=WHY)
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    agency = await service.issue(role="agency", agency="north")
    reviewer = await service.issue(role="reviewer")
    for_agency = await service.ask("GET", PATH, token=agency)
    for_reviewer = await service.ask("GET", PATH, token=reviewer)

    assert [(one["by"], one["reason"]) for one in for_agency.json["versions"]] == [(None, None), (None, WHY)]
    assert [bool(one["by"]) for one in for_reviewer.json["versions"]] == [False, True]


async def test_the_audit_log_has_both_versions_and_the_reason(
    service: Service, text: str, easier: str
) -> None:
    await put(service, text)
    await put(service, easier, from_="now", reason=WHY)
    page = await service.ask("GET", "/v1/audit-log?action=campaign.change")

    (entry,) = page.json["items"]
    assert (entry["subject"], entry["why"]) == (CAMPAIGN, WHY)
    assert entry["before"] != entry["after"]


async def test_of_two_changes_at_once_none_is_lost(service: Service, text: str) -> None:
    await put(service, text)
    hours = ("10h", "11h", "12h", "13h")
    answers = await asyncio.gather(
        *(put(service, text.replace("14h", one), from_="now", reason=f"now {one}") for one in hours)
    )
    shown = await service.ask("GET", PATH)

    taken = sorted(f"now {one}" for one, answer in zip(hours, answers, strict=True) if answer.status == 200)
    versions: list[dict[str, Any]] = shown.json["versions"]
    assert taken == sorted(one["reason"] for one in versions[1:])
    assert [one["number"] for one in versions] == list(range(1, len(versions) + 1))
    assert versions[-1]["in_force"]


async def test_the_end_of_a_campaign_that_people_close_is_moved_at_once_or_not_at_all(
    service: Service, apollo: Apollo
) -> None:
    by_hand = RUNNING | {"close": "manual"}
    await put(service, apollo(**by_hand))
    longer = apollo(**(by_hand | {"end": "2099-03-28T00:00:00"}))

    later = await put(service, longer, from_=LATER, reason=WHY)
    at_once = await put(service, longer, from_="now", reason=WHY)

    assert (later.status, later.json["errors"][0]["path"]) == (422, "window.main.end")
    assert "send from=now" in later.json["errors"][0]["detail"]
    assert (at_once.status, at_once.json["ends_at"]) == (200, "2099-03-28T07:00:00.000Z")


async def test_an_end_in_the_past_is_refused_as_such_while_the_campaign_is_live(
    service: Service, text: str, apollo: Apollo
) -> None:
    await put(service, text)

    answer = await put(service, apollo(**(RUNNING | {"end": "2022-02-28T00:00:00"})), from_="now", reason=WHY)

    assert (answer.status, refusal_of(answer)) == (422, "not_changeable")
