"""People who watch an account: what they see, when, from where and how long, each as the account's kind has it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.random import Generator

from leaderboard.simulator.accounts import AGAIN, CARTS, DWELL_S, LIVE, Account
from leaderboard.simulator.calendars import at_sessions, by_the_clock, kept_inside, session_at
from leaderboard.simulator.chance import Flags, Floats, Ids, Ints, pick, trait
from leaderboard.simulator.plan import MINUTE_MS
from leaderboard.simulator.regions import Region, address_of, device_of, phone_of, visitor_of

NO_AGENT: Final = -1
NO_SESSION: Final = -1
DESKTOPS_FROM: Final = 10_000  # numbers of agents: phones from 0, desktops from here, and so on
TABLETS_FROM: Final = 11_000
CRAWLERS_FROM: Final = 12_000
DATA_CENTRE, CRAWLER = 1, 2  # why a view is invalid; 0: it is not
_DESKTOP = 40  # the salt of a trait


@dataclass(frozen=True)
class Views:
    """Columns of views; all are as long. `who` is a place in the list of those who watch.

    0 is no address and no device. `appetite` is the chance that a view ends in the cart.
    """

    account: Ints
    who: Ints
    visitor: Ids
    at_ms: Ints
    source: Ints
    session: Ints
    product: Ints
    promoted: Flags
    dwell_s: Floats
    address: Ids
    agent: Ints
    device: Ids
    invalid: Ints
    fake: Flags
    appetite: Floats

    def __len__(self) -> int:
        return len(self.at_ms)


def joined(parts: list[Views]) -> Views:
    """One after the other."""
    return Views(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Views)))


def chosen(views: Views, rows: Flags | Ints) -> Views:
    """Some of the rows."""
    return Views(*(getattr(views, one.name)[rows] for one in fields(Views)))


@dataclass(frozen=True)
class Scene:
    """What all share: the seed, the regions by index, and how many agents of a kind there are."""

    seed: int
    regions: list[Region]
    desktops: int


@dataclass(frozen=True)
class Coming:
    """When and from where those who watch come first."""

    at_ms: Ints
    source: Ints


def comes(rng: Generator, account: Account, count: int) -> Coming:
    """To live sessions when they are on, else by the clock."""
    source = pick(account.sources, rng.random(count))
    at_ms = by_the_clock(rng, account.calendar, count)
    live = np.flatnonzero(source == LIVE)
    at_ms[live] = at_sessions(rng, account.calendar, len(live))[0]
    return Coming(at_ms, source)


def watch(rng: Generator, scene: Scene, account: Account, people: Ids, first: Coming | None = None) -> Views:
    """Their views, as many as they come back for. Nobody in it is fake."""
    first = first or comes(rng, account, len(people))
    who, coming, is_again = _again(rng, account, first)
    count = len(who)
    paid = (rng.random(count) < account.paid[coming.source]) & ~is_again
    at_ms = kept_inside(account.calendar, coming.at_ms)
    on_air = np.where(coming.source == LIVE, session_at(account.calendar, at_ms), NO_SESSION)
    likes = np.exp(0.4 * rng.standard_normal(len(people)))[who]
    stay = DWELL_S[coming.source] * account.dwell * likes * np.where(paid, 0.7, 1.0)
    # Some people buy often, most seldom.
    buys = np.exp(0.9 * rng.standard_normal(len(people)) - 0.405)[who]
    return Views(
        account=np.full(count, account.index, dtype=np.int64),
        who=who,
        visitor=visitor_of(people, scene.seed)[who],
        at_ms=at_ms,
        source=coming.source,
        session=on_air,
        product=pick(account.products, rng.random(count)),
        promoted=paid & (rng.random(count) < account.marked),
        dwell_s=stay * rng.lognormal(0.0, np.sqrt(max(0.01, account.spread**2 - 0.16)), count),
        address=_addresses(rng, scene, people[who]),
        agent=_agents(scene, people)[who],
        device=device_of(people, scene.seed)[who],
        invalid=np.zeros(count, dtype=np.int64),
        fake=np.zeros(count, dtype=bool),
        appetite=CARTS[coming.source] * account.carts * buys * np.where(paid, 0.7, 1.0),
    )


def as_sent(rng: Generator, account: Account, views: Views) -> Views:
    """Some fields get lost on the way, with some accounts more than with others."""
    count = len(views)
    dwell_s = np.round(np.clip(views.dwell_s, 0.5, 3_600.0), 1)
    has_address = rng.random(count) < account.gives_address
    has_agent = rng.random(count) < account.gives_agent
    # A door that does not see what gives a machine away lets it in.
    known = np.where((views.invalid == CRAWLER) & ~has_agent, DATA_CENTRE, views.invalid)
    known = np.where((known == DATA_CENTRE) & ~has_address, 0, known)
    return replace(
        views,
        invalid=known,
        dwell_s=np.where(rng.random(count) < account.gives_dwell, dwell_s, np.nan),
        address=np.where(has_address, views.address, np.uint64(0)),
        agent=np.where(has_agent, views.agent, NO_AGENT),
        device=np.where(rng.random(count) < account.gives_device, views.device, np.uint64(0)),
    )


def _again(rng: Generator, account: Account, first: Coming) -> tuple[Ints, Coming, Flags]:
    """Half of those who come again do so within minutes and on the same way, the others another time."""
    count = len(first.at_ms)
    comes_again = rng.random(count) < np.clip(AGAIN[first.source] * account.again, 0.0, 0.9)
    more = np.where(comes_again, rng.geometric(0.62, count), 0)
    again = np.repeat(np.arange(count), more)
    soon = rng.random(len(again)) < 0.5
    later = comes(rng, account, len(again))
    soon_ms = first.at_ms[again] + (rng.exponential(4.0, len(again)) * MINUTE_MS).astype(np.int64) + 1_000
    at_ms = np.concatenate([first.at_ms, np.where(soon, soon_ms, later.at_ms)])
    source = np.concatenate([first.source, np.where(soon, first.source[again], later.source)])
    is_again = np.arange(len(at_ms)) >= count
    return np.concatenate([np.arange(count), again]), Coming(at_ms, source), is_again


def _addresses(rng: Generator, scene: Scene, people: Ids) -> Ids:
    addresses = np.zeros(len(people), dtype=np.uint64)
    for region, rows in _by_region(scene, people):
        addresses[rows] = address_of(rng, people[rows], scene.seed, region)
    return addresses


def _agents(scene: Scene, people: Ids) -> Ints:
    agents = np.zeros(len(people), dtype=np.int64)
    for region, rows in _by_region(scene, people):
        agents[rows] = phone_of(people[rows], scene.seed, region)
    at_a_desk = trait(people, scene.seed * 64 + _DESKTOP)
    desk = DESKTOPS_FROM + (at_a_desk * 1e6).astype(np.int64) % scene.desktops
    return np.where(at_a_desk < 0.04, desk, agents)


def _by_region(scene: Scene, people: Ids) -> list[tuple[Region, Ints]]:
    index = ((people >> np.uint64(32)) & np.uint64(0xFF)).astype(np.int64)
    return [(scene.regions[at], np.flatnonzero(index == at)) for at in np.unique(index)]
