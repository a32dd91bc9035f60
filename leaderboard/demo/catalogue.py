"""What is looked at and what it costs: heavy-tailed tables made once, so that a draw is one look-up."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from statistics import NormalDist

TABLE = 4096  # entries, so that twelve random bits choose one
MASK_BITS = 12


def _zipf_suffixes(size: int, exponent: float = 1.1) -> tuple[str, ...]:
    """`-p001` … so often in the table as its rank deserves."""
    shares = list(accumulate(1 / rank**exponent for rank in range(1, size + 1)))
    quantiles = ((number + 0.5) / TABLE * shares[-1] for number in range(TABLE))
    return tuple(f"-p{bisect_left(shares, quantile) + 1:03d}" for quantile in quantiles)


def _lognormal(median: float, sigma: float) -> tuple[float, ...]:
    normal = NormalDist()
    return tuple(
        median * 2.718281828 ** (sigma * normal.inv_cdf((number + 0.5) / TABLE)) for number in range(TABLE)
    )


PRODUCT_SUFFIXES = {size: _zipf_suffixes(size) for size in (24, 80, 240)}
PRICES_CENTS = tuple(
    tuple(round(100 * price) for price in _lognormal(median, 0.7)) for median in (14.0, 26.0, 48.0)
)
DWELL_S = tuple(round(min(dwell, 1800.0), 1) for dwell in _lognormal(9.0, 1.1))


def money(cents: int, currency: str = "USD") -> dict[str, str]:
    """Money as it travels, of a currency with two decimals."""
    return {"amount": f"{cents // 100}.{cents % 100:02d}", "currency": currency}
