"""Events as they are kept: compact, visitors only as keyed hashes, money in minor units, times in milliseconds.

The order of fields is the format of the inbox and of the archive: new fields go to the end, with a default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from leaderboard.domain.events import AdSpend, Event, FunnelStep, Heartbeat, Order, ProductView, Refund
from leaderboard.domain.identities import Hasher
from leaderboard.domain.integrity import Door
from leaderboard.domain.money import decimals, parse_minor
from leaderboard.domain.times import EARLIEST_MS, rfc3339, to_ms

FUTURE_TOLERANCE_MS: Final = 300_000


class KeptView(Struct, array_like=True, tag=1):
    """`visitor` and `device` are 64-bit keyed hashes. `invalid`: why the door takes it for no person's view."""

    id: str
    at_ms: int
    account_id: str
    product_id: str
    visitor: int
    source: str | None = None
    live_session_id: str | None = None
    promoted: bool | None = None
    dwell_s: float | None = None
    ip: str | None = None
    user_agent: str | None = None
    device: int | None = None
    invalid: str | None = None


class KeptHeartbeat(Struct, array_like=True, tag=2):
    """Attests `[at_ms - covers_ms, at_ms)`."""

    id: str
    at_ms: int
    account_id: str
    host_id: str
    live_session_id: str
    covers_ms: int
    activity: str
    order_channel: str
    product_id: str | None = None
    viewers: int | None = None
    audio_db: float | None = None
    motion: float | None = None
    replies: int | None = None
    ingest_bytes: int | None = None
    recorded: bool | None = None
    seq: int | None = None
    cart_items: int | None = None


class KeptFunnelStep(Struct, array_like=True, tag=3):
    """A named step of a visitor."""

    id: str
    at_ms: int
    account_id: str
    step: str
    product_id: str | None = None
    visitor: int | None = None
    ip: str | None = None
    user_agent: str | None = None


class KeptOrder(Struct, array_like=True, tag=4):
    """`value_minor` whole minor units of `currency`; `id` is the order's."""

    id: str
    at_ms: int
    account_id: str
    value_minor: int
    currency: str
    product_ids: list[str] | None = None
    visitor: int | None = None
    channel: str | None = None
    live_session_id: str | None = None
    plan: str | None = None


class KeptRefund(Struct, array_like=True, tag=5):
    """`value_minor` whole minor units of `currency` went back of order `order_id`."""

    id: str
    at_ms: int
    account_id: str
    order_id: str
    value_minor: int
    currency: str
    reason: str | None = None


class KeptAdSpend(Struct, array_like=True, tag=6):
    """`value_minor` whole minor units of `currency` were spent on advertising."""

    id: str
    at_ms: int
    account_id: str
    value_minor: int
    currency: str
    paid: bool | None = None


KeptEvent = KeptView | KeptHeartbeat | KeptFunnelStep | KeptOrder | KeptRefund | KeptAdSpend

TYPE_OF_KEPT: Final[dict[type[KeptEvent], str]] = {
    KeptView: "product_view",
    KeptHeartbeat: "heartbeat",
    KeptFunnelStep: "funnel_step",
    KeptOrder: "order",
    KeptRefund: "refund",
    KeptAdSpend: "ad_spend",
}


