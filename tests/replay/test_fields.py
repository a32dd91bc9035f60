from __future__ import annotations

from datetime import UTC

import msgspec
import pytest

from leaderboard.domain.events import EVENT_TYPES, Event
from leaderboard.replay.fields import fields_of

CELLS = {
    "at": "2019-10-01 00:00:00 UTC",
    "source": "live",
    "reason": "buyer",
    "activity": "idle",
    "order_channel": "none",
    "value.amount": "1.50",
    "value.currency": "EUR",
}
NUMBERS = {
    "covers",
    "dwell_s",
    "viewers",
    "audio_db",
    "motion",
    "replies",
    "ingest_bytes",
    "seq",
    "cart_items",
}
TRUTHS = {"promoted", "recorded", "paid"}


def cell(path: str) -> str:
    return CELLS.get(path) or ("1" if path in NUMBERS | TRUTHS else "text")


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_field_of_every_type_can_come_from_a_cell(event_type: str) -> None:
    event: dict[str, object] = {"type": event_type}
    for path, field in fields_of(event_type, UTC).items():
        group, _, name = path.rpartition(".")
        target = event.setdefault(group, {}) if group else event
        assert isinstance(target, dict)
        target[name] = field.convert(cell(path))

    decoded = msgspec.json.decode(msgspec.json.encode(event), type=Event)

    assert decoded.__struct_config__.tag == event_type


def test_what_is_required_at_the_door_is_required_here() -> None:
    required = {path for path, field in fields_of("order", UTC).items() if field.required}

    assert required == {"id", "at", "account_id", "value.amount", "value.currency"}


@pytest.mark.parametrize(
    ("event_type", "path", "text"),
    [
        ("product_view", "promoted", "perhaps"),
        ("product_view", "dwell_s", "nan"),
        ("product_view", "dwell_s", "long"),
        ("heartbeat", "viewers", "1_000"),
        ("heartbeat", "viewers", "12.5"),
        ("refund", "at", "yesterday"),
    ],
)
def test_a_cell_that_does_not_fit_is_a_value_error(event_type: str, path: str, text: str) -> None:
    field = fields_of(event_type, UTC)[path]

    with pytest.raises(ValueError, match=r"is not a|is neither"):
        field.convert(text)


def test_a_list_is_several_values_in_one_cell() -> None:
    assert fields_of("order", UTC)["product_ids"].convert("a|b, c") == ["a", "b, c"]


@pytest.mark.parametrize(
    ("text", "truth"), [("Yes", True), ("1", True), ("TRUE ", True), ("f", False), ("No", False)]
)
def test_truth_is_written_in_many_ways(text: str, truth: bool) -> None:
    assert fields_of("product_view", UTC)["promoted"].convert(text) is truth
