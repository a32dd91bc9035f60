"""How doors pay: who asks, which batch the address names, and what is answered when a step is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from leaderboard.config import Payouts
from leaderboard.domain.accounts import END
from leaderboard.domain.payout_files import Profiles
from leaderboard.domain.payouts import Batch, PayoutRefused, Person
from leaderboard.domain.tokens import Role
from leaderboard.store.paying import Paying
from leaderboard.store.payout_judging import Terms
from leaderboard.web.answers import checked
from leaderboard.web.endpoints import Parameter
from leaderboard.web.keys import CALLER, STORE
from leaderboard.web.payouts_shown import held_shown
from leaderboard.web.problems import FieldError, Problem, not_found

PAYING: web.AppKey[Paying] = web.AppKey("PAYING")

PREPARERS: Final = frozenset[Role](("payout_preparer",))
APPROVERS: Final = frozenset[Role](("payout_approver",))
PAYERS: Final = PREPARERS | APPROVERS
# Who may see what is paid to whom.
READERS: Final = PAYERS | frozenset[Role](("admin", "reviewer"))

BatchId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,140}" + END)]
BATCH: Final = Parameter("batch", "path", BatchId, "Of the batch, as preparing it told.", "example-week-1")

_FORBIDDEN: Final = ("same_person", "decided_flag", "decided_rescoring")


def terms_of(config: Payouts) -> Terms:
    """How the configuration says that is paid."""
    return Terms(
        profiles=Profiles(nacha=config.nacha, pain001=config.pain001),
        send_before_banking_days=config.send_before_banking_days,
        require_funding=config.require_funding,
        require_screening=config.require_screening,
        tax_form_from=config.tax_form_from,
    )


def person(request: web.Request) -> Person:
    """Who asks."""
    return Person(request[CALLER].id, request[CALLER].name)


async def find_batch(request: web.Request) -> Batch:
    """The batch that the address names, without its lines; 404 where there is none."""
    batch_id = checked(request, "batch", BatchId)
    batch = await request.app[STORE].payouts.batch(batch_id)
    if batch is None:
        raise not_found(f"batch {batch_id}")
    return batch


@contextmanager
def answering() -> Iterator[None]:
    """What is refused becomes a problem that says why."""
    try:
        yield
    except PayoutRefused as refused:
        status = 403 if refused.code in _FORBIDDEN else 422 if refused.code == "not_reported" else 409
        errors = [FieldError(one["detail"], one["path"]) for one in refused.more.get("errors", ())]
        held = held_shown(refused.more.get("held", ()))
        raise Problem(status, refused.code, str(refused), errors=errors, held=held) from refused
