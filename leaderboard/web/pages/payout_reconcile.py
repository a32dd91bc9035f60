"""What the bank says of a batch: a file is read, shown line by line, and taken in when somebody has looked at it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from aiohttp import web

from leaderboard.domain.bank_reports import ReportLine, ReportRead, WrongReport, read_any, read_csv, text_of
from leaderboard.domain.money import Money, parse_minor
from leaderboard.domain.payouts import Line
from leaderboard.domain.reconciling import Finding, Report, reconciled
from leaderboard.web.pages.paths import api, below
from leaderboard.web.pages.payout_asking import PAYERS, Document, batch_name, campaign_of, whole_batch
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem

_COLUMNS: Final = ("id", "status", "code", "amount", "reference")
_MOST_SHOWN: Final = 100


class Preview(NamedTuple):
    """What a report would change. `text` is the report to be taken in; `others` lines of it are of other batches."""

    findings: list[Finding]
    places: dict[str, str]
    known: int
    warnings: list[str]
    others: int
    text: str


async def show_form(visit: Visit) -> web.Response:
    """Asks for the bank's file."""
    return await _form(visit)


async def _form(visit: Visit, problems: Sequence[str] = (), status: int = 200) -> web.Response:
    batch = await visit.ask(api("payouts", batch_name(visit)), limit=1)
    return visit.page(
        "payout_reconcile.html",
        status,
        campaign=await campaign_of(visit, batch["campaign"]),
        batch=batch,
        problems=problems[:_MOST_SHOWN],
        more=len(problems[_MOST_SHOWN:]),
        reference=visit.field("reference"),
    )


async def preview_report(visit: Visit) -> web.Response:
    """What the file says, before anything is taken in."""
    batch = await whole_batch(visit, batch_name(visit))
    try:
        preview = _preview(visit, batch, _read(visit, batch))
    except WrongReport as wrong:
        return await _form(visit, wrong.problems, 422)
    return visit.page(
        "payout_preview.html",
        campaign=await campaign_of(visit, batch["campaign"]),
        batch=batch,
        preview=preview,
        names={item["id"]: item["name"] for item in batch["items"]},
        amounts={item["id"]: item["amount"] for item in batch["items"]},
        shown=preview.findings[:_MOST_SHOWN],
        more=len(preview.findings[_MOST_SHOWN:]),
    )


def _read(visit: Visit, batch: Document) -> ReportRead:
    if visit.field("how") == "all_paid":
        return _all_paid(visit, batch)
    try:
        content = visit.upload("report")
    except Problem as problem:
        raise WrongReport(*(one.detail for one in problem.errors)) from problem
    if not content:
        raise WrongReport(visit.words.gettext("Choose the file that the bank sent."))
    return read_any(text_of(content))


def _all_paid(visit: Visit, batch: Document) -> ReportRead:
    """Of every line that is on its way. What the bank has said of the others stands."""
    ids = [item["id"] for item in batch["items"] if item["state"] == "exported"]
    if not ids:
        raise WrongReport(visit.words.gettext("None of the lines is on its way."))
    reference = visit.field("reference")
    more = {"reference": reference} if reference else {}
    return ReportRead([{"id": one, "status": "paid"} | more for one in ids], [""] * len(ids))


def _preview(visit: Visit, batch: Document, read: ReportRead) -> Preview:
    lines = {item["id"]: _line(item) for item in batch["items"]}
    # A bank puts what came back of several batches into one file of NACHA; a CSV is of one batch.
    own = read.of(lines) if not any(read.places) else read
    if not own.lines:
        raise WrongReport(visit.words.gettext("None of the file's lines is a payout of this batch."))
    found = reconciled(lines, _reports(own), visit.now_ms)
    if found.problems:
        raise WrongReport(*(_placed(own.places[at], text) for at, text in found.problems))
    places = {line["id"]: place for line, place in zip(own.lines, own.places, strict=True)}
    return Preview(
        findings=found.findings,
        places=places,
        known=len(own.lines) - len(found.findings),
        warnings=found.warnings,
        others=len(read.lines) - len(own.lines),
        text=_written(own.lines),
    )


def _reports(read: ReportRead) -> list[Report]:
    """The lines as our API takes them. WrongReport for a text that is too long."""
    reports, problems = [], []
    for line, place in zip(read.lines, read.places, strict=True):
        try:
            reports.append(msgspec.convert(line, Report))
        except msgspec.ValidationError as error:
            problems.append(_placed(place, str(error)))
    if problems:
        raise WrongReport(*problems)
    return reports


def _placed(place: str, text: str) -> str:
    return f"{place}: {text}" if place else text


def _line(item: Mapping[str, Any]) -> Line:
    """A line as far as what a bank says of it depends on it."""
    amount = item["amount"]
    return Line(
        id=item["id"],
        award=item["award"],
        account=item["account_id"],
        place=item["place"],
        amount=Money(parse_minor(amount["amount"], amount["currency"]), amount["currency"]),
        attempt=item["attempt"],
        payee_version=0,
        payee_hash="",
        last4=item["last4"],
        state=item["state"],
        code=item["code"] or "",
        reference=item["reference"] or "",
    )


def _written(lines: Sequence[ReportLine]) -> str:
    text = io.StringIO()
    rows = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\n")
    rows.writeheader()
    rows.writerows(lines)
    return text.getvalue()


async def take_report(visit: Visit) -> web.Response:
    """Takes in what was looked at: all of it, or nothing."""
    name = batch_name(visit)
    try:
        lines = read_csv(visit.field("report")).lines
        await visit.tell("POST", api("payouts", name, "reconcile"), {"lines": lines})
    except WrongReport as wrong:
        return await _form(visit, wrong.problems, 422)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _form(visit, [one.detail for one in problem.errors] or [problem.detail], problem.status)
    return visit.redirect(below("payouts", name), done="bank_report_taken")


PAGES: Final = (
    PageEndpoint("GET", "/payouts/{batch}/reconcile", show_form, PAYERS),
    PageEndpoint("POST", "/payouts/{batch}/reconcile/preview", preview_report, PAYERS),
    PageEndpoint("POST", "/payouts/{batch}/reconcile", take_report, PAYERS),
)
