"""D7: accounts with more refunds than their category explains. Holds only with evidence about the buyers as well.

An order is refunded once, however many refunds it has, and counts only when the seller is at fault or nobody says why:
buyers who change their mind are no cheats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from math import sqrt
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from leaderboard.domain.findings import FAMILIES_FOR_A_HOLD, Family, Finding, Measure
from leaderboard.integrity.buyers import Ring, buyer_findings, read_rings
from leaderboard.integrity.corrections import corrected
from leaderboard.integrity.refunds_chance import survival

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULE: Final = "refunds/1"


class RefundLimits(Struct, frozen=True, kw_only=True):
    """When refunds are too many. `prior_orders`: how much alike accounts of a category are, as orders they share."""

    least_refunds: int = 5
    # By itself a rate has to be beyond doubt; beside evidence about the buyers it has to be unlikely.
    most_p_alone: float = 10**-2.5
    most_p_beside: float = 0.05
    prior_orders: tuple[float, float] = (10.0, 100.0)
    lowest_rate: float = 0.03
    highest_rate: float = 0.40
    # A rate is an account's own from so many orders on, and a category's from so many accounts.
    least_orders: int = 20
    least_accounts: int = 8
    # One product that has so much of the refunds is named.
    product_share: float = 0.5


LIMITS: Final = RefundLimits()

_REFUNDED: Final = """
SELECT DISTINCT account, order_id AS id FROM refunds
WHERE reason IS NULL OR reason IN ('seller_fault', 'other')
"""

_ACCOUNTS: Final = f"""
SELECT o.account, coalesce(any_value(p.category), '') AS category, count(*), count(r.id)
FROM orders o LEFT JOIN ({_REFUNDED}) r USING (account, id) LEFT JOIN participants p USING (account)
GROUP BY o.account ORDER BY o.account
"""  # noqa: S608 - made of constants only

_PRODUCTS: Final = f"""
SELECT account, product, count(*), count(refunded)
FROM (SELECT DISTINCT o.account, o.id, unnest(o.products) AS product, r.id AS refunded
      FROM orders o LEFT JOIN ({_REFUNDED}) r USING (account, id))
WHERE list_contains($accounts, account)
GROUP BY account, product ORDER BY account, count(refunded) DESC, product
"""  # noqa: S608 - made of constants only


class Refunded(Struct, frozen=True):
    """How many orders an account has, and how many of them count as refunded."""

    account: str
    category: str
    orders: int
    refunds: int


class Sold(Struct, frozen=True):
    """How many orders have a product, and how many of those count as refunded."""

    product: str
    orders: int
    refunds: int


class Excess(Struct, frozen=True):
    """An account's refunds against the `rate` of its category; `p` is corrected for all accounts looked at."""

    refunded: Refunded
    rate: float
    p: float


class Rates:
    """What share of orders is refunded at the middle account of a category, or of all where a category has few.

    And how alike accounts are in that, as orders they share: measured by the middle distance, which few cheats move.
    """

    def __init__(self, rows: Sequence[Refunded], limits: RefundLimits) -> None:
        self._limits = limits
        self._of: dict[str, list[float]] = defaultdict(list)
        large = [row for row in rows if row.orders >= limits.least_orders]
        for row in large:
            self._of[row.category].append(row.refunds / row.orders)
        self._all = [rate for rates in self._of.values() for rate in rates]
        self.prior_orders = self._alike(large)

    def of(self, category: str) -> float | None:
        """Never so low or high that a handful of refunds tells much. None where there are too few accounts."""
        for rates in (self._of.get(category, []), self._all):
            if len(rates) >= self._limits.least_accounts:
                return min(max(median(rates), self._limits.lowest_rate), self._limits.highest_rate)
        return None

    def _alike(self, rows: Sequence[Refunded]) -> float:
        fewest, most = self._limits.prior_orders
        judged = [(row, rate) for row in rows if (rate := self.of(row.category)) is not None]
        if not judged:
            return fewest
        distances = (abs(row.refunds / row.orders - rate) / sqrt(rate * (1 - rate)) for row, rate in judged)
        by_chance = fmean(1 / row.orders for row, _ in judged)
        of_accounts = ((1.4826 * median(distances)) ** 2 - by_chance) / (1 - by_chance)
        return min(max(1 / max(of_accounts, 1 / most) - 1, fewest), most)

    def chance(self, refunds: int, orders: int, rate: float) -> float:
        """How likely an honest account of a category with this rate has so many refunds, or more."""
        return survival(refunds, orders, self.prior_orders * rate, self.prior_orders * (1 - rate))


