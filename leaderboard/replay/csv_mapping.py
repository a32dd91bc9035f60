"""Which column becomes which field: the mapping as it is given, and as it is applied to one header's rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any

from msgspec import Struct

from leaderboard.replay.amounts import AMOUNT, Product, is_computed, product_of
from leaderboard.replay.fields import Convert, Field, fields_of
from leaderboard.replay.recorded import BadRow, ReplayError, UsageError

Row = list[str]

ACCOUNT = "account_id"

_RULE = re.compile(r"([A-Za-z_.]+)(:?=)(.*)", re.DOTALL)
_CONDITION = re.compile(r"(.+?)(!?)(\^?)=(.*)", re.DOTALL)


class Rule(Struct, frozen=True):
    """A field comes from a `column`, or is the same `constant` in every event."""

    path: str
    column: str | None = None
    constant: str | None = None


class Condition(Struct, frozen=True):
    """`column=value`, or with a `prefix` `column^=value`; `negated` with an exclamation mark before it."""

    column: str
    value: str
    negated: bool = False
    prefix: bool = False

    def holds(self, cell: str) -> bool:
        return (cell.startswith(self.value) if self.prefix else cell == self.value) is not self.negated


class Mapping(Struct, frozen=True):
    """One row, or all rows with one value in the column `group_by`, are one event of `event_type`.

    Only rows that meet every condition. `product` is there when the amount is computed, and not in the rules.
    """

    event_type: str
    fields: dict[str, Field]
    rules: tuple[Rule, ...]
    where: tuple[Condition, ...] = ()
    account_default: str = ""
    delimiter: str = ","
    group_by: str | None = None
    product: Product | None = None
    rounds: bool = False


def mapping_of(
    event_type: str,
    maps: Sequence[str],
    *,
    where: Sequence[str] = (),
    account_from: str | None = None,
    account_default: str = "",
    zone: tzinfo = UTC,
    delimiter: str = ",",
    group_by: str | None = None,
    rounds: bool = False,
) -> Mapping:
    """The mapping of the command's options; UsageError for one that cannot make an event of the type."""
    fields = fields_of(event_type, zone)
    rules = [_rule(part, event_type, fields) for text in maps for part in _parts(text)]
    if account_from is not None:
        rules.append(Rule(ACCOUNT, column=account_from))
    _check(event_type, rules, fields)
    product = _product(rules, grouped=group_by is not None)
    _check_amounts(product, group_by, rounds)
    return Mapping(
        event_type,
        fields,
        tuple(rule for rule in rules if product is None or rule.path != AMOUNT),
        tuple(_condition(text) for text in where),
        account_default,
        delimiter,
        group_by,
        product,
        rounds,
    )


def _parts(text: str) -> Row:
    """`a=x,b=y`; a part with a comma of its own is quoted as in CSV."""
    return next(csv.reader([text], skipinitialspace=True), [])


def _rule(part: str, event_type: str, fields: dict[str, Field]) -> Rule:
    match = _RULE.fullmatch(part)
    if match is None or not match[3]:
        raise UsageError(f"--map {part!r}: give field=column, or field:=constant")
    path = _path(match[1], event_type, fields)
    if match[2] == "=":
        return Rule(path, column=match[3])
    _convert(fields[path].convert, match[3], f"--map {part!r}", UsageError)
    return Rule(path, constant=match[3])


def _path(name: str, event_type: str, fields: dict[str, Field]) -> str:
    """`currency` is enough for `value.currency`, as long as there is only one."""
    if name in fields:
        return name
    longer = [path for path in fields if path.endswith(f".{name}")]
    if len(longer) != 1:
        raise UsageError(f"--map {name}: a {event_type} has no such field; it has {', '.join(fields)}")
    return longer[0]


def _check(event_type: str, rules: list[Rule], fields: dict[str, Field]) -> None:
    paths = [rule.path for rule in rules]
    if twice := sorted({path for path in paths if paths.count(path) > 1}):
        raise UsageError(f"mapped twice: {', '.join(twice)}")
    # An event without an id of its own gets one from its row.
    missing = [path for path, field in fields.items() if field.required and path not in {*paths, "id"}]
    if missing:
        raise UsageError(f"a {event_type} needs {', '.join(missing)}: --map each to a column or a constant")


