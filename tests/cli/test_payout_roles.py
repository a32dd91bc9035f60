"""The help of `leaderboard payouts` names the roles that the service asks for."""

from __future__ import annotations

import pytest

from leaderboard.__main__ import main
from leaderboard.cli.payout_roles import TAKES, roles_lines
from leaderboard.domain.tokens import Role
from leaderboard.web.ledger import ENDPOINTS as LEDGER
from leaderboard.web.payout_batches import ENDPOINTS as BATCHES
from leaderboard.web.payout_differences import ENDPOINTS as DIFFERENCES
from leaderboard.web.payout_holds import ENDPOINTS as HOLDS
from leaderboard.web.payout_sent import ENDPOINTS as SENT
from leaderboard.web.payouts import ENDPOINTS as PAYOUTS

ASKED = {
    "prepare": ("POST", "/v1/campaigns/{campaign}/payouts"),
    "list": ("GET", "/v1/campaigns/{campaign}/payouts"),
    "show": ("GET", "/v1/payouts/{batch}"),
    "approve": ("POST", "/v1/payouts/{batch}/approve"),
    "export": ("GET", "/v1/payouts/{batch}/export"),
    "reconcile": ("POST", "/v1/payouts/{batch}/reconcile"),
    "void": ("POST", "/v1/payouts/{batch}/void"),
    "sent": ("POST", "/v1/payouts/{batch}/sent"),
    "fund": ("POST", "/v1/campaigns/{campaign}/funding"),
    "ledger": ("GET", "/v1/ledger"),
    "dispute": ("PUT", "/v1/campaigns/{campaign}/disputes/{award}/{account}"),
    "undispute": ("DELETE", "/v1/campaigns/{campaign}/disputes/{award}/{account}"),
    "screen": ("PUT", "/v1/accounts/{account}/screening"),
    "tax-form": ("PUT", "/v1/accounts/{account}/tax-form"),
    "settle-difference": ("PUT", "/v1/campaigns/{campaign}/differences/{award}/{account}"),
}


def test_every_verb_names_the_roles_of_what_it_asks() -> None:
    allowed: dict[tuple[str, str], frozenset[Role]] = {
        (one.method, one.path): one.allow
        for one in (*PAYOUTS, *BATCHES, *SENT, *LEDGER, *HOLDS, *DIFFERENCES)
    }

    assert {verb: frozenset(roles) for verb, roles in TAKES.items()} == {
        verb: allowed[asked] for verb, asked in ASKED.items()
    }


@pytest.mark.parametrize("verb", TAKES)
def test_the_help_of_a_verb_ends_its_description_with_its_roles(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["payouts", verb, "--help"])

    help = capsys.readouterr().out
    assert "\nTakes a token of role " in help
    assert all(role in help for role in TAKES[verb])


def test_the_help_of_all_lists_every_verb_once() -> None:
    listed = [verb for line in roles_lines() for verb in line.split("  ")[1].split(", ")]

    assert sorted(listed) == sorted(TAKES)
