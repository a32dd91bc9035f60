"""The ledger: what each step with money moves, and from where to where. Posts nothing and keeps nothing.

    funding ──fund──→ budget ──prepare──→ payable ──export──→ in_transit ──paid──→ settled
                        ↑ ←─────void─────────┘                    │                   │
                        └ ←───────────────return──────────────────┴───────────────────┘

An entry takes from some accounts what it gives to others, so it sums to nothing in each currency. None is ever changed:
what went wrong is moved back by another. Money that came back is the budget's, as it was before: what its award is to
be paid from then on, a correction may have changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from leaderboard.domain.money import Money
from leaderboard.domain.payouts import Batch, Line

Kind = Literal["fund", "prepare", "void", "export", "paid", "return"]
# (account, currency) → minor units.
Balances = Mapping[tuple[str, str], int]


class Posting(Struct, frozen=True):
    """What an account is given, or with a minus what is taken from it."""

    account: str
    currency: str
    minor: int


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of money. `ref` names it for ever: whatever has been posted under it is not posted again."""

    ref: str
    kind: Kind
    at_ms: int = 0
    actor: str = ""
    campaign: str
    batch: str = ""
    postings: tuple[Posting, ...]
    note: str = ""


def funding(campaign: str) -> str:
    """Where a campaign's money comes from: minus all that it was given."""
    return f"funding:{campaign}"


def budget(campaign: str) -> str:
    """What a campaign has left; below zero where more is paid than it was given."""
    return f"budget:{campaign}"


def payable(campaign: str, account: str) -> str:
    """What stands in batches that are not with the bank."""
    return f"payable:{campaign}:{account}"


def in_transit(campaign: str) -> str:
    """What is with the bank, which has not said what became of it."""
    return f"in_transit:{campaign}"


def settled(campaign: str, account: str) -> str:
    """What has arrived."""
    return f"settled:{campaign}:{account}"


def campaign_of(account: str) -> str:
    """Whose account of the ledger it is."""
    return account.split(":")[1]


def funded(campaign: str, money: Money, reference: str, *, actor: str = "", at_ms: int = 0) -> Entry:
    """A campaign is given money. `reference` is the payer's own, such as the number of a transfer."""
    return Entry(
        ref=f"fund:{campaign}:{reference}",
        kind="fund",
        at_ms=at_ms,
        actor=actor,
        campaign=campaign,
        postings=_postings([(funding(campaign), budget(campaign), money)]),
        note=reference,
    )


def prepared(batch: Batch, lines: Iterable[Line], *, actor: str = "", at_ms: int = 0) -> Entry:
    """A batch takes its lines from the budget; by whom and when it says itself, unless told."""
    campaign = batch.campaign
    moves = [(budget(campaign), payable(campaign, line.account), line.amount) for line in lines]
    return _entry("prepare", batch.id, batch, moves, actor or batch.prepared_by, at_ms or batch.prepared_ms)


def voided(batch: Batch, lines: Iterable[Line], *, actor: str = "", at_ms: int = 0) -> Entry:
    """A batch that does not go to the bank gives back what it took."""
    campaign = batch.campaign
    moves = [(payable(campaign, line.account), budget(campaign), line.amount) for line in lines]
    return _entry("void", batch.id, batch, moves, actor, at_ms)


def exported(batch: Batch, lines: Iterable[Line], *, actor: str = "", at_ms: int = 0) -> Entry:
    """There is a file of the batch, so its money may be on its way; by whom and when the batch says, unless told."""
    campaign = batch.campaign
    moves = [(payable(campaign, line.account), in_transit(campaign), line.amount) for line in lines]
    return _entry("export", batch.id, batch, moves, actor or batch.exported_by, at_ms or batch.exported_ms)


def paid(batch: Batch, line: Line, *, actor: str = "", at_ms: int = 0) -> Entry:
    """The bank has said that a line arrived; when, the line says, unless told."""
    campaign = batch.campaign
    moves = [(in_transit(campaign), settled(campaign, line.account), line.amount)]
    return _entry("paid", line.id, batch, moves, actor, at_ms or line.settled_ms)


def returned(batch: Batch, line: Line, code: str, *, actor: str = "", at_ms: int = 0) -> Entry:
    """A line came back with a code. `line` as it was before that: with the bank, or paid."""
    campaign = batch.campaign
    was_at = settled(campaign, line.account) if line.state == "paid" else in_transit(campaign)
    moves = [(was_at, budget(campaign), line.amount)]
    return _entry("return", f"{line.id}:{code}", batch, moves, actor, at_ms)


def _entry(
    kind: Kind, named: str, batch: Batch, moves: Iterable[tuple[str, str, Money]], actor: str, at_ms: int
) -> Entry:
    return Entry(
        ref=f"{kind}:{named}",
        kind=kind,
        at_ms=at_ms,
        actor=actor,
        campaign=batch.campaign,
        batch=batch.id,
        postings=_postings(moves),
    )


def _postings(moves: Iterable[tuple[str, str, Money]]) -> tuple[Posting, ...]:
    """What it comes to for each account, of money that goes from one to another."""
    sums: Counter[tuple[str, str]] = Counter()
    for source, target, money in moves:
        sums[source, money.currency] -= money.minor
        sums[target, money.currency] += money.minor
    return tuple(Posting(account, currency, minor) for (account, currency), minor in sorted(sums.items()))


class Trial:
    """A trial balance: entries are added one by one, and what is wrong with them is said in the end."""

    def __init__(self) -> None:
        self.balances: Counter[tuple[str, str]] = Counter()
        self._references: set[str] = set()
        self._problems: list[str] = []

    def add(self, entry: Entry) -> None:
        """Takes the next entry."""
        self._problems += _problems_of(entry)
        if entry.ref in self._references:
            self._problems.append(f"{entry.ref}: is posted twice")
        self._references.add(entry.ref)
        for one in entry.postings:
            self.balances[one.account, one.currency] += one.minor

    def problems(self, kept: Balances | None = None) -> list[str]:
        """All that is wrong. `kept` are balances that were kept beside the entries, to be held against them."""
        return self._problems + (_differences(self.balances, kept) if kept is not None else [])


def balances(entries: Iterable[Entry]) -> dict[tuple[str, str], int]:
    """(account, currency) → what the entries come to, in minor units."""
    trial = _tried(entries)
    return dict(trial.balances)


def problems(entries: Iterable[Entry], kept: Balances | None = None) -> list[str]:
    """What is wrong with a ledger, each line naming the entry or the account; empty where nothing is."""
    return _tried(entries).problems(kept)


def _tried(entries: Iterable[Entry]) -> Trial:
    trial = Trial()
    for entry in entries:
        trial.add(entry)
    return trial


def _problems_of(entry: Entry) -> Iterator[str]:
    if not entry.postings:
        yield f"{entry.ref}: moves nothing"
    sums: Counter[str] = Counter()
    for one in entry.postings:
        sums[one.currency] += one.minor
        if one.minor == 0:
            yield f"{entry.ref}: gives {one.account} nothing"
    for currency, minor in sorted(sums.items()):
        if minor:
            yield f"{entry.ref}: is out of balance by {minor} minor units of {currency}"


def _differences(found: Balances, kept: Balances) -> list[str]:
    return [
        f"{account}: is kept as {kept.get((account, currency), 0)} minor units of {currency}, "
        f"and the entries come to {found.get((account, currency), 0)}"
        for account, currency in sorted(found.keys() | kept.keys())
        if found.get((account, currency), 0) != kept.get((account, currency), 0)
    ]
