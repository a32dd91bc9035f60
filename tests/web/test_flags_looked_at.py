"""What somebody should merely look at is no agency's; and nobody decides on what he has not looked at."""

from __future__ import annotations

import pytest

from leaderboard.store.decisions import Decisions, Step
from tests.web.asking import refusal_of
from tests.web.reviewing import CAMPAIGN, PATH, SENTENCE, People, finding, put_raised, raised
from tests.web.test_flags_of_detectors import HELD, people

__all__ = ["people"]

LOOK = "His stream may have been recorded."


@pytest.fixture
async def watched(people: People) -> People:
    """Of a1 there is besides what somebody should merely look at, of host bo."""
    look = finding("a1", "review", 0, sentence=LOOK, host="bo", families=("motion",), sample=9_999)
    await put_raised(people.service, raised("a1", finding("a1", host="ana"), look))
    return people


async def test_an_agency_reads_nowhere_of_what_should_merely_be_looked_at(watched: People) -> None:
    await watched.service.count()
    token = watched.tokens["north"]
    asked = (
        f"{PATH}?account=a1",
        f"{PATH}/{HELD}",
        f"/v1/campaigns/{CAMPAIGN}/accounts/a1",
        f"/v1/campaigns/{CAMPAIGN}/standings",
    )
    found = [await watched.service.ask("GET", path, token=token) for path in asked]
    [flag] = await watched.listed(who="north")
    [whole] = await watched.listed()

    assert [one.status for one in found] == [200] * 4
    assert [SENTENCE in one.body.decode() for one in found] == [True] * 4
    assert [LOOK in one.body.decode() for one in found] == [False] * 4
    assert (flag["host"], flag["families"], flag["sample"]) == ("ana", ["concentration", "devices"], 812)
    assert (whole["host"], whole["sample"], whole["sentence"]) == ("ana, bo", 9_999, f"{SENTENCE} {LOOK}")
    assert len((await watched.flag(HELD)).json["findings"]) == 2
    assert len((await watched.flag(HELD, "north")).json["findings"]) == 1


async def test_once_it_is_decided_an_agency_reads_all_that_was_decided_on(watched: People) -> None:
    await watched.decide("ana", HELD, "uphold", "Bots.")
    flag = (await watched.flag(HELD, "north")).json

    assert flag["statement"]["facts"] == flag["sentence"] == f"{SENTENCE} {LOOK}"
    assert len(flag["findings"]) == 2


async def test_a_decision_that_was_sent_before_the_flag_was_reopened_is_refused(people: People) -> None:
    later_ms = await people.service.store.now_ms() + 60_000
    await put_raised(people.service, raised("a1", reopened_ms=later_ms))

    answer = await people.decide("ana", HELD, "dismiss")

    assert (answer.status, refusal_of(answer)) == (409, "look_again")
    assert (await people.flag(HELD)).json["history"] == []


async def test_what_a_checkpoint_finds_while_somebody_decides_is_looked_at_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, reviews = Decisions.make, people.service.store.reviews

    async def make_late(decisions: Decisions, campaign: str, flag: str, step: Step) -> bool:
        one = raised("a1", finding("a1", excess_uv=900), checkpoint=3)
        await reviews.put_raised(CAMPAIGN, {one.id: one})
        return await make(decisions, campaign, flag, step)

    monkeypatch.setattr(Decisions, "make", make_late)
    refused = await people.decide("ana", HELD, "dismiss")
    again = await people.decide("ana", HELD, "dismiss", "A school, all 900.")

    assert (refused.status, refusal_of(refused)) == (409, "look_again")
    assert (again.status, again.json["decision"]["reason"]) == (200, "A school, all 900.")
    assert [one["reason"] for one in (await people.flag(HELD)).json["history"]] == ["A school, all 900."]