def excesses(
    rows: Sequence[Refunded], suspect: Collection[str], limits: RefundLimits = LIMITS
) -> dict[str, Excess]:
    """The accounts with too many refunds. Who has fewer than the least is not even looked at.

    Those whose buyers are suspect are a family of their own: so few are looked at that less is needed.
    """
    rates = Rates(rows, limits)
    known = {row.account: rate for row in rows if (rate := rates.of(row.category)) is not None}
    tested = [row for row in rows if row.refunds >= limits.least_refunds and row.account in known]
    beside = [row for row in tested if row.account in suspect]
    found: dict[str, Excess] = {}
    for family, most_p in ((tested, limits.most_p_alone), (beside, limits.most_p_beside)):
        ps = corrected([rates.chance(row.refunds, row.orders, known[row.account]) for row in family])
        for row, p in zip(family, ps, strict=True):
            if p <= most_p:
                found[row.account] = Excess(row, known[row.account], p)
    return found


def one_product(excess: Excess, products: Sequence[Sold], limits: RefundLimits) -> Sold | None:
    """The product without which the account is like its peers: more likely a defect than a cheat."""
    refunded = excess.refunded
    for sold in products[:1]:
        refunds, orders = refunded.refunds - sold.refunds, refunded.orders - sold.orders
        is_most = sold.refunds >= limits.product_share * refunded.refunds
        if is_most and orders and refunds <= excess.rate * orders:
            return sold
    return None


def refund_finding(
    excess: Excess, products: Sequence[Sold], ring: Ring | None, limits: RefundLimits = LIMITS
) -> Finding:
    """Asks for a hold when the buyers are suspect too, for a look otherwise."""
    refunded = excess.refunded
    families: tuple[Family, ...] = ("refunds", *(ring.families if ring else ()))
    said = (
        _excess(excess),
        _split(products, one_product(excess, products, limits)),
        ring.sentence if ring else "",
    )
    return Finding(
        detector="refunds",
        rule=RULE,
        account=refunded.account,
        asks="hold" if len(families) >= FAMILIES_FOR_A_HOLD else "review",
        families=families,
        sentence=" ".join(filter(None, said)),
        measures=(
            Measure("refunded", refunded.refunds / refunded.orders, peers=excess.rate, family="refunds"),
            Measure("refunds", refunded.refunds, limit=limits.least_refunds, family="refunds"),
            *(ring.measures if ring else ()),
        ),
        sample=refunded.orders,
        p=excess.p,
        links_partner="buyers" in families,
    )


def _excess(excess: Excess) -> str:
    refunded = excess.refunded
    among = f"sellers of {refunded.category}" if refunded.category else "peers"
    return (
        f"{refunded.refunds} of {refunded.orders} orders were refunded by the seller's fault or without a reason, "
        f"{refunded.refunds / refunded.orders:.0%}; {among} have {excess.rate:.0%}."
    )


def _split(products: Sequence[Sold], defect: Sold | None) -> str:
    if defect:
        return (
            f"Product {defect.product} has {defect.refunds} of the refunds in {defect.orders} orders, and without it "
            "nothing stands out: it may be defective."
        )
    shown = ", ".join(
        f"{sold.product} {sold.refunds} of {sold.orders}" for sold in products[:3] if sold.refunds
    )
    return f"By product: {shown}." if shown else ""


def _read_products(connection: DuckDBPyConnection, accounts: Sequence[str]) -> Mapping[str, list[Sold]]:
    found: dict[str, list[Sold]] = defaultdict(list)
    for account, *row in connection.execute(_PRODUCTS, {"accounts": accounts}).fetchall():
        found[account].append(Sold(*row))
    return found


def refund_findings(connection: DuckDBPyConnection, /) -> list[Finding]:
    """All findings about refunds, and about the buyers behind them."""
    rows = [Refunded(*row) for row in connection.execute(_ACCOUNTS).fetchall()]
    rings = read_rings(connection)
    found = excesses(rows, rings)
    products = _read_products(connection, list(found))
    by_refunds = [
        refund_finding(excess, products.get(account, ()), rings.get(account))
        for account, excess in found.items()
    ]
    return [*by_refunds, *buyer_findings(rings)]
