"""D8: buyers behind refunded orders who look like one: on one device, again and again, back within a day, never seen.

Each sign alone has honest causes (a family, a gift, a broken delivery), so that a sign counts only against peers, and
an account is named by what its refunded orders have in common, never by one buyer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.findings import FAMILIES_FOR_A_HOLD, Family, Finding, Measure
from leaderboard.integrity.corrections import corrected
from leaderboard.integrity.refunds_chance import survival

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULE: Final = "buyers/1"


class BuyerLimits(Struct, frozen=True, kw_only=True):
    """When refunded orders have too much in common. Rates are shares of refunded orders."""

    least_refunds: int = 5
    most_p_alone: float = 10**-2.5
    most_p_beside: float = 0.05
    prior_orders: float = 15.0
    lowest_rate: float = 0.03
    highest_rate: float = 0.80
    least_accounts: int = 8
    fast_ms: int = 24 * 3_600_000
    refunds_of_one: int = 2
    least_repeaters: int = 2
    buyers_of_a_device: int = 3


LIMITS: Final = BuyerLimits()

# A buyer's devices are those it was ever seen viewing on, at any account.
_RINGS: Final = """
WITH refunded AS (
  SELECT account, order_id AS id, min(at_ms) AS back_ms FROM refunds GROUP BY ALL
), buyers AS (
  SELECT account, visitor, count(r.id) AS refunds
  FROM orders LEFT JOIN refunded r USING (account, id) WHERE visitor IS NOT NULL GROUP BY ALL
), seen AS (
  SELECT DISTINCT visitor, device FROM views SEMI JOIN buyers USING (visitor)
), shared AS (
  SELECT DISTINCT account, visitor FROM (
    SELECT b.account, b.visitor, count(*) OVER (PARTITION BY b.account, s.device) AS buyers_on_it
    FROM buyers b JOIN seen s USING (visitor) WHERE s.device IS NOT NULL)
  WHERE buyers_on_it >= $buyers_of_a_device
), viewing AS (SELECT DISTINCT visitor FROM seen)
SELECT o.account, count(*), count(o.visitor),
       count_if(r.back_ms - o.at_ms < $fast_ms),
       count_if(coalesce(b.refunds >= $refunds_of_one, false)),
       count(DISTINCT o.visitor) FILTER (b.refunds >= $refunds_of_one),
       count_if(s.visitor IS NOT NULL),
       count_if(o.visitor IS NOT NULL AND v.visitor IS NULL)
FROM orders o JOIN refunded r USING (account, id)
LEFT JOIN buyers b ON b.account = o.account AND b.visitor = o.visitor
LEFT JOIN shared s ON s.account = o.account AND s.visitor = o.visitor
LEFT JOIN viewing v ON v.visitor = o.visitor
GROUP BY o.account ORDER BY o.account
"""


class Refunders(Struct, frozen=True):
    """Of an account's refunded orders: how many there are, whose buyer is known, and how many have each sign.

    `repeaters` are how many people the repeated ones come from.
    """

    account: str
    refunds: int
    with_buyer: int
    fast: int
    repeated: int
    repeaters: int
    on_shared_device: int
    never_seen: int

    def counts(self, sign: str) -> tuple[int, int]:
        """How many have a sign, of how many that could."""
        return getattr(self, sign), self.refunds if sign == "fast" else self.with_buyer


# A sign, what kind of evidence it is, and how it is said.
_FAMILIES: Final[Mapping[str, Family]] = {
    "fast": "timing",
    "repeated": "buyers",
    "on_shared_device": "buyers",
    "never_seen": "buyers",
}
_SAID: Final = {
    "fast": "{hits} of {of} refunded orders went back within 24 hours (peers {peers:.0%})",
    "repeated": "{hits} of {of} refunded orders came from buyers with 2 refunds or more (peers {peers:.0%})",
    "on_shared_device": "{hits} of {of} refunded orders came from devices of 3 buyers or more (peers {peers:.0%})",
    "never_seen": "{hits} of {of} refunded orders came from buyers never seen viewing anything (peers {peers:.0%})",
}


class Sign(Struct, frozen=True):
    """A sign that an account has far more often than its peers do; `p` is corrected for all that was looked at."""

    name: str
    hits: int
    of: int
    peers: float
    p: float


class Ring(Struct, frozen=True):
    """The signs that the buyers behind an account's refunds have in common."""

    refunds: int
    signs: tuple[Sign, ...]

    @property
    def families(self) -> tuple[Family, ...]:
        """The kinds of evidence that the signs are."""
        return tuple(dict.fromkeys(_FAMILIES[sign.name] for sign in self.signs))

    @property
    def sentence(self) -> str:
        said = (_SAID[sign.name].format(hits=sign.hits, of=sign.of, peers=sign.peers) for sign in self.signs)
        return f"{'; '.join(said)}."

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(
            Measure(sign.name, sign.hits / sign.of, peers=sign.peers, family=_FAMILIES[sign.name])
            for sign in self.signs
        )


