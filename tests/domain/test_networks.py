"""Which network an address lies in, against `ipaddress`, which tries them one after the other."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.networks import known_address, read_networks, v4_number

# Few addresses, so that networks touch, hold each other, and are hit at their edges.
V4 = st.builds(
    lambda low, bits: str(ip_network((low, bits), strict=False)), st.integers(0, 600), st.integers(20, 32)
)
V6 = st.builds(
    lambda low, bits: str(ip_network((IPv6Address(low), bits), strict=False)),
    st.integers(0, 600),
    st.integers(110, 128),
)


@given(networks=st.lists(V4 | V6, max_size=12), number=st.integers(0, 700))
def test_an_address_is_held_by_whatever_network_has_it(networks: list[str], number: int) -> None:
    found = read_networks(networks)

    for address in (IPv4Address(number), IPv6Address(number)):
        assert found.holds(address) == any(
            address in ip_network(network)
            for network in networks
            if ip_network(network).version == address.version
        )


@given(st.ip_addresses(v=4))
def test_an_address_of_four_numbers_is_read_by_hand(address: IPv4Address) -> None:
    assert v4_number(str(address)) == int(address)


@pytest.mark.parametrize(
    "text", ["1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.+4", "1.2.3.x", "::1", ""]
)
def test_by_hand_nothing_else_is_read(text: str) -> None:
    assert v4_number(text) is None


def test_networks_that_touch_are_one() -> None:
    assert len(read_networks(["10.0.0.0/9", "10.128.0.0/9"], ["11.0.0.0/8", "2001:db8::/32"])) == 2


def test_a_list_may_have_comments_and_empty_lines_and_single_addresses() -> None:
    found = read_networks(["# a list", "", "192.0.2.7  # one", "2001:db8::1"])

    assert found.holds(ip_address("192.0.2.7"))
    assert found.holds(ip_address("2001:db8::1"))
    assert not found.holds(ip_address("192.0.2.8"))


@pytest.mark.parametrize(
    "wrong", ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/-1", "example.org", "2001:db8::1/32"]
)
def test_what_is_no_network_is_named_with_its_line(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"^line 2: .* is no network such as"):
        read_networks(["192.0.2.0/24", wrong])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", ip_address("192.0.2.7")),
        ("::ffff:192.0.2.7", ip_address("192.0.2.7")),
        ("2001:db8::1%eth0", ip_address("2001:db8::1%eth0")),
        ("192.0.2.7:443", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_an_address_is_read_as_it_is_meant(text: str, address: object) -> None:
    assert known_address(text) == address
