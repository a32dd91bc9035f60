"""What an ingest worker has applied and not yet shown: rows to be published, entries to be ended after that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from leaderboard.domain.counted_work import Exclusion
from leaderboard.domain.counting import SAMPLES_PER_BATCH
from leaderboard.domain.standings import Row
from leaderboard.store.exclusions import sample
from leaderboard.store.inbox import Ended, Entry
from leaderboard.store.tallies import Applied


class Unpublished:
    """What has been applied since the last publication; of an account's rows only the newest is left."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Row]] = defaultdict(dict)
        self.ended: dict[int, list[Ended]] = defaultdict(list)

    @property
    def is_news(self) -> bool:
        """Whether there is anything to publish or to end."""
        return bool(self.rows or self.ended)

    def add_rows(self, rows: Mapping[str, Mapping[str, Row]]) -> None:
        """Rows that are newer than those that wait."""
        for campaign, changed in rows.items():
            if changed:
                self.rows[campaign].update(changed)

    def holds(self, entry: Entry) -> bool:
        """Whether this entry is applied and waits to be shown."""
        return any(ended.entry_id == entry.id for ended in self.ended.get(entry.partition, ()))

    def add(self, applied: Applied, entries: Sequence[Entry], excluded: Sequence[Exclusion]) -> None:
        self.add_rows(applied.rows)
        by_entry: dict[int, list[Exclusion]] = defaultdict(list)
        for exclusion in excluded:
            by_entry[exclusion.entry].append(exclusion)
        for number, entry in enumerate(entries):
            ended = Ended(entry.id, entry.events_count, _summed(by_entry.get(number, ())))
            self.ended[entry.partition].append(ended)


def _summed(excluded: Sequence[Exclusion]) -> list[tuple[str, str, int, list[str]]]:
    groups: dict[tuple[str, str], list[Exclusion]] = defaultdict(list)
    for exclusion in excluded:
        groups[exclusion.campaign, exclusion.reason].append(exclusion)
    return [
        (campaign, reason, len(group), [sample(one) for one in group[:SAMPLES_PER_BATCH]])
        for (campaign, reason), group in groups.items()
    ]
