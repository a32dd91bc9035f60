"""What people, banks and broken programs do with payouts, one function each: done to the store, told to the books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from leaderboard.domain import ledger
from leaderboard.domain.flags import Decision
from leaderboard.domain.lifecycle import certified
from leaderboard.domain.payees import Address, Payee, PayeeDetails
from leaderboard.domain.payout_holds import Dispute, Screening, ScreeningVerdict
from leaderboard.domain.payouts import Batch, Format, PayoutRefused, Person
from leaderboard.domain.reconciling import Report
from leaderboard.store import exporting, paying_steps, reconciling
from leaderboard.store.client import Client
from leaderboard.store.paying import Paying
from leaderboard.store.payouts import Outcome, Payouts, Step, batch_id
from tests.conftest import VAULT
from tests.store.paying_model import Award, Books, plain
from tests.web.paying import CAMPAIGN, IBAN, US, signed_result

WRONG = "0.03"


class Recorded(Payouts):
    """Remembers each step that was made."""

    def __init__(self, client: Client, made: list[Step]) -> None:
        super().__init__(client)
        self._made = made

    async def make(self, step: Step) -> Outcome:
        outcome = await super().make(step)
        if outcome == "done":
            self._made.append(step)
        return outcome


async def newest(paying: Paying, back: int) -> Batch | None:
    """The newest batch but `back`."""
    batches = await paying.store.payouts.batches(CAMPAIGN)
    return batches[-1 - back] if len(batches) > back else None


async def prepare(books: Books, paying: Paying, *, person: Person, format: Format) -> None:
    await paying.prepare(paying.store.directory.campaigns[CAMPAIGN], format, person)


async def approve(books: Books, paying: Paying, *, person: Person, back: int) -> None:
    if batch := await newest(paying, back):
        await paying_steps.approve(paying, batch.id, person)


async def void(books: Books, paying: Paying, *, person: Person, back: int) -> None:
    if batch := await newest(paying, back):
        await paying_steps.give_up(paying, batch.id, person, "Wrong.")


async def export(books: Books, paying: Paying, *, person: Person, back: int) -> None:
    """What is downloaded is what is kept, and once there is a file, it is there for ever."""
    if batch := await newest(paying, back):
        try:
            _, content = await exporting.export(paying, batch.id, person)
        except PayoutRefused:
            assert batch.id not in books.files
            raise
        kept = await paying.store.payouts.export(batch.id)
        assert kept
        assert VAULT.open_bytes(batch.id, kept) == content


async def pay(books: Books, paying: Paying, *, preparer: Person, approver: Person, format: Format) -> None:
    """From the result to the bank."""
    await prepare(books, paying, person=preparer, format=format)
    await approve(books, paying, person=approver, back=0)
    await export(books, paying, person=preparer, back=0)


async def report(
    books: Books, paying: Paying, *, person: Person, back: int, said: Mapping[str, str], each: int
) -> None:
    """The bank speaks of every `each`-th line of a batch, and then says it again."""
    if batch := await newest(paying, back):
        ids = list(await paying.store.payouts.lines(batch.id))[::each]
        reports = [Report(id=name, **said) for name in ids]  # type: ignore[arg-type]
        await reconciling.reconcile(paying, batch.id, reports, person)
        again = await reconciling.reconcile(paying, batch.id, reports, person)
        assert again.changed == 0
        assert said.get("amount") != WRONG


async def pay_rest(books: Books, paying: Paying, *, person: Person, back: int) -> None:
    """The bank says that all arrived of which it has said nothing."""
    batch = await newest(paying, back)
    if batch and batch.state == "exported":
        lines = await paying.store.payouts.lines(batch.id)
        left = [name for name, line in lines.items() if line.state == "exported"]
        await reconciling.reconcile(
            paying, batch.id, [Report(id=name, status="paid") for name in left], person
        )


async def give_details(books: Books, paying: Paying, *, account: str) -> None:
    before = await paying.store.payees.of(account)
    version, bank = before.last_version + 1, IBAN if account == "a3" else US
    address = Address(town="Springfield", country="FR" if account == "a3" else "US")
    details = PayeeDetails(type="person", holder=f"Maya Miller {version}", address=address, bank=bank)
    sealed = VAULT.seal(account, version, details, proposed_by="test", proposed_ms=1)
    current = structs.replace(sealed, confirmed_by="other", confirmed_ms=2, usable_from_ms=2)
    after = Payee(current=current, last_version=version)
    if await paying.store.payees.make("confirm", account, before, after, actor="test"):
        books.versions[account] = version


async def take_details(books: Books, paying: Paying, *, account: str) -> None:
    before = await paying.store.payees.of(account)
    after = Payee(last_version=before.last_version)
    if before.current and await paying.store.payees.make("reject", account, before, after, actor="test"):
        del books.versions[account]


async def dispute(books: Books, paying: Paying, *, award: Award) -> None:
    said = Dispute(reason="Not owed.", by="test", at_ms=1)
    await paying.store.payout_holds.put_dispute(CAMPAIGN, *award, said)
    books.disputed.add(award)


async def lift(books: Books, paying: Paying, *, award: Award) -> None:
    await paying.store.payout_holds.lift_dispute(CAMPAIGN, *award, "test", "Owed.")
    books.disputed.discard(award)


async def screen(books: Books, paying: Paying, *, account: str, verdict: ScreeningVerdict) -> None:
    found = Screening(verdict=verdict, list="OFAC", list_version="7", checked_ms=1, by="test")
    await paying.store.payout_holds.put_screening(account, found)
    (books.suspects.discard if verdict == "clear" else books.suspects.add)(account)


async def dismiss(books: Books, paying: Paying, *, person: Person, account: str) -> None:
    decision = Decision(decision="dismiss", reason="Fine.", by=person.id, at_ms=5)
    await paying.store.decisions.put(CAMPAIGN, f"refunds~{account}", decision)
    books.dismissed[account] = plain(person.name)
    books.ruled_out.discard(account)


async def rule_out(books: Books, paying: Paying, *, account: str) -> None:
    """Two others uphold a rule's hold of the account."""
    decision = Decision(decision="uphold", reason="Bought.", by="x", at_ms=5, proposed_by="y")
    await paying.store.decisions.put(CAMPAIGN, f"refunds~{account}", decision)
    books.ruled_out.add(account)


