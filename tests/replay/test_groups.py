from __future__ import annotations

import json
import tracemalloc
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.replay.csv_mapping import Mapping, mapping_of
from leaderboard.replay.groups import Groups
from leaderboard.replay.rebase import Shift
from leaderboard.replay.recorded import ReplayError
from leaderboard.replay.recording import Recording
from leaderboard.replay.sources import numbered
from leaderboard.replay.tally import Tally

HEADER = "no,sku,quantity,price,time,shop\n"


def mapping(event_type: str = "order", *maps: str, where: tuple[str, ...] = (), **more: Any) -> Mapping:
    fields = "at=time,account_id=shop,value.amount=quantity*price,currency:=GBP"
    lists = ["product_ids=sku"] if event_type == "order" else ["order_id=no"]
    return mapping_of(event_type, [fields, *lists, *maps], where=where, group_by="no", **more)


def row(no: object, quantity: object = 1, price: object = "1.00", sku: str = "s", shop: str = "a") -> str:
    return f"{no},{sku},{quantity},{price},1569888000,{shop}\n"


ORDERS = mapping()


def read(
    *texts: str, mapping: Mapping = ORDERS, tally: Tally | None = None, shift: Shift | None = None
) -> list[dict[str, Any]]:
    tally = tally or Tally()
    groups = Groups(mapping, tally)
    for number, text in enumerate(texts, 1):
        name = f"{number}.csv"
        groups.read(name, numbered(name, iter([(HEADER + text).encode()]), tally))
    return [json.loads(event.body) for event in groups.events(shift)]


def amounts(events: list[dict[str, Any]]) -> dict[str, str]:
    return {event["id"]: event["value"]["amount"] for event in events}


def skipped(tally: Tally) -> dict[str, list[tuple[str, int]]]:
    return {
        code: [(example.file, example.line) for example in cause.examples]
        for code, cause in tally.skipped.items()
    }


def test_rows_of_one_number_are_one_event_with_their_exact_sum() -> None:
    tally = Tally()

    [event] = read(row(7, 3, "0.10", "x") + row(7, 1, "0.20", "y") + row(7, 1, "0.2", "x"), tally=tally)

    assert event == {
        "type": "order",
        "id": "7",
        "at": 1_569_888_000_000,
        "account_id": "a",
        "value": {"amount": "0.70", "currency": "GBP"},
        "product_ids": ["x", "y"],
    }
    assert (tally.grouped, tally.skipped_total) == (3, 0)


def test_rows_of_an_event_may_stand_anywhere_and_first_rows_decide_the_order() -> None:
    events = read(row("b") + row("a") + row("b"), row("c") + row("a", 2))

    assert list(amounts(events).items()) == [("b", "2.00"), ("a", "3.00"), ("c", "1.00")]


def test_a_row_that_stands_there_twice_counts_twice() -> None:
    assert amounts(read(row(1) + row(1))) == {"1": "2.00"}


def test_other_fields_are_those_of_the_first_row() -> None:
    later = row(1).replace("1569888000", "1569999999")

    [event] = read(row(1) + later)

    assert event["at"] == 1_569_888_000_000


def test_an_event_can_have_an_id_of_its_own() -> None:
    [event] = read(row(1, sku="first") + row(1, sku="second"), mapping=mapping("order", "id=sku"))

    assert event["id"] == "first"


def test_a_plain_column_is_summed_as_well() -> None:
    plain = mapping_of("order", ["at=time,account_id=shop,amount=price,currency:=GBP"], group_by="no")

    assert amounts(read(row(1, 5, "1.10") + row(1, 5, "2.20"), mapping=plain)) == {"1": "3.30"}


def test_an_amount_that_is_constant_is_that_of_the_event() -> None:
    constant = mapping_of("order", ["at=time,account_id=shop,amount:=5.00,currency:=GBP"], group_by="no")

    assert amounts(read(row(1) + row(1), mapping=constant)) == {"1": "5.00"}


def test_a_type_without_money_can_be_grouped() -> None:
    views = mapping_of(
        "product_view", ["at=time,account_id=shop,product_id=sku,visitor_id=no"], group_by="no"
    )

    assert [event["id"] for event in read(row(1) + row(2) + row(1), mapping=views)] == ["1", "2"]


def test_a_negative_sum_is_a_refund_of_its_positive_value() -> None:
    [event] = read(row("C1", -2, "1.25") + row("C1", -1, "0.50"), mapping=mapping("refund"))

    assert (event["value"]["amount"], event["order_id"]) == ("3.00", "C1")


