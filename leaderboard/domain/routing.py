"""ABA routing numbers: whether nine digits can name a bank in the United States. Knows no bank by name."""

from __future__ import annotations

from itertools import chain
from typing import Final

LENGTH: Final = 9
_WEIGHTS: Final = (3, 7, 1) * 3
# Federal Reserve districts, the same for thrifts and for electronic payments only, and traveller's cheques.
_PREFIXES: Final = frozenset(chain(range(1, 13), range(21, 33), range(61, 73), (80,)))


def is_routing_number(text: str) -> bool:
    """Nine digits, a district that exists, and a check digit that fits: "021000021" is one, "000000000" is not."""
    if len(text) != LENGTH or not (text.isascii() and text.isdigit()):
        return False
    return int(text[:2]) in _PREFIXES and _weighed(text) % 10 == 0


def _weighed(digits: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
