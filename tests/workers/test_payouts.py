"""Looking after payouts: who reminds, of what, how often, and when a campaign is paid."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest
from msgspec import structs

from leaderboard.config import Payouts
from leaderboard.domain.banking_days import local_day
from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.lifecycle import Certification
from leaderboard.domain.money import Money
from leaderboard.domain.payout_differences import SettledByHand
from leaderboard.domain.payouts import Batch, BatchState, Line, LineState, payout_id
from leaderboard.domain.reminders import deadline_of
from leaderboard.store import keys
from leaderboard.store.payouts import Step, batch_id
from tests.conftest import Service
from tests.web.lives import CAMPAIGN, put_life, put_result
from workers.payouts import PayoutWatch
from workers.scheduler import Recounting, Scheduler

ZONE = "America/Los_Angeles"
Apollo = Callable[..., str]
Closed = Callable[[int], Awaitable[None]]


@pytest.fixture
def closed(service: Service, apollo: Apollo) -> Closed:
    """Makes a campaign that ended so long ago that this many banking days are left to send its payouts."""

    async def make(days_left: int) -> None:
        today = local_day(await service.store.now_ms(), ZONE)
        toml = _ended(apollo, today, days_left)
        headers = {"Content-Type": "application/toml"}
        answer = await service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}", data=toml.encode(), headers=headers)
        assert answer.status == 201, answer.body
        await put_life(service, state="review")

    return make


def _ended(apollo: Apollo, today: date, days_left: int) -> str:
    for back in range(90):
        end = today - timedelta(days=back)
        toml = apollo(start="2020-01-01T00:00:00", end=f"{end}T00:00:00", close="clock")
        definition = parse_toml(toml)
        assert definition.ends_at_ms is not None
        deadline = deadline_of(definition, definition.ends_at_ms, 2)
        assert deadline is not None
        if deadline.days_left(today) == days_left:
            return toml
    raise AssertionError(f"no end leaves {days_left} banking days")


async def certify(service: Service, awards: Mapping[str, str]) -> None:
    """With a result that gives each account its amount in dollars."""
    listed = [
        {"award": "best", "account_id": name, "place": 1, "amount": {"amount": amount, "currency": "USD"}}
        for name, amount in awards.items()
    ]
    await put_result(service, orjson.dumps({"result": {"awards": listed}}))


def line(account: str, minor: int, state: LineState, attempt: int = 1) -> Line:
    return Line(
        id=payout_id(CAMPAIGN, "best", account, attempt),
        award="best",
        account=account,
        amount=Money(minor, "USD"),
        attempt=attempt,
        payee_version=1,
        payee_hash="",
        last4="1234",
        state=state,
    )


async def put_batch(service: Service, number: int, state: BatchState, *lines: Line) -> None:
    """A batch as it stands after some step; the claims go with its live lines."""
    payouts, name = service.store.payouts, batch_id(CAMPAIGN, number)
    before = await payouts.batch(name)
    after = Batch(
        id=name,
        campaign=CAMPAIGN,
        number=number,
        version=before.version + 1 if before else 1,
        state=state,
        format="nacha",
        currency="USD",
        lines=len(lines),
        total_minor=sum(one.amount.minor for one in lines),
        content_sha256="",
        result_version=1,
        result_sha256="",
        profile_sha256="",
        due_on="",
        send_by_on="",
        calendar="",
        prepared_by="",
        preparer="",
        prepared_ms=1,
    )
    claims = await payouts.claims(CAMPAIGN)
    claimed = [one for one in lines if f"{one.award}|{one.account}" in claims]
    take = [one for one in lines if one.is_live and one not in claimed]
    drop = [one for one in claimed if not one.is_live]
    step = Step(
        action="payout.test", actor="test", before=before, after=after, lines=lines, take=take, drop=drop
    )
    assert await payouts.make(step) == "done"


def watch(service: Service) -> PayoutWatch:
    return PayoutWatch(service.store, Payouts())


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


async def state(service: Service) -> str:
    return (await service.store.lifecycles.life(CAMPAIGN)).state


async def audited(service: Service) -> list[tuple[str, str]]:
    entries = await service.store.client.do("XRANGE", keys.AUDIT_LOG, "-", "+")
    found = [dict(zip(fields[::2], fields[1::2], strict=True)) for _, fields in entries]
    return [(one[b"action"].decode(), one[b"actor"].decode()) for one in found]


async def test_nothing_is_said_while_there_is_time(
    service: Service, closed: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    await closed(11)
    await certify(service, {"a1": "600.00"})
    await watch(service).look()

    assert told(caplog) == []
    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == 1


@pytest.mark.parametrize(
    ("days", "said"), [(10, "in 10 banking days"), (2, "in 2 banking"), (-1, "had to be")]
)
async def test_it_is_said_once_whoever_looks_how_often(
    service: Service, closed: Closed, caplog: pytest.LogCaptureFixture, days: int, said: str
) -> None:
    await closed(days)
    await certify(service, {"a1": "600.00", "a2": "200.00"})
    first, second = watch(service), watch(service)
    await asyncio.gather(first.look(), second.look())
    await first.look()
    await watch(service).look()

    [text] = told(caplog)
    assert text.startswith(f"{CAMPAIGN}: 2 of 2 awards are not paid (USD 800.00)")
    assert said in text
    assert text.endswith("2 in no batch, 2 of them on hold (no_bank_details 2)")
    assert [one.text for one in await service.store.reminders.said(CAMPAIGN)] == [
        text.removeprefix(f"{CAMPAIGN}: ")
    ]


async def test_every_reason_is_told_and_bank_data_first(
    service: Service, closed: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    await closed(2)
    await certify(service, {"a1": "1500.00", "a2": "200.00"})
    asks = Payouts(require_screening=True, tax_form_from={"2020": "USD 1000"})
    await PayoutWatch(service.store, asks).look()

    assert told(caplog)[0].endswith(
        ": 2 in no batch, 2 of them on hold (no_bank_details 2, not_screened 2, tax_form_missing 1)"
    )


async def test_what_is_in_a_batch_is_told_by_what_it_lacks(
    service: Service, closed: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    await closed(5)
    await certify(service, {"a1": "6.00", "a2": "2.00", "a3": "1.00", "a4": "4.00", "a5": "5.00"})
    await put_batch(service, 1, "prepared", line("a1", 600, "prepared"))
    await put_batch(service, 2, "approved", line("a2", 200, "prepared"))
    await put_batch(service, 3, "exported", line("a3", 100, "exported"), line("a4", 400, "paid"))
    await watch(service).look()

    [text] = told(caplog)
    assert "4 of 5 awards are not paid (USD 14.00)" in text
    assert text.endswith(
        ": 1 in no batch, 1 of them on hold (no_bank_details 1); 1 prepared and not approved; "
        "1 approved and not exported; 1 with the bank, which has not said that they are paid"
    )


async def test_a_campaign_is_paid_when_every_award_is(service: Service, closed: Closed) -> None:
    await closed(11)
    await certify(service, {"a1": "6.00", "a2": "2.00"})
    looking = watch(service)
    await put_batch(service, 1, "exported", line("a1", 600, "paid"), line("a2", 200, "exported"))
    await looking.look()
    before = await state(service)
    await put_batch(service, 1, "settled", line("a1", 600, "paid"), line("a2", 200, "paid"))
    await asyncio.gather(looking.look(), watch(service).look())

    assert (before, await state(service)) == ("certified", "paid")
    assert (await audited(service)).count(("campaign.paid", "scheduler")) == 1
    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == 0


async def test_a_payment_of_another_amount_does_not_pay_a_campaign(
    service: Service, closed: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    await closed(2)
    await certify(service, {"a1": "6.00"})
    await put_batch(service, 1, "settled", line("a1", 599, "paid"))
    await watch(service).look()

    assert await state(service) == "certified"
    assert told(caplog)[0].endswith(": 1 in a payout of another amount than the result says")


async def settle(service: Service, paying: Line, owed_minor: int, result: int = 1) -> None:
    """Somebody has settled by hand what a line pays otherwise."""
    note = SettledByHand(
        result=result,
        payout=paying.id,
        paid=paying.amount,
        owed=Money(owed_minor, "USD"),
        reason="Sent.",
        by="ada",
        at_ms=1,
    )
    await service.store.payout_differences.put(CAMPAIGN, paying, note)


async def test_a_difference_that_was_settled_by_hand_pays_the_campaign(
    service: Service, closed: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    await closed(2)
    await certify(service, {"a1": "6.00"})
    await put_batch(service, 1, "settled", line("a1", 599, "paid"))
    looking = watch(service)
    await looking.look()
    before = await state(service), len(told(caplog))
    await settle(service, line("a1", 599, "paid"), 600)
    await looking.look()

    assert (before, await state(service)) == (("certified", 1), "paid")
    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == 0


@pytest.mark.parametrize(
    ("amounts", "unpaid"), [(["6.00", "6.00"], 0), (["6.00", "7.00"], 1), (["6.00", "5.00", "6.00"], 1)]
)
async def test_a_note_counts_until_a_correction_gives_the_award_another_amount(
    service: Service, closed: Closed, amounts: list[str], unpaid: int
) -> None:
    await closed(11)
    await put_batch(service, 1, "settled", line("a1", 599, "paid"))
    await settle(service, line("a1", 599, "paid"), 600)
    looking = watch(service)
    for amount in amounts:
        await certify(service, {"a1": amount})
        await looking.look()

    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == unpaid


async def test_a_note_does_not_count_where_a_result_since_is_not_in_the_store(
    service: Service, closed: Closed
) -> None:
    await closed(11)
    for _ in range(3):
        await certify(service, {"a1": "6.00"})
    await put_batch(service, 1, "settled", line("a1", 599, "paid"))
    await settle(service, line("a1", 599, "paid"), 600)
    await service.store.client.do("DEL", keys.document(CAMPAIGN, "result|2"))
    await watch(service).look()

    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == 1


async def test_a_campaign_is_not_paid_while_a_payout_of_a_dropped_award_is_with_the_bank(
    service: Service, closed: Closed
) -> None:
    await closed(11)
    await certify(service, {"a1": "6.00"})
    await put_batch(service, 1, "exported", line("a1", 600, "paid"), line("a2", 200, "exported"))
    looking = watch(service)
    await looking.look()
    before = await state(service)
    await put_batch(service, 1, "settled", line("a1", 600, "paid"), line("a2", 200, "returned"))
    await looking.look()

    assert (before, await state(service)) == ("certified", "paid")


async def test_a_campaign_is_not_paid_while_a_payout_of_a_dropped_award_is_not_settled_by_hand(
    service: Service, closed: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    await closed(2)
    await certify(service, {"a1": "6.00", "a2": "2.00"})
    await certify(service, {"a1": "6.00"})
    await put_batch(service, 1, "settled", line("a1", 600, "paid"), line("a2", 200, "paid"))
    looking = watch(service)
    await looking.look()
    before = await state(service), (await service.store.reminders.figures())[CAMPAIGN].unpaid
    await settle(service, line("a2", 200, "paid"), 0, result=2)
    await looking.look()

    assert (before, await state(service)) == (("certified", 1), "paid")
    assert told(caplog)[0].endswith(": 1 in a payout of another amount than the result says")
    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == 0


async def test_a_result_without_awards_leaves_the_campaign_certified(
    service: Service, closed: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    await closed(-1)
    await certify(service, {})
    await watch(service).look()

    assert (await state(service), told(caplog)) == ("certified", [])
    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == 0


async def test_what_comes_back_later_is_told_and_the_campaign_stays_paid(
    service: Service, closed: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    await closed(2)
    await certify(service, {"a1": "6.00"})
    looking = watch(service)
    await put_batch(service, 1, "settled", line("a1", 600, "paid"))
    await looking.look()
    quiet = told(caplog)
    await put_batch(service, 1, "settled", line("a1", 600, "returned"))
    await looking.look()
    figures = (await service.store.reminders.figures())[CAMPAIGN]
    await put_batch(service, 2, "settled", line("a1", 600, "paid", attempt=2))
    await looking.look()

    assert (quiet, len(told(caplog)), figures.unpaid) == ([], 1, 1)
    assert await state(service) == "paid"
    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == 0


async def test_nothing_is_noted_as_paid_while_a_correction_is_being_made(
    service: Service, closed: Closed
) -> None:
    await closed(11)
    await certify(service, {"a1": "6.00"})
    await put_batch(service, 1, "settled", line("a1", 600, "paid"))
    await put_life(service, certifying=Certification(requested_ms=1, actor="ana"), refunds_until_ms=1)
    await watch(service).look()

    assert await state(service) == "certified"


async def test_a_correction_that_adds_an_award_leaves_it_unpaid(service: Service, closed: Closed) -> None:
    await closed(11)
    await certify(service, {"a1": "6.00"})
    await put_batch(service, 1, "settled", line("a1", 600, "paid"))
    looking = watch(service)
    await looking.look()
    await certify(service, {"a1": "6.00", "a2": "2.00"})
    await looking.look()

    assert await state(service) == "paid"
    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == 1


async def test_a_campaign_that_cannot_be_read_is_told_and_others_go_on(
    service: Service, closed: Closed, apollo: Apollo, caplog: pytest.LogCaptureFixture
) -> None:
    await closed(11)
    await certify(service, {"a1": "6.00"})
    await service.ask(
        "PUT",
        "/v1/campaigns/another",
        data=apollo("another").encode(),
        headers={"Content-Type": "application/toml"},
    )
    lifecycles = service.store.lifecycles
    life = await lifecycles.life("another")
    lost = structs.replace(life, version=1, state="certified", result=1)
    assert await lifecycles.move("another", life, lost, action="campaign.test", actor="test")
    await watch(service).look()

    assert told(caplog) == ["the payouts of another could not be looked at"]
    assert list(await service.store.reminders.figures()) == [CAMPAIGN]


async def test_a_campaign_without_a_result_is_left_alone(service: Service, closed: Closed) -> None:
    await closed(-1)
    await watch(service).look()

    assert await service.store.reminders.figures() == {}


async def test_a_scheduler_looks_by_its_clock(service: Service, closed: Closed, tmp_path: Path) -> None:
    await closed(11)
    await certify(service, {"a1": "6.00"})
    stopping = asyncio.Event()

    running = asyncio.create_task(Scheduler(service.store, Recounting(tmp_path, 48)).run(stopping))
    async with asyncio.timeout(20):
        while not await service.store.reminders.figures():
            await asyncio.sleep(0.05)
    stopping.set()
    await running

    assert (await service.store.reminders.figures())[CAMPAIGN].unpaid == 1
