from __future__ import annotations

import tracemalloc
from pathlib import Path

from leaderboard.replay.batches import batches
from leaderboard.replay.csv_mapping import mapping_of
from leaderboard.replay.rebase import Shift
from leaderboard.replay.recording import Recording
from leaderboard.replay.tally import Tally

from .doors import bodies, gzipped, view, views


def two_files(folder: Path) -> tuple[str, str]:
    first, second = folder / "1.ndjson", folder / "2.ndjson.gz"
    first.write_bytes(view(1) + b"\n" + view(2))
    second.write_bytes(gzipped(view(3) + b"\n"))
    return str(first), str(second)


def test_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    tally = Tally()

    events = list(Recording(two_files(tmp_path)).events(tally))

    assert [body["id"] for body in bodies(events)] == ["e1", "e2", "e3"]
    assert (tally.files, tally.lines) == (2, 3)


def test_a_limit_is_on_events_and_reads_no_further(tmp_path: Path) -> None:
    tally = Tally()

    events = list(Recording((*two_files(tmp_path), "not there"), limit=1).events(tally))

    assert [body["id"] for body in bodies(events)] == ["e1"]
    assert (tally.files, tally.broken) == (1, [])


def test_times_and_shifts_are_there_when_asked_for(tmp_path: Path) -> None:
    recording = Recording(two_files(tmp_path), limit=1)

    [plain], [timed], [moved] = (
        list(recording.events(Tally(), **wanted)) for wanted in ({}, {"timed": True}, {"shift": Shift(5)})
    )

    assert (plain.at_ms, timed.at_ms, moved.at_ms) == (None, 1_600_000_001_000, 1_600_000_001_005)
    assert bodies([moved])[0]["id"] == "e1~+5"


def test_a_file_that_is_cut_off_gives_what_it_has_and_the_next_is_read(tmp_path: Path) -> None:
    cut, whole = tmp_path / "cut.gz", tmp_path / "whole"
    cut.write_bytes(gzipped(views(50_000))[:-2000])
    whole.write_bytes(view(1))
    tally = Tally()

    events = list(Recording((str(cut), str(whole))).events(tally))

    assert 40_000 < len(events) < 50_001
    assert events[-1].file == str(whole)
    assert tally.broken == [f"{cut}: cannot be read to its end: it ends before its compressed data does"]
    assert tally.skipped_total == 0


def test_a_file_that_has_gone_is_named(tmp_path: Path) -> None:
    tally = Tally()

    assert list(Recording((str(tmp_path / "gone"),)).events(tally)) == []
    assert tally.broken[0].endswith("gone: cannot be read to its end: No such file or directory")


def test_a_shuffle_is_the_same_events_in_an_order_that_its_seed_decides(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(views(100))

    plain, one, again, other = (
        [event.line for event in Recording((str(path),), shuffle_seed=seed).events(Tally())]
        for seed in (None, 1, 1, 2)
    )

    assert sorted(one) == sorted(other) == plain
    assert one == again != plain
    assert one != other


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b"t,u\n" + b"".join(b"1569888000,u%d\n" % number for number in range(40_000)))
    mapping = mapping_of("product_view", ["at=t,visitor_id=u,account_id:=a,product_id:=p"])
    tracemalloc.start()

    count = sum(len(batch.events) for batch in batches(Recording((str(path),), mapping).events(Tally())))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 40_000
    assert peak_bytes < 3_000_000
