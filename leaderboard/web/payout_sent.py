"""Restored batches whose file the bank has, as people have found out there. Decides nothing."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.store.marking_sent import mark_sent
from leaderboard.web.answers import answer
from leaderboard.web.bodies import read_setting
from leaderboard.web.endpoints import Answer, Body, Endpoint
from leaderboard.web.paying import APPROVERS, BATCH, PAYING, answering, find_batch, person
from leaderboard.web.payout_batches import Sha256
from leaderboard.web.payouts_shown import BatchShown, batch_shown

Confirmation = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1_000,
        pattern=r"\S",
        description="How the bank confirmed it. It stands in the audit log.",
    ),
]


class SentOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """Which file the bank has: the SHA-256 of the copy that was downloaded."""

    file_sha256: Sha256
    reference: Confirmation


async def mark_batch_sent(request: web.Request) -> web.Response:
    """Notes that the bank has the file of a restored batch."""
    order, found = await read_setting(request, SentOrder), await find_batch(request)
    with answering():
        who, reference = person(request), order.reference.strip()
        batch = await mark_sent(request.app[PAYING], found.id, who, order.file_sha256, reference)
    return answer(batch_shown(batch))


_EXAMPLE: Final = {
    "file_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "reference": "Confirmed by the bank on the telephone, file 4711.",
}

ENDPOINTS: Final = (
    Endpoint(
        "POST", "/v1/payouts/{batch}/sent", mark_batch_sent, APPROVERS, "Note a restored batch as sent", "Payouts",
        {
            200: Answer("It is exported, or was before with this file.", BatchShown),
            403: Answer(
                "The caller prepared it (`same_person`), released somebody in it (`decided_flag`), or had a part in a "
                "rescoring that moves them (`decided_rescoring`)."
            ),
            404: Answer("There is no such batch."),
            409: Answer("It was not restored as prepared or approved, or went out as another file (`changed`)."),
        },
        (BATCH,),
        Body({"application/json": SentOrder}, examples={"application/json": _EXAMPLE}),
        "After a restore, the file of a batch that the backup has as prepared or approved may be with the bank. Where "
        "the bank says that it is, the batch becomes exported, whatever has changed since, and waits for what the bank "
        "reports. Its file is not in the store: keep the copy.",
    ),
)  # fmt: skip
