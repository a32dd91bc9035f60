"""Proposed, confirmed, rejected: by two persons, and each version once."""

from __future__ import annotations

import pytest
from msgspec import structs

from leaderboard.domain.payee_steps import PayeeRefused, confirm, propose, reject, withdraw
from leaderboard.domain.payees import Payee
from leaderboard.domain.payouts import Person
from tests.domain.test_payees import sealed

PIA, ADA = Person("pia", "Pia"), Person("ada", "Ada")
PROPOSED = propose(Payee(), sealed(version=1))


def confirmed(payee: Payee, version: int, by: Person = ADA, proposer: Person = PIA) -> Payee:
    return confirm(payee, version, by, proposer, now_ms=5_000, wait_ms=100)


def test_a_confirmed_proposal_is_in_force_and_usable_after_the_waiting_time() -> None:
    payee = confirmed(PROPOSED, 1)

    assert payee.proposed is None
    assert payee.current == structs.replace(
        sealed(version=1), confirmed_by="ada", confirmed_ms=5_000, usable_from_ms=5_100
    )


def test_a_proposal_takes_the_place_of_the_one_before_and_leaves_what_stands() -> None:
    standing = confirmed(PROPOSED, 1)
    payee = propose(propose(standing, sealed(version=2)), sealed(version=3))

    assert (payee.current, payee.proposed) == (standing.current, sealed(version=3))


@pytest.mark.parametrize("by", [PIA, Person("pia", "Ada"), Person("other", "Pia"), Person("other", " PIA ")])
def test_whoever_proposed_does_not_confirm_under_any_token_of_that_name(by: Person) -> None:
    with pytest.raises(PayeeRefused, match="another person has to confirm it") as caught:
        confirmed(PROPOSED, 1, by)

    assert caught.value.code == "same_person"


def test_confirming_twice_changes_nothing() -> None:
    payee = confirmed(PROPOSED, 1)

    assert confirmed(payee, 1, proposer=Person("", "")) is payee


def test_what_somebody_else_confirmed_is_not_confirmed_again() -> None:
    with pytest.raises(PayeeRefused, match="version 1 was confirmed before, by somebody else") as caught:
        confirmed(confirmed(PROPOSED, 1), 1, Person("eve", "Eve"))

    assert caught.value.code == "changed"


@pytest.mark.parametrize(
    ("payee", "waiting"), [(Payee(), "nothing is"), (propose(PROPOSED, sealed(version=2)), "version 2 is")]
)
def test_only_what_is_proposed_is_decided_on(payee: Payee, waiting: str) -> None:
    for decide in (confirmed, reject):
        with pytest.raises(PayeeRefused, match=f"version 1 is not proposed, {waiting}: look again"):
            decide(payee, 1)


def test_a_rejected_proposal_is_gone_and_its_version_is_not_given_out_again() -> None:
    payee = reject(propose(confirmed(PROPOSED, 1), sealed(version=2)), 2)

    assert (payee.proposed, payee.last_version) == (None, 2)
    assert payee.current == confirmed(PROPOSED, 1).current


def test_a_proposal_that_is_withdrawn_leaves_what_stands_and_without_one_nothing_changes() -> None:
    standing = confirmed(PROPOSED, 1)

    assert withdraw(propose(standing, sealed(version=2))) == structs.replace(standing, last_version=2)
    assert withdraw(standing) is standing
