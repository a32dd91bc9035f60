"""What a bank says became of payouts, taken in: paid, returned, or paid with a correction. Money that is unclear is
never guessed at: one line that does not fit, and nothing of the report is taken in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final, Literal, NamedTuple

from msgspec import Meta, Struct, structs

from leaderboard.domain.bank_codes import NACHA_CORRECTIONS, NACHA_RETURNS, OF_DEBITS
from leaderboard.domain.money import format_minor, parse_minor
from leaderboard.domain.payouts import ID_LENGTH, Line

Status = Literal["paid", "returned", "corrected"]

MOST_LINES: Final = 10_000

# ISO 20022 adds to its codes of returns every few months.
_ISO_RETURN: Final = re.compile(r"[A-Z]{2}\d\d", re.ASCII)


class Report(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What the bank says of one payout. `code`: of a return (R03, or AC04 from ISO 20022) or of a correction (C01).

    `amount`, where it is given, has to be the payout's. `reference` is the bank's own.
    """

    id: Annotated[str, Meta(min_length=1, max_length=35)]
    status: Status
    code: Annotated[str, Meta(max_length=4)] = ""
    amount: Annotated[str, Meta(max_length=32)] | None = None
    reference: Annotated[str, Meta(max_length=140)] = ""


class Finding(NamedTuple):
    """A line as it was and as it is from now on."""

    before: Line
    after: Line


class Reconciled(NamedTuple):
    """What changes, and what somebody should look at. `problems` are why nothing is taken in, by the report's index."""

    findings: list[Finding]
    warnings: list[str]
    problems: list[tuple[int, str]]


def reconciled(lines: Mapping[str, Line], reports: Sequence[Report], now_ms: int) -> Reconciled:
    """What reports change of the lines of a batch. The same again changes nothing."""
    findings, warnings, problems = list[Finding](), list[str](), list[tuple[int, str]]()
    seen: dict[str, Report] = {}
    for index, report in enumerate(reports):
        line = lines.get(report.id)
        problem = _problem(line, report, seen.get(report.id))
        if problem or line is None:
            problems.append((index, problem or "is unknown"))
            continue
        if report.id in seen:
            continue
        seen[report.id] = report
        after = _after(line, report, now_ms)
        if after != line:
            findings.append(Finding(line, after))
            warnings += _warnings(line, report)
    return Reconciled(findings, warnings, problems)


def _problem(line: Line | None, report: Report, said_before: Report | None) -> str | None:
    if line is None:
        return f"{report.id[:ID_LENGTH]} is no payout of this batch"
    if said_before is not None and said_before != report:
        return f"{line.id} stands in the report twice, with different outcomes"
    if line.state in ("prepared", "void"):
        return f"{line.id} is {line.state}: it has not gone to the bank"
    if report.status == "paid" and line.state == "returned":
        return f"{line.id} has come back ({line.code}): what pays it again is another payout"
    if report.status == "corrected" and line.state == "returned":
        return f"{line.id} has come back ({line.code}), so there is nothing to correct about it"
    return _code_problem(report) or _amount_problem(line, report)


def _code_problem(report: Report) -> str | None:
    if report.status == "returned" and not _is_return(report.code):
        return f"{report.id} was returned: `code` must be the bank's, such as R03 or AC04"
    if report.status == "corrected" and report.code not in NACHA_CORRECTIONS:
        return f"{report.id} was corrected: `code` must be that of the notification, such as C01"
    if report.status == "paid" and report.code:
        return f"{report.id} was paid: that has no `code`"
    return None


def _is_return(code: str) -> bool:
    return code in NACHA_RETURNS or bool(_ISO_RETURN.fullmatch(code))


def _amount_problem(line: Line, report: Report) -> str | None:
    if report.amount is None:
        return None
    currency = line.amount.currency
    wanted = f"{currency} {format_minor(line.amount.minor, currency)}"
    try:
        minor = parse_minor(report.amount, currency)
    except ValueError:
        return (
            f"{line.id}: `amount` must be a decimal text such as {format_minor(line.amount.minor, currency)}"
        )
    if minor != line.amount.minor:
        return f"{line.id} pays {wanted}, and the report says {report.amount}: find out why before anything is taken in"
    return None


def _after(line: Line, report: Report, now_ms: int) -> Line:
    if report.status == "returned":
        # Once returned, always returned: the first code stands.
        if line.state == "returned":
            return line
        return _settled(line, "returned", report.code, report.reference, now_ms)
    code = report.code if report.status == "corrected" else line.code
    if line.state == "paid" and (code, report.reference or line.reference) == (line.code, line.reference):
        return line
    return _settled(line, "paid", code, report.reference or line.reference, now_ms)


def _settled(line: Line, state: Literal["paid", "returned"], code: str, reference: str, now_ms: int) -> Line:
    return structs.replace(line, state=state, code=code, reference=reference, settled_ms=now_ms)


def _warnings(line: Line, report: Report) -> Iterable[str]:
    if report.status == "returned" and line.state == "paid":
        yield f"{line.id} had been paid and has come back ({report.code}): its award is to be paid again"
    if report.code in OF_DEBITS:
        yield f"{line.id}: {report.code} is a code for debits, and only credits were sent: ask the bank"
    if report.status == "corrected":
        what = f"the details of account {line.account} have to be changed before its next payment"
        yield f"{line.id}: {report.code}: {what}"
