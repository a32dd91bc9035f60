from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from leaderboard.replay.csv_mapping import Mapping, RowMapper, mapping_of
from leaderboard.replay.recorded import BadRow, ReplayError, UsageError

VIEW = "at=time,product_id=sku,visitor_id=user"
HEADER = ["time", "sku", "user", "brand", "kind"]
ROW = ["1569888000", "p1", "u1", "acme", "view"]


def view_mapping(*maps: str, where: tuple[str, ...] = (), account_default: str = "") -> Mapping:
    return mapping_of(
        "product_view", [VIEW, *maps], where=where, account_from="brand", account_default=account_default
    )


def test_columns_and_constants_become_fields() -> None:
    mapper = RowMapper(view_mapping("source:=live", "promoted:=yes"), HEADER)

    assert mapper.event(ROW) == {
        "type": "product_view",
        "at": 1_569_888_000_000,
        "product_id": "p1",
        "visitor_id": "u1",
        "account_id": "acme",
        "source": "live",
        "promoted": True,
    }


def test_a_field_inside_another_is_named_with_a_dot_or_by_its_own_name_alone() -> None:
    mapping = mapping_of("order", ["at=time,account_id:=a,value.amount=price,currency:=GBP", "id=no"])

    event = RowMapper(mapping, ["no", "time", "price"]).event(["7", "1569888000", "2.50"])

    assert event["value"] == {"amount": "2.50", "currency": "GBP"}


def test_the_values_of_one_row_do_not_leak_into_the_next() -> None:
    mapping = mapping_of("order", ["id=no,at=time,account_id:=a,amount=price,currency=money,channel=way"])
    mapper = RowMapper(mapping, ["no", "time", "price", "money", "way"])
    first = mapper.event(["1", "1569888000", "1", "EUR", "shop"])

    second = mapper.event(["2", "1569888000", "2", "USD", ""])

    assert first["value"] == {"amount": "1", "currency": "EUR"}
    assert second["value"] == {"amount": "2", "currency": "USD"}
    assert "channel" not in second


def test_a_column_name_with_a_comma_is_quoted() -> None:
    mapping = mapping_of("product_view", ['at=time,visitor_id=user,"product_id=SKU, long"', "account_id:=a"])

    assert (
        RowMapper(mapping, ["time", "user", "SKU, long"]).event(["1569888000", "u", "p"])["product_id"] == "p"
    )


def test_all_conditions_have_to_hold() -> None:
    mapper = RowMapper(view_mapping(where=("kind=view", "brand!=acme", "sku!=")), HEADER)

    wanted = [
        mapper.is_wanted(["", sku, "", brand, kind])
        for sku in ("", "p")
        for brand in ("acme", "b")
        for kind in ("view", "cart")
    ]

    assert wanted == [False, False, False, False, False, False, True, False]


def test_an_empty_account_becomes_the_default() -> None:
    row = [*ROW[:3], "", "view"]

    assert (
        RowMapper(view_mapping(account_default="unbranded"), HEADER).event(row)["account_id"] == "unbranded"
    )


def test_an_empty_account_without_a_default_is_a_bad_row() -> None:
    with pytest.raises(BadRow, match=r"brand \(for account_id\) is empty"):
        RowMapper(view_mapping(), HEADER).event([*ROW[:3], "", "view"])


def test_a_cell_that_does_not_fit_is_a_bad_row_that_names_its_column() -> None:
    with pytest.raises(BadRow, match=r"time \(for at\): 'soon' is not a time"):
        RowMapper(view_mapping(), HEADER).event(["soon", *ROW[1:]])


def test_columns_that_are_not_there_are_named_with_those_that_are() -> None:
    with pytest.raises(ReplayError, match="no column brand, time; there are sku, user"):
        RowMapper(view_mapping(), ["sku", "user"])


def test_a_column_that_is_there_twice_is_ambiguous() -> None:
    with pytest.raises(ReplayError, match="more than one column is called sku"):
        RowMapper(view_mapping(), [*HEADER, "sku"])


