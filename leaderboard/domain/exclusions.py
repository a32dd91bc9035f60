"""Why an event does not count for a campaign: the words, and the rule that finds the first that applies."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Reason = Literal[
    "not_enrolled",
    "before_enrollment",
    "outside_window",
    "late",
    "conflict",
    "unregistered_host",
    "order_excluded",
    "collapsed",
    "too_large",
    "invalid",
]

REASONS: Final[dict[Reason, str]] = {
    "not_enrolled": "The account is not enrolled in this campaign.",
    "before_enrollment": "It was received before the account was enrolled.",
    "outside_window": "Its time lies outside the campaign's window.",
    "late": "It was received after the cut-off.",
    "conflict": "Its id was used before with other content; the first one received stands.",
    "unregistered_host": "When it was received, its host was not registered for the account in this campaign.",
    "order_excluded": "It refunds an order that does not count for this campaign.",
    "collapsed": "It repeats an order without an order id: same visitor, products, value and half hour.",
    "too_large": "With it the account's sum could not be counted to the cent any more.",
    "invalid": "By what it came with it is no person's view: a crawler, no agent, a data centre, or fetched ahead.",
}

NEVER_MS: Final = 1 << 62


class Window(Struct, frozen=True):
    """When events count: their own time in `[starts_at_ms, ends_at_ms)`, received up to `cutoff_ms`.

    Refunds go on counting after that, with their orders, if they are received up to `refunds_until_ms`.
    """

    starts_at_ms: int
    ends_at_ms: int
    cutoff_ms: int = NEVER_MS
    refunds_until_ms: int = NEVER_MS


def is_over(window: Window, at_ms: int, received_ms: int) -> bool:
    """Whether a campaign has nothing to do with an event any more: it is closed, and the event is not of its time."""
    return received_ms > window.cutoff_ms and not window.starts_at_ms <= at_ms < window.ends_at_ms


def why_excluded(window: Window, enrolled_ms: int, at_ms: int, received_ms: int) -> Reason | None:
    """The first reason why an event does not count, or None. Times are decided by the store's clock alone."""
    if not window.starts_at_ms <= at_ms < window.ends_at_ms:
        return "outside_window"
    if received_ms < enrolled_ms:
        return "before_enrollment"
    if received_ms > window.cutoff_ms:
        return "late"
    return None