def test_a_sum_of_the_wrong_sign_is_reported_with_its_line_and_reason() -> None:
    tally = Tally()

    sent = [
        amounts(read(row(1) + row(2, -1) + row(2, -1) + row(3, 0), mapping=mapping(kind), tally=tally))
        for kind in ("order", "refund")
    ]

    assert sent == [{"1": "1.00", "3": "0.00"}, {"2": "2.00", "3": "0.00"}]
    assert skipped(tally) == {"sign": [("1.csv", 3), ("1.csv", 2)]}
    assert "no '2', all its 2 lines: the amount -2.00 is negative" in tally.skipped["sign"].examples[0].detail


def test_only_the_sum_is_rounded_and_every_rounding_is_reported() -> None:
    tally = Tally()

    events = read(row(1, 1, "0.004") + row(1, 1, "0.004") + row(2), mapping=mapping(rounds=True), tally=tally)

    assert amounts(events) == {"1": "0.01", "2": "1.00"}
    assert tally.rounded.count == 1
    assert tally.rounded.examples[0].detail == "0.008 to 0.01 GBP"


def test_a_fraction_of_a_penny_is_not_rounded_unasked() -> None:
    tally = Tally()

    assert amounts(read(row(1, 1, "0.004") + row(2), tally=tally)) == {"2": "1.00"}
    assert skipped(tally) == {"fraction": [("1.csv", 2)]}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (row(1, "many"), "bad_value"),
        (row(1, price=""), "empty"),
        (row(1).replace("1569888000", "once"), "bad_value"),
        (row(1, shop="b"), "mixed"),
        ("1,s,1\n", "columns"),
        (row(1, sku="x,y"), "columns"),
        (row(1, sku="x\0y"), "nul"),
        (row(1, sku='"x" y'), "not_csv"),
    ],
)
def test_a_broken_line_takes_its_whole_event_and_no_other(bad: str, code: str) -> None:
    for text in (row(1) + bad + row(2), row(2) + row(1) + row(1) + bad, row(1) + row(2) + bad):
        tally = Tally()

        events = read(text, tally=tally)

        assert amounts(events) == {"2": "1.00"}
        assert sorted(tally.skipped) == sorted([code, "incomplete"])
        line = skipped(tally)[code][0][1]
        assert f"could not be read at 1.csv:{line}" in tally.skipped["incomplete"].examples[0].detail


def test_a_line_that_is_not_utf8_takes_its_whole_event() -> None:
    tally = Tally()
    groups = Groups(mapping(), tally)

    content = (HEADER + row(1) + row(2)).encode() + row(2, sku="?").encode().replace(b"?", b"\xff")
    groups.read("f", numbered("f", iter([content]), tally))

    assert [json.loads(event.body)["id"] for event in groups.events()] == ["1"]
    assert skipped(tally) == {"not_utf8": [("f", 4)], "incomplete": [("f", 3)]}


def test_a_broken_first_line_takes_the_lines_that_follow() -> None:
    tally = Tally()

    assert amounts(read(row(1) + row(2, "many") + row(2) + row(2), tally=tally)) == {"1": "1.00"}
    assert skipped(tally) == {"bad_value": [("1.csv", 3)], "incomplete": [("1.csv", 4)]}


def test_a_file_that_ends_within_a_number_takes_the_event_before() -> None:
    tally = Tally()

    assert amounts(read(row(536365) + row(536366) + "5363", tally=tally)) == {"536365": "1.00"}
    assert sorted(tally.skipped) == ["columns", "incomplete"]


def test_a_broken_line_of_what_is_left_out_takes_nothing() -> None:
    only_orders = mapping(where=("no!^=C",))
    tally = Tally()

    assert amounts(read(row(1) + "C2,s\n" + row(3), mapping=only_orders, tally=tally)) == {
        "1": "1.00",
        "3": "1.00",
    }
    assert list(tally.skipped) == ["columns"]


def test_an_open_quote_takes_the_events_of_all_lines_it_swallows_and_perhaps_the_one_before() -> None:
    tally = Tally()

    events = read(row(0) + row(1) + row(2, sku='"x') + row(3) + row(4), row(4) + row(5) + row(0), tally=tally)

    assert amounts(events) == {"0": "2.00", "5": "1.00"}
    assert skipped(tally) == {"not_csv": [("1.csv", 4)], "incomplete": [("1.csv", 3), ("2.csv", 2)]}


