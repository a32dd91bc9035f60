"""What a result leaves to be paid: which awards have no live line, which are on hold, and the batch of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.money import Money, format_minor
from leaderboard.domain.payees import SealedPayee
from leaderboard.domain.payout_differences import Difference
from leaderboard.domain.payout_holds import PayoutHold
from leaderboard.domain.payouts import (
    MAX_TOTAL_MINOR,
    Batch,
    Format,
    Line,
    PayoutRefused,
    Person,
    award_key,
    content_sha256,
    payee_hash,
    payout_id,
)


class Held(Struct, frozen=True):
    """An award that is not paid for the time being, and all reasons."""

    award: str
    account: str
    place: int | None
    amount: Money
    reasons: tuple[PayoutHold, ...]


class Prospect(Struct, frozen=True):
    """An award that no live line pays. `attempt`: one more than those that came back."""

    award: ProvisionalAward
    attempt: int


class Due(Struct, frozen=True, kw_only=True):
    """When it has to be paid, and to be with the bank; '' where the programme says nothing. `calendar` with edition."""

    due_on: str
    send_by_on: str
    calendar: str


class Certified(Struct, frozen=True, kw_only=True):
    """The result that is paid, as far as that goes."""

    version: int
    sha256: str
    awards: tuple[ProvisionalAward, ...]


def prospects(awards: Iterable[ProvisionalAward], lines: Iterable[Line]) -> list[Prospect]:
    """What is left to be paid, in the order of the result. `lines`: all that the campaign ever had."""
    every = list(lines)
    live = {award_key(line.award, line.account) for line in every if line.is_live}
    returned = Counter(award_key(line.award, line.account) for line in every if line.state == "returned")
    return [
        Prospect(award, returned[key] + 1)
        for award in awards
        if (key := award_key(award.award, award.account)) not in live
    ]


def paid_otherwise(certified: Certified, unsettled: Iterable[Difference]) -> Iterator[Held]:
    """Awards that a live line pays with another amount than the result says: a correction came after it."""
    for one in unsettled:
        line, says = one.line, _money(one.owed) if one.owed.minor else "nothing"
        todo = "settle the difference by hand, and note that somebody has"
        if line.state == "prepared":
            todo = "prepare again, which gives its batch up"
        detail = f"Payout {line.id} pays {_money(line.amount)}, and result {certified.version} says {says}: {todo}."
        yield Held(line.award, line.account, one.place, one.owed, (PayoutHold("paid_otherwise", detail),))


def line_of(campaign: str, prospect: Prospect, payee: SealedPayee) -> Line:
    """The line that is to pay an award."""
    award = prospect.award
    return Line(
        id=payout_id(campaign, award.award, award.account, prospect.attempt),
        award=award.award,
        account=award.account,
        place=award.place,
        amount=award.amount,
        attempt=prospect.attempt,
        payee_version=payee.version,
        payee_hash=payee_hash(payee),
        last4=payee.last4,
    )


def batch_of(
    campaign: str,
    number: int,
    batch_id: str,
    lines: Sequence[Line],
    certified: Certified,
    due: Due,
    *,
    format: Format,
    profile_sha256: str,
    person: Person,
    now_ms: int,
) -> Batch:
    """A batch of these lines, prepared by somebody. PayoutRefused where it is more than can be summed exactly."""
    total = sum(line.amount.minor for line in lines)
    if total > MAX_TOTAL_MINOR:
        raise PayoutRefused("too_large", "The awards are more in all than one batch can carry exactly.")
    batch = Batch(
        id=batch_id,
        campaign=campaign,
        number=number,
        version=1,
        state="prepared",
        format=format,
        currency=lines[0].amount.currency,
        lines=len(lines),
        total_minor=total,
        content_sha256="",
        result_version=certified.version,
        result_sha256=certified.sha256,
        profile_sha256=profile_sha256,
        due_on=due.due_on,
        send_by_on=due.send_by_on,
        calendar=due.calendar,
        prepared_by=person.id,
        preparer=person.name,
        prepared_ms=now_ms,
    )
    return structs.replace(batch, content_sha256=content_sha256(batch, lines))


def award_of(line: Line) -> ProvisionalAward:
    """The award that a line pays."""
    return ProvisionalAward(line.award, line.account, line.place, line.amount)


def with_state(lines: Iterable[Line], state: str) -> list[Line]:
    """The lines in another state."""
    return [structs.replace(line, state=state) for line in lines]


def sums_by_account(awards: Iterable[ProvisionalAward]) -> Mapping[str, int]:
    """Account → minor units of all these awards."""
    sums: Counter[str] = Counter()
    for award in awards:
        sums[award.account] += award.amount.minor
    return sums


def _money(amount: Money) -> str:
    return f"{amount.currency} {format_minor(amount.minor, amount.currency)}"
