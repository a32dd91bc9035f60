"""Rescorings: what follows on what, when they were in force, and what two persons decide together."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leaderboard.domain.payouts import Person
from leaderboard.domain.rescoring_steps import (
    OPEN,
    as_applied,
    as_asked_again,
    as_cancelled,
    as_reversed,
    check_applier,
    check_preview,
    check_reverser,
    is_same,
    preview_sha256,
    rescoring_id,
)
from leaderboard.domain.rescorings import (
    ExcludeHost,
    Outage,
    Preview,
    Rescoring,
    RescoringRefused,
    State,
    VoidViews,
    in_force,
)

STATES: tuple[State, ...] = get_args(State)
WHAT = VoidViews(network="203.0.113.0/24")
ASKED = Rescoring(id="one", campaign="c", what=WHAT, reason="Bought.", by="t-kim", at_ms=5)
PREVIEW = Preview(at_ms=6, views=1, live_ms=0, accounts=1, moved=(), pays_otherwise=False)
PREPARED = replace(ASKED, state="prepared", preview=PREVIEW)
KIM, LEA = Person("t-kim", "Kim"), Person("t-lea", "Lea")

POSSIBLE = {
    ("preparing", "prepared"), ("preparing", "failed"), ("preparing", "cancelled"),
    ("prepared", "preparing"), ("prepared", "applied"), ("prepared", "cancelled"),
    ("applied", "reversed"), ("failed", "preparing"), ("failed", "cancelled"),
}  # fmt: skip


def code_of(*arguments: Any) -> str:
    """With which a check refuses, or nothing."""
    check, *rest = arguments
    try:
        check(*rest)
    except RescoringRefused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(("before", "after"), list(product(STATES, STATES)))
def test_a_state_follows_on_those_before_it_alone(before: State, after: State) -> None:
    rescoring = replace(ASKED, state=before)
    if (before, after) in POSSIBLE:
        assert rescoring.moved(after) == replace(rescoring, state=after, version=2)
    else:
        with pytest.raises(RescoringRefused, match=f"that is {before} cannot become {after}: "):
            rescoring.moved(after)


def test_what_people_do_is_noted_with_who_and_when() -> None:
    applied = as_applied(PREPARED, "t-lea", 7)
    back = as_reversed(applied, "t-kim", 9, "The venue.")

    assert (applied.state, applied.applied_by, applied.applied_ms) == ("applied", "t-lea", 7)
    assert (back.state, back.reversed_by, back.reversed_ms, back.reversed_reason) == (
        "reversed",
        "t-kim",
        9,
        "The venue.",
    )
    assert as_cancelled(PREPARED).state == "cancelled"
    assert as_asked_again(PREPARED) == replace(ASKED, version=2)


# ── In force ────────────────────────────────────────────────────────────────────────────────────


def test_a_rescoring_is_in_force_from_its_application_to_its_reversal() -> None:
    back = as_reversed(as_applied(PREPARED, "t-lea", 7), "t-kim", 9, "x")

    assert [back.in_force_at(at_ms) for at_ms in (6, 7, 8, 9, 10, None)] == [
        False, True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_only_what_is_applied_is_in_force(state: State) -> None:
    assert replace(ASKED, state=state).in_force_at(None) == (state == "applied")


def test_what_is_in_force_comes_in_the_order_of_ids() -> None:
    voids = [Outage(from_ms=0, until_ms=n) for n in (1, 2, 3)]
    rescorings = [
        replace(ASKED, id=name, what=void, state="applied", applied_ms=at_ms)
        for name, void, at_ms in zip(("b", "c", "a"), voids, (1, 2, 3), strict=True)
    ]

    assert in_force(rescorings) == (voids[2], voids[0], voids[1])
    assert in_force(rescorings, 2) == (voids[0], voids[1])


# ── The same, and another ───────────────────────────────────────────────────────────────────────


def test_the_same_words_of_the_same_caller_are_the_same() -> None:
    assert is_same(ASKED, VoidViews(network="203.0.113.0/24"), "Bought.", "t-kim")
    assert not is_same(ASKED, WHAT, "Other.", "t-kim")
    assert not is_same(ASKED, WHAT, "Bought.", "t-lea")
    assert not is_same(ASKED, replace(WHAT, account="a1"), "Bought.", "t-kim")
    assert frozenset(("preparing", "prepared")) == OPEN


@given(st.integers(0, 99), st.text(max_size=5))
def test_an_id_is_eight_letters_and_digits_and_others_have_another(number: int, reason: str) -> None:
    name = rescoring_id(WHAT, reason, "t", number)

    assert len(name) == 8
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert name == rescoring_id(WHAT, reason, "t", number)
    assert name not in (rescoring_id(WHAT, reason, "t", number + 1), rescoring_id(WHAT, reason, "u", number))


def test_a_preview_is_known_by_what_it_says() -> None:
    assert preview_sha256(PREVIEW) == preview_sha256(replace(PREVIEW))
    assert preview_sha256(PREVIEW) != preview_sha256(replace(PREVIEW, at_ms=7))
    assert code_of(check_preview, PREPARED, preview_sha256(PREVIEW)) == ""
    assert code_of(check_preview, PREPARED, "0" * 64) == "changed"
    assert code_of(check_preview, ASKED, preview_sha256(PREVIEW)) == "changed"


# ── Two persons ─────────────────────────────────────────────────────────────────────────────────


PREVIEWS = pytest.mark.parametrize(
    "preview",
    [PREVIEW, replace(PREVIEW, pays_otherwise=True), replace(PREVIEW, views=0, accounts=0)],
    ids=["pays as before", "pays otherwise", "takes nothing out"],
)


@PREVIEWS
def test_who_prepared_it_does_not_apply_it_by_any_token_whatever_its_preview_says(preview: Preview) -> None:
    prepared = replace(PREPARED, preview=preview)

    assert code_of(check_applier, prepared, KIM, "Kim") == "same_person"
    assert code_of(check_applier, prepared, Person("t-other", "kim "), "Kim") == "same_person"
    assert code_of(check_applier, prepared, LEA, "Kim") == ""


@PREVIEWS
def test_who_applied_it_does_not_reverse_it_by_any_token_whatever_its_preview_says(preview: Preview) -> None:
    applied = as_applied(replace(PREPARED, preview=preview), "t-lea", 7)

    assert code_of(check_reverser, applied, LEA, "Lea") == "same_person"
    assert code_of(check_reverser, applied, Person("t-other", "lea "), "Lea") == "same_person"
    assert code_of(check_reverser, applied, KIM, "Lea") == ""


@pytest.mark.parametrize(
    "what", [WHAT, VoidViews(), Outage(from_ms=1, until_ms=2), ExcludeHost(account="a", host="h")]
)
def test_what_is_stored_is_read_back(what: Any) -> None:
    rescoring = as_applied(replace(PREPARED, what=what), "t-lea", 7)

    assert msgspec.json.decode(msgspec.json.encode(rescoring), type=Rescoring) == rescoring
