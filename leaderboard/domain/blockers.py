"""What speaks against certifying a campaign, in words. What is so is handed in; who asks is not known here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from leaderboard.domain.audits import Audit
from leaderboard.domain.campaigns import span
from leaderboard.domain.funding import Funding, funding_in_words
from leaderboard.domain.times import rfc3339

NAMES_SHOWN: Final = 5

BLOCKERS: Final[dict[str, str]] = {
    "settlement_hold": "the time for which the definition holds money back after the end is not over",
    "holds": "accounts that could be paid are held by a validator or a detector",
    "integrity": "detectors have not looked at all that counts",
    "proposals": "decisions that take an account out wait for a second reviewer",
    "appeals": "appeals of agencies wait for an answer",
    "metrics": "accounts wait for a metric that is worked out from the archive",
    "inbox": "accepted events are not applied yet",
    "buried": "events could not be applied and were set aside",
    "archive": "the archive does not have everything yet, or cannot be written",
    "audit": "there was no audit since the cut-off, or it found differences",
    "scheduler": "no scheduler runs that would carry it out",
    "unfunded": "as the warning, where the installation asks for the money first",
}
WARNINGS: Final[dict[str, str]] = {
    "appeal_period": "agencies may still appeal against decisions",
    "bank_details": "accounts would be paid whose bank account is not confirmed",
    "unfunded": "the campaign was given less money than its awards come to, or may come to",
    "integrity": "detectors have not looked at all that counts, where the installation does not ask for it",
}


class Blocker(Struct, frozen=True, omit_defaults=True):
    """One thing that speaks against it, or a warning. `count`: how many of what `detail` is about."""

    code: str
    detail: str
    count: int | None = None


class Situation(Struct, frozen=True, kw_only=True):
    """How things are at `now_ms`, as far as it matters.

    `held`: ids of held accounts that could be paid. `unevaluated`: accounts that wait for a metric. `unbanked`:
    accounts that would be paid by an instrument that needs a bank account, and have none. `inbox_lag_ms` and
    `archive_lag_ms`: the age of the oldest event that is not there yet. `audit`: the last one. `unexamined`: why
    detectors have not looked at all of it, as far as that is known; None where they have, or need not. `proposals` and
    `appeals`: ids of the flags where one waits, `appealable` those with a decision that may be appealed against.
    """

    campaign: str
    now_ms: int
    cutoff_ms: int
    hold_until_ms: int = 0
    held: tuple[str, ...] = ()
    unevaluated: int = 0
    unbanked: int = 0
    pending_events: int = 0
    inbox_lag_ms: int = 0
    buried_entries: int = 0
    archive_lag_ms: int = 0
    archive_problem: str = ""
    audit: Audit | None = None
    scheduler_acts: bool = True
    is_correction: bool = False
    funding: Funding | None = None
    unexamined: str | None = None
    requires_checkpoint: bool = True
    proposals: tuple[str, ...] = ()
    appeals: tuple[str, ...] = ()
    appealable: tuple[str, ...] = ()
    appealable_until_ms: int = 0


def blockers(situation: Situation) -> list[Blocker]:
    """All that keeps the campaign from being certified, in the order in which it is best mended."""
    return [found for check in _CHECKS for found in check(situation)]


def warnings(situation: Situation) -> list[Blocker]:
    """What keeps nobody from certifying, and somebody from being paid."""
    return [
        *_bank_details(situation),
        *_funding_warned(situation),
        *_appeal_period(situation),
        *_unexamined(situation),
    ]


def _appeal_period(situation: Situation) -> Iterator[Blocker]:
    flags, until_ms = situation.appealable, situation.appealable_until_ms
    if flags:
        what = _counted(len(flags), "decision", "decisions")
        detail = (
            f"Agencies may appeal against {what} until {rfc3339(until_ms)} ({_first(flags)}): it can be certified, and "
            "an appeal that is accepted later takes a correction."
        )
        yield Blocker("appeal_period", detail, len(flags))


def _bank_details(situation: Situation) -> Iterator[Blocker]:
    unbanked = situation.unbanked
    if unbanked:
        whom = _counted(unbanked, "account that would be paid has", "accounts that would be paid have")
        detail = (
            f"{whom} no confirmed bank account yet: it can be certified, and paid once they are confirmed."
        )
        yield Blocker("bank_details", detail, unbanked)


def _funding_warned(situation: Situation) -> Iterator[Blocker]:
    funding = situation.funding
    if funding and funding.is_short and not funding.is_required:
        fund = f"`leaderboard payouts fund {situation.campaign}` notes what there is to pay from"
        yield Blocker("unfunded", f"{funding_in_words(funding)}. It can be certified; {fund}.")


def _funding_required(situation: Situation) -> Iterator[Blocker]:
    funding = situation.funding
    if funding and funding.is_short and funding.is_required:
        fund = f"`leaderboard payouts fund {situation.campaign}` notes the money that it was given"
        yield Blocker("unfunded", f"{funding_in_words(funding)}. Before anything is certified, {fund}.")


def _settlement_hold(situation: Situation) -> Iterator[Blocker]:
    if situation.now_ms < situation.hold_until_ms:
        until = rfc3339(situation.hold_until_ms)
        yield Blocker("settlement_hold", f"Its definition holds money back until {until}.")


def _holds(situation: Situation) -> Iterator[Blocker]:
    held = situation.held
    if held:
        whom = _counted(len(held), "account that could be paid is", "accounts that could be paid are")
        detail = f"{whom} on hold until it is decided: {_first(held)}; "
        detail += f"`leaderboard flags {situation.campaign}` lists why."
        yield Blocker("holds", detail, len(held))


def _integrity(situation: Situation) -> Iterator[Blocker]:
    if situation.requires_checkpoint:
        yield from _not_looked_at(situation)


def _unexamined(situation: Situation) -> Iterator[Blocker]:
    if not situation.requires_checkpoint:
        yield from _not_looked_at(situation)


def _not_looked_at(situation: Situation) -> Iterator[Blocker]:
    """What a correction is made of was looked at before the first result."""
    if situation.unexamined is not None and not situation.is_correction:
        why = f" ({situation.unexamined})" if situation.unexamined else ""
        command = f"`leaderboard integrity {situation.campaign} --run` has them look"
        yield Blocker("integrity", f"Detectors have not looked at all that counts{why}: {command}.")


def _proposals(situation: Situation) -> Iterator[Blocker]:
    flags = situation.proposals
    if flags:
        what = _counted(len(flags), "decision waits", "decisions wait")
        detail = f"{what} for a second reviewer: {_first(flags)}; {_show(situation)}"
        yield Blocker("proposals", detail, len(flags))


def _appeals(situation: Situation) -> Iterator[Blocker]:
    flags = situation.appeals
    if flags:
        what = _counted(len(flags), "appeal waits", "appeals wait")
        detail = f"{what} for another reviewer's answer: {_first(flags)}; {_show(situation)}"
        yield Blocker("appeals", detail, len(flags))


def _show(situation: Situation) -> str:
    return f"`leaderboard flags show {situation.campaign} FLAG` has all about one."


def _metrics(situation: Situation) -> Iterator[Blocker]:
    """A correction works them out on the way; where a store was restored, nothing else would."""
    if situation.unevaluated and not situation.is_correction:
        whom = _counted(situation.unevaluated, "account waits", "accounts wait")
        detail = f"{whom} for a metric that the scheduler works out from the archive."
        yield Blocker("metrics", detail, situation.unevaluated)


def _inbox(situation: Situation) -> Iterator[Blocker]:
    if situation.pending_events:
        what = _counted(situation.pending_events, "accepted event is", "accepted events are")
        age = _age(situation.inbox_lag_ms)
        detail = (
            f"{what} not applied yet, the oldest for {age}: does a worker run? `leaderboard status` tells."
        )
        yield Blocker("inbox", detail, situation.pending_events)


def _buried(situation: Situation) -> Iterator[Blocker]:
    if situation.buried_entries:
        what = _counted(situation.buried_entries, "batch", "batches")
        detail = f"{what} could not be applied: `leaderboard buried` says why, and puts them back."
        yield Blocker("buried", detail, situation.buried_entries)


def _archive(situation: Situation) -> Iterator[Blocker]:
    if situation.archive_problem:
        yield Blocker("archive", f"Nothing is archived: {situation.archive_problem}.")
    elif situation.archive_lag_ms:
        age = _age(situation.archive_lag_ms)
        detail = f"The archive is behind by {age}: does an archiver run? `leaderboard status` tells."
        yield Blocker("archive", detail)


def _audit(situation: Situation) -> Iterator[Blocker]:
    """Accounts that the last audit could not compare are compared by the one of the certification itself.

    A correction is made because the result does not agree; whether the new one does, is found out on the way.
    """
    if situation.is_correction:
        return
    audit, command = situation.audit, f"`leaderboard audit {situation.campaign}`"
    if audit is None or audit.at_ms <= situation.cutoff_ms:
        yield Blocker("audit", f"There was no audit since the cut-off: {command} runs one.")
    elif not audit.agrees:
        what = _counted(audit.differences_count, "difference", "differences")
        detail = f"The last audit found {what} between the standings and the archive: {command} lists them."
        yield Blocker("audit", detail, audit.differences_count)


def _scheduler(situation: Situation) -> Iterator[Blocker]:
    if not situation.scheduler_acts:
        detail = "No scheduler runs, so nobody would carry it out: start `leaderboard scheduler`."
        yield Blocker("scheduler", detail)


_CHECKS: Final[tuple[Callable[[Situation], Iterator[Blocker]], ...]] = (
    _scheduler,
    _archive,
    _inbox,
    _buried,
    _metrics,
    _audit,
    _integrity,
    _holds,
    _proposals,
    _appeals,
    _funding_required,
    _settlement_hold,
)


def _first(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return f"{', '.join(names[:NAMES_SHOWN])}{more}"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _age(lag_ms: int) -> str:
    return span(lag_ms // 1000) if lag_ms >= 1_000 else "less than a second"
