"""Made-up people to pay and a made-up bank to pay them through. No number here is anybody's account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# The demo's own [payouts]: bank details are usable as soon as they are confirmed, and files can be written.
ROUTING: Final = "021000021"
CONFIG: Final = f"""\
[payouts]
payee_wait_h = 0

[payouts.nacha]
destination = "{ROUTING}"
destination_name = "BANK MADE UP"
origin = "1999999999"
origin_name = "OPERATOR MADE UP"
company_name = "DEMO MADE UP"
company_id = "1999999999"
"""
TAX_FORM: Final[Mapping[str, str]] = {"form": "W-9", "received_on": "2026-01-02"}


def payee_setting(number: int) -> dict[str, Any]:
    """The body of `PUT /v1/accounts/{account}/payee`: every other one is a company, every third account is savings."""
    return {
        "type": "company" if number % 2 else "person",
        "holder": f"Made Up Payee {number:04}",
        "address": {
            "street": f"{number} Made-up Street",
            "town": "Springfield",
            "region": "IL",
            "postal_code": "62701",
            "country": "US",
        },
        "bank": {
            "routing": ROUTING,
            "account": f"99{number:08}",
            "account_type": "savings" if number % 3 == 0 else "checking",
        },
    }
