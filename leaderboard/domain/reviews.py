"""How an account stands with the reviewers: what was found of it, what was decided, and what follows. Pays nobody.

A machine discounts and holds; it never disqualifies. That takes two reviewers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from leaderboard.domain.adjustments import NO_DISCOUNT, NOTHING, Discount, Voided
from leaderboard.domain.campaigns import span
from leaderboard.domain.campaigns.integrity import Mode
from leaderboard.domain.findings import Asked, Finding
from leaderboard.domain.reasons import Reason

PREFIX: Final = "integrity."
_BETWEEN: Final = "~"
_RESCORING: Final = "integrity.rescoring"

# What was decided on a flag of a detector. `disqualify` stands only where a second reviewer has agreed.
Settled = Literal["uphold", "dismiss", "disqualify"]


class DecidedOn(Struct, frozen=True):
    """What a decision of `at_ms` was made on: how much was found by then, what that asked for, and of which hosts."""

    at_ms: int
    excess_uv: int
    sample: int
    asks: Asked
    hosts: tuple[str, ...]


class Raised(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A flag of a detector: all that it found of an account, at checkpoint `checkpoint` of `at_ms`.

    `first_ms` is when it was raised first, `bears_ms` since when it bears on the account as it does: the agency is told
    then. It is 0 where it bears nothing. `reopened_ms`: it was found to be so much more than what was decided on that a
    decision from before does not stand any more. `is_found`: the last checkpoint found it, too; one that was not
    found any more is kept only where it was decided. `decided`: what was decided on, as of the last checkpoint.
    `voided_uv` of the account had been voided by rescorings when it was found.
    """

    detector: str
    account: str
    findings: tuple[Finding, ...]
    checkpoint: int
    at_ms: int
    first_ms: int
    bears_ms: int = 0
    reopened_ms: int = 0
    is_found: bool = True
    decided: DecidedOn | None = None
    voided_uv: int = 0

    @property
    def id(self) -> str:
        return detector_flag(self.detector, self.account)

    @property
    def asks(self) -> Asked:
        """The most that any of its findings asks for."""
        asked = {one.asks for one in self.findings}
        return "hold" if "hold" in asked else "warn" if "warn" in asked else "review"

    @property
    def excess_uv(self) -> int:
        """What all its findings doubt; no two doubt the same visitor."""
        return sum(one.excess_uv for one in self.findings)

    @property
    def sample(self) -> int:
        """What most of it rests on."""
        return max((one.sample for one in self.findings), default=0)

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(sorted({one.host for one in self.findings if one.host}))

    @property
    def sentence(self) -> str:
        return " ".join(one.sentence for one in self.findings)

    @property
    def bears(self) -> bool:
        """Whether it warns, holds or discounts, or would where detectors act."""
        return any(map(_bears, self.findings))

    def told(self, *, is_decided: bool) -> Raised:
        """What its agency is told of: all where it was decided, else what bears on the account."""
        return self if is_decided else replace(self, findings=tuple(filter(_bears, self.findings)))


def _bears(finding: Finding) -> bool:
    return finding.asks != "review" or finding.excess_uv > 0


class Review(Struct, frozen=True):
    """What follows for an account: `reasons` for people, and what is taken out of its figures."""

    voided: Voided = NOTHING
    discount: Discount = NO_DISCOUNT
    disqualified: bool = False
    reasons: tuple[Reason, ...] = ()

    @property
    def discounted_uv(self) -> int:
        return self.discount.left(self.voided.uv)

    @property
    def held(self) -> bool:
        return any(reason.code == "integrity.hold" for reason in self.reasons)


NO_REVIEW: Final = Review()


def detector_flag(detector: str, account: str) -> str:
    """The flag's id; no validator's name has a dot."""
    return f"{PREFIX}{detector}{_BETWEEN}{account}"


def is_detector_flag(flag: str) -> bool:
    return flag.startswith(PREFIX)


def reviews(
    mode: Mode,
    raised: Mapping[str, Raised],
    settled: Mapping[str, Settled],
    voided: Mapping[str, Voided],
) -> dict[str, Review]:
    """Account → review, of those of whom there is anything to say. `raised` and `settled` by flag.

    In shadow mode detectors report and nothing follows; what people decided follows all the same.
    """
    acts = mode == "act"
    by_account: dict[str, list[tuple[Raised, Settled | None]]] = {name: [] for name in voided}
    for flag, one in raised.items():
        by_account.setdefault(one.account, []).append((one, settled.get(flag)))
    found = {
        account: _review(flags, voided.get(account, NOTHING), acts=acts)
        for account, flags in by_account.items()
    }
    return {account: review for account, review in found.items() if review != NO_REVIEW}


def _review(flags: list[tuple[Raised, Settled | None]], voided: Voided, *, acts: bool) -> Review:
    in_force = [(one, done) for one, done in flags if done != "dismiss" and (acts or done == "disqualify")]
    discount = NO_DISCOUNT
    if acts and any(one.excess_uv for one, _ in in_force):
        since_uv = min(one.voided_uv for one, _ in in_force if one.excess_uv)
        discount = Discount(sum(one.excess_uv for one, _ in in_force), since_uv)
    found = (reason for one, done in in_force for reason in _reasons(one, done, acts=acts))
    reasons = (*_reasons_of_voided(voided), *found)
    return Review(voided, discount, any(done == "disqualify" for _, done in in_force), reasons)


def _reasons_of_voided(voided: Voided) -> Iterator[Reason]:
    """How much reviewers took out. Why is not said: what they wrote in a rescoring may name other accounts."""
    live_s = -(-max(voided.effective_ms, voided.kept_ms) // 1000)
    visitors = f"{voided.uv:,} visitor{'' if voided.uv == 1 else 's'}" if voided.uv else ""
    live = f"{span(live_s)} of live time" if live_s else ""
    if what := " and ".join(part for part in (visitors, live) if part):
        detail = f"Reviewers have taken out {what}. The campaign's operator answers for that: ask there."
        yield Reason(code="integrity.voided", rule=_RESCORING, detail=detail, have=voided.uv or None)


def _reasons(raised: Raised, done: Settled | None, *, acts: bool) -> Iterator[Reason]:
    rule, said = f"{PREFIX}{raised.detector}", raised.told(is_decided=done is not None).sentence
    if done == "disqualify":
        yield Reason(code="integrity.disqualified", rule=rule, detail=f"Disqualified on review: {said}")
    elif done is None and raised.asks == "hold":
        detail = f"On hold until a reviewer has decided: {said}"
        yield Reason(code="integrity.hold", rule=rule, detail=detail)
    elif done is None and raised.asks == "warn":
        yield Reason(code="integrity.warn", rule=rule, detail=f"Warned: {said}")
    elif done == "uphold":
        yield Reason(code="integrity.upheld", rule=rule, detail=f"Upheld on review: {said}")
    if acts and raised.excess_uv:
        detail = f"{raised.excess_uv:,} of the counted visitors are estimated not to be people, and are discounted."
        yield Reason(code="integrity.discounted", rule=rule, detail=detail, have=raised.excess_uv)
