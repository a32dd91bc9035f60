"""Batches of payouts: looked at, approved by another person, exported, reconciled, given up. Decides nothing."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Final, Literal

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import END
from leaderboard.domain.payout_files import MEDIA_TYPES, file_name
from leaderboard.domain.payouts import Batch, Format
from leaderboard.domain.reconciling import MOST_LINES, Report
from leaderboard.store.exporting import export
from leaderboard.store.paying_steps import approve, give_up
from leaderboard.store.payout_review import review
from leaderboard.store.reconciling import reconcile
from leaderboard.web.answers import answer, checked
from leaderboard.web.bodies import EVENTS_LIMIT_BYTES, read_setting
from leaderboard.web.endpoints import Answer, Body, Endpoint, Parameter
from leaderboard.web.keys import STORE
from leaderboard.web.paying import APPROVERS, BATCH, PAYERS, PAYING, READERS, answering, find_batch, person
from leaderboard.web.payouts_shown import BatchPage, BatchShown, ReconciledShown, batch_page, batch_shown
from leaderboard.web.problems import Problem

Limit = Annotated[int, Meta(ge=1, le=1_000)]
Cursor = Annotated[str, Meta(pattern="^[A-Z2-7]{1,35}" + END)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}" + END)]
Why = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"\S")]
Wanted = Literal["csv", "nacha", "pain001", "portal", "manifest"]

# As many lines as a batch may have, each with everything that may be said of it.
REPORT_LIMIT_BYTES: Final = EVENTS_LIMIT_BYTES
SHA256_HEADER: Final = "X-Content-SHA256"


class ApproveOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """`content_sha256` of the batch as it was looked at; another one is not approved."""

    content_sha256: Sha256 | None = None


class VoidOrder(Struct, forbid_unknown_fields=True, frozen=True):
    """Why; it stands in the audit log and with the batch. `not_sent`: of a batch that was approved before the store was
    restored, that its file is not with the bank."""

    reason: Why
    not_sent: bool = False


class BankReport(Struct, forbid_unknown_fields=True, frozen=True):
    """What the bank says became of payouts."""

    lines: Annotated[list[Report], Meta(min_length=1, max_length=MOST_LINES)]


async def get_batch(request: web.Request) -> web.Response:
    """A batch, with a page of its lines."""
    limit, after = checked(request, "limit", Limit, 100), checked(request, "cursor", Cursor, "")
    batch, store = await find_batch(request), request.app[STORE]
    rest = [line for name, line in (await store.payouts.lines(batch.id)).items() if name > after]
    page = rest[:limit]
    accounts = await store.directory.accounts([line.account for line in page])
    cursor = page[-1].id if len(rest) > limit else None
    return answer(batch_page(batch, page, accounts, cursor))


async def approve_batch(request: web.Request) -> web.Response:
    """Approves a batch, which takes another person than who prepared it."""
    order = await read_setting(request, ApproveOrder, required=False)
    found = await find_batch(request)
    with answering():
        batch = await approve(request.app[PAYING], found.id, person(request), order.content_sha256 or "")
    return answer(batch_shown(batch))


async def void_batch(request: web.Request) -> web.Response:
    """Gives a batch up that has not gone to the bank."""
    order, found = await read_setting(request, VoidOrder), await find_batch(request)
    with answering():
        who = person(request)
        batch = await give_up(request.app[PAYING], found.id, who, order.reason, is_unsent=order.not_sent)
    return answer(batch_shown(batch))


async def export_batch(request: web.Request) -> web.Response:
    """A file of a batch: the one for the bank, or the list for people."""
    asked = checked(request, "format", Wanted)
    found = await find_batch(request)
    wanted = asked or found.format
    if wanted == "csv":
        return await _review(request, found)
    if wanted not in ("manifest", found.format):
        raise _other_format(found, wanted)
    if request.method == "HEAD" and not found.file_sha256:
        raise Problem(409, "illegal_step", f"Batch {found.id} has no file yet; a GET makes it.")
    if wanted == "manifest":
        return await _manifest(request, found)
    with answering():
        batch, content = await export(request.app[PAYING], found.id, person(request))
    return _file(content, file_name(batch), MEDIA_TYPES[batch.format], batch.file_sha256)


async def reconcile_batch(request: web.Request) -> web.Response:
    """Takes in what the bank says of payouts."""
    report = await read_setting(request, BankReport, limit_bytes=REPORT_LIMIT_BYTES)
    found = await find_batch(request)
    with answering():
        outcome = await reconcile(request.app[PAYING], found.id, report.lines, person(request))
    return answer(ReconciledShown(batch_shown(outcome.batch), outcome.changed, outcome.warnings))


async def _manifest(request: web.Request, batch: Batch) -> web.Response:
    proof = await request.app[STORE].payouts.export(f"{batch.id}|manifest")
    if proof is None:
        detail = f"Batch {batch.id} is {batch.state}: its manifest is made together with its file."
        raise Problem(409, "illegal_step", detail)
    return _file(proof.encode(), f"{file_name(batch)}.manifest.json", "application/json")


async def _review(request: web.Request, batch: Batch) -> web.Response:
    """Who gets what is nobody else's business, so this is audited as well."""
    store = request.app[STORE]
    content = await review(store, batch, await store.payouts.lines(batch.id))
    said = {"format": "csv", "file_sha256": sha256(content).hexdigest()}
    await store.payouts.note(batch.id, person(request).id, "payout.download", said)
    return _file(content, f"{batch.id}-review.csv", "text/csv")


