"""What people write about an account that is paid: bank details in it are refused, and never repeated."""

from __future__ import annotations

from aiohttp import web

from leaderboard.domain.payee_numbers import repeats_bank_details
from leaderboard.web.keys import STORE, VAULT
from leaderboard.web.payees_shown import opened
from leaderboard.web.problems import invalid


async def check_texts(request: web.Request, account: str, **texts: str) -> None:
    """422 for the first that has a number of the account's bank details in it, by the name of its field."""
    payee, vault = await request.app[STORE].payees.of(account), request.app[VAULT]
    known = [details for one in (payee.current, payee.proposed) if (details := opened(vault, account, one))]
    for name, text in texts.items():
        if repeats_bank_details(text, known):
            raise invalid(
                name,
                "repeats a number of the account's bank details, and is kept in the audit log: leave it out",
            )
