from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.replay.csv_mapping import Mapping, mapping_of
from leaderboard.replay.csv_rows import read_rows
from leaderboard.replay.rebase import Shift
from leaderboard.replay.recorded import Recorded, ReplayError
from leaderboard.replay.sources import numbered
from leaderboard.replay.tally import Tally

VIEWS = mapping_of("product_view", ["at=time,product_id=sku,visitor_id=user,account_id=brand"])
HEADER = b"time,sku,user,brand\n"
ROW = b"2019-10-01 00:00:00 UTC,p1,u1,acme\n"


def read(
    content: bytes, tally: Tally | None = None, mapping: Mapping = VIEWS, shift: Shift | None = None
) -> list[Recorded]:
    tally = tally or Tally()
    return list(read_rows("f.csv", numbered("f.csv", iter([content]), tally), tally, mapping, shift))


def ids(content: bytes) -> list[str]:
    return [json.loads(event.body)["id"] for event in read(content)]


def skipped(content: bytes) -> dict[str, list[int]]:
    tally = Tally()
    read(content, tally)
    return {code: [example.line for example in cause.examples] for code, cause in tally.skipped.items()}


def test_a_row_is_an_event_with_its_line_and_its_time() -> None:
    [event] = read(HEADER + ROW)

    assert (event.file, event.line, event.at_ms) == ("f.csv", 2, 1_569_888_000_000)
    assert json.loads(event.body)["visitor_id"] == "u1"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + HEADER + ROW,
        (HEADER + ROW).replace(b"\n", b"\r\n"),
        (HEADER + ROW).rstrip(b"\n"),
        HEADER + b"\n\n" + ROW + b"\n",
        b'"time","sku","user","brand"\n"2019-10-01 00:00:00 UTC","p1","u1","acme"\n',
        b"\xef\xbb\xbf" + b'"time",sku,user,brand\n' + ROW,
    ],
)
def test_byte_order_mark_line_ends_and_quotes_make_no_other_event(content: bytes) -> None:
    assert [event.body for event in read(content)] == [event.body for event in read(HEADER + ROW)]


def test_a_row_that_stands_there_twice_is_one_event_wherever_it_stands() -> None:
    other = ROW.replace(b"u1", b"u2")

    assert ids(HEADER + ROW + other + ROW) == [*ids(HEADER + ROW), *ids(HEADER + other + ROW)]


def test_a_mapped_id_is_taken_as_it_is() -> None:
    mapping = mapping_of("refund", ["id=no,order_id=of,at=time,account_id:=a,amount=price,currency:=EUR"])

    [event] = read(b"no,of,time,price\nr1,o1,1569888000,3\n", mapping=mapping)

    assert json.loads(event.body)["id"] == "r1"


def test_a_shift_moves_the_time_and_changes_the_ids_of_refund_and_order_alike() -> None:
    mapping = mapping_of("refund", ["id=no,order_id=of,at=time,account_id:=a,amount=price,currency:=EUR"])

    [event] = read(b"no,of,time,price\nr1,o1,1569888000,3\n", mapping=mapping, shift=Shift(16))

    moved = json.loads(event.body)
    assert (moved["at"], moved["id"], moved["order_id"]) == (1_569_888_000_016, "r1~+10", "o1~+10")
    assert event.at_ms == 1_569_888_000_016


def test_an_amount_is_computed_row_by_row_where_nothing_is_grouped() -> None:
    mapping = mapping_of(
        "refund", ["id=no,order_id=no,at:=1569888000,account_id:=a,amount=count*price,currency:=EUR"]
    )
    tally = Tally()

    events = read(b"no,count,price\nr1,-3,0.10\nr2,3,0.10\nr3,-1,0.001\nr4,x,1\n", tally, mapping)

    assert [json.loads(event.body)["value"]["amount"] for event in events] == ["0.30"]
    assert {code: cause.examples[0].line for code, cause in tally.skipped.items()} == {
        "sign": 3,
        "fraction": 4,
        "bad_value": 5,
    }


