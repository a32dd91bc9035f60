"""The page of operations: what is wrong first and what to do, figures, replays and audits by buttons."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from leaderboard.domain.memory_forecast import SAMPLE_EVERY_MS
from leaderboard.store import health_keys
from leaderboard.store.leases import Lease
from leaderboard.web.pages.operations_findings import Look, findings
from leaderboard.web.pages.operations_words import memory_words, reject_names, setting_words, size
from leaderboard.web.words import words_of
from tests.conftest import Service, view
from tests.web.pages.visiting import Shown, sign_in
from tests.web.test_status import bury, tally_of

NOW_MS = 1_700_000_000_000
MIB = 1 << 20
ROOT = Path(__file__).parents[3]
ENGLISH = words_of("en")


def status_of(**more: Any) -> dict[str, Any]:
    """A service that is well, but for what is named: `inbox`, `archive`, `operations`, `memory` in parts."""
    memory = {"used_bytes": MIB, "ceiling_bytes": 100 * MIB, "limit_bytes": None, "forecast": None}
    operations = {
        "scheduler": True,
        "archiver": True,
        "is_file_written": True,
        "concerns": [],
        "inbox_limit": 1_000,
        "memory": memory | more.pop("memory", {}),
    }
    return {
        "inbox": {"pending": 0, "lag_ms": 0} | more.pop("inbox", {}),
        "archive": {"lag_ms": 0, "problem": None, "problem_at_ms": None} | more.pop("archive", {}),
        "operations": operations | more.pop("operations", {}),
        "workers": 1,
        "buried": 0,
    } | more


def campaign_of(**audit: Any) -> dict[str, Any]:
    known = {"agrees": True, "differences_count": 0, "problem": None} | audit
    return {"id": "c", "title": "Apollo", "audit": known, "checkpoints": {"problem": None}}


def found(status: dict[str, Any], *campaigns: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.level, one.what) for one in findings(Look(ENGLISH, NOW_MS, status, list(campaigns)))]


def test_nothing_is_said_of_a_service_that_is_well() -> None:
    assert found(status_of(), campaign_of()) == []


@pytest.mark.parametrize(
    ("status", "level", "words"),
    [
        ({"workers": 0}, "bad", "No worker"),
        ({"operations": {"scheduler": False}}, "bad", "No scheduler"),
        ({"operations": {"archiver": False}}, "bad", "No archiver"),
        ({"operations": {"is_file_written": False}}, "bad", "could not write its file"),
        ({"inbox": {"lag_ms": 11_000}}, "warn", "Numbers are 11\N{NO-BREAK SPACE}s behind."),
        ({"inbox": {"lag_ms": 61_000}}, "bad", "Numbers are 1\N{NO-BREAK SPACE}min behind."),
        ({"inbox": {"pending": 1_001}}, "bad", "no more are accepted"),
        ({"archive": {"problem": "no space", "problem_at_ms": NOW_MS}}, "bad", "Nothing is archived since"),
        ({"archive": {"lag_ms": 600_000}}, "warn", "The archive is 10\N{NO-BREAK SPACE}min behind."),
        ({"buried": 1}, "warn", "1 event was set aside"),
        ({"memory": {"used_bytes": 81 * MIB}}, "warn", "The store uses 81% of its machine"),
    ],
)
def test_each_thing_that_is_wrong_is_said(status: dict[str, Any], level: str, words: str) -> None:
    ((found_level, what),) = found(status_of(**status))

    assert (found_level, words in what) == (level, True), what


@pytest.mark.parametrize(
    ("full_at", "said"),
    [
        ("2023-11-15T22:13:20.000Z", [("bad", "Memory is full in about 1 d, if it grows on as it does.")]),
        ("2023-11-24T22:13:20.000Z", [("warn", "Memory is full in about 10 d, if it grows on as it does.")]),
        ("2024-11-15T22:13:20.000Z", []),
        (None, []),
    ],
)
def test_memory_that_is_full_soon_is_said(full_at: str | None, said: list[tuple[str, str]]) -> None:
    expected = {"growth_bytes_a_day": MIB, "full_at": full_at, "span_s": 86_400}
    told = found(status_of(memory={"forecast": expected}))

    assert [(level, what.replace("\N{NO-BREAK SPACE}", " ")) for level, what in told] == said


def test_what_is_urgent_comes_first() -> None:
    told = found(status_of(buried=2), campaign_of(agrees=False, differences_count=3))

    assert told == [
        ("bad", "Apollo: 3 numbers differ from the archive."),
        ("warn", "2 events were set aside, since they cannot be applied."),
    ]


def test_sizes_are_in_the_unit_that_suits() -> None:
    sizes = [size(ENGLISH, many).replace("\N{NO-BREAK SPACE}", " ") for many in (0, 1536, 5 * MIB, 250 << 30)]

    assert sizes == ["0 KiB", "1.5 KiB", "5 MiB", "250 GiB"]


def test_how_memory_grows_is_said_with_how_that_is_known() -> None:
    grows = {"growth_bytes_a_day": 10 * MIB, "full_at": "2030-01-02T03:04:05.000Z", "span_s": 86_400}
    told = [
        memory_words(ENGLISH, {"forecast": one}) for one in (None, grows, grows | {"growth_bytes_a_day": 0})
    ]

    assert told[0].startswith("How it grows is not known yet")
    assert told[1].replace("\N{NO-BREAK SPACE}", " ") == (
        "It grows by about 10 MiB a day. If that goes on, it is full about 2 Jan 2030."
    )
    assert told[2].startswith("It has not grown in the last 1")


async def at_work(service: Service) -> None:
    """A scheduler and an archiver hold their leases, and a worker was heard of."""
    await Lease(service.store.client, "scheduler", "test").hold(60_000)
    await service.store.archiving.hold("test", 60_000)
    await service.count()
    await service.store.archiving.acknowledge(
        {one: "9999999999999-0" for one in service.store.inbox.partitions}
    )


def parts(shown: Shown, section: str) -> str:
    (part,) = shown.tree.xpath(f"//section[@id='{section}']")
    return " ".join(part.text_content().split())  # no-break spaces, too


async def test_all_is_well_where_everybody_is_at_work(apollo_service: Service) -> None:
    await at_work(apollo_service)
    shown = await (await sign_in(apollo_service, role="admin")).get("/ops")

    assert shown.status == 200
    assert "All is well." in shown.text
    assert "Nothing. Every accepted event could be applied." in parts(shown, "buried")


async def test_a_buried_batch_is_shown_with_its_reason_and_replayed_by_a_button(
    apollo_service: Service,
) -> None:
    await at_work(apollo_service)
    await bury(apollo_service, "a1")
    visitor = await sign_in(apollo_service, role="admin")
    before = await visitor.get("/ops")
    await apollo_service.store.client.do("DEL", tally_of("a1"))
    (action,) = before.tree.xpath("//section[@id='buried']//form/@action")
    after = await visitor.follow(await visitor.post(action))
    again = await visitor.follow(await visitor.post(action))
    await apollo_service.count()

    assert "2 events were set aside, since they cannot be applied." in before.text
    assert "WRONGTYPE" in parts(before, "buried")
    assert "The batch is on its way again." in after.text
    assert "somebody has replayed it" in again.text
    assert (await apollo_service.ask("GET", "/v1/status")).json["inbox"]["applied"] == 2


async def test_what_the_door_refused_is_told_by_reason_with_samples(apollo_service: Service) -> None:
    events = [view(1, source="billboard"), view(2, at="2200-01-01T00:00:00Z")]
    await apollo_service.ask("POST", "/v1/events", {"events": events})
    shown = await (await sign_in(apollo_service, role="admin")).get("/ops")
    reasons, samples = shown.tree.xpath("//section[@id='rejected']//tbody")

    assert [[cell.text_content() for cell in row] for row in reasons] == [
        ["Its time lies in the future", "1"],
        ["A field is missing or wrong", "1"],
    ]
    assert "view-2" in samples.text_content()


async def test_an_audit_is_asked_for_by_a_button(apollo_service: Service) -> None:
    visitor = await sign_in(apollo_service, role="admin")
    after = await visitor.follow(await visitor.post("/ops/campaigns/apollo-test/audit"))

    assert "The audit is asked for." in after.text
    assert "Asked for" in parts(after, "campaigns")


async def test_the_script_is_told_figures_that_nobody_keeps(apollo_service: Service) -> None:
    await apollo_service.ask("POST", "/v1/events", {"events": [view(1)]})
    visitor = await sign_in(apollo_service, role="admin")
    shown = await visitor.get("/ops/now")
    told = orjson.loads(shown.html)

    assert shown.answer.headers["Cache-Control"] == "no-store"
    assert (told["accepted"], told["pending"], told["applied"], told["workers"]) == (1, 1, 0, 0)


async def test_the_memory_of_three_days_gives_a_day(apollo_service: Service) -> None:
    now_ms = await apollo_service.store.now_ms()
    rows = [f"{now_ms - n * SAMPLE_EVERY_MS} {(500 - n) << 30}" for n in range(100)]
    await apollo_service.store.client.do("RPUSH", health_keys.MEMORY_SAMPLES, *rows)
    shown = await (await sign_in(apollo_service, role="admin")).get("/ops")

    assert "It grows by about 144 GiB a day." in parts(shown, "memory")
    assert "Memory is full in about" in shown.text


async def test_only_admins_are_told_of_the_machinery(service: Service) -> None:
    reviewer = await service.issue(role="reviewer")
    told = (await service.ask("GET", "/v1/status", token=reviewer)).json
    own = (await service.ask("GET", "/v1/status")).json

    assert told["operations"] is None
    assert own["operations"]["product"] == "Valkey"


def written(pattern: str, *files: str) -> set[str]:
    """What stands in the code where the pattern has its group."""
    return {found for file in files for found in re.findall(pattern, (ROOT / file).read_text("utf-8"))}


def test_every_code_of_the_door_has_words() -> None:
    by_domain = written(r'raise Refused\("(\w+)"', "leaderboard/domain/kept_events.py")
    by_door = written(
        r'[Rr]ejection\(\w+, "(\w+)"', "leaderboard/web/event_batches.py", "leaderboard/web/events_api.py"
    )

    assert {"future", "forbidden_account", "unknown_pixel"} < by_domain | by_door
    assert by_domain | by_door == set(reject_names(ENGLISH))


def test_every_setting_of_the_store_that_may_be_wrong_has_words() -> None:
    named = written(
        r'Concern\(\s*"?[^"]*?"(?:warn|refuse)"[^"]*?,\s*"([\w-]+)"', "leaderboard/store/health.py"
    )

    assert {"version", "appendonly", "maxmemory"} < named
    assert named <= set(setting_words(ENGLISH))
