"""A definition written as TOML reads back as the same definition, whatever is in it."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import canonical, parse_toml
from leaderboard.web.pages.campaign_text import examples
from leaderboard.web.pages.campaign_toml import to_toml

texts = st.text(st.characters(codec="utf-8"))
# What looks like a time is written as one, since a definition has no texts that do.
values = st.recursive(
    texts.filter(lambda text: not text[:4].isdigit()) | st.integers(-(2**53), 2**53) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize("name", list(examples()))
def test_every_example_reads_back_as_the_same_definition(name: str) -> None:
    definition = canonical(parse_toml(examples()[name]))

    assert canonical(parse_toml(to_toml(definition))) == definition


@given(st.dictionaries(texts, values, max_size=5))
def test_any_table_reads_back_as_itself(table: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(table)) == table


def test_what_people_look_for_first_comes_first() -> None:
    text = to_toml(canonical(parse_toml(examples()["apollo-us-2022"])))

    assert text.startswith('schema = 1\nid = "apollo-us-2022"\ntitle = ')
    assert text.index("[window.main]") < text.index("[[award]]")
    assert "start = 2022-02-14T00:00:00\n" in text
