"""Reviewers and an agency at a flag in any order, held to a slow model that reads its whole log anew at each step."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from leaderboard.domain.appealing import AppealRefused, appeal
from leaderboard.domain.deciding import DecisionRefused, decide
from leaderboard.domain.flags import UNTOUCHED, Docket, Flag
from leaderboard.domain.reviews import Settled
from tests.domain.reviewing import AGENCIES, NAMES, a_raised, call, flag_of, plea

APPEAL_S = 10
EVERY_NAME = NAMES | AGENCIES
PERSONS = {token: name.strip().lower() for token, name in EVERY_NAME.items()}
REASONS = st.sampled_from(["one", "two"])


class Entry(NamedTuple):
    """Something that happened. Of a decision, `calls` are who called for it and why; of an appeal, who filed it."""

    kind: str
    at_ms: int
    decision: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    text: str = ""
    confirms: bool = False
    against: str = ""

    @property
    def persons(self) -> set[str]:
        return {PERSONS[token] for token, _ in self.calls}


class Log:
    """What happened, the oldest first. Whatever is asked, is found by reading from the end."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def newest(self, kind: str, *stops: str) -> Entry | None:
        for entry in reversed(self.entries):
            if entry.kind == kind:
                return entry
            if entry.kind in stops:
                return None
        return None

    @property
    def decision(self) -> Entry | None:
        return self.newest("decision")

    @property
    def stands(self) -> Entry | None:
        return self.newest("decision", "reopened")

    @property
    def waiting_appeal(self) -> Entry | None:
        return self.newest("appeal", "decision")

    @property
    def proposal(self) -> Entry | None:
        return self.newest("proposal", "decision")

    @property
    def barred(self) -> set[str]:
        return self.deciders | self.filers

    @property
    def deciders(self) -> set[str]:
        waiting, decision = self.waiting_appeal, self.decision
        return decision.persons if waiting and waiting.against and decision else set()

    @property
    def filers(self) -> set[str]:
        return self.waiting_appeal.persons if self.waiting_appeal else set()

    def expected(self, token: str, decision: str, reason: str, link: str) -> str:
        person, stands = PERSONS[token], self.stands
        is_same = bool(stands and stands.decision == decision)
        is_repeated = bool(stands and is_same and (token, reason) in stands.calls)
        if person in self.barred:
            return "same_reviewer" if person in self.deciders else "own_appeal"
        if decision != "disqualify":
            return "same" if is_repeated and not self.proposal else "decided"
        if is_same:
            return "decided" if self.waiting_appeal else "same" if is_repeated else "already_decided"
        first = self.proposal
        if first is None or first.persons & self.barred:
            return "proposed" if link else "no_link"
        if person in first.persons:
            return "same" if (token, reason) in first.calls else "same_person"
        return "decided"

    def decide(self, token: str, decision: str, reason: str, at_ms: int) -> None:
        stands, waiting = self.stands, self.waiting_appeal
        calls: tuple[tuple[str, str], ...] = ((token, reason),)
        confirms = bool(stands and waiting and decision == stands.decision == waiting.against)
        if decision == "disqualify":
            first = stands if stands and stands.decision == decision else self.proposal
            assert first
            calls = (*calls, first.calls[-1])
        self.entries.append(Entry("decision", at_ms, decision, calls, confirms=confirms))

    def expected_appeal(self, text: str, now_ms: int) -> str:
        waiting, stands = self.waiting_appeal, self.stands
        if waiting:
            return "same" if waiting.text == text else "appealed"
        if stands and (stands.decision == "dismiss" or stands.confirms):
            return "not_appealable"
        reopened = self.newest("reopened")
        since_ms = stands.at_ms if stands else max(1_000, reopened.at_ms if reopened else 0)
        return "appealed it" if now_ms < since_ms + APPEAL_S * 1000 else "too_late"


