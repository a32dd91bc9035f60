"""The file of a batch: which format writes it, for whom it is dated, and what is wrong with its originator."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from string import ascii_uppercase, digits
from typing import Final
from zoneinfo import ZoneInfo

import rfc8785
from msgspec import Struct, to_builtins

from leaderboard.domain import nacha, pain001, payout_csv
from leaderboard.domain.nacha import NachaProfile
from leaderboard.domain.pain001 import Pain001Profile
from leaderboard.domain.payments import FileStamp, Payment
from leaderboard.domain.payouts import ID_LENGTH, Batch, Format, PayoutRefused

ENDINGS: Final[dict[Format, str]] = {"nacha": "ach", "pain001": "xml", "portal": "csv"}
MEDIA_TYPES: Final[dict[Format, str]] = {
    "nacha": "text/plain",
    "pain001": "application/xml",
    "portal": "text/csv",
}
# NACHA tells the files of a day apart by one of these.
MODIFIERS: Final = ascii_uppercase + digits

_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9:-]{1,35}", re.ASCII)


class Profiles(Struct, frozen=True, kw_only=True):
    """What the bank knows the originator by, in each format."""

    nacha: NachaProfile
    pain001: Pain001Profile


def profile_problems(format: Format, profiles: Profiles) -> list[str]:
    """What has to be filled in before a file of this format can be made, each beginning with its key."""
    if format == "nacha":
        return nacha.profile_problems(profiles.nacha)
    return pain001.profile_problems(profiles.pain001) if format == "pain001" else []


def profile_sha256(format: Format, profiles: Profiles) -> str:
    """An approval is bound to it: another originator is another batch."""
    profile: NachaProfile | Pain001Profile | None = None
    if format == "nacha":
        profile = profiles.nacha
    elif format == "pain001":
        profile = profiles.pain001
    return sha256(rfc8785.dumps(to_builtins(profile))).hexdigest()


def refusal(format: Format, payment: Payment, profiles: Profiles) -> str | None:
    """Why the format cannot carry this payment; None where it can."""
    if format == "nacha":
        return nacha.refusal(payment, profiles.nacha)
    if format == "pain001":
        return pain001.refusal(payment, profiles.pain001)
    return payout_csv.portal_refusal(payment)


def payment_file(batch: Batch, payments: Sequence[Payment], profiles: Profiles) -> bytes:
    """The file, the same bytes for the same batch and payees. It pays what the batch says, or there is none."""
    total = sum(payment.amount.minor for payment in payments)
    if (len(payments), total) != (batch.lines, batch.total_minor):
        raise RuntimeError(
            f"batch {batch.id} has {batch.lines} lines of {batch.total_minor} in all, not {len(payments)} of {total}"
        )
    stamp = _stamp(batch, profiles)
    if batch.format == "nacha":
        return nacha.nacha_file(payments, profiles.nacha, stamp)
    if batch.format == "pain001":
        return pain001.pain001_file(payments, profiles.pain001, stamp)
    return payout_csv.portal_file(payments, stamp)


def bank_calendar(format: Format, profiles: Profiles) -> str:
    """By whose banking days the originator's bank pays."""
    return "EU-TARGET" if format == "pain001" and not profiles.pain001.routing else "US-FED"


def file_name(batch: Batch) -> str:
    """What its file is called."""
    return f"{batch.id}.{ENDINGS[batch.format]}"


def local_day(now_ms: int, format: Format, profiles: Profiles) -> date:
    """The originator's day."""
    return _local(now_ms, format, profiles).date()


def modifier(number: int) -> str:
    """What tells the file after `number` others of its day apart."""
    if number >= len(MODIFIERS):
        most = len(MODIFIERS)
        text = f"{number} files were approved today, and a bank tells no more than {most} apart: approve it tomorrow."
        raise PayoutRefused("too_many_files", text)
    return MODIFIERS[number]


def _stamp(batch: Batch, profiles: Profiles) -> FileStamp:
    return FileStamp(
        batch=message_id(batch.id),
        created=_local(batch.approved_ms, batch.format, profiles),
        effective=date.fromisoformat(batch.effective_on),
        modifier=batch.modifier,
    )


def message_id(batch_id: str) -> str:
    """The batch's id where a bank takes it, else a short one of its own."""
    if _MESSAGE_ID.fullmatch(batch_id):
        return batch_id
    return f"B{sha256(batch_id.encode()).hexdigest()[:ID_LENGTH]}".upper()


def _local(now_ms: int, format: Format, profiles: Profiles) -> datetime:
    zone = {"nacha": profiles.nacha.zone, "pain001": profiles.pain001.zone}.get(format, "UTC")
    # To the minute: a NACHA file says no more.
    return datetime.fromtimestamp(now_ms // 60_000 * 60, UTC).astimezone(ZoneInfo(zone))
