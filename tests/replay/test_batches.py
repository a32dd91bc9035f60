from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.replay.batches import MAX_BODY_BYTES, TOGETHER_S, batches
from leaderboard.replay.pacing import pace
from leaderboard.replay.recorded import Recorded


def recorded(*bodies: bytes, at_ms: int | None = None) -> list[Recorded]:
    return [Recorded(body, "f", line, at_ms) for line, body in enumerate(bodies, 1)]


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=30), st.integers(1, 7))
def test_every_event_is_in_one_batch_in_its_order(bodies: list[bytes], most: int) -> None:
    events = recorded(*bodies)

    made = list(batches(events, most))

    assert [event for batch in made for event in batch.events] == events
    assert all(len(batch.events) == most for batch in made[:-1])
    assert all(1 <= len(batch.events) <= most for batch in made)


@given(st.lists(st.integers(1, 1_000_000), max_size=20))
def test_no_batch_is_larger_than_the_door(sizes: list[int]) -> None:
    made = list(batches(recorded(*(b"x" * size for size in sizes))))

    assert all(len(batch.body) <= MAX_BODY_BYTES for batch in made)
    assert sum(len(batch.events) for batch in made) == len(sizes)


def test_a_body_is_one_event_a_line() -> None:
    [batch] = batches(recorded(b"{}", b'{"a":1}'))

    assert batch.body == b'{}\n{"a":1}'


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=30))
def test_no_event_goes_before_its_time_nor_much_after(times_ms: list[int]) -> None:
    events = [Recorded(b"{}", "f", line, at_ms) for line, at_ms in enumerate(times_ms, 1)]
    due_s = pace(1)

    made = list(batches(events, 1000, due_s))

    assert [event for batch in made for event in batch.events] == events
    for batch in made:
        dues_s = [due_s(event.at_ms) for event in batch.events]
        assert max(dues_s) == batch.due_s
        assert batch.due_s <= dues_s[0] + TOGETHER_S or dues_s[0] <= TOGETHER_S
