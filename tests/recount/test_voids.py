"""Views taken out of the facts: each filter by itself, and all at random against the rules written out slowly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import structs

from leaderboard.domain.adjustments import NOTHING, Voided
from leaderboard.domain.kept_events import KeptView
from leaderboard.domain.rescorings import ExcludeHost, Outage, VoidViews, What
from leaderboard.recount.audit import Recounted, recount
from leaderboard.recount.facts import open_facts
from leaderboard.recount.settings import CampaignSettings
from tests.recount.archive_lines import (
    END_MS,
    START_MS,
    Line,
    a_view,
    an_order,
    in_order,
    settings,
    write_archive,
)

AGENTS = ("Bot/1", "Phone's", None)
DEVICES = (0, 1, (1 << 64) - 1, None)
SESSIONS = ("s1", "s2", None)
# Which addresses of the views lie in which network, by hand.
NETWORKS = {
    "203.0.113.0/24": {"203.0.113.5", "203.0.113.0", "::ffff:203.0.113.9"},
    "203.0.0.0/16": {"203.0.113.5", "203.0.113.0", "::ffff:203.0.113.9", "203.0.7.1"},
    "198.51.100.0/24": {"198.51.100.255"},
    "2001:db8::/32": {"2001:db8::1", "2001:db8:0:1::"},
    "2001:db8:1::/48": set(),
}
ADDRESSES = (*sorted(set().union(*NETWORKS.values())), "2001:db9::1", "203.1.0.1", "a kitchen", None)


@contextmanager
def facts(lines: Sequence[Line], given: CampaignSettings) -> Iterator[DuckDBPyConnection]:
    with TemporaryDirectory() as directory:
        files = write_archive(Path(directory), lines)
        with open_facts(files, given, threads=1) as connection:
            yield connection


def under(*voids: What) -> CampaignSettings:
    """Accounts a1 and a2 with these voids in force."""
    return structs.replace(settings({"a1": 0, "a2": 0}), voids=voids)


def recounted(views: Sequence[tuple[KeptView, int]], *voids: What) -> dict[str, Recounted]:
    given = under(*voids)
    with facts(in_order(views), given) as connection:
        return recount(connection, given)


def left(views: Sequence[KeptView], *voids: What) -> list[int]:
    """The visitors who still have a view."""
    with facts(in_order((one, START_MS) for one in views), under(*voids)) as connection:
        found = connection.execute("SELECT DISTINCT visitor FROM view_rows ORDER BY ALL").fetchall()
        return [visitor for (visitor,) in found]


# ── One filter each ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("void", "others"),
    [
        ({"network": "203.0.113.0/24"}, {"ip": "203.0.112.255"}),
        ({"agent": "Bot/1"}, {"user_agent": "Bot/11"}),
        ({"device": "00000000000000ff"}, {"device": 0xFE}),
        ({"session": "it's"}, {"live_session_id": "it"}),
        ({"account": "a1", "from_ms": START_MS, "until_ms": START_MS + 1}, {"at_ms": START_MS + 1}),
        ({"account": "a2", "from_ms": START_MS, "until_ms": START_MS + 1}, {}),
    ],
)  # fmt: skip
def test_a_filter_takes_out_what_fits_it_and_nothing_beside(
    void: dict[str, Any], others: dict[str, Any]
) -> None:
    own: dict[str, Any] = {
        "ip": "203.0.113.7",
        "user_agent": "Bot/1",
        "device": 0xFF,
        "live_session_id": "it's",
    }
    account = void.get("account", "a1")
    views = [a_view(1, 1, account=account, **own), a_view(2, 2, **{**own, **others})]

    assert left(views, VoidViews(**void)) == [2]


def test_a_view_that_does_not_say_where_it_came_from_fits_no_filter_of_origins() -> None:
    voids = [VoidViews(network="203.0.0.0/16"), VoidViews(agent="Bot/1"), VoidViews(device="0" * 16)]

    assert left([a_view(1, 1)], *voids) == [1]


@pytest.mark.parametrize("network", NETWORKS)
def test_an_address_lies_in_a_network_however_it_is_written(network: str) -> None:
    views = [a_view(n, n, ip=address) for n, address in enumerate(ADDRESSES)]
    outside = [n for n, address in enumerate(ADDRESSES) if address not in NETWORKS[network]]

    assert left(views, VoidViews(network=network)) == outside


def test_all_that_a_filter_names_has_to_fit() -> None:
    views = [a_view(n, n, ip="203.0.113.7", user_agent=agent) for n, agent in enumerate(("Bot/1", "Phone"))]

    assert left(views, VoidViews(network="203.0.113.0/24", agent="Bot/1")) == [1]


def test_of_two_voids_either_is_enough() -> None:
    views = [a_view(1, 1, user_agent="A"), a_view(2, 2, user_agent="B"), a_view(3, 3, user_agent="C")]

    assert left(views, VoidViews(agent="A"), VoidViews(agent="C")) == [2]


def test_an_outage_begins_with_its_first_millisecond_and_ends_before_its_last() -> None:
    views = [a_view(n, n, START_MS + n) for n in range(4)]

    assert left(views, Outage(from_ms=START_MS + 1, until_ms=START_MS + 3)) == [0, 3]


def test_a_visitor_with_another_view_stays_and_came_with_that_one() -> None:
    bought: dict[str, Any] = {"user_agent": "Bot/1"}
    views = [
        (a_view(1, 7, **bought), START_MS),
        (a_view(2, 7), START_MS + 9),
        (a_view(3, 8, **bought), START_MS + 3),
    ]

    found = recounted(views, VoidViews(agent="Bot/1"))["a1"]

    assert (found.counted_uv, found.voided_uv, found.score) == (2, 1, 1)
    assert (found.counted_reached_ms, found.reached_ms) == (START_MS + 3, START_MS + 9)
    assert found.voided == Voided(counted_uv=2, uv=1, reached_ms=START_MS + 9)


def test_when_nobody_is_left_the_score_is_nothing() -> None:
    found = recounted([(a_view(1, 7, user_agent="Bot/1"), START_MS)], VoidViews(agent="Bot/1"))["a1"]

    assert (found.score, found.reached_ms, found.voided_uv) == (0, 0, 1)


def test_orders_and_views_of_others_are_not_touched() -> None:
    given = under(VoidViews(account="a1", from_ms=START_MS, until_ms=END_MS))
    lines = in_order(
        [(a_view(1, 1), START_MS), (a_view(1, 1, account="a2"), START_MS), (an_order(1, 900), START_MS)]
    )
    with facts(lines, given) as connection:
        found = recount(connection, given)

    assert (found["a1"].score, found["a1"].orders, found["a1"].sales) == (0, 1, {"USD": 900})
    assert (found["a2"].score, found["a2"].voided) == (1, NOTHING)


def test_the_order_of_voids_does_not_matter_and_the_same_twice_is_once() -> None:
    views = [(a_view(n, n, user_agent=f"A{n % 3}"), START_MS + n) for n in range(9)]
    first, second = VoidViews(agent="A1"), Outage(from_ms=START_MS, until_ms=START_MS + 1)

    assert recounted(views, first, second) == recounted(views, second, first, second, first)


# ── At random ───────────────────────────────────────────────────────────────────────────────────

# Few of everything, so that filters and views meet, and at their edges.
MOMENTS = st.integers(START_MS - 1, START_MS + 4)


@st.composite
def some_views(draw: st.DrawFn) -> list[tuple[KeptView, int]]:
    """Views with their receive times, which are in no order of their own times."""
    views = draw(
        st.lists(
            st.tuples(
                st.integers(0, 7), MOMENTS, st.sampled_from(["a1", "a2"]), st.sampled_from(ADDRESSES),
                st.sampled_from(AGENTS), st.sampled_from(DEVICES), st.sampled_from(SESSIONS), st.integers(0, 20),
            ),
            min_size=4,
            max_size=16,
        )
    )  # fmt: skip
    return [
        (
            a_view(
                number,
                visitor,
                at_ms,
                account,
                ip=ip,
                user_agent=agent,
                device=device,
                live_session_id=session,
            ),
            START_MS + received,
        )
        for number, (visitor, at_ms, account, ip, agent, device, session, received) in enumerate(views)
    ]


SPAN = {"from_ms": st.none() | MOMENTS, "until_ms": st.none() | MOMENTS}
A_FILTER = st.one_of(
    st.builds(VoidViews, network=st.sampled_from([*NETWORKS]), account=st.sampled_from(["", "a1"]), **SPAN),
    st.builds(
        VoidViews, agent=st.sampled_from(["Bot/1", "Phone's"]), network=st.sampled_from(["", *NETWORKS])
    ),
    st.builds(
        VoidViews, device=st.sampled_from([f"{one:016x}" for one in DEVICES if one is not None]), **SPAN
    ),
    st.builds(VoidViews, session=st.just("s1"), agent=st.sampled_from(["", "Bot/1"]), **SPAN),
    st.builds(VoidViews, account=st.sampled_from(["a1", "a2"]), from_ms=MOMENTS, until_ms=MOMENTS),
)
AN_OUTAGE = st.builds(Outage, from_ms=MOMENTS, until_ms=MOMENTS, live=st.booleans())
A_HOST = st.just(ExcludeHost(account="a1", host="h1"))


def fits(view: KeptView, void: What) -> bool:
    """Whether a void takes a view out, as the rules say it."""
    if isinstance(void, ExcludeHost):
        return False
    if void.from_ms is not None and view.at_ms < void.from_ms:
        return False
    if void.until_ms is not None and view.at_ms >= void.until_ms:
        return False
    if isinstance(void, Outage):
        return True
    pairs = (
        (void.account, view.account_id),
        (void.agent, view.user_agent),
        (void.session, view.live_session_id),
        (void.device, None if view.device is None else f"{view.device:016x}"),
    )
    is_near = not void.network or view.ip in NETWORKS[void.network]
    return is_near and all(wanted in ("", has) for wanted, has in pairs)


def slowly(views: Sequence[tuple[KeptView, int]], voids: Sequence[What], account: str) -> tuple[int, ...]:
    """(counted, when that was reached, left, when that was reached)."""
    counted, remaining = dict[int, int](), dict[int, int]()
    for view, received_ms in sorted(views, key=lambda one: one[1]):
        if view.account_id == account and START_MS <= view.at_ms < END_MS:
            counted.setdefault(view.visitor, received_ms)
            if not any(fits(view, void) for void in voids):
                remaining.setdefault(view.visitor, received_ms)
    reached_ms, left_ms = (max(one.values(), default=0) for one in (counted, remaining))
    return len(counted), reached_ms, len(remaining), left_ms if len(remaining) < len(counted) else reached_ms


@hypothesis_settings(max_examples=50, deadline=None)
@given(some_views(), st.lists(A_FILTER | AN_OUTAGE | A_HOST, max_size=3))
def test_what_is_left_is_what_the_rules_say(views: list[tuple[KeptView, int]], voids: list[What]) -> None:
    found = recounted(views, *voids)

    for account in ("a1", "a2"):
        one = found[account]
        figures = one.counted_uv, one.counted_reached_ms, one.score, one.reached_ms
        assert figures == slowly(views, voids, account)
        assert one.voided_uv == one.counted_uv - one.score


@hypothesis_settings(max_examples=12, deadline=None)
@given(some_views(), st.lists(A_FILTER | AN_OUTAGE, min_size=1, max_size=2))
def test_what_is_voided_is_what_the_counting_had_less_what_is_left(
    views: list[tuple[KeptView, int]], voids: list[What]
) -> None:
    before, after = recounted(views), recounted(views, *voids)

    for account in ("a1", "a2"):
        assert after[account].counted_uv == before[account].score
        assert after[account].counted_reached_ms == before[account].reached_ms
        assert before[account].voided == NOTHING
