"""Flags: what validators and detectors found and people have to look at, with what they decided. Raises and decides
nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.appeals import Appeals, open_appeal
from leaderboard.domain.campaigns import Definition, Validator
from leaderboard.domain.findings import Asked
from leaderboard.domain.judging import Ruling, Rulings, Verdict, holds_of, is_upheld
from leaderboard.domain.reasons import Reason
from leaderboard.domain.reviews import PREFIX, Raised, Review, Settled

# Of a validator hold or warn; of a detector the most that it asks for. `review`: somebody should look.
Action = Literal["hold", "warn", "review"]
Status = Literal["open", "upheld", "dismissed", "disqualified"]

_STATUS: Final[dict[Settled, Status]] = {
    "uphold": "upheld",
    "dismiss": "dismissed",
    "disqualify": "disqualified",
}
_SAID: Final[dict[Asked | Settled, tuple[str, str]]] = {
    "review": ("review", "To be looked at"),
    "warn": ("warn", "Warned"),
    "hold": ("hold", "On hold until a reviewer has decided"),
    "uphold": ("upheld", "Upheld on review"),
    "dismiss": ("dismissed", "Dismissed on review, found"),
    "disqualify": ("disqualified", "Disqualified on review"),
}
# Neither a validator's id nor an account's has one.
_BETWEEN: Final = "~"


class Decision(Struct, frozen=True, omit_defaults=True):
    """What a reviewer decided on a flag; `by` is the id of his token. It stands until it is decided again.

    Of what takes two, `proposed_…` is the first one's call and `by` the second, who agreed. `partner_link` says what
    links the partner to the traffic. `confirms`: it answers an appeal by saying the same again, which is the last word.
    """

    decision: Settled
    reason: str
    by: str
    at_ms: int
    partner_link: str = ""
    proposed_by: str = ""
    proposed_reason: str = ""
    proposed_ms: int = 0
    confirms: bool = False

    @property
    def people(self) -> tuple[str, ...]:
        """The tokens of everybody whose decision it is."""
        return (self.by, self.proposed_by) if self.proposed_by else (self.by,)


class Docket(Struct, frozen=True):
    """All that people have made of a flag. `proposal` is a decision that waits for a second reviewer."""

    decision: Decision | None = None
    proposal: Decision | None = None
    appeals: Appeals = ()

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has begun what another has to end."""
        return self.proposal is not None or open_appeal(self.appeals) is not None


UNTOUCHED: Final = Docket()


class Flag(Struct, frozen=True, kw_only=True):
    """What a validator or a detector, `rule`, warns or holds `account` for, or asks people to look at.

    `reason` is None where there is nothing of it any more. `decision` is what stands. `raised` is what a detector
    found; `in_shadow`: it only reports, and nothing follows until people decide.
    """

    id: str
    campaign: str
    account: str
    rule: str
    action: Action
    status: Status
    reason: Reason | None = None
    decision: Decision | None = None
    raised: Raised | None = None
    in_shadow: bool = False
    docket: Docket = UNTOUCHED

    @property
    def bears(self) -> bool:
        """Whether anything follows from it while nobody has decided: a hold, or a discount."""
        discounts = self.raised is not None and bool(self.raised.excess_uv)
        return not self.in_shadow and (self.action == "hold" or discounts)

    @property
    def concerns_agency(self) -> bool:
        """Whether the account's agency is told: not of what people should merely look at, and nothing follows from."""
        if self.raised is None or self.decision is not None:
            return True
        return self.raised.bears and not self.in_shadow

    @property
    def told(self) -> Flag:
        """The flag as the account's agency reads of it."""
        if self.raised is None:
            return self
        raised = self.raised.told(is_decided=self.decision is not None)
        return replace(self, raised=raised, reason=_raised_reason(raised, self.decision, self.in_shadow))

    @property
    def worst(self) -> Settled | None:
        """The decision that takes the account out of every award, which takes two reviewers."""
        if self.raised is not None:
            return "disqualify"
        return "uphold" if self.action == "hold" else None


# By flag id.
Decisions = Mapping[str, Decision]
Dockets = Mapping[str, Docket]


def flag_id(rule: str, account: str) -> str:
    """The same whenever the rule finds the account again."""
    return f"{rule}{_BETWEEN}{account}"


