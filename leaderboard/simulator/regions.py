"""Regions of a made-up platform: their clocks, their people, and the networks through which these come.

A person is a number, region and place in one; who they are (visitor id, phone, home, carrier) follows from it.
Addresses are numbers too: an IPv4 address as it is, of IPv6 the first 64 bits, which are never below 2^32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from leaderboard.simulator.chance import Floats, Ids, Ints, mixed, pick, trait, zipf

# Of these, published lists of clouds and hosters name nothing, so that nobody who lives here is taken for a machine.
HOME_OCTETS: Final = (
    *(2, 12, 14, 41, 42, 59, 60, 61, 73, 90, 105, 113, 117, 125, 126, 133, 153, 154, 171, 181, 183, 187),
    *(189, 190, 196, 197, 200, 210, 211, 218, 219, 221, 222),
)
V6_BLOCKS: Final = (0x2A02_0000, 0x2409_4000, 0x2A01_CB00, 0x2804_0F00, 0x2001_0E00)
INTERESTS: Final = 6
FRESH: Final = 1 << 31  # places from here on belong to people whom no other account reaches
FAKES: Final = 1 << 48  # numbers from here on are no people
_OFFSETS_H: Final = (-8, -6, -5, -3, 0, 1, 3, 7, 8, 9)

_AT_HOME, _HOME, _SUBNET, _CARRIER, _V6, _PHONE, _VISITOR, _DEVICE = range(8)  # salts of traits


@dataclass(frozen=True)
class Region:
    """`carriers` are the networks of its mobile carriers, whose addresses thousands share, by falling share.

    `mobile` is the share of views that come through them. `phones` are ranks of popularity to places in the list.
    """

    index: int
    offset_h: int
    people: int
    tail: float
    small: bool
    mobile: float
    carriers: Ids
    carrier_sums: Floats
    homes: Ids
    v6: float
    v6_block: int
    phones: Ints
    phone_sums: Floats


def make_region(rng: Generator, index: int, people: int, phones: int, *, small: bool, shift: bool) -> Region:
    """In a small region two to four /24s carry about 39 % of all that an account there sees."""
    octets = np.array(HOME_OCTETS, dtype=np.uint64)[[index % 33, (index + 11) % 33, (index + 22) % 33]]
    carriers = _carriers(rng, small=small, shift=shift)
    return Region(
        index=index,
        offset_h=_OFFSETS_H[index % len(_OFFSETS_H)],
        people=people,
        tail=float(rng.uniform(1.9, 2.6) if shift else rng.uniform(1.6, 2.1)),
        small=small,
        mobile=float(rng.normal(0.33, 0.03) if small else rng.uniform(0.40, 0.65)),
        carriers=_networks(rng, octets[:1], carriers),
        carrier_sums=zipf(carriers, float(rng.uniform(0.3, 0.7) if small else rng.uniform(0.5, 1.0))),
        homes=_networks(rng, octets[1:], max(60, people // int(rng.integers(12, 60)))),
        v6=float(rng.uniform(0.0, 0.08) if small else rng.uniform(0.05, 0.5)),
        v6_block=V6_BLOCKS[index % len(V6_BLOCKS)] + index,
        phones=_reordered(rng, phones),
        phone_sums=zipf(phones, float(rng.uniform(0.75, 0.95))),
    )


def _carriers(rng: Generator, *, small: bool, shift: bool) -> int:
    if small:
        return int(rng.integers(2, 4 if shift else 5))
    return int(rng.integers(8, 30) if shift else rng.integers(20, 120))


def _networks(rng: Generator, octets: Ids, count: int) -> Ids:
    """So many different /24s somewhere behind the octets."""
    places = rng.choice(len(octets) << 16, size=count, replace=False).astype(np.uint64)
    block = octets[(places >> np.uint64(16)).astype(np.int64)] << np.uint64(24)
    return np.asarray(block | ((places & np.uint64(0xFFFF)) << np.uint64(8)))


def _reordered(rng: Generator, count: int) -> Ints:
    """Every region has its own taste, near to the world's."""
    return np.argsort(np.arange(count) * rng.lognormal(0.0, 0.5, count)).astype(np.int64)


def drawn(rng: Generator, region: Region, count: int, interest: int) -> Ids:
    """So many different people, the busy ones sooner; about a third because of what they like."""
    found: Ids = np.zeros(0, dtype=np.uint64)
    count = min(count, region.people * 2 // 3)
    while len(found) < count:
        more = int((count - len(found)) * 1.4) + 16
        place = (region.people * rng.random(more) ** region.tail).astype(np.int64)
        likes = rng.random(more) < 0.3
        place = np.where(likes, place - place % INTERESTS + interest, place)
        fresh = place.astype(np.uint64) + np.uint64(region.index << 32)
        found = _distinct(np.concatenate([found, fresh]))
    return found[:count]


def _distinct(ids: Ids) -> Ids:
    """Each once, in the order of their first coming."""
    _, first = np.unique(ids, return_index=True)
    return np.asarray(ids[np.sort(first)])


def visitor_of(people: Ids, seed: int) -> Ids:
    """The visitor id of each, the same wherever they go."""
    return mixed(people, seed * 64 + _VISITOR)


def device_of(people: Ids, seed: int) -> Ids:
    """The device of each; never 0."""
    return mixed(people, seed * 64 + _DEVICE) | np.uint64(1)


def phone_of(people: Ids, seed: int, region: Region) -> Ints:
    """The place of their phone in the list of agents."""
    return region.phones[pick(region.phone_sums, trait(people, seed * 64 + _PHONE))]


def address_of(rng: Generator, people: Ids, seed: int, region: Region) -> Ids:
    """Where each comes from this time: at home always the same address, out and about one of their carrier's many."""
    leaning = np.clip(region.mobile + 0.5 * (trait(people, seed * 64 + _AT_HOME) - 0.5), 0.02, 0.98)
    out = rng.random(len(people)) < leaning
    return np.where(out, carrier_address(rng, people, seed, region), home_address(people, seed, region))


def home_address(people: Ids, seed: int, region: Region) -> Ids:
    """One of a provider's, or one in a /48 of their own where there is IPv6."""
    where = mixed(people, seed * 64 + _HOME)
    home = region.homes[(where % np.uint64(len(region.homes))).astype(np.int64)]
    v4 = home | (np.uint64(2) + (where >> np.uint64(40)) % np.uint64(252))
    v6 = _v6(region, np.uint64(0x100) + (where >> np.uint64(20)) % np.uint64(0xFE00), where >> np.uint64(44))
    return np.where(trait(people, seed * 64 + _V6) < region.v6, v6, v4)


def carrier_address(rng: Generator, people: Ids, seed: int, region: Region) -> Ids:
    """Their carrier's network stays the same, the address in it does not."""
    mine = pick(region.carrier_sums, trait(people, seed * 64 + _CARRIER))
    v4 = region.carriers[mine] | rng.integers(1, 255, len(people)).astype(np.uint64)
    subnet = mixed(people, seed * 64 + _SUBNET)
    v6 = _v6(region, np.uint64(1) + mine.astype(np.uint64) % np.uint64(0xFF), subnet)
    return np.where(trait(people, seed * 64 + _V6) < region.v6, v6, v4)


def _v6(region: Region, third: Ids | np.uint64, subnet: Ids) -> Ids:
    return np.asarray(
        np.uint64(region.v6_block << 32) | (np.asarray(third) << np.uint64(16)) | (subnet & np.uint64(0xFFFF))
    )