def _other_format(batch: Batch, wanted: Format) -> Problem:
    detail = (
        f"Batch {batch.id} is for the bank as {batch.format}, and a second file would pay twice. "
        f"Void it and prepare another one as {wanted}, as long as it is not exported."
    )
    return Problem(409, "other_format", detail)


def _file(content: bytes, name: str, media_type: str, digest: str = "") -> web.Response:
    headers = {
        # Bank data: nobody on the way keeps a copy.
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
        SHA256_HEADER: digest or sha256(content).hexdigest(),
    }
    return web.Response(body=content, content_type=media_type, charset="utf-8", headers=headers)


_NO_BATCH: Final = Answer("There is no such batch.")
_REPORT_EXAMPLE: Final = {
    "lines": [
        {"id": "MFRGGZDFMZTWQ2L", "status": "paid", "amount": "4000.00"},
        {"id": "NBSWY3DPEB3W64T", "status": "returned", "code": "R03"},
    ]
}

ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/payouts/{batch}", get_batch, READERS, "Look at a batch", "Payouts",
        {200: Answer("The batch, with a page of its lines.", BatchPage), 404: _NO_BATCH},
        (
            BATCH,
            Parameter("limit", "query", Limit, "How many lines, 100 unless told."),
            Parameter("cursor", "query", Cursor, "Reads on from the page before."),
        ),
    ),
    Endpoint(
        "POST", "/v1/payouts/{batch}/approve", approve_batch, APPROVERS, "Approve a batch", "Payouts",
        {
            200: Answer("It is approved, or was before.", BatchShown),
            403: Answer(
                "The caller prepared it (`same_person`), released somebody in it (`decided_flag`), or had a part in a "
                "rescoring that moves them (`decided_rescoring`)."
            ),
            404: _NO_BATCH,
            409: Answer("It is in another state, or something has changed since: then it is void."),
        },
        (BATCH,),
        Body(
            {"application/json": ApproveOrder}, "May be left out.", {"application/json": {}}, required=False
        ),
        "Bound to what was prepared: amounts, payees, bank details, the result, the dates and the originator. If any "
        "of it changes before the export, the batch is void. The day of payment is fixed here: the day it is due, or "
        "the first on which the bank can still pay.",
    ),
    Endpoint(
        "POST", "/v1/payouts/{batch}/void", void_batch, PAYERS, "Give a batch up", "Payouts",
        {
            200: Answer("It is void, or was before; its awards may be paid by another.", BatchShown),
            404: _NO_BATCH,
            409: Answer("It is exported: its file may be with the bank."),
        },
        (BATCH,),
        Body({"application/json": VoidOrder}, examples={"application/json": {"reason": "Wrong format."}}),
    ),
    Endpoint(
        "GET", "/v1/payouts/{batch}/export", export_batch, PAYERS, "Export a batch", "Payouts",
        {
            200: Answer("The file. `X-Content-SHA256` has its hash.", media_type="application/octet-stream"),
            404: _NO_BATCH,
            409: Answer("It is not approved, is for another format, or something has changed: then it is void."),
        },
        (
            BATCH,
            Parameter(
                "format", "query", Wanted,
                "The batch's own format, unless told: the file for the bank, made once and the same ever after. "
                "`csv`: the list for people, masked, at any time. `manifest`: what is signed about the file.",
            ),
        ),
        description="The first download of an approved batch makes its file; every download stands in the audit log. "
        "HEAD is answered with 409 until then, since only a GET makes a file.",
    ),
    Endpoint(
        "POST", "/v1/payouts/{batch}/reconcile", reconcile_batch, PAYERS, "Report what the bank says", "Payouts",
        {
            200: Answer("It is taken in; the same again changes nothing.", ReconciledShown),
            404: _NO_BATCH,
            409: Answer("The batch is not exported."),
            422: Answer("A line does not fit (`not_reported`): nothing was taken in, and `errors` names each."),
        },
        (BATCH,),
        Body({"application/json": BankReport}, examples={"application/json": _REPORT_EXAMPLE}),
        "`paid`, `returned` with the bank's code, or `corrected`: paid, and the bank asks for other details (C01). "
        "What was returned may be paid again by another batch; what was paid may be returned after all.",
    ),
)  # fmt: skip
