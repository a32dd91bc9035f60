"""Accounts of a made-up campaign: what each is like. The audience is drawn elsewhere.

Every figure varies from one account to the next, since honest accounts differ more than samples of one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from leaderboard.simulator.calendars import Calendar, make_calendar
from leaderboard.simulator.chance import Floats, shares, stream, zipf
from leaderboard.simulator.plan import HARD, HONEST, TrafficPlan
from leaderboard.simulator.regions import Region

SOURCES: Final = ("live", "video", "profile", "link", "store")
LIVE, VIDEO, PROFILE, LINK, STORE = range(5)
# By source: of a visitor's views how many put something into the cart, how many visitors come again, seconds of dwell.
CARTS: Final = np.array([0.060, 0.028, 0.050, 0.030, 0.090])
AGAIN: Final = np.array([0.45, 0.22, 0.40, 0.25, 0.48])
DWELL_S: Final = np.array([38.0, 11.0, 22.0, 16.0, 28.0])
_MIX: Final = np.array([9.0, 7.0, 2.0, 1.6, 1.4])

# Share of orders that come back. Live commerce: 30 to 50 % and more, women's wear 50 to 60 % (Economy Middle East).
REFUNDS: Final = {
    "beauty": 0.06,
    "electronics": 0.10,
    "home": 0.09,
    "food": 0.03,
    "toys": 0.07,
    "fashion": 0.22,
}
FASHION_REFUNDS: Final = (0.30, 0.60)
PRICES_MINOR: Final = {
    **{"beauty": 1_800, "electronics": 5_500, "home": 2_600, "food": 1_500},
    **{"toys": 2_000, "fashion": 3_200},
}
_MEDIAN_UV: Final = 2_700


@dataclass(frozen=True)
class Account:
    """`name` is the honest kind, or the attack; `like` the honest kind that lies below an attack.

    `carts`, `again` and `dwell` stretch what is usual at the source, `spread` is the deviation of the log of dwell.
    `paid` is the share of paid traffic by source, `marked` how much of it says so. `defective` is a product, or -1.
    """

    index: int
    id: str
    agency: str
    name: str
    like: str
    hard: bool
    category: str
    says_category: bool
    region: Region
    abroad: float
    uv: int
    interest: int
    sources: Floats
    paid: Floats
    marked: float
    products: Floats
    carts: float
    again: float
    dwell: float
    spread: float
    refunds: float
    defective: int
    gives_device: float
    gives_address: float
    gives_agent: float
    gives_dwell: float
    calendar: Calendar

    @property
    def is_attack(self) -> bool:
        """Whether its traffic is bought, by whomever."""
        return self.name != self.like


def make_accounts(seed: int, plan: TrafficPlan, regions: list[Region]) -> list[Account]:
    """All who take part. Their numbers say nothing of what they are."""
    ordinary = [(HONEST[at % len(HONEST)], HONEST[at % len(HONEST)]) for at in range(plan.ordinary)]
    hard = [(HARD[at % len(HARD)], HARD[at % len(HARD)]) for at in range(plan.hard)]
    cheats = [(attack, "") for attack, count in plan.attacks.items() for _ in range(count)]
    cast = [*ordinary, *hard, *cheats]
    order = stream(seed, "order").permutation(len(cast))
    agencies = stream(seed, "agencies").integers(0, max(2, len(cast) // 5), len(cast))
    return [
        _make(seed, plan, index, cast[at], f"agency-{agencies[index]:03}", regions)
        for index, at in enumerate(order)
    ]


def _make(
    seed: int, plan: TrafficPlan, index: int, role: tuple[str, str], agency: str, regions: list[Region]
) -> Account:
    rng = stream(seed, "account", index)
    like = role[1] or ("normal" if rng.random() < 0.7 else HONEST[int(rng.integers(len(HONEST)))])
    category = _category(rng, like)
    region = _region(rng, like, regions)
    refunds = _refunds(rng, like, category, shift=plan.shift)
    mislabels = plan.shift or rng.random() < 0.15
    return Account(
        index=index,
        id=f"acc-{index + 1:04}",
        agency=agency,
        name=role[0],
        like=like,
        hard=like in HARD,
        category=category,
        says_category=bool(rng.random() < 0.85),
        region=region,
        abroad=float(rng.beta(1.5, 9.0)) if like != "cgnat" else float(rng.uniform(0.0, 0.05)),
        uv=_uv(rng, like, plan),
        interest=int(rng.integers(6)),
        sources=_sources(rng, like),
        paid=_paid(rng, like),
        marked=float(rng.beta(60, 40)) if mislabels else float(rng.beta(60, 2)),
        products=zipf(1 if like == "one_product" else int(rng.integers(4, 60)), float(rng.uniform(0.6, 1.3))),
        carts=float(rng.lognormal(0.0, 0.35)) * _CARTS_OF.get(like, 1.0),
        again=float(rng.lognormal(0.0, 0.18)) * _AGAIN_OF.get(like, 1.0),
        dwell=float(rng.lognormal(0.0, 0.25)) * _DWELL_OF.get(like, 1.0),
        spread=float(rng.uniform(0.9, 1.25)),
        refunds=refunds,
        defective=0 if rng.random() < 0.03 else -1,
        gives_device=float(rng.choice([0.0, 0.55, 0.8, 0.97], p=[0.08, 0.22, 0.3, 0.4])),
        gives_address=float(rng.choice([0.93, 0.985, 1.0], p=[0.1, 0.4, 0.5])),
        gives_agent=float(rng.choice([0.93, 0.985, 1.0], p=[0.1, 0.4, 0.5])),
        gives_dwell=float(rng.choice([0.6, 0.95, 1.0], p=[0.05, 0.25, 0.7])),
        calendar=make_calendar(rng, region.offset_h, plan),
    )


_CARTS_OF: Final = {"promoted": 0.8, "viral": 0.8, "new_market": 0.8, "one_product": 1.1}
_AGAIN_OF: Final = {
    "promoted": 0.85,
    "viral": 0.85,
    "new_market": 0.9,
    "sign_language": 1.1,
    "one_product": 0.75,
}
_DWELL_OF: Final = {"sign_language": 1.35, "one_product": 1.15, "viral": 0.8}


def _category(rng: Generator, like: str) -> str:
    if like == "fashion":
        return "fashion"
    return str(rng.choice(list(REFUNDS), p=[0.26, 0.14, 0.2, 0.14, 0.1, 0.16]))


def _region(rng: Generator, like: str, regions: list[Region]) -> Region:
    wanted = [region for region in regions if region.small == (like == "cgnat")]
    weights = np.array([region.people for region in wanted], dtype=np.float64)
    return wanted[int(rng.choice(len(wanted), p=weights / weights.sum()))]


def _uv(rng: Generator, like: str, plan: TrafficPlan) -> int:
    if like == "small":
        return int(rng.integers(50, 301))
    size = rng.lognormal(np.log(_MEDIAN_UV), 0.8) * plan.scale * min(1.0, (plan.days / 14) ** 0.7)
    return int(np.clip(size, 80, 40_000))


def _sources(rng: Generator, like: str) -> Floats:
    mix = _MIX.copy()
    if like == "viral":
        mix[VIDEO] *= 2.5
    if like in ("sign_language", "raid", "one_product"):
        mix[LIVE] *= 1.8
    if like == "promoted":
        mix[[VIDEO, LINK]] *= 2.0
    return shares(rng.dirichlet(mix))


def _paid(rng: Generator, like: str) -> Floats:
    most = 0.75 if like == "promoted" else 0.15 if rng.random() < 0.5 else 0.0
    level = rng.uniform(0.5, 1.0) * most
    return np.asarray(level * np.array([0.35, 1.0, 0.1, 1.0, 0.3]))


def _refunds(rng: Generator, like: str, category: str, *, shift: bool) -> float:
    more = rng.uniform(1.1, 1.5) if shift else 1.0
    if like == "fashion":
        return min(0.7, float(rng.uniform(*FASHION_REFUNDS)) * more)
    usual = REFUNDS[category] * more
    return float(rng.beta(30 * usual, 30 * (1 - usual)))
