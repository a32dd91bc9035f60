"""What bears on whether somebody is paid: bank details, screening, tax form, disputes, earlier payouts.

How it stands with the reviewers, too; and who has decided on flags, since those people neither prepare nor approve.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import structs

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.payees import Payee, SealedPayee
from leaderboard.domain.payout_holds import AccountFacts, HoldPolicy, PayoutHold, payout_holds
from leaderboard.domain.payout_reviews import Part, Reviewed, moves, releases, reviewed
from leaderboard.domain.payouts import Batch, Line, Person, check_people
from leaderboard.domain.times import rfc3339
from leaderboard.store.store import Store

NO_PAYEE = Payee()


@dataclass(slots=True)
class History:
    """What accounts were paid, or are to be, over all campaigns; and what last came back.

    `paid`: by account, year and currency, minor units. `refused`: account → when, and the version of the bank details
    with the bank's code.
    """

    paid: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    refused: dict[str, tuple[int, tuple[int, str]]] = field(default_factory=dict)

    def add(self, batch: Batch, lines: Iterable[Line]) -> None:
        """Takes in a batch with its lines."""
        year = year_of(batch)
        for line in lines:
            if line.is_live:
                self.paid[line.account, year, line.amount.currency] += line.amount.minor
            if line.code and line.settled_ms >= self.refused.get(line.account, (0, (0, "")))[0]:
                self.refused[line.account] = (line.settled_ms, (line.payee_version, line.code))


def year_of(batch: Batch) -> str:
    """The calendar year in which a batch pays, which is what taxes go by; what it will be, of one not approved."""
    return (batch.effective_on or max(batch.due_on, rfc3339(batch.prepared_ms)[:10]))[:4]


async def history(store: Store, accounts: Collection[str]) -> History:
    """That of these accounts. Reads every line there ever was: it is asked for a few times in a campaign."""
    found, wanted = History(), set(accounts)
    if not wanted:
        return found
    for batch in await store.payouts.every():
        if batch.state != "void":
            lines = await store.payouts.lines(batch.id)
            found.add(batch, (line for line in lines.values() if line.account in wanted))
            await asyncio.sleep(0)
    return found


class Weighed(NamedTuple):
    """What holds back an award, before anybody asks whether a format can carry it, and the details it would go to."""

    holds: list[PayoutHold]
    payee: SealedPayee | None


async def weighed(
    store: Store,
    campaign: str,
    awards: Sequence[ProvisionalAward],
    policy: HoldPolicy,
    *,
    year: str,
    currency: str,
    also: Mapping[str, int],
    now_ms: int,
) -> list[Weighed]:
    """Of each award, in their order.

    `also`: account → what these awards add to what it is paid in the year; nothing, of what is claimed.
    """
    pairs = [(award.award, award.account) for award in awards]
    facts, found = await _facts_of(store, campaign, pairs, year, currency), []
    for award in awards:
        known = facts[award.award, award.account]
        others = known.paid_this_year_minor + also.get(award.account, 0) - award.amount.minor
        known = structs.replace(known, paid_this_year_minor=others)
        found.append(Weighed(payout_holds(award.amount, known, policy, now_ms), known.payee.current))
    return found


async def _facts_of(
    store: Store, campaign: str, awards: Collection[tuple[str, str]], year: str, currency: str
) -> dict[tuple[str, str], AccountFacts]:
    """By (award, account). `paid_this_year_minor` has everything that is paid or to be paid in the year."""
    accounts = sorted({account for _, account in awards})
    payees = await store.payees.many(accounts)
    screenings = await store.payout_holds.screenings(accounts)
    tax_forms = await store.payout_holds.tax_forms(accounts)
    disputes = await store.payout_holds.disputes(campaign)
    before, found = await history(store, accounts), await _reviewed(store, campaign)
    return {
        (award, account): AccountFacts(
            payee=payees.get(account, NO_PAYEE),
            screening=screenings.get(account),
            tax_form=tax_forms.get(account),
            dispute=disputes.get((award, account)),
            returned=before.refused[account][1] if account in before.refused else None,
            paid_this_year_minor=before.paid[account, year, currency],
            ruled_out=account in found.ruled_out,
            waiting=found.waiting.get(account, ()),
        )
        for award, account in awards
    }


async def _reviewed(store: Store, campaign: str) -> Reviewed:
    """As it stands in the store, and not as the directory last heard of it."""
    definition = store.directory.campaigns[campaign].definition
    return reviewed(definition, await store.reviews.raised(campaign), await store.decisions.dockets(campaign))


async def check_reviewer(store: Store, campaign: str, person: Person, accounts: Iterable[str]) -> None:
    """PayoutRefused for somebody who ever released one of the accounts, whoever decided on its flag since.

    And for whoever had a part in a rescoring that moves one of them.
    """
    names: Mapping[str, str] = {token.id: token.name for token in await store.tokens.every()}

    def named(parts: Iterable[Part]) -> Iterator[tuple[str, Person, str]]:
        return ((one.account, Person(one.token, names.get(one.token, one.token)), one.did) for one in parts)

    paid = set(accounts)
    check_people(person, named(releases(await store.decisions.ever(campaign))), paid)
    rescorings = (await store.rescorings.of(campaign)).values()
    voided = await store.reviews.voided(campaign) if rescorings else {}
    check_people(person, named(moves(rescorings, voided)), paid, "decided_rescoring")
