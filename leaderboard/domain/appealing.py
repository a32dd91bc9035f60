"""When an agency may appeal against a flag, and until when. Answers no appeal: whoever decides does."""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec.structs import replace

from leaderboard.domain.appeals import Appeal, Attachment, open_appeal
from leaderboard.domain.flags import Decision, Docket, Flag
from leaderboard.domain.reviews import Settled
from leaderboard.domain.times import rfc3339

Code = Literal["not_appealable", "appealed", "too_late"]


class AppealRefused(ValueError):
    """An appeal that is not taken; the text says why. `code` is stable."""

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code


class Plea(NamedTuple):
    """What an agency says, and who sent it: the id of its token."""

    text: str
    attachments: tuple[Attachment, ...]
    by: str
    agency: str
    at_ms: int


class Ground(NamedTuple):
    """What an appeal is against: a decision, or what stands undecided (None), since `since_ms`. Nobody knows since when
    a rule of the definition has held an account: 0, and no time ends until it is decided."""

    against: Settled | None
    since_ms: int
    until_ms: int | None


def ground_of(flag: Flag, appeal_s: int) -> Ground | None:
    """What there is to appeal against; None where nothing stands against the account, or the last word was said."""
    decision = flag.decision
    if decision is None:
        return _undecided(flag, appeal_s) if flag.bears else None
    if decision.decision == "dismiss" or decision.confirms or not _has_effect(flag, decision):
        return None
    return Ground(decision.decision, decision.at_ms, decision.at_ms + appeal_s * 1000)


def _undecided(flag: Flag, appeal_s: int) -> Ground:
    if flag.raised is None:
        return Ground(None, 0, None)
    since_ms = max(flag.raised.bears_ms, flag.raised.reopened_ms)
    return Ground(None, since_ms, since_ms + appeal_s * 1000)


def _has_effect(flag: Flag, decision: Decision) -> bool:
    """A warning that is upheld takes nothing from anybody."""
    return decision.decision == flag.worst or flag.bears


def may_appeal_until(flag: Flag, appeal_s: int, now_ms: int) -> int | None:
    """Until when an appeal is taken; None where none is, or no time ends it."""
    ground = ground_of(flag, appeal_s)
    if ground is None or ground.until_ms is None or open_appeal(flag.docket.appeals):
        return None
    return ground.until_ms if now_ms < ground.until_ms else None


def appeal(flag: Flag, plea: Plea, appeal_s: int) -> Docket:
    """The flag's docket with an appeal more; the same object where it is the one that waits already. AppealRefused.

    Whatever answers an appeal is another decision, and one that confirms has no appeal: so none is made twice.
    """
    docket = flag.docket
    waiting = open_appeal(docket.appeals)
    if waiting is not None:
        if (waiting.text, waiting.attachments, waiting.agency) == (plea.text, plea.attachments, plea.agency):
            return docket
        raise AppealRefused("appealed", "an appeal waits for its answer, and there is one at a time")
    ground = _taken(flag, plea.at_ms, appeal_s)
    filed = Appeal(
        number=len(docket.appeals) + 1,
        text=plea.text,
        by=plea.by,
        at_ms=plea.at_ms,
        agency=plea.agency,
        against=ground.against,
        against_ms=ground.since_ms,
        attachments=plea.attachments,
    )
    return replace(docket, appeals=(*docket.appeals, filed))


def _taken(flag: Flag, now_ms: int, appeal_s: int) -> Ground:
    ground = ground_of(flag, appeal_s)
    if ground is None:
        raise AppealRefused("not_appealable", _why_nothing(flag))
    if ground.until_ms is not None and now_ms >= ground.until_ms:
        raise AppealRefused("too_late", f"appeals against this were taken until {rfc3339(ground.until_ms)}")
    return ground


def _why_nothing(flag: Flag) -> str:
    if flag.decision and flag.decision.confirms:
        return "another reviewer has confirmed it on appeal, which is the last word"
    return "nothing stands against the account by this flag"
