"""Versions come into force in their time, once, whoever was awake; their windows are counted by before that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from leaderboard.domain.campaigns import canonical, definition_hash, parse_toml
from leaderboard.domain.exclusions import NEVER_MS
from leaderboard.domain.lifecycle import Certification, closed_by_hand, opened, requested
from leaderboard.domain.signing import SigningKey, check
from leaderboard.domain.snapshots import read_snapshot
from leaderboard.store.campaign_versions import StoredCampaign, StoredVersion, first_version
from leaderboard.store.store import Store
from tests.conftest import Service, view
from tests.workers.closing import CAMPAIGN, archive, campaign_of_two, close, how, move, pinned, send
from workers.auditing import audit
from workers.certifying import certify
from workers.closing import freeze
from workers.scheduler import Recounting, Scheduler
from workers.versions import activate_due

Apollo = Callable[..., str]

START_MS = 1_644_825_600_000  # 2022-02-14T08:00:00Z
WITHIN_MS = START_MS + 86_400_000
LONGER = {"end": "2022-03-05T00:00:00"}


async def add_version(store: Store, toml: str, from_ms: int) -> StoredCampaign:
    """A version that was saved while nobody put it in force."""
    definition, before = parse_toml(toml), await store.settings.campaign(CAMPAIGN)
    assert before is not None
    versions = before.versions or (first_version(before, START_MS),)
    number, document = versions[-1].number + 1, canonical(definition)
    version = StoredVersion(
        number, from_ms, from_ms, "kim", f"reason {number}", document, definition_hash(definition)
    )
    after = replace(before, versions=(*versions, version))
    assert await amended(store, before, after, (await store.lifecycles.life(CAMPAIGN)).version, NEVER_MS)
    await store.directory.refresh()
    return after


async def amended(
    store: Store, before: StoredCampaign, after: StoredCampaign, life_version: int, until_ms: int
) -> bool:
    return await store.settings.amend_campaign(
        CAMPAIGN,
        before,
        after,
        actor="kim",
        action="campaign.change",
        why=after.versions[-1].reason if after.versions else "",
        life_version=life_version,
        until_ms=until_ms,
    )


async def version_in_force(store: Store) -> int:
    stored = await store.settings.campaign(CAMPAIGN)
    assert stored is not None
    assert not stored.versions or stored.hash == stored.versions[stored.version - 1].hash
    return stored.version


async def actions(store: Store) -> list[str]:
    """What was done to the campaign, the oldest first."""
    entries = (await store.audit_log.page(100)).entries
    return [entry.action for entry in reversed(entries) if entry.subject == CAMPAIGN]


async def score(service: Service, account: str) -> int:
    row = await service.store.standings.row(CAMPAIGN, account)
    return row.score if row else 0


async def test_a_version_is_not_in_force_before_its_time(service: Service, apollo: Apollo) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    now_ms = await store.now_ms()
    await add_version(store, apollo().replace("14h", "12h"), now_ms + 60_000)

    assert await activate_due(store, now_ms + 59_999) == []
    assert await version_in_force(store) == 1
    assert await activate_due(store, now_ms + 60_000) == [f"{CAMPAIGN}: 2"]
    assert await version_in_force(store) == 2


async def test_it_is_put_in_force_once_however_often_and_by_however_many(
    service: Service, apollo: Apollo
) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    now_ms = await store.now_ms()
    await add_version(store, apollo().replace("14h", "12h"), now_ms)

    made = await asyncio.gather(*(activate_due(store, now_ms) for _ in range(5)))
    again = await activate_due(store, now_ms)

    assert [one for one in made if one] == [[f"{CAMPAIGN}: 2"]]
    assert again == []
    entry = next(one for one in (await store.audit_log.page(1)).entries)
    assert (entry.actor, entry.action, entry.why) == ("scheduler", "campaign.version", "reason 2")
    assert (await actions(store)).count("campaign.version") == 1


async def test_of_several_that_have_come_the_last_is_in_force(service: Service, apollo: Apollo) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    await add_version(store, apollo().replace("14h", "12h"), WITHIN_MS)
    await add_version(store, apollo().replace("14h", "10h"), WITHIN_MS + 1)

    assert await activate_due(store, await store.now_ms()) == [f"{CAMPAIGN}: 3"]
    assert store.directory.campaigns[CAMPAIGN].definition == parse_toml(apollo().replace("14h", "10h"))


async def test_a_change_that_is_saved_meanwhile_is_not_lost(service: Service, apollo: Apollo) -> None:
    store, running = service.store, {"end": "2099-02-28T00:00:00"}
    await campaign_of_two(service, apollo(**running))
    await add_version(store, apollo(**running).replace("14h", "12h"), WITHIN_MS)
    third = apollo(**running).replace("14h", "10h").encode()
    headers = {"Content-Type": "application/toml"}
    path = f"/v1/campaigns/{CAMPAIGN}?from=now&reason=why"

    now_ms = await store.now_ms()
    answer, _ = await asyncio.gather(
        service.ask("PUT", path, data=third, headers=headers),
        asyncio.gather(*(activate_due(store, now_ms) for _ in range(5))),
    )

    assert answer.status == 200
    assert await version_in_force(store) == 3
    assert await activate_due(store, await store.now_ms()) == []


async def test_what_came_while_nobody_was_awake_is_in_force_before_the_campaign_ends(
    service: Service, apollo: Apollo, tmp_path: Path
) -> None:
    store, clock = service.store, {"close": "clock"}
    await campaign_of_two(service, apollo(**clock), accounts=())
    await archive(service, tmp_path)
    after = await add_version(store, apollo(**clock, **LONGER).replace("14h", "12h"), WITHIN_MS)

    await Scheduler(store, Recounting(tmp_path, id_memory_h=48, apart=False)).tick()
    content = await store.lifecycles.document(CAMPAIGN, "snapshot")

    assert content is not None
    assert read_snapshot(content).definition_hash == after.versions[1].hash
    assert (await actions(store))[-5:] == [
        "campaign.version",
        "campaign.open",
        "campaign.end",
        "integrity.checkpoint",
        "campaign.freeze",
    ]


async def test_an_event_after_the_end_that_was_counts_though_no_scheduler_has_run(
    service: Service, apollo: Apollo
) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    await add_version(store, apollo(**LONGER), WITHIN_MS)
    events = [view(1, at="2022-03-02T12:00:00Z"), view(2, account="a2", at="2022-03-06T12:00:00Z")]
    await service.ask("POST", "/v1/events", {"events": events})
    await service.count()

    assert await version_in_force(store) == 1
    assert (await score(service, "a1"), await score(service, "a2")) == (1, 0)


async def test_the_audit_agrees_while_a_version_waits(
    service: Service, apollo: Apollo, tmp_path: Path
) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    longer = apollo(**LONGER).replace("14h", "0h")
    await add_version(store, longer, await store.now_ms() + 3_600_000)
    slot = {"start": "2022-03-02T12:00:00Z", "end": "2022-03-02T14:00:00Z"}
    hosts = [{"host_id": "h1", "schedule": [slot]}]
    path = f"/v1/campaigns/{CAMPAIGN}/enrollments/a1"
    assert (await service.ask("PUT", path, {"hosts": hosts})).status == 200
    await send(service, tmp_path, [view(1), view(2, at="2022-03-02T12:00:00Z"), view(3, account="a2")])

    found = await audit(store, CAMPAIGN, how(tmp_path))

    row = await store.standings.row(CAMPAIGN, "a1")
    assert row is not None
    assert (row.score, row.promised_ms) == (2, 7_200_000)
    assert (found.agrees, found.accounts, found.not_compared) == (True, 2, ())


async def test_rows_are_judged_by_a_version_as_soon_as_it_is_in_force(
    service: Service, apollo: Apollo
) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    await service.ask("POST", "/v1/events", {"events": [view(1)]})
    await service.count()
    before = await store.standings.row(CAMPAIGN, "a1")
    await add_version(store, apollo().replace("effective_live >= 14h", "effective_live >= 0h"), WITHIN_MS)
    await activate_due(store, await store.now_ms())
    await service.count()
    after = await store.standings.row(CAMPAIGN, "a1")

    assert before is not None
    assert after is not None
    assert (before.eligible, after.eligible) == (False, True)


async def test_a_version_that_was_to_come_after_the_close_by_hand_never_does(
    service: Service, apollo: Apollo
) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    await move(service, opened)
    from_ms = await store.now_ms() + 60_000
    await add_version(store, apollo().replace("14h", "12h"), from_ms)
    await move(service, closed_by_hand)

    assert await activate_due(store, from_ms + 1) == []
    assert await version_in_force(store) == 1


async def test_a_result_is_by_the_version_in_force_and_names_the_others(
    service: Service, apollo: Apollo, tmp_path: Path
) -> None:
    store, easier = service.store, apollo().replace("effective_live >= 14h", "effective_live >= 0h")
    await campaign_of_two(service, apollo())
    stored = await add_version(store, easier, WITHIN_MS)
    await activate_due(store, await store.now_ms())
    await send(service, tmp_path, [view(1), view(2, account="a2")])
    await close(service)
    assert await freeze(store, CAMPAIGN, how(tmp_path))
    await move(service, requested, Certification(await store.now_ms(), "kim"))
    await pinned()
    assert await certify(store, CAMPAIGN, how(tmp_path), SigningKey(b"s" * 32))

    content = await store.lifecycles.document(CAMPAIGN, "result|1")
    assert content is not None
    result = check(content).document
    assert result["definition_hash"] == stored.versions[1].hash
    assert [(one["number"], one["hash"]) for one in result["other_definitions"]] == [
        (1, stored.versions[0].hash)
    ]


async def test_a_change_that_was_decided_before_the_campaign_moved_on_or_too_late_is_not_saved(
    service: Service, apollo: Callable[..., str]
) -> None:
    store = service.store
    await campaign_of_two(service, apollo())
    before = await store.settings.campaign(CAMPAIGN)
    assert before is not None
    life, now_ms = await store.lifecycles.life(CAMPAIGN), await store.now_ms()
    after = replace(before, created_ms=before.created_ms + 1)

    too_late = await amended(store, before, after, life.version, now_ms)
    await move(service, opened)
    by_an_old_life = await amended(store, before, after, life.version, NEVER_MS)
    as_it_is = await amended(store, before, after, life.version + 1, NEVER_MS)

    assert (too_late, by_an_old_life, as_it_is) == (False, False, True)
