"""Sessions: what a cookie is, whose form a form is, and until when somebody stays signed in."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.sessions import (
    cookie_text,
    form_token,
    is_form_token,
    is_link_code,
    is_usable,
    session_until,
    split_cookie,
)
from leaderboard.domain.tokens import ROLES, Token

SECRET = "s" * 43
TOKEN = Token(id="a" * 12, role="agency", name="Ana", created_ms=0, secret_hash="", agency="north")


def test_a_cookie_is_taken_apart_as_it_was_made() -> None:
    assert split_cookie(cookie_text(TOKEN.id, SECRET)) == (TOKEN.id, SECRET)


@given(st.text())
def test_other_texts_are_no_cookie(text: str) -> None:
    assert split_cookie(text) is None


@pytest.mark.parametrize("text", ["", "a" * 42, "a" * 44, "a" * 42 + "/", "ä" * 43])
def test_other_texts_are_no_code_of_a_link(text: str) -> None:
    assert not is_link_code(text)


@given(st.text(max_size=20))
def test_a_form_is_of_the_session_that_it_was_made_for_whatever_its_salt(salt: str) -> None:
    token = form_token(SECRET, salt.replace(".", ""))

    assert is_form_token(SECRET, token)
    assert not is_form_token("t" * 43, token)


@given(st.text())
def test_other_texts_are_of_no_form(text: str) -> None:
    assert not is_form_token(SECRET, text)


def test_forms_of_one_session_differ() -> None:
    assert form_token(SECRET, "a").partition(".")[2] != form_token(SECRET, "b").partition(".")[2]


def test_a_token_is_usable_until_it_ends() -> None:
    ended = msgspec.structs.replace(TOKEN, expires_ms=100)

    assert [is_usable(ended, now_ms) for now_ms in (99, 100, 101)] == [True, False, False]
    assert not is_usable(msgspec.structs.replace(TOKEN, revoked_ms=1), 99)


def test_everybody_but_a_machine_may_sign_in() -> None:
    usable = {role for role in ROLES if is_usable(msgspec.structs.replace(TOKEN, role=role), 0)}

    assert usable == set(ROLES) - {"ingest"}


@given(st.integers(1, 10**6), st.integers(1, 10**6) | st.none(), st.integers(1, 10**6))
def test_a_session_outlives_neither_its_time_nor_its_token(
    now_ms: int, expires_ms: int | None, lifetime_ms: int
) -> None:
    until_ms = session_until(msgspec.structs.replace(TOKEN, expires_ms=expires_ms), now_ms, lifetime_ms)

    assert until_ms == min(now_ms + lifetime_ms, expires_ms or now_ms + lifetime_ms)
