"""The rows in which counted events travel to the store, each with the record that its id is remembered by."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final
from zlib import crc32

import msgspec
from msgspec.structs import replace

from leaderboard.domain.events_api import collapse_key
from leaderboard.domain.identities import counted
from leaderboard.domain.kept_events import (
    KeptAdSpend,
    KeptEvent,
    KeptFunnelStep,
    KeptHeartbeat,
    KeptOrder,
    KeptRefund,
    KeptView,
)

Row = tuple[object, ...]

HOUR_MS: Final = 3_600_000

# How the store's script treats a row.
FUNNEL_STEP: Final = 3
ORDER: Final = 4
REFUND: Final = 5

# Ids are known by type: two events of different types may share one.
_TYPE: Final[dict[type[KeptEvent], int]] = {
    KeptView: 1,
    KeptHeartbeat: 2,
    KeptFunnelStep: 3,
    KeptOrder: 4,
    KeptRefund: 5,
    KeptAdSpend: 6,
}

_INVALID: Final = 7

_encode: Final = msgspec.msgpack.Encoder().encode


def view_record(event: KeptView) -> bytes:
    """As `id_record`, for the type that there are most of."""
    content = (
        event.at_ms, event.product_id, event.visitor, event.source, event.live_session_id, event.promoted,
        event.dwell_s, event.user_agent, event.device,
    )  # fmt: skip
    tag = blake2b(f"1{event.id}".encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return tag + crc32(_encode(content)).to_bytes(4, "big")


def invalid_record(event: KeptView, salt: str) -> bytes:
    """A second record of an invalid view, by which its reason is counted once, in each group of campaigns by itself.

    It tells no contents apart: the view's own record does that.
    """
    return blake2b(
        f"{_INVALID}{event.id}{salt}".encode("utf-8", "surrogatepass"), digest_size=7
    ).digest() + bytes(4)


def id_record(event: KeptEvent, salt: str = "") -> bytes:
    """11 bytes that the store remembers of an event: 7 of its id's hash within account and type, 4 of its content's.

    The content's tell a repetition from a conflict. Neither of them counts, so a checksum is enough there. The network
    address is no part of it: the archive cuts it after a while, and a recount has to see the same.
    """
    key = f"{_TYPE[type(event)]}{event.id}{salt}"
    tag = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return tag + crc32(_encode(event)).to_bytes(4, "big")


def step_record(event: KeptFunnelStep, salt: str) -> bytes:
    """As `id_record`; a step counts in each group of campaigns by itself, so each remembers its id."""
    return id_record(replace(event, ip=None), salt)


def pair_element(visitor: int, product_id: str) -> int:
    """The 52-bit element that stands for (visitor, product)."""
    key = visitor.to_bytes(8, "big") + product_id.encode("utf-8", "surrogatepass")
    return counted(int.from_bytes(blake2b(key, digest_size=8).digest(), "big"))


def view_row(event: KeptView, mask: int, received_ms: int, *, pairs: bool) -> Row:
    visitor, product = event.visitor, event.product_id
    return (
        mask,
        # As text: the members of a set are text in the store's script, and formatting costs more there.
        str(counted(visitor)),
        str(pair_element(visitor, product)) if pairs else "",
        product,
        event.at_ms // HOUR_MS,
        received_ms,
    )


def step_row(event: KeptFunnelStep, mask: int) -> Row:
    return mask, FUNNEL_STEP, event.step


def order_row(event: KeptOrder, mask: int, known: int, position: str) -> Row:
    """`mask`: the campaigns that it counts for, `known`: those that know whose refunds these are."""
    minor, same = str(event.value_minor), collapse_key(event) or ""
    return mask, ORDER, event.id, position, minor, event.currency, event.at_ms, same, known


def refund_row(event: KeptRefund, own: int, known: int, position: str) -> Row:
    """`own`: the campaigns that it counts for by its own time, as long as they do not know its order."""
    minor = str(event.value_minor)
    return own, REFUND, event.id, position, minor, event.currency, event.at_ms, event.order_id, known
