"""The recording: what it says must come out, and that it is the same for everybody."""

from __future__ import annotations

from pathlib import Path

import orjson

from leaderboard.bench.recording import Recording, record

NOW_MS = 1_790_000_000_000


def recorded(path: Path, batches: int = 6) -> Recording:
    return record(path, accounts=12, batches=batches, now_ms=NOW_MS, batch_events=50, warm_up_s=5)


def test_the_answer_after_each_batch_is_what_a_plain_set_says(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "traffic")

    seen, orders, expected = set(), set(), []
    for number in range(len(recording)):
        for event in orjson.loads(recording.body(number))["events"]:
            if event["type"] == "product_view":
                seen.add((event["account_id"], event["visitor_id"]))
            if event["type"] == "order":
                orders.add(event["id"])
        expected.append((len(seen), len(orders)))

    after = range(1, len(recording) + 1)
    assert [(recording.unique_after(n), recording.orders_after(n)) for n in after] == expected
    assert recording.unique_after(0) == recording.orders_after(0) == 0


def test_every_batch_is_full_and_lies_in_the_past(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "traffic")

    batches = [orjson.loads(recording.body(number))["events"] for number in range(len(recording))]

    assert [len(events) for events in batches] == [50] * 6
    assert all(event["at"] < NOW_MS for events in batches for event in events if isinstance(event["at"], int))
    assert recording.mix.events == 300 == sum(recording.mix.types.values())


def test_the_same_day_gives_the_same_bodies_at_any_hour(tmp_path: Path) -> None:
    early = recorded(tmp_path / "early")
    late = record(
        tmp_path / "late", accounts=12, batches=6, now_ms=NOW_MS + 1_000, batch_events=50, warm_up_s=5
    )

    assert [bytes(early.body(n)) for n in range(6)] == [bytes(late.body(n)) for n in range(6)]
