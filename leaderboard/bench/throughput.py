"""Throughput: the same batches for everybody, in rounds that take turns, so that a noisy neighbour meets all alike."""

from __future__ import annotations

import time
from statistics import median
from typing import Final

from msgspec import Struct, field
from redis import Redis

from leaderboard.bench.bare import count_bare
from leaderboard.bench.contestants import Contestant, is_exact
from leaderboard.bench.load import send
from leaderboard.bench.recording import Recording
from leaderboard.bench.usage import Meter
from leaderboard.store.embedded import EmbeddedStore

MILLION: Final = 1_000_000


class Round(Struct, frozen=True):
    """One turn. `cpu_s` per million events, by role; `others` are processors that other programs kept busy."""

    events: int
    accepted_per_s: float
    visible_per_s: float
    cpu_s: dict[str, float]
    load_cpu_s: float
    expected: int
    shown: int
    exact: bool
    others: float
    asked_to_wait: int = 0


class Throughput(Struct):
    """All turns of one contestant; its figures are medians over them."""

    name: str
    accounts: int
    rounds: list[Round] = field(default_factory=list)

    @property
    def accepted_per_s(self) -> float:
        return median(one.accepted_per_s for one in self.rounds)

    @property
    def visible_per_s(self) -> float:
        return median(one.visible_per_s for one in self.rounds)

    @property
    def cpu_s(self) -> dict[str, float]:
        roles = self.rounds[0].cpu_s
        return {role: median(one.cpu_s.get(role, 0.0) for one in self.rounds) for role in roles}

    @property
    def load_cpu_s(self) -> float:
        return median(one.load_cpu_s for one in self.rounds)

    @property
    def exact(self) -> bool:
        return all(one.exact for one in self.rounds)


def measure_round(contestant: Contestant, recording: Recording, start: int, stop: int) -> Round:
    """Sends the batches, waits until they show, and adds up what is shown of all that was ever sent."""
    meter = Meter(contestant.roles())
    sent = send(contestant.door, recording, start, stop)
    contestant.wait_until_shown()
    seconds = time.monotonic() - sent.began_s
    contestant.wait_until_settled()  # what the archive of these events costs is not the next one's
    settled_s, used, machine_s = time.monotonic() - sent.began_s, meter.read(), meter.machine_s()
    shown, expected = contestant.shown(), recording.unique_after(sent.stop)
    per_million = MILLION / sent.events
    return Round(
        events=sent.events,
        accepted_per_s=sent.per_s,
        visible_per_s=sent.events / seconds,
        cpu_s={role: spent * per_million for role, spent in used.items()},
        load_cpu_s=sent.cpu_s * per_million,
        expected=expected,
        shown=shown.unique,
        exact=is_exact(shown, recording, sent.stop),
        others=max(0.0, machine_s - sum(used.values()) - sent.cpu_s) / settled_s,
        asked_to_wait=sent.asked_to_wait,
    )


def measure_bare(store: EmbeddedStore, recording: Recording, start: int, stop: int) -> Round:
    """The same without a service around it: what this machine and this store would do at best from one script."""
    began_s, began_cpu_s = time.monotonic(), time.thread_time()
    meter = Meter({"store": [store.pid or 0]})
    with Redis.from_url(store.url) as redis:
        count_bare(redis, recording, start, stop)
        seconds, script_s, used = time.monotonic() - began_s, time.thread_time() - began_cpu_s, meter.read()
        machine_s = meter.machine_s()
        shown = sum(redis.scard(f"uv:{account.id}") for account in recording.world.accounts)
    events = sum(batch.events for batch in recording.batches[start:stop])
    return Round(
        events=events,
        accepted_per_s=events / seconds,
        visible_per_s=events / seconds,
        cpu_s={"script": script_s * MILLION / events, "store": used["store"] * MILLION / events},
        load_cpu_s=0.0,
        expected=recording.unique_after(stop),
        shown=shown,
        exact=shown == recording.unique_after(stop),
        others=max(0.0, machine_s - used["store"] - script_s) / seconds,
    )
