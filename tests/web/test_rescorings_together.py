"""Rescorings of several people, and several rescorings at once: who may decide what, and whose figures stand."""

from __future__ import annotations

import asyncio

import pytest

from leaderboard.domain.adjustments import Voided
from leaderboard.domain.rescorings import Rescoring
from tests.conftest import Answer, Service
from tests.web.asking import refusal_of
from tests.web.rescoring import AFTER, CAMPAIGN, OUTAGE, asked, in_state, log_of, one, prepare, step, voided

pytestmark = pytest.mark.usefixtures("apollo_service")

# ── Two people ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pays", [True, False])
async def test_another_person_applies_it_than_who_asked_for_it(service: Service, pays: bool) -> None:
    kim = await service.issue(role="reviewer", name="Kim")
    kims_other = await service.issue(role="reviewer", name=" KIM")
    name = await asked(service, token=kim)
    await prepare(service, name, pays=pays)

    refused = [await step(service, name, "apply", token) for token in (kim, kims_other)]
    applied = await step(service, name, "apply")

    assert [(answer.status, refusal_of(answer)) for answer in refused] == [(403, "same_person")] * 2
    assert "another reviewer applies it" in refused[0].json["detail"]
    assert applied.status == 200


@pytest.mark.parametrize("pays", [True, False])
async def test_another_person_reverses_it_than_who_applied_it(service: Service, pays: bool) -> None:
    kim, lea, leas_other = [
        await service.issue(role="reviewer", name=name) for name in ("Kim", "Lea", "lea ")
    ]
    name = await asked(service, token=kim)
    await prepare(service, name, pays=pays)
    await step(service, name, "apply", lea)

    refused = [await step(service, name, "reverse", token) for token in (lea, leas_other)]
    during = await voided(service)
    done = await step(service, name, "reverse", kim)

    assert [(answer.status, refusal_of(answer)) for answer in refused] == [(403, "same_person")] * 2
    assert "another reviewer reverses it" in refused[0].json["detail"]
    assert (during, done.status) == (AFTER, 200)


async def test_a_filter_that_was_asked_for_before_its_views_exist_takes_two_people(service: Service) -> None:
    kim = await service.issue(role="reviewer", name="Kim")
    name = await asked(service, token=kim)
    await prepare(service, name, moved=(), before={}, after={})

    refused = await step(service, name, "apply", kim)

    assert (refused.status, refusal_of(refused)) == (403, "same_person")
    assert (await one(service, name)).state == "prepared"


async def test_preparing_it_again_makes_nobody_else_its_preparer(service: Service) -> None:
    kim, lea = [await service.issue(role="reviewer", name=name) for name in ("Kim", "Lea")]
    name = await in_state(service, "prepared", token=kim)
    await step(service, name, "prepare", lea)
    await prepare(service, name, pays=True)

    assert (await step(service, name, "apply", kim)).status == 403
    assert (await step(service, name, "apply", lea)).status == 200


# ── Races, and others in force ──────────────────────────────────────────────────────────────────


async def at_once(service: Service, *steps: tuple[str, str]) -> list[Answer]:
    """(rescoring, verb) each, by a token of its own."""
    tokens = [await service.issue(role="reviewer", name=f"Reviewer {n}") for n in range(len(steps))]
    return await asyncio.gather(
        *(step(service, name, verb, token) for (name, verb), token in zip(steps, tokens, strict=True))
    )


async def test_two_who_apply_at_once_apply_it_once(service: Service) -> None:
    name = await in_state(service, "prepared")

    answers = await at_once(service, *[(name, "apply")] * 6)

    assert [answer.status for answer in answers] == [200] * 6
    assert len({answer.json["applied"]["by"] for answer in answers}) == 1
    assert len(await log_of(service, "rescoring.apply")) == 1
    assert await voided(service) == AFTER


async def test_of_applying_and_cancelling_at_once_one_wins(service: Service) -> None:
    name = await in_state(service, "prepared")

    applied, cancelled = await at_once(service, (name, "apply"), (name, "cancel"))

    state = (await one(service, name)).state
    assert sorted((applied.status, cancelled.status)) == [200, 409]
    assert state == ("applied" if applied.status == 200 else "cancelled")
    assert await voided(service) == (AFTER if state == "applied" else {})


async def test_of_two_that_were_previewed_without_each_other_one_is_applied(service: Service) -> None:
    first, second = await asked(service), await asked(service, OUTAGE)
    await prepare(service, first, after={"a1": Voided(9, 5, 3)})
    await prepare(service, second, after={"a3": Voided(8, 1, 4)})

    answers = await at_once(service, (first, "apply"), (second, "apply"))

    lost = next(answer for answer in answers if answer.status != 200)
    assert sorted(answer.status for answer in answers) == [200, 409]
    assert refusal_of(lost) == "changed_meanwhile"
    assert "prepare it again" in lost.json["detail"]
    assert list(await voided(service)) == (["a1"] if answers[0].status == 200 else ["a3"])


async def test_what_others_have_overtaken_is_applied_when_it_is_prepared_again(service: Service) -> None:
    first, second = await in_state(service, "applied"), await asked(service, OUTAGE)
    await prepare(service, second)
    refused = await step(service, second, "apply")
    await step(service, second, "prepare")
    await prepare(service, second, basis=(first,), before=AFTER, after={"a3": Voided(3, 1, 2), **AFTER})

    applied = await step(service, second, "apply")

    assert (refused.status, refusal_of(refused)) == (409, "changed_meanwhile")
    assert applied.status == 200
    assert sorted(await voided(service)) == ["a1", "a2", "a3"]


async def test_one_of_several_is_reversed_and_the_scheduler_works_out_what_is_left(service: Service) -> None:
    first, second = await in_state(service, "applied"), await asked(service, OUTAGE)
    after = {"a3": Voided(3, 1, 2), **AFTER}
    await prepare(service, second, basis=(first,), before=AFTER, after=after)
    await step(service, second, "apply")

    of_first = await step(service, first, "reverse")
    untouched = await voided(service)
    of_second = await step(service, second, "reverse")

    assert (of_first.status, of_second.status) == (200, 200)
    # Nobody knows the figures of the second alone, nor those without both.
    assert untouched == after
    assert await voided(service) == after
    states = {one.state for one in (await service.store.rescorings.of(CAMPAIGN)).values()}
    assert states == {"reversed"}


async def test_the_last_of_several_is_put_back_at_once(service: Service) -> None:
    first, second = await in_state(service, "applied"), await asked(service, OUTAGE)
    await prepare(service, second, basis=(first,), before=AFTER, after={"a3": Voided(3, 1, 2), **AFTER})
    await step(service, second, "apply")

    await step(service, second, "reverse")

    assert await voided(service) == AFTER


async def test_without_the_figures_of_its_preview_it_is_prepared_again(service: Service) -> None:
    name = await asked(service)
    found = await one(service, name)
    ready: Rescoring = found.moved("prepared")
    assert await service.store.rescorings.move(found, ready, actor="scheduler") == "done"

    answer = await step(service, name, "apply")

    assert (answer.status, refusal_of(answer)) == (409, "changed_meanwhile")
