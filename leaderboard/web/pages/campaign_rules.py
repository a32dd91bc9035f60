"""The rules of a campaign as a page, for everybody who may read its standings; and its definition as a file."""

from __future__ import annotations

from typing import Final

import orjson
from aiohttp import web

from leaderboard.web.pages.campaign_toml import to_toml
from leaderboard.web.pages.paths import api
from leaderboard.web.pages.payout_asking import Document
from leaderboard.web.pages.visit import PEOPLE, STAFF, PageEndpoint, Visit


async def show_rules(visit: Visit) -> web.Response:
    """What is ranked and paid, in sentences, and how it came to be so."""
    campaign = await visit.ask(api("campaigns", visit.campaign))
    return visit.page("campaign_rules.html", campaign=campaign, may_download=visit.may(*STAFF))


async def download_toml(visit: Visit) -> web.Response:
    """The definition as it can be pasted into the editor."""
    return await _download(visit, "toml", "application/toml")


async def download_json(visit: Visit) -> web.Response:
    """The definition in the form that its hash is of."""
    return await _download(visit, "json", "application/json")


async def _download(visit: Visit, kind: str, media_type: str) -> web.Response:
    campaign: Document = await visit.ask(api("campaigns", visit.campaign))
    definition = campaign["definition"]
    is_toml = kind == "toml"
    body = to_toml(definition).encode() if is_toml else orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)
    headers = {
        "Content-Disposition": f'attachment; filename="{campaign["id"]}.{kind}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=body, content_type=media_type, headers=headers)


_PATH: Final = "/campaigns/{campaign}/rules"
PAGES: Final = (
    PageEndpoint("GET", _PATH, show_rules, PEOPLE, public=True),
    PageEndpoint("GET", f"{_PATH}/definition.toml", download_toml, STAFF),
    PageEndpoint("GET", f"{_PATH}/definition.json", download_json, STAFF),
)
