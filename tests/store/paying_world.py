"""A campaign that is paid by whoever, one act or two at once, with a look at everything after each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from msgspec import structs

from leaderboard.domain.payout_files import profile_sha256
from leaderboard.domain.payouts import PayoutRefused, Person
from leaderboard.domain.tokens import TokenRequest
from leaderboard.store.client import Client
from leaderboard.store.paying import Paying
from leaderboard.store.payouts import Step
from leaderboard.store.store import Store
from tests.store import paying_acts as acts
from tests.store.paying_clients import Saved, Turns, Waiting, certified, who_pays
from tests.store.paying_model import Award, Books
from tests.web.paying import AWARDS, CAMPAIGN, NACHA, PAYOUTS

# One of them has two tokens, and the last two are there only in the end.
NAMES: Final = ("Pia", "Ada", "pia ", "Rita", "Olga", "Omar")
ACCOUNTS: Final = ("a1", "a2", "a3")
FORMATS: Final = ("nacha", "pain001", "portal")
POSSIBLE: Final = [("top_five", "a1"), ("top_five", "a2"), ("top_five", "a3"), ("gmv_rebate", "a1")]
# The second has another originator, as a process that was started with another configuration.
CONFIGS: Final = (PAYOUTS, structs.replace(PAYOUTS, nacha=structs.replace(NACHA, company_name="ANOTHER")))

Act = Callable[..., Awaitable[None]]


class Doing(NamedTuple):
    """An act, by which of the processes, and its arguments; `person` is the number of a name."""

    act: Act
    config: int
    arguments: dict[str, Any]


class World:
    """A certified campaign, who pays it, and what must be true of it."""

    def __init__(self, store: Store, people: Sequence[Person]) -> None:
        self.store, self.people = store, people
        first = {(award, account): int(amount.replace(".", "")) for award, account, amount in AWARDS}
        self.books = Books(store, {1: first}, dict.fromkeys(ACCOUNTS, 1))
        self.made: list[Step] = []

    async def play(self, one: Doing, other: Doing | None = None, runs: Sequence[int] = ()) -> list[int]:
        """An act, or two at once, and a look at everything. How many commands each sent, where they took turns."""
        before, state, turns = self.books.told(), (self.books.batches, self.books.lines), Turns(runs)
        if other is None:
            code = await self._do(one, self.store.client)
            assert code != "busy"
        else:
            both = (self._take_turns(doing, turns, who) for who, doing in enumerate((one, other)))
            await asyncio.gather(*both)
        await self.books.check(before, await self._profiles([doing for doing in (one, other) if doing]))
        if other is None and code and code != "changed" and one.act not in (acts.prepare, acts.pay):
            assert (self.books.batches, self.books.lines) == state
        return turns.sent

    async def _profiles(self, used: Sequence[Doing]) -> set[str]:
        paying = [await who_pays(self.store, self.store.client, CONFIGS[doing.config]) for doing in used]
        return {profile_sha256(name, each.terms.profiles) for each in paying for name in FORMATS}

    async def _take_turns(self, doing: Doing, turns: Turns, who: int) -> None:
        try:
            await self._do(doing, Waiting(self.store.client, turns, bool(who)))
        finally:
            await turns.leave()

    async def _do(self, doing: Doing, client: Client) -> str:
        """The code where it is refused."""
        paying = await who_pays(self.store, client, CONFIGS[doing.config])
        paying.store = replace(paying.store, payouts=acts.Recorded(client, self.made))
        arguments = {name: self._meant(name, value) for name, value in doing.arguments.items()}
        if "which" in arguments:
            arguments["made"] = self.made
        try:
            await doing.act(self.books, paying, **arguments)
        except PayoutRefused as refused:
            return refused.code
        return ""

    def _meant(self, name: str, value: Any) -> Any:
        return self.people[value] if name in ("person", "preparer", "approver") else value

    async def finish(self) -> None:
        """Everything is put right and paid, once. Before and after that, broken programs do what they can."""
        await self._break_in()
        for account in ACCOUNTS:
            await self.do(acts.give_details, account=account)
            await self.do(acts.screen, account=account, verdict="clear")
            await self.do(acts.rule_in, account=account)
        for award in POSSIBLE:
            await self.do(acts.lift, award=award)
        await self._overstep()
        for _ in range(3):
            for back in range(len(self.books.batches)):
                await self.do(acts.approve, person=5, back=back)
                await self.do(acts.export, person=5, back=back)
                await self.do(acts.pay_rest, person=5, back=back)
            await self.do(acts.prepare, person=4, format="portal")
        await self._check_all_paid()
        await self._break_in()

    async def _overstep(self) -> None:
        """Rita dismisses a flag, and then prepares and approves; Pia approves what she prepared, with either token."""
        await self.do(acts.dismiss, person=3, account="a1")
        for person in (3, 0):
            await self.do(acts.prepare, person=person, format="portal")
        for person in (3, 0, 2):
            await self.do(acts.approve, person=person, back=0)

    async def _break_in(self) -> None:
        for rogue in acts.ROGUES:
            for which in range(3):
                await self.do(rogue, which=which)

    async def do(self, act: Act, **arguments: Any) -> None:
        """One act alone."""
        await self.play(Doing(act, 0, arguments))

    async def _whole(self) -> Paying:
        return await who_pays(self.store, self.store.client)

    async def _check_all_paid(self) -> None:
        """Each award of the newest result by one line, and what was paid otherwise before is named."""
        paying = await self._whole()
        told = self.books.told()
        await self.books.check(told, set())
        survey = await paying.survey(
            paying.store.directory.campaigns[CAMPAIGN], "portal", await self.store.now_ms()
        )
        result = self.books.certified[told.newest]
        paid = {
            (line.award, line.account): line.amount.minor
            for lines in self.books.lines.values()
            for line in lines.values()
            if line.state == "paid"
        }
        assert survey.payable == []
        assert {batch.state for batch in self.books.batches.values()} <= {"settled", "void"}
        assert paid.keys() >= result.keys()
        otherwise: set[Award] = {
            award for award in paid.keys() | result.keys() if paid.get(award) != result.get(award)
        }
        assert {(one.award, one.account) for one in survey.held} == otherwise


class Start(NamedTuple):
    """Where each example starts from."""

    saved: Saved
    people: list[Person]


async def start_of(store_url: str, definition: str) -> Start:
    async with certified(store_url, definition) as paid:
        issue = partial(paid.store.tokens.issue, actor="test", now_ms=1)
        tokens = [(await issue(TokenRequest(role="payout_preparer", name=name)))[0] for name in NAMES]
        return Start(await Saved.of(paid.store), [Person(token.id, token.name) for token in tokens])
