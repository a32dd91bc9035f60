"""Who somebody is whom a provider signed in: the same id each time, and what claims tell."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.openid import (
    NotHere,
    identity_of,
    is_safe_address,
    name_of,
    person_id,
    person_of,
    role_of,
    values_of,
)
from leaderboard.domain.sessions import cookie_text, split_cookie

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.text())
def test_an_id_has_the_shape_that_sessions_need(identity: str) -> None:
    found = person_id(identity)

    assert re.fullmatch("[a-z0-9]{12}", found)
    assert split_cookie(cookie_text(found, "a" * 43)) == (found, "a" * 43)


def test_an_id_stays_what_it_was() -> None:
    """Whoever decided under it is the same person for good: another way of making ids would break two-person rules."""
    assert person_id(identity_of("https://login.example.com", "person-1")) == "j1aqq1ls1wyn"


def test_the_same_subject_of_another_issuer_is_somebody_else() -> None:
    ids = {person_id(identity_of(issuer, "1")) for issuer in ("https://a.example", "https://b.example")}

    assert len(ids) == 2


@pytest.mark.parametrize(
    ("claims", "name", "values"),
    [
        ({"groups": ["a", "b"]}, "groups", ["a", "b"]),
        ({"groups": "a"}, "groups", ["a"]),
        ({"realm": {"roles": ["a"]}}, "realm.roles", ["a"]),
        ({"https://example.com/roles": ["a"]}, "https://example.com/roles", ["a"]),
        ({"groups": ["a", 1, None, ""]}, "groups", ["a"]),
        ({"groups": {"a": True}}, "groups", []),
        ({"realm": "a"}, "realm.roles", []),
        ({}, "groups", []),
        ({"groups": ["a"]}, "", []),
    ],
)
def test_a_claim_is_a_text_or_a_list_of_texts(claims: dict[str, Any], name: str, values: list[str]) -> None:
    assert values_of(claims, name) == values


def test_of_several_roles_the_first_in_the_configuration_counts() -> None:
    assert role_of({"groups": ["b", "a"]}, "groups", {"a": "reviewer", "b": "admin"}) == "reviewer"


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"sub": "1", "name": " Olga  Open\n"}, "Olga Open"),
        ({"sub": "1", "name": "", "preferred_username": "olga"}, "olga"),
        ({"sub": "1", "name": "\x00", "email": "olga@example.com"}, "olga@example.com"),
        ({"sub": "1", "name": "O" * 300}, "O" * 200),
        ({"sub": "1", "name": "Olga\u202egro"}, "Olga gro"),
        ({"sub": "1"}, "1"),
        ({"sub": "\n"}, "unnamed"),
    ],
)
def test_people_are_called_as_the_provider_calls_them(claims: dict[str, Any], name: str) -> None:
    assert name_of(claims) == name


@given(st.dictionaries(st.sampled_from(["name", "email", "groups", "employer"]), JSON))
def test_whatever_a_provider_says_is_a_person_or_nobody(claims: dict[str, Any]) -> None:
    try:
        person = person_of(
            claims | {"sub": "1"},
            issuer="https://login.example.com",
            role_claim="groups",
            roles={"": "admin", "0": "agency"},
            agency_claim="employer",
        )
    except NotHere:
        return
    assert 0 < len(person.name) <= 200
    assert (person.agency is not None) == (person.role == "agency")


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://login.example.com", True),
        ("http://127.0.0.1:9400", True),
        ("http://[::1]:9400", True),
        ("http://localhost", True),
        ("http://login.example.com", False),
        ("http://localhost.example.com", False),
        ("http://localhost@example.com", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_without_tls_only_this_machine_is_asked(url: str, is_safe: bool) -> None:
    assert is_safe_address(url) == is_safe
