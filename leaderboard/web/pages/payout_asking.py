"""What pages of payouts share: who may read them, addresses, a batch with all of its lines. Shows nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from leaderboard.domain.payouts import Person
from leaderboard.domain.tokens import Role
from leaderboard.web.pages.paths import api
from leaderboard.web.pages.visit import Visit

PREPARERS: Final = frozenset[Role](("payout_preparer",))
APPROVERS: Final = frozenset[Role](("payout_approver",))
PAYERS: Final = PREPARERS | APPROVERS
READERS: Final = PAYERS | frozenset[Role](("admin", "reviewer"))

LINES_A_PAGE: Final = 1_000

Document = dict[str, Any]


def batch_name(visit: Visit) -> str:
    """The batch that the address names."""
    return visit.request.match_info["batch"]


async def campaign_of(visit: Visit, name: str) -> Document:
    """A campaign as the head of its pages needs it."""
    found: Document = await visit.ask(api("campaigns", name))
    return found


async def whole_batch(visit: Visit, name: str) -> Document:
    """A batch with every line."""
    batch: Document = await visit.ask(api("payouts", name), limit=LINES_A_PAGE)
    while cursor := batch["cursor"]:
        page = await visit.ask(api("payouts", name), limit=LINES_A_PAGE, cursor=cursor)
        batch = {**batch, "items": [*batch["items"], *page["items"]], "cursor": page["cursor"]}
    return batch


async def names_of(visit: Visit, *lists: Sequence[Document]) -> dict[str, str]:
    """Account → what it is called, of all that stand in these lists."""
    return await visit.account_names({one["account_id"] for listed in lists for one in listed})


def is_reader(visit: Visit, token: str, name: str) -> bool:
    """Whether the reader is who did something; two tokens of one name are one person's."""
    return Person(visit.caller.id, visit.caller.name).is_also(token, name)
