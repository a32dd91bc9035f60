"""What happened in the campaign of `access_world.py`: rescored, certified, paid, flagged, appealed, decided, noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboard.domain.audits import Difference
from leaderboard.domain.findings import Measure
from leaderboard.domain.payees import IbanBank, UsBank
from leaderboard.domain.signing import sealed
from leaderboard.domain.tokens import split_token
from tests.conftest import SIGNING_KEY, Answer, Service
from tests.web import access_marks as marks
from tests.web import rescoring, reviewing
from tests.web.lives import CAMPAIGN, CUTOFF_MS, PATH, note_audit, put_life, put_result
from tests.web.paying import Paid

Tokens = Mapping[str, str]

# Appealed and proposed; disqualified; dismissed; merely looked at; the other agency's; one that is not there.
FLAGS: Final = (
    "integrity.cells~a1", "integrity.lockstep~a1", "integrity.idle~a1", "integrity.cells~a2", "integrity.cells~a3",
    "refunds~a1", "refunds~nobody",
)  # fmt: skip


async def tell(service: Service, tokens: Tokens) -> dict[str, tuple[str, ...]]:
    """All of it; the ids of what came of it, by the name of the parameter."""
    names = {"rescoring": await _rescore(service, tokens), "batch": (await _pay(service, tokens),)}
    await _flag(service)
    await _decide(service, tokens)
    await _note(service, tokens)
    return names


async def did(answer: Answer) -> Any:
    """The document of an answer that was no refusal."""
    assert answer.status < 300, answer.body
    return answer.json


def id_of(token: str) -> str:
    """The id in a token's text."""
    parts = split_token(token)
    assert parts is not None
    return parts[0]


async def _rescore(service: Service, tokens: Tokens) -> tuple[str, ...]:
    """One that was reversed, one that waits."""
    first = await rescoring.asked(service, reason=marks.RESCORED, token=tokens["reviewer"])
    await rescoring.prepare(service, first)
    await did(await rescoring.step(service, first, "apply", tokens["second reviewer"]))
    await did(await rescoring.step(service, first, "reverse", tokens["third reviewer"], reason=marks.UNDONE))
    await service.store.reviews.put_raised(CAMPAIGN, {})
    return first, await rescoring.asked(service, rescoring.OUTAGE, token=tokens["reviewer"])


async def _pay(service: Service, tokens: Tokens) -> str:
    """The batch that paid a1, whose file went to the bank."""
    funding = {"amount": {"amount": "90000.00", "currency": "USD"}, "reference": marks.FUNDED}
    await did(await service.ask("POST", f"{PATH}/funding", funding))
    await service.store.signing_keys.register(SIGNING_KEY, "test", await service.store.now_ms())
    await put_life(service, state="review", cutoff_ms=CUTOFF_MS)
    await put_result(service, _result())
    await service.store.directory.refresh()
    paid = Paid(service, tokens["payout_preparer"], tokens["payout_approver"])
    await paid.give_details("a1", UsBank(routing="011000015", account=marks.NUMBER), holder=marks.HOLDER)
    iban = IbanBank(iban=marks.IBAN, bic="PSSTFRPPXXX")
    await paid.give_details("a2", iban, holder=marks.IBAN_HOLDER, country="FR")
    return await paid.exported()


def _result() -> bytes:
    amount = {"amount": marks.AWARD, "currency": "USD"}
    award = {"award": "top_five", "account_id": "a1", "place": 1, "amount": amount}
    standings = [
        {"rank": rank, "award_rank": rank, "account_id": account, "name": account, "score": 9 - rank}
        | {"agency_id": agency, "orders": orders}
        for rank, account, agency, orders in (
            (1, "a1", "north", marks.RESULT_ORDERS),
            (2, "a3", "south", 5),
        )
    ]
    head = {"campaign": {"id": CAMPAIGN}, "version": 1, "certified_at": "2022-03-04T00:00:00.000Z"}
    head |= {"previous": None, "reason": marks.FOUNDED, "excluded": []}
    return sealed(head | {"awards": [award], "standings": standings}, SIGNING_KEY)


async def _flag(service: Service) -> None:
    measures = (Measure("share", 0.41, marks.LIMIT, 0.05, "concentration"),)
    held = reviewing.finding("a1", sentence=marks.SENTENCE, measures=measures, host=marks.HOST)
    asked = reviewing.finding("a1", "review", 0, sentence=marks.QUEUE_ONLY)
    now_ms = await service.store.now_ms()
    await reviewing.put_raised(
        service,
        reviewing.raised("a1", held, asked, first_ms=now_ms),
        reviewing.raised(
            "a1", reviewing.finding("a1", other=marks.TWIN), detector="lockstep", first_ms=now_ms
        ),
        reviewing.raised("a1", detector="idle", first_ms=now_ms),
        reviewing.raised("a2", reviewing.finding("a2", "review", 0, sentence=marks.QUEUE_ONLY)),
        reviewing.raised("a3", first_ms=now_ms),
    )


async def _decide(service: Service, tokens: Tokens) -> None:
    reviewers = {"ana": tokens["reviewer"], "bo": tokens["second reviewer"], "cy": tokens["third reviewer"]}
    people = reviewing.People(service, reviewers | {"north": tokens["north"]})
    cells, lockstep, idle, *_ = FLAGS
    letter = {"name": marks.LETTER, "text": marks.LETTER_TEXT}
    await did(await people.appeal(cells, marks.APPEAL, attachments=[letter]))
    await did(await people.decide("ana", cells, "disqualify", marks.PROPOSED, marks.WAITING_LINK))
    await did(await people.decide("ana", lockstep, "disqualify", marks.PROPOSED, marks.LINK))
    await did(await people.decide("bo", lockstep, "disqualify", marks.DECIDED, marks.LINK))
    await did(await people.decide("cy", idle, "dismiss", marks.DISMISSED))


async def _note(service: Service, tokens: Tokens) -> None:
    screening = {"verdict": "review", "list": marks.LIST, "list_version": "1", "note": marks.SCREENED}
    form = {"form": "W-9", "received_on": marks.TAXED}
    dispute = {"reason": marks.DISPUTED}
    address, bank = (
        {"town": marks.TOWN, "country": "US"},
        {"routing": "021000021", "account": marks.NEXT_NUMBER},
    )
    payee = {"type": "person", "holder": marks.HOLDER, "address": address, "bank": bank}
    for caller, path, body in (
        ("reviewer", "/v1/accounts/a1/screening", screening),
        ("payout_preparer", "/v1/accounts/a1/tax-form", form),
        ("payout_preparer", "/v1/accounts/a1/payee", payee),
        ("payout_approver", f"{PATH}/disputes/top_five/a1", dispute),
    ):
        await did(await service.ask("PUT", path, body, token=tokens[caller]))
    now_ms = await service.store.now_ms()
    difference = Difference("a1", "orders", marks.DIFFERS, 1)
    await note_audit(service, differing_accounts=1, differences_count=1, differences=(difference,))
    await service.store.lifecycles.note(CAMPAIGN, marks.WAITS, now_ms)
    await service.store.archiving.trouble(marks.PROBLEM, now_ms)
