"""What `leaderboard payouts` shows of batches and their lines. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from leaderboard.cli.output import GAP, Column, Table, clean, count, moment
from leaderboard.cli.token_names import named

HASH_SHOWN: Final = 16
_LABEL_WIDTH: Final = 9
_BATCHES: Final = (
    Column("batch"),
    Column("state"),
    Column("format"),
    Column("lines", right=True),
    Column("total", right=True),
    Column("paid", right=True, below=True),
    Column("returned", right=True, below=True),
    Column("due", below=True),
    Column("send by", below=True),
)
_LINES: Final = (
    Column("payout"),
    Column("award", below=True),
    Column("place", right=True, below=True),
    Column("account", below=True),
    Column("name", below=True),
    Column("amount", right=True),
    Column("to"),
    Column("attempt", right=True),
    Column("state"),
    Column("code"),
    Column("reference", below=True),
)


def money_text(money: dict[str, Any] | None) -> str:
    """`USD 4000.00`; nothing for none."""
    return f"{money['currency']} {money['amount']}" if money else ""


def batch_lines(batch: dict[str, Any]) -> Iterator[str]:
    """One line each, as `label  words`: what an approver has to see before anything else."""
    for label, words in _facts(batch):
        yield clean(f"{label:<{_LABEL_WIDTH}}{GAP}{words}")


def _facts(batch: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "batch", f"{batch['id']}, {batch['state']}, of campaign {batch['campaign']}"
    yield "pays", f"{money_text(batch['total'])} in {count(batch['lines'], 'line')}, as {batch['format']}"
    result = batch["result"]
    yield "for", f"result {result['version']}, SHA-256 {result['sha256'][:HASH_SHOWN]}"
    if batch["due_on"]:
        yield "due", f"{batch['due_on']}, with the bank by {batch['send_by_on']} ({batch['calendar']})"
    if batch["effective_on"]:
        yield "pays on", batch["effective_on"]
    yield "content", batch["content_sha256"][:HASH_SHOWN]
    yield from _steps(batch)
    if batch["paid_lines"] or batch["returned_lines"]:
        yield "settled", f"{batch['paid_lines']:,} paid, {batch['returned_lines']:,} returned"
    if batch["file"]:
        # What was noted as sent after a restore, nobody here has counted.
        size = f"{batch['file']['bytes']:,} bytes, " if batch["file"]["bytes"] else ""
        yield "file", f"{size}with the SHA-256"
        yield "", batch["file"]["sha256"]
    if batch["void_reason"]:
        yield "void", batch["void_reason"]


def _steps(batch: dict[str, Any]) -> Iterator[tuple[str, str]]:
    # Whoever exports is mostly one of the two whose names a batch has.
    people = ((batch["prepared_by"], batch["preparer"]), (batch["approved_by"], batch["approver"]))
    names = {token: name for token, name in people if token and name}
    for step in ("prepared", "approved", "exported"):
        if batch[f"{step}_at"]:
            yield step, f"{moment(batch[f'{step}_at'])} UTC by {named(batch[f'{step}_by'], names)}"


def batches_table(batches: Sequence[dict[str, Any]]) -> Table:
    """The batches of a campaign, a row each."""
    return Table(_BATCHES, [_batch_row(batch) for batch in batches])


def _batch_row(batch: dict[str, Any]) -> list[str]:
    counts = [f"{batch[name]:,}" for name in ("paid_lines", "returned_lines")]
    names = [batch["id"], batch["state"], batch["format"], f"{batch['lines']:,}", money_text(batch["total"])]
    return [*names, *counts, batch["due_on"] or "", batch["send_by_on"] or ""]


def lines_table(items: Sequence[dict[str, Any]]) -> Table:
    """The lines of a batch. Of a bank account the last four are shown."""
    return Table(_LINES, [_line_row(item) for item in items]).used()


def _line_row(item: dict[str, Any]) -> list[str]:
    place = "" if item["place"] is None else str(item["place"])
    who = [item["id"], item["award"], place, item["account_id"], item["name"], money_text(item["amount"])]
    attempt = str(item["attempt"]) if item["attempt"] > 1 else ""
    return [*who, f"••••{item['last4']}", attempt, item["state"], item["code"] or "", item["reference"] or ""]


def payouts_sentence(found: dict[str, Any]) -> str:
    """How a campaign's payouts stand: `33 awards: 20 paid, 8 with the bank, 5 held`. Of these, what there is."""
    batches = [batch for batch in found["batches"] if batch["state"] != "void"]
    waiting = sum(batch["lines"] for batch in batches if batch["state"] in ("prepared", "approved"))
    sent = [batch for batch in batches if batch["state"] not in ("prepared", "approved")]
    parts = {
        "paid": sum(batch["paid_lines"] for batch in sent),
        "with the bank": sum(b["lines"] - b["paid_lines"] - b["returned_lines"] for b in sent),
        "in a batch that is not exported": waiting,
        "held": len(found["held"]),
        "to be prepared": found["payable"],
    }
    said = ", ".join(f"{number:,} {what}" for what, number in parts.items() if number)
    return f"{count(found['awards'], 'award')}{f': {said}' if said else ''}"
