"""Who may do what: a table written by hand, beside the code's own. The tests hold each to the other, and try it.

`yes`   may, whatever it is about
`own`   may where the address names what is its own; 403 or 404 where it names another's
`part`  is answered, and what is another's is not in the answer, or not taken
`.`     may not: 403
anyone  needs no token; the answer is the same for everybody

Without a valid token everything else is 401. Pages take the session of a browser in its place: without one they send to
the page for signing in, except that `public` ones may be read where the campaign is public, as by an agency that has no
accounts. Tokens of senders open none. Every form carries a token of its session; without it is 403.
 Drafts of campaigns are there for admins only. Reviewers' `yes` is about
roles: that nobody decides, approves or confirms twice is tested where that is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from leaderboard.web.app import ENDPOINTS
from leaderboard.web.pages.routes import ENTRANCES, PAGES

Cell = Literal["yes", "own", "part", "."]

ROLES: Final = ("admin", "reviewer", "payout_preparer", "payout_approver", "agency", "ingest")

#                                                                admin reviewer preparer approver agency ingest
TABLE: Final = """
POST   /v1/events                                                 yes     .       .        .        .    part
POST   /open_api/v1.3/event/track/                                yes     .       .        .        .    part
POST   /open_api/v1.3/pixel/track/                                yes     .       .        .        .    part
POST   /open_api/v1.3/pixel/batch/                                yes     .       .        .        .    part
POST   /open_api/v1.2/event/track/                                yes     .       .        .        .    part
POST   /open_api/v1.2/pixel/track/                                yes     .       .        .        .    part
POST   /open_api/v1.2/pixel/batch/                                yes     .       .        .        .    part
GET    /v1/rejected                                               yes     .       .        .        .    part
GET    /v1/campaigns                                              yes    yes     yes      yes      yes    yes
GET    /v1/campaigns/{campaign}                                   yes    yes     yes      yes     part   part
PUT    /v1/campaigns/{campaign}                                   yes     .       .        .        .      .
GET    /v1/campaigns/{campaign}/standings                         yes    yes     yes      yes     part     .
GET    /v1/campaigns/{campaign}/standings/history                 yes    yes     yes      yes      yes     .
GET    /v1/campaigns/{campaign}/standings/stream                  yes    yes     yes      yes     part     .
GET    /v1/campaigns/{campaign}/accounts/{account}                yes    yes     yes      yes      own     .
GET    /v1/campaigns/{campaign}/excluded                          yes    yes     yes      yes     part     .
GET    /v1/campaigns/{campaign}/audit                             yes    yes     part     part    part     .
GET    /v1/campaigns/{campaign}/result                            yes    yes     yes      yes     part     .
GET    /v1/campaigns/{campaign}/enrollments/{account}             yes   part     part     part     own     .
PUT    /v1/campaigns/{campaign}/enrollments/{account}             yes     .       .        .        .      .
GET    /v1/campaigns/{campaign}/enrollments                       yes    yes     yes      yes     part     .
GET    /v1/campaigns/{campaign}/enrollments/{account}/schedule    yes    yes     yes      yes      own     .
GET    /v1/campaigns/{campaign}/enrollments/{account}/request     yes    yes     yes      yes      own     .
POST   /v1/campaigns/{campaign}/enrollments/{account}/request      .      .       .        .       own     .
DELETE /v1/campaigns/{campaign}/enrollments/{account}/request      .      .       .        .       own     .
POST   /v1/campaigns/{campaign}/enrollments/{account}/approve     yes     .       .        .        .      .
POST   /v1/campaigns/{campaign}/enrollments/{account}/reject      yes     .       .        .        .      .
GET    /v1/campaigns/{campaign}/flags                             yes    yes      .        .      part     .
GET    /v1/campaigns/{campaign}/flags/{flag}                      yes    yes      .        .       own     .
POST   /v1/campaigns/{campaign}/flags/{flag}/decision              .     yes      .        .        .      .
POST   /v1/campaigns/{campaign}/flags/{flag}/appeal                .      .       .        .       own     .
GET    /v1/campaigns/{campaign}/cases                             yes    yes      .        .        .      .
GET    /v1/campaigns/{campaign}/integrity                         yes    yes      .        .        .      .
GET    /v1/campaigns/{campaign}/checkpoints                       yes    yes      .        .        .      .
POST   /v1/campaigns/{campaign}/audit                             yes    yes      .        .        .      .
POST   /v1/campaigns/{campaign}/checkpoints                       yes    yes      .        .        .      .
GET    /v1/campaigns/{campaign}/rescorings                        yes    yes      .        .        .      .
POST   /v1/campaigns/{campaign}/rescorings                         .     yes      .        .        .      .
GET    /v1/campaigns/{campaign}/rescorings/{rescoring}            yes    yes      .        .        .      .
POST   /v1/campaigns/{campaign}/rescorings/{rescoring}/apply       .     yes      .        .        .      .
POST   /v1/campaigns/{campaign}/rescorings/{rescoring}/reverse     .     yes      .        .        .      .
POST   /v1/campaigns/{campaign}/rescorings/{rescoring}/cancel      .     yes      .        .        .      .
POST   /v1/campaigns/{campaign}/rescorings/{rescoring}/prepare     .     yes      .        .        .      .
POST   /v1/campaigns/check                                        yes     .       .        .        .      .
GET    /v1/campaigns/{campaign}/transitions                       yes     .       .        .        .      .
POST   /v1/campaigns/{campaign}/publish                           yes     .       .        .        .      .
POST   /v1/campaigns/{campaign}/close                             yes     .       .        .        .      .
POST   /v1/campaigns/{campaign}/cancel                            yes     .       .        .        .      .
POST   /v1/campaigns/{campaign}/certify                           yes     .       .        .        .      .
GET    /v1/agencies                                               yes     .       .        .        .      .
PUT    /v1/agencies/{agency}                                      yes     .       .        .        .      .
GET    /v1/accounts                                               yes     .       .        .        .      .
PUT    /v1/accounts/{account}                                     yes     .       .        .        .      .
GET    /v1/accounts/{account}/hosts                               yes     .       .        .        .      .
PUT    /v1/accounts/{account}/hosts/{host}                        yes     .       .        .        .      .
GET    /v1/accounts/{account}/payee                               yes     .      yes      yes      own     .
PUT    /v1/accounts/{account}/payee                                .      .      yes       .       own     .
POST   /v1/accounts/{account}/payee/confirm                        .      .       .       yes       .      .
POST   /v1/accounts/{account}/payee/reject                         .      .      yes      yes       .      .
PUT    /v1/accounts/{account}/screening                            .     yes     yes      yes       .      .
PUT    /v1/accounts/{account}/tax-form                             .      .      yes       .        .      .
PUT    /v1/campaigns/{campaign}/disputes/{award}/{account}         .     yes     yes      yes       .      .
DELETE /v1/campaigns/{campaign}/disputes/{award}/{account}         .     yes      .       yes       .      .
GET    /v1/ledger                                                 yes     .      yes      yes       .      .
POST   /v1/campaigns/{campaign}/funding                           yes     .       .        .        .      .
GET    /v1/campaigns/{campaign}/payouts                           yes    yes     yes      yes       .      .
POST   /v1/campaigns/{campaign}/payouts                            .      .      yes       .        .      .
GET    /v1/payouts/{batch}                                        yes    yes     yes      yes       .      .
POST   /v1/payouts/{batch}/approve                                 .      .       .       yes       .      .
POST   /v1/payouts/{batch}/void                                    .      .      yes      yes       .      .
GET    /v1/payouts/{batch}/export                                  .      .      yes      yes       .      .
POST   /v1/payouts/{batch}/reconcile                               .      .      yes      yes       .      .
POST   /v1/payouts/{batch}/sent                                    .      .       .       yes       .      .
PUT    /v1/campaigns/{campaign}/differences/{award}/{account}      .      .       .       yes       .      .
GET    /v1/tokens                                                 yes     .       .        .        .      .
POST   /v1/tokens                                                 yes     .       .        .        .      .
DELETE /v1/tokens/{token}                                         yes     .       .        .        .      .
POST   /v1/tokens/{token}/link                                    yes     .       .        .        .      .
DELETE /v1/tokens/{token}/sessions                                yes     .       .        .        .      .
GET    /v1/audit-log                                              yes    yes     yes      yes       .      .
GET    /v1/buried                                                 yes     .       .        .        .      .
POST   /v1/buried/{id}/replay                                     yes     .       .        .        .      .
GET    /v1/status                                                 yes    yes     yes      yes     part   part
GET    /v1/signing-keys                                           yes    yes     yes      yes      yes    yes
GET    /healthz                                                   anyone
GET    /readyz                                                    anyone
GET    /metrics                                                   anyone
GET    /static/{file}                                             anyone
GET    /openapi.json                                              anyone
GET    /docs                                                      anyone
"""
PAGE_TABLE: Final = """
GET    /                                                          anyone
GET    /sign-in                                                   anyone
POST   /sign-in                                                   anyone
GET    /sign-in/link/{code}                                       anyone
POST   /sign-in/link/{code}                                       anyone
GET    /sign-in/openid                                            anyone
GET    /sign-in/openid/callback                                   anyone
POST   /language                                                  anyone
GET    /me                                                        yes    yes     yes      yes     part     .
POST   /sign-out                                                  yes    yes     yes      yes     part     .
POST   /sign-out-everywhere                                       yes    yes     yes      yes     part     .
GET    /campaigns                                                 yes    yes     yes      yes     part     .
GET    /campaigns/new                                             yes     .       .        .        .      .
POST   /campaigns/new                                             yes     .       .        .        .      .
GET    /campaigns/{campaign}/edit                                 yes     .       .        .        .      .
POST   /campaigns/{campaign}/edit                                 yes     .       .        .        .      .
GET    /campaigns/{campaign}/rules                                yes    yes     yes      yes      yes     .   public
GET    /campaigns/{campaign}/rules/definition.toml                yes    yes     yes      yes       .      .
GET    /campaigns/{campaign}/rules/definition.json                yes    yes     yes      yes       .      .
GET    /campaigns/{campaign}/manage                               yes     .       .        .        .      .
POST   /campaigns/{campaign}/manage/publish                       yes     .       .        .        .      .
POST   /campaigns/{campaign}/manage/close                         yes     .       .        .        .      .
POST   /campaigns/{campaign}/manage/cancel                        yes     .       .        .        .      .
POST   /campaigns/{campaign}/manage/certify                       yes     .       .        .        .      .
POST   /campaigns/{campaign}/manage/correct                       yes     .       .        .        .      .
POST   /campaigns/{campaign}/manage/withdraw                      yes     .       .        .        .      .
POST   /campaigns/{campaign}/manage/audit                         yes     .       .        .        .      .
POST   /campaigns/{campaign}/manage/funding                       yes     .       .        .        .      .
GET    /campaigns/{campaign}/enrollments                          yes    yes     yes      yes     part     .
GET    /campaigns/{campaign}/enrollments/{account}                yes    yes     yes      yes      own     .
GET    /campaigns/{campaign}/enrollments/{account}/schedule.csv   yes    yes     yes      yes      own     .
POST   /campaigns/{campaign}/enrollments/{account}                yes     .       .        .        .      .
POST   /campaigns/{campaign}/enrollments/{account}/request         .      .       .        .       own     .
POST   /campaigns/{campaign}/enrollments/{account}/withdraw        .      .       .        .       own     .
POST   /campaigns/{campaign}/enrollments/{account}/approve        yes     .       .        .        .      .
POST   /campaigns/{campaign}/enrollments/{account}/reject         yes     .       .        .        .      .
GET    /ops                                                       yes     .       .        .        .      .
GET    /ops/now                                                   yes     .       .        .        .      .
POST   /ops/buried/{id}/replay                                    yes     .       .        .        .      .
POST   /ops/campaigns/{campaign}/audit                            yes     .       .        .        .      .
GET    /people                                                    yes     .       .        .        .      .
POST   /people                                                    yes     .       .        .        .      .
POST   /people/{token}/link                                       yes     .       .        .        .      .
POST   /people/{token}/revoke                                     yes     .       .        .        .      .
POST   /people/{token}/sign-out                                   yes     .       .        .        .      .
GET    /audit-log                                                 yes    yes     yes      yes       .      .
GET    /accounts                                                  yes     .      yes      yes     part     .
GET    /campaigns/{campaign}/accounts/{account}                   yes    yes     yes      yes      own     .
POST   /campaigns/{campaign}/accounts/{account}/flags/{flag}/appeal .     .       .        .       own     .
GET    /campaigns/{campaign}                                      yes    yes     yes      yes     part     .   public
GET    /campaigns/{campaign}/standings.csv                        yes    yes     yes      yes     part     .   public
GET    /campaigns/{campaign}/live                                 yes    yes     yes      yes     part     .   public
GET    /campaigns/{campaign}/result                               yes    yes     yes      yes     part     .
GET    /campaigns/{campaign}/result.json                          yes    yes     yes      yes     part     .
GET    /campaigns/{campaign}/review                               yes    yes       .        .        .     .
POST   /campaigns/{campaign}/review/checkpoint                    yes    yes       .        .        .     .
GET    /campaigns/{campaign}/review/integrity                     yes    yes       .        .        .     .
GET    /campaigns/{campaign}/review/{flag}                        yes    yes       .        .        .     .
POST   /campaigns/{campaign}/review/{flag}/decision                 .    yes       .        .        .     .
GET    /campaigns/{campaign}/rescorings                           yes    yes       .        .        .     .
POST   /campaigns/{campaign}/rescorings                             .    yes       .        .        .     .
GET    /campaigns/{campaign}/rescorings/{rescoring}               yes    yes       .        .        .     .
POST   /campaigns/{campaign}/rescorings/{rescoring}/{step}          .    yes       .        .        .     .
GET    /campaigns/{campaign}/payouts                              yes    yes     yes      yes        .     .
GET    /campaigns/{campaign}/payouts/prepare                        .      .     yes        .        .     .
POST   /campaigns/{campaign}/payouts/prepare                        .      .     yes        .        .     .
GET    /campaigns/{campaign}/payouts/awards/{award}/{account}     yes    yes     yes      yes        .     .
POST   /campaigns/{campaign}/payouts/awards/{award}/{account}/dispute    .    yes     yes      yes        .     .
POST   /campaigns/{campaign}/payouts/awards/{award}/{account}/lift    .    yes       .      yes        .     .
POST   /campaigns/{campaign}/payouts/awards/{award}/{account}/settled    .      .       .      yes        .     .
GET    /payouts/{batch}                                           yes    yes     yes      yes        .     .
POST   /payouts/{batch}/approve                                     .      .       .      yes        .     .
POST   /payouts/{batch}/void                                        .      .     yes      yes        .     .
POST   /payouts/{batch}/sent                                        .      .       .      yes        .     .
POST   /payouts/{batch}/export                                      .      .     yes      yes        .     .
GET    /payouts/{batch}/files/{document}                                .      .     yes      yes        .     .
GET    /payouts/{batch}/reconcile                                   .      .     yes      yes        .     .
POST   /payouts/{batch}/reconcile/preview                           .      .     yes      yes        .     .
POST   /payouts/{batch}/reconcile                                   .      .     yes      yes        .     .
GET    /accounts/{account}/payee                                  yes   part     yes      yes      own     .
POST   /accounts/{account}/payee                                    .      .     yes        .      own     .
POST   /accounts/{account}/payee/confirm                            .      .       .      yes        .     .
POST   /accounts/{account}/payee/reject                             .      .     yes      yes        .     .
POST   /accounts/{account}/payee/screening                          .    yes     yes      yes        .     .
POST   /accounts/{account}/payee/tax-form                           .      .     yes        .        .     .
GET    /ledger                                                    yes      .     yes      yes        .     .
POST   /ledger/{campaign}/funding                                 yes      .       .        .        .     .
"""


@dataclass(frozen=True)
class Rule:
    """A line of the table; `cells` is empty where anyone may. `is_public`: its last word is `public`."""

    method: str
    path: str
    cells: dict[str, Cell]
    is_public: bool = False

    @property
    def name(self) -> str:
        """How the output of a test names it."""
        return f"{self.method} {self.path}"

    def of(self, role: str) -> Cell:
        """What a role may; one that is nobody's may nothing."""
        return self.cells.get(role, ".")