def _peers(rows: Sequence[Refunders], sign: str, limits: BuyerLimits) -> float | None:
    """The share at the middle account, never so low or high that a handful tells much. None of too few accounts."""
    pairs = (row.counts(sign) for row in rows)
    shares = [hits / of for hits, of in pairs if of >= limits.least_refunds]
    if len(shares) < limits.least_accounts:
        return None
    return min(max(median(shares), limits.lowest_rate), limits.highest_rate)


def _tested(rows: Sequence[Refunders], limits: BuyerLimits) -> Iterator[tuple[str, Sign]]:
    """Account and sign, where there are enough to tell; the chances are not corrected yet."""
    for name in _FAMILIES:
        peers = _peers(rows, name, limits)
        if peers is None:
            continue
        for row in rows:
            hits, of = row.counts(name)
            is_one_buyer = name == "repeated" and row.repeaters < limits.least_repeaters
            if hits >= limits.least_refunds and not is_one_buyer:
                a, b = limits.prior_orders * peers, limits.prior_orders * (1 - peers)
                yield row.account, Sign(name, hits, of, peers, survival(hits, of, a, b))


def _found(tested: Sequence[tuple[str, Sign]], most_p: float) -> dict[str, list[Sign]]:
    """The signs by account that are finds once all that was tested is corrected for."""
    found: dict[str, list[Sign]] = defaultdict(list)
    ps = corrected([sign.p for _, sign in tested])
    for (account, sign), p in zip(tested, ps, strict=True):
        if p <= most_p:
            found[account].append(replace(sign, p=p))
    return found


def rings(rows: Sequence[Refunders], limits: BuyerLimits) -> dict[str, Ring]:
    """The accounts whose refunded orders have something in common that their peers' do not.

    One sign has to be beyond doubt. The others of such an account have to be unlikely: so few are looked at.
    """
    tested = list(_tested(rows, limits))
    certain = _found(tested, limits.most_p_alone)
    beside = _found([(account, sign) for account, sign in tested if account in certain], limits.most_p_beside)
    return {
        row.account: Ring(row.refunds, tuple(beside[row.account])) for row in rows if row.account in certain
    }


def read_rings(connection: DuckDBPyConnection, limits: BuyerLimits = LIMITS) -> dict[str, Ring]:
    """The rings by account."""
    settings = {
        "fast_ms": limits.fast_ms,
        "refunds_of_one": limits.refunds_of_one,
        "buyers_of_a_device": limits.buyers_of_a_device,
    }
    rows = [Refunders(*row) for row in connection.execute(_RINGS, settings).fetchall()]
    return rings(rows, limits)


def buyer_findings(found: Mapping[str, Ring]) -> list[Finding]:
    """Asks for a hold when refunds are both too fast and of the same few buyers; for a look otherwise."""
    return [
        Finding(
            detector="buyers",
            rule=RULE,
            account=account,
            asks="hold" if len(ring.families) >= FAMILIES_FOR_A_HOLD else "review",
            families=ring.families,
            sentence=ring.sentence,
            measures=ring.measures,
            sample=ring.refunds,
            p=min(sign.p for sign in ring.signs),
            links_partner="buyers" in ring.families,
        )
        for account, ring in found.items()
    ]
