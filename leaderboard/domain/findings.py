"""Findings: what a detector found of an account at a checkpoint, in figures and in a sentence. Decides nothing."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

# What a detector asks for. `review`: that somebody looks, no more. `hold`: that the award waits for a decision.
Asked = Literal["review", "warn", "hold"]
Family = Literal[
    "concentration",
    "devices",
    "timing",
    "dwell",
    "engagement",
    "novelty",
    "lockstep",
    "refunds",
    "buyers",
    "live",
    "motion",
    "sound",
    "ingest",
]

# Of these, none may hold alone: it takes evidence of two.
FAMILIES_FOR_A_HOLD: Final = 2


class Measure(Struct, frozen=True, omit_defaults=True):
    """A statistic that was looked at: what it came to, the limit it acts at, and what peers have. Shares are 0 to 1."""

    name: str
    value: float
    limit: float | None = None
    peers: float | None = None
    family: Family | None = None


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`detector` is its name, `rule` that with its version (`cell/1`). `sentence` is for people: no visitor ids, and
    addresses only cut to their networks.

    `families` are the kinds of evidence that speak for it, `sample` how many visitors, orders or minutes it rests on.
    `p`: how likely so much is without any cheat, as corrected for all that was looked at, where it is a test.
    `excess_uv`: how many of the counted visitors are estimated not to be people, which no other finding of the account
    has in its own; what is discounted. `host`: for what one host did. `other`: another account that it is about,
    which is nothing for this account's agency to read. `span`: when, [from ms, until ms). `links_partner`: it is
    evidence that the partner had a hand in it.
    """

    detector: str
    rule: str
    account: str
    asks: Asked
    families: tuple[Family, ...]
    sentence: str
    measures: tuple[Measure, ...] = ()
    sample: int = 0
    p: float | None = None
    excess_uv: int = 0
    host: str = ""
    other: str = ""
    span: tuple[int, int] | None = None
    links_partner: bool = False
