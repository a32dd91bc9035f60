"""Integrity: whether detectors act on a campaign or only report, and for how long a decision may be appealed."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from .reader import Table
from .values import duration_s, one_of

# `act`: invalid traffic is taken out, doubtful traffic discounted, cheats held. `shadow`: all of that is only reported.
Mode = Literal["act", "shadow", "off"]

_APPEAL_S = 7 * 86_400
_LONGEST_APPEAL_S = 366 * 86_400


class Integrity(Struct, frozen=True, kw_only=True):
    """`appeal_s`: for how long after a decision the account's agency may appeal against it."""

    mode: Mode = "act"
    appeal_s: int = _APPEAL_S


def read_integrity(table: Table) -> Integrity:
    integrity = Integrity(
        mode=table.read("mode", one_of(*get_args(Mode)), "act"),
        appeal_s=table.read("appeal", _appeal_s, _APPEAL_S),
    )
    table.close()
    return integrity


def _appeal_s(value: object) -> int:
    found_s = duration_s(value)
    if found_s > _LONGEST_APPEAL_S:
        raise ValueError("must be at most 366d")
    return found_s
