"""What people have settled by hand, and the note that they have. Moves no money: that was done elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from leaderboard.domain.awards import ProvisionalAward
from leaderboard.domain.money import Money
from leaderboard.domain.payout_batches import Certified
from leaderboard.domain.payout_differences import Difference, SettledByHand, differences
from leaderboard.domain.payouts import Batch, PayoutRefused, Person, award_key
from leaderboard.store.certified_awards import certified_awards
from leaderboard.store.settings import Outcome
from leaderboard.store.store import Store


class Settling(NamedTuple):
    """Somebody says that they have settled what an award of an account is paid otherwise."""

    award: str
    account: str
    reason: str
    reference: str
    person: Person


async def settled_by_hand(
    store: Store,
    campaign: str,
    result: int,
    found: Sequence[Difference],
    notes: Mapping[str, SettledByHand],
) -> dict[str, SettledByHand]:
    """award|account → the note, of those differences that people have settled. `result`: the version that they are of.

    A note counts while every result since has said the same of the award. A correction there and another one back are
    to be looked at by people again.
    """
    counting = {one.key: note for one in found if (note := notes.get(one.key)) and note.settles(one)}
    for version in range(min((note.result for note in counting.values()), default=result) + 1, result):
        listed = await certified_awards(store.lifecycles, campaign, version)
        counting = {
            key: note
            for key, note in counting.items()
            if note.result >= version or (listed is not None and _owed(listed, key, note) == note.owed)
        }
    return counting


def _owed(listed: Iterable[ProvisionalAward], key: str, note: SettledByHand) -> Money:
    amounts = (one.amount for one in listed if award_key(one.award, one.account) == key)
    return next(amounts, Money(0, note.owed.currency))


async def note_settled(
    store: Store, campaign: str, certified: Certified, settling: Settling
) -> tuple[Outcome, Difference, SettledByHand]:
    """Notes that a difference is settled, and gives what stands: the first note in the same words.

    PayoutRefused where there is nothing that this person may settle.
    """
    batch, difference = await _find(store, campaign, certified, settling)
    person, result = settling.person, certified.version
    if person.is_also(batch.prepared_by, batch.preparer):
        text = (
            f"{batch.preparer} prepared batch {batch.id}, which pays this award: another person notes that."
        )
        raise PayoutRefused("same_person", text)
    notes = await store.payout_differences.notes(campaign)
    known = (await settled_by_hand(store, campaign, result, [difference], notes)).get(difference.key)
    if known and known.says(settling.reason, settling.reference):
        return "same", difference, known
    note = SettledByHand(
        result=result,
        payout=difference.line.id,
        paid=difference.line.amount,
        owed=difference.owed,
        reason=settling.reason,
        reference=settling.reference,
        by=person.id,
        at_ms=await store.now_ms(),
    )
    return await store.payout_differences.put(campaign, difference.line, note), difference, note


async def _find(
    store: Store, campaign: str, certified: Certified, settling: Settling
) -> tuple[Batch, Difference]:
    """What pays the award otherwise than the result says, and the batch that it stands in."""
    key = award_key(settling.award, settling.account)
    for batch in await store.payouts.batches(campaign):
        lines = await store.payouts.lines(batch.id)
        found = next((one for one in differences(certified.awards, lines.values()) if one.key == key), None)
        if found and found.line.state != "prepared":
            return batch, found
        if found:
            text = f"Batch {batch.id} is not with the bank: prepare the payouts again, which gives it up."
            raise PayoutRefused("no_difference", text)
    named = f"{settling.award} of account {settling.account}"
    text = f"No payout pays {named} with another amount than result {certified.version} says: nothing is to be settled."
    raise PayoutRefused("no_difference", text)
