"""Who a provider's ID token names, as a token here: saved with today's role and agency, or refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaderboard.config import OpenId
from leaderboard.domain.openid import NotHere, Person, identity_of, person_id, person_of
from leaderboard.domain.sessions import is_usable
from leaderboard.domain.tokens import Token
from leaderboard.web.keys import STORE
from leaderboard.web.pages.visit import Visit
from leaderboard.web.problems import Problem


async def token_of(visit: Visit, config: OpenId, claims: Mapping[str, Any]) -> Token:
    """The token of whom the claims name. With another role or agency than before, older sessions end."""
    store = visit.request.app[STORE]
    try:
        person = await _person_of(visit, config, claims)
    except NotHere as error:
        # Whoever had a role before has it no more, in no browser.
        await store.sessions.end_all(person_id(identity_of(config.issuer, claims["sub"])))
        raise Problem(403, "forbidden", _not_here(config.name, str(error))) from error
    before = await store.tokens.find(person.id)
    token = await store.tokens.put_person(person, visit.now_ms)
    if token is None or token.person != person.identity or not is_usable(token, visit.now_ms):
        detail = (
            f"You are signed in at {config.name}, but your access here was taken away."
            " Ask whoever runs the programme."
        )
        raise Problem(403, "forbidden", detail)
    if before and (before.role, before.agency) != (token.role, token.agency):
        await store.sessions.end_all(token.id)
    return token


async def _person_of(visit: Visit, config: OpenId, claims: Mapping[str, Any]) -> Person:
    person = person_of(
        claims,
        issuer=config.issuer,
        role_claim=config.role_claim,
        roles=config.roles,
        agency_claim=config.agency_claim,
    )
    if person.agency is not None and await visit.request.app[STORE].settings.agency(person.agency) is None:
        raise NotHere("agency")
    return person


def _not_here(name: str, what: str) -> str:
    if what == "agency":
        return (
            f"You are signed in at {name}, but it names no agency that is known here."
            " Ask whoever runs the programme."
        )
    return (
        f"You are signed in at {name}, but nobody has given you a role here. Ask whoever runs the programme."
    )
