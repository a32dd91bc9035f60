"""The network: what it loses, doubles and garbles is bounded, seeded and all there."""

from __future__ import annotations

from collections import Counter

import msgspec
import orjson
import pytest

from leaderboard.demo.audience import RawEvent
from leaderboard.demo.network import Network, Parcel
from leaderboard.demo.traffic import BATCH, Traffic
from leaderboard.demo.world import make_world
from leaderboard.domain.events import Event
from leaderboard.domain.identities import keyed_hasher
from leaderboard.domain.kept_events import Refused, keep

START_MS = 1_790_000_000_000
WINDOW_START_MS = START_MS - 9 * 86_400_000
DURATION_S = 60


def _ticks(rate: float = 1_000, duration_s: int = DURATION_S) -> list[tuple[int, list[RawEvent]]]:
    return list(Traffic(make_world(7), START_MS, rate).ticks(duration_s))


def _parcels(rate: float = 1_000, duration_s: int = DURATION_S) -> list[Parcel]:
    clumsy = make_world(7).accounts[0].id
    return list(Network(7, WINDOW_START_MS, clumsy).carry(_ticks(rate, duration_s)))


@pytest.fixture(scope="module")
def parcels() -> list[Parcel]:
    return _parcels()


@pytest.fixture(scope="module")
def sent(parcels: list[Parcel]) -> list[RawEvent]:
    return [event for parcel in parcels for event in parcel.events]


def test_the_same_seed_makes_the_same_mishaps(parcels: list[Parcel]) -> None:
    assert parcels == _parcels()


def test_parcels_leave_in_the_order_of_their_time_and_fit_the_door() -> None:
    parcels = _parcels(rate=20_000, duration_s=4)
    due_ms = [parcel.due_ms for parcel in parcels]

    assert due_ms == sorted(due_ms)
    assert max(len(parcel.events) for parcel in parcels) == BATCH


def test_every_event_arrives_in_the_end(sent: list[RawEvent]) -> None:
    made = {orjson.dumps(event) for _, events in _ticks() for event in events}

    assert made <= {orjson.dumps(event) for event in sent}


def test_one_or_two_of_a_hundred_come_twice_with_the_same_bytes(sent: list[RawEvent]) -> None:
    times = Counter(orjson.dumps(event) for event in sent)
    repeated = sum(count - 1 for count in times.values())

    assert 0.01 < repeated / len(sent) < 0.02


def test_some_come_late_and_out_of_order(parcels: list[Parcel]) -> None:
    views = [
        (parcel.due_ms, event["at"])
        for parcel in parcels
        for event in parcel.events
        if event["type"] == "product_view" and event["at"] >= START_MS
    ]
    late = [due_ms - at_ms for due_ms, at_ms in views if due_ms - at_ms > 2_000]

    assert 0.01 < len(late) / len(views) < 0.1
    assert [at_ms for _, at_ms in views] != sorted(at_ms for _, at_ms in views)


def test_some_answers_are_lost(parcels: list[Parcel]) -> None:
    assert 0 < sum(parcel.answer_lost for parcel in parcels) < 0.05 * len(parcels)


def test_a_few_events_lie_before_the_window(sent: list[RawEvent]) -> None:
    early = [
        event for event in sent if isinstance(event["at"], int) and 10**12 < event["at"] < WINDOW_START_MS
    ]

    assert 10 <= len(early) <= 40


def test_one_client_uses_an_id_twice_with_other_content(sent: list[RawEvent]) -> None:
    contents: dict[str, set[bytes]] = {}
    for event in sent:
        contents.setdefault(event["id"], set()).add(orjson.dumps(event))
    conflicts = {id_ for id_, bodies in contents.items() if len(bodies) > 1}
    accounts = {event["account_id"] for event in sent if event["id"] in conflicts}

    assert len(conflicts) >= 10
    assert accounts == {make_world(7).accounts[0].id}


def test_the_garbled_are_refused_for_four_reasons_and_all_others_are_good(sent: list[RawEvent]) -> None:
    verdicts = Counter((_verdict(event), event["id"][-3:-1] == "-g") for event in sent)

    assert {verdict for verdict, _ in verdicts} == {"good", "invalid", "future", "too_old"}
    assert all((verdict == "good") != garbled for verdict, garbled in verdicts)


def test_a_network_that_garbles_nothing_only_sends_what_a_door_takes() -> None:
    network = Network(7, WINDOW_START_MS, make_world(7).accounts[0].id, garbles=False)
    sent = [event for parcel in network.carry(_ticks(300, 30)) for event in parcel.events]

    assert {_verdict(event) for event in sent} == {"good"}


def _verdict(event: RawEvent) -> str:
    try:
        keep(msgspec.convert(event, Event), START_MS + DURATION_S * 1000, keyed_hasher(bytes(32)))
    except msgspec.ValidationError:
        return "invalid"
    except Refused as refused:
        return refused.code
    return "good"
