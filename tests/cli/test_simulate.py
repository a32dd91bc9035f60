"""`leaderboard simulate`: the files that it writes, which others read, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leaderboard.__main__ import main
from leaderboard.cli.settings_entries import read_entries

SMALL = ("--accounts", "6", "--days", "1", "--seed", "3")


def simulate(*options: str) -> int:
    return main(["simulate", *SMALL, *options])


def test_it_writes_events_that_replay_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = tmp_path / "made.ndjson.zst"

    assert simulate("--attack", "farm", "--attack", "loop", "--output", str(events)) == 0
    capsys.readouterr()
    assert main(["replay", "--dry-run", "--json", str(events)]) == 0

    summary = json.loads(capsys.readouterr().out)
    assert summary["events"] > 1_000
    assert summary["skipped"]["total"] == 0


def test_labels_beside_it_say_who_is_what(tmp_path: Path) -> None:
    simulate("--attack", "farm", "--share", "0.5", "--output", str(tmp_path / "made.ndjson"))

    accounts = json.loads((tmp_path / "made.labels.json").read_bytes())["accounts"]
    cheats = [one for one in accounts if one["kind"] == "attack"]
    assert len(accounts) == 6
    assert [one["name"] for one in cheats] == ["farm"]
    assert cheats[0]["fake_share"] == pytest.approx(0.5, abs=0.05)


def test_settings_beside_it_are_what_settings_apply_reads(tmp_path: Path) -> None:
    simulate("--campaign", "spring", "--output", str(tmp_path / "made.ndjson"))

    entries = read_entries(str(tmp_path / "made.settings.json"))
    kinds = [entry.kind for entry in entries]
    assert {kinds.count("accounts"), kinds.count("enrollments")} == {6}
    assert {"agencies", "hosts"} <= set(kinds)


def test_the_same_options_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        simulate("--attack", "churn_random", "--output", str(tmp_path / f"{name}.ndjson"))

    for ending in ("ndjson", "labels.json", "settings.json"):
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_it_begins_when_it_is_told_to(tmp_path: Path) -> None:
    simulate("--start", "2026-03-01T00:00:00Z", "--output", str(tmp_path / "made.ndjson"))

    with (tmp_path / "made.ndjson").open("rb") as lines:
        first = json.loads(lines.readline())
    assert 1_772_323_200_000 <= first["at"] < 1_772_323_200_000 + 3_600_000


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--attack", "farm", "--accounts", "2"),
            "--accounts = 2: too few for these attacks; give 3 or more",
        ),
        (("--output", "made.txt"), "--output made.txt: its name must end in .ndjson or .ndjson.zst"),
    ],
)
def test_what_cannot_be_is_refused_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    code = simulate("--output", str(tmp_path / "made.ndjson"), *options)

    assert code != 0
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "made.labels.json").write_text("{}")

    assert simulate("--output", str(tmp_path / "made.ndjson")) == 1
    assert "is there already, and is not overwritten; name another" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [("--share", "2"), ("--attack", "farms"), ("--start", "soon"), ("--days", "0")]
)
def test_a_wrong_option_is_wrong_usage(tmp_path: Path, wrong: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        simulate("--output", str(tmp_path / "made.ndjson"), *wrong)

    assert ended.value.code == 2
