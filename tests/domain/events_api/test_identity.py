"""Who the visitor is, by the first usable identity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.events_api.identity import Viewer, viewer_of

EVERYTHING = {
    "external_id": "ana",
    "email": "ana@shop.example",
    "phone": "+1555",
    "ttp": "cookie",
    "ttclid": "click",
    "ip": "198.51.100.7",
    "user_agent": "Firefox",
}
EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ZERO_HASH = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"


def key(**user: object) -> str | None:
    return viewer_of({"user": user}).key


def test_the_first_usable_identity_in_a_fixed_order_is_the_key() -> None:
    keys = []
    user: dict[str, object] = dict(EVERYTHING)
    for name in EVERYTHING:
        keys.append(key(**user))
        del user[name]

    assert keys == [
        "external_id:ana",
        "email:ana@shop.example",
        "phone:+1555",
        "ttp:cookie",
        "ttclid:click",
        "ip_ua:198.51.100.7|Firefox",
        None,
    ]


@pytest.mark.parametrize(
    "placeholder", ["0", 0, "", "undefined", "Null", "NONE", "nan", EMPTY_HASH, ZERO_HASH]
)
def test_a_placeholder_gives_way_to_the_next_identity(placeholder: object) -> None:
    assert key(external_id=placeholder, email=[placeholder], ttp="cookie") == "ttp:cookie"


@pytest.mark.parametrize("odd", [{"id": 1}, True, [[1]], 10**500, float("nan"), None, []])
def test_an_odd_identity_is_passed_over(odd: object) -> None:
    assert key(external_id=odd, email="ana@shop.example") == "email:ana@shop.example"


@pytest.mark.parametrize("odd", ["ana", 5, [1], None, [], "", "{"])
def test_an_odd_user_is_nobody(odd: object) -> None:
    assert viewer_of({"user": odd, "context": odd}) == Viewer()


def test_of_a_list_all_usable_values_count_in_any_order_and_once() -> None:
    assert key(external_id=["b", "0", "a", "b", None]) == key(external_id=["a", "b"]) == "external_id:a|b"


def test_an_address_and_a_hash_are_the_same_in_capitals() -> None:
    assert key(email="Ana@Shop.example") == key(email="ana@shop.example")
    assert key(external_id="AB" * 32) == key(external_id="ab" * 32)
    assert key(external_id="Ana") != key(external_id="ana")


@pytest.mark.parametrize(
    "event",
    [
        {"context": {"user": {"phone_number": "+1555"}}},
        {"user": {"phone_number": ["+1555"]}},
        {"user": {"phone": "+1555"}, "context": {"user": {}}},
        {"context": {"user": '{"phone_number": "+1555"}'}},
    ],
)
def test_the_user_is_found_where_either_version_puts_it(event: dict[str, object]) -> None:
    assert viewer_of(event).key == "phone:+1555"


def test_the_click_of_1_0_stands_in_the_ad() -> None:
    assert viewer_of({"context": {"ad": {"callback": "click"}}}).key == "ttclid:click"


def test_address_and_agent_are_found_where_either_version_puts_them() -> None:
    old = viewer_of({"context": {"ip": "198.51.100.7", "user_agent": "Firefox"}})
    new = viewer_of({"user": {"ip": "198.51.100.7", "user_agent": "Firefox"}})

    assert old == new == Viewer("ip_ua:198.51.100.7|Firefox", "198.51.100.7", "Firefox")


@pytest.mark.parametrize("half", [{"ip": "198.51.100.7"}, {"user_agent": "Firefox"}])
def test_an_address_or_an_agent_alone_is_no_identity(half: dict[str, object]) -> None:
    assert key(**half) is None


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("198.51.100.7, 10.0.0.1", "198.51.100.7"),
        ("unknown, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        (["", "198.51.100.7"], "198.51.100.7"),
        ("0.0.0.0", None),
        ("::", None),
        ("x" * 65, None),
        (" , ", None),
    ],
)
def test_of_a_list_of_proxies_the_visitor_is_the_first(sent: object, address: str | None) -> None:
    assert viewer_of({"user": {"ip": sent}}).ip == address


@pytest.mark.parametrize(
    ("user", "device"),
    [
        ({"idfa": "A-1", "gaid": "G-1"}, "A-1"),
        ({"idfa": "00000000-0000-0000-0000-000000000000", "idfv": "V-1"}, "V-1"),
        ({"idfa": "", "gaid": ""}, None),
    ],
)
def test_a_device_is_kept_beside_the_visitor(user: dict[str, object], device: str | None) -> None:
    assert viewer_of({"user": user}) == Viewer(device_id=device)


@given(st.lists(st.text(min_size=1, max_size=300), max_size=5), st.text(max_size=2000))
def test_keys_and_agents_fit_whatever_is_sent(ids: list[str], user_agent: str) -> None:
    viewer = viewer_of({"user": {"external_id": ids, "ip": "198.51.100.7", "user_agent": user_agent}})

    assert 0 < len(viewer.key or "-") <= 256
    assert len(viewer.user_agent or "") <= 1024


def test_visitors_who_differ_behind_a_long_beginning_stay_apart() -> None:
    assert key(external_id="x" * 300 + "1") != key(external_id="x" * 300 + "2")
