"""What the page of an account says of an award that brings nothing to whom qualifies for it."""

from __future__ import annotations

import pytest

from leaderboard.web.pages.account_place import Standing, unpaid_of

DEFINITION = {"award": [{"id": "bonus"}, {"id": "prize", "rank_by": ["uv"]}]}


def standing(award_rank: int | None) -> Standing:
    return Standing({"award_rank": award_rank}, "", True, 9, None, None, 5, None, None, False)


@pytest.mark.parametrize(
    ("place", "said"),
    [(6, {"bonus": False, "prize": True}), (5, {"bonus": False, "prize": False}), (None, {"bonus": False})],
)
def test_it_is_for_its_place_where_that_is_known_not_to_be_paid(
    place: int | None, said: dict[str, bool]
) -> None:
    assert unpaid_of(DEFINITION, standing(place)) == said
