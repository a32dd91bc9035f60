"""The list of a batch that people check: who, how much, what for. No bank data but the last four characters."""

from __future__ import annotations

from collections.abc import Mapping

from leaderboard.domain.payout_csv import ReviewRow, review_file
from leaderboard.domain.payouts import Batch, Line
from leaderboard.store.store import Store


async def review(store: Store, batch: Batch, lines: Mapping[str, Line]) -> bytes:
    """The file, as the lines stand."""
    names = list({line.account for line in lines.values()})
    accounts = await store.directory.accounts(names)
    payees = await store.payees.many(names)

    def row(line: Line) -> ReviewRow:
        account, payee = (
            accounts.get(line.account),
            payees[line.account].current if line.account in payees else None,
        )
        return ReviewRow(
            campaign=batch.campaign,
            batch=batch.id,
            payout_id=line.id,
            award=line.award,
            place=line.place,
            account_id=line.account,
            name=account.name if account else "",
            agency_id=account.agency_id if account else "",
            amount=line.amount,
            type=payee.type if payee else "",
            country=payee.country if payee else "",
            last4=line.last4,
            state=line.state,
            code=line.code,
            due_on=batch.due_on,
            attempt=line.attempt,
        )

    return review_file([row(line) for line in lines.values()])
