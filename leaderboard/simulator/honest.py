"""The audiences of honest accounts, those that look odd included: each kind has its own way of looking like a cheat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
from numpy.random import Generator

from leaderboard.simulator.accounts import LINK, LIVE, VIDEO, Account
from leaderboard.simulator.calendars import in_a_wave
from leaderboard.simulator.chance import Ids, Ints
from leaderboard.simulator.plan import DAY_MS, HOUR_MS, MINUTE_MS
from leaderboard.simulator.regions import FRESH, carrier_address, drawn
from leaderboard.simulator.watching import TABLETS_FROM, Coming, Scene, Views, comes, joined, watch

Kind: TypeAlias = "Callable[[Generator, Scene, Account, Ids], Views]"


def audience(rng: Generator, scene: Scene, account: Account) -> Ids:
    """Who watches: mostly people of the account's region, some from elsewhere, those of a new market from nowhere."""
    other = scene.regions[int(rng.integers(len(scene.regions)))]
    abroad = int(account.uv * account.abroad) if other.index != account.region.index else 0
    near = drawn(rng, account.region, account.uv - abroad, account.interest)
    everybody = np.concatenate([near, drawn(rng, other, abroad, account.interest)])
    if account.like == "new_market":
        unknown = rng.random(len(everybody)) < rng.uniform(0.40, 0.55)
        everybody = np.where(unknown, strangers(rng, account, len(everybody)), everybody)
    return everybody


def strangers(rng: Generator, account: Account, count: int) -> Ids:
    """People of the region whom nobody else has met."""
    places = rng.integers(FRESH, 2 * FRESH, count, dtype=np.uint64)
    return places + np.uint64(account.region.index << 32)


def honest_views(rng: Generator, scene: Scene, account: Account, people: Ids) -> Views:
    """What an honest audience sees, as the kind of the account has it."""
    return KINDS.get(account.like, watch)(rng, scene, account, people)


def _split(rng: Generator, people: Ids, share: float) -> tuple[Ids, Ids]:
    apart = rng.random(len(people)) < share
    return people[~apart], people[apart]


def _at(coming: Coming, at_ms: Ints, source: int) -> Coming:
    return Coming(at_ms, np.full_like(coming.source, source))


def venue_wifi(rng: Generator, scene: Scene, account: Account, people: Ids) -> Views:
    """A hall full of guests behind one address for some hours of some evenings; their phones are of all kinds."""
    home, guests = _split(rng, people, rng.uniform(0.15, 0.45))
    evenings = rng.choice(len(account.calendar.starts_ms), size=min(3, len(account.calendar.starts_ms)))
    begin = account.calendar.starts_ms[rng.choice(evenings, len(guests))]
    at_ms = begin + (rng.beta(1.5, 2.0, len(guests)) * rng.uniform(2, 5) * HOUR_MS).astype(np.int64)
    source = np.where(rng.random(len(guests)) < 0.6, LIVE, LINK)
    seen = watch(rng, scene, account, guests, Coming(at_ms, source))
    near = np.abs(seen.at_ms - at_ms[seen.who]) < HOUR_MS
    hall = _one_address(rng, account)
    seen = replace(seen, address=np.where(near & (rng.random(len(seen)) < 0.85), hall, seen.address))
    return joined([watch(rng, scene, account, home), seen])


def viral(rng: Generator, scene: Scene, account: Account, people: Ids) -> Views:
    """A clip is passed on: a wave of casual strangers, short and without much appetite, none of it paid."""
    usual, wave = _split(rng, people, rng.uniform(0.3, 0.65))
    passers = np.unique(rng.integers(0, account.region.people, len(wave))).astype(np.uint64)
    passers = np.setdiff1d(passers + np.uint64(account.region.index << 32), usual)
    first = comes(rng, account, len(passers))
    at_ms = in_a_wave(rng, account.calendar, len(passers))
    shallow = replace(
        account,
        again=account.again * rng.uniform(0.45, 0.9),
        carts=account.carts * rng.uniform(0.3, 0.8),
        dwell=account.dwell * rng.uniform(0.6, 1.0),
        paid=account.paid * 0.0,
    )
    return joined(
        [
            watch(rng, scene, account, usual),
            watch(rng, scene, shallow, passers, _at(first, at_ms, VIDEO)),
        ]
    )


