"""What a campaign has to pay, and the batches that pay it: reads everything that bears on it, and asks the domain."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from msgspec import structs

from leaderboard.domain import ledger
from leaderboard.domain.banking_days import banking_day_before, calendar_edition, due_on
from leaderboard.domain.lifecycle import end_ms
from leaderboard.domain.pay_days import pay_day
from leaderboard.domain.payout_batches import (
    Certified,
    Due,
    Held,
    batch_of,
    line_of,
    paid_otherwise,
    prospects,
    sums_by_account,
    with_state,
)
from leaderboard.domain.payout_differences import Difference, SettledByHand, differences
from leaderboard.domain.payout_files import (
    bank_calendar,
    local_day,
    modifier,
    profile_problems,
    profile_sha256,
)
from leaderboard.domain.payouts import Batch, Format, Line, PayoutRefused, Person, maybe_sent
from leaderboard.domain.reconciling import MOST_LINES
from leaderboard.domain.signing import SigningKey
from leaderboard.store.directory import Campaign
from leaderboard.store.payout_facts import check_reviewer
from leaderboard.store.payout_judging import Judged, Judging, Terms
from leaderboard.store.payouts import Step, batch_id
from leaderboard.store.results_to_pay import ResultsToPay
from leaderboard.store.settling_by_hand import settled_by_hand
from leaderboard.store.store import Store
from leaderboard.store.vault import Vault

TRIES: Final = 20


class Survey(NamedTuple):
    """How a campaign's payouts stand. `lines`: batch → payout id → line; `payable`: the lines that another batch would
    have; `held`: awards that nothing pays for the time being, or that are paid otherwise than the result says;
    `settled`: those of the latter of which people have settled the difference."""

    certified: Certified
    due: Due
    batches: list[Batch]
    lines: dict[str, dict[str, Line]]
    payable: list[Line]
    held: list[Held]
    settled: list[tuple[Difference, SettledByHand]]


class Prepared(NamedTuple):
    """The batch, whether it is new, and what is not in it."""

    batch: Batch
    is_new: bool
    held: list[Held]


class Paying:
    """What those need who pay: the store, the vault of bank details, the terms; the key that signs files."""

    def __init__(self, store: Store, vault: Vault, terms: Terms, signing_key: SigningKey) -> None:
        self.store = store
        self.vault = vault
        self.terms = terms
        self.judging = Judging(store, vault, terms)
        # Reports are taken in one after the other: each reads all lines, and they come in bursts.
        self.reconciling = asyncio.Lock()
        self.signing_key = signing_key
        self.results = ResultsToPay(store, signing_key)

    async def survey(self, campaign: Campaign, format: Format, now_ms: int) -> Survey:
        """What is to be paid of the newest result. PayoutRefused where there is none."""
        name, payouts = campaign.definition.id, self.store.payouts
        certified = await self.results.newest(campaign)
        batches = await payouts.batches(name)
        lines = {batch.id: await payouts.lines(batch.id) for batch in batches}
        every = [line for of_batch in lines.values() for line in of_batch.values()]
        due, left = self._due(campaign, format), prospects(certified.awards, every)
        day = self.pay_day(due.due_on, due.calendar, format, now_ms)
        awards = [one.award for one in left]
        judged = await self.judging.judge(campaign, format, awards, day, now_ms, also=sums_by_account(awards))
        differing = differences(certified.awards, every)
        notes = await self.store.payout_differences.notes(name)
        settled = await settled_by_hand(self.store, name, certified.version, differing, notes)
        return Survey(
            certified,
            due,
            batches,
            lines,
            payable=[
                line_of(name, one, found.payee)
                for one, found in zip(left, judged, strict=True)
                if found.payee and not found.holds
            ],
            held=[
                *_held(judged),
                *paid_otherwise(certified, [one for one in differing if one.key not in settled]),
            ],
            settled=[(one, settled[one.key]) for one in differing if one.key in settled],
        )

    async def prepare(self, campaign: Campaign, format: Format, person: Person) -> Prepared:
        """A batch of all that can be paid; the newest one, as it stands, where nothing is left for another."""
        if problems := profile_problems(format, self.terms.profiles):
            text = f"The originator of {format} files is not filled in: {'; '.join(problems)}."
            raise PayoutRefused("not_filled_in", text)
        for _ in range(TRIES):
            campaign = await self.fresh(campaign.definition.id)
            await self.results.to_act_on(campaign)
            now_ms, since = await self.store.now_ms(), await self.store.payouts.place()
            survey = await self.survey(campaign, format, now_ms)
            if await self._void_outdated(survey, person):
                continue
            if not survey.payable:
                return _newest(survey, format)
            if made := await self._made(campaign, format, survey, person, now_ms, since):
                return Prepared(made, True, survey.held)
            # Somebody else was faster, or the result is not the newest any more.
        raise busy()

    async def fresh(self, campaign: str) -> Campaign:
        """The campaign as it is now, not as this process last heard of it."""
        await self.store.directory.refresh()
        return self.store.directory.campaigns[campaign]

    def pay_day(self, due_on: str, calendar: str, format: Format, now_ms: int) -> str:
        """On which day a bank would pay what is approved at this moment; `calendar` as a batch has it."""
        profiles = self.terms.profiles
        today, calendars = local_day(now_ms, format, profiles), self.calendars(calendar, format)
        return pay_day(due_on, today, self.terms.send_before_banking_days, calendars).isoformat()

    def calendars(self, calendar: str, format: Format) -> set[str]:
        """Whose banking days it has to be: those of the programme, and of the bank that pays."""
        return {calendar.split()[0], bank_calendar(format, self.terms.profiles)}

    def _due(self, campaign: Campaign, format: Format) -> Due:
        definition = campaign.definition
        calendar = definition.clock.calendar or bank_calendar(format, self.terms.profiles)
        ended_ms = end_ms(campaign.newest, campaign.life)
        day = None if ended_ms is None else due_on(definition, ended_ms)
        if day is None:
            return Due(due_on="", send_by_on="", calendar=calendar_edition(calendar))
        send_by = banking_day_before(day, self.terms.send_before_banking_days, calendar)
        return Due(
            due_on=day.isoformat(), send_by_on=send_by.isoformat(), calendar=calendar_edition(calendar)
        )

    async def _void_outdated(self, survey: Survey, person: Person) -> bool:
        """A batch that nobody has sent yet, of a result that was corrected since, is void."""
        outdated = [
            batch
            for batch in survey.batches
            if batch.state in ("prepared", "approved") and batch.result_version < survey.certified.version
        ]
        for batch in outdated:
            if batch.restored:
                raise maybe_sent(batch)
            why = f"Result {batch.result_version} was corrected by result {survey.certified.version}."
            await self.void(batch, list(survey.lines[batch.id].values()), person, why)
        return bool(outdated)

    async def void(self, batch: Batch, lines: Sequence[Line], person: Person, why: str) -> bool:
        """Gives a batch up before it goes to the bank: its awards may be paid by another."""
        after = batch.moved("void", void_reason=why)
        return await self.make(
            action="payout.void",
            actor=person.id,
            before=batch,
            after=after,
            lines=with_state(lines, "void"),
            drop=lines,
            entries=[ledger.voided(after, lines, actor=person.id, at_ms=await self.store.now_ms())],
            why=why,
        )

    async def make(self, **step: Any) -> bool:
        """Makes a step; False where it has to be decided anew."""
        return await self.store.payouts.make(Step(**step)) == "done"

    async def _made(
        self, campaign: Campaign, format: Format, survey: Survey, person: Person, now_ms: int, since: str
    ) -> Batch | None:
        lines, name = survey.payable[:MOST_LINES], campaign.definition.id
        number = len(survey.batches) + 1
        await check_reviewer(self.store, name, person, [line.account for line in lines])
        batch = batch_of(
            name,
            number,
            batch_id(name, number),
            lines,
            survey.certified,
            survey.due,
            format=format,
            profile_sha256=profile_sha256(format, self.terms.profiles),
            person=person,
            now_ms=now_ms,
        )
        await self._try(campaign, batch, lines, now_ms)
        made = await self.make(
            action="payout.prepare",
            actor=person.id,
            before=None,
            after=batch,
            lines=lines,
            take=lines,
            entries=[ledger.prepared(batch, lines)],
            checks_result=True,
            since=since,
            accounts=[line.account for line in lines],
        )
        return batch if made else None

    async def _try(self, campaign: Campaign, batch: Batch, lines: Sequence[Line], now_ms: int) -> None:
        """Makes the file once and forgets it, so that whatever a format refuses is said before anybody approves."""
        payees = await self.store.payees.many([line.account for line in lines])
        current = {name: payee.current for name, payee in payees.items() if payee.current}
        day = self.pay_day(batch.due_on, batch.calendar, batch.format, now_ms)
        trial = structs.replace(batch, approved_ms=now_ms, effective_on=day, modifier=modifier(0))
        if all(line.account in current for line in lines):
            await self.judging.written(campaign, trial, lines, current)


def busy() -> PayoutRefused:
    """Others were faster again and again."""
    return PayoutRefused("busy", "Others are at the same payouts at this moment: try again.")


def _newest(survey: Survey, format: Format) -> Prepared:
    standing = [batch for batch in survey.batches if batch.state != "void"]
    of_format = [batch for batch in standing if batch.format == format]
    if standing and not of_format:
        text = f"Nothing is left for a {format} file: batch {standing[-1].id} is for the bank as {standing[-1].format}."
        raise PayoutRefused("other_format", text, held=survey.held)
    if not of_format:
        text = "The result has no awards."
        if survey.held:
            text = "None of its awards can be paid yet: all of them are held, each with its reasons."
        raise PayoutRefused("nothing_payable", text, held=survey.held)
    return Prepared(of_format[-1], False, survey.held)


def _held(judged: Sequence[Judged]) -> list[Held]:
    return [
        Held(one.award.award, one.award.account, one.award.place, one.award.amount, tuple(one.holds))
        for one in judged
        if one.holds
    ]
