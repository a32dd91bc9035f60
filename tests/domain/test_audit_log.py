"""The chain of the audit log: whatever is changed, taken out, put in or moved is found."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.audit_log import OLDER, Chain, Entry, Problem, entry_hash, verify

TEXT_FIELDS = ("actor", "action", "subject", "before", "after", "why", "previous", "hash")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def chained(*afters: str) -> list[Entry]:
    """An entry for each text, in a good chain."""
    entries: list[Entry] = []
    for seq, after in enumerate(afters, 1):
        previous = entries[-1].hash if entries else ""
        entry = Entry(
            seq=seq, at_ms=1_700_000_000_000 + seq, actor="kim", action="account.put", subject="a1",
            before='{"name":"Ä"}', after=after, why="asked for", previous=previous,
        )  # fmt: skip
        entries.append(sealed(entry))
    return entries


def sealed(entry: Entry) -> Entry:
    return replace(entry, hash=entry_hash(entry))


FOUR = chained('{"name":"B"}', "", '{"n":1}', '{"n":2}')


def test_a_hash_covers_the_canonical_json_of_all_but_itself() -> None:
    entry = FOUR[1]
    content = {name: getattr(entry, name) for name in Entry.__struct_fields__ if name != "hash"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


def test_a_whole_chain_has_no_problem_and_a_head() -> None:
    chain = Chain()
    problems = [chain.follow(entry) for entry in FOUR]

    assert (problems, verify(FOUR), verify([])) == ([None] * 4, None, None)
    assert (chain.entries, chain.head, chain.older) == (4, FOUR[-1].hash, 0)


@given(st.data())
def test_any_letter_of_any_text_that_is_changed_is_found_at_its_entry(data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(FOUR[1:]))
    field = data.draw(st.sampled_from([name for name in TEXT_FIELDS if getattr(entry, name)]))
    text = getattr(entry, field)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters().filter(lambda one: one != text[place]))
    changed = replace(entry, **{field: text[:place] + letter + text[place + 1 :]})

    problem = verify([*FOUR[: entry.seq - 1], changed, *FOUR[entry.seq :]])

    assert problem is not None
    assert problem.seq == entry.seq


@given(st.sampled_from(FOUR), st.sampled_from(TEXT_FIELDS), TEXTS)
def test_any_text_that_is_replaced_is_found_at_its_entry(entry: Entry, field: str, text: str) -> None:
    changed = replace(entry, **{field: text})
    problem = verify([*FOUR[: entry.seq - 1], changed, *FOUR[entry.seq :]])

    assert (problem is None) == (changed == entry)
    assert problem is None or problem.seq == entry.seq


@given(st.sampled_from(FOUR), st.sampled_from(["seq", "at_ms"]), st.integers())
def test_any_number_that_is_changed_is_found(entry: Entry, field: str, number: int) -> None:
    changed = replace(entry, **{field: number})
    problem = verify([*FOUR[: entry.seq - 1], changed, *FOUR[entry.seq :]])

    assert (problem is None) == (changed == entry)


@given(st.integers(1, 20), st.data())
def test_an_entry_that_was_taken_out_is_named_unless_it_was_the_last(
    length: int, data: st.DataObject
) -> None:
    entries = chained(*map(str, range(length)))
    seq = data.draw(st.integers(1, length))
    problem = verify([*entries[: seq - 1], *entries[seq:]])

    assert problem == (None if seq == length else Problem(seq, "is missing"))


@given(st.permutations(FOUR))
def test_another_order_is_found_at_the_first_entry_that_is_out_of_place(entries: list[Entry]) -> None:
    problem = verify(entries)

    assert (problem is None) == (entries == FOUR)


@given(st.integers(0, 4), st.sampled_from(FOUR), TEXTS)
def test_an_entry_that_was_put_in_is_found(place: int, model: Entry, after: str) -> None:
    made_up = sealed(replace(model, after=after))
    entries = [*FOUR[:place], made_up, *FOUR[place:]]

    assert verify(entries) is not None


def test_an_entry_that_was_rewritten_with_its_hash_breaks_the_next() -> None:
    rewritten = sealed(replace(FOUR[1], after="{}"))
    problem = verify([FOUR[0], rewritten, *FOUR[2:]])

    assert problem == Problem(3, "does not follow on the entry before it: one of the two was changed")


def test_an_end_that_was_cut_off_shows_by_a_head_that_is_known() -> None:
    known, cut = Chain(FOUR[3].hash), Chain(FOUR[3].hash)
    for entry in FOUR:
        known.follow(entry)
    problems = [cut.follow(entry) for entry in FOUR[:3]]

    assert known.has_sought
    assert (problems, cut.has_sought) == ([None] * 3, False)


OLD: dict[str, Any] = {
    "seq": OLDER, "at_ms": 5, "actor": "kim", "action": "account.put", "subject": "a", "before": "", "after": "{}",
}  # fmt: skip


def test_entries_that_are_older_than_the_chain_are_counted_apart() -> None:
    chain = Chain()
    problems = [chain.follow(entry) for entry in [Entry(**OLD), Entry(**OLD), *FOUR]]

    assert problems == [None] * 6
    assert (chain.older, chain.entries) == (2, 4)


@pytest.mark.parametrize("old", [OLD | {"hash": FOUR[0].hash}, OLD | {"seq": -1}])
def test_an_entry_that_has_no_place_in_a_chain_is_none_that_is_older(old: dict[str, Any]) -> None:
    problem = verify([Entry(**old), *FOUR])

    assert problem is not None
    assert problem.how.startswith("stands where entry 1 should")


def test_an_entry_without_a_hash_is_none_that_is_older_once_the_chain_has_begun() -> None:
    problem = verify([FOUR[0], Entry(**OLD), *FOUR[1:]])

    assert str(problem) == "entry 0 stands where entry 2 should: it was put in, or the order was changed"


def test_what_has_no_canonical_form_has_no_hash() -> None:
    entry = replace(FOUR[0], why="\ud800", hash="")

    assert entry_hash(entry) is None
    assert verify([entry]) == Problem(1, "was changed: its hash is another")


def test_a_gap_is_named_with_its_length() -> None:
    entries = chained(*map(str, range(6)))

    assert verify([*entries[:2], *entries[5:]]) == Problem(3, "is missing, and all up to 5")
