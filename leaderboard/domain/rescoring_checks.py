"""What may be taken out of a campaign: filters that are neither too wide nor too narrow, spans inside its window.

Whether accounts and hosts are there is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, NamedTuple

from leaderboard.domain.rescorings import ExcludeHost, VoidViews, What
from leaderboard.domain.times import rfc3339

Network = IPv4Network | IPv6Network

# IP version → the fewest and the most bits of a network. A mistyped wide one would take out a whole campaign. A
# narrower one could not be recounted: the archive cuts addresses to networks of this size after a while.
BITS: Final = {4: (8, 24), 6: (16, 48)}
_MAPPED_BITS: Final = 96


class Fault(NamedTuple):
    """What is wrong with a field, and how to mend it."""

    field: str
    detail: str


def known_network(text: str) -> Network | None:
    """The network that an address or CIDR means, the IPv4 one where it is written as IPv6; None for no network."""
    try:
        found = ip_network(text, strict=False)
    except ValueError:
        return None
    if "%" in text:
        return None  # a zone names an interface of one machine
    mapped = found.network_address.ipv4_mapped if isinstance(found, IPv6Network) else None
    if mapped and found.prefixlen >= _MAPPED_BITS:
        return ip_network((int(mapped), found.prefixlen - _MAPPED_BITS))
    return found


def faults(what: What, starts_ms: int, ends_ms: int) -> list[Fault]:
    """All that is wrong with it in a campaign whose window is `[starts_ms, ends_ms)`; nothing where it may be asked."""
    window = (starts_ms, ends_ms)
    if isinstance(what, VoidViews):
        return [*_of_filter(what), *_of_span(what.from_ms, what.until_ms, window)]
    return [] if isinstance(what, ExcludeHost) else list(_of_span(what.from_ms, what.until_ms, window))


def _of_filter(what: VoidViews) -> Iterator[Fault]:
    has_span = what.from_ms is not None and what.until_ms is not None
    if not (what.network or what.agent or what.device or what.session or (what.account and has_span)):
        yield Fault(
            "",
            "names too little: give network, user_agent, device or live_session_id, or account_id with from and until",
        )
    if what.network:
        yield from _of_network(what.network)


def _of_network(text: str) -> Iterator[Fault]:
    network = known_network(text)
    if network is None:
        yield Fault("network", f"is not an address or network such as 203.0.113.0/24: {text!r}")
        return
    fewest, most = BITS[network.version]
    if network.prefixlen < fewest:
        yield Fault("network", f"{network} is too wide: give one of /{fewest} or narrower")
    if network.prefixlen > most:
        wider = network.supernet(new_prefix=most)
        detail = f"{network} is too narrow, since the archive cuts addresses to /{most} after a while: give {wider}"
        yield Fault("network", f"{detail}, and user_agent or device beside it")


def _of_span(from_ms: int | None, until_ms: int | None, window: tuple[int, int]) -> Iterator[Fault]:
    starts_ms, ends_ms = window
    for name, at_ms in (("from", from_ms), ("until", until_ms)):
        if at_ms is not None and not starts_ms <= at_ms <= ends_ms:
            inside = f"{rfc3339(starts_ms)} to {rfc3339(ends_ms)}"
            yield Fault(name, f"is outside of the campaign's window, {inside}")
    if from_ms is not None and until_ms is not None and from_ms >= until_ms:
        yield Fault("until", "must be after from")
