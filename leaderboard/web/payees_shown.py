"""Bank details as they are shown: masked, to everybody. Opens a seal only to compare, and says what is alike."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from leaderboard.domain.accounts import Id
from leaderboard.domain.payee_numbers import DetailsField, changed_fields
from leaderboard.domain.payees import Payee, PayeeDetails, PayeeType, SealedPayee
from leaderboard.domain.times import rfc3339
from leaderboard.store.vault import Vault, VaultError
from leaderboard.web.answers import Time
from leaderboard.web.auth import agency_of
from leaderboard.web.keys import STORE, VAULT
from leaderboard.web.payout_holds_shown import ScreeningShown, TaxFormShown, screening_shown, tax_form_shown

Version = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class PayeeDetailsShown(Struct, kw_only=True):
    """Bank details, masked: `last4` is the end of the account's number or of the IBAN, `country` the bank's.

    From `usable_from` on they are paid into. `proposed_by` and `confirmed_by` are ids of tokens, which agencies do not
    see.
    """

    version: Version
    type: PayeeType
    country: str
    kind: Literal["us", "iban"]
    last4: str
    proposed_at: Time
    confirmed_at: Time | None
    usable_from: Time | None
    proposed_by: str | UnsetType = UNSET
    confirmed_by: str | UnsetType | None = UNSET


class PayeeProposedShown(PayeeDetailsShown, kw_only=True):
    """Bank details that are proposed, masked. `changed`: which parts are other than in those that stand.

    `changed` is null where none stand, or where one of them cannot be opened.
    """

    changed: list[DetailsField] | None


class PayeeShown(Struct, kw_only=True):
    """What is known of an account's bank details. `proposed` takes the place of `current` once it is confirmed.

    `shared_with`: other accounts that are paid into the same bank account. `screening` and `tax_form` are what was
    noted last, and left out where nothing was. Agencies see none of the three.
    """

    account_id: Id
    current: PayeeDetailsShown | None
    proposed: PayeeProposedShown | None
    shared_with: list[Id] | UnsetType = UNSET
    screening: ScreeningShown | UnsetType = UNSET
    tax_form: TaxFormShown | UnsetType = UNSET


async def shown(request: web.Request, account: str, payee: Payee) -> PayeeShown:
    """As the caller may see it."""
    is_staff = agency_of(request) is None
    for_all = PayeeShown(
        account_id=account,
        current=_details(payee.current, is_staff=is_staff),
        proposed=_proposed(request.app[VAULT], account, payee, is_staff=is_staff),
    )
    return await _for_staff(request, account, payee, for_all) if is_staff else for_all


async def _for_staff(request: web.Request, account: str, payee: Payee, for_all: PayeeShown) -> PayeeShown:
    holds = request.app[STORE].payout_holds
    screening = (await holds.screenings([account])).get(account)
    form = (await holds.tax_forms([account])).get(account)
    return structs.replace(
        for_all,
        shared_with=await _shared_with(request, account, payee),
        screening=screening_shown(account, screening) if screening else UNSET,
        tax_form=tax_form_shown(account, form) if form else UNSET,
    )


def _details(sealed: SealedPayee | None, *, is_staff: bool) -> PayeeDetailsShown | None:
    if sealed is None:
        return None
    return PayeeDetailsShown(
        version=sealed.version,
        type=sealed.type,
        country=sealed.country,
        kind=sealed.kind,
        last4=sealed.last4,
        proposed_at=rfc3339(sealed.proposed_ms),
        confirmed_at=rfc3339(sealed.confirmed_ms) if sealed.confirmed_ms else None,
        usable_from=rfc3339(sealed.usable_from_ms) if sealed.confirmed_ms else None,
        proposed_by=sealed.proposed_by if is_staff else UNSET,
        confirmed_by=(sealed.confirmed_by or None) if is_staff else UNSET,
    )


def _proposed(vault: Vault, account: str, payee: Payee, *, is_staff: bool) -> PayeeProposedShown | None:
    shown = _details(payee.proposed, is_staff=is_staff)
    if shown is None:
        return None
    current, proposed = opened(vault, account, payee.current), opened(vault, account, payee.proposed)
    changed = changed_fields(current, proposed) if current and proposed else None
    return PayeeProposedShown(**structs.asdict(shown), changed=changed)


async def _shared_with(request: web.Request, account: str, payee: Payee) -> list[str]:
    """Other accounts in whose current details the same bank account stands, as in these or those proposed."""
    found = [one for one in (payee.current, payee.proposed) if one]
    marks = {mark for one in found for mark in _marks(request.app[VAULT], account, one)}
    others = await request.app[STORE].payees.every() if marks else {}
    return [
        other
        for other, one in others.items()
        if other != account and one.current and one.current.fingerprint in marks
    ]


def _marks(vault: Vault, account: str, sealed: SealedPayee) -> frozenset[str]:
    """Fingerprints are of a key: others may have been sealed before the keys were changed, or since."""
    details = opened(vault, account, sealed)
    return vault.fingerprints(details) if details else frozenset({sealed.fingerprint})


def opened(vault: Vault, account: str, sealed: SealedPayee | None) -> PayeeDetails | None:
    """The details in the clear, where there are any and they open."""
    try:
        return vault.open(account, sealed) if sealed else None
    except VaultError:
        return None