@pytest.mark.parametrize(
    ("maps", "problem"),
    [
        (["at"], "give field=column, or field:=constant"),
        (["at="], "give field=column, or field:=constant"),
        (["vistor_id=user"], "no such field; it has product_id, visitor_id, source"),
        (["at=time,at=date"], "mapped twice: at"),
        (["at=time"], "needs product_id, visitor_id, account_id"),
        (["promoted:=perhaps"], "neither true nor false"),
    ],
)
def test_a_mapping_that_cannot_work_is_wrong_usage(maps: list[str], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        mapping_of("product_view", maps)


@pytest.mark.parametrize("condition", ["kind", "=view", "", "^"])
def test_a_condition_has_a_column_and_a_value(condition: str) -> None:
    with pytest.raises(UsageError, match="column=value"):
        view_mapping(where=(condition,))


@pytest.mark.parametrize("condition", ["kind^=", "kind!^="])
def test_a_start_that_every_text_has_is_wrong_usage(condition: str) -> None:
    with pytest.raises(UsageError, match="every text starts with nothing"):
        view_mapping(where=(condition,))


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("kind=C1", ["C1"]),
        ("kind!=C1", ["", "C", "c1", "C12", "1C"]),
        ("kind^=C1", ["C1", "C12"]),
        ("kind!^=C", ["", "c1", "1C"]),
        ("kind=^C", []),
    ],
)
def test_a_condition_is_on_the_whole_cell_or_on_its_start(condition: str, wanted: list[str]) -> None:
    mapper = RowMapper(view_mapping(where=(condition,)), HEADER)

    cells = [cell for cell in ("", "C", "C1", "c1", "C12", "1C") if mapper.is_wanted([*ROW[:4], cell])]

    assert cells == wanted


ORDER = "id=no,at=time,account_id:=a,currency:=GBP"


def test_an_amount_may_be_a_product_and_is_exact() -> None:
    mapper = RowMapper(mapping_of("order", [f"{ORDER},amount=count*price"]), ["no", "time", "price", "count"])

    assert mapper.amount(["1", "1569888000", "0.10", "3"]) == Decimal("0.30")
    assert mapper.event(["1", "1569888000", "0.10", "3"])["value"] == {"currency": "GBP"}


def test_an_amount_from_one_column_is_passed_on_as_it_stands_unless_rows_are_grouped() -> None:
    header, row = ["no", "time", "price"], ["1", "1569888000", "1.5"]
    plain = RowMapper(mapping_of("order", [f"{ORDER},amount=price"]), header)
    grouped = RowMapper(mapping_of("order", [f"{ORDER},amount=price"], group_by="no"), header)

    assert (plain.amount(row), plain.event(row)["value"]["amount"]) == (None, "1.5")
    assert (grouped.amount(row), "amount" in grouped.event(row)["value"]) == (Decimal("1.5"), False)


def test_a_star_is_a_product_only_for_the_amount() -> None:
    mapping = mapping_of("product_view", ["at=time,visitor_id=user,product_id=sku*,account_id:=a"])

    event = RowMapper(mapping, ["time", "user", "sku*"]).event(["1569888000", "u", "p"])

    assert event["product_id"] == "p"


def test_columns_of_a_product_and_of_a_group_have_to_be_there() -> None:
    mapping = mapping_of("order", [f"{ORDER},amount=count*price"], group_by="invoice")

    with pytest.raises(ReplayError, match="no column count, invoice, price; there are no, time"):
        RowMapper(mapping, ["no", "time"])


@pytest.mark.parametrize(
    ("amount", "options", "problem"),
    [
        ("amount=count*", {}, "a column before and after every"),
        ("amount=price", {"rounds": True}, "--round is for amounts that are computed"),
        ("amount:=5", {"rounds": True, "group_by": "no"}, "--round is for amounts that are computed"),
        ("amount=price", {"group_by": ""}, "--group-by: give the column"),
    ],
)
def test_amounts_and_groups_that_cannot_work_are_wrong_usage(
    amount: str, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        mapping_of("order", [f"{ORDER},{amount}"], **options)
