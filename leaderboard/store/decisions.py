"""What people make of flags: proposals, decisions, appeals, as they stand and as they stood. What a step is allowed to
be, and what it does to an account, is elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec

from leaderboard.domain.appeals import Appeals, open_appeal
from leaderboard.domain.flags import UNTOUCHED, Decision, Docket, named_by
from leaderboard.domain.overturned import Overturned
from leaderboard.store import keys, review_keys
from leaderboard.store.client import Argument, Client, mapping
from leaderboard.store.scripts import DOCKET
from leaderboard.store.settings import Outcome, Settings, to_json

_decode: Final = msgspec.json.Decoder(Decision).decode
_decode_state: Final = msgspec.json.Decoder(tuple[int, Decision]).decode
_decode_appeals: Final = msgspec.json.Decoder(Appeals).decode
_decode_texts: Final = msgspec.json.Decoder(list[str]).decode
_decode_case: Final = msgspec.json.Decoder(Overturned).decode

T = TypeVar("T")


class Step(NamedTuple):
    """What somebody makes of a flag's docket. `texts` came with a new appeal; `case`: what the step overturns.
    `looked_at`: the checkpoint of the detector's flag that was decided on."""

    before: Docket
    after: Docket
    actor: str
    texts: Sequence[str] = ()
    case: Overturned | None = None
    looked_at: int | None = None


class Decisions:
    """By campaign and flag id."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def put(self, campaign: str, flag: str, decision: Decision) -> Outcome:
        """Saves a decision in place of the one before, which the audit log, with its reason, and the history keep."""
        return await self._settings.put(
            keys.decisions(campaign),
            flag,
            to_json(decision),
            "decision",
            f"{campaign}/{flag}",
            decision.by,
            change_id=change_id(campaign, named_by(flag)[1]),
            history=keys.decision_history(campaign, flag),
            why=decision.reason,
        )

    async def make(self, campaign: str, flag: str, step: Step) -> bool:
        """Makes a step as a whole. False where the docket is not as `before` any more, or another checkpoint than the
        one that was looked at has found the flag: look again."""
        before, after = step.before, step.after
        news = after.appeals[-1] if len(after.appeals) > len(before.appeals) else None
        told: list[Argument] = [
            flag,
            change_id(campaign, named_by(flag)[1]),
            step.actor,
            f"{campaign}/{flag}",
        ]
        for document in (_decision, _proposal, _appeals):
            told += [document(before), document(after)]
        told += [news.number if news else "", to_json(list(step.texts)) if news else b""]
        told += [to_json(step.case) if step.case else b""]
        told += ["" if step.looked_at is None else step.looked_at]
        names = (
            keys.decisions(campaign),
            review_keys.proposals(campaign),
            review_keys.appeals(campaign),
            keys.decision_history(campaign, flag),
            keys.CHANGES,
            keys.AUDIT_LOG,
            review_keys.appeal_texts(campaign),
            review_keys.cases(campaign),
            review_keys.raised(campaign),
        )
        return bool(await DOCKET(self._client, names, *told, *_entries(before, after)))

    async def of(self, campaign: str) -> dict[str, Decision]:
        """Flag id → the decision that stands."""
        return _decoded(await self._client.do("HGETALL", keys.decisions(campaign)), _decode)

    async def dockets(self, campaign: str) -> dict[str, Docket]:
        """Flag id → all that people have made of it."""
        named = (keys.decisions(campaign), review_keys.proposals(campaign), review_keys.appeals(campaign))
        found = await self._client.together([("HGETALL", key) for key in named], atomic=True)
        decisions, proposals = _decoded(found[0], _decode), _decoded(found[1], _decode)
        appeals = _decoded(found[2], _decode_appeals)
        return {
            flag: Docket(decisions.get(flag), proposals.get(flag), appeals.get(flag, ()))
            for flag in sorted({*decisions, *proposals, *appeals})
        }

    async def docket(self, campaign: str, flag: str) -> Docket:
        """All that people have made of one flag, as of one moment."""
        named = (keys.decisions(campaign), review_keys.proposals(campaign), review_keys.appeals(campaign))
        decision, proposal, appeals = await self._client.together(
            [("HGET", key, flag) for key in named], atomic=True
        )
        if not (decision or proposal or appeals):
            return UNTOUCHED
        return Docket(
            _decode(decision) if decision else None,
            _decode(proposal) if proposal else None,
            _decode_appeals(appeals) if appeals else (),
        )

    async def appeal_texts(self, campaign: str, flag: str, number: int) -> list[str]:
        """The texts that came with an appeal, in the order of its attachments."""
        found = await self._client.do("HGET", review_keys.appeal_texts(campaign), f"{flag}|{number}")
        return _decode_texts(found) if found else []

    async def cases(self, campaign: str) -> dict[int, Overturned]:
        """Number → what was overturned, of those that were not decided otherwise since."""
        decisions = await self.of(campaign)
        kept = _decoded(await self._client.do("HGETALL", review_keys.cases(campaign)), _decode_case)
        return {
            number: case
            for number, case in sorted((int(number), case) for number, case in kept.items())
            if case.flag in decisions and decisions[case.flag].decision == "dismiss"
        }

    async def history(self, campaign: str, flag: str) -> list[Decision]:
        """Every decision on a flag, the oldest first."""
        states = await self._client.do("LRANGE", keys.decision_history(campaign, flag), 0, -1)
        return [_decode_state(state)[1] for state in states]

    async def ever(self, campaign: str) -> list[tuple[str, Decision]]:
        """Every decision there was, with its flag: those that stand, and those that another took the place of."""
        flags = [flag.decode() for flag in await self._client.do("HKEYS", keys.decisions(campaign))]
        lists = [("LRANGE", keys.decision_history(campaign, flag), 0, -1) for flag in flags]
        found = zip(flags, await self._client.together(lists), strict=True)
        return [(flag, _decode_state(state)[1]) for flag, states in found for state in states]

    async def as_of(self, campaign: str, at_ms: int) -> dict[str, Decision]:
        """Flag id → the decision that stood at a time of the store's clock."""
        flags = [flag.decode() for flag in await self._client.do("HKEYS", keys.decisions(campaign))]
        lists = [("LRANGE", keys.decision_history(campaign, flag), 0, -1) for flag in flags]
        found: dict[str, Decision] = {}
        for flag, states in zip(flags, await self._client.together(lists), strict=True):
            for since_ms, decision in map(_decode_state, states):
                if since_ms <= at_ms:
                    found[flag] = decision
        return found


