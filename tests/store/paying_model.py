"""What must be true of payouts whatever was done, worked out slowly from all lines after every step.

It knows what was certified, held back and dismissed because the test says so, and nothing of how the store decides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, NamedTuple

import orjson

from leaderboard.domain.audit_log import Entry, verify
from leaderboard.domain.payout_files import Profiles, local_day
from leaderboard.domain.payouts import Batch, Line
from leaderboard.store.store import Store
from tests.conftest import VAULT
from tests.web.paying import CAMPAIGN, PAYOUTS

Award = tuple[str, str]

PROFILES: Final = Profiles(nacha=PAYOUTS.nacha, pain001=PAYOUTS.pain001)

# What may become what, in one step or several.
BATCHES_AFTER: Final = {
    "prepared": {"prepared", "approved", "exported", "settled", "void"},
    "approved": {"approved", "exported", "settled", "void"},
    "exported": {"exported", "settled"},
    "settled": {"settled"},
    "void": {"void"},
}
LINES_AFTER: Final = {
    "prepared": {"prepared", "exported", "paid", "returned", "void"},
    "exported": {"exported", "paid", "returned"},
    "paid": {"paid", "returned"},
    "returned": {"returned"},
    "void": {"void"},
}
MOVING: Final = {"version", "state", "paid_lines", "returned_lines", "code", "reference", "settled_ms"}
# Each makes a version of a batch.
STEPS: Final = ("payout.prepare", "payout.approve", "payout.export", "payout.void", "payout.reconcile")


class Told(NamedTuple):
    """What people have said that bears on paying. `dismissed`: (account, name); `blocked`: accounts, and awards."""

    newest: int
    versions: frozenset[tuple[str, int]]
    dismissed: frozenset[tuple[str, str]]
    blocked: frozenset[str | Award]


@dataclass
class Books:
    """`certified`: version of a result → what each award gets. `versions`: of the bank details in force."""

    store: Store
    certified: dict[int, dict[Award, int]]
    versions: dict[str, int]
    dismissed: dict[str, str] = field(default_factory=dict)
    disputed: set[Award] = field(default_factory=set)
    suspects: set[str] = field(default_factory=set)
    ruled_out: set[str] = field(default_factory=set)
    batches: dict[str, Batch] = field(default_factory=dict)
    lines: dict[str, dict[str, Line]] = field(default_factory=dict)
    files: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)

    def told(self) -> Told:
        """As it is at this moment."""
        without = {award[1] for result in self.certified.values() for award in result} - self.versions.keys()
        return Told(
            max(self.certified),
            frozenset(self.versions.items()),
            frozenset(self.dismissed.items()),
            frozenset({*self.disputed, *self.suspects, *self.ruled_out, *without}),
        )

    async def check(self, before: Told, profiles: set[str]) -> None:
        """Looks at everything. `before` a play people had said this; `profiles` are those that were paid with in it."""
        payouts = self.store.payouts
        batches = {batch.id: batch for batch in await payouts.every()}
        lines = {name: await payouts.lines(name) for name in batches}
        for name, batch in batches.items():
            check_batch(batch, list(lines[name].values()), self.batches.get(name))
            check_lines(lines[name], self.lines.get(name, {}))
            await self._check_file(batch, list(lines[name].values()))
            if name not in self.batches or self.batches[name].state != batch.state != "settled":
                self._check_moved(batch, list(lines[name].values()), before, profiles)
        assert batches.keys() >= self.batches.keys()
        every = [(batches[name], line) for name, some in lines.items() for line in some.values()]
        self._check_money(every)
        assert await payouts.claims(CAMPAIGN) == {"|".join(one): name for one, name in live(every).items()}
        assert {key: minor for key, minor in (await self.store.ledger.balances()).items() if minor} == sums(
            every
        )
        assert await self.store.ledger.check() == []
        check_log(batches, (await self.store.audit_log.page(5_000, newest_first=False)).entries)
        self.batches, self.lines = batches, lines

    async def _check_file(self, batch: Batch, lines: list[Line]) -> None:
        kept = (
            await self.store.payouts.export(batch.id),
            await self.store.payouts.export(f"{batch.id}|manifest"),
        )
        assert all(kept) == any(kept) == (batch.state in ("exported", "settled"))
        if kept[0] is None:
            return
        content = VAULT.open_bytes(batch.id, kept[0])
        assert self.files.setdefault(batch.id, kept) == kept
        assert sha256(content).hexdigest() == batch.file_sha256
        assert [content.count(line.id.encode()) for line in lines] == [1] * batch.lines

    def _check_moved(self, batch: Batch, lines: list[Line], before: Told, profiles: set[str]) -> None:
        """It was prepared, approved or exported just now: nothing spoke against it all the while."""
        if batch.state == "void":
            return
        since = self.told()
        blocked, dismissed = before.blocked & since.blocked, before.dismissed & since.dismissed
        for line in lines:
            assert not {line.account, (line.award, line.account)} & blocked
            assert (line.account, line.payee_version) in before.versions | since.versions
            for name in self._new_names(batch):
                assert (line.account, plain(name)) not in dismissed
        assert before.newest <= batch.result_version <= since.newest
        assert batch.profile_sha256 in profiles

    def _new_names(self, batch: Batch) -> list[str]:
        """Who has put their name to it just now."""
        before = self.batches.get(batch.id)
        prepared = [] if before else [batch.preparer]
        return prepared + ([batch.approver] if batch.approver and not (before and before.approver) else [])

    def _check_money(self, every: list[tuple[Batch, Line]]) -> None:
        attempts: defaultdict[Award, list[int]] = defaultdict(list)
        gone: Counter[Award] = Counter()
        for batch, line in every:
            award = line.award, line.account
            assert line.amount.minor == self.certified[batch.result_version][award]
            if line.state != "void":
                attempts[award].append(line.attempt)
            if line.state in ("exported", "paid"):
                gone[award] += line.amount.minor
        assert all(sorted(some) == list(range(1, len(some) + 1)) for some in attempts.values())
        ids = [line.id for _, line in every if line.state != "void"]
        assert len(set(ids)) == len(ids)
        for award, minor in gone.items():
            assert minor <= max(result.get(award, 0) for result in self.certified.values())
        files = {batch.id: batch for batch, _ in every if batch.modifier}.values()
        stamps = {(local_day(batch.approved_ms, "nacha", PROFILES), batch.modifier) for batch in files}
        assert len(stamps) == len(files)


def live(every: list[tuple[Batch, Line]]) -> dict[Award, str]:
    """Award → the one line that pays it."""
    lines = [line for _, line in every if line.state in ("prepared", "exported", "paid")]
    found = {(line.award, line.account): line.id for line in lines}
    assert len(found) == len(lines)
    return found


def sums(every: list[tuple[Batch, Line]]) -> dict[tuple[str, str], int]:
    """What the accounts of the ledger have to be."""
    places = {"prepared": "payable:{}:{}", "exported": "in_transit:{}", "paid": "settled:{}:{}"}
    found: Counter[tuple[str, str]] = Counter()
    for batch, line in every:
        if line.state in places:
            place = places[line.state].format(batch.campaign, line.account)
            found[place, line.amount.currency] += line.amount.minor
            found[f"budget:{batch.campaign}", line.amount.currency] -= line.amount.minor
    return dict(found)


def check_batch(batch: Batch, lines: list[Line], before: Batch | None) -> None:
    """It agrees with itself and with what it was."""
    states = Counter(line.state for line in lines)
    assert (batch.lines, batch.total_minor) == (len(lines), sum(line.amount.minor for line in lines))
    assert (batch.paid_lines, batch.returned_lines) == (states["paid"], states["returned"])
    if batch.approver:
        assert batch.prepared_by != batch.approved_by
        assert plain(batch.preparer) != plain(batch.approver)
    assert bool(batch.approver) or batch.state in ("prepared", "void")
    allowed = {
        "exported": {"exported", "paid", "returned"},
        "settled": {"paid", "returned"},
        "void": {"void"},
    }
    assert states.keys() <= allowed.get(batch.state, {"prepared"})
    if before:
        assert batch.state in BATCHES_AFTER[before.state]
        check_fixed(before, batch)


def check_lines(lines: dict[str, Line], before: dict[str, Line]) -> None:
    """None is added or taken away, and none is another than it was."""
    assert not before or before.keys() == lines.keys()
    for name, was in before.items():
        assert lines[name].state in LINES_AFTER[was.state]
        check_fixed(was, lines[name])


def check_fixed(before: Batch | Line, after: Batch | Line) -> None:
    """What was filled in once stays as it is."""
    for name in before.__struct_fields__:
        was = getattr(before, name)
        assert name in MOVING or not was or getattr(after, name) == was, name


def check_log(batches: dict[str, Batch], entries: list[Entry]) -> None:
    """Each step stands in the audit log once, and was made while its result was the newest."""
    assert verify(entries) is None
    newest = 0
    for entry in entries:
        if entry.action.startswith("campaign.") and entry.subject == CAMPAIGN:
            newest = orjson.loads(entry.after).get("result", 0)
        assert entry.action not in STEPS[:3] or batches[entry.subject].result_version == newest
    found = Counter((entry.subject, entry.action) for entry in entries)
    for name, batch in batches.items():
        once = [found[name, action] for action in STEPS[:4]]
        assert once == [1, bool(batch.approver), bool(batch.file_sha256), batch.state == "void"]
        assert sum(found[name, action] for action in STEPS) == batch.version


def plain(name: str) -> str:
    """Two names of one person are one."""
    return name.strip().casefold()
