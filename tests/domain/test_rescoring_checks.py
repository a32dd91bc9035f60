"""What may be taken out: filters that are neither too wide nor too narrow, and spans inside the window."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.archive.addresses import IPV4_BITS, IPV6_BITS, cut_address
from leaderboard.domain.rescoring_checks import BITS, faults, known_network
from leaderboard.domain.rescorings import ExcludeHost, Outage, VoidViews

WINDOW = (1_000, 9_000)


def fields(what: Any) -> list[str]:
    return [fault.field for fault in faults(what, *WINDOW)]


def filters(**given: Any) -> list[str]:
    return fields(VoidViews(**given))


@pytest.mark.parametrize(
    "given",
    [
        {"network": "203.0.113.0/24"}, {"agent": "Bot"}, {"device": "0" * 16}, {"session": "s"},
        {"account": "a", "from_ms": 1_000, "until_ms": 9_000}, {"agent": "Bot", "from_ms": 8_999},
    ],
)  # fmt: skip
def test_a_filter_names_at_least_something_that_is_not_everybody(given: dict[str, Any]) -> None:
    assert filters(**given) == []


@pytest.mark.parametrize(
    "given", [{}, {"account": "a"}, {"account": "a", "from_ms": 1_000}, {"from_ms": 1_000, "until_ms": 2_000}]
)
def test_an_account_alone_or_a_span_alone_is_too_little(given: dict[str, Any]) -> None:
    assert filters(**given) == [""]


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_a_network_of_ipv4_has_8_to_24_bits(address: int, bits: int) -> None:
    network = ip_network((address >> (32 - bits) << (32 - bits), bits))

    assert filters(network=str(network)) == ([] if 8 <= bits <= 24 else ["network"])


@given(st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_a_network_of_ipv6_has_16_to_48_bits(address: int, bits: int) -> None:
    # A first bit is set, so that it is no IPv4 address written as IPv6.
    network = ip_network((((1 << 127) | address) >> (128 - bits) << (128 - bits), bits))

    assert filters(network=str(network)) == ([] if 16 <= bits <= 48 else ["network"])


def test_no_network_is_narrower_than_the_archive_keeps_addresses() -> None:
    assert (BITS[4][1], BITS[6][1]) == (IPV4_BITS, IPV6_BITS)


@given(st.ip_addresses(v=4))
def test_a_cut_address_lies_where_the_whole_one_lay(address: Any) -> None:
    network = known_network(f"{address}/{IPV4_BITS}")
    cut = known_network(str(cut_address(str(address))))

    assert network is not None
    assert cut is not None
    assert cut.network_address in network


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("203.0.113.9/24", "203.0.113.0/24"),
        ("203.0.113.9", "203.0.113.9/32"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::/8", "::/8"),
        ("fe80::%eth0/48", None),
        ("kitchen", None),
        ("203.0.113.0/33", None),
        (" 203.0.113.0/24", None),
    ],
)
def test_a_network_has_one_spelling(text: str, known: str | None) -> None:
    found = known_network(text)

    assert (str(found) if found else None) == known


@pytest.mark.parametrize(
    ("span", "wrong"),
    [
        ((1_000, 9_000), []),
        ((999, 9_000), ["from"]),
        ((1_000, 9_001), ["until"]),
        ((5_000, 5_000), ["until"]),
        ((6_000, 5_000), ["until"]),
        ((0, 10_000), ["from", "until"]),
    ],
)
def test_a_span_lies_in_the_window_and_has_a_length(span: tuple[int, int], wrong: list[str]) -> None:
    assert fields(Outage(from_ms=span[0], until_ms=span[1])) == wrong
    assert filters(agent="Bot", from_ms=span[0], until_ms=span[1]) == wrong


def test_a_host_is_looked_up_elsewhere() -> None:
    assert fields(ExcludeHost(account="a", host="h")) == []
