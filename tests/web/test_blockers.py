"""What speaks against certifying, as the store has it: each blocker from what causes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from leaderboard.domain.blockers import Blocker
from leaderboard.domain.money import Money
from leaderboard.domain.payees import Payee, SealedPayee
from leaderboard.store import keys
from leaderboard.store.awards import Given
from leaderboard.store.inbox import ARCHIVE_GROUP
from leaderboard.store.settings import to_json
from leaderboard.web.blockers import find_blockers
from tests.conftest import PARTITIONS, Service, view
from tests.web.asking import TOML
from tests.web.lives import CAMPAIGN, note_audit, ready_to_certify
from tests.web.test_standings import live_row, publish

Apollo = Callable[..., str]


@pytest.fixture
async def ready(apollo_service: Service) -> Service:
    """In review, with nothing against certifying it."""
    await ready_to_certify(apollo_service)
    return apollo_service


async def found(service: Service, **more: Any) -> dict[str, Blocker]:
    await service.store.directory.refresh()
    campaign = service.store.directory.campaigns[CAMPAIGN]
    blockers, warnings = await find_blockers(service.store, campaign, **more)
    return {one.code: one for one in (*blockers, *warnings)}


async def archive_all(service: Service) -> None:
    """As an archiver does when everything is on the disk."""
    for partition in range(PARTITIONS):
        await service.store.client.do("XGROUP", "SETID", keys.inbox(partition), ARCHIVE_GROUP, "$")


async def test_nothing_speaks_against_a_campaign_that_is_ready(ready: Service) -> None:
    assert await found(ready) == {}


async def test_events_that_are_not_applied_and_not_archived(ready: Service) -> None:
    await ready.ask("POST", "/v1/events", {"events": [view(1), view(2)]})
    waiting = await found(ready)
    await ready.count()
    applied = await found(ready)
    await archive_all(ready)

    assert (waiting["inbox"].count, "archive" in waiting) == (2, True)
    assert applied.keys() == {"archive"}
    assert await found(ready) == {}


async def test_what_is_merely_on_its_way_is_waited_for(ready: Service) -> None:
    await ready.ask("POST", "/v1/events", {"events": [view(1)]})
    asking = asyncio.create_task(found(ready, patience_s=5))
    await asyncio.sleep(0.05)
    await ready.count()
    await archive_all(ready)

    assert await asking == {}


async def test_what_came_in_a_moment_ago_does_not_speak_against_a_campaign_that_is_looked_at(
    ready: Service,
) -> None:
    await ready.ask("POST", "/v1/events", {"events": [view(1)]})
    looked_at, late = await found(ready, passing_ms=60_000), await found(ready, passing_ms=1)

    assert looked_at == {}
    assert late.keys() == {"inbox", "archive"}


async def test_an_archive_that_cannot_be_written(ready: Service) -> None:
    await ready.store.archiving.trouble("the disk is full", 5)

    assert (await found(ready))["archive"].detail == "Nothing is archived: the disk is full."


async def test_batches_that_could_not_be_applied(ready: Service) -> None:
    await ready.ask("POST", "/v1/events", {"events": [view(1)]})
    entries = await ready.store.inbox.read("w", 10, 1)
    await ready.store.inbox.bury(entries[0], "broken")
    await archive_all(ready)

    assert (await found(ready))["buried"].count == 1


async def test_no_scheduler(ready: Service) -> None:
    await ready.store.client.do("DEL", keys.lease("scheduler"))

    assert (await found(ready)).keys() == {"scheduler"}


async def test_an_audit_from_before_the_cut_off_is_none(ready: Service) -> None:
    await note_audit(ready, at_ms=1_000)

    assert "no audit since the cut-off" in (await found(ready))["audit"].detail


async def test_an_audit_with_differences(ready: Service) -> None:
    await note_audit(ready, differences_count=4)

    assert (await found(ready))["audit"].count == 4


async def put(service: Service, toml: str) -> None:
    answer = await service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}", data=toml.encode(), headers=TOML)
    assert answer.status == 201, answer.body


async def enroll(service: Service, *accounts: str) -> None:
    await service.ask("PUT", "/v1/agencies/north", {"name": "North", "country": "US"})
    for account in accounts:
        setting = {"agency_id": "north", "name": account, "kind": "partner", "country": "US"}
        await service.ask("PUT", f"/v1/accounts/{account}", setting)
        path = f"/v1/campaigns/{CAMPAIGN}/enrollments/{account}"
        assert (await service.ask("PUT", path, {"hosts": []})).status == 201


async def test_a_hold_of_the_definition(service: Service, apollo: Apollo) -> None:
    await put(service, apollo().replace('hold = "7d"', 'hold = "3650d"'))
    await ready_to_certify(service)

    assert (await found(service)).keys() == {"settlement_hold"}


async def test_held_accounts_that_could_be_paid(ready: Service) -> None:
    held, honest = live_row("a1", 9, refunds=3), live_row("a2", 8)
    short_of_time = structs.replace(live_row("a3", 7, refunds=5), effective_ms=0)
    await publish(ready, held, honest, short_of_time)
    blockers = await found(ready)

    assert blockers["holds"].count == 1
    assert "on hold until it is decided: a1;" in blockers["holds"].detail
    assert blockers["bank_details"].count == 2


async def test_who_has_a_confirmed_bank_account_is_not_warned_of(ready: Service) -> None:
    await publish(ready, live_row("a1", 9), live_row("a2", 8), live_row("a3", 7))
    details = SealedPayee(
        version=1,
        type="person",
        country="US",
        kind="us",
        last4="6789",
        sealed={},
        fingerprint="f",
        proposed_by="kim",
        proposed_ms=1,
    )
    payees = {"a1": Payee(current=details), "a2": Payee(proposed=details)}
    for account, payee in payees.items():
        await ready.store.client.do("HSET", keys.PAYEES, account, to_json(payee))
    blockers = await found(ready)

    assert blockers["bank_details"].count == 2
    assert "no confirmed bank account" in blockers["bank_details"].detail


async def test_a_budget_that_nobody_has_funded(service: Service, apollo: Apollo) -> None:
    await put(service, apollo())
    await ready_to_certify(service)
    await service.store.client.do("DEL", keys.LEDGER, keys.LEDGER_BALANCES, keys.LEDGER_REFERENCES)
    warning = (await found(service))["unfunded"]
    await service.store.ledger.fund(CAMPAIGN, Money(1_000_000, "USD"), "transfer 2", "kim", 1)

    assert "(those with a limit at most USD 10,000.00; gmv_rebate has none)" in warning.detail
    assert "unfunded" not in await found(service)


async def test_a_budget_is_held_against_the_awards_as_they_stand(ready: Service) -> None:
    await ready.store.client.do("DEL", keys.LEDGER, keys.LEDGER_BALANCES, keys.LEDGER_REFERENCES)
    await publish(ready, live_row("a1", 9), live_row("a2", 8))
    awards = {
        "a1": [Given("top_five", 1, 400_000), Given("gmv_rebate", None, 49)],
        "a2": [Given("top_five", 2, 250_000)],
    }
    await ready.store.awards.replace(CAMPAIGN, awards, at_ms=1_000)
    await ready.store.ledger.fund(CAMPAIGN, Money(650_048, "USD"), "transfer 2", "kim", 1)
    short = (await found(ready))["unfunded"]
    await ready.store.ledger.fund(CAMPAIGN, Money(1, "USD"), "transfer 3", "kim", 1)

    assert "with USD 6,500.48, and its awards come to USD 6,500.49 as things stand (" in short.detail
    assert "unfunded" not in await found(ready)


async def test_a_hold_that_was_decided_blocks_nothing(ready: Service) -> None:
    await publish(ready, live_row("a1", 9, refunds=3), live_row("a2", 8))
    reviewer = await ready.issue(role="reviewer")
    path = f"/v1/campaigns/{CAMPAIGN}/flags/refunds~a1/decision"
    decided = await ready.ask(
        "POST", path, {"decision": "dismiss", "reason": "A faulty batch."}, token=reviewer
    )

    assert decided.status == 200
    assert "holds" not in await found(ready)


async def test_accounts_that_wait_for_a_metric(service: Service, apollo: Apollo) -> None:
    where = 'where = ["in_schedule == true"]'
    await put(service, apollo().replace(where, 'where = ["in_schedule == true", "viewers > 3"]'))
    await enroll(service, "a1")
    await ready_to_certify(service)

    assert (await found(service))["metrics"].count == 1
