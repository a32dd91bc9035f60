"""`leaderboard payouts ledger --check`: what does not add up is found, whatever the service says."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.cli.arguments import WrongUsage
from leaderboard.cli.ledger import checked, money_of
from leaderboard.cli.opening import CannotRun


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def ledger(given: str = "10.00", balance: str = "10.00") -> dict[str, Any]:
    """One funding of ten dollars."""
    postings = [
        {"account": "funding:c", "amount": usd("-10.00")},
        {"account": "budget:c", "amount": usd(given)},
    ]
    return {
        "items": [{"ref": "fund:c:W1", "postings": postings}],
        "balances": [
            {"account": "funding:c", "balance": usd("-10.00")},
            {"account": "budget:c", "balance": usd(balance)},
        ],
    }


def test_what_adds_up_is_said_by_currency() -> None:
    yen: dict[str, Any] = {
        "ref": "fund:j:W1",
        "postings": [
            {"account": "funding:j", "amount": {"amount": "-500", "currency": "JPY"}},
            {"account": "budget:j", "amount": {"amount": "500", "currency": "JPY"}},
        ],
    }
    both = ledger()
    both["items"].append(yen)
    both["balances"] += [{"account": one["account"], "balance": one["amount"]} for one in yen["postings"]]

    assert checked(ledger()) == "checked: 1 entry adds up to the balances; the sum of all is USD 0.00"
    assert checked(both) == "checked: 2 entries add up to the balances; the sum of all is JPY 0, USD 0.00"


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (ledger(given="10.01"), "entry fund:c:W1 does not sum to zero"),
        (ledger(balance="9.99"), "budget:c has USD 9.99, its entries sum to 10.00"),
        (ledger() | {"items": []}, "budget:c has USD 10.00, its entries sum to 0.00"),
        (ledger() | {"balances": []}, "budget:c has USD 0.00, its entries sum to 10.00"),
    ],
)
def test_a_cent_that_is_missing_anywhere_is_found(found: dict[str, Any], problem: str) -> None:
    with pytest.raises(CannotRun) as refused:
        checked(found)

    assert str(refused.value) == f"the ledger is wrong: {problem}"


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [("USD 10000", "10000.00", "USD"), ("usd  0.5", "0.50", "USD"), ("JPY 500", "500", "JPY")],
)
def test_money_is_a_currency_and_an_amount(text: str, amount: str, currency: str) -> None:
    assert money_of(text) == {"amount": amount, "currency": currency}


@pytest.mark.parametrize("text", ["10000", "USD", "USD 1.005", "XXY 5", "USD 1,000"])
def test_anything_else_is_no_money(text: str) -> None:
    with pytest.raises(WrongUsage, match="is not an amount such as USD"):
        money_of(text)