def raided(rng: Generator, scene: Scene, account: Account, people: Ids) -> Views:
    """Another host sends over those who watch there: all within minutes. The last of `people` are these."""
    usual, guests = people[: account.uv], people[account.uv :]
    session = int(rng.integers(len(account.calendar.starts_ms)))
    begin = account.calendar.starts_ms[session] + int(rng.integers(10, 50)) * MINUTE_MS
    at_ms = begin + (rng.exponential(rng.uniform(1.5, 6.0), len(guests)) * MINUTE_MS).astype(np.int64)
    curious = replace(account, again=account.again * 0.7, carts=account.carts * 0.7)
    coming = Coming(at_ms, np.full(len(guests), LIVE))
    return joined([watch(rng, scene, account, usual), watch(rng, scene, curious, guests, coming)])


def school(rng: Generator, scene: Scene, account: Account, people: Ids) -> Views:
    """A class in one room: tablets of one or two models behind one address, in lessons, and nobody buys."""
    usual, _ = _split(rng, people, rng.uniform(0.2, 0.5))
    pupils = strangers(rng, account, max(25, len(people) - len(usual)))
    begin = _lessons(rng, account)[rng.integers(0, 4, len(pupils))]
    at_ms = begin + (rng.beta(1.2, 2.0, len(pupils)) * 45 * MINUTE_MS).astype(np.int64)
    taught = replace(
        account,
        again=account.again * rng.uniform(0.2, 0.6),
        carts=0.0,
        dwell=account.dwell * rng.uniform(0.8, 2.0),
        spread=float(rng.uniform(0.45, 0.7)),
    )
    seen = watch(rng, scene, taught, pupils, Coming(at_ms, np.full(len(pupils), LINK)))
    models = TABLETS_FROM + rng.integers(0, 8, 2)
    agent = models[(rng.random(len(pupils)) < 0.2).astype(np.int64)][seen.who]
    address = np.full(len(seen), _one_address(rng, account))
    return joined([watch(rng, scene, account, usual), replace(seen, agent=agent, address=address)])


def _lessons(rng: Generator, account: Account) -> Ints:
    """Four of them, in the morning by the clock on the wall."""
    days = rng.integers(0, max(1, (account.calendar.end_ms - account.calendar.start_ms) // DAY_MS), 4)
    hour = (9 + rng.integers(0, 4, 4) - account.region.offset_h) % 24
    return np.asarray(account.calendar.start_ms + days * DAY_MS + hour * HOUR_MS)


def qr_raffle(rng: Generator, scene: Scene, account: Account, people: Ids) -> Views:
    """Visitors of a fair scan a code once and go on: strangers, one short view, hardly a cart."""
    usual, _ = _split(rng, people, rng.uniform(0.35, 0.7))
    visitors = strangers(rng, account, max(25, len(people) - len(usual)))
    known = rng.random(len(visitors)) < 0.3
    visitors[known] = np.unique(drawn(rng, account.region, len(visitors), account.interest))[: known.sum()]
    visitors = np.setdiff1d(visitors, usual)
    opens = account.calendar.start_ms + int(rng.integers(account.calendar.end_ms - account.calendar.start_ms))
    at_ms = opens + (rng.beta(2.0, 2.0, len(visitors)) * rng.uniform(3, 8) * HOUR_MS).astype(np.int64)
    quick = replace(
        account,
        again=account.again * rng.uniform(0.05, 0.2),
        carts=account.carts * rng.uniform(0.02, 0.2),
        dwell=account.dwell * rng.uniform(0.3, 0.6),
        spread=float(rng.uniform(0.6, 0.9)),
    )
    seen = watch(rng, scene, quick, visitors, Coming(at_ms, np.full(len(visitors), LINK)))
    inside = np.where(
        rng.random(len(seen)) < rng.uniform(0.1, 0.5),
        _one_address(rng, account),
        carrier_address(rng, visitors[seen.who], scene.seed, account.region),
    )
    return joined([watch(rng, scene, account, usual), replace(seen, address=inside)])


def _one_address(rng: Generator, account: Account) -> np.uint64:
    home = account.region.homes[int(rng.integers(len(account.region.homes)))]
    return np.uint64(home + np.uint64(rng.integers(2, 254)))


KINDS: Final[dict[str, Kind]] = {
    "venue_wifi": venue_wifi,
    "viral": viral,
    "raid": raided,
    "school": school,
    "qr_raffle": qr_raffle,
}
