"""Rescorings applied, reversed, cancelled and prepared again: from which state, and when."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.domain.adjustments import Voided
from leaderboard.domain.lifecycle import Certification
from tests.conftest import Service
from tests.web.asking import refusal_of
from tests.web.lives import put_life
from tests.web.rescoring import AFTER, BEFORE, PATH, asked, in_state, log_of, one, prepare, step, voided
from tests.web.test_standings import live_row, publish, standings

pytestmark = pytest.mark.usefixtures("apollo_service")
VERBS = ("apply", "reverse", "cancel", "prepare")


async def scores(service: Service) -> dict[str, tuple[int, int]]:
    """Account → rank and score, as it is published."""
    await service.count()
    entries = (await standings(service)).json["entries"]
    return {one["account_id"]: (one["rank"], one["score"]) for one in entries}


# ── Applying and reversing ──────────────────────────────────────────────────────────────────────


async def test_what_is_applied_is_taken_out_of_the_standings_and_reversed_is_put_back(
    service: Service,
) -> None:
    await publish(service, live_row("a1", 9), live_row("a2", 5))
    name = await asked(service)
    await prepare(service, name, before={}, after={"a1": Voided(counted_uv=9, uv=5, reached_ms=3)})

    before = await scores(service)
    applied = await step(service, name, "apply")
    during = await scores(service)
    back = await step(service, name, "reverse")

    assert (applied.status, applied.json["state"], applied.json["takes_effect"]) == (
        200,
        "applied",
        "at_once",
    )
    assert (back.status, back.json["state"], back.json["takes_effect"]) == (200, "reversed", "at_once")
    assert (before["a1"], during["a1"], during["a2"]) == ((1, 9), (2, 4), (1, 5))
    assert await scores(service) == before
    assert await voided(service) == {}


async def test_an_agency_is_told_what_was_taken_out_of_its_account_until_it_is_put_back(
    service: Service,
) -> None:
    await publish(service, live_row("a1", 9), live_row("a2", 5))
    name = await asked(service)
    await prepare(service, name, before={}, after={"a1": Voided(counted_uv=9, uv=5, reached_ms=3)})
    agency = await service.issue(role="agency", agency="north")

    async def told() -> list[tuple[int | None, Any]]:
        await service.count()
        path = "/v1/campaigns/apollo-test/accounts/a1"
        reasons = (await service.ask("GET", path, token=agency)).json["reasons"]
        return [(one["have"], one["detail"]) for one in reasons if one["code"] == "integrity.voided"]

    await step(service, name, "apply")
    during = await told()
    await step(service, name, "reverse")

    detail = "Reviewers have taken out 5 visitors. The campaign's operator answers for that: ask there."
    assert during == [(5, detail)]
    assert await told() == []


async def test_who_did_it_and_when_stands_with_it_and_in_the_audit_log(service: Service) -> None:
    kim, lea = [await service.issue(role="reviewer", name=name) for name in ("Kim", "Lea")]
    name = await in_state(service, "prepared", token=kim)

    applied = (await step(service, name, "apply", lea)).json
    back = (await step(service, name, "reverse", kim, reason="The venue's own.")).json

    assert (applied["by"], applied["applied"]["by"]) == (kim.split("_")[1], lea.split("_")[1])
    assert applied["reversed"] is None
    assert back["applied"] == applied["applied"]
    assert back["reversed"] == {
        "by": kim.split("_")[1],
        "at": back["reversed"]["at"],
        "reason": "The venue's own.",
    }
    [entry] = await log_of(service, "rescoring.apply")
    seen = (await service.ask("GET", f"{PATH}/{name}")).json["preview"]["sha256"]
    [put_back] = await log_of(service, "rescoring.reverse")
    assert (entry["actor"], entry["before"]["state"], entry["after"]["state"]) == (
        lea.split("_")[1],
        "prepared",
        "applied",
    )
    assert entry["after"]["preview"]["sha256"] == seen
    assert (put_back["why"], put_back["after"]["state"]) == ("The venue's own.", "reversed")


async def test_applied_and_reversed_figures_are_those_of_the_preview(service: Service) -> None:
    name = await in_state(service, "prepared")

    await step(service, name, "apply")
    during = await voided(service)
    await step(service, name, "reverse")

    assert during == AFTER
    assert await voided(service) == BEFORE


@pytest.mark.parametrize(
    ("verb", "state"), [("apply", "applied"), ("reverse", "reversed"), ("cancel", "cancelled")]
)
async def test_the_same_again_changes_nothing(service: Service, verb: str, state: str) -> None:
    name = await in_state(service, state)
    before, entries = await one(service, name), await log_of(service, f"rescoring.{verb}")

    again = await step(service, name, verb)

    assert (again.status, again.json["state"]) == (200, state)
    assert await one(service, name) == before
    assert len(entries) == 1
    assert await log_of(service, f"rescoring.{verb}") == entries


_POSSIBLE = {
    ("apply", "prepared"): 200,
    ("apply", "applied"): 200,
    ("reverse", "applied"): 200,
    ("reverse", "reversed"): 200,
    ("cancel", "preparing"): 200,
    ("cancel", "prepared"): 200,
    ("cancel", "failed"): 200,
    ("cancel", "cancelled"): 200,
    ("prepare", "preparing"): 202,
    ("prepare", "prepared"): 202,
    ("prepare", "failed"): 202,
}


@pytest.mark.parametrize("state", ["preparing", "prepared", "applied", "reversed", "cancelled", "failed"])
@pytest.mark.parametrize("verb", VERBS)
async def test_a_step_is_taken_from_its_states_alone(service: Service, verb: str, state: str) -> None:
    name = await in_state(service, state)
    before, taken_out = await one(service, name), await voided(service)

    answer = await step(service, name, verb)

    assert answer.status == _POSSIBLE.get((verb, state), 409)
    if answer.status == 409:
        assert refusal_of(answer) == "illegal_step"
        assert f"that is {state} cannot become" in answer.json["detail"]
        assert await one(service, name) == before
        assert await voided(service) == taken_out


async def test_a_preview_that_was_not_looked_at_is_not_applied(service: Service) -> None:
    name = await in_state(service, "prepared")
    seen = (await service.ask("GET", f"{PATH}/{name}")).json["preview"]["sha256"]
    assert (await step(service, name, "prepare")).status == 202
    await prepare(service, name, moved=("a1", "a3"))

    stale = await step(service, name, "apply", preview_sha256=seen)
    fresh = (await service.ask("GET", f"{PATH}/{name}")).json["preview"]["sha256"]
    applied = await step(service, name, "apply", preview_sha256=fresh)

    assert (stale.status, refusal_of(stale)) == (409, "changed")
    assert applied.status == 200


async def test_preparing_again_forgets_the_preview_and_keeps_who_asked(service: Service) -> None:
    name = await in_state(service, "failed")
    before = await one(service, name)

    again = await step(service, name, "prepare")

    assert (again.json["state"], again.json["preview"], again.json["problem"]) == ("preparing", None, None)
    assert (await one(service, name)).by == before.by


async def test_cancelling_may_say_why(service: Service) -> None:
    name = await in_state(service, "prepared")
    await step(service, name, "cancel", reason="A school class.")

    [entry] = await log_of(service, "rescoring.cancel")
    assert entry["why"] == "A school class."


@pytest.mark.parametrize("order", [{}, {"reason": " "}, {"reason": "x", "force": True}])
async def test_reversing_says_why(service: Service, order: dict[str, Any]) -> None:
    name, token = await in_state(service, "applied"), await service.issue(role="reviewer")
    answer = await service.ask("POST", f"{PATH}/{name}/reverse", order, token=token)

    assert (answer.status, refusal_of(answer)) == (422, "invalid")
    assert (await one(service, name)).state == "applied"


@pytest.mark.parametrize("verb", VERBS)
async def test_what_is_not_there_cannot_be_moved(service: Service, verb: str) -> None:
    answer = await step(service, "aaaaaaaa", verb)

    assert (answer.status, refusal_of(answer)) == (404, "not_found")


# ── The life of the campaign ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("verb", "state"), [("apply", "prepared"), ("reverse", "applied"), ("prepare", "prepared")]
)
async def test_nothing_is_moved_while_a_result_is_being_made_of_it(
    service: Service, verb: str, state: str
) -> None:
    name = await in_state(service, state)
    await put_life(service, state="review", cutoff_ms=5, certifying=Certification(5, "kim"))

    answer = await step(service, name, verb)

    assert (answer.status, refusal_of(answer)) == (409, "certifying")
    assert (await one(service, name)).state == state


async def test_after_certification_it_waits_for_a_correction(service: Service) -> None:
    name = await in_state(service, "prepared")
    await put_life(service, state="certified", cutoff_ms=5)

    applied, back = await step(service, name, "apply"), await step(service, name, "reverse")

    assert {answer.json["takes_effect"] for answer in (applied, back)} == {"with_the_next_correction"}