def test_a_row_without_a_number_is_reported_and_can_be_left_out() -> None:
    tally, left_out = Tally(), Tally()

    read(row(1) + row(""), tally=tally)
    events = read(row(1) + row(""), mapping=mapping(where=("no!=",)), tally=left_out)

    assert "no (to group by) is empty; --where no!= leaves" in tally.skipped["empty"].examples[0].detail
    assert (amounts(events), left_out.left_out, left_out.skipped_total) == ({"1": "1.00"}, 1, 0)


def test_rows_that_are_not_wanted_are_no_part_of_their_event() -> None:
    events = read(row(1, 2) + row(1, -1) + row(2, -1), mapping=mapping(where=("quantity!^=-",)))

    assert amounts(events) == {"1": "2.00"}


def test_two_currencies_are_never_added() -> None:
    by_column = mapping_of("order", ["at=time,account_id=shop,amount=price,currency=sku"], group_by="no")
    tally = Tally()

    assert read(row(1, sku="GBP") + row(1, sku="EUR"), mapping=by_column, tally=tally) == []
    assert "value.currency is 'EUR', in 1.csv:2 it is 'GBP'" in tally.skipped["mixed"].examples[0].detail


def test_a_shift_moves_the_time_and_changes_the_ids() -> None:
    [event] = read(row("C1", -1), mapping=mapping("refund"), shift=Shift(16))

    assert (event["at"], event["id"], event["order_id"]) == (1_569_888_000_016, "C1~+10", "C1~+10")


def test_more_than_can_be_held_ends_it_with_a_hint() -> None:
    groups = Groups(mapping(), Tally(), max_held=5)
    text = HEADER + row(1, sku="x") + row(1, sku="y") + row(2, sku="x") + row(3)

    with pytest.raises(ReplayError, match="--group-by no: there are too many events to hold them all"):
        groups.read("f", numbered("f", iter([text.encode()]), Tally()))


def test_a_file_without_rows_has_no_events() -> None:
    assert read("") == []
    assert list(Groups(mapping(), Tally()).events()) == []


def test_a_line_too_long_to_be_read_may_belong_to_any_event_so_nothing_is_sent() -> None:
    with pytest.raises(ReplayError, match=r"1\.csv:3: the line is longer than .*; nothing is sent"):
        read(row(1) + "x" * (1 << 21) + "\n" + row(2))


def test_from_a_damaged_file_nothing_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(HEADER + row(1))
    tally = Tally()

    with pytest.raises(ReplayError, match=r"gone: cannot be read to its end: .*; nothing is sent"):
        list(Recording((str(path), str(tmp_path / "gone")), mapping()).events(tally))

    assert tally.broken == []


def test_a_recording_groups_over_its_files_and_its_limit_is_on_events(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text(HEADER + row(1) + row(name))
    recording = Recording((str(tmp_path / "a"), str(tmp_path / "b")), mapping(), limit=2)

    events = [json.loads(event.body) for event in recording.events(Tally(), timed=True)]

    assert amounts(events) == {"1": "2.00", "a": "1.00"}


def test_many_rows_of_few_events_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(HEADER + "".join(row(number % 100, sku=f"s{number % 50}") for number in range(40_000)))
    tracemalloc.start()

    events = list(Recording((str(path),), mapping()).events(Tally()))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(events) == 100
    assert peak_bytes < 3_000_000


hundredths = st.integers(-(10**6), 10**6)
invoices = st.lists(st.tuples(st.integers(0, 5), st.integers(-20, 20), hundredths), max_size=30)


@given(invoices, st.randoms(use_true_random=False))
def test_every_penny_is_sent_or_reported_in_whatever_order_rows_stand(
    rows: list[tuple[int, int, int]], random: Any
) -> None:
    pennies: dict[str, int] = {}
    for no, quantity, hundredth in rows:
        pennies[str(no)] = pennies.get(str(no), 0) + quantity * hundredth
    shuffled = random.sample(rows, len(rows))
    written = "".join(row(no, quantity, f"{Decimal(price) / 100:.2f}") for no, quantity, price in shuffled)
    tally = Tally()

    orders, refunds = (
        {no: Decimal(text) * 100 for no, text in amounts(read(written, mapping=m, tally=tally)).items()}
        for m in (mapping(), mapping("refund"))
    )

    assert orders == {no: total for no, total in pennies.items() if total >= 0}
    assert refunds == {no: -total for no, total in pennies.items() if total <= 0}
    assert tally.skipped_total == sum(total != 0 for total in pennies.values())
