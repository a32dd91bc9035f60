"""The line of every key and entry, against texts that say it themselves."""

from __future__ import annotations

import tomllib
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns.errors import Place
from leaderboard.domain.campaigns.lines import lines_of

KEYS = st.sampled_from(["a", "b", "cc", "with space", "d.e", "é", 'quo"te'])
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        st.just(0), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_size=4,
)


def test_headers_keys_and_entries_have_their_lines() -> None:
    lines = lines_of(
        "# a comment with = and [brackets]\n"
        "top = '''\n"
        "[not.a.header]\n"
        "'''\n"
        "[[award]]\n"
        'id = "one"\n'
        "pay.table = [ # rows\n"
        "  { to = 1 }, { to = 2 },\n"
        "  { to = 3 },\n"
        "]\n"
        "[[award]]\n"
        '[award."pay"]\n'
        "at = 2031-01-01 00:00:00\n"
        "rate = 1.5\n"
    )

    assert lines[("top",)] == 2
    assert ("not", "a", "header") not in lines
    assert lines[("award", 0)] == 5
    assert lines[("award", 0, "id")] == 6
    assert lines[("award", 0, "pay", "table", 1, "to")] == 8
    assert lines[("award", 0, "pay", "table", 2)] == 9
    assert lines[("award", 1)] == 11
    assert lines[("award", 1, "pay")] == 12
    assert lines[("award", 1, "pay", "at")] == 13
    assert lines[("award", 1, "pay", "rate")] == 14


@given(TREES, st.randoms(use_true_random=False))
def test_every_number_is_found_in_the_line_where_it_stands(tree: dict[str, Any], chance: Any) -> None:
    numbers = count(1)
    toml = _toml(tree, (), chance, numbers)
    written = toml.split("\n")

    lines = lines_of(toml)

    for place, number in _leaves(tomllib.loads(toml), ()):
        assert f"<{number}>" in written[lines[place] - 1]


def _toml(tree: dict[str, Any], path: tuple[str, ...], chance: Any, numbers: Any) -> str:
    """A TOML text with each 0 replaced by a text <n> that occurs once; styles are left to chance."""
    inline, headed = [], []
    for key, value in tree.items():
        name = ".".join(_quoted(part) for part in (*path, key))
        if isinstance(value, dict) and chance.random() < 0.5:
            headed.append(f"[{name}] # {{\n" + _toml(value, (*path, key), chance, numbers))
        elif _is_table_list(value) and chance.random() < 0.5:
            rows = (f"[[{name}]]\n" + _toml(row, (*path, key), chance, numbers) for row in value)
            headed.extend(rows)
        else:
            inline.append(f"{_quoted(key)} = {_value(value, chance, numbers, may_break=True)}\n")
    gap = "\n" if chance.random() < 0.5 else ""
    return "".join(inline) + gap + "".join(headed)


def _value(value: Any, chance: Any, numbers: Any, *, may_break: bool) -> str:
    if isinstance(value, list):
        gap = chance.choice(["", " ", "\n", " # ]\n  "]) if may_break else ""
        entries = (f"{gap}{_value(entry, chance, numbers, may_break=may_break)}," for entry in value)
        return f"[{''.join(entries)}{gap}]"
    if isinstance(value, dict):
        pairs = (f"{_quoted(k)} = {_value(v, chance, numbers, may_break=False)}" for k, v in value.items())
        return "{ " + ", ".join(pairs) + " }"
    quote: str = chance.choice(['"', "'", '"""', "'''"])
    return f"{quote}<{next(numbers)}>{quote}"


def _quoted(key: str) -> str:
    return key if key.isascii() and key.isalnum() else '"' + key.replace('"', '\\"') + '"'


def _is_table_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _leaves(value: Any, place: Place) -> list[tuple[Place, str]]:
    if isinstance(value, dict):
        return [leaf for key, entry in value.items() for leaf in _leaves(entry, (*place, key))]
    if isinstance(value, list):
        return [leaf for index, entry in enumerate(value) for leaf in _leaves(entry, (*place, index))]
    return [(place, str(value).strip("<>"))]
