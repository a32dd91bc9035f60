"""The made-up bank and its made-up payees: all that is needed for a file, and nobody's account."""

from __future__ import annotations

from pathlib import Path

import msgspec

from leaderboard.config import Payouts, load_config
from leaderboard.demo.payees import CONFIG, ROUTING, payee_setting
from leaderboard.domain.money import Money
from leaderboard.domain.nacha import profile_problems, refusal
from leaderboard.domain.payee_checks import PayeeAsked, checked_details
from leaderboard.domain.payments import Payment


def made_up_payouts(directory: Path) -> Payouts:
    path = directory / "config.toml"
    path.write_text(CONFIG, "utf-8")
    return load_config(path, {}).payouts


def test_the_made_up_originator_can_write_a_file_at_once(tmp_path: Path) -> None:
    payouts = made_up_payouts(tmp_path)

    assert profile_problems(payouts.nacha) == []
    assert payouts.payee_wait_h == 0


def test_every_made_up_payee_fits_into_the_file_and_has_an_account_of_its_own(tmp_path: Path) -> None:
    profile = made_up_payouts(tmp_path).nacha
    details = [
        checked_details(msgspec.convert(payee_setting(number), PayeeAsked)) for number in range(1, 2_001)
    ]
    payments = [
        Payment(
            id=f"PAYOUT{number:09}",
            account=f"demo-{number}",
            award="top_five",
            amount=Money(1, "USD"),
            payee=payee,
            text="Made up",
        )
        for number, payee in enumerate(details, 1)
    ]

    assert {refusal(payment, profile) for payment in payments} == {None}
    assert len({payee.bank for payee in details}) == 2_000
    assert {payee.bank.routing for payee in details} == {ROUTING}  # type: ignore[union-attr]
    assert all(payee.holder.startswith("Made Up ") for payee in details)
    assert {payee.type for payee in details} == {"person", "company"}
