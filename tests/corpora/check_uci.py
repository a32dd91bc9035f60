"""Holds `leaderboard replay --group-by` to the UCI Online Retail invoices; no part of the test suite.

`python -m tests.corpora.check_uci DIR`, where DIR has `by-day.tar.zst`: 541,909 lines of 25,900 invoices. What the
command's options make of them is added up, without a service, and compared with what stands in the file, added up
here in thousandths, and with the figures that are known of the set:

- sales, all lines of invoices that are neither `C…` nor `A…`, with or without a customer: 10,655,622.484. Four
  invoices end in a thousandth (there are four lines at 0.001); in whole pence an invoice it is 10,655,622.48.
- of those 22,061 invoices, 2,102 come to nothing: 1,336 are stock adjustments, with negative quantities at the price
  0.0, the others give things away. The options leave out both kinds of lines, so 19,959 orders remain.
- cancelled, all lines of the `C…` invoices: 896,812.49 in 3,836 refunds.
- `A…` adjusts bad debt: one invoice of 11,062.06, and two of -11,062.06 that are no orders and are reported.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import zstandard
from msgspec import Struct

from leaderboard.cli.replay_options import add_options, job_of
from leaderboard.replay.tally import Tally

_AMOUNT = "value.amount=Quantity*UnitPrice,currency:=GBP,account_id:=shop"
_SHARED = ["--group-by", "InvoiceNo", "--zone", "Europe/London", "--map"]
_FILLED = ["--where", "Quantity!^=-", "--where", "UnitPrice!=0.0"]
_SALES = ["--where", "InvoiceNo!^=C", "--where", "InvoiceNo!^=A", *_FILLED, "--round"]

ORDERS = ["--type", "order", *_SHARED, f"at=InvoiceDate,{_AMOUNT}", *_SALES]
REFUNDS = [
    "--type",
    "refund",
    *_SHARED,
    f"at=InvoiceDate,order_id=InvoiceNo,{_AMOUNT}",
    "--where",
    "InvoiceNo^=C",
]
BAD_DEBT = ["--type", "order", *_SHARED, f"at=InvoiceDate,{_AMOUNT}", "--where", "InvoiceNo^=A"]


class Sum(Struct, frozen=True):
    """Events with their money; `skipped` and `rounded` are those that are reported."""

    events: int
    amount: Decimal
    skipped: int = 0
    rounded: int = 0


EXPECTED = {
    "orders": Sum(19_959, Decimal("10655622.48"), rounded=4),
    "refunds": Sum(3_836, Decimal("896812.49")),
    "bad debt": Sum(1, Decimal("11062.06"), skipped=2),
}


def replayed(file: Path, options: list[str]) -> Sum:
    """What the command would send."""
    parser = argparse.ArgumentParser()
    add_options(parser)
    tally = Tally()
    job = job_of(parser.parse_args([str(file), *options]))
    values = [json.loads(event.body)["value"]["amount"] for event in job.recording.events(tally)]
    return Sum(len(values), sum(map(Decimal, values), Decimal()), tally.skipped_total, tally.rounded.count)


def added_up(file: Path) -> dict[str, Sum]:
    """The same, by a way of its own: whole thousandths an invoice, those of nothing left out."""
    invoices: dict[str, int] = defaultdict(int)
    for row in _rows(file):
        invoices[row["InvoiceNo"]] += int(row["Quantity"]) * _thousandths(row["UnitPrice"])
    sums: dict[str, list[int]] = {"orders": [], "refunds": [], "bad debt": []}
    for invoice, total in invoices.items():
        kind = {"C": "refunds", "A": "bad debt"}.get(invoice[0], "orders")
        if total:
            sums[kind].append(-total if kind == "refunds" else total)
    return {kind: _sum(totals) for kind, totals in sums.items()}


def _sum(totals: list[int]) -> Sum:
    pence = [(total + 5) // 10 for total in totals if total > 0]
    rounded = sum(total % 10 != 0 for total in totals if total > 0)
    return Sum(len(pence), Decimal(sum(pence)) / 100, len(totals) - len(pence), rounded)


def _thousandths(price: str) -> int:
    whole, _, fraction = price.removeprefix("-").partition(".")
    thousandths = int(whole + fraction.ljust(3, "0"))
    return -thousandths if price.startswith("-") else thousandths


def _rows(file: Path) -> Iterator[dict[str, str]]:
    unpacked = io.BytesIO(zstandard.ZstdDecompressor().stream_reader(file.read_bytes()).read())
    with tarfile.open(fileobj=unpacked) as archive:
        for member in archive:
            if (content := archive.extractfile(member)) is not None:
                yield from csv.DictReader(io.TextIOWrapper(content, "utf-8", newline=""))


def check(file: Path) -> list[str]:
    """A line for each sum that came out otherwise."""
    independent = added_up(file)
    lines = []
    for kind, options in (("orders", ORDERS), ("refunds", REFUNDS), ("bad debt", BAD_DEBT)):
        found = replayed(file, options)
        sys.stdout.write(f"{kind}: {found}\n")
        for what, wanted in (("expected", EXPECTED[kind]), ("added up", independent[kind])):
            if found != wanted:
                lines.append(f"{kind}: {what} {wanted}, replayed {found}")
    return lines


def main(arguments: list[str]) -> int:
    """0 when all sums are as expected, 1 when not, 2 on wrong usage."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tests.corpora.check_uci DIR\n")
        return 2
    wrong = check(Path(arguments[0]) / "by-day.tar.zst")
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
