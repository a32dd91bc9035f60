"""The tables that detectors read, filled from an archive: what counts, each id once, cut to the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from leaderboard.domain.kept_events import KeptEvent, KeptFunnelStep
from leaderboard.domain.rescorings import ExcludeHost, Outage, VoidViews, What
from leaderboard.integrity.archived import network_of, open_tables
from leaderboard.integrity.tables import COLUMNS
from leaderboard.recount.settings import CampaignSettings
from tests.recount.archive_lines import (
    END_MS,
    START_MS,
    Line,
    a_beat,
    a_refund,
    a_view,
    an_order,
    in_order,
    settings,
    write_archive,
)

SOON_MS = START_MS + 60_000


class Tables:
    """Reads the tables of an archive."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __call__(
        self,
        table: str,
        columns: str,
        lines: Sequence[Line],
        of: CampaignSettings | None = None,
        until: dict[int, str] | None = None,
    ) -> list[tuple[Any, ...]]:
        files = write_archive(self._directory, lines)
        with open_tables(files, of or settings({"a1": 0}), until=until) as connection:
            found = connection.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
        return list(found)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


def test_all_tables_are_there_even_without_an_event() -> None:
    with open_tables([], settings({"a1": 0})) as connection:
        counts = {
            name: (connection.execute(f"SELECT count(*) FROM {name}").fetchone() or (0,))[0]
            for name in COLUMNS
        }

    assert counts == dict.fromkeys(COLUMNS, 0) | {"participants": 1}


def test_a_view_has_all_that_it_came_with(tables: Tables) -> None:
    view = a_view(
        1, 7, source="link", live_session_id="s1", promoted=True, dwell_s=3.5, ip="203.0.113.9",
        user_agent="Browser", device=9, invalid="prefetch",
    )  # fmt: skip
    (row,) = tables("views", "*", [Line(view, SOON_MS)])

    assert row == (
        "a1", START_MS, SOON_MS, 7, "p1", "link", "s1", True, 3.5, "203.0.113.0/24", "203.0.113.9", "Browser", 9,
        "prefetch",
    )  # fmt: skip


def test_only_what_counts_for_the_campaign_is_there(tables: Tables) -> None:
    views = [
        (a_view("before", 1, START_MS - 1), SOON_MS),
        (a_view("first", 1, START_MS), SOON_MS),
        (a_view("last", 1, END_MS - 1), SOON_MS),
        (a_view("after", 1, END_MS), SOON_MS),
        (a_view("stranger", 1, account="a2"), SOON_MS),
        (a_view("early", 1), SOON_MS - 1),
    ]
    found = tables("views", "at_ms", in_order(views), settings({"a1": SOON_MS}))

    assert found == [(START_MS,), (END_MS - 1,)]


def test_nothing_is_there_that_came_after_the_cut_off(tables: Tables) -> None:
    of = settings({"a1": 0})
    window = replace(of.windows["apollo-us-2022"], cutoff_ms=SOON_MS, refunds_until_ms=SOON_MS + 10)
    of = replace(of, windows={"apollo-us-2022": window})
    events: list[tuple[KeptEvent, int]] = [
        (a_view(1, 1), SOON_MS), (a_view(2, 2), SOON_MS + 1), (an_order(1, 500), SOON_MS),
        (a_refund(1, "o1", 500), SOON_MS + 10), (a_refund(2, "o1", 500), SOON_MS + 11),
    ]  # fmt: skip

    assert tables("views", "visitor", in_order(events), of) == [(1,)]
    assert len(tables("refunds", "order_id", in_order(events), of)) == 1


def test_nothing_is_read_behind_the_entry_that_is_named(tables: Tables) -> None:
    lines = [Line(a_view(number, number), SOON_MS, number) for number in range(3)]

    assert tables("views", "visitor", lines, until={0: f"{SOON_MS}-1"}) == [(0,), (1,)]


def test_an_id_that_came_again_is_there_once(tables: Tables) -> None:
    step = KeptFunnelStep("s1", START_MS, "a1", "add_to_cart", "p1", 7)
    events: list[tuple[KeptEvent, int]] = [
        *((a_view(1, 1), SOON_MS + again) for again in range(3)),
        *((a_view(1, 2), SOON_MS + 5), (a_view(1, 3, account="a2"), SOON_MS)),
        *((step, SOON_MS), (step, SOON_MS + 1), (an_order(1, 500), SOON_MS), (an_order(1, 500), SOON_MS)),
    ]
    of = settings({"a1": 0, "a2": 0})

    assert tables("views", "account, visitor", in_order(events), of) == [("a1", 1), ("a2", 3)]
    assert tables("steps", "*", in_order(events), of) == [("a1", START_MS, "add_to_cart", 7, "p1")]
    assert tables("orders", "id", in_order(events), of) == [("o1",)]


