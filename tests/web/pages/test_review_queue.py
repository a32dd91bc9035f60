"""The queue of flags: its parts overlap, and who works through it meets every flag once."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.web.pages.review_queue import PARTS, after, counts, in_part, known_part, path_of


def flag(name: str, status: str = "open", action: str = "hold", **more: Any) -> dict[str, Any]:
    return {"id": name, "status": status, "action": action, "appeal": None, "proposed": None} | more


FLAGS = [
    flag("held"),
    flag("warned", action="warn"),
    flag("watched", action="review"),
    flag("second", proposed={"decision": "uphold"}),
    flag("appealed", "upheld", appeal="open"),
    flag("answered", "upheld", appeal="rejected"),
]


def test_what_waits_is_open_appealed_or_proposed() -> None:
    found = {part: [one["id"] for one in in_part(FLAGS, part)] for part in PARTS}

    assert found == {
        "waiting": ["held", "warned", "watched", "second", "appealed"],
        "held": ["held", "second"],
        "warned": ["warned"],
        "watched": ["watched"],
        "second": ["second"],
        "appealed": ["appealed"],
        "decided": ["appealed", "answered"],
        "all": ["held", "warned", "watched", "second", "appealed", "answered"],
    }
    assert counts(FLAGS) == {part: len(names) for part, names in found.items()}


def test_a_part_that_there_is_not_is_the_first() -> None:
    assert (known_part("held"), known_part("x"), known_part("")) == ("held", "waiting", "waiting")


def test_behind_the_last_the_queue_begins_again() -> None:
    assert after(FLAGS, "appealed", "waiting") == "held"
    assert after(FLAGS, "second", "held") == "held"
    assert after(FLAGS, "watched", "warned") == "warned"
    assert after(FLAGS, "warned", "warned") is None


@given(st.lists(st.sampled_from(["open", "upheld"]), min_size=1, max_size=12))
def test_deciding_one_after_the_other_comes_to_an_end_with_nothing_left(states: list[str]) -> None:
    flags = [flag(str(number), state) for number, state in enumerate(states)]
    current = next((one["id"] for one in in_part(flags, "waiting")), None)
    steps = 0
    while current is not None:
        following = after(flags, current, "waiting")
        flags = [one | {"status": "dismissed"} if one["id"] == current else one for one in flags]
        current, steps = following, steps + 1

    assert (in_part(flags, "waiting"), steps) == ([], states.count("open"))


def test_ids_of_all_letters_make_an_address() -> None:
    assert path_of("c", "a~b@c:d") == "/campaigns/c/review/a~b%40c%3Ad"
    assert path_of("c", part="held") == "/campaigns/c/review?show=held"
