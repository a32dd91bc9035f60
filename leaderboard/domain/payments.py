"""A payment: what one line of a bank's file says, in the clear. Writes no file, decides nothing."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from leaderboard.domain.money import Money
from leaderboard.domain.payees import PayeeDetails


class Payment(Struct, frozen=True, kw_only=True):
    """`id` is the payout's, at most 15 letters and digits, the same in every file. `text` tells the payee what for."""

    id: str
    account: str
    award: str
    amount: Money
    payee: PayeeDetails
    text: str


class FileStamp(Struct, frozen=True, kw_only=True):
    """What makes a file of one batch the same bytes each time. `created`: local to the originator, to the minute.

    `modifier` is the letter or digit that tells files of one day apart.
    """

    batch: str
    created: datetime
    effective: date
    modifier: str
