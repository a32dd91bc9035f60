"""What reviewers decide after a certification: it holds payouts, and who let an account be paid does not pay it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from leaderboard.domain.flags import Decision
from leaderboard.domain.payouts import Batch
from leaderboard.domain.tokens import split_token
from leaderboard.store.payouts import Step
from leaderboard.store.store import Store
from tests.conftest import Answer, set_up_apollo
from tests.web import rescoring
from tests.web.paying import AWARDS, CAMPAIGN, Paid, paying
from tests.web.reviewing import LINK, People, raised

HELD, RULE = "integrity.cells~a1", "refunds~a1"
BATCH = f"{CAMPAIGN}-1"
CODES = {
    "a disqualification": "ruled_out",
    "an upheld hold": "ruled_out",
    "a proposal": "review_open",
    "an appeal": "review_open",
}


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    """A detector had flagged a1, which was certified with two awards all the same."""
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        found = raised("a1", first_ms=await store.now_ms())
        await store.reviews.put_raised(CAMPAIGN, {found.id: found})
        yield paid


@pytest.fixture
async def people(paid: Paid) -> People:
    return await People.of(paid.service)


async def happen(people: People, what: str) -> None:
    if what == "a disqualification":
        await people.by_two(HELD, "disqualify")
    elif what == "an upheld hold":
        # As the door saves it, of two reviewers.
        decision = Decision(decision="uphold", reason="Bought.", by="bo", at_ms=5, proposed_by="ana")
        await people.service.store.decisions.put(CAMPAIGN, RULE, decision)
    elif what == "a proposal":
        assert (await people.decide("ana", HELD, "disqualify", link=LINK)).status == 202
    else:
        assert (await people.appeal(HELD)).status == 201


async def batch_of(paid: Paid) -> Batch:
    found = await paid.store.payouts.batch(BATCH)
    assert found is not None
    return found


def held_codes(answer: Answer) -> dict[tuple[str, str], list[str]]:
    """(award, account) → the codes of its reasons."""
    return {
        (one["award"], one["account_id"]): [reason["code"] for reason in one["reasons"]]
        for one in answer.json["held"]
    }


# ── Who is taken out after the certification ────────────────────────────────────────────────────


@pytest.mark.parametrize("what", CODES)
async def test_what_happens_to_a_flag_before_a_batch_is_prepared_holds_the_account(
    paid: Paid, people: People, what: str
) -> None:
    await happen(people, what)
    prepared = await paid.prepare()

    assert (prepared.status, prepared.json["batch"]["lines"]) == (201, 1)
    assert [line.account for line in await paid.lines(BATCH)] == ["a2"]
    assert held_codes(prepared) == {
        ("top_five", "a1"): [CODES[what]],
        ("gmv_rebate", "a1"): [CODES[what]],
    }


@pytest.mark.parametrize("step", ["approve", "export"])
@pytest.mark.parametrize("what", CODES)
async def test_what_happens_to_a_flag_later_voids_the_batch_at_its_next_step(
    paid: Paid, people: People, what: str, step: str
) -> None:
    await paid.prepare()
    if step == "export":
        assert (await paid.approve(BATCH)).status == 200
    await happen(people, what)
    refused = await (paid.approve if step == "approve" else paid.export)(BATCH)
    again = await paid.prepare()

    batch = await batch_of(paid)
    assert (refused.status, refused.json["code"], batch.state) == (409, "changed", "void")
    assert "of account a1 is on hold: " in batch.void_reason
    assert await paid.store.payouts.export(BATCH) is None
    assert (again.status, again.json["batch"]["total"]["amount"]) == (201, "2500.00")


async def test_a_disqualification_that_is_taken_back_holds_no_more(paid: Paid, people: People) -> None:
    await happen(people, "a disqualification")
    held = await paid.prepare()
    await people.decide("cy", HELD, "dismiss")
    freed = await paid.prepare()

    assert (held.json["batch"]["lines"], freed.status, freed.json["batch"]["lines"]) == (1, 201, 2)
    assert freed.json["held"] == []


async def test_who_appeals_is_paid_when_the_appeal_is_answered(paid: Paid, people: People) -> None:
    await happen(people, "an appeal")
    held = await paid.prepare()
    await people.decide("cy", HELD, "uphold")
    freed = await paid.prepare()

    assert (held.json["batch"]["lines"], freed.json["batch"]["lines"], freed.json["held"]) == (1, 2, [])


async def test_a_flag_that_nobody_has_decided_on_holds_no_payout(paid: Paid) -> None:
    assert (await paid.prepare()).json["held"] == []


async def test_a_correction_without_the_account_settles_it(paid: Paid, people: People) -> None:
    await happen(people, "a disqualification")
    await paid.certify(AWARDS[1])
    prepared = await paid.prepare()

    assert (prepared.json["batch"]["total"]["amount"], prepared.json["held"]) == ("2500.00", [])


# ── Who let it be paid ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["Pia", "Ada"])
@pytest.mark.parametrize(("flag", "decision"), [(HELD, "uphold"), (HELD, "dismiss"), (RULE, "dismiss")])
async def test_who_released_a_winner_does_not_pay_them(
    paid: Paid, name: str, flag: str, decision: str
) -> None:
    token = await paid.service.issue(role="reviewer", name=name)
    await decided(paid, token, flag, decision)
    # That another decides the same since changes nothing.
    await decided(paid, await paid.service.issue(role="reviewer", name="Rita"), flag, decision)
    prepared = await paid.prepare()
    refused = prepared if name == "Pia" else await paid.approve(BATCH)

    assert (refused.status, refused.json["code"]) == (403, "decided_flag")
    assert f"{name} {'upheld' if decision == 'uphold' else 'dismissed'} a " in refused.json["detail"]


async def decided(paid: Paid, token: str, flag: str, decision: str) -> None:
    parts = split_token(token)
    assert parts
    made = Decision(decision=decision, reason="Looked at.", by=parts[0], at_ms=5)  # type: ignore[arg-type]
    await paid.store.decisions.put(CAMPAIGN, flag, made)


async def test_who_released_somebody_else_pays(paid: Paid) -> None:
    token = await paid.service.issue(role="reviewer", name="Pia")
    await decided(paid, token, "integrity.cells~a3", "uphold")

    assert (await paid.prepare()).status == 201


@pytest.mark.parametrize("name", ["Pia", "Ada"])
@pytest.mark.parametrize("part", ["asked", "applied", "reversed"])
async def test_who_had_a_part_in_a_rescoring_of_a_winner_does_not_pay_them(
    paid: Paid, name: str, part: str
) -> None:
    await rescored(paid, {part: name}, moved=("a2",))
    prepared = await paid.prepare()
    refused = prepared if name == "Pia" else await paid.approve(BATCH)

    assert (refused.status, refused.json["code"]) == (403, "decided_rescoring")
    assert f"{name} had a part in a rescoring of account a2" in refused.json["detail"]


async def rescored(paid: Paid, who: dict[str, str], moved: tuple[str, ...]) -> None:
    """Applied and reversed again, by people of other names unless told."""
    names = {"asked": "Kim", "applied": "Lea", "reversed": "Mo"} | who
    tokens = {part: await paid.service.issue(role="reviewer", name=name) for part, name in names.items()}
    one = await rescoring.asked(paid.service, token=tokens["asked"])
    await rescoring.prepare(paid.service, one, moved=moved)
    assert (await rescoring.step(paid.service, one, "apply", tokens["applied"])).status == 200
    assert (await rescoring.step(paid.service, one, "reverse", tokens["reversed"])).status == 200


async def test_who_had_a_part_in_a_rescoring_of_nobody_who_is_paid_pays(paid: Paid) -> None:
    await rescored(paid, {"asked": "Pia", "applied": "Ada"}, moved=("a3",))
    prepared = await paid.prepare()

    assert (prepared.status, (await paid.approve(BATCH)).status) == (201, 200)


async def test_a_rescoring_that_was_never_applied_keeps_nobody_from_paying(paid: Paid) -> None:
    one = await rescoring.asked(paid.service, token=await paid.service.issue(role="reviewer", name="Pia"))
    await rescoring.prepare(paid.service, one, moved=("a2",))

    assert (await paid.prepare()).status == 201


# ── In the last moment ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "what", ["a disqualification", "an upheld hold", "a proposal", "an appeal", "a rescoring"]
)
async def test_what_comes_between_the_look_and_the_step_stops_it(
    paid: Paid, people: People, what: str
) -> None:
    await paid.prepare()
    since, found = await paid.store.payouts.place(), await batch_of(paid)
    if what == "a rescoring":
        await rescored(paid, {}, moved=("a1",))
    else:
        await happen(people, what)
    step = Step(
        action="x", actor="x", before=found, after=found.moved("approved"), since=since, accounts=["a1"]
    )

    assert await paid.store.payouts.make(step) == "changed"
