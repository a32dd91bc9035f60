"""Events as they are sent: shapes, limits, and words for what is wrong. What is kept of them: `kept_events.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

EventId = Annotated[str, Meta(min_length=1, max_length=256, description="The sender's own id.")]
Identity = Annotated[
    str,
    Meta(
        min_length=1, max_length=256, description="Any stable id of yours; it is kept as a keyed hash only."
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
At = Annotated[
    Annotated[datetime, Meta(tz=True)] | int,
    Meta(description="RFC 3339 with offset, or integer Unix milliseconds."),
]
Address = Annotated[str, Meta(max_length=64)]
Agent = Annotated[str, Meta(max_length=1024)]
Purpose = Annotated[
    str,
    Meta(
        max_length=256,
        description="What the page was fetched for, as its request said in `Sec-Purpose`. A view with prefetch, "
        "prerender or preview is invalid; other words are ignored.",
    ),
]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Number = Annotated[int, Meta(ge=0, le=9_007_199_254_740_991)]
Loudness = Annotated[float, Meta(ge=-1000, le=1000)]
Share = Annotated[float, Meta(ge=0, le=1)]
Bought = Annotated[list[Name], Meta(max_length=2_000)]

Source = Literal["live", "video", "profile", "link", "store"]
Activity = Literal["explaining", "displaying", "idle", "away"]
OrderChannel = Literal["in_app", "authorized", "none"]
RefundReason = Literal["seller_fault", "buyer", "fraud", "minor", "other"]

EVENT_TYPES = ("product_view", "heartbeat", "funnel_step", "order", "refund", "ad_spend")


class Amount(Struct, frozen=True):
    """Money as it travels: a text with the currency's own number of decimals."""

    amount: Annotated[str, Meta(max_length=32, examples=["12.34"])]
    currency: Annotated[str, Meta(min_length=3, max_length=3, examples=["USD"])]


class _Event(Struct, tag_field="type", kw_only=True):
    """What every event has. Unknown fields are ignored; see CONTRACT for the meaning of each."""

    id: EventId
    at: At
    account_id: Name


class ProductView(_Event, tag="product_view"):
    """A visitor saw a product of the account.

    It is invalid, and no visitor of a metric of valid views, with the user agent of a crawler or an empty one, with the
    address of a data centre, or fetched ahead. What is left out is no reason.
    """

    product_id: Name
    visitor_id: Identity
    source: Source | None = None
    live_session_id: Name | None = None
    promoted: bool | None = None
    dwell_s: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    ip: Address | None = None
    user_agent: Agent | None = None
    device_id: Identity | None = None
    purpose: Purpose | None = None


class Heartbeat(_Event, tag="heartbeat"):
    """Attests what a live session did in the span `[at - covers, at)`.

    Effective is a heartbeat with activity explaining or displaying, a product, an order channel other than none, and no
    recording.
    """

    host_id: Name
    live_session_id: Name
    covers: Annotated[float, Meta(ge=1, le=60, description="Seconds before `at` that this attests.")]
    activity: Annotated[Activity, Meta(description="Only explaining and displaying count as effective.")]
    order_channel: Annotated[
        OrderChannel, Meta(description="Where viewers could order; none is not effective.")
    ]
    product_id: Annotated[
        Name | None, Meta(description="The product shown; without one it is not effective.")
    ] = None
    viewers: Annotated[Count | None, Meta(description="How many watched.")] = None
    audio_db: Annotated[Loudness | None, Meta(description="Loudness in dBFS; above -45 is a voice.")] = None
    motion: Annotated[
        Share | None, Meta(description="How much the picture moves; from 0.05 on is a sign of life.")
    ] = None
    replies: Annotated[
        Count | None, Meta(description="The host's answers to viewers; any is a sign of life.")
    ] = None
    ingest_bytes: Annotated[int, Meta(ge=0, le=1_000_000_000_000)] | None = None
    recorded: Annotated[bool | None, Meta(description="A recording was played; it is not effective.")] = None
    seq: Annotated[
        Number | None, Meta(description="The sender's own number of it; kept, and decides nothing.")
    ] = None
    cart_items: Annotated[Count | None, Meta(description="How many products the session's cart held.")] = None


class FunnelStep(_Event, tag="funnel_step"):
    """A step between view and order, by the name that the store front gives it."""

    step: Name
    product_id: Name | None = None
    visitor_id: Identity | None = None
    ip: Address | None = None
    user_agent: Agent | None = None


class Order(_Event, tag="order"):
    """Somebody bought. `id` is the order's id, by which refunds name it."""

    value: Amount
    product_ids: Annotated[Bought | None, Meta(description="The products that were bought.")] = None
    visitor_id: Identity | None = None
    channel: Annotated[Name | None, Meta(description="Where it was placed, by your own name for it.")] = None
    live_session_id: Annotated[
        Name | None, Meta(description="With one, it is an order of live shopping.")
    ] = None
    plan: Annotated[Name | None, Meta(description="The plan that it was placed under, by your own name.")] = (
        None
    )


class Refund(_Event, tag="refund"):
    """Money of an order went back, in whole or in part."""

    order_id: Annotated[str, Meta(min_length=1, max_length=256, description="The `id` of the order.")]
    value: Amount
    reason: RefundReason | None = None


class AdSpend(_Event, tag="ad_spend"):
    """Money that the account spent on advertising."""

    value: Amount
    paid: Annotated[
        bool | None, Meta(description="Whether the account paid it itself; false: it came from credits.")
    ] = None


Event = ProductView | Heartbeat | FunnelStep | Order | Refund | AdSpend
