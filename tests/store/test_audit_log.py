"""The audit log as scripts write it: one chain whoever writes, page by page, and nothing secret."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from typing import Any, Final

import msgspec
import pytest

from leaderboard.domain.accounts import Account, Agency, Host
from leaderboard.domain.audit_log import OLDER, Chain, Entry, verify
from leaderboard.domain.enrollments import Enrollment
from leaderboard.domain.lifecycle import Life
from leaderboard.domain.tokens import TokenRequest
from leaderboard.store import audit_log, keys, settings_backup
from leaderboard.store.campaign_versions import StoredCampaign
from leaderboard.store.lifecycles import NOTHING_STORED
from leaderboard.store.store import Store

PRELUDE: Final = files("leaderboard.store").joinpath("lua/audit.lua").read_text("utf-8")
LOG: Final = f"{PRELUDE}\nreturn log_audit(KEYS[1], unpack(ARGV, 1, 6))"


async def log(store: Store, *words: str) -> None:
    """Actor, action, subject, before, after, why."""
    await store.client.do("EVAL", LOG, 1, keys.AUDIT_LOG, *words)


async def decide(store: Store, number: int) -> None:
    await store.settings.put_agency(f"agency-{number}", Agency(f"Agency {number}", "US"), "kim")


async def log_of(store: Store) -> list[Entry]:
    """All of it, the oldest first, by small pages."""
    found: list[Entry] = []
    cursor: str | None = None
    while True:
        page = await store.audit_log.page(7, cursor, newest_first=False)
        found += page.entries
        cursor = page.cursor
        if cursor is None:
            return found


async def test_many_writers_at_once_make_one_chain(store: Store) -> None:
    await asyncio.gather(*(decide(store, number) for number in range(200)))
    entries = await log_of(store)

    assert [entry.seq for entry in entries] == list(range(1, 201))
    assert verify(entries) is None
    assert await store.audit_log.head() == entries[-1].hash


async def test_every_setting_and_move_has_one_entry_and_the_same_again_none(store: Store) -> None:
    for _ in range(2):
        await store.settings.put_agency("north", Agency("North", "US"), "kim")
        await store.settings.put_account("a1", Account("north", "A", "partner", "US", ["P1"]), "kim")
        await store.settings.put_host("a1", "ana", Host("Ana"), "kim")
        await store.settings.put_campaign("c", StoredCampaign({"id": "c"}, "h", 1), "kim")
        await store.settings.enroll("c", "a1", Enrollment(), "kim", starts_at_ms=0, ends_at_ms=2**42)
        await store.lifecycles.move(
            "c",
            NOTHING_STORED,
            Life(state="live", version=1),
            action="campaign.open",
            actor="clock",
            why="due",
        )
    entries = await log_of(store)

    assert [(one.action, one.subject, one.actor, one.why) for one in entries] == [
        ("agency.put", "north", "kim", ""),
        ("account.put", "a1", "kim", ""),
        ("host.put", "a1/ana", "kim", ""),
        ("campaign.put", "c", "kim", ""),
        ("enrollment.put", "c/a1", "kim", ""),
        ("campaign.open", "c", "clock", "due"),
    ]
    assert verify(entries) is None


async def test_an_entry_has_the_time_of_the_store_and_both_sides(store: Store) -> None:
    before_ms = await store.now_ms()
    for name in ("One", "Two"):
        await store.settings.put_agency("north", Agency(name, "US"), "kim")
    after_ms = await store.now_ms()
    first, second = await log_of(store)

    assert before_ms <= first.at_ms <= second.at_ms <= after_ms
    assert (first.before, first.after) == ("", '{"country":"US","name":"One"}')
    assert (second.before, second.after) == (first.after, '{"country":"US","name":"Two"}')


async def test_no_entry_has_a_secret_nor_its_hash(store: Store) -> None:
    token, text = await store.tokens.issue(TokenRequest(role="admin", name='","secret_hash":"ab"'), "kim", 1)
    await store.tokens.revoke(token.id, "kim", 2)
    issued, revoked = await log_of(store)

    logged = (issued.before, issued.after, revoked.before, revoked.after)
    assert not any(token.secret_hash in side or text.split("_", 2)[2] in side for side in logged)
    assert msgspec.json.decode(revoked.after)["revoked_ms"] == 2
    assert msgspec.json.decode(issued.after)["name"] == '","secret_hash":"ab"'
    assert issued.after == revoked.before
    assert await store.tokens.find(token.id) == msgspec.structs.replace(token, revoked_ms=2)


async def written_without_a_chain(store: Store, **words: str) -> None:
    fields = {"actor": "kim", "action": "agency.put", "subject": "a", "before": "", "after": "{}"} | words
    await store.client.do("XADD", keys.AUDIT_LOG, "*", *(text for pair in fields.items() for text in pair))


async def test_a_chain_begins_behind_entries_that_have_none(store: Store) -> None:
    for _ in range(2):
        await written_without_a_chain(store)
    await decide(store, 1)
    await decide(store, 2)
    entries, chain = await log_of(store), Chain()

    assert [chain.follow(entry) for entry in entries] == [None] * 4
    assert [entry.seq for entry in entries] == [OLDER, OLDER, 1, 2]
    assert (chain.older, chain.entries, entries[2].previous) == (2, 2, "")
    assert abs(entries[0].at_ms - await store.now_ms()) < 60_000


async def test_an_older_entry_of_a_token_is_shown_without_the_hash_of_its_secret(store: Store) -> None:
    document = '{"role":"admin","secret_hash":"' + "ab" * 32 + '"}'
    await written_without_a_chain(store, action="token.put", before=document, after=document)
    (entry,) = await log_of(store)

    assert (entry.before, entry.after) == ('{"role":"admin"}',) * 2


@pytest.mark.parametrize(
    "change",
    [
        {"after": b"\xff"},
        {"seq": b"x"},
        {"seq": "²".encode()},
        {"at_ms": b"9" * 40},
        {"hash": None},
        {"why": b"-"},
    ],
    ids=str,
)
async def test_whatever_is_done_to_an_entry_in_the_store_it_is_read_and_found(
    store: Store, change: dict[str, bytes | None]
) -> None:
    for number in range(3):
        await decide(store, number)
    rows = await store.client.do("XRANGE", keys.AUDIT_LOG, "-", "+")
    await store.client.do("DEL", keys.AUDIT_LOG)
    for number, (entry_id, flat) in enumerate(rows):
        fields = dict(zip([name.decode() for name in flat[::2]], flat[1::2], strict=True))
        fields |= change if number == 1 else {}
        kept = [part for pair in fields.items() if pair[1] is not None for part in pair]
        await store.client.do("XADD", keys.AUDIT_LOG, entry_id, *kept)

    problem = verify(await log_of(store))

    assert problem is not None


async def test_a_backup_of_the_settings_brings_the_chain_back_and_it_goes_on(store: Store) -> None:
    for number in range(5):
        await decide(store, number)
    before = await log_of(store)
    dumped = msgspec.json.decode(msgspec.json.encode(await settings_backup.dump(store.client)))
    await store.client.do("FLUSHALL")
    await settings_backup.put_back(store.client, dumped)
    await decide(store, 99)
    after = await log_of(store)

    assert after[:5] == before
    assert (len(after), verify(after)) == (6, None)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 3, 9, 10, 11])
async def test_pages_follow_each_other_without_gap_and_the_last_says_so(
    store: Store, limit: int, newest_first: bool
) -> None:
    for number in range(10):
        await decide(store, number)
    pages: list[Any] = [await store.audit_log.page(limit, newest_first=newest_first)]
    while pages[-1].cursor:
        pages.append(await store.audit_log.page(limit, pages[-1].cursor, newest_first=newest_first))

    seqs = [entry.seq for page in pages for entry in page.entries]
    assert seqs == sorted(range(1, 11), reverse=newest_first)
    assert len(pages) == -(-10 // limit)


async def test_entries_are_found_by_the_beginning_of_their_subject_and_by_action(store: Store) -> None:
    for subject, action in (("c/a1", "put"), ("c", "open"), ("d", "open"), ("c/a2", "put"), ("cc", "close")):
        await log(store, "kim", action, subject, "", "", "")

    async def found(**wanted: str) -> list[str]:
        return [one.subject for one in (await store.audit_log.page(9, newest_first=False, **wanted)).entries]

    assert await found(subject="c/") == ["c/a1", "c/a2"]
    assert await found(action="open") == ["c", "d"]
    assert await found(subject="c", action="open") == ["c"]
    assert await found(subject="nobody") == []


async def test_a_filter_ends_its_page_when_it_has_looked_at_enough(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "LOOKED_AT_MOST", 4)
    monkeypatch.setattr(audit_log, "READ_AT_ONCE", 2)
    for number in range(20):
        await decide(store, number)
    pages = [await store.audit_log.page(2, newest_first=False, subject="agency-19")]
    while (cursor := pages[-1].cursor) is not None:
        pages.append(await store.audit_log.page(2, cursor, newest_first=False, subject="agency-19"))

    assert pages[0].entries == []
    assert [entry.subject for page in pages for entry in page.entries] == ["agency-19"]
    assert 2 < len(pages) <= 6


async def test_an_empty_log_has_no_head_and_no_page(store: Store) -> None:
    assert await store.audit_log.head() == ""
    assert await store.audit_log.page(5) == audit_log.Page([], None)
