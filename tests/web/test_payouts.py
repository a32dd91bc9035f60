"""Preparing, approving, exporting and reconciling payouts through the door: once each, by two people."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from leaderboard.config import Config
from leaderboard.domain.flags import Decision
from leaderboard.domain.lifecycle import Certification
from leaderboard.domain.nacha import NachaProfile
from leaderboard.domain.signing import check
from leaderboard.domain.tokens import split_token
from leaderboard.store import keys
from leaderboard.store.payouts import Step
from leaderboard.store.settings import to_json
from leaderboard.store.store import Store
from leaderboard.store.vault import KEY_BYTES, Vault
from tests.conftest import Service, serving, set_up_apollo
from tests.web.lives import put_life
from tests.web.paying import AWARDS, CAMPAIGN, IBAN, NACHA, PAYOUTS, PAYOUTS_PATH, Paid, paying


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


async def test_a_batch_has_every_award_that_can_be_paid(paid: Paid) -> None:
    prepared = await paid.prepare()

    batch = prepared.json["batch"]
    assert (prepared.status, prepared.json["held"]) == (201, [])
    assert (batch["id"], batch["state"], batch["lines"]) == (f"{CAMPAIGN}-1", "prepared", 3)
    assert batch["total"] == {"amount": "6512.34", "currency": "USD"}
    assert (batch["due_on"], batch["send_by_on"]) == ("2022-03-25", "2022-03-23")
    assert batch["calendar"].startswith("US-FED holidays ")


async def test_preparing_again_changes_nothing(paid: Paid) -> None:
    first, second = await paid.prepare(), await paid.prepare()

    assert (second.status, second.json) == (200, first.json)
    assert len(await paid.store.payouts.batches(CAMPAIGN)) == 1


async def test_a_hundred_at_once_prepare_one_batch(paid: Paid) -> None:
    answers = await asyncio.gather(*(paid.prepare() for _ in range(100)))

    assert sorted({answer.status for answer in answers}) == [200, 201]
    assert [answer.status for answer in answers].count(201) == 1
    assert {answer.json["batch"]["id"] for answer in answers} == {f"{CAMPAIGN}-1"}


async def test_a_hundred_at_once_approve_and_export_one_file(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    approvals = await asyncio.gather(*(paid.approve(batch) for _ in range(100)))
    exports = await asyncio.gather(*(paid.export(batch) for _ in range(100)))

    assert {answer.status for answer in (*approvals, *exports)} == {200}
    assert len({answer.json["approved_at"] for answer in approvals}) == 1
    assert len({answer.body for answer in exports}) == 1
    entries = (await paid.store.ledger.page(CAMPAIGN, 100)).entries
    assert [entry.kind for entry in entries] in (["prepare", "export"], ["export", "prepare"])


async def test_the_whole_way_ends_with_everything_settled(paid: Paid) -> None:
    batch = await paid.exported()
    settled = await paid.pay(batch)

    assert (settled.status, settled.json["changed"]) == (200, 3)
    # Its day of payment has not come.
    [warning] = settled.json["warnings"]
    assert warning.startswith("3 payouts noted as paid, and the bank was to pay on ")
    assert (settled.json["batch"]["state"], settled.json["batch"]["paid_lines"]) == ("settled", 3)
    again = await paid.pay(batch)
    assert (again.status, again.json["changed"]) == (200, 0)
    balances = await paid.store.ledger.balances(CAMPAIGN)
    assert {name: minor for (name, _), minor in balances.items() if minor} == {
        f"budget:{CAMPAIGN}": -651_234,
        f"settled:{CAMPAIGN}:a1": 401_234,
        f"settled:{CAMPAIGN}:a2": 250_000,
    }
    assert await paid.store.ledger.check() == []


async def test_whoever_prepares_does_not_approve(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    own = await paid.service.issue(role="payout_approver", name="pia ")
    refused = await paid.approve(batch, token=own)

    assert (refused.status, refused.json["code"]) == (403, "same_person")


@pytest.mark.parametrize("role", ["admin", "reviewer", "payout_approver", "ingest", "agency"])
async def test_only_a_preparer_prepares(paid: Paid, role: str) -> None:
    more = {"accounts": ["*"]} if role == "ingest" else {"agency": "north"} if role == "agency" else {}
    refused = await paid.prepare(token=await paid.service.issue(role=role, name="Rita", **more))

    assert (refused.status, refused.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize("role", ["admin", "reviewer", "payout_preparer"])
async def test_only_an_approver_approves(paid: Paid, role: str) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    refused = await paid.approve(batch, token=await paid.service.issue(role=role, name="Rita"))

    assert (refused.status, refused.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize("name", ["Pia", "Ada"])
async def test_who_dismissed_a_flag_of_a_winner_does_not_pay_them(paid: Paid, name: str) -> None:
    reviewer = await paid.service.issue(role="reviewer", name=name)
    await dismiss(paid, reviewer)
    prepared = await paid.prepare()
    refused = prepared if name == "Pia" else await paid.approve(prepared.json["batch"]["id"])

    assert (refused.status, refused.json["code"]) == (403, "decided_flag")


async def dismiss(paid: Paid, reviewer: str) -> None:
    """As the door saves it, of a flag that was raised once."""
    parts = split_token(reviewer)
    assert parts
    decision = Decision(decision="dismiss", reason="Fine.", by=parts[0], at_ms=5)
    await paid.store.decisions.put(CAMPAIGN, "refunds~a1", decision)


async def test_a_batch_that_is_not_approved_has_no_file(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    refused = await paid.export(batch)

    assert (refused.status, refused.json["code"]) == (409, "illegal_step")


async def test_the_file_is_the_same_at_every_download_and_each_is_audited(paid: Paid) -> None:
    batch = await paid.exported()
    files = [await paid.export(batch) for _ in range(3)]

    assert len({file.body for file in files}) == 1
    assert {file.headers["X-Content-SHA256"] for file in files} == {sha256(files[0].body).hexdigest()}
    assert files[0].headers["Cache-Control"] == "no-store"
    log = await paid.store.audit_log.page(100, subject=batch)
    assert [one.action for one in log.entries].count("payout.download") == 3


async def test_the_manifest_proves_which_file_pays_what(paid: Paid) -> None:
    batch = await paid.exported()
    file, proof = await paid.export(batch), await paid.export(batch, "manifest")

    document = check(proof.body).document
    assert document["file"]["sha256"] == sha256(file.body).hexdigest()
    assert document["total"] == {"amount": "6512.34", "currency": "USD"}
    assert [line["account_id"] for line in document["lines"]].count("a1") == 2


async def test_a_second_format_of_a_batch_is_refused(paid: Paid) -> None:
    batch = await paid.exported()
    refused, review = await paid.export(batch, "pain001"), await paid.export(batch, "csv")

    assert (refused.status, refused.json["code"]) == (409, "other_format")
    assert review.status == 200
    assert b"5550001234" not in review.body
    assert b"4000.00" in review.body


async def test_a_look_at_the_headers_exports_nothing(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    await paid.approve(batch)
    head = await paid.service.ask("HEAD", f"/v1/payouts/{batch}/export", token=paid.preparer)

    found = await paid.store.payouts.batch(batch)
    assert head.status == 409
    assert found is not None
    assert found.state == "approved"


async def test_a_payee_that_the_format_cannot_carry_is_held_by_name_and_paid_in_another(paid: Paid) -> None:
    await paid.give_details("a2", IBAN, country="FR", version=2)
    first = await paid.prepare()
    second = await paid.prepare("pain001")

    held = first.json["held"]
    assert first.json["batch"]["lines"] == 2
    assert [(one["account_id"], one["reasons"][0]["code"]) for one in held] == [("a2", "format")]
    assert (second.status, second.json["batch"]["lines"], second.json["held"]) == (201, 1, [])


async def test_without_bank_details_an_award_is_held_and_paid_later(paid: Paid) -> None:
    await paid.certify(*AWARDS, ("top_five", "b9", "1500.00"))
    first = await paid.prepare()
    await paid.give_details("b9")
    second = await paid.prepare()

    reasons = [one["reasons"][0]["code"] for one in first.json["held"]]
    assert (first.json["batch"]["lines"], reasons) == (3, ["no_bank_details"])
    assert (second.status, second.json["batch"]["lines"], second.json["held"]) == (201, 1, [])


async def test_changed_bank_details_void_an_approved_batch(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    await paid.approve(batch)
    await paid.give_details("a2", holder="Somebody Else", version=2)
    refused = await paid.export(batch)
    again = await paid.prepare()

    assert (refused.status, refused.json["code"]) == (409, "changed")
    assert "bank details of account a2" in refused.json["detail"]
    assert (again.status, again.json["batch"]["id"], again.json["batch"]["lines"]) == (
        201,
        f"{CAMPAIGN}-2",
        3,
    )


async def test_what_was_not_seen_is_not_approved(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]
    refused = await paid.approve(batch["id"], content_sha256="0" * 64)
    approved = await paid.approve(batch["id"], content_sha256=batch["content_sha256"])

    assert (refused.status, refused.json["code"]) == (409, "changed")
    assert (approved.status, approved.json["state"]) == (200, "approved")


async def test_a_voided_batch_frees_its_awards_and_an_exported_one_cannot_be_voided(paid: Paid) -> None:
    first = (await paid.prepare()).json["batch"]["id"]
    voided = await paid.void(first)
    second = await paid.exported()
    refused = await paid.void(second)

    assert (voided.json["state"], voided.json["void_reason"]) == ("void", "Wrong.")
    assert second == f"{CAMPAIGN}-2"
    assert (refused.status, refused.json["code"]) == (409, "illegal_step")
    assert await paid.store.ledger.check() == []


async def test_a_returned_line_is_paid_again_by_a_new_attempt_with_other_details(paid: Paid) -> None:
    batch = await paid.exported()
    returned = next(one for one in await paid.lines(batch) if one.account == "a2")
    answer = await paid.reconcile(batch, {"id": returned.id, "status": "returned", "code": "R03"})
    held = await paid.prepare()
    await paid.give_details("a2", version=2)
    again = await paid.prepare()

    assert (answer.status, answer.json["batch"]["returned_lines"]) == (200, 1)
    assert [one["reasons"][0]["code"] for one in held.json["held"]] == ["details_refused"]
    assert (again.status, again.json["batch"]["total"]["amount"]) == (201, "2500.00")
    (line,) = await paid.lines(again.json["batch"]["id"])
    assert (line.attempt, line.id != returned.id) == (2, True)
    assert await paid.store.ledger.check() == []


async def test_a_paid_line_may_come_back_after_all(paid: Paid) -> None:
    batch = await paid.exported()
    await paid.pay(batch)
    line = (await paid.lines(batch))[0]
    late = await paid.reconcile(batch, {"id": line.id, "status": "returned", "code": "R23"})
    again = await paid.prepare()

    assert (late.status, len(late.json["warnings"])) == (200, 1)
    assert (again.status, again.json["batch"]["lines"]) == (201, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "UNKNOWN"}, "no payout of this batch"),
        ({"amount": "1.00"}, "the report says 1.00"),
        ({"status": "returned"}, "`code` must be the bank's"),
        ({"status": "corrected", "code": "R03"}, "`code` must be that of the notification"),
    ],
)
async def test_one_line_that_does_not_fit_and_nothing_is_taken_in(
    paid: Paid, change: dict[str, str], said: str
) -> None:
    batch = await paid.exported()
    good, bad = [{"id": one.id, "status": "paid"} for one in (await paid.lines(batch))[:2]]
    refused = await paid.reconcile(batch, good, bad | change)

    assert (refused.status, refused.json["code"]) == (422, "not_reported")
    assert said in refused.json["errors"][0]["detail"]
    assert {one.state for one in await paid.lines(batch)} == {"exported"}


async def test_a_corrected_result_voids_what_is_not_sent_and_names_what_is(paid: Paid) -> None:
    first = (await paid.prepare()).json["batch"]["id"]
    await paid.approve(first)
    await paid.certify(("top_five", "a1", "4100.00"), *AWARDS[1:])
    refused = await paid.export(first)
    second = await paid.exported()
    await paid.certify(("top_five", "a1", "4200.00"), *AWARDS[1:])
    third = await paid.prepare()

    assert (refused.status, refused.json["code"]) == (409, "changed")
    assert second == f"{CAMPAIGN}-2"
    assert (third.status, third.json["batch"]["id"]) == (200, second)
    (held,) = third.json["held"]
    assert (held["account_id"], held["reasons"][0]["code"]) == ("a1", "paid_otherwise")


async def test_a_campaign_that_is_not_certified_pays_nobody(apollo_service: Service) -> None:
    token = await apollo_service.issue(role="payout_preparer", name="Pia")
    refused = await apollo_service.ask("POST", PAYOUTS_PATH, {"format": "portal"}, token=token)

    assert (refused.status, refused.json["code"]) == (409, "not_certified")


async def test_an_originator_that_is_not_filled_in_is_named_by_its_keys(
    store: Store, apollo: Callable[..., str]
) -> None:
    config = replace(PAYOUTS, nacha=NachaProfile(destination=NACHA.destination))
    async with paying(store, lambda service: set_up_apollo(service, apollo()), config) as paid:
        refused = await paid.prepare()

    assert (refused.status, refused.json["code"]) == (409, "not_filled_in")
    assert "payouts.nacha.origin" in refused.json["detail"]


async def test_an_unfunded_batch_is_approved_only_where_that_is_not_asked_for(
    store: Store, apollo: Callable[..., str]
) -> None:
    config = replace(PAYOUTS, require_funding=True)
    async with paying(store, lambda service: set_up_apollo(service, apollo()), config) as paid:
        batch = (await paid.prepare()).json["batch"]["id"]
        refused = await paid.approve(batch)
        fund = {"amount": {"amount": "10000.00", "currency": "USD"}, "reference": "wire-1"}
        await paid.service.ask("POST", f"/v1/campaigns/{CAMPAIGN}/funding", fund)
        approved = await paid.approve(batch)

    assert (refused.status, refused.json["code"]) == (409, "unfunded")
    assert approved.status == 200


async def test_how_payouts_stand_is_shown_to_those_who_pay(paid: Paid) -> None:
    await paid.exported()
    shown = await paid.service.ask("GET", PAYOUTS_PATH)

    assert shown.status == 200
    assert (shown.json["awards"], shown.json["payable"], shown.json["held"]) == (3, 0, [])
    assert [batch["state"] for batch in shown.json["batches"]] == ["exported"]
    assert shown.json["budget"]["amount"] == "-6512.34"


async def test_a_batch_shows_its_lines_a_page_at_a_time_and_masked(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    first = await paid.service.ask("GET", f"/v1/payouts/{batch}?limit=2")
    rest = await paid.service.ask("GET", f"/v1/payouts/{batch}?limit=2&cursor={first.json['cursor']}")

    items = first.json["items"] + rest.json["items"]
    assert (len(items), rest.json["cursor"]) == (3, None)
    assert {item["last4"] for item in items} == {"1234"}
    assert b"5550001234" not in first.body + rest.body


async def test_details_under_a_key_that_is_not_here_hold_one_award_and_no_other(paid: Paid) -> None:
    other = Vault([b"w" * KEY_BYTES])
    await paid.give_details("a2", version=2, vault=other)
    prepared = await paid.prepare()

    (held,) = prepared.json["held"]
    assert prepared.json["batch"]["lines"] == 2
    assert (held["account_id"], held["reasons"][0]["code"]) == ("a2", "bank_details_shut")
    assert other.key_ids[0] in held["reasons"][0]["detail"]


async def test_what_a_format_cannot_carry_as_a_whole_is_said_before_anybody_approves(paid: Paid) -> None:
    # A NACHA file has twelve digits for its sum.
    many = [f"b{number}" for number in range(101)]
    for account in many:
        await paid.give_details(account)
    await paid.certify(*(("top_five", account, "99999999.99") for account in many))
    refused, elsewhere = await paid.prepare(), await paid.prepare("portal")

    assert (refused.status, refused.json["code"]) == (409, "not_carried")
    assert (elsewhere.status, elsewhere.json["batch"]["lines"]) == (201, 101)


async def test_the_list_for_people_is_audited_too(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    await paid.export(batch, "csv")

    log = await paid.store.audit_log.page(100, subject=batch, action="payout.download")
    assert [json.loads(one.after)["format"] for one in log.entries] == ["csv"]


async def test_nothing_is_paid_while_a_correction_is_being_certified(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    await put_life(paid.service, certifying=Certification(1, "admin", "Wrong.", 1))
    approved, prepared = await paid.approve(batch), await paid.prepare()
    shown = await paid.service.ask("GET", PAYOUTS_PATH)

    assert {(one.status, one.json["code"]) for one in (approved, prepared)} == {(409, "correcting")}
    assert (shown.status, shown.json["correcting"]) == (200, True)
    found = await paid.store.payouts.batch(batch)
    assert found is not None
    assert found.state == "prepared"


async def test_a_correction_that_begins_in_the_last_moment_stops_a_step(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    found = await paid.store.payouts.batch(batch)
    assert found is not None
    await put_life(paid.service, certifying=Certification(1, "admin", "Wrong.", 1))
    step = Step(action="x", actor="x", before=found, after=found.moved("approved"), checks_result=True)

    assert await paid.store.payouts.make(step) == "result"


async def test_a_result_that_is_not_genuine_pays_nobody(paid: Paid) -> None:
    key = keys.document(CAMPAIGN, "result|1")
    content = await paid.store.client.do("GET", key)
    await paid.store.client.do("SET", key, content.replace(b"4000.00", b"9000.00"))
    refused = await paid.prepare()

    assert (refused.status, refused.json["code"]) == (409, "not_genuine")


async def test_the_year_of_a_tax_form_is_that_of_the_payment(
    store: Store, apollo: Callable[..., str]
) -> None:
    # It was due in 2022, and is paid in the year in which it is approved.
    year = str(datetime.now(UTC).year)
    config = replace(PAYOUTS, tax_form_from={"2020": "USD 1000000", year: "USD 1"})
    async with paying(store, lambda service: set_up_apollo(service, apollo()), config) as paid:
        refused = await paid.prepare()

    codes = {reason["code"] for one in refused.json["held"] for reason in one["reasons"]}
    assert (refused.json["code"], codes) == ("nothing_payable", {"tax_form_missing"})


async def test_a_file_that_lies_until_its_day_of_payment_is_void(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    await paid.approve(batch)
    found = await paid.store.payouts.batch(batch)
    assert found is not None
    today = replace(found, effective_on=datetime.now(ZoneInfo("America/New_York")).date().isoformat())
    await paid.store.client.do("HSET", keys.BATCHES, batch, to_json(today))
    refused = await paid.export(batch)

    assert (refused.status, refused.json["code"]) == (409, "changed")
    assert "too near for a bank" in refused.json["detail"]


@pytest.mark.parametrize("name", ["  PIA ", "Ｐｉａ", "Pi\u200ba", "P\u00adia"])
async def test_a_name_is_the_same_however_it_is_spelled(paid: Paid, name: str) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    refused = await paid.approve(batch, token=await paid.service.issue(role="payout_approver", name=name))

    assert (refused.status, refused.json["code"]) == (403, "same_person")


async def test_only_nacha_files_are_numbered(paid: Paid) -> None:
    today = datetime.now(ZoneInfo("America/New_York")).date().isoformat()
    await paid.store.client.do("HSET", keys.FILE_NUMBERS, today, 36)
    numbered = await paid.approve((await paid.prepare()).json["batch"]["id"])
    await paid.void(f"{CAMPAIGN}-1")
    portal = await paid.approve((await paid.prepare("portal")).json["batch"]["id"])

    assert (numbered.status, numbered.json["code"]) == (409, "too_many_files")
    assert portal.status == 200


async def test_two_processes_prepare_and_report_once(paid: Paid) -> None:
    async with serving(paid.store, Config(payouts=PAYOUTS)) as other:
        elsewhere = Paid(other, paid.preparer, paid.approver)
        prepared = await asyncio.gather(*(one.prepare() for one in (paid, elsewhere) * 20))
        batch = prepared[0].json["batch"]["id"]
        await asyncio.gather(*(one.approve(batch) for one in (paid, elsewhere) * 20))
        files = await asyncio.gather(*(one.export(batch) for one in (paid, elsewhere) * 20))
        reports = await asyncio.gather(*(one.pay(batch) for one in (paid, elsewhere) * 20))

    assert [answer.status for answer in prepared].count(201) == 1
    assert len({file.body for file in files}) == 1
    assert {answer.status for answer in (*files, *reports)} == {200}
    assert sum(answer.json["changed"] for answer in reports) == 3
    assert await paid.store.ledger.check() == []


async def test_a_batch_has_no_more_lines_than_a_report(paid: Paid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leaderboard.store.paying.MOST_LINES", 2)
    first, second = await paid.prepare(), await paid.prepare()

    assert [(one.status, one.json["batch"]["lines"]) for one in (first, second)] == [(201, 2), (201, 1)]


async def test_a_manifest_is_made_with_its_file_and_not_before(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    await paid.approve(batch)
    refused = await paid.export(batch, "manifest")

    found = await paid.store.payouts.batch(batch)
    assert (refused.status, refused.json["code"]) == (409, "illegal_step")
    assert found is not None
    assert found.state == "approved"


async def test_a_batch_restored_as_approved_is_given_up_only_when_it_was_not_sent(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    await paid.approve(batch)
    found = await paid.store.payouts.batch(batch)
    assert found is not None
    await paid.store.client.do("HSET", keys.BATCHES, batch, to_json(replace(found, restored=True)))
    refused = await paid.void(batch)
    await paid.give_details("a2", version=2)
    changed = await paid.export(batch)
    alone = await paid.void(batch, not_sent=True)
    given_up = await paid.void(batch, paid.approver, not_sent=True)

    assert (refused.status, refused.json["code"]) == (409, "maybe_sent")
    assert (alone.status, alone.json["code"]) == (403, "same_person")
    assert given_up.json["void_reason"] == "Not sent, as the bank says: Wrong."
    assert (changed.status, changed.json["code"]) == (409, "maybe_sent")
    assert (given_up.status, given_up.json["state"]) == (200, "void")


@pytest.mark.parametrize("change", ["bank details", "a dispute", "a flag", "something else"])
async def test_what_bears_on_a_step_and_changes_in_the_last_moment_stops_it(paid: Paid, change: str) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    since, found = await paid.store.payouts.place(), await paid.store.payouts.batch(batch)
    assert found is not None
    if change == "bank details":
        await paid.give_details("a2", version=2)
    elif change == "a dispute":
        path = f"/v1/campaigns/{CAMPAIGN}/disputes/top_five/a2"
        await paid.service.ask("PUT", path, {"reason": "Whose is it?"}, token=paid.preparer)
    elif change == "a flag":
        await dismiss(paid, await paid.service.issue(role="reviewer", name="Rita"))
    else:
        await paid.service.ask("PUT", "/v1/agencies/east", {"name": "East", "country": "US"})
        # Somebody whom this batch does not pay.
        await paid.give_details("a3", version=2)
    step = Step(
        action="x", actor="x", before=found, after=found.moved("approved"), since=since, accounts=["a1", "a2"]
    )

    assert await paid.store.payouts.make(step) == ("done" if change == "something else" else "changed")


async def test_a_dismissal_is_remembered_when_another_decides_anew(paid: Paid) -> None:
    for name in ("Pia", "Rita"):
        await dismiss(paid, await paid.service.issue(role="reviewer", name=name))
    refused = await paid.prepare()

    assert (refused.status, refused.json["code"]) == (403, "decided_flag")


async def test_a_batch_restored_as_prepared_is_not_approved_unasked(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    found = await paid.store.payouts.batch(batch)
    assert found is not None
    await paid.store.client.do("HSET", keys.BATCHES, batch, to_json(replace(found, restored=True)))
    refused = await paid.approve(batch)

    assert (refused.status, refused.json["code"]) == (409, "maybe_sent")


async def test_another_format_with_nothing_left_is_told_which_batch_there_is(paid: Paid) -> None:
    batch = (await paid.prepare()).json["batch"]["id"]
    refused = await paid.prepare("portal")

    assert (refused.status, refused.json["code"]) == (409, "other_format")
    assert batch in refused.json["detail"]


async def test_who_has_not_heard_of_a_correction_voids_nothing_that_is_newer(paid: Paid) -> None:
    stale = paid.store.directory.campaigns[CAMPAIGN]
    await paid.certify(("top_five", "a1", "4100.00"), *AWARDS[1:])
    batch = (await paid.prepare()).json["batch"]["id"]
    paid.store.directory.campaigns[CAMPAIGN] = stale
    approved = await paid.approve(batch)

    assert (approved.status, approved.json["result"]["version"]) == (200, 2)
