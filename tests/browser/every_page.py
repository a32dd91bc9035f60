"""Every page with somebody who looks closely at it, and what stands in its address. Knows no check."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from leaderboard.store.store import Store
from leaderboard.web.pages.routes import ENTRANCES, PAGES
from tests.web.access_story import did, id_of
from tests.web.access_world import DRAFT, LIVE, World, world_of
from tests.web.asking import TOML
from tests.web.lives import CAMPAIGN

# Who looks: one of each role, and somebody who is not signed in.
ROLES: Final[Mapping[str, str]] = {
    "visitor": "",
    "admin": "admin",
    "reviewer": "reviewer",
    "payout_preparer": "payout_preparer",
    "payout_approver": "payout_approver",
    "north": "agency",
}
PUBLIC: Final = "public-one"
DAY: Final = "?day=2022-02-17"


@dataclass(frozen=True, slots=True)
class Sight:
    """A page at one address. `reader`: whoever finds most on it. `names`: what is not the world's own first."""

    path: str
    reader: str
    query: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the output of a test names it."""
        path = self.path
        for name, value in self.names.items():
            path = path.replace(f"{{{name}}}", value)
        return f"{path}{self.query}"

    def address(self, names: Mapping[str, str]) -> str:
        """Where it is in a world with these names."""
        return self.path.format(**{**names, **self.names}) + self.query

    def is_for(self, caller: str) -> bool:
        """Whether somebody may see it: drafts are for admins, and visitors read what is public."""
        campaign = self.names.get("campaign", CAMPAIGN)
        if self.path in _ANYONES:
            return True
        if caller == "visitor":
            return _PAGES[self.path].public and campaign == PUBLIC
        is_hidden = campaign == DRAFT and caller != "admin"
        return ROLES[caller] in _PAGES[self.path].allow and not is_hidden


_ANYONES: Final = frozenset(one.path for one in ENTRANCES if one.method == "GET")
_PAGES: Final = {one.path: one for one in PAGES if one.method == "GET"}


def _of(campaign: str, path: str, reader: str, query: str = "") -> Sight:
    return Sight(f"/campaigns/{{campaign}}{path}", reader, query, {"campaign": campaign})


SIGHTS: Final = (
    Sight("/", "admin"),
    Sight("/sign-in", "visitor"),
    Sight("/sign-in/link/{code}", "visitor"),
    Sight("/me", "north"),
    Sight("/campaigns", "admin"),
    Sight("/campaigns/new", "admin"),
    _of(CAMPAIGN, "/edit", "admin"),
    _of(DRAFT, "/edit", "admin"),
    _of(CAMPAIGN, "/rules", "admin"),
    _of(PUBLIC, "/rules", "visitor"),
    _of(CAMPAIGN, "/manage", "admin"),
    _of(LIVE, "/manage", "admin"),
    _of(DRAFT, "/manage", "admin"),
    _of(CAMPAIGN, "/enrollments", "admin"),
    _of(LIVE, "/enrollments", "north"),
    _of(LIVE, "/enrollments/{account}", "admin"),
    _of(CAMPAIGN, "", "north"),
    _of(LIVE, "", "admin"),
    _of(PUBLIC, "", "visitor"),
    _of(CAMPAIGN, "", "reviewer", "?wall=1"),
    _of(CAMPAIGN, "/accounts/{account}", "north", DAY),
    _of(LIVE, "/accounts/{account}", "reviewer"),
    Sight("/accounts", "admin"),
    _of(CAMPAIGN, "/result", "north"),
    _of(CAMPAIGN, "/review", "reviewer"),
    _of(LIVE, "/review", "reviewer"),
    _of(CAMPAIGN, "/review/integrity", "reviewer"),
    _of(CAMPAIGN, "/review/{flag}", "reviewer"),
    _of(CAMPAIGN, "/rescorings", "reviewer"),
    _of(CAMPAIGN, "/rescorings/{rescoring}", "reviewer"),
    Sight("/ops", "admin"),
    Sight("/people", "admin"),
    Sight("/audit-log", "reviewer"),
    _of(CAMPAIGN, "/payouts", "payout_preparer"),
    _of(LIVE, "/payouts", "payout_preparer"),
    _of(CAMPAIGN, "/payouts/prepare", "payout_preparer"),
    _of(CAMPAIGN, "/payouts/awards/{award}/{account}", "payout_approver"),
    Sight("/payouts/{batch}", "payout_approver"),
    Sight("/payouts/{batch}/reconcile", "payout_preparer"),
    Sight("/accounts/{account}/payee", "payout_preparer"),
    Sight("/accounts/{account}/payee", "north"),
    Sight("/ledger", "admin"),
)
# Files, streams, figures for a script, and what only sends elsewhere.
NO_PAGES: Final = frozenset(
    {
        "/sign-in/openid",
        "/sign-in/openid/callback",
        "/ops/now",
        "/campaigns/{campaign}/rules/definition.toml",
        "/campaigns/{campaign}/rules/definition.json",
        "/campaigns/{campaign}/enrollments/{account}/schedule.csv",
        "/campaigns/{campaign}/standings.csv",
        "/campaigns/{campaign}/live",
        "/campaigns/{campaign}/result.json",
        "/payouts/{batch}/files/{document}",
    }
)


def known_pages() -> frozenset[str]:
    """The paths of all that the code answers a GET for a page with."""
    return _ANYONES | _PAGES.keys()


@dataclass(frozen=True, slots=True)
class Place:
    """A world, and what stands in the addresses of its pages."""

    world: World
    names: Mapping[str, str]

    def url(self, sight: Sight) -> str:
        """Where a page is."""
        return self.world.service.url + sight.address(self.names)


@asynccontextmanager
async def place_of(store: Store, apollo: Callable[..., str]) -> AsyncIterator[Place]:
    """The world over an empty store, with a public campaign and somebody's link to sign in with."""
    async with world_of(store, apollo) as world:
        service = world.service
        text = apollo(PUBLIC, end="2099-02-28T00:00:00").replace("schema = 1", "schema = 1\npublic = true")
        await did(await service.ask("PUT", f"/v1/campaigns/{PUBLIC}", data=text.encode(), headers=TOML))
        await did(await service.ask("PUT", f"/v1/campaigns/{PUBLIC}/enrollments/a1", {"hosts": []}))
        token = await store.tokens.find(id_of(world.tokens["north"]))
        assert token is not None
        _, code = await store.sessions.make_link(token, "test", await store.now_ms())
        yield Place(world, {name: found[0] for name, found in world.names.items()} | {"code": code})
