"""What the bank says of a batch, taken in on a page: read, shown line by line, and only then believed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from leaderboard.store.store import Store
from tests.conftest import set_up_apollo
from tests.domain.test_nacha_returns import changed as with_entry
from tests.domain.test_nacha_returns import text as nacha_text
from tests.web.pages.paying_people import BATCH, exported
from tests.web.pages.visiting import Visitor, sign_in_with
from tests.web.paying import CAMPAIGN, Paid, paying


@pytest.fixture
async def paid(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Paid]:
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield paid


@pytest.fixture
async def pia(paid: Paid) -> Visitor:
    return await sign_in_with(paid.service, paid.preparer)


@pytest.fixture
async def ada(paid: Paid) -> Visitor:
    return await sign_in_with(paid.service, paid.approver)


async def sent_ids(paid: Paid) -> list[str]:
    return [line.id for line in await paid.lines(f"{CAMPAIGN}-1")]


async def test_a_report_is_shown_before_it_is_taken_in(paid: Paid, pia: Visitor, ada: Visitor) -> None:
    await exported(pia, ada)
    first, second, _ = await sent_ids(paid)
    report = f"id,status,code\n{first},paid,\n{second},returned,R03\n".encode()
    preview = await pia.post(f"{BATCH}/reconcile/preview", {"how": "file"}, files={"report": report})
    between = await paid.lines(f"{CAMPAIGN}-1")
    text = preview.tree.xpath("//textarea[@name='report']/text()")[0]
    taken = await pia.follow(await pia.post(f"{BATCH}/reconcile", {"report": text}))

    assert preview.status == 200
    assert "2 lines change." in preview.text
    assert "there is no such account (R03)" in preview.text
    assert "line 3" in preview.text
    assert {line.state for line in between} == {"exported"}
    assert [line.state for line in await paid.lines(f"{CAMPAIGN}-1")] == ["paid", "returned", "exported"]
    assert "there is no such account (R03)" in taken.text


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (b"", "Choose the file that the bank sent."),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"x" * (1024 * 1024 + 1), "the file is over 1 MiB"),
        (b"id,amount\n", "has no status"),
        (b"id,status\nAAAAAAAAAAAAAAA,paid\n", "line 2: AAAAAAAAAAAAAAA is no payout of this batch"),
        (b"id,status\nAAAAAAAAAAAAAAA,paid\nx,paid\n", "line 3: id must be that of a payout"),
        (b"101 short\n", "line 1: expected 94 printable ASCII characters"),
    ],
)
async def test_a_report_that_does_not_fit_is_told_by_line(
    paid: Paid, pia: Visitor, ada: Visitor, report: bytes, words: str
) -> None:
    await exported(pia, ada)
    shown = await pia.post(f"{BATCH}/reconcile/preview", {"how": "file"}, files={"report": report})

    assert shown.status == 422
    assert "Nothing was taken in." in shown.text
    assert words in shown.text
    assert {line.state for line in await paid.lines(f"{CAMPAIGN}-1")} == {"exported"}


async def test_all_paid_is_shown_and_taken_in_as_well(paid: Paid, pia: Visitor, ada: Visitor) -> None:
    await exported(pia, ada)
    preview = await pia.post(f"{BATCH}/reconcile/preview", {"how": "all_paid", "reference": "BANK, 1"})
    text = preview.tree.xpath("//textarea[@name='report']/text()")[0]
    await pia.post(f"{BATCH}/reconcile", {"report": text})

    lines = await paid.lines(f"{CAMPAIGN}-1")
    assert {(line.state, line.reference) for line in lines} == {("paid", "BANK, 1")}
    assert "Everybody in it is paid." in (await pia.get(BATCH)).text


async def test_a_bank_s_return_file_is_read_for_the_lines_of_this_batch(
    paid: Paid, pia: Visitor, ada: Visitor
) -> None:
    await exported(pia, ada)
    line = (await paid.lines(f"{CAMPAIGN}-1"))[0]
    entry = f"{line.amount.minor:010}{line.id}"
    file = nacha_text(with_entry(3, 30, entry)).encode()
    preview = await pia.post(f"{BATCH}/reconcile/preview", {"how": "file"}, files={"report": file})

    assert preview.status == 200
    assert "1 line changes." in preview.text
    assert "1 line is of another batch: upload the same file there, too." in preview.text
    assert "there is no such account (R03)" in preview.text
