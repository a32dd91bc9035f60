"""Payouts: awards become lines, lines make batches, and what may follow on what. Pays nobody, keeps nothing.

    prepared → approved → exported → settled
        └─────────┴──→ void

A line is live from its preparation until it is void or has come back; an award never has two live lines.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from typing import Any, Final, Literal
from unicodedata import category, normalize

import rfc8785
from msgspec import Struct, structs

from leaderboard.domain.money import Money, format_minor
from leaderboard.domain.payees import SealedPayee
from leaderboard.domain.times import rfc3339

Format = Literal["nacha", "pain001", "portal"]
BatchState = Literal["prepared", "approved", "exported", "settled", "void"]
LineState = Literal["prepared", "exported", "paid", "returned", "void"]

ID_LENGTH: Final = 15
# A store's scripts and browsers are exact up to here.
MAX_TOTAL_MINOR: Final = 2**53 - 1

FOLLOWING: Final[dict[BatchState, frozenset[BatchState]]] = {
    "prepared": frozenset({"approved", "void"}),
    "approved": frozenset({"exported", "void"}),
    "exported": frozenset({"exported", "settled"}),
    # What was paid may come back after all.
    "settled": frozenset({"settled"}),
    "void": frozenset(),
}


# Why a step with a batch is refused.
RefusalCode = Literal[
    "not_certified", "not_genuine", "correcting", "nothing_payable", "not_filled_in", "illegal_step", "same_person",
    "decided_flag", "decided_rescoring", "changed", "unfunded", "not_carried", "other_format", "too_many_files",
    "too_large", "not_reported", "maybe_sent", "busy", "no_difference",
]  # fmt: skip


class PayoutRefused(ValueError):
    """A step is not made; the text says why, and what to do. `code` is stable; `more` is what the answer lists."""

    def __init__(self, code: RefusalCode, text: str, **more: Any) -> None:
        super().__init__(text)
        self.code = code
        self.more = more


class Person(Struct, frozen=True):
    """Who does it: the id of a token, and the name it was issued under."""

    id: str
    name: str

    def is_also(self, token: str, name: str) -> bool:
        """Whether that token is this person's too. Two tokens of one name are one person's, however it is spelled."""
        return self.id == token or _spelled(self.name) == _spelled(name)


def _spelled(name: str) -> str:
    """A name without what cannot be seen: one form of each letter, no marks of format, single blanks."""
    plain = "".join(one for one in normalize("NFKC", name) if category(one) not in ("Cf", "Cc"))
    return " ".join(plain.split()).casefold()


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One award on its way to one payee: the `attempt`-th, counted from 1. `payee_hash` is of the sealed details.

    `code`: with which it was returned (R…), or what the bank corrected (C…). `reference`: the bank's own.
    """

    id: str
    award: str
    account: str
    place: int | None = None
    amount: Money
    attempt: int
    payee_version: int
    payee_hash: str
    last4: str
    state: LineState = "prepared"
    code: str = ""
    reference: str = ""
    settled_ms: int = 0

    @property
    def is_live(self) -> bool:
        """Whether it pays its award, or may still do."""
        return self.state in ("prepared", "exported", "paid")


