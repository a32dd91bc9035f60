"""From TOML or a document to a definition: all problems at once, and never another error."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import DefinitionError, Problem, parse_document, parse_toml, unbuilt

from .documents import documents
from .spring import SPRING, changed, line_of, only_problem, problems_of, spring

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**20, 10**30)
    | st.floats()
    | st.decimals()
    | st.text()
    | st.text("x", min_size=5_000, max_size=5_001)
    | st.datetimes()
    | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def test_the_shipped_example_is_whole_and_built() -> None:
    apollo = parse_toml(files("leaderboard").joinpath("examples/apollo-us-2022.toml").read_text())

    assert apollo.id == "apollo-us-2022"
    assert unbuilt(apollo) == []


def test_a_definition_has_everything_of_the_format_with_defaults() -> None:
    definition = spring()

    assert (definition.schema, definition.id, definition.title) == (1, "spring-2031", "Spring sale")
    assert (definition.operator, definition.region, definition.currency) == ("Market", "US", "USD")
    assert definition.source == ("the rules of the spring sale",)
    assert definition.assumed == ("award.best.ties",)
    assert list(definition.windows) == ["main"]
    assert [award.id for award in definition.awards] == ["best", "rebate"]
    assert (definition.subject.unit, definition.subject.member) == ("account", "host")


def test_the_same_as_json_gives_the_same_definition() -> None:
    document = json.loads(json.dumps(tomllib.loads(SPRING), default=lambda time: time.isoformat()))

    assert parse_document(document) == spring()


def test_all_problems_are_told_in_the_order_of_the_lines() -> None:
    toml = changed('currency = "USD"', 'currency = "XYZ"').replace("limit = 3", "limt = 3")
    toml = toml.replace('late = "48h"', 'late = "soon"')

    problems = problems_of(toml)

    assert [problem.path for problem in problems] == ["currency", "award.best.limt", "settlement.late"]
    assert [problem.line for problem in problems] == [
        line_of(toml, passage) for passage in ("currency", "limt", "late = ")
    ]


def test_an_error_reads_as_one_line_for_each_problem() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_toml(changed("schema = 1", "schema = 2"))

    assert str(caught.value) == (
        "line 1: schema: must be 1, the only version of the format so far, not the number 2"
    )


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ("schema = 1", "schema = true", "schema", "must be 1"),
        ('id = "spring-2031"', 'id = "Spring!"', "id", "must be 1 to 64 of a-z"),
        ('title = "Spring sale"', 'title = " "', "title", "must not be empty"),
        ('title = "Spring sale"', 'title = "a\\u0007b"', "title", "must not contain control characters"),
        ('title = "Spring sale"', "title = 7", "title", "must be a text, not the number 7"),
        ('region = "US"', 'region = "usa"', "region", "two capital letters"),
        ('currency = "USD"', 'currency = "XAU"', "currency", "no minor unit"),
        ('currency = "USD"', 'curency = "USD"', "currency", "is required"),
        ('operator = "Market"', 'operater = "Market"', "operater", "did you mean `operator`?"),
        ("[clock]", "[clocks]", "clock.zone", "is required"),
        ("[settlement]", "[award.settlement]", "award.rebate.settlement", "unknown key"),
    ],
)
def test_each_top_level_rule_has_its_words(old: str, new: str, path: str, message: str) -> None:
    problems = {problem.path: problem for problem in problems_of(changed(old, new))}

    assert message in problems[path].message


def test_a_missing_key_is_told_at_the_line_of_its_table() -> None:
    toml = changed('zone = "America/New_York"\n', "")

    assert problems_of(toml) == [Problem("clock.zone", "is required", line_of(toml, "[clock]"))]


def test_a_missing_top_level_key_has_no_line() -> None:
    [problem] = problems_of(changed("schema = 1", ""))

    assert problem == Problem("schema", "is required", None)


def test_a_single_table_where_a_list_is_due_is_told_how_to_write_it() -> None:
    toml = changed("[[validator]]", "[validator]")

    [problem] = problems_of(toml)

    assert problem == Problem(
        "validator", "must be a list, not a table; write [[validator]]", line_of(toml, "[validator]")
    )


def test_a_campaign_without_an_award_is_refused() -> None:
    toml = SPRING[: SPRING.index("[[award]]")]

    assert [str(problem) for problem in problems_of(toml)] == [
        "award: is required: a campaign has at least one award"
    ]


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("schema = 1\nid = \n", 2),
        ("schema = 1\nschema = 1\n", 2),
        ("schema = [1,\n2\n", 3),
        ("a = 2031-02-30T00:00:00", 1),
    ],
)
def test_a_syntax_error_is_one_problem_with_its_line(toml: str, line: int) -> None:
    [problem] = problems_of(toml)

    assert problem.message.startswith("not TOML: ")
    assert problem.line == line


@pytest.mark.parametrize(
    "toml",
    [
        "a = " + "[" * 3_000 + "]" * 3_000,
        "a = " + "9" * 4_000,
        "a = 1e999999999999999999999",
        "a = nan\nb = inf\nc = -inf",
        "a" + ".a" * 2_000 + " = 1",
        "x" * 5_000,
        "\n" * 300_000,
        '\ufeffid = "with a byte order mark"',
        "a = '''\n\n",
        "\x00",
    ],
)
def test_hostile_texts_are_refused_like_any_other(toml: str) -> None:
    assert problems_of(toml)


def test_a_line_too_long_is_told_by_its_number() -> None:
    [problem] = problems_of("schema = 1\ntitle = '" + "x" * 5_000 + "'")

    assert str(problem) == "line 2: the line is longer than 4096 characters"


def test_line_ends_of_another_system_do_not_move_the_lines() -> None:
    toml = changed("limit = 3", "limit = 0").replace("\n", "\r\n")

    [problem] = problems_of(toml)

    assert problem.line == line_of(toml, "limit = 0")


@pytest.mark.parametrize("document", [None, 1, "text", [], {1: 2}, {"award": [1, [], {}]}])
def test_a_document_of_another_shape_is_refused(document: Any) -> None:
    with pytest.raises(DefinitionError):
        parse_document(document)


def test_a_binary_fraction_is_refused() -> None:
    document = tomllib.loads(SPRING)
    document["award"][0]["pay"]["table"][0]["amount"] = 600.5

    with pytest.raises(DefinitionError, match="write it as a text"):
        parse_document(document)


def test_one_award_table_too_many_is_named_by_its_index() -> None:
    problem = only_problem('id = "rebate"', 'id = "best"  #')

    assert (problem.path, problem.message) == ("award[1].id", "`best` is used twice")


@given(documents(), st.data())
def test_an_unknown_key_is_told_in_every_table(document: dict[str, Any], data: st.DataObject) -> None:
    tables = list(_tables(document))
    data.draw(st.sampled_from(tables))["zz"] = 1

    problems = _problems_or_none(lambda: parse_document(document))

    assert [problem for problem in problems or () if problem.path.endswith("zz")]


@given(st.text())
def test_any_text_gives_a_definition_error(text: str) -> None:
    with pytest.raises(DefinitionError):
        parse_toml(text)


@given(st.dictionaries(st.text(), JSON_VALUES) | JSON_VALUES)
def test_any_document_gives_a_definition_error(document: Any) -> None:
    with pytest.raises(DefinitionError):
        parse_document(document)


@given(st.data())
def test_a_wrong_value_at_any_key_gives_a_definition_or_its_problems(data: st.DataObject) -> None:
    document = tomllib.loads(SPRING, parse_float=Decimal)
    owner: Any = document
    key = data.draw(st.sampled_from(sorted(document)))
    while isinstance(owner[key], dict | list) and owner[key] and data.draw(st.integers(0, 4)):
        owner = owner[key]
        key = data.draw(st.sampled_from(sorted(owner) if isinstance(owner, dict) else range(len(owner))))
    owner[key] = data.draw(JSON_VALUES)

    problems = _problems_or_none(lambda: parse_document(document))

    assert problems != []
    assert all(problem.message.isprintable() and len(problem.path) < 400 for problem in problems or ())


@given(st.data())
def test_a_text_with_a_hole_in_it_gives_a_definition_or_its_problems(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SPRING)))
    end = data.draw(st.integers(start, min(start + 60, len(SPRING))))

    toml = SPRING[:start] + data.draw(st.text(max_size=5)) + SPRING[end:]

    assert _problems_or_none(lambda: parse_toml(toml)) != []


def _tables(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _tables(entry)


def _problems_or_none(parse: Callable[[], object]) -> list[Problem] | None:
    try:
        parse()
    except DefinitionError as error:
        return error.problems
    return None
