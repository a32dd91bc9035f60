"""The door: which views no person can have made, and how careful it is with everybody else."""

from __future__ import annotations

import pytest

from leaderboard.config import Integrity
from leaderboard.domain.integrity import INVALID_REASONS, InvalidReason
from leaderboard.web.door import open_door
from tests.domain.agents import PEOPLE, TIKTOK_ANDROID

DOOR = open_door(Integrity())
HOME = "203.0.113.7"


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_at_home_pass(agent: str) -> None:
    assert DOOR.why_invalid(agent, HOME, None) is None


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("Googlebot/2.1 (+http://www.google.com/bot.html)", "crawler"),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/124.0.0.0 Safari/537.36", "crawler"),
        ("python-requests/2.31", "crawler"),
        ("curl/8.5.0", "crawler"),
        ("", "no_agent"),
        ("-", "no_agent"),
        ("  ", "no_agent"),
    ],
)
def test_an_agent_may_give_it_away(agent: str, reason: InvalidReason) -> None:
    assert DOOR.why_invalid(agent, HOME, None) == reason
    assert DOOR.why_invalid(agent, None, None) == reason


@pytest.mark.parametrize(
    ("agent", "ip"), [(None, None), (None, HOME), (TIKTOK_ANDROID, None), (None, "not known")]
)
def test_what_was_not_sent_is_no_reason(agent: str | None, ip: str | None) -> None:
    assert DOOR.why_invalid(agent, ip, None) is None


@pytest.mark.parametrize(
    "ip",
    [
        "3.5.140.2", "34.64.0.1", "35.190.1.1", "20.50.2.1", "5.9.1.1", "51.68.1.1", "45.76.1.1", "45.79.1.1",
        "47.88.1.1", "43.130.1.1", "159.65.1.1", "2a01:4f8::1", "2600:1f18::1", "::ffff:5.9.1.1",
    ],
)  # fmt: skip
def test_nobody_sits_in_a_data_centre(ip: str) -> None:
    assert DOOR.why_invalid(TIKTOK_ANDROID, ip, None) == "data_centre"


@pytest.mark.parametrize(
    "ip",
    [
        "104.28.3.4",
        "172.226.1.1",
        "146.75.200.1",
        "2a02:26f7::1",
        "2606:4700::1",
        "165.225.1.1",
        "8.8.8.8",
        "73.1.2.3",
    ],
)
def test_public_relays_and_the_rest_of_the_network_pass(ip: str) -> None:
    assert DOOR.why_invalid(TIKTOK_ANDROID, ip, None) is None


@pytest.mark.parametrize(
    ("purpose", "reason"),
    [
        ("prefetch", "prefetch"),
        ("prefetch;prerender", "prefetch"),
        ("Prefetch; anonymous-client-ip", "prefetch"),
        ("prerender", "prefetch"),
        ("preview", "prefetch"),
        ("previews", None),
        ("navigation", None),
        ("", None),
        (None, None),
    ],
)
def test_what_is_fetched_ahead_has_not_been_seen(purpose: str | None, reason: InvalidReason | None) -> None:
    assert DOOR.why_invalid(TIKTOK_ANDROID, HOME, purpose) == reason


def test_every_reason_is_explained_and_the_first_that_applies_is_told() -> None:
    reasons = [
        DOOR.why_invalid("curl/8", "5.9.1.1", "prefetch"),
        DOOR.why_invalid("", "5.9.1.1", "prefetch"),
        DOOR.why_invalid(None, "5.9.1.1", "prefetch"),
        DOOR.why_invalid(None, None, "prefetch"),
    ]

    assert reasons == list(INVALID_REASONS)