class Batch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some lines that are approved together and go to the bank in one file. `version` grows with every step.

    `result_version` and `result_sha256`: of the result that they pay. `profile_sha256`: of what the file says of the
    originator. `calendar`: by whose banking days `due_on` and `send_by_on` are, with its edition. `prepared_by` and
    `approved_by` are tokens, `preparer` and `approver` their names. `effective_on`, the day on which the bank is to
    pay, and `modifier`, which tells the files of a day apart, are fixed by the approval. `file_sha256` is of the
    payment file, once there is one. `restored`: not exported in a backup, after which it may have been.
    """

    id: str
    campaign: str
    number: int
    version: int
    state: BatchState
    format: Format
    currency: str
    lines: int
    total_minor: int
    content_sha256: str
    result_version: int
    result_sha256: str
    profile_sha256: str
    due_on: str
    send_by_on: str
    calendar: str
    prepared_by: str
    preparer: str
    prepared_ms: int
    approved_by: str = ""
    approver: str = ""
    approved_ms: int = 0
    effective_on: str = ""
    modifier: str = ""
    exported_by: str = ""
    exported_ms: int = 0
    file_sha256: str = ""
    file_bytes: int = 0
    paid_lines: int = 0
    returned_lines: int = 0
    void_reason: str = ""
    restored: bool = False

    def moved(self, state: BatchState, **changes: Any) -> Batch:
        """The same in another state, one version on. PayoutRefused where that does not follow."""
        if state not in FOLLOWING[self.state]:
            text = f"Batch {self.id} is {self.state}, so it cannot become {state}."
            raise PayoutRefused("illegal_step", text)
        return structs.replace(self, state=state, version=self.version + 1, **changes)


def award_key(award: str, account: str) -> str:
    """What names an award of a campaign for ever: one live line pays it, whichever result it stands in."""
    return f"{award}|{account}"


def payout_id(campaign: str, award: str, account: str, attempt: int) -> str:
    """The id that a line has everywhere, 15 capital letters and digits: the same for the same award and attempt."""
    named = "\0".join((campaign, award, account, str(attempt)))
    return b32encode(sha256(named.encode()).digest()).decode()[:ID_LENGTH]


def payee_hash(payee: SealedPayee) -> str:
    """Tells one state of sealed details from any other. The ciphertext is in it, so the hash gives nothing away."""
    return sha256(rfc8785.dumps(structs.asdict(payee))).hexdigest()


def content_sha256(batch: Batch, lines: Iterable[Line]) -> str:
    """What an approval is bound to: who gets how much, where, for which result, when and how."""
    content: dict[str, Any] = {
        "batch": batch.id,
        "campaign": batch.campaign,
        "format": batch.format,
        "result": [batch.result_version, batch.result_sha256],
        "profile": batch.profile_sha256,
        "due": [batch.due_on, batch.send_by_on, batch.calendar],
        "lines": [
            [line.id, line.award, line.account, *_plain(line.amount), line.attempt, line.payee_hash]
            for line in sorted(lines, key=lambda line: line.id)
        ],
    }
    return sha256(rfc8785.dumps(content)).hexdigest()


def _plain(amount: Money) -> tuple[str, str]:
    return format_minor(amount.minor, amount.currency), amount.currency


def check_people(
    person: Person,
    parts: Iterable[tuple[str, Person, str]],
    accounts: Collection[str],
    code: RefusalCode = "decided_flag",
) -> None:
    """Whoever had a part in that an account is paid, or how much, neither prepares nor approves what pays it.

    `parts`: of which account, who, and what they did. PayoutRefused, with `code`, names the account.
    """
    for account, other, did in parts:
        if account in accounts and person.is_also(other.id, other.name):
            why = f"{person.name} {did} of account {account}, which would be paid"
            raise PayoutRefused(code, f"{why}: somebody else has to do this.")


def maybe_sent(batch: Batch, changes: str = "") -> PayoutRefused:
    """Why a restored batch is neither given up nor approved without asking. `changes`: what to say before."""
    text = (
        f"Batch {batch.id} was {batch.state} in the backup that the store was restored from, and its file may be with "
        "the bank: ask there. If it is, note that with `leaderboard payouts sent`; if it is not, void it and say so "
        "(`not_sent`)."
    )
    return PayoutRefused("maybe_sent", f"{changes} {text}".strip())


def summary(batch: Batch) -> dict[str, Any]:
    """What the audit log says of a batch: no line of it."""
    said = {
        "state": batch.state,
        "format": batch.format,
        "lines": batch.lines,
        "total": {"amount": format_minor(batch.total_minor, batch.currency), "currency": batch.currency},
        "content_sha256": batch.content_sha256,
        "result_version": batch.result_version,
    }
    if batch.approved_ms:
        said["approved_at"] = rfc3339(batch.approved_ms)
    if batch.file_sha256:
        said["file_sha256"] = batch.file_sha256
    if batch.state in ("exported", "settled"):
        said |= {"paid_lines": batch.paid_lines, "returned_lines": batch.returned_lines}
    return said | ({"void_reason": batch.void_reason} if batch.void_reason else {})


def state_after(batch: Batch, lines: Sequence[Line]) -> BatchState:
    """An exported batch is settled when the bank has said of every line what became of it."""
    return "settled" if all(line.state in ("paid", "returned") for line in lines) else "exported"
