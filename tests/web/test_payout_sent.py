"""A restored batch that the bank has after all, over HTTP: exported from then on, whatever has changed since."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from leaderboard.domain.flags import Decision
from leaderboard.domain.payout_manifest import exported_of
from leaderboard.domain.payouts import Batch
from leaderboard.domain.signing import check
from leaderboard.domain.tokens import split_token
from leaderboard.store import keys
from leaderboard.store.settings import to_json
from leaderboard.store.store import Store
from tests.conftest import SIGNING_KEY, Answer, set_up_apollo
from tests.web.asking import refusal_of
from tests.web.paying import AWARDS, CAMPAIGN, Paid, paying

BATCH = f"{CAMPAIGN}-1"
SENT = {"file_sha256": "ab" * 32, "reference": "Confirmed on the telephone."}
MORE = (("top_five", "a1", "4200.00"), *AWARDS[1:])


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


async def sent(paid: Paid, token: str | None = None, batch: str = BATCH, **order: Any) -> Answer:
    path = f"/v1/payouts/{batch}/sent"
    return await paid.service.ask("POST", path, SENT | order, token=token or paid.approver)


async def kept(paid: Paid) -> Batch:
    found = await paid.store.payouts.batch(BATCH)
    assert found is not None
    return found


async def restore(paid: Paid, state: str = "approved") -> None:
    """A batch as a restore leaves it that had it in this state."""
    assert (await paid.prepare()).status == 201
    if state == "approved":
        assert (await paid.approve(BATCH)).status == 200
    marked = replace(await kept(paid), restored=True)
    await paid.store.client.do("HSET", keys.BATCHES, BATCH, to_json(marked))


@pytest.mark.parametrize("state", ["prepared", "approved"])
async def test_a_batch_that_was_sent_is_exported_although_something_has_changed(
    paid: Paid, state: str
) -> None:
    await restore(paid, state)
    await paid.give_details("a2", version=2)
    before = await kept(paid)
    answer = await sent(paid)
    after = await kept(paid)

    assert (answer.status, answer.json["state"]) == (200, "exported"), answer.body
    assert answer.json["file"]["sha256"] == SENT["file_sha256"]
    assert (after.state, after.version, after.restored) == ("exported", before.version + 1, True)
    assert (after.exported_by, after.exported_ms > 0) == (paid.approver.split("_")[1], True)
    assert {line.state for line in await paid.lines(BATCH)} == {"exported"}
    assert (await paid.store.ledger.balances(CAMPAIGN))[f"in_transit:{CAMPAIGN}", "USD"] == 651_234
    assert await paid.store.ledger.check() == []


@pytest.mark.parametrize("state", ["prepared", "approved"])
async def test_it_goes_on_as_any_exported_batch_and_pays_nobody_twice(paid: Paid, state: str) -> None:
    await restore(paid, state)
    await paid.give_details("a2", version=2)
    await sent(paid)
    prepared, settled, again = await paid.prepare(), await paid.pay(BATCH), await paid.prepare()

    assert (prepared.status, prepared.json["batch"]["id"]) == (200, BATCH)
    assert (settled.status, settled.json["batch"]["state"]) == (200, "settled")
    assert (again.status, again.json["batch"]["paid_lines"]) == (200, 3)
    assert len(await paid.store.payouts.batches(CAMPAIGN)) == 1
    assert await paid.store.ledger.check() == []


async def test_what_a_correction_changes_is_held_and_not_paid_again(paid: Paid) -> None:
    await restore(paid)
    await paid.certify(*MORE)
    answer = await sent(paid)
    prepared = await paid.prepare()

    assert (answer.status, answer.json["result"]["version"]) == (200, 1)
    assert (prepared.status, prepared.json["batch"]["id"]) == (200, BATCH)
    assert [one["reasons"][0]["code"] for one in prepared.json["held"]] == ["paid_otherwise"]


@pytest.mark.parametrize("state", ["prepared", "approved"])
async def test_its_manifest_is_genuine_and_another_restore_can_follow_it(paid: Paid, state: str) -> None:
    await restore(paid, state)
    await sent(paid)
    proof = await paid.export(BATCH, "manifest")

    exported = exported_of(check(proof.body, [SIGNING_KEY.public_key]).document)
    assert exported.batch == replace(await kept(paid), restored=False)
    assert sorted(line.id for line in exported.lines) == sorted(line.id for line in await paid.lines(BATCH))


async def test_its_file_is_not_in_the_store(paid: Paid) -> None:
    await restore(paid)
    await sent(paid)
    refused = await paid.export(BATCH)

    assert (refused.status, refused.json["code"]) == (409, "illegal_step")
    assert SENT["file_sha256"] in refused.json["detail"]


async def test_the_same_again_changes_nothing_and_another_file_is_refused(paid: Paid) -> None:
    await restore(paid)
    first = await sent(paid)
    again, other = await sent(paid, reference="By letter."), await sent(paid, file_sha256="cd" * 32)

    log = await paid.store.audit_log.page(100, subject=BATCH)
    assert (again.status, again.json) == (200, first.json)
    assert (other.status, other.json["code"]) == (409, "changed")
    assert [one.why for one in log.entries if one.action == "payout.sent"] == [SENT["reference"]]


async def test_a_hundred_at_once_mark_it_once(paid: Paid) -> None:
    await restore(paid)
    answers = await asyncio.gather(*(sent(paid) for _ in range(100)))

    entries = (await paid.store.ledger.page(CAMPAIGN, 100)).entries
    assert {answer.status for answer in answers} == {200}
    assert [entry.kind for entry in entries].count("export") == 1


@pytest.mark.parametrize("state", ["prepared", "approved", "void"])
async def test_a_batch_that_was_not_restored_is_exported_instead(paid: Paid, state: str) -> None:
    await paid.prepare()
    if state != "prepared":
        await (paid.approve(BATCH) if state == "approved" else paid.void(BATCH))
    refused = await sent(paid)

    assert (refused.status, refused.json["code"]) == (409, "illegal_step")
    assert (await kept(paid)).state == state


async def test_a_restored_batch_that_was_given_up_stays_void(paid: Paid) -> None:
    await restore(paid)
    await paid.void(BATCH, paid.approver, not_sent=True)
    refused = await sent(paid)

    assert (refused.status, refused.json["code"]) == (409, "illegal_step")
    assert "settle with the bank by hand" in refused.json["detail"]


async def test_whoever_prepared_it_does_not_say_that_it_was_sent(paid: Paid) -> None:
    await restore(paid)
    refused = await sent(paid, token=await paid.service.issue(role="payout_approver", name="pia "))

    assert (refused.status, refused.json["code"]) == (403, "same_person")
    assert (await kept(paid)).state == "approved"


async def test_who_dismissed_a_flag_of_a_winner_does_not_say_that_it_was_sent(paid: Paid) -> None:
    await restore(paid)
    parts = split_token(await paid.service.issue(role="reviewer", name="Ada"))
    assert parts
    decision = Decision(decision="dismiss", reason="Fine.", by=parts[0], at_ms=5)
    await paid.store.decisions.put(CAMPAIGN, "refunds~a1", decision)
    refused = await sent(paid)

    assert (refused.status, refused.json["code"]) == (403, "decided_flag")


@pytest.mark.parametrize("role", ["admin", "reviewer", "payout_preparer"])
async def test_only_an_approver_says_that_it_was_sent(paid: Paid, role: str) -> None:
    refused = await sent(paid, token=await paid.service.issue(role=role, name="Rita"))

    assert (refused.status, refused.json["code"]) == (403, "forbidden")


async def test_there_has_to_be_such_a_batch(paid: Paid) -> None:
    assert (await sent(paid)).status == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("file_sha256", "ab"), ("file_sha256", "AB" * 32), ("reference", ""), ("reference", " ")],
)
async def test_a_field_that_is_wrong_is_named(paid: Paid, field: str, value: str) -> None:
    refused = await sent(paid, **{field: value})

    assert refused.status == 422
    assert refusal_of(refused) == "invalid"
    assert [one["path"] for one in refused.json["errors"]] == [field]
