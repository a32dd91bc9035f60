"""The ways into the pages of a demo: a link that signs in, once, for one person of each role."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from leaderboard.demo.client import Client
from leaderboard.demo.people import Token, issue_token

# Person → role. What takes two is done by two: there is a second reviewer, and an approver beside the preparer.
PERSONS: Final = {
    "operator": "admin",
    "reviewer": "reviewer",
    "second-reviewer": "reviewer",
    "preparer": "payout_preparer",
    "approver": "payout_approver",
    "agency": "agency",
}


class Entrance(Struct, frozen=True):
    """Who somebody is, and the link that signs in as him."""

    person: str
    url: str


async def issue_people(admin: Client, data: Path, agency: str) -> dict[str, Token]:
    """Person → a token of his, which lies in a file, too."""
    return {
        person: await issue_token(admin, data, person, role, agency if role == "agency" else None)
        for person, role in PERSONS.items()
    }


async def entrances(admin: Client, people: dict[str, Token]) -> list[Entrance]:
    """A link for each of the people."""
    made = [(person, await admin.post(f"/v1/tokens/{token.id}/link", {})) for person, token in people.items()]
    return [Entrance(person, link["url"]) for person, link in made]


def how_to_look(found: Sequence[Entrance], data: Path) -> str:
    """The links in a table, and what to do when one is used up."""
    widest = max(len(one.person) for one in found)
    links = "\n".join(f"  {one.person:<{widest}}  {one.url}" for one in found)
    return f"""\
Open the pages as one of these people, each in a browser profile or private window of its own:
{links}
A link works once, within 15 minutes. Later, paste the token of the person at /sign-in: {data}/PERSON.token
"""
