"""Cases that people overturned: what a detector took for cheating and a reviewer did not, to ask later rules about."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from leaderboard.domain.findings import Asked, Measure
from leaderboard.domain.flags import Decision, Flag

_KEPT: Final = ("rule", "asks", "families", "measures", "sample", "p", "excess_uv", "links_partner")


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding without whom, where and when: what a rule can be asked about again."""

    rule: str
    asks: Asked
    families: tuple[str, ...]
    measures: tuple[Measure, ...] = ()
    sample: int = 0
    p: float | None = None
    excess_uv: int = 0
    links_partner: bool = False


class Overturned(Struct, frozen=True, kw_only=True):
    """A case as it is kept. `flag` says whose it is, and never leaves the service; `reason` names no account."""

    flag: str
    detector: str
    rule: str
    findings: tuple[Evidence, ...]
    label: Literal["honest"]
    at_ms: int
    reason: str


def overturned(flag: Flag, decision: Decision) -> Overturned | None:
    """The case that a decision makes of a flag as it stood before; None where it overturns nothing."""
    raised, stood = flag.raised, flag.decision
    was_against = stood.decision != "dismiss" if stood else flag.action == "hold"
    if raised is None or decision.decision != "dismiss" or not was_against:
        return None
    return Overturned(
        flag=flag.id,
        detector=raised.detector,
        rule=flag.rule,
        findings=tuple(Evidence(**{name: getattr(one, name) for name in _KEPT}) for one in raised.findings),
        label="honest",
        at_ms=decision.at_ms,
        reason=_unnamed(decision.reason, raised.account),
    )


def exported(number: int, case: Overturned) -> dict[str, Any]:
    """The case for others, under a number in place of its account."""
    document: dict[str, Any] = msgspec.to_builtins(case)
    del document["flag"]
    return {"case": number, **document}


def _unnamed(text: str, account: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(account)}(?!\w)", "the account", text)
