"""Any order of preparing, voiding, exporting, paying and returning: no money is made, lost, or left on the way."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec import structs

from leaderboard.domain.ledger import (
    Entry,
    balances,
    exported,
    funded,
    paid,
    prepared,
    problems,
    returned,
    voided,
)
from leaderboard.domain.money import Money
from leaderboard.domain.payouts import Batch, Line

from .payout_lines import CAMPAIGN, batch, line

ACCOUNTS = ("ana", "bo", "cy")
PICK = st.integers(0, 99)
AMOUNTS = st.integers(1, 10**13)


class Payouts(RuleBasedStateMachine):
    """Beside the entries, the slow obvious way: every line with where its money is, summed up anew each time."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.batches: list[tuple[Batch, list[Line]]] = []
        self.given = 0

    @rule(minor=AMOUNTS)
    def fund(self, minor: int) -> None:
        self.given += minor
        self.entries.append(funded(CAMPAIGN, Money(minor, "USD"), f"transfer {len(self.entries)}"))

    @rule(amounts=st.lists(AMOUNTS, min_size=3, max_size=3))
    def prepare(self, amounts: list[int]) -> None:
        lines = [
            line(account, minor, attempt=self._returned(account) + 1)
            for account, minor in zip(ACCOUNTS, amounts, strict=True)
            if not any(one.account == account and one.is_live for _, of in self.batches for one in of)
        ]
        if lines:
            made = batch(len(self.batches) + 1)
            self.batches.append((made, lines))
            self.entries.append(prepared(made, lines))

    @precondition(lambda self: self._in_state("prepared"))
    @rule(pick=PICK, goes_out=st.booleans())
    def export_or_void(self, pick: int, goes_out: bool) -> None:
        chosen = self._in_state("prepared")
        made, lines = chosen[pick % len(chosen)]
        self.entries.append(exported(made, lines) if goes_out else voided(made, lines))
        lines[:] = [structs.replace(one, state="exported" if goes_out else "void") for one in lines]

    @precondition(lambda self: self._in_state("exported"))
    @rule(pick=PICK)
    def pay(self, pick: int) -> None:
        made, lines, number = self._line("exported", pick)
        self.entries.append(paid(made, lines[number]))
        lines[number] = structs.replace(lines[number], state="paid")

    @precondition(lambda self: self._in_state("exported") or self._in_state("paid"))
    @rule(pick=PICK, was_paid=st.booleans())
    def come_back(self, pick: int, was_paid: bool) -> None:
        state = (
            "paid" if self._in_state("paid") and (was_paid or not self._in_state("exported")) else "exported"
        )
        made, lines, number = self._line(state, pick)
        self.entries.append(returned(made, lines[number], "R03"))
        lines[number] = structs.replace(lines[number], state="returned")

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert problems(self.entries) == []
        assert sum(balances(self.entries).values()) == 0

    @invariant()
    def every_account_has_what_its_lines_come_to(self) -> None:
        expected = Counter({f"funding:{CAMPAIGN}": -self.given, f"budget:{CAMPAIGN}": self.given})
        for _, lines in self.batches:
            for one in lines:
                expected[_where(one)] += one.amount.minor
                expected[f"budget:{CAMPAIGN}"] -= one.amount.minor
        found = {account: minor for (account, _), minor in balances(self.entries).items() if minor}

        assert found == {account: minor for account, minor in expected.items() if minor}

    @invariant()
    def nothing_is_owed_below_zero_or_left_on_the_way(self) -> None:
        sums = balances(self.entries)
        owed = [
            minor for (account, _), minor in sums.items() if not account.startswith(("budget:", "funding:"))
        ]

        assert min(owed, default=0) >= 0
        if not self._in_state("exported"):
            assert sums.get((f"in_transit:{CAMPAIGN}", "USD"), 0) == 0

    def _in_state(self, state: str) -> list[tuple[Batch, list[Line]]]:
        return [found for found in self.batches if any(one.state == state for one in found[1])]

    def _line(self, state: str, pick: int) -> tuple[Batch, list[Line], int]:
        found = [
            (made, lines, number)
            for made, lines in self.batches
            for number, one in enumerate(lines)
            if one.state == state
        ]
        return found[pick % len(found)]

    def _returned(self, account: str) -> int:
        return sum(one.account == account and one.state == "returned" for _, of in self.batches for one in of)


def _where(line: Line) -> str:
    return {
        "prepared": f"payable:{CAMPAIGN}:{line.account}",
        "exported": f"in_transit:{CAMPAIGN}",
        "paid": f"settled:{CAMPAIGN}:{line.account}",
    }.get(line.state, f"budget:{CAMPAIGN}")


TestPayouts = Payouts.TestCase
TestPayouts.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
