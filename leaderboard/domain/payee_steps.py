"""What may be done with proposed bank details, and by whom. Opens no seal, keeps nothing."""

from __future__ import annotations

from typing import Literal

from msgspec import structs

from leaderboard.domain.payees import Payee, SealedPayee
from leaderboard.domain.payouts import Person


class PayeeRefused(ValueError):
    """A step is not made; the text says why, and what to do. `code` is stable."""

    def __init__(self, code: Literal["same_person", "changed"], text: str) -> None:
        super().__init__(text)
        self.code = code


def propose(payee: Payee, proposal: SealedPayee) -> Payee:
    """With another proposal, which takes the place of one that nobody has confirmed."""
    return structs.replace(payee, proposed=proposal, last_version=proposal.version)


def confirm(payee: Payee, version: int, by: Person, proposer: Person, *, now_ms: int, wait_ms: int) -> Payee:
    """With the proposal in force, usable after the waiting time; unchanged where the same person confirmed it before.

    `proposer` is who proposed this version, by `proposed_by`.
    """
    if payee.current and payee.current.version == version and payee.current.confirmed_by == by.id:
        return payee
    proposal = _proposed(payee, version)
    if by.is_also(proposer.id, proposer.name):
        raise PayeeRefused(
            "same_person",
            f"version {version} was proposed by you, or by a token of the same name: another person has to confirm "
            "it, with a token of their own name",
        )
    confirmed = structs.replace(
        proposal, confirmed_by=by.id, confirmed_ms=now_ms, usable_from_ms=now_ms + wait_ms
    )
    return structs.replace(payee, current=confirmed, proposed=None)


def reject(payee: Payee, version: int) -> Payee:
    """Without the proposal; what stands goes on standing."""
    _proposed(payee, version)
    return structs.replace(payee, proposed=None)


def withdraw(payee: Payee) -> Payee:
    """Without a proposal, for details that stand are wanted again; unchanged where there is none."""
    return structs.replace(payee, proposed=None) if payee.proposed else payee


def _proposed(payee: Payee, version: int) -> SealedPayee:
    proposal = payee.proposed
    if proposal is not None and proposal.version == version:
        return proposal
    if payee.current and payee.current.version == version:
        raise PayeeRefused("changed", f"version {version} was confirmed before, by somebody else")
    waiting = f"version {proposal.version} is" if proposal else "nothing is"
    raise PayeeRefused(
        "changed", f"version {version} is not proposed, {waiting}: look again before you decide"
    )
