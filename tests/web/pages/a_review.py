"""What reviewers see of a campaign with two flags of detectors, for tests of the pages of the review."""

from __future__ import annotations

from tests.conftest import Service
from tests.web.pages.visiting import Shown, Visitor, sign_in_with
from tests.web.reviewing import CAMPAIGN, People, finding, put_raised, raised
from tests.web.test_standings import live_row, publish

REVIEW = f"/campaigns/{CAMPAIGN}/review"
FIRST, SECOND = "integrity.cells~a1", "integrity.idle~a2"
WHY = {"decision": "dismiss", "reason": "A school class on one network."}


async def two_flags(service: Service) -> People:
    """a1 is held by a detector, a2 to be looked at for its host, a3 has nothing."""
    await publish(service, live_row("a1", 9), live_row("a2", 8), live_row("a3", 7))
    idle = finding("a2", "review", 0, detector="idle", rule="idle/1", families=("live",), host="h1")
    await put_raised(service, raised("a1"), raised("a2", idle, detector="idle"))
    return await People.of(service)


async def reviewer(people: People, name: str = "ana") -> Visitor:
    return await sign_in_with(people.service, people.tokens[name])


def listed(shown: Shown) -> list[str]:
    """The accounts in the queue, in its order."""
    found: list[str] = shown.tree.xpath("//ol[@class='queue-list']//span[@class='queue-who']/text()")
    return found


def counted(shown: Shown) -> dict[str, str]:
    """Part of the queue → its count."""
    links = shown.tree.xpath("//nav[contains(@class, 'parts')]/a")
    return {one.text.strip(): one.xpath("span/text()")[0] for one in links}


def current(shown: Shown) -> str:
    """Where the chosen flag of the queue is; '' without one."""
    found: list[str] = shown.tree.xpath("//a[@data-flag][@aria-current]/@href")
    return found[0] if found else ""
