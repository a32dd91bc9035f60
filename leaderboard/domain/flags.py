"""Flags: what validators found and people have to look at, with what they decided. Raises and decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from msgspec import Struct

from leaderboard.domain.campaigns import Definition, Validator
from leaderboard.domain.judging import Ruling, Rulings, Verdict, holds_of, is_upheld
from leaderboard.domain.reasons import Reason

Action = Literal["hold", "warn"]
Status = Literal["open", "upheld", "dismissed"]

_STATUS: Final[dict[Ruling, Status]] = {"uphold": "upheld", "dismiss": "dismissed"}
# Neither a validator's id nor an account's has one.
_BETWEEN: Final = "~"


class Decision(Struct, frozen=True):
    """What a reviewer decided on a flag; `by` is the id of his token. It stands until it is decided again."""

    decision: Ruling
    reason: str
    by: str
    at_ms: int


class Flag(Struct, frozen=True, kw_only=True):
    """A validator `rule` that warns or holds `account`. `reason` is None where its conditions hold no more."""

    id: str
    campaign: str
    account: str
    rule: str
    action: Action
    status: Status
    reason: Reason | None = None
    decision: Decision | None = None


# By flag id.
Decisions = Mapping[str, Decision]


def flag_id(rule: str, account: str) -> str:
    """The same whenever the rule finds the account again."""
    return f"{rule}{_BETWEEN}{account}"


def named_by(flag: str) -> tuple[str, str]:
    """(rule, account) of a flag id; the account is empty where it is none."""
    rule, _, account = flag.partition(_BETWEEN)
    return rule, account


def flags_of(definition: Definition, verdicts: Mapping[str, Verdict], decisions: Decisions) -> list[Flag]:
    """The flags of the accounts that have a verdict: those raised as things are, and those that were decided.

    In the order of the accounts, of each in the order of the rules. A decision on a rule that the definition lacks has
    no effect and no flag.
    """
    raising = [one for one in definition.validators if one.action in ("hold", "warn")]
    return [
        flag
        for account, verdict in verdicts.items()
        for flag in _flags(definition.id, raising, account, verdict, decisions)
    ]


def _flags(
    campaign: str, raising: list[Validator], account: str, verdict: Verdict, decisions: Decisions
) -> Iterator[Flag]:
    found = {one.rule: one for one in verdict.reasons if one.code.startswith("validator.")}
    for validator in raising:
        name = flag_id(validator.id, account)
        reason, decision = found.get(validator.id), decisions.get(name)
        if reason or decision:
            yield Flag(
                id=name,
                campaign=campaign,
                account=account,
                rule=validator.id,
                action="hold" if validator.action == "hold" else "warn",
                status=_STATUS[decision.decision] if decision else "open",
                reason=reason,
                decision=decision,
            )


def rulings_by_account(decisions: Decisions) -> dict[str, Rulings]:
    """Account → rule → what was decided; only accounts on which something was."""
    found: dict[str, dict[str, Ruling]] = {}
    for flag, decision in decisions.items():
        rule, account = named_by(flag)
        found.setdefault(account, {})[rule] = decision.decision
    return dict(found)


def upheld_accounts(definition: Definition, decisions: Decisions) -> frozenset[str]:
    """The accounts with an upheld hold, whatever they reach."""
    holds = holds_of(definition)
    by_account = rulings_by_account(decisions)
    return frozenset(account for account, rulings in by_account.items() if is_upheld(rulings, holds))
