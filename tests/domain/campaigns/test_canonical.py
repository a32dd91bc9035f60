"""The canonical form: one for all spellings, and a definition comes back from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.campaigns import canonical, definition_hash, parse_document

from .documents import documents, shuffled
from .spring import SPRING, parse_spring, spring


@given(documents())
def test_a_definition_comes_back_from_its_canonical_form(document: dict[str, Any]) -> None:
    definition = parse_document(document)

    again = parse_document(json.loads(json.dumps(canonical(definition))))

    assert again == definition
    assert canonical(again) == canonical(definition)
    assert definition_hash(again) == definition_hash(definition)


@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_change_the_hash(document: dict[str, Any], chance: Any) -> None:
    reordered = shuffled(document, chance)

    assert json.dumps(canonical(parse_document(reordered))) == json.dumps(canonical(parse_document(document)))
    assert definition_hash(parse_document(reordered)) == definition_hash(parse_document(document))


def test_the_canonical_form_is_plain_and_sorted() -> None:
    form: dict[str, Any] = canonical(spring())

    assert list(form) == sorted(form)
    assert form["window"] == {"main": {"end": "2031-03-10T00:00:00", "start": "2031-03-03T00:00:00"}}
    assert form["settlement"]["late"] == "172800s"
    assert form["award"][0]["pay"]["table"][0] == {"amount": "USD 600.00", "to": 1}
    assert form["award"][1]["pay"]["rate"] == "5%"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('late = "48h"', 'late = "2d"'),
        ('rate = "5%"', "rate = 0.050"),
        ("amount = 600", 'amount = "USD 600.00"'),
        ("limit = 3\n", ""),
        ('mode = "approve"\n', ""),
        ('calendar = "US-FED"\n', ""),
        ('id = "spring-2031"', "id = 'spring-2031' # the same"),
        ('"on_air >= 2h"', '"on_air  >=  120m"'),
        ('"return_rate >= 30%"', '"return_rate >= 30.0%"'),
    ],
)
def test_another_spelling_has_the_same_hash(old: str, new: str) -> None:
    assert definition_hash(parse_spring(old, new)) == definition_hash(spring())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("amount = 600", "amount = 599"),
        ('"on_air >= 2h"', '"on_air > 2h"'),
        ('zone = "America/New_York"', 'zone = "America/Chicago"'),
        ('title = "Spring sale"', 'title = "Spring Sale"'),
        ("end = 2031-03-10T00:00:00", "end = 2031-03-10T00:00:01"),
    ],
)
def test_another_meaning_has_another_hash(old: str, new: str) -> None:
    assert definition_hash(parse_spring(old, new)) != definition_hash(spring())


def test_public_stands_there_only_where_it_is_true() -> None:
    said, unsaid = (
        parse_spring('title = "Spring sale"', f'title = "Spring sale"{more}')
        for more in ("\npublic = true", "\npublic = false")
    )

    assert (said.public, canonical(said)["public"]) == (True, True)
    assert "public" not in canonical(unsaid)
    assert definition_hash(unsaid) == definition_hash(spring()) != definition_hash(said)


def test_the_order_of_awards_is_meaning() -> None:
    first, second = SPRING.index("[[award]]"), SPRING.rindex("[[award]]")
    end = SPRING.index("[settlement]")
    turned = SPRING[:first] + SPRING[second:end] + SPRING[first:second] + SPRING[end:]

    assert definition_hash(parse_spring(SPRING, turned)) != definition_hash(spring())
