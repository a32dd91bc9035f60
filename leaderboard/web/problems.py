"""What is answered when something is wrong: RFC 9457 problems with a stable code. One mapping, used by every door."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from secrets import token_hex
from typing import Final

import msgspec
from aiohttp import web
from msgspec import Struct

from leaderboard.domain.blockers import Blocker
from leaderboard.store.connection import is_unavailable
from leaderboard.web.keys import REQUEST_ID

log = logging.getLogger(__name__)

RETRY_AFTER_S: Final = 2
REQUEST_ID_HEADER: Final = "X-Request-Id"
PROBLEM_TYPE: Final = "application/problem+json"

_LONGEST_DETAIL: Final = 1_000
_MOST_ERRORS: Final = 100

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CODES: Final[dict[str, str]] = {
    "already_certified": "A certified campaign is not given up; a correction is a new version of its result.",
    "already_decided": "Two reviewers have decided so, and it stands.",
    "appealed": "An appeal waits for its answer; there is one at a time.",
    "bad_request": "The request is not HTTP that this service understands.",
    "blocked": "The campaign cannot be certified yet; `blockers` has each reason.",
    "body_timeout": "The body did not arrive in time.",
    "busy": "Others are at the same payouts at this moment; try again.",
    "broken_encoding": "The body is not packed as its Content-Encoding says.",
    "campaign_cancelled": "The campaign was given up.",
    "campaign_closed": "From its close on, a campaign's definition stands.",
    "campaign_over": "Accounts may be enrolled until a campaign ends.",
    "campaign_started": "After its start a campaign is changed by a new version only.",
    "certifying": "The campaign is being certified; what its result is made of stands until that is done.",
    "changed": "It is not what was looked at, or what it was made of has changed; the detail says what.",
    "changed_meanwhile": "Other rescorings are in force than at the preview; prepare it again.",
    "closed_by_clock": "The clock closes the campaign at its end.",
    "correcting": "A correction of the result is being certified; nothing is paid until it is done or withdrawn.",
    "decided_flag": "Whoever dismissed a flag of an account, or upheld one of a detector, does not pay it.",
    "decided_rescoring": "Whoever had a part in a rescoring neither prepares nor approves what pays whom it moves.",
    "draft": "The campaign is a draft, which nobody can take part in.",
    "forbidden": "The token's role, or the agency it is bound to, may not do this.",
    "illegal_step": "The batch or rescoring is in another state; the detail says which.",
    "internal": "Something is broken on our side.",
    "invalid": "A field or parameter is wrong; the detail names it.",
    "invalid_definition": "A campaign's definition is refused; `errors` has each reason.",
    "look_again": "A checkpoint has looked at the account meanwhile; look at the flag again, then decide.",
    "maybe_sent": "The batch is restored from a backup: whether its file is with the bank has to be found out.",
    "method_not_allowed": "The address does not take this method; `Allow` lists those it takes.",
    "moving": "Somebody else moves the campaign or rescoring at this moment; try again.",
    "no_audit": "Nothing of the campaign can be audited; the detail says why.",
    "no_checkpoint": "No detector looks at the campaign at this time; the detail says why.",
    "no_difference": "Nothing is to be settled by hand; the detail says why.",
    "not_appealable": "Nothing stands against the account that an appeal could be against.",
    "not_a_batch": 'The body is not `{"events": [...]}`.',
    "not_built": "The definition asks for something that this version does not carry out.",
    "not_changeable": "What a campaign was counted by stands; `errors` names each part and says why.",
    "not_carried": "The format cannot carry the batch as a whole; the detail names the limit.",
    "not_certified": "There is no certified result, or not in this version.",
    "not_certifying": "No certification is being carried out that could be withdrawn.",
    "not_csv": "The body is not a CSV text.",
    "not_filled_in": "config.toml does not say who pays; the detail names each key.",
    "not_genuine": "The result that would be paid is not what was signed; the detail says what is wrong.",
    "not_found": "What the address names does not exist.",
    "not_in_review": "A campaign is certified from review; the detail says where it stands.",
    "not_json": "The body is not JSON.",
    "not_pending": "The request to take part was answered or withdrawn.",
    "not_ready": "The store does not answer, or the inbox is too far behind.",
    "not_reported": "A line of the report does not fit; `errors` names each, and nothing was taken in.",
    "not_started": "The campaign has not begun.",
    "not_toml": "The body is not a TOML text.",
    "other_id": "The definition's id is not the address's.",
    "number_differs": "The number is not the proposal's, or cannot be compared with it; nothing was confirmed.",
    "nothing_payable": "No award can be paid yet; `held` says why of each.",
    "other_format": "A batch has one format for the bank, which was chosen when it was prepared.",
    "not_usable": "Nobody can sign in with the token.",
    "own_appeal": "Whoever filed an appeal does not answer it.",
    "pixel_taken": "A pixel code already names another account.",
    "published": "A campaign that was published is no draft any more.",
    "reference_taken": "A funding has this reference with another amount.",
    "same_person": "It takes two: whoever prepared or proposed does not approve, whoever applied does not reverse.",
    "same_reviewer": "An appeal is answered by another reviewer than who decided what it is against.",
    "same_definition": "The newest version has this definition, from another time or for another reason.",
    "too_late": "The time for it is over; the detail says since when.",
    "too_many_attempts": "Too many attempts to sign in failed; wait for as long as `Retry-After` says.",
    "too_large": "The body is over the limit, packed or unpacked.",
    "too_many_files": "Banks tell at most 36 files of a day apart.",
    "too_many_events": "A batch has at most 1,000 events.",
    "unauthorized": "The token is missing, unknown, expired or revoked.",
    "unavailable": "The store is away or busy. Nothing was kept: send it again after `Retry-After`.",
    "unfunded": "The campaign's budget is short; the detail says by how much.",
    "unknown_agency": "The account's agency does not exist.",
    "unsupported_encoding": "Bodies may be packed with gzip or zstd.",
}


class HoldShown(Struct, frozen=True):
    """Why an award is not paid for the time being, and what to do about it."""

    code: str
    detail: str


class AwardHeld(Struct, frozen=True):
    """An award that nothing pays for the time being, or that is paid otherwise than the result says."""

    award: str
    account_id: str
    place: int | None
    amount: dict[str, str]
    reasons: list[HoldShown]


class FieldError(Struct, omit_defaults=True, frozen=True):
    """One thing that is wrong. `line` is where it stands in a TOML body."""

    detail: str
    path: str = ""
    line: int | None = None


class ProblemDocument(Struct, omit_defaults=True, frozen=True):
    """What is answered instead, as RFC 9457 has it. Programs rely on `code`, people read `detail`.

    `request_id` finds the request in our log. `blockers` and `warnings` are of a campaign that cannot be certified,
    `held` of one that nothing can be paid of.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldError] = msgspec.field(default_factory=list)
    blockers: list[Blocker] = msgspec.field(default_factory=list)
    warnings: list[Blocker] = msgspec.field(default_factory=list)
    held: list[AwardHeld] = msgspec.field(default_factory=list)


