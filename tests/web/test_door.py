"""The lists that the door reads: those that are shipped, and those that an operator names."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from leaderboard.config import ConfigError, Integrity
from leaderboard.networks.generate import list_text
from leaderboard.web.door import open_door


def listed(path: Path, text: str) -> tuple[str, ...]:
    path.write_text(text, "utf-8")
    return (str(path),)


def test_a_list_of_one_s_own_adds_to_the_shipped_one(tmp_path: Path) -> None:
    files = listed(tmp_path / "ours.txt", "# ours\n203.0.113.0/24\n2001:db8::/32\n")

    door = open_door(Integrity(data_centre_files=files))

    assert [door.why_invalid(None, ip, None) for ip in ("203.0.113.7", "2001:db8::1", "5.9.1.1", "192.0.2.1")] == [
        "data_centre", "data_centre", "data_centre", None,
    ]  # fmt: skip


def test_a_relay_of_one_s_own_is_exempt(tmp_path: Path) -> None:
    door = open_door(Integrity(relay_files=listed(tmp_path / "vpn.txt", "5.9.1.0/24\n")))

    assert [door.why_invalid(None, ip, None) for ip in ("5.9.1.1", "5.9.2.1")] == [None, "data_centre"]


@pytest.mark.parametrize("key", ["data_centre_files", "relay_files"])
def test_what_cannot_be_read_is_named_with_key_file_and_line(tmp_path: Path, key: str) -> None:
    wrong = listed(tmp_path / "wrong.txt", "203.0.113.0/24\nexample.org\n")
    gone = (str(tmp_path / "gone.txt"),)

    with pytest.raises(
        ConfigError, match=f"^integrity.{key}: .*wrong.txt: line 2: 'example.org' is no network"
    ):
        open_door(msgspec.convert({key: wrong}, Integrity))
    with pytest.raises(ConfigError, match=f"^integrity.{key}: .*gone.txt: No such file"):
        open_door(msgspec.convert({key: gone}, Integrity))


def test_the_generated_list_is_merged_and_leaves_relays_out() -> None:
    text = list_text(
        "2026-10-26",
        [
            ("aws", "198.51.100.0/25"),
            ("gcp", "198.51.100.128/25"),
            ("cloudflare", "203.0.113.0/24"),
            ("aws", "2001:db8:1:2::/64"),
        ],
    )

    assert "aws, gcp." in text
    assert "2026-10-26" in text
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        "198.51.100.0/24",
        "2001:db8:1::/48",
    ]
