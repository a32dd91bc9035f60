"""Whatever is paid to whomever: refused, or in a file that both schemas take."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from leaderboard.domain.pain001 import Pain001Profile, pain001_file, refusal
from leaderboard.domain.payees import Address
from leaderboard.domain.payments import Payment
from tests.domain.transfers import (
    ABROAD_PAYER,
    CHECKING,
    FRENCH,
    GERMAN,
    SAUDI,
    SAVINGS,
    SEPA_PAYER,
    STAMP,
    US_PAYER,
    Read,
    accepted_by,
    payment,
)

names = st.from_regex(r"[A-Za-zÀ-ž][A-Za-zÀ-ž' .&/<>-]{0,33}", fullmatch=True)
texts = names | st.text(max_size=50)
addresses = st.builds(
    Address,
    street=st.none() | texts,
    town=names,
    postal_code=st.none() | st.from_regex(r"[A-Z0-9 -]{4,16}", fullmatch=True),
    region=st.none() | names,
    country=st.sampled_from(["US", "PR", "DE"]),
)
payments = st.builds(
    payment,
    st.integers(1, 10**9).map(lambda number: f"P{number}"),
    minor=st.integers(0, 10**10),
    currency=st.sampled_from(["USD", "USD", "EUR", "EUR", "JPY", "KWD", "CLF"]),
    holder=texts,
    type_=st.sampled_from(["person", "company"]),
    bank=st.sampled_from([CHECKING, SAVINGS, GERMAN, FRENCH, SAUDI]),
    address=addresses,
    text=texts,
)
profiles = st.builds(
    structs.replace,
    st.sampled_from([US_PAYER, SEPA_PAYER, ABROAD_PAYER]),
    version=st.sampled_from(["09", "03"]),
    charset=st.sampled_from(["latin", "utf-8"]),
)


@given(st.lists(payments, max_size=5, unique_by=lambda one: one.id), profiles, st.randoms())
def test_what_is_not_refused_is_carried(
    tried: list[Payment], profile: Pain001Profile, chance: Random
) -> None:
    carried = [one for one in tried if refusal(one, profile) is None] or [
        payment(bank=GERMAN, currency="EUR")
    ]

    file = pain001_file(carried, profile, STAMP)

    assert accepted_by(file, profile.version) == (True, True)
    read = Read(file, profile.version)
    assert sorted(read.all("EndToEndId")) == sorted(one.id for one in carried)
    assert Decimal(read.one("GrpHdr/CtrlSum")) == sum(Decimal(text) for text in read.all("InstdAmt"))
    assert file == pain001_file(chance.sample(carried, len(carried)), profile, STAMP)
