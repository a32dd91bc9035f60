"""What a stream tells, taken together, is the page: whatever happens to it, and wherever a reader begins."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.web.stream_tape import BYTES_KEPT, JSON, MESSAGES_KEPT, PASSING, Form, Tape, event_id

Page = dict[str, Any]

PLACES = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(0, 3), st.one_of(st.none(), st.integers(1, 2))),
    unique_by=lambda place: place[0],
    max_size=6,
)
PAGES = st.builds(
    lambda places, state, lag_ms: page_of(places, state, lag_ms),
    PLACES,
    st.sampled_from(["live", "review"]),
    st.integers(0, 2),
)


def page_of(places: list[tuple[str, int, int | None]], state: str = "live", lag_ms: int = 0) -> Page:
    entries = [
        {"rank": rank, "account_id": account, "score": score, "award_rank": award_rank}
        for rank, (account, score, award_rank) in enumerate(places, 1)
    ]
    head = {"campaign": {"id": "c", "state": state}, "as_of": f"{lag_ms} s", "lag_ms": lag_ms, "version": 7}
    return head | {"awards_as_of": None, "provisional": True, "total": len(places), "entries": entries}


def messages_of(sent: bytes) -> list[dict[str, str]]:
    return [
        dict(line.split(": ", 1) for line in message.split("\n"))
        for message in sent.decode().split("\n\n")[:-1]
    ]


def apply(page: Page, message: dict[str, str]) -> Page:
    """As a client does it."""
    if "data" not in message:
        return page
    data = json.loads(message["data"])
    entries = {} if data.pop("whole", False) else {one["account_id"]: one for one in page["entries"]}
    entries |= {one["account_id"]: one for one in data.pop("entries", [])}
    for one in data.pop("moved", []):
        entries[one["account_id"]] = entries[one["account_id"]] | one
    for account in data.pop("gone", []):
        del entries[account]
    ranked = sorted(entries.values(), key=lambda one: int(one["rank"]))
    return {**page, **data, "entries": ranked}


def lasting(page: Page) -> Page:
    return {name: value for name, value in page.items() if name not in PASSING}


@given(st.lists(PAGES, min_size=1, max_size=12), st.data())
def test_whoever_begins_anywhere_and_is_told_the_rest_has_the_page(
    pages: list[Page], data: st.DataObject
) -> None:
    tape, begun = Tape(JSON), data.draw(st.integers(0, len(pages) - 1))
    held: Page = {}
    known = ""
    for number, page in enumerate(pages):
        tape.tell(page)
        if number == begun:
            for message in messages_of(tape.whole()):
                held, known = apply({"entries": []}, message), message["id"]
        if number % 3 == 0:
            tape.tell_as_of()
    place = tape.place_of(known)

    assert place is not None
    for message in messages_of(tape.after(place)):
        held = apply(held, message)
    assert lasting(held) == lasting(pages[-1])


@given(PAGES, PAGES)
def test_pages_that_show_the_same_have_one_id(one: Page, other: Page) -> None:
    assert (event_id(one) == event_id(other)) == (lasting(one) == lasting(other))


@given(PAGES, st.integers(0, 5))
def test_nothing_is_said_of_what_only_passes(page: Page, lag_ms: int) -> None:
    tape = Tape(JSON)
    tape.tell(page)

    assert not tape.tell(page | {"lag_ms": lag_ms, "version": 9, "as_of": "later"})
    assert tape.after(tape.start) == b""


def test_who_has_missed_too_many_cannot_be_told_them() -> None:
    tape = Tape(JSON)
    ids = []
    for score in range(MESSAGES_KEPT + 3):
        page = page_of([("a", score, None)])
        tape.tell(page)
        ids.append(event_id(page))

    assert [tape.place_of(one) for one in ids[:2]] == [None, None]
    assert len(messages_of(tape.after(tape.place_of(ids[2]) or 0))) == MESSAGES_KEPT


def test_no_more_bytes_are_kept_than_are_worth_it() -> None:
    large = Form("large", lambda change: b"x" * (BYTES_KEPT // 4))
    tape = Tape(large)
    for score in range(20):
        tape.tell(page_of([("a", score, None)]))

    assert len(tape.after(tape.start)) <= BYTES_KEPT
    assert tape.end - tape.start == 3


def test_the_same_whole_page_is_written_once() -> None:
    written = []
    tape = Tape(Form("counting", lambda change: written.append(change) or b"x"))  # type: ignore[func-returns-value]
    tape.tell(page_of([("a", 1, None)]))

    assert tape.whole() is tape.whole()
    assert len(written) == 1
