"""NACHA files in tests: made-up payments, two validators from elsewhere, and a slow reader of fixed columns."""

from __future__ import annotations

from datetime import date, datetime
from itertools import dropwhile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from achkit import validate as achkit_validate  # type: ignore[import-untyped]
from achlens.core.validator import validate as achlens_validate  # type: ignore[import-untyped]

from leaderboard.domain.money import Money
from leaderboard.domain.nacha import NachaProfile
from leaderboard.domain.payees import Address, Bank, PayeeDetails, PayeeType, UsBank
from leaderboard.domain.payments import FileStamp, Payment

PROFILE = NachaProfile(
    destination="021000021",
    destination_name="First Bank of Somewhere",
    origin="1987654320",
    origin_name="Leaderboard Operations",
    company_name="Live Leaderboard",
    company_id="1987654320",
)
NEW_YORK = ZoneInfo("America/New_York")
STAMP = FileStamp(
    batch="b1",
    created=datetime(2026, 12, 23, 9, 5, tzinfo=NEW_YORK),
    effective=date(2026, 12, 29),
    modifier="A",
)
US = Address(town="Springfield", region="IL", country="US")
CHECKING = UsBank(routing="121042882", account="000123456789")
SAVINGS = UsBank(routing="011401533", account="9876-54", account_type="savings")


def payment(
    id: str = "AAAAAAAAAAAAAAA",
    *,
    amount_minor: int = 12_345,
    currency: str = "USD",
    holder: str = "Ana Ivić",
    type: PayeeType = "person",
    bank: Bank = CHECKING,
    address: Address = US,
    award: str = "top_five",
    text: str = "Spring Cup, place 1",
) -> Payment:
    """One that NACHA carries, unless a test says otherwise."""
    payee = PayeeDetails(type=type, holder=holder, address=address, bank=bank)
    return Payment(
        id=id, account="shop-7", award=award, amount=Money(amount_minor, currency), payee=payee, text=text
    )


def routing_number(first_eight: int) -> str:
    """With its check digit: the three weighted sums and it are a multiple of ten."""
    digits = f"{first_eight:08}"
    weighed = 3 * sum(map(int, digits[0::3])) + 7 * sum(map(int, digits[1::3])) + sum(map(int, digits[2::3]))
    return f"{digits}{-weighed % 10}"


def by_achlens(file: bytes) -> list[str]:
    """What achlens finds wrong, be it an error or a hint."""
    return [f"{found.rule_id} {found.message}" for found in achlens_validate(file.decode("ascii")).findings]


def by_achkit(file: bytes) -> list[str]:
    """What achkit finds wrong."""
    return [
        f"{error['code']} {error['message']}" for error in achkit_validate(file.decode("ascii"))["errors"]
    ]


class ReadEntry(NamedTuple):
    """An entry as a bank reads it. `entry_class` and `description` are those of its batch."""

    entry_class: str
    description: str
    code: str
    routing: str
    account: str
    amount_minor: int
    id: str
    name: str
    trace: str
    addenda: tuple[str, ...]


class ReadFile(NamedTuple):
    """A file as a bank reads it: its entries, and the records that say what they should come to."""

    header: str
    batch_headers: list[str]
    entries: list[ReadEntry]
    batch_controls: list[str]
    control: str
    records: int


def columns(record: str, first: int, last: int) -> str:
    """As the rule book counts: from 1, the last one included."""
    return record[first - 1 : last]


def read(file: bytes) -> ReadFile:
    """Column for column by the rule book's tables, and in the one order that a file of credits may have."""
    assert file.endswith(b"\n")
    records = file.decode("ascii").split("\n")[:-1]
    assert {len(record) for record in records} == {94}
    assert len(records) % 10 == 0
    without_filler = list(dropwhile(lambda record: record == "9" * 94, reversed(records)))[::-1]
    found: dict[str, Any] = {"5": [], "6": [], "8": []}
    for record in without_filler[1:-1]:
        if record[0] == "7":
            entry = found["6"][-1]
            found["6"][-1] = entry._replace(addenda=(*entry.addenda, record))
        else:
            found[record[0]].append(_read_entry(found["5"][-1], record) if record[0] == "6" else record)
    return ReadFile(
        without_filler[0], found["5"], found["6"], found["8"], without_filler[-1], len(without_filler)
    )


def _read_entry(header: str, record: str) -> ReadEntry:
    return ReadEntry(
        entry_class=columns(header, 51, 53),
        description=columns(header, 54, 63).rstrip(),
        code=columns(record, 2, 3),
        routing=columns(record, 4, 12),
        account=columns(record, 13, 29).rstrip(),
        amount_minor=int(columns(record, 30, 39)),
        id=columns(record, 40, 54).rstrip(),
        name=columns(record, 55, 76).rstrip(),
        trace=columns(record, 80, 94),
        addenda=(),
    )
