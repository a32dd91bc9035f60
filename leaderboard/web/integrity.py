"""The report of a campaign's last checkpoint, account by account, for those who review. Agencies see flags only."""

from __future__ import annotations

from typing import Annotated, Any, Final

from aiohttp import web
from msgspec import Meta, Struct

from leaderboard.domain.accounts import Id
from leaderboard.domain.campaigns.integrity import Mode
from leaderboard.domain.events import Amount
from leaderboard.domain.integrity_report import AccountReport, CheckpointDocument, read_document
from leaderboard.domain.rescorings import Figures
from leaderboard.domain.times import rfc3339
from leaderboard.web.answers import Time, answer, checked, money
from leaderboard.web.campaign_shown import CAMPAIGN, find_campaign
from leaderboard.web.checkpoints import REVIEWERS
from leaderboard.web.endpoints import Answer, Endpoint, Parameter
from leaderboard.web.keys import STORE
from leaderboard.web.problems import not_found

Limit = Annotated[int, Meta(ge=1, le=1_000)]

_LIMIT: Final = 100


class Outcome(Struct):
    """Where an account stands, and the sum of its awards."""

    rank: int
    score: int
    eligible: bool
    award: Amount


class AccountIntegrity(Struct):
    """Visitors of an account: all, those with an invalid view by reason, those that count, those of them who are
    estimated to be no people, and the rest. `before` is without detectors, `after` with them; null of who is not
    ranked."""

    account_id: str
    gross_uv: int
    invalid_uv: dict[str, int]
    counted_uv: int
    discounted_uv: int
    net_uv: int
    held: bool
    flags: list[str]
    before: Outcome | None
    after: Outcome | None


class IntegrityShown(Struct):
    """The report of the last checkpoint. In mode `shadow` nothing has followed: `after` and `held` are what would have.

    `reranked` and `paid_otherwise` count accounts whose rank or award detectors change. `cursor` reads on.
    """

    campaign_id: str
    mode: Mode
    checkpoint: int
    at: Time
    through: Time
    rules: list[str]
    flags: dict[str, int]
    held: int
    reranked: int
    paid_otherwise: int
    items: list[AccountIntegrity]
    cursor: str | None


async def get_integrity(request: web.Request) -> web.Response:
    """A page of the last checkpoint's report, by the ranks that follow from it."""
    campaign, limit = find_campaign(request), checked(request, "limit", Limit, _LIMIT)
    name, cursor = campaign.definition.id, checked(request, "cursor", Id)
    content = await request.app[STORE].checkpoints.document(name)
    if content is None:
        raise not_found(f"checkpoint of {name}")
    document = read_document(content)
    every = document.report.accounts
    start = next((number for number, one in enumerate(every, 1) if one.account == cursor), 0)
    page = every[start : start + limit]
    return answer(
        _head(document)
        | {
            "items": [_account(one, campaign.definition.currency) for one in page],
            "cursor": page[-1].account if start + limit < len(every) else None,
        }
    )


def _head(document: CheckpointDocument) -> dict[str, Any]:
    report = document.report
    return {
        "campaign_id": document.campaign,
        "mode": document.mode,
        "checkpoint": document.number,
        "at": rfc3339(document.at_ms),
        "through": rfc3339(document.through_ms),
        "rules": list(document.rules),
        "flags": report.detectors,
        "held": report.held,
        "reranked": report.reranked,
        "paid_otherwise": report.paid_otherwise,
    }


def _account(one: AccountReport, currency: str) -> dict[str, Any]:
    return {
        "account_id": one.account,
        "gross_uv": one.gross_uv,
        "invalid_uv": one.invalid,
        "counted_uv": one.counted_uv,
        "discounted_uv": one.discounted_uv,
        "net_uv": one.net_uv,
        "held": one.held,
        "flags": list(one.flags),
        "before": _outcome(one.before, currency),
        "after": _outcome(one.after, currency),
    }


def _outcome(figures: Figures | None, currency: str) -> dict[str, Any] | None:
    if figures is None:
        return None
    return {
        "rank": figures.rank,
        "score": figures.score,
        "eligible": figures.eligible,
        "award": money(figures.award_minor, currency),
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/v1/campaigns/{campaign}/integrity", get_integrity, REVIEWERS, "Read the integrity report", "Review",
        {
            200: Answer("A page of accounts.", IntegrityShown),
            404: Answer("There is no such campaign, or no checkpoint of it yet."),
        },
        (
            CAMPAIGN,
            Parameter("limit", "query", Limit, f"How many accounts, {_LIMIT} unless told."),
            Parameter("cursor", "query", Id, "Reads on from the page before."),
        ),
        description="What was counted and what detectors make of it, account by account, as of the last checkpoint.",
    ),
)  # fmt: skip