async def rule_in(books: Books, paying: Paying, *, account: str) -> None:
    """Somebody who does not pay takes that back."""
    decision = Decision(decision="dismiss", reason="Fine.", by="x", at_ms=5)
    await paying.store.decisions.put(CAMPAIGN, f"refunds~{account}", decision)
    books.ruled_out.discard(account)


async def certify(books: Books, paying: Paying, *, result: Mapping[Award, int]) -> None:
    """Another result takes the place of the one before."""
    lifecycles = paying.store.lifecycles
    before = await lifecycles.life(CAMPAIGN)
    after = certified(before, await paying.store.now_ms())
    awards = [(*award, f"{minor // 100}.{minor % 100:02}") for award, minor in result.items()]
    documents = {f"result|{after.result}": signed_result(awards, after.result, "USD")}
    moved = await lifecycles.move(
        CAMPAIGN, before, after, action="campaign.test", actor="test", documents=documents
    )
    if moved:
        books.certified[after.result] = dict(result)


async def send_again(books: Books, paying: Paying, *, made: list[Step], which: int) -> None:
    """A step that was made before arrives once more."""
    if made:
        assert await paying.store.payouts.make(made[which % len(made)]) != "done"


async def post_again(books: Books, paying: Paying, *, made: list[Step], which: int) -> None:
    """A program that knows the batch as it stands moves money that was moved before."""
    steps = [step for step in made if step.entries]
    if steps and (batch := await paying.store.payouts.batch((step := steps[which % len(steps)]).after.id)):
        await refused(paying, before=batch, after=one_on(batch), entries=step.entries)


async def pay_twice(books: Books, paying: Paying, *, made: list[Step], which: int) -> None:
    """A program pays awards that are being paid already, in a batch of its own."""
    claims = await paying.store.payouts.claims(CAMPAIGN)
    steps = [step for step in made if any(line.id in claims.values() for line in step.take)]
    if steps:
        step = steps[which % len(steps)]
        batch = await another(paying, step.after)
        entries = [ledger.prepared(batch, step.take)]
        await refused(paying, before=None, after=batch, lines=step.take, take=step.take, entries=entries)


async def free_anothers(books: Books, paying: Paying, *, made: list[Step], which: int) -> None:
    """A program takes away the claim of a payout that it does not have."""
    steps = [step for step in made if step.take]
    if steps and (batch := await newest(paying, 0)):
        line = structs.replace(steps[which % len(steps)].take[0], id="NOBODYS")
        await refused(paying, before=batch, after=one_on(batch), drop=[line])


async def pay_no_result(books: Books, paying: Paying, *, made: list[Step], which: int) -> None:
    """A program pays a result that is not the newest."""
    if made:
        batch = structs.replace(await another(paying, made[0].after), result_version=1_000)
        await refused(paying, before=None, after=batch, checks_result=True)


async def refused(paying: Paying, **step: Any) -> None:
    made = Step(action="payout.test", actor="rogue", **step)
    assert await paying.store.payouts.make(made) != "done"


def one_on(batch: Batch) -> Batch:
    return structs.replace(batch, version=batch.version + 1)


async def another(paying: Paying, batch: Batch) -> Batch:
    """One like it with the next number."""
    number = len(await paying.store.payouts.batches(CAMPAIGN)) + 1
    return structs.replace(batch, id=batch_id(CAMPAIGN, number), number=number)


ROGUES: Final = (send_again, post_again, pay_twice, free_anothers, pay_no_result)