def test_an_order_without_an_id_that_was_reported_twice_is_one(tables: Tables) -> None:
    orders = [
        an_order(n, 500, START_MS + n, id=f"event:{n}", visitor=visitor) for n, visitor in ((1, 5), (2, 5))
    ]
    others = [an_order(3, 500, id="event:3", visitor=6), an_order(4, 500), an_order(5, 500)]
    lines = in_order([(one, SOON_MS) for one in (*orders, *others)])

    assert tables("orders", "id", lines) == [("event:1",), ("event:3",), ("o4",), ("o5",)]


def test_a_refund_is_there_with_its_order_or_by_its_own_time(tables: Tables) -> None:
    events: list[tuple[KeptEvent, int]] = [
        (an_order("known", 500), SOON_MS), (an_order("outside", 500, END_MS + 1), SOON_MS),
        (a_refund(1, "oknown", 500, END_MS + 9), SOON_MS), (a_refund(2, "ooutside", 500, END_MS + 9), SOON_MS),
        (a_refund(3, "unknown", 500, reason="seller_fault"), SOON_MS),
    ]  # fmt: skip

    assert tables("refunds", "order_id, at_ms, reason", in_order(events)) == [
        ("oknown", END_MS + 9, None),
        ("unknown", START_MS, "seller_fault"),
    ]


def test_heartbeats_are_those_of_hosts_that_were_registered(tables: Tables) -> None:
    of = settings({"a1": 0}, registrations={"apollo-us-2022": {"a1": {"h1": [(SOON_MS, SOON_MS + 10)]}}})
    beats = [
        (a_beat("early", SOON_MS), SOON_MS - 1),
        (a_beat("on", SOON_MS), SOON_MS),
        (a_beat("off", SOON_MS), SOON_MS + 10),
        (a_beat("other", SOON_MS, host_id="h2"), SOON_MS),
        (a_beat("touching", START_MS + 1), SOON_MS),
        (a_beat("before", START_MS), SOON_MS),
    ]

    assert tables("beats", "host, at_ms", in_order(beats), of) == [("h1", START_MS + 1), ("h1", SOON_MS)]


@pytest.mark.parametrize(
    ("void", "visitors", "beats"),
    [
        (VoidViews(network="203.0.113.0/24"), [2, 3], 3),
        (VoidViews(agent="Robot"), [1, 3], 3),
        (VoidViews(device="00000000000000ff"), [1, 2], 3),
        (Outage(from_ms=START_MS, until_ms=SOON_MS), [3], 3),
        (Outage(from_ms=START_MS, until_ms=SOON_MS, live=True), [3], 2),
        (ExcludeHost(account="a1", host="h2"), [1, 2, 3], 2),
    ],
)
def test_what_rescorings_take_out_is_left_out(
    tables: Tables, void: What, visitors: list[int], beats: int
) -> None:
    events: list[tuple[KeptEvent, int]] = [
        (a_view(1, 1, ip="203.0.113.5"), SOON_MS), (a_view(2, 2, user_agent="Robot"), SOON_MS),
        (a_view(3, 3, SOON_MS, device=255), SOON_MS), (a_beat(1, START_MS + 30_000), SOON_MS),
        (a_beat(2, SOON_MS + 10_000), SOON_MS), (a_beat(3, SOON_MS + 90_000, host_id="h2"), SOON_MS),
    ]  # fmt: skip
    of = replace(settings({"a1": 0}), voids=(void,))

    assert tables("views", "visitor", in_order(events), of) == [(one,) for one in visitors]
    assert len(tables("beats", "at_ms", in_order(events), of)) == beats


def test_participants_and_slots_come_from_the_settings(tables: Tables) -> None:
    of = settings({"a1": 0}, slots={"a1": {"h1": [(START_MS, SOON_MS)]}}, attributes={"category": "fashion"})

    assert tables("participants", "*", [], of) == [("a1", "north", "fashion")]
    assert tables("slots", "*", [], of) == [("a1", "h1", START_MS, SOON_MS)]


ADDRESSES = [
    ("203.0.113.9", "203.0.113.0/24"),
    ("203.0.113.0", "203.0.113.0/24"),
    ("0.0.0.0", "0.0.0.0/24"),
    ("300.1.1.1", None),
    ("203.0.113.09", None),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
    ("2001:0db8:0001:2:3:4:5:6", "2001:db8:1::/48"),
    ("2001:DB8:1:2:3:4:5:6", "2001:db8:1::/48"),
    ("2001:db8:0:2:3:4:5:6", "2001:db8::/48"),
    ("2001:db8:1::", "2001:db8:1::/48"),
    ("::1", "::/48"),
    ("::ffff:203.0.113.9", "203.0.113.0/24"),
    ("fe80::1%eth0", "fe80::/48"),
    ("2001:db8:1:2:3:4:5:6:7", None),
    ("nonsense", None),
    ("", None),
]


def test_an_address_has_its_network_however_it_is_written(tables: Tables) -> None:
    views = [(a_view(number, 1, ip=text), SOON_MS) for number, (text, _) in enumerate(ADDRESSES)]
    found = dict(tables("views", "address, network", in_order(views)))

    assert found == dict(ADDRESSES)
    assert {text: network_of(text) for text, _ in ADDRESSES} == dict(ADDRESSES)
