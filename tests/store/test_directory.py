"""Cached settings: what was saved before a refresh is seen after it, also when looks at the store overlap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from leaderboard.domain.accounts import Account
from leaderboard.domain.campaigns import canonical, definition_hash, parse_toml
from leaderboard.domain.enrollments import Enrollment
from leaderboard.store.campaign_versions import StoredCampaign
from leaderboard.store.directory import Directory
from leaderboard.store.store import Store

FAR_MS = 4_102_444_800_000


async def save_campaign(store: Store, text: str) -> None:
    definition = parse_toml(text)
    stored = StoredCampaign(canonical(definition), definition_hash(definition), 1)
    await store.settings.put_campaign(definition.id, stored, "test")


async def enroll(store: Store, campaign: str, account: str) -> None:
    await store.settings.enroll(campaign, account, Enrollment(), "test", starts_at_ms=0, ends_at_ms=FAR_MS)


async def test_a_campaign_an_enrolment_and_a_name_are_seen_after_a_refresh(
    store: Store, apollo: Callable[..., str]
) -> None:
    directory = store.directory
    before = (
        dict(directory.campaigns),
        dict(await directory.enrolled(["a"])),
        dict(await directory.accounts(["a"])),
    )
    await save_campaign(store, apollo())
    await enroll(store, "apollo-test", "a")
    await store.settings.put_account("a", Account("north", "New name", "partner", "US"), "test")

    await directory.refresh()

    assert before == ({}, {"a": ()}, {"a": None})
    assert list(directory.campaigns) == ["apollo-test"]
    assert [place.campaign.id for place in (await directory.enrolled(["a"]))["a"]] == ["apollo-test"]
    account = (await directory.accounts(["a"]))["a"]
    assert account is not None
    assert account.name == "New name"


async def test_a_change_that_comes_while_others_look_is_not_lost(
    store: Store, apollo: Callable[..., str]
) -> None:
    await save_campaign(store, apollo())
    directory = Directory(store.client, store.settings, store.lifecycles)
    await directory.open()

    for number in range(100):
        account = f"a{number}"
        await asyncio.gather(
            directory.enrolled([account]), enroll(store, "apollo-test", account), directory.refresh()
        )
        await directory.refresh()
        assert len((await directory.enrolled([account]))[account]) == 1


async def test_one_that_is_far_behind_starts_anew(store: Store, apollo: Callable[..., str]) -> None:
    directory = Directory(store.client, store.settings, store.lifecycles)
    await directory.open()
    changes = [("XADD", "{settings}:changes", "*", "kind", "host", "id", "h") for _ in range(10_050)]
    await store.client.together(changes)
    await save_campaign(store, apollo())

    await directory.refresh()

    assert list(directory.campaigns) == ["apollo-test"]


async def test_an_answer_stays_true_for_its_caller_while_the_cache_forgets(
    store: Store, apollo: Callable[..., str]
) -> None:
    await save_campaign(store, apollo())
    await enroll(store, "apollo-test", "a")
    await store.directory.refresh()
    enrolled, accounts = await store.directory.enrolled(["a"]), await store.directory.accounts(["a"])
    await store.settings.put_account("a", Account("north", "Name", "partner", "US"), "test")
    await save_campaign(store, apollo("another"))

    await store.directory.refresh()

    assert len(enrolled["a"]) == 1
    assert accounts == {"a": None}