def _decoded(answer: Sequence[bytes], decode: Callable[[bytes], T]) -> dict[str, T]:
    return {name.decode(): decode(document) for name, document in sorted(mapping(answer).items())}


def _decision(docket: Docket) -> bytes:
    return to_json(docket.decision) if docket.decision else b""


def _proposal(docket: Docket) -> bytes:
    return to_json(docket.proposal) if docket.proposal else b""


def _appeals(docket: Docket) -> bytes:
    return to_json(docket.appeals) if docket.appeals else b""


def _entries(before: Docket, after: Docket) -> Iterator[Argument]:
    """Action, before, after and why of each thing that the step changes."""
    decision, proposal = after.decision, after.proposal
    if decision and decision != before.decision:
        yield from ("decision.put", _decision(before), _decision(after), decision.reason)
    if proposal != before.proposal:
        action = "decision.propose" if proposal else "decision.propose.done"
        yield from (action, _proposal(before), _proposal(after), proposal.reason if proposal else "")
    if before.appeals != after.appeals:
        waited, waits = open_appeal(before.appeals), open_appeal(after.appeals)
        one = waits or after.appeals[-1]
        action = "appeal.put" if waits else "appeal.answer"
        yield from (action, to_json(waited) if waited else b"", to_json(one), one.reason)


def change_id(campaign: str, account: str) -> str:
    """What the stream of changes says of a decision: whom it concerns, and where."""
    return f"{campaign}|{account}"


def account_of_change(subject: str) -> tuple[str, str]:
    """(campaign, account) of a change."""
    campaign, _, account = subject.partition("|")
    return campaign, account
