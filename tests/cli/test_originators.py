"""What the start says of originators that somebody has begun to fill in, and not finished."""

from __future__ import annotations

import logging

import pytest

from leaderboard.cli.opening import warn_of_unfinished_originators
from leaderboard.config import Payouts
from leaderboard.domain.nacha import NachaProfile
from leaderboard.domain.pain001 import Pain001Profile
from tests.domain.transfers import SEPA_PAYER
from tests.nacha_files import PROFILE

BEGUN = NachaProfile(destination="021000021", company_id="12")
ACCOUNT = "4412345678"


def warnings_of(payouts: Payouts, caplog: pytest.LogCaptureFixture) -> list[str]:
    with caplog.at_level(logging.WARNING):
        warn_of_unfinished_originators(payouts)
    return caplog.messages


def test_one_warning_names_each_key_that_is_missing_or_wrong(caplog: pytest.LogCaptureFixture) -> None:
    [said] = warnings_of(Payouts(nacha=BEGUN, pain001=Pain001Profile(account=ACCOUNT)), caplog)

    missing = (
        "nacha.destination_name",
        "nacha.origin",
        "nacha.company_id",
        "pain001.debtor",
        "pain001.routing",
    )
    assert [key for key in missing if f"payouts.{key}: " not in said] == []
    assert "payouts.nacha.destination: " not in said
    assert ACCOUNT not in said


@pytest.mark.parametrize(
    "payouts", [Payouts(), Payouts(nacha=PROFILE), Payouts(pain001=SEPA_PAYER), Payouts(format="portal")]
)
def test_what_is_finished_or_was_never_begun_is_no_matter(
    payouts: Payouts, caplog: pytest.LogCaptureFixture
) -> None:
    assert warnings_of(payouts, caplog) == []
