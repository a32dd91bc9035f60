"""A pain.001 file: credit transfers as ISO 20022 has them, in the edition that the bank takes. Sends nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from leaderboard.domain.bank_numbers import bic_of, iban_of
from leaderboard.domain.bank_text import Unspellable, spelled
from leaderboard.domain.money import format_minor
from leaderboard.domain.pain001_profile import Pain001Profile, profile_problems
from leaderboard.domain.pain001_refusal import local_instrument, refusal
from leaderboard.domain.payees import AccountType, Address, Bank, UsBank
from leaderboard.domain.payments import FileStamp, Payment

__all__ = ["Pain001Profile", "pain001_file", "profile_problems", "refusal"]

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001."
ID_LENGTH: Final = 35
TEXT_LENGTH: Final = 140

_BIC_TAGS: Final = {"09": "BICFI", "03": "BIC"}
_ACCOUNT_TYPES: Final[dict[AccountType, str]] = {"checking": "CACC", "savings": "SVGS"}


def pain001_file(payments: Sequence[Payment], profile: Pain001Profile, stamp: FileStamp) -> bytes:
    """The file, the same bytes for the same payments in any order. ValueError where it cannot carry one of them."""
    _check(payments, profile)
    document = Element("Document", xmlns=NAMESPACE + profile.version)
    message = _put(document, "CstmrCdtTrfInitn")
    _header(message, payments, profile, stamp)
    ordered = sorted(payments, key=lambda payment: (*_group(payment, profile), payment.id))
    for number, (_, group) in enumerate(groupby(ordered, key=lambda payment: _group(payment, profile)), 1):
        _instruction(message, list(group), profile, stamp, number)
    indent(document, " ")
    # Some banks read only this way of declaring it.
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(document, encoding="unicode")}\n'.encode()


def _check(payments: Sequence[Payment], profile: Pain001Profile) -> None:
    repeated = [id_ for id_, times in Counter(payment.id for payment in payments).items() if times > 1]
    refusals = [said for payment in payments if (said := refusal(payment, profile))]
    problems = (
        profile_problems(profile) + refusals + [f"Payout {id_} is there more than once." for id_ in repeated]
    )
    if not payments:
        problems.append("There is nothing to pay.")
    if problems:
        raise ValueError(" ".join(problems))


def _group(payment: Payment, profile: Pain001Profile) -> tuple[str, str]:
    """What all payments of one instruction have in common."""
    return payment.amount.currency, local_instrument(payment.payee, profile)


def _header(message: Element, payments: Sequence[Payment], profile: Pain001Profile, stamp: FileStamp) -> None:
    header = _put(message, "GrpHdr")
    _put(header, "MsgId", stamp.batch)
    # The debtor's own time, without its distance from UTC: all banks read that, and some nothing else.
    _put(header, "CreDtTm", stamp.created.replace(tzinfo=None).isoformat(timespec="seconds"))
    _totals(header, payments)
    party = _put(header, "InitgPty")
    _put(party, "Nm", spelled(profile.debtor, profile.charset))
    if profile.debtor_id:
        _put(party, "Id/OrgId/Othr/Id", spelled(profile.debtor_id, "latin"))


def _instruction(
    message: Element, payments: Sequence[Payment], profile: Pain001Profile, stamp: FileStamp, number: int
) -> None:
    _, instrument = _group(payments[0], profile)
    instruction = _put(message, "PmtInf")
    _put(instruction, "PmtInfId", _instruction_id(stamp.batch, number))
    _put(instruction, "PmtMtd", "TRF")
    # One debit for all of them.
    _put(instruction, "BtchBookg", "true")
    _totals(instruction, payments)
    _type(instruction, profile.service_level, instrument)
    day = "ReqdExctnDt" if profile.version == "03" else "ReqdExctnDt/Dt"
    _put(instruction, day, stamp.effective.isoformat())
    _debtor(instruction, profile)
    by_scheme = instrument or profile.service_level == "SEPA"
    _put(instruction, "ChrgBr", "SLEV" if by_scheme else "SHAR")
    for payment in payments:
        _transfer(instruction, payment, profile)


def _instruction_id(batch: str, number: int) -> str:
    named = f"{batch}-{number}"
    return named if len(named) <= ID_LENGTH else sha256(named.encode()).hexdigest()[:ID_LENGTH].upper()


def _totals(parent: Element, payments: Iterable[Payment]) -> None:
    amounts = [Decimal(_amount(payment)) for payment in payments]
    _put(parent, "NbOfTxs", str(len(amounts)))
    _put(parent, "CtrlSum", format(sum(amounts), "f"))


def _type(instruction: Element, service_level: str, instrument: str) -> None:
    if not (service_level or instrument):
        return
    kind = _put(instruction, "PmtTpInf")
    if service_level:
        _put(kind, "SvcLvl/Cd", service_level)
    if instrument:
        _put(kind, "LclInstrm/Cd", instrument)


def _debtor(instruction: Element, profile: Pain001Profile) -> None:
    debtor = _put(instruction, "Dbtr")
    _put(debtor, "Nm", spelled(profile.debtor, profile.charset))
    address = _put(debtor, "PstlAdr")
    _put(address, "TwnNm", spelled(profile.debtor_town, profile.charset))
    _put(address, "Ctry", profile.debtor_country)
    if profile.iban:
        _put(instruction, "DbtrAcct/Id/IBAN", str(iban_of(profile.iban)))
    else:
        _put(instruction, "DbtrAcct/Id/Othr/Id", profile.account)
    _agent(_put(instruction, "DbtrAgt"), profile.version, profile.bic, profile.routing)


def _transfer(instruction: Element, payment: Payment, profile: Pain001Profile) -> None:
    payee = payment.payee
    transfer = _put(instruction, "CdtTrfTxInf")
    _put(transfer, "PmtId/EndToEndId", payment.id)
    _put(transfer, "Amt/InstdAmt", _amount(payment)).set("Ccy", payment.amount.currency)
    _creditor_agent(transfer, payee.bank, profile)
    creditor = _put(transfer, "Cdtr")
    _put(creditor, "Nm", spelled(payee.holder, profile.charset))
    _address(creditor, payee.address, profile)
    _creditor_account(transfer, payee.bank)
    _put(transfer, "RmtInf/Ustrd", _remittance(payment, profile))


def _remittance(payment: Payment, profile: Pain001Profile) -> str:
    """The payout's id where the text has no spelling: a campaign's name keeps nobody from being paid."""
    try:
        return spelled(payment.text, profile.charset)[:TEXT_LENGTH].strip() or payment.id
    except Unspellable:
        return payment.id


def _creditor_agent(transfer: Element, bank: Bank, profile: Pain001Profile) -> None:
    if isinstance(bank, UsBank):
        _agent(_put(transfer, "CdtrAgt"), profile.version, "", bank.routing)
    elif bank.bic or profile.service_level != "SEPA":
        _agent(_put(transfer, "CdtrAgt"), profile.version, bank.bic, "")


def _agent(parent: Element, version: str, bic: str, routing: str) -> None:
    institution = _put(parent, "FinInstnId")
    if bic:
        _put(institution, _BIC_TAGS[version], str(bic_of(bic)))
    if routing:
        member = _put(institution, "ClrSysMmbId")
        _put(member, "ClrSysId/Cd", "USABA")
        _put(member, "MmbId", routing)
    if not (bic or routing):
        _put(institution, "Othr/Id", "NOTPROVIDED")


def _address(creditor: Element, address: Address, profile: Pain001Profile) -> None:
    """In fields of its own, never in lines: since November 2026 SWIFT carries no other."""
    parent = _put(creditor, "PstlAdr")
    fields = (
        ("StrtNm", address.street),
        ("PstCd", address.postal_code),
        ("TwnNm", address.town),
        ("CtrySubDvsn", address.region),
        ("Ctry", address.country),
    )
    for tag, text in fields:
        if text is not None:
            _put(parent, tag, spelled(text, profile.charset))


def _creditor_account(transfer: Element, bank: Bank) -> None:
    account = _put(transfer, "CdtrAcct")
    if isinstance(bank, UsBank):
        _put(account, "Id/Othr/Id", bank.account)
        _put(account, "Tp/Cd", _ACCOUNT_TYPES[bank.account_type])
    else:
        _put(account, "Id/IBAN", str(iban_of(bank.iban)))


def _amount(payment: Payment) -> str:
    return format_minor(payment.amount.minor, payment.amount.currency)


def _put(parent: Element, path: str, text: str | None = None) -> Element:
    """Adds the elements of a path, each inside the one before, and answers the innermost."""
    for tag in path.split("/"):
        parent = SubElement(parent, tag)
    parent.text = text
    return parent
