"""Which reported events count, each once, and what is said of the others. Their ids and fields: `ours.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leaderboard.domain.events import Event
from leaderboard.domain.events_api.envelope import Reason, Uncounted
from leaderboard.domain.events_api.names import STANDARD, VIEW
from leaderboard.domain.events_api.ours import ours
from leaderboard.domain.events_api.products import MAX_PRODUCTS
from leaderboard.domain.events_api.reported import Reported

Note = tuple[Reason, str]


def count(reported: Iterable[Reported]) -> tuple[list[Event], list[Uncounted]]:
    """Our events of one request, and what of it counts nothing."""
    counted: dict[tuple[type[Event], str], Event] = {}
    uncounted: list[Uncounted] = []
    taken: set[tuple[str, bool, str]] = set()
    for one in reported:
        notes = list(_why_not(one) or _count_one(one, taken, counted))
        uncounted += [Uncounted(reason, one.sent_name, detail) for reason, detail in notes]
    return list(counted.values()), uncounted


def _why_not(reported: Reported) -> list[Note]:
    if reported.is_test:
        return [("test_event", "it carries a test_event_code")]
    if reported.origin == "crm":
        return [("crm_event", "what a CRM reports is neither a view nor an order")]
    return _why_no_view(reported) if reported.name == VIEW else []


def _why_no_view(reported: Reported) -> list[Note]:
    if reported.origin == "offline":
        return [("offline_view", "what was seen in a shop is no view of a product page")]
    if not reported.product_ids:
        return [("view_without_product", "name the product in properties.contents, as content_id")]
    if reported.viewer.key is None:
        detail = "name the visitor: user.external_id, email, phone, ttp or ttclid, or both ip and user_agent"
        return [("anonymous_view", detail)]
    return []


def _count_one(
    reported: Reported, taken: set[tuple[str, bool, str]], counted: dict[tuple[type[Event], str], Event]
) -> Iterator[Note]:
    """The first of several with one name and event id is the one; a refund may share both with its order."""
    is_refund = reported.payment is not None and reported.payment.is_refund
    key = (reported.name, is_refund, reported.event_id or reported.generated_id)
    if key in taken:
        yield "duplicate", "an event of the same name and event_id stands before it in this request"
        return
    taken.add(key)
    for event in ours(reported):
        if (type(event), event.id) in counted:
            yield "duplicate", "the same order stands before it in this request, under another event_id"
        counted.setdefault((type(event), event.id), event)
    yield from _remarks(reported)


def _remarks(reported: Reported) -> Iterator[Note]:
    if len(reported.product_ids) > MAX_PRODUCTS:
        yield "too_many_products", f"only its first {MAX_PRODUCTS} products are counted"
    if reported.payment is not None and reported.payment.set_aside is not None:
        detail = (
            f"its value {reported.payment.set_aside} counts as 0: properties.currency is no ISO 4217 code"
        )
        yield "value_without_currency", detail
    if reported.name not in STANDARD:
        yield "custom_event", "no standard name (names are case-sensitive): counted as a funnel step only"
