"""A recording: the same bytes from the same seed, events that the door takes, settings that it goes with."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import orjson
import pytest
import zstandard

from leaderboard.cli.settings_entries import read_entries
from leaderboard.demo.client import DemoError
from leaderboard.demo.recording import RECORDED_AT_MS, Files, record
from leaderboard.demo.world import make_world
from leaderboard.domain.campaigns import parse_toml, unbuilt
from leaderboard.domain.enrollments import Enrollment
from leaderboard.domain.events import EVENT_TYPES, Event
from leaderboard.domain.kept_events import TYPE_OF_KEPT, KeptEvent, keep

COUNT = 23_456


def _recorded(directory: Path, name: str = "day.ndjson", seed: int = 7, count: int = 100) -> Files:
    files = Files.at(directory / name)
    record(files, make_world(seed, 12), count, 400, lambda: None)
    return files


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return _recorded(tmp_path_factory.mktemp("day"), count=COUNT)


@pytest.fixture(scope="module")
def kept(day: Files) -> list[KeptEvent]:
    """Each of them is one that the door takes."""
    lines = day.events.read_bytes().splitlines()
    return [keep(msgspec.json.decode(line, type=Event), RECORDED_AT_MS + 3_600_000, len) for line in lines]


def test_the_same_seed_makes_the_same_bytes(day: Files, tmp_path: Path) -> None:
    again, other = _recorded(tmp_path / "a", count=COUNT), _recorded(tmp_path / "b", seed=8)

    assert again.events.read_bytes() == day.events.read_bytes()
    assert again.settings.read_bytes() == day.settings.read_bytes() != other.settings.read_bytes()
    assert again.campaign.read_bytes() == day.campaign.read_bytes()


def test_there_are_as_many_events_as_wanted_of_every_type(kept: list[KeptEvent]) -> None:
    assert len(kept) == COUNT
    assert {TYPE_OF_KEPT[type(event)] for event in kept} == set(EVENT_TYPES) - {"ad_spend"}


def test_most_of_it_lies_in_the_window_of_the_campaign_that_goes_with_it(
    day: Files, kept: list[KeptEvent]
) -> None:
    definition = parse_toml(day.campaign.read_text("utf-8"))
    starts_at_ms, ends_at_ms = definition.starts_at_ms or 0, definition.ends_at_ms or 0
    inside = [starts_at_ms <= event.at_ms < ends_at_ms for event in kept]

    assert unbuilt(definition) == []
    assert 0.99 < sum(inside) / len(inside) < 1


def test_a_compressed_one_holds_the_same(day: Files, tmp_path: Path) -> None:
    packed = _recorded(tmp_path, "day.ndjson.zst", count=COUNT)

    with packed.events.open("rb") as file:
        assert zstandard.ZstdDecompressor().stream_reader(file).read() == day.events.read_bytes()
    assert packed.events.stat().st_size < day.events.stat().st_size / 3


def test_the_settings_are_those_that_the_settings_command_reads(tmp_path: Path) -> None:
    files = _recorded(tmp_path)
    entries = read_entries(str(files.settings))
    kinds = Counter(entry.kind for entry in entries)
    campaigns = {entry.ids[0] for entry in entries if isinstance(entry.setting, Enrollment)}

    assert kinds["accounts"] == 12
    assert kinds["enrollments"] == 11
    assert campaigns == {parse_toml(files.campaign.read_text("utf-8")).id}


def test_beside_it_stands_who_is_honest(tmp_path: Path) -> None:
    labels = orjson.loads(_recorded(tmp_path).labels.read_bytes())

    assert {label["role"] for label in labels.values() if not label["honest"]} == {"farm", "idle"}


def test_nothing_is_overwritten_and_nothing_half_written_stays(tmp_path: Path) -> None:
    (tmp_path / "day.toml").write_text("mine")

    with pytest.raises(DemoError, match=r"day\.toml is there already"):
        Files.at(tmp_path / "day.ndjson")
    with pytest.raises(DemoError, match="must end in"):
        Files.at(tmp_path / "day.csv")

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(Files.at(tmp_path / "other.ndjson.zst"), make_world(1, 3), 5_000, 100, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["day.toml"]
