"""How likely so many of so few are when each account has a rate of its own. Arithmetic only."""

from __future__ import annotations

from math import exp, lgamma, log

# A term this much smaller than the sum cannot change it.
_NOTHING = 1e-17


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _log_choose(n: int, k: int) -> float:
    return -_log_beta(n - k + 1, k + 1) - log(n + 1)


def survival(hits: int, of: int, a: float, b: float) -> float:
    """The chance of at least `hits` in `of` tries whose rate was drawn from Beta(a, b): the Beta-Binomial's tail."""
    if hits <= 0:
        return 1.0
    if hits > of:
        return 0.0
    term = exp(_log_choose(of, hits) + _log_beta(hits + a, of - hits + b) - _log_beta(a, b))
    total = term
    for k in range(hits, of):
        term *= (of - k) / (k + 1) * (k + a) / (of - k - 1 + b)
        total += term
        if term < total * _NOTHING:
            break
    return min(total, 1.0)