def named_by(flag: str) -> tuple[str, str]:
    """(rule, account) of a flag id; the account is empty where it is none."""
    rule, _, account = flag.partition(_BETWEEN)
    return rule, account


def flags_of(definition: Definition, verdicts: Mapping[str, Verdict], dockets: Dockets) -> list[Flag]:
    """The flags of validators on the accounts that have a verdict: those raised as things are, and those that people
    have begun with or decided on.

    In the order of the accounts, of each in the order of the rules. What was made of a rule that the definition lacks
    has no effect and is no flag.
    """
    raising = [one for one in definition.validators if one.action in ("hold", "warn")]
    return [
        flag
        for account, verdict in verdicts.items()
        for flag in _flags(definition.id, raising, account, verdict, dockets)
    ]


def _flags(
    campaign: str, raising: list[Validator], account: str, verdict: Verdict, dockets: Dockets
) -> Iterator[Flag]:
    found = {one.rule: one for one in verdict.reasons if one.code.startswith("validator.")}
    for validator in raising:
        name = flag_id(validator.id, account)
        reason, docket = found.get(validator.id), dockets.get(name, UNTOUCHED)
        decision = docket.decision
        if reason or decision or docket.is_waiting:
            yield Flag(
                id=name,
                campaign=campaign,
                account=account,
                rule=validator.id,
                action="hold" if validator.action == "hold" else "warn",
                status=_STATUS[decision.decision] if decision else "open",
                reason=reason,
                decision=decision,
                docket=docket,
            )


def raised_flags(definition: Definition, raised: Iterable[Raised], dockets: Dockets) -> list[Flag]:
    """The flags of detectors."""
    in_shadow = definition.integrity.mode != "act"
    return [_raised_flag(definition.id, one, dockets.get(one.id, UNTOUCHED), in_shadow) for one in raised]


def _raised_flag(campaign: str, raised: Raised, docket: Docket, in_shadow: bool) -> Flag:
    decision = standing(docket.decision, raised.reopened_ms)
    return Flag(
        id=raised.id,
        campaign=campaign,
        account=raised.account,
        rule=raised.findings[0].rule if raised.findings else raised.detector,
        action=raised.asks,
        status=_STATUS[decision.decision] if decision else "open",
        reason=_raised_reason(raised, decision, in_shadow),
        decision=decision,
        raised=raised,
        in_shadow=in_shadow,
        docket=docket,
    )


def _raised_reason(raised: Raised, decision: Decision | None, in_shadow: bool) -> Reason | None:
    if not raised.is_found and decision and decision.decision == "dismiss":
        return None
    asked = "review" if in_shadow else raised.asks
    code, words = _SAID[decision.decision if decision else asked]
    detail = f"{words}: {raised.sentence}"
    return Reason(code=f"{PREFIX}{code}", rule=f"{PREFIX}{raised.detector}", detail=detail)


def standing(decision: Decision | None, reopened_ms: int) -> Decision | None:
    """A decision that stands; None where the flag was reopened since."""
    return decision if decision and decision.at_ms >= reopened_ms else None


def settled(raised: Mapping[str, Raised], decisions: Decisions) -> dict[str, Settled]:
    """Of the flags of detectors, what was decided and stands: one that was reopened since is open."""
    found = {flag: standing(decisions.get(flag), one.reopened_ms) for flag, one in raised.items()}
    return {flag: decision.decision for flag, decision in found.items() if decision}


def rulings_by_account(decisions: Decisions) -> dict[str, Rulings]:
    """Account → rule → what was decided; only accounts on which something was."""
    found: dict[str, dict[str, Ruling]] = {}
    for flag, decision in decisions.items():
        rule, account = named_by(flag)
        if decision.decision != "disqualify":
            found.setdefault(account, {})[rule] = decision.decision
    return dict(found)


def ruled_out(reviews: Mapping[str, Review]) -> frozenset[str]:
    """The accounts that were disqualified, whatever they reach."""
    return frozenset(account for account, review in reviews.items() if review.disqualified)


def upheld_accounts(definition: Definition, decisions: Decisions) -> frozenset[str]:
    """The accounts with an upheld hold, whatever they reach."""
    holds = holds_of(definition)
    by_account = rulings_by_account(decisions)
    return frozenset(account for account, rulings in by_account.items() if is_upheld(rulings, holds))
