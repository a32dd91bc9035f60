"""Does the product's own effective time say the same as the truth of a made-up world? By host, about `> 14 h`.

Heartbeats go through the product's own code, by the rules of the definition that programmes start from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from leaderboard.bench.integrity_bars import Proportion
from leaderboard.domain.campaigns import parse_toml
from leaderboard.domain.kept_events import KeptHeartbeat
from leaderboard.domain.live_beats import LiveRules, beat_of
from leaderboard.domain.live_time import AccountTime

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ASKED_MS: Final = 14 * 3_600_000
# From here to what is asked, a lost heartbeat or a short break decides.
NEAR_MS: Final = int(13.5 * 3_600_000)
_ALWAYS: Final = (0, 1 << 53)
_EXAMPLE: Final = "apollo-us-2022.toml"
_BEATS: Final = """
    SELECT session, at_ms, covers_ms, activity, order_channel, product, viewers, audio_db, motion, replies,
        ingest_bytes, recorded, seq
    FROM beats WHERE account = ? AND host = ? ORDER BY at_ms, session
"""
_HOSTS: Final = "SELECT account, host, kind, name, effective_ms FROM truth_hosts ORDER BY account, host"


class Timed(Struct, frozen=True):
    """A host's hours in truth, and as the product has them; whether anything holds the account's award."""

    account: str
    kind: str
    name: str
    true_ms: int
    found_ms: int
    held: bool

    @property
    def agrees(self) -> bool:
        return (self.true_ms > ASKED_MS) == (self.found_ms > ASKED_MS)

    @property
    def is_near(self) -> bool:
        return NEAR_MS <= self.true_ms <= ASKED_MS


class Agreement(Struct, frozen=True, kw_only=True):
    """Honest hosts: the same answer, also without those who truly have 13.5 to 14 h; wrongly denied, of those who have
    the hours; `error_h` is how far hours are off in the mean. Cheats: granted, of those who do not have the hours, and
    granted while nothing holds their award.
    """

    all: Proportion
    apart: Proportion
    denied: Proportion
    error_h: float
    granted: Proportion
    granted_unheld: Proportion


def advised_rules() -> LiveRules:
    """The rules of the definition that programmes start from."""
    definition = parse_toml((files("leaderboard") / "examples" / _EXAMPLE).read_text("utf-8"))
    return LiveRules.of(definition.live)


def timed(connection: DuckDBPyConnection, rules: LiveRules, held: Collection[str]) -> Iterator[Timed]:
    """All hosts of a world, each for itself; `held` are the accounts whose awards are held."""
    for account, host, kind, name, true_ms in connection.execute(_HOSTS).fetchall():
        found_ms = _found_ms(connection, rules, (account, host))
        yield Timed(account, kind, name, true_ms, found_ms, account in held)


def _found_ms(connection: DuckDBPyConnection, rules: LiveRules, who: tuple[str, str]) -> int:
    time = AccountTime(rules, _ALWAYS, {})
    beats = (
        (who[1], session, beat_of(KeptHeartbeat("", at_ms, *who, session, *rest)))
        for session, at_ms, *rest in _rows(connection, who)
    )
    return time.add_all(beats)[0]


def _rows(connection: DuckDBPyConnection, who: tuple[str, str]) -> Iterator[tuple[Any, ...]]:
    rows = connection.execute(_BEATS, who)
    while some := rows.fetchmany(5_000):
        yield from some


def agreement(hosts: Sequence[Timed]) -> Agreement:
    """All hosts together."""
    honest = [one for one in hosts if one.kind == "honest"]
    cheats = [one for one in hosts if one.kind == "attack" and one.true_ms <= ASKED_MS]
    granted = [one for one in cheats if one.found_ms > ASKED_MS]
    apart = [one for one in honest if not one.is_near]
    earned = [one for one in honest if one.true_ms > ASKED_MS]
    off_ms = sum(abs(one.true_ms - one.found_ms) for one in honest)
    return Agreement(
        all=Proportion(sum(one.agrees for one in honest), len(honest)),
        apart=Proportion(sum(one.agrees for one in apart), len(apart)),
        denied=Proportion(sum(not one.agrees for one in earned), len(earned)),
        error_h=off_ms / 3_600_000 / len(honest) if honest else 0.0,
        granted=Proportion(len(granted), len(cheats)),
        granted_unheld=Proportion(sum(not one.held for one in granted), len(cheats)),
    )
