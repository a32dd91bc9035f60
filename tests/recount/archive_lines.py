"""Archives for tests: kept events as lines of segments, and the settings that they are recounted with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import orjson
import zstandard
from msgspec import structs

from leaderboard.domain.accounts import Account
from leaderboard.domain.campaigns import Definition, Live, parse_toml
from leaderboard.domain.kept_events import (
    TYPE_OF_KEPT,
    KeptEvent,
    KeptHeartbeat,
    KeptOrder,
    KeptRefund,
    KeptView,
)
from leaderboard.recount.settings import CampaignSettings, CountedWindow, OpenSpan, Span, counted_window

START_MS = 1_644_825_600_000  # 2022-02-14T00:00 in Los Angeles
END_MS = START_MS + 14 * 86_400_000
APOLLO = Path(__file__).parent.parent.parent / "leaderboard" / "examples" / "apollo-us-2022.toml"


class Line(NamedTuple):
    """An event as it was received."""

    event: KeptEvent
    received_ms: int
    sequence: int = 0
    number: int = 0
    partition: int = 0

    def json(self) -> bytes:
        kept = {field.name: getattr(self.event, field.name) for field in structs.fields(self.event)}
        place = {
            "partition": self.partition,
            "entry": f"{self.received_ms}-{self.sequence}",
            "index": self.number,
            "received_ms": self.received_ms,
            "type": TYPE_OF_KEPT[type(self.event)],
        }
        return orjson.dumps(place | {name: value for name, value in kept.items() if value is not None})


def in_order(events: Iterable[tuple[KeptEvent, int]]) -> list[Line]:
    """Lines of events with their receive times; the same time twice is one entry after the other."""
    return [Line(event, received_ms, number) for number, (event, received_ms) in enumerate(events)]


def write_archive(directory: Path, lines: Sequence[Line], segments: int = 2) -> list[Path]:
    """The lines in so many segments, each of several frames; and an entry that could not be read."""
    directory.mkdir(parents=True, exist_ok=True)
    compressor, files = zstandard.ZstdCompressor(), []
    unreadable = orjson.dumps({"type": "unreadable", "partition": 0, "entry": "1-0", "received_ms": 1})
    for number in range(segments):
        path = directory / f"{number + 1:08d}.ndjson.zst"
        own = [line.json() for line in lines[number::segments]] + ([unreadable] if not number else [])
        frames = [own[at : at + 100] for at in range(0, len(own), 100)]
        path.write_bytes(b"".join(compressor.compress(b"\n".join(frame) + b"\n") for frame in frames))
        files.append(path)
    return files


def definition(close: str = "manual", live: Live | None = None) -> Definition:
    """Apollo, closed by hand unless told, without rules of live time unless told."""
    text = APOLLO.read_text("utf-8").replace("[settlement]\n", f'[settlement]\nclose = "{close}"\n')
    return structs.replace(parse_toml(text), live=live or Live())


def settings(
    enrolled: Mapping[str, int | Mapping[str, int]],
    of: Definition | None = None,
    *,
    others: Mapping[str, CountedWindow] | None = None,
    registrations: Mapping[str, Mapping[str, Mapping[str, Sequence[OpenSpan]]]] | None = None,
    slots: Mapping[str, Mapping[str, Sequence[Span]]] | None = None,
    **attributes: Any,
) -> CampaignSettings:
    """Accounts enrolled at a time, in Apollo unless a mapping says where; hosts h1 and h2 registered unless told."""
    apollo = of or definition()
    window = counted_window(apollo)
    assert window is not None
    places = {
        account: {apollo.id: place} if isinstance(place, int) else dict(place)
        for account, place in enrolled.items()
    }
    always: dict[str, Sequence[OpenSpan]] = {"h1": [(0, None)], "h2": [(0, None)]}
    return CampaignSettings(
        definition=apollo,
        windows={apollo.id: window, **(others or {})},
        enrolled=places,
        accounts={
            name: msgspec.convert(
                {"agency_id": "north", "name": name, "kind": "partner", "country": "US"} | attributes, Account
            )
            for name in places
        },
        registrations=registrations or {apollo.id: {account: always for account in places}},
        slots=slots or {},
    )


def a_view(
    number: int | str, visitor: int, at_ms: int = START_MS, account: str = "a1", **more: Any
) -> KeptView:
    return KeptView(f"v{number}", at_ms, account, more.pop("product_id", "p1"), visitor, **more)


def an_order(
    number: int | str, minor: int, at_ms: int = START_MS, account: str = "a1", **more: Any
) -> KeptOrder:
    order_id = more.pop("id", f"o{number}")
    return KeptOrder(order_id, at_ms, account, minor, more.pop("currency", "USD"), **more)


def a_refund(
    number: int | str, order: str, minor: int, at_ms: int = START_MS, account: str = "a1", **more: Any
) -> KeptRefund:
    return KeptRefund(f"r{number}", at_ms, account, order, minor, more.pop("currency", "USD"), **more)


def a_beat(number: int | str, at_ms: int, covers_ms: int = 20_000, **more: Any) -> KeptHeartbeat:
    """Effective unless told, of host h1 of account a1 in session s1."""
    plain = {"account_id": "a1", "host_id": "h1", "live_session_id": "s1", "activity": "explaining"}
    rest = plain | {"order_channel": "in_app", "product_id": "p1"} | more
    return KeptHeartbeat(id=f"b{number}", at_ms=at_ms, covers_ms=covers_ms, **rest)
