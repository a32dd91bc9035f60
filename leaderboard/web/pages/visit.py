"""A visit to a page: who reads, in which language, and what a page can ask, tell, show and be sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Final, Literal

from aiohttp import web
from markupsafe import Markup
from yarl import URL

from leaderboard.domain.sessions import form_token
from leaderboard.domain.tokens import ROLES, Role, Token
from leaderboard.web.keys import CONFIG, NOW_MS, STORE
from leaderboard.web.pages.forms import Fields, Upload
from leaderboard.web.pages.inside import Inside
from leaderboard.web.pages.rendering import page, render_in
from leaderboard.web.problems import Problem, invalid
from leaderboard.web.words import LANGUAGES, Words

# Ingest tokens are of machines; nobody signs in with one.
PEOPLE: Final = frozenset[Role](ROLES) - {"ingest"}
STAFF: Final = PEOPLE - {"agency"}
FORM_TOKEN: Final = "form_token"  # noqa: S105  (the name of a field)
LONGEST_UPLOAD_BYTES: Final = 1024 * 1024

# Who reads a public campaign without signing in: of no agency, so nobody's details are theirs.
VISITOR: Final = Token(id="visitor", role="agency", name="visitor", created_ms=0, secret_hash="", agency="")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page. `caller` is who signed in, or VISITOR; `secret` is the session's, '' without one.

    `names`: token id → name, of those whom the reader may know.
    """

    request: web.Request
    words: Words
    caller: Token
    secret: str
    inside: Inside
    posted: Fields | None = None
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody reads whom we know."""
        return self.caller is not VISITOR

    @property
    def now_ms(self) -> int:
        """The store's time when the visit began."""
        return self.request[NOW_MS]

    @property
    def campaign(self) -> str:
        """The campaign that the address names."""
        return self.request.match_info["campaign"]

    def person(self, token_id: str) -> str:
        """What somebody is called; the id of the token where the reader is not told, or nobody has it any more."""
        return self.names.get(token_id, token_id)

    async def account_names(self, account_ids: Collection[str]) -> dict[str, str]:
        """What accounts are called, which everybody may know who reads the standings; the id of one without a name."""
        found = await self.request.app[STORE].directory.accounts(account_ids)
        return {name: account.name if account else name for name, account in found.items()}

    def may(self, *roles: Role) -> bool:
        """Whether the reader has one of these roles."""
        return self.is_signed_in and self.caller.role in roles

    async def ask(self, path: str, **query: str | int | None) -> Any:
        """What our API answers to the reader at a path; a Problem where it refuses."""
        return await self.inside.ask(path, **query)

    async def find(self, path: str, **query: str | int | None) -> Any:
        """As `ask`; None where there is nothing, or nothing for this reader."""
        return await self.inside.find(path, **query)

    async def tell(self, method: str, path: str, body: object = None) -> Any:
        """Writes through our API in the reader's name; a Problem where it refuses."""
        return await self.inside.tell(method, path, body)

    def field(self, name: str) -> str:
        """A posted text without the spaces around it; '' where the form has none."""
        found = self.posted.get(name, "") if self.posted is not None else ""
        return found.replace("\r\n", "\n").strip() if isinstance(found, str) else ""

    def upload(self, name: str) -> bytes:
        """A posted file's bytes; b'' where none was chosen."""
        found = self.posted.get(name) if self.posted is not None else None
        if not isinstance(found, Upload):
            return b""
        if len(found.content) > LONGEST_UPLOAD_BYTES:
            raise invalid(name, "the file is over 1 MiB")
        return found.content

    def page(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """A page in the reader's language. Nobody but the reader's own browser keeps it."""
        html = render_in(self.words, f"pages/{template}", **self._frame(), **values)
        response = page(html, status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = self.words.language
        response.headers["Vary"] = "Cookie, Accept-Language"
        return response

    def _frame(self) -> dict[str, Any]:
        return {
            "visit": self,
            "caller": self.caller if self.is_signed_in else None,
            "form_field": lambda: form_field(self.secret),
            "here": self.request.rel_url.path_qs,
            "done": self.request.query.get("done", ""),
            "languages": LANGUAGES,
            "notice": self.request.app[CONFIG].pages.notice,
        }

    def redirect(self, path: str, *, done: str = "") -> web.Response:
        """Goes on to a page of ours after something was done; `done` is a key of `templates/pages/done.html`."""
        where = URL(path, encoded=True) if "?" in path else URL(path)
        where = where.update_query(done=done) if done else where
        return web.Response(status=303, headers={"Location": str(where), "Cache-Control": "no-store"})

    def refused(self, problem: Problem) -> web.Response:
        """The page that tells of a problem."""
        return self.page("problem.html", problem.status, problem=problem)


def form_field(secret: str) -> Markup:
    """What every form of somebody who is signed in carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(
        FORM_TOKEN, form_token(secret, token_urlsafe(12))
    )


PageHandler = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class PageEndpoint:
    """A page, or what its form is sent to. `public`: also for who is not signed in, where the campaign is public."""

    method: Literal["GET", "POST"]
    path: str
    handler: PageHandler
    allow: frozenset[Role]
    public: bool = False


@dataclass(frozen=True, slots=True)
class Entrance:
    """A page that stands before signing in: for everybody, and its form belongs to no session."""

    method: Literal["GET", "POST"]
    path: str
    handler: PageHandler