class Refused(ValueError):
    """An event that cannot be taken: `code` is stable, the text names the field and the fix."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def _at_ms(event: Event, latest_ms: int) -> int:
    at = event.at
    at_ms = at if isinstance(at, int) else to_ms(at)
    if at_ms > latest_ms:
        detail = (
            f"at: {_shown(at_ms)} is more than {FUTURE_TOLERANCE_MS // 60_000} minutes ahead of our clock"
        )
        raise Refused("future", detail)
    if at_ms < EARLIEST_MS:
        detail = f"at: {_shown(at_ms)} is before the year 2000; integer times are milliseconds, not seconds"
        raise Refused("too_old", detail)
    return at_ms


def _shown(at_ms: int) -> str:
    try:
        return rfc3339(at_ms)
    except (OverflowError, ValueError, OSError):
        return str(at_ms)[:24]


def _value(event: Order | Refund | AdSpend) -> tuple[int, str]:
    currency = event.value.currency.upper()
    try:
        minor = parse_minor(event.value.amount, currency)
    except ValueError as error:
        raise Refused("invalid", f"{_wrong_part(currency)}: {error}") from error
    if minor < 0:
        raise Refused("invalid", "value.amount: must not be negative; money that goes back is a `refund`")
    return minor, currency


def _wrong_part(currency: str) -> str:
    try:
        decimals(currency)
    except ValueError:
        return "value.currency"
    return "value.amount"


def _keep_view(event: ProductView, latest_ms: int, hash_identity: Hasher, door: Door | None) -> KeptView:
    return KeptView(
        event.id,
        _at_ms(event, latest_ms),
        event.account_id,
        event.product_id,
        hash_identity(event.visitor_id),
        event.source,
        event.live_session_id,
        event.promoted,
        event.dwell_s,
        event.ip,
        event.user_agent,
        None if event.device_id is None else hash_identity(event.device_id),
        door.why_invalid(event.user_agent, event.ip, event.purpose) if door else None,
    )


def _keep_heartbeat(event: Heartbeat, latest_ms: int, _hash: Hasher) -> KeptHeartbeat:
    return KeptHeartbeat(
        event.id,
        _at_ms(event, latest_ms),
        event.account_id,
        event.host_id,
        event.live_session_id,
        round(event.covers * 1000),
        event.activity,
        event.order_channel,
        event.product_id,
        event.viewers,
        event.audio_db,
        event.motion,
        event.replies,
        event.ingest_bytes,
        event.recorded,
        event.seq,
        event.cart_items,
    )


def _keep_funnel_step(event: FunnelStep, latest_ms: int, hash_identity: Hasher) -> KeptFunnelStep:
    visitor = None if event.visitor_id is None else hash_identity(event.visitor_id)
    at_ms = _at_ms(event, latest_ms)
    return KeptFunnelStep(
        event.id, at_ms, event.account_id, event.step, event.product_id, visitor, event.ip, event.user_agent
    )


def _keep_order(event: Order, latest_ms: int, hash_identity: Hasher) -> KeptOrder:
    visitor = None if event.visitor_id is None else hash_identity(event.visitor_id)
    return KeptOrder(
        event.id,
        _at_ms(event, latest_ms),
        event.account_id,
        *_value(event),
        event.product_ids,
        visitor,
        event.channel,
        event.live_session_id,
        event.plan,
    )


def _keep_refund(event: Refund, latest_ms: int, _hash: Hasher) -> KeptRefund:
    at_ms = _at_ms(event, latest_ms)
    return KeptRefund(event.id, at_ms, event.account_id, event.order_id, *_value(event), event.reason)


def _keep_ad_spend(event: AdSpend, latest_ms: int, _hash: Hasher) -> KeptAdSpend:
    at_ms = _at_ms(event, latest_ms)
    return KeptAdSpend(event.id, at_ms, event.account_id, *_value(event), event.paid)


_KEEP: Final[dict[type[Event], Callable[..., KeptEvent]]] = {
    Heartbeat: _keep_heartbeat,
    FunnelStep: _keep_funnel_step,
    Order: _keep_order,
    Refund: _keep_refund,
    AdSpend: _keep_ad_spend,
}


def keep(event: Event, now_ms: int, hash_identity: Hasher, door: Door | None = None) -> KeptEvent:
    """The kept form of an event received at `now_ms`; `Refused` says why it cannot be taken.

    Without a door no view is invalid.
    """
    if type(event) is ProductView:
        return _keep_view(event, now_ms + FUTURE_TOLERANCE_MS, hash_identity, door)
    return _KEEP[type(event)](event, now_ms + FUTURE_TOLERANCE_MS, hash_identity)