class Reviewing(RuleBasedStateMachine):
    """The docket as the code has it, beside the log."""

    def __init__(self) -> None:
        super().__init__()
        self.docket, self.log = UNTOUCHED, Log()
        self.now_ms, self.reopened_ms = 1_000, 0
        self.answers: list[tuple[str, set[str]]] = []

    @property
    def flag(self) -> Flag:
        return flag_of(self.docket, a_raised(reopened_ms=self.reopened_ms))

    def tick(self, by_s: int = 0) -> None:
        self.now_ms += by_s * 1000 + 1

    @rule(
        token=st.sampled_from(sorted(NAMES)),
        decision=st.sampled_from(["uphold", "dismiss", "disqualify"]),
        reason=REASONS,
        link=st.sampled_from(["", "Own devices."]),
    )
    def a_reviewer_decides(self, token: str, decision: Settled, reason: str, link: str) -> None:
        self.tick()
        before, expected = self.docket, self.log.expected(token, decision, reason, link)
        barred = self.log.barred
        waited = self.log.waiting_appeal
        outcome = self._outcome(
            lambda: decide(self.flag, call(token, decision, reason, link, self.now_ms), EVERY_NAME)
        )

        assert outcome == expected
        if outcome == "decided":
            if waited:
                self.answers.append((token, barred))
            self.log.decide(token, decision, reason, self.now_ms)
        elif outcome == "proposed":
            self.log.entries.append(Entry("proposal", self.now_ms, decision, ((token, reason),)))
        else:
            assert self.docket is before

    @rule(text=REASONS, by=st.sampled_from(sorted(AGENCIES)))
    def the_agency_appeals(self, text: str, by: str) -> None:
        self.tick()
        expected, stands = self.log.expected_appeal(text, self.now_ms), self.log.stands
        outcome = self._outcome(lambda: appeal(self.flag, plea(text, by=by, at_ms=self.now_ms), APPEAL_S))

        assert outcome == expected
        if outcome == "appealed it":
            against = stands.decision if stands else ""
            self.log.entries.append(Entry("appeal", self.now_ms, "", ((by, text),), text, against=against))

    @rule()
    def a_checkpoint_finds_so_much_more(self) -> None:
        self.tick()
        self.reopened_ms = self.now_ms
        self.log.entries.append(Entry("reopened", self.now_ms))

    @rule(by_s=st.integers(1, 7))
    def time_passes(self, by_s: int) -> None:
        self.tick(by_s)

    def _outcome(self, step: Any) -> str:
        """What the step came to; the docket is then as it left it."""
        before = self.docket
        try:
            after: Docket = step()
        except (DecisionRefused, AppealRefused) as error:
            return error.code
        self.docket = after
        if after is before:
            return "same"
        if len(after.appeals) > len(before.appeals):
            return "appealed it"
        return "decided" if after.decision != before.decision else "proposed"

    @invariant()
    def both_say_the_same(self) -> None:
        docket, decision, proposal = self.docket, self.log.decision, self.log.proposal
        assert bool(docket.decision) == bool(decision)
        if docket.decision and decision:
            assert (docket.decision.decision, docket.decision.confirms) == (
                decision.decision,
                decision.confirms,
            )
            assert {PERSONS[token] for token in docket.decision.people} == decision.persons
        assert bool(docket.proposal) == bool(proposal)
        open_ones = [one for one in docket.appeals if one.state == "open"]
        assert len(open_ones) == bool(self.log.waiting_appeal)
        assert len(docket.appeals) == sum(entry.kind == "appeal" for entry in self.log.entries)

    @invariant()
    def nobody_is_out_by_one_person(self) -> None:
        decision = self.docket.decision
        if decision and decision.decision == "disqualify":
            assert len({PERSONS[token] for token in decision.people}) == 2
            assert decision.partner_link

    @invariant()
    def nobody_answers_for_himself(self) -> None:
        assert all(PERSONS[token] not in barred for token, barred in self.answers)


TestReviewing = Reviewing.TestCase
TestReviewing.settings = settings(max_examples=200, stateful_step_count=30)
