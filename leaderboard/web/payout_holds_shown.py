"""Screenings, tax forms and disputes as they are sent and shown. What follows from them is decided elsewhere."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from leaderboard.domain.accounts import END
from leaderboard.domain.payout_holds import ListName, Note, Screening, ScreeningVerdict, TaxForm, TaxFormName
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time

AwardId = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,63}" + END)]
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}" + END, extra_json_schema={"format": "date"})]
Why = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2_000,
        pattern=r"\S",
        description="A text of at most 2,000 characters, for the audit log.",
    ),
]


class ScreeningAsked(Struct, forbid_unknown_fields=True, frozen=True):
    """What a check against a list found. `review`: somebody has to look at it. `hit`: it is on the list."""

    verdict: ScreeningVerdict
    list: ListName
    list_version: ListName
    note: Note = ""


class ScreeningShown(Struct):
    """A verdict as it was noted; `by` is the id of a token."""

    account_id: str
    verdict: ScreeningVerdict
    list: str
    list_version: str
    note: str
    checked_at: Time
    by: str


class TaxFormAsked(Struct, forbid_unknown_fields=True, frozen=True):
    """A tax form that was received. The form itself is kept elsewhere."""

    form: TaxFormName
    received_on: Day


class TaxFormShown(Struct):
    """A tax form as it was noted; `by` is the id of a token."""

    account_id: str
    form: TaxFormName
    received_on: Day
    by: str


class DisputeAsked(Struct, forbid_unknown_fields=True, frozen=True):
    """Why an award is contested, or why it is not any more."""

    reason: Why


class DisputeShown(Struct):
    """A dispute as it was noted; `by` is the id of a token."""

    campaign: str
    award: str
    account_id: str
    reason: str
    at: Time
    by: str


def screening_shown(account: str, screening: Screening) -> ScreeningShown:
    """A verdict on an account."""
    return ScreeningShown(
        account_id=account,
        verdict=screening.verdict,
        list=screening.list,
        list_version=screening.list_version,
        note=screening.note,
        checked_at=rfc3339(screening.checked_ms),
        by=screening.by,
    )


def tax_form_shown(account: str, form: TaxForm) -> TaxFormShown:
    """The tax form of an account."""
    return TaxFormShown(account, form.form, form.received_on, form.by)
