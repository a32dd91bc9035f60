"""Crawlers are found as the package finds them that knows them, and people are left alone."""

from __future__ import annotations

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA, is_crawler
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.domain.crawlers import crawler_finder, known_crawlers
from tests.domain.agents import PEOPLE

FOUND = known_crawlers()
PATTERNS = [one["pattern"] for one in CRAWLER_USER_AGENTS_DATA]
ALL = crawler_finder(PATTERNS)
# Apps of people that the package takes for tools.
OF_PEOPLE = ("okhttp", "MetaIAB Facebook", "Viber", "Sogou")


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_no_crawlers(agent: str) -> None:
    assert not FOUND(agent)


def test_every_crawler_that_the_package_has_an_agent_of_is_found() -> None:
    agents = {
        agent
        for one in CRAWLER_USER_AGENTS_DATA
        if one["pattern"] not in OF_PEOPLE
        for agent in one["instances"]
    }

    assert len(agents) > 2_000
    assert [agent for agent in agents if not FOUND(agent)] == []


@pytest.mark.parametrize(
    "agent", ["Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)", "Viber/13.3.0"]
)
def test_what_is_replaced_still_finds_the_crawler_itself(agent: str) -> None:
    assert FOUND(agent)


@given(
    st.lists(
        st.sampled_from([one["instances"][0] for one in CRAWLER_USER_AGENTS_DATA if one["instances"]])
        | st.sampled_from(PATTERNS)
        | st.text(max_size=12),
        max_size=3,
    ).map(" ".join),
    st.integers(0, 200),
)
def test_it_is_found_exactly_where_the_package_finds_it(agent: str, cut: int) -> None:
    part = agent[cut:]

    assert ALL(part) == is_crawler(part)


def test_without_patterns_nothing_is_a_crawler() -> None:
    assert not crawler_finder([])("Googlebot/2.1")


@pytest.mark.parametrize(
    ("pattern", "agent", "is_found"),
    [
        ("[wW]get", "GNU Wget 1.2", True),
        ("[wW]get", "widget", False),
        ("^curl", "curl/8", True),
        ("^curl", "libcurl/8", False),
        ("a\\.b", "a.b", True),
        ("a\\.b", "axb", False),
        ("Chirp|gotosocial", "x gotosocial y", True),
        ("SSL Labs$", "SSL Labs", True),
        ("SSL Labs$", "SSL Labs 2", False),
    ],
)
def test_each_form_of_pattern_is_understood(pattern: str, agent: str, is_found: bool) -> None:
    assert crawler_finder([pattern])(agent) == is_found
