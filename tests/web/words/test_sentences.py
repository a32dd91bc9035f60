"""How sentences are found in code."""

from __future__ import annotations

import pytest

from leaderboard.web.words.sentences import templates_of
from leaderboard.web.words.sources import ROOT, SOURCES, UNSAID


def texts(source: str, *tables: str) -> list[str]:
    return [one.text for one in templates_of(source, tables, UNSAID)]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = f"{have} of {need:,} missing"', ["{0} of {1} missing"]),
        ('x = "to be " + f"paid by {day}" + "."', ["to be paid by {0}."]),
        ("x = f\"{n} batch{'es' if n > 1 else ''} wait\"", ["{0} batches wait", "{0} batch wait"]),
        ('x = f" and {n} more"', ["{0} and {1} more"]),
        ('x = ", or ".join(words)', ["{0}, or {1}"]),
        ('x = f"{a}{b} is held"', ["{0} is held"]),
        ('x = "rounded up to the next {}"', ["rounded up to the next {0}"]),
        ('x = "{count} of {total:.0%} came late"', ["{0} of {1} came late"]),
        (
            "x = f\"held {f'since {day}' if day else 'from the start'}\"",
            ["held since {0}", "held from the start"],
        ),
        ('x = f"hosts[{n}].id: {name} is new"', ["hosts[{0}].id: {1} is new", "{0} is new"]),
        ('x = f"{field}: must not be {value}"', ["must not be {0}"]),
        ('x = Meta(description="A text, for people.")', ["a text, for people"]),
        ('x = Meta(description="RFC 3339 with offset.")', ["RFC 3339 with offset"]),
        ('x = _counted(n, "appeal waits", "appeals wait")', ["{0} appeal waits", "{0} appeals wait"]),
        ('Rule("late", text)', ["late"]),
    ],
)
def test_what_is_said_is_found(source: str, found: list[str]) -> None:
    assert texts(source) == found


@pytest.mark.parametrize(
    "source",
    [
        '"""What a file is for."""',
        'def f(a: "some type") -> None:\n    """What it does."""',
        'x = "effective_live"',
        'x = f"{currency} {amount}"',
        'x = f"lb:{name}:{day}"',
        'log.warning("request %s: it failed", name)',
        'x = "SELECT account FROM flags"',
        'x = y == "not said"',
        'x = rows["not said"]',
        'x = {"not said": 1}',
        'Endpoint("GET", "/x", x, ANYONE, "Reads the thing")',
        'respond(headers={"A": "no words for people"})',
        'x = r"Expected `(.*)`, got `(.*)`"',
    ],
)
def test_what_is_for_machines_is_not(source: str) -> None:
    assert texts(source) == []


def test_every_value_of_a_table_of_words_is_said() -> None:
    assert texts('_WORDS = {"warn": "Warned"}', "_WORDS") == ["Warned"]


def test_what_people_wrote_is_known_by_its_name() -> None:
    (template,) = templates_of('x = f"Decided at {at}: {decision.reason}"')

    assert template.theirs == (1,)


@pytest.mark.parametrize("path", SOURCES)
def test_every_source_is_there_and_its_tables_are(path: str) -> None:
    source = (ROOT / path).read_text("utf-8")

    assert [one for one in SOURCES[path] if f"\n{one}" not in source] == []


def test_sources_stand_in_order() -> None:
    assert list(SOURCES) == sorted(SOURCES)
