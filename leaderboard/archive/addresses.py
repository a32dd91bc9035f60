"""Cutting network addresses: sealed segments are rewritten with /24 (IPv4) and /48 (IPv6) networks in their place.

The new file is written first, then the manifest says so, then the file takes the other's place. After a crash in
between, `finish` completes what the manifest has, and clears away what it does not have.
"""

from __future__ import annotations

from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Final

from msgspec import structs

from leaderboard.archive import durable, manifest
from leaderboard.archive.frames import texts
from leaderboard.archive.layout import Layout
from leaderboard.archive.lines import with_addresses
from leaderboard.archive.manifest import Sealed
from leaderboard.archive.sealing import Stopping, pack

IPV4_BITS: Final = 24
IPV6_BITS: Final = 48


def cut_address(address: str) -> str | None:
    """The network of an address; None for a text that is no address, since nobody knows what part to leave."""
    try:
        known = ip_address(address)
    except ValueError:
        return None
    return _network(known)


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return f"::ffff:{_network(address.ipv4_mapped)}"
    bits = IPV4_BITS if isinstance(address, IPv4Address) else IPV6_BITS
    # A zone (fe80::1%eth0) names an interface; an integer leaves it out.
    plain = type(address)(int(address))
    return str(ip_network((plain, bits), strict=False).network_address)


def due(lines: dict[int, Sealed], before_ms: int) -> int | None:
    """The first segment whose events were all received before `before_ms` and whose addresses are whole."""
    for number, line in lines.items():
        if line.last_received_ms < before_ms and not line.addresses_cut:
            return number
    return None


def cut_segment(layout: Layout, number: int, stopping: Stopping) -> None:
    """Cuts the addresses of a sealed segment. Repeatable; Abandoned when `stopping` says so."""
    line = manifest.newest(layout.manifest)[number]
    if line.addresses_cut:
        return
    draft = layout.cut_draft(number)
    pieces = (with_addresses(text, cut_address) for text in texts(layout.sealed(number)))
    size, digest = pack(pieces, draft, stopping)
    durable.sync_directory(draft.parent)
    cut = structs.replace(line, bytes=size, sha256=digest, addresses_cut=True, replaces=line.sha256)
    manifest.append(layout.manifest, cut)
    durable.move(draft, layout.sealed(number))


def finish(layout: Layout) -> None:
    """Completes, after a crash, the cut that the manifest tells of, and clears away any other draft."""
    lines = manifest.newest(layout.manifest)
    for draft in layout.segments.glob("*.cut"):
        line = lines.get(int(draft.stem))
        if line and line.addresses_cut and line.sha256 == hash_of(draft):
            durable.move(draft, layout.sealed(line.segment))
        else:
            durable.remove(draft)


def hash_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
