"""How doors move the life of a campaign: read it, decide, compare and set; where another was first, decide anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from leaderboard.domain.campaigns import Definition, State
from leaderboard.domain.lifecycle import Life, due, opened, state_now, upcoming
from leaderboard.web.campaign_shown import find_campaign
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.problems import Problem

TRIES: Final = 20
_SAID: Final[dict[State, str]] = {"draft": "a draft", "review": "in review"}

# What a life becomes at a time of the store's clock; None where it is so already. Raises what is answered instead.
Decision = Callable[[Definition, Life, int], Life | None]


async def move(request: web.Request, action: str, decide: Decision, why: str = "") -> Life:
    """The life after the decision is carried out, by whoever it was. The directory knows it."""
    store, campaign = request.app[STORE], find_campaign(request)
    name, definition, actor = campaign.definition.id, campaign.newest, request[CALLER].id
    for _ in range(TRIES):
        life, now_ms = await store.lifecycles.life(name), await store.now_ms()
        if due(definition, life, now_ms) == "open":
            # No scheduler has come to it yet.
            await store.lifecycles.move(name, life, opened(life, now_ms), action="campaign.open", actor=actor)
            continue
        after = decide(definition, life, now_ms)
        if after is None or await store.lifecycles.move(
            name, life, after, action=action, actor=actor, why=why
        ):
            await store.directory.refresh()
            return after or life
    raise Problem(409, "moving", f"{name} is being moved by others again and again; try it once more.")


def said(state: State) -> str:
    """A state as it is said after `is`."""
    return _SAID.get(state, state)


def where_it_stands(definition: Definition, life: Life, now_ms: int) -> str:
    """`The campaign is live; next is closing, which waits for its end.`"""
    state = state_now(definition, life, now_ms)
    following = upcoming(definition, life, now_ms)
    if following is None:
        return f"The campaign is {said(state)}."
    return f"The campaign is {said(state)}; next is {following.state}, which waits for {following.waits_for}."
