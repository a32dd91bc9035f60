"""Event names: present, former, free."""

from __future__ import annotations

import pytest

from leaderboard.domain.events_api.lenient import NotUnderstood
from leaderboard.domain.events_api.names import RENAMED, STANDARD, canonical, sent_name_of


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("CompletePayment", "Purchase"),
        ("SubmitForm", "Lead"),
        ("PageView", "Pageview"),
        ("Purchase", "Purchase"),
    ],
)
def test_former_names_become_the_present_ones(sent: str, name: str) -> None:
    assert canonical(sent) == name


@pytest.mark.parametrize("sent", ["purchase", "PlaceAnOrder", "view_item_list", "Commande payée"])
def test_other_names_stay_as_they_are(sent: str) -> None:
    assert canonical(sent) == sent


def test_former_names_lead_to_standard_ones() -> None:
    assert set(RENAMED.values()) <= STANDARD
    assert not STANDARD & set(RENAMED)


def test_a_name_loses_the_blanks_around_it_and_long_ones_their_middle() -> None:
    assert sent_name_of({"event": " Purchase "}) == "Purchase"
    assert len(sent_name_of({"event": "x" * 500})) == 128


@pytest.mark.parametrize("event", [{}, {"event": None}, {"event": ""}, {"event": "  "}])
def test_an_event_without_a_name_says_so(event: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood, match=r"^event: missing"):
        sent_name_of(event)