def test_what_is_quoted_may_have_commas_and_line_ends_and_the_numbers_stay_right() -> None:
    content = HEADER + b'1569888000,"p,\n""1""",u1,acme\n' + ROW + b"short\n"
    events = read(content)

    assert json.loads(events[0].body)["product_id"] == 'p,\n"1"'
    assert [event.line for event in events] == [2, 4]
    assert skipped(content) == {"columns": [5]}


def test_the_cut_off_last_line_is_skipped_with_its_number() -> None:
    tally = Tally()

    events = read(HEADER + ROW + b"2019-10-01 02:50:00 UTC,1090", tally)

    assert len(events) == 1
    assert tally.skipped["columns"].examples[0].detail == "it has 2 columns, the header has 4"
    assert tally.skipped["columns"].examples[0].line == 3


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"1569888000,p\xff,u1,acme\n", "not_utf8"),
        (b"1569888000,p\0,u1,acme\n", "nul"),
        (b"1569888000,p,u1,acme,more\n", "columns"),
        (b'1569888000,"p" x,u1,acme\n', "not_csv"),
        (b"1569888000,p\r,u1,acme\n", "not_csv"),
        (b"1569888000,p,,acme\n", "empty"),
        (b"long ago,p,u1,acme\n", "bad_value"),
    ],
)
def test_a_broken_row_is_skipped_and_its_neighbours_are_not(bad: bytes, code: str) -> None:
    content = HEADER + ROW + bad + ROW

    assert skipped(content) == {code: [3]}
    assert [event.line for event in read(content)] == [2, 4]


def test_an_open_quote_costs_what_it_swallows_and_no_more() -> None:
    content = HEADER + b'1569888000,"p,u1,acme\n' + ROW * 10_000
    tally = Tally()

    events = read(content, tally)

    [example] = tally.skipped["not_csv"].examples
    assert example.line == 2
    assert "field larger than field limit" in example.detail
    assert events[-1].line == 10_002
    assert len(events) > 5_000


def test_an_open_quote_at_the_end_is_skipped() -> None:
    assert skipped(HEADER + ROW + b'1569888000,"p') == {"not_csv": [3]}


def test_rows_that_are_not_wanted_are_left_out_not_skipped() -> None:
    mapping = mapping_of(
        "product_view", ["at=time,product_id=sku,visitor_id=user,account_id=brand"], where=["user=u2"]
    )
    tally = Tally()

    events = read(HEADER + ROW + ROW.replace(b"u1", b"u2"), tally, mapping)

    assert (len(events), tally.left_out, tally.skipped_total) == (1, 1, 0)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", HEADER, HEADER.rstrip()])
def test_a_file_without_rows_has_no_events(content: bytes) -> None:
    assert read(content) == []


@pytest.mark.parametrize(
    "header",
    [b"when,sku,user,brand\n", b"time;sku;user;brand\n", b"time,sku,user,brand\xff\n", b"\xff\xfet\0"],
)
def test_a_header_without_the_columns_ends_the_replay(header: bytes) -> None:
    with pytest.raises(ReplayError, match=r"f\.csv: its header: (no column|it is not UTF-8|it has a NUL)"):
        read(header + ROW)


def test_another_delimiter_can_be_given() -> None:
    mapping = mapping_of(
        "product_view", ["at=time,product_id=sku,visitor_id=user,account_id=brand"], delimiter=";"
    )
    swapped = (HEADER + ROW).replace(b",", b";")

    assert read(swapped, mapping=mapping) == read(HEADER + ROW)


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(st.tuples(texts, texts, texts), max_size=5))
def test_whatever_is_written_as_csv_comes_back(rows: list[tuple[str, str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([("sku", "user", "brand"), *rows])
    mapping = mapping_of("product_view", ["at:=1569888000,product_id=sku,visitor_id=user,account_id=brand"])

    events = [json.loads(event.body) for event in read(written.getvalue().encode(), mapping=mapping)]

    assert [(event["product_id"], event["visitor_id"], event["account_id"]) for event in events] == rows
    assert len({event["id"] for event in events}) == len(set(rows))


@given(st.binary(max_size=200))
def test_no_bytes_break_it(content: bytes) -> None:
    tally = Tally()

    events = read(HEADER + content, tally)

    assert len(events) + tally.skipped_total <= tally.lines