def read_table(table: str) -> list[Rule]:
    """The lines of a table in their order; fails on one that cannot be read."""
    return [_read(line) for line in table.strip().splitlines()]


def _read(line: str) -> Rule:
    method, path, *cells = line.split()
    if cells == ["anyone"]:
        return Rule(method, path, {})
    is_public = cells[-1] == "public"
    known: dict[str, Cell] = {"yes": "yes", "own": "own", "part": "part", ".": "."}
    by_role = zip(ROLES, cells[: len(cells) - is_public], strict=True)
    return Rule(method, path, {role: known[cell] for role, cell in by_role}, is_public)


RULES: Final = read_table(TABLE)
PAGE_RULES: Final = read_table(PAGE_TABLE)


def routes() -> dict[str, frozenset[str]]:
    """Every address that the API has, by method and path, with the roles that the code lets in; none: anyone."""
    return {f"{one.method} {one.path}": frozenset(one.allow) for one in ENDPOINTS}


def page_routes() -> dict[str, tuple[frozenset[str], bool]]:
    """As `routes`, of pages and what their forms are sent to, and whether each is public."""
    anyone: dict[str, tuple[frozenset[str], bool]] = {
        f"{one.method} {one.path}": (frozenset(), False) for one in ENTRANCES
    }
    return anyone | {f"{one.method} {one.path}": (frozenset(one.allow), one.public) for one in PAGES}