def _product(rules: list[Rule], *, grouped: bool) -> Product | None:
    """What the amount is computed from: always in a group, where it is summed; else only when it is asked for."""
    column = next((rule.column for rule in rules if rule.path == AMOUNT), None)
    return product_of(column) if column and (grouped or is_computed(column)) else None


def _check_amounts(product: Product | None, group_by: str | None, rounds: bool) -> None:
    if group_by == "":
        raise UsageError("--group-by: give the column whose value the rows of one event share")
    if rounds and product is None:
        raise UsageError("--round is for amounts that are computed: --map value.amount=Quantity*UnitPrice")


def _condition(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise UsageError(
            f"--where {text!r}: give column=value, column!=value, column^=start or column!^=start"
        )
    column, negation, prefix, value = match.groups()
    if prefix and not value:
        raise UsageError(f"--where {text!r}: every text starts with nothing; give the start after ^=")
    return Condition(column, value, bool(negation), bool(prefix))


def _convert(convert: Convert, cell: str, what: str, problem: type[Exception]) -> object:
    try:
        return convert(cell)
    except ValueError as error:
        raise problem(f"{what}: {error}") from error


class _Cell(Struct, frozen=True, gc=False):
    """Where in a row a field comes from, and where in the event it goes."""

    index: int
    group: str | None
    name: str
    convert: Convert
    required: bool
    default: str
    what: str


class RowMapper:
    """A mapping applied to the rows below one header; all that can be looked up once, is."""

    def __init__(self, mapping: Mapping, header: Row) -> None:
        self._header = header
        product = mapping.product
        factors = [] if product is None else product.columns
        where = [condition.column for condition in mapping.where]
        self._need([*(rule.column for rule in mapping.rules), *where, *factors, mapping.group_by])
        self._conditions = [(header.index(condition.column), condition.holds) for condition in mapping.where]
        self._product, self._factors = product, [header.index(column) for column in factors]
        self._cells = [self._cell(mapping, rule, rule.column) for rule in mapping.rules if rule.column]
        self._constants: dict[str, Any] = {"type": mapping.event_type}
        self._groups: dict[str, dict[str, Any]] = {}
        for rule in mapping.rules:
            self._prepare(rule, mapping.fields[rule.path].convert)

    def is_wanted(self, row: Row) -> bool:
        """Whether the row meets every condition."""
        return all(holds(row[index]) for index, holds in self._conditions)

    def amount(self, row: Row) -> Decimal | None:
        """The computed amount of a row, None where there is none; BadRow for a cell that is no number."""
        return None if self._product is None else self._product.of([row[index] for index in self._factors])

    def event(self, row: Row) -> dict[str, Any]:
        """The event of a row as wide as the header; BadRow for one that lacks or garbles a field."""
        event = {**self._constants, **{name: dict(group) for name, group in self._groups.items()}}
        for cell in self._cells:
            text = row[cell.index] or cell.default
            if text:
                target = event if cell.group is None else event[cell.group]
                target[cell.name] = self._value(cell, text)
            elif cell.required:
                raise BadRow("empty", f"{cell.what} is empty")
        return event

    @staticmethod
    def _value(cell: _Cell, text: str) -> object:
        try:
            return cell.convert(text)
        except ValueError as error:
            raise BadRow("bad_value", f"{cell.what}: {error}") from error

    def _need(self, columns: list[str | None]) -> None:
        needed = [column for column in columns if column is not None]
        if missing := sorted(set(needed) - set(self._header)):
            raise ReplayError(f"no column {', '.join(missing)}; there are {', '.join(self._header)}")
        if twice := sorted({column for column in needed if self._header.count(column) > 1}):
            raise ReplayError(f"more than one column is called {', '.join(twice)}")

    def _cell(self, mapping: Mapping, rule: Rule, column: str) -> _Cell:
        field = mapping.fields[rule.path]
        group, _, name = rule.path.rpartition(".")
        default = mapping.account_default if rule.path == ACCOUNT else ""
        what = f"{column} (for {rule.path})" if column != rule.path else column
        index = self._header.index(column)
        return _Cell(index, group or None, name, field.convert, field.required, default, what)

    def _prepare(self, rule: Rule, convert: Convert) -> None:
        group, _, name = rule.path.rpartition(".")
        target = self._groups.setdefault(group, {}) if group else self._constants
        if rule.constant is not None:
            target[name] = convert(rule.constant)