class Problem(Exception):
    """Ends a request with a status, a code that programs can rely on, and a sentence that people can act on."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        blockers: Sequence[Blocker] = (),
        warnings: Sequence[Blocker] = (),
        held: Sequence[AwardHeld] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.blockers, self.warnings, self.held = blockers, warnings, held


def invalid(path: str, detail: str) -> Problem:
    """422 for a field or a parameter."""
    return Problem(422, "invalid", f"{path}: {detail}" if path else detail, errors=[FieldError(detail, path)])


def unavailable(detail: str) -> Problem:
    """503: nothing was kept, send it again."""
    return Problem(503, "unavailable", detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def not_found(what: str) -> Problem:
    """404 for a thing that does not exist."""
    return Problem(404, "not_found", f"{what} does not exist")


def respond(problem: Problem, request_id: str) -> web.Response:
    """The answer that tells of a problem."""
    document = ProblemDocument(
        type="about:blank",
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        code=problem.code,
        detail=_sayable(problem.detail),
        request_id=request_id,
        errors=[
            FieldError(_sayable(one.detail), _sayable(one.path), one.line)
            for one in problem.errors[:_MOST_ERRORS]
        ],
        blockers=list(problem.blockers),
        warnings=list(problem.warnings),
        held=list(problem.held),
    )
    return web.Response(
        status=problem.status,
        body=msgspec.json.encode(document),
        content_type=PROBLEM_TYPE,
        headers=problem.headers,
    )


def _sayable(text: str) -> str:
    """What came in may be repeated, but neither at full length nor as half a surrogate pair."""
    cut = text if len(text) <= _LONGEST_DETAIL else text[:_LONGEST_DETAIL] + "…"
    return cut.encode("utf-8", "replace").decode()


_HTTP_CODES: Final = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_HTTP_DETAILS: Final = {
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take that method.",
    413: "The body is larger than this endpoint takes.",
}


def _from_http(error: web.HTTPException) -> Problem:
    code = _HTTP_CODES.get(error.status, "bad_request")
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
    return Problem(error.status, code, _HTTP_DETAILS.get(error.status, error.reason), headers=headers)


def problem_of(error: Exception) -> Problem | None:
    """The problem that an error means, or None for a crash."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, web.HTTPException) and error.status >= 400:
        return _from_http(error)
    if is_unavailable(error):
        return unavailable("The store is away or busy; nothing was kept. Send it again.")
    return None


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost step of every request: whatever happens, the answer is of one shape and has the request's id."""
    request[REQUEST_ID] = token_hex(8)
    try:
        response = await handler(request)
    except Exception as error:
        if isinstance(error, web.HTTPException) and error.status < 400:
            raise
        response = respond(explained(request, error), request[REQUEST_ID])
    if not response.prepared:
        response.headers[REQUEST_ID_HEADER] = request[REQUEST_ID]
    return response


def explained(request: web.Request, error: Exception) -> Problem:
    """The problem that an error means; a crash is logged, and told by its request's id."""
    problem = problem_of(error)
    if problem is None:
        log.error(
            "request %s: %s %s failed", request[REQUEST_ID], request.method, _pattern(request), exc_info=error
        )
        detail = "Something is broken on our side; the request id finds it in the log."
        problem = Problem(500, "internal", detail)
    return problem


def _pattern(request: web.Request) -> str:
    """The address as our code spells it: what stands in its places may be a secret, or meant to forge lines."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "?"
