"""L3: hosts whose motion and sound come again, as those of a recording do. Asks for a hold until the clip was seen.

Both have to come again together, and often: a jingle, or a product that is always shown alike, does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from leaderboard.domain.findings import FAMILIES_FOR_A_HOLD, Family, Finding, Measure
from leaderboard.integrity.live_repeats import Match, Recorded, matches
from leaderboard.integrity.live_words import Span, hours, span_in_words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULE: Final = "loop/1"


class LoopLimits(Struct, frozen=True, kw_only=True):
    """When a stretch repeats another, and how many of a host's have to. Likeness is a correlation, 1 at most."""

    least_signals: float = 0.8
    least_session_beats: int = 100
    least_stretches: int = 8
    alike: float = 0.58
    alike_without_sound: float = 0.82
    repeated_share: float = 0.10
    least_repeated: int = 3


LIMITS: Final = LoopLimits()

# Pauses are left out: they are all alike. Sessions are numbers: a million names of heartbeats are never made.
_SESSIONS: Final = """
CREATE OR REPLACE TEMP TABLE loop_sessions AS
WITH enough AS (
  SELECT account, host, count(motion + audio_db) >= $least_signals * count(*) AS has_sound
  FROM beats WHERE activity IN ('explaining', 'displaying')
  GROUP BY account, host HAVING count(motion) >= $least_signals * count(*)
)
SELECT account, host, session, has_sound, row_number() OVER (ORDER BY account, host, min(at_ms), session) AS number
FROM beats JOIN enough USING (account, host)
WHERE activity IN ('explaining', 'displaying') AND motion IS NOT NULL AND (audio_db IS NOT NULL OR NOT has_sound)
GROUP BY account, host, session, has_sound HAVING count(*) >= $least_session_beats
"""

_NAMES: Final = """
SELECT account, host, has_sound, list(number ORDER BY number) FROM loop_sessions GROUP BY ALL ORDER BY account, host
"""

_BEATS: Final = """
SELECT number, at_ms, avg(motion) AS motion, coalesce(avg(audio_db), 0.0) AS audio_db
FROM beats JOIN loop_sessions USING (account, host, session)
WHERE activity IN ('explaining', 'displaying') AND motion IS NOT NULL AND (audio_db IS NOT NULL OR NOT has_sound)
GROUP BY number, at_ms ORDER BY number, at_ms
"""


class Repeats(Struct, frozen=True):
    """What was found of a host: each stretch with the place where it comes again best."""

    account: str
    host: str
    has_sound: bool
    stretches: tuple[Match, ...]

    def alike(self, limits: LoopLimits) -> float:
        """From where on stretches repeat each other: motion by itself has to be far more alike."""
        return limits.alike if self.has_sound else limits.alike_without_sound

    def repeated(self, limits: LoopLimits) -> list[Match]:
        """The stretches that do come again, the most alike first."""
        found = (one for one in self.stretches if one.score >= self.alike(limits))
        return sorted(found, key=lambda one: (-one.score, one.start_ms))


def is_looped(repeats: Repeats, limits: LoopLimits) -> bool:
    """Enough of enough stretches."""
    repeated = len(repeats.repeated(limits))
    enough = len(repeats.stretches) >= limits.least_stretches and repeated >= limits.least_repeated
    return enough and repeated > limits.repeated_share * len(repeats.stretches)


def likeness(repeats: Repeats) -> float:
    """How alike the best matches are of the host's most alike tenth of stretches."""
    scores = sorted((one.score for one in repeats.stretches), reverse=True)
    return scores[len(scores) // 10]


def loop_finding(repeats: Repeats, peers: float, limits: LoopLimits) -> Finding:
    """Names the best match, both times, for whoever looks at the clip."""
    repeated = repeats.repeated(limits)
    share, best = len(repeated) / len(repeats.stretches), repeated[0]
    times = sorted(_span(start_ms, best.length_ms) for start_ms in (best.start_ms, best.again_ms))
    said = " and ".join(span_in_words(time) for time in times)
    signals = "motion and sound repeat" if repeats.has_sound else "motion (it tells no sound) repeats"
    families: tuple[Family, ...] = ("motion", "sound") if repeats.has_sound else ("motion",)
    return Finding(
        detector="loop",
        rule=RULE,
        account=repeats.account,
        asks="hold" if len(families) >= FAMILIES_FOR_A_HOLD else "warn",
        families=families,
        sentence=(
            f"From {said} (UTC) host {repeats.host}'s {signals} each other ({best.score:.2f} of 1). "
            f"Of {hours(len(repeats.stretches) * best.length_ms)} looked at, {hours(len(repeated) * best.length_ms)} "
            f"({share:.0%}) come again at another time; the likeness of the most alike tenth is "
            f"{likeness(repeats):.2f}, that of other hosts {peers:.2f}."
        ),
        measures=(
            Measure("repeated_share", share, limit=limits.repeated_share, family="motion"),
            Measure("likeness", likeness(repeats), limit=repeats.alike(limits), peers=peers, family="motion"),
        ),
        sample=len(repeats.stretches) * best.length_ms // 60_000,
        host=repeats.host,
        span=times[0],
        links_partner=True,
    )


def _span(start_ms: int, length_ms: int) -> Span:
    return start_ms, start_ms + length_ms


def read_repeats(connection: DuckDBPyConnection, limits: LoopLimits = LIMITS) -> Iterator[Repeats]:
    """Host by host, those with enough signals."""
    settings = {"least_signals": limits.least_signals, "least_session_beats": limits.least_session_beats}
    connection.execute(_SESSIONS, settings)
    names = connection.execute(_NAMES).fetchall()
    beats = connection.execute(_BEATS).fetchnumpy()
    connection.execute("DROP TABLE loop_sessions")
    for account, host, has_sound, numbers in names:
        sessions = [_recorded(beats, number, has_sound) for number in numbers]
        yield Repeats(account, host, has_sound, tuple(matches(sessions)))


def _recorded(beats: Mapping[str, NDArray[Any]], number: int, has_sound: bool) -> Recorded:
    start, end = np.searchsorted(beats["number"], (number, number + 1))
    at_ms, motion, audio_db = (beats[name][start:end] for name in ("at_ms", "motion", "audio_db"))
    return Recorded(at_ms, motion, audio_db if has_sound else None)


def loop_findings(connection: DuckDBPyConnection, limits: LoopLimits = LIMITS) -> list[Finding]:
    """One per looped host."""
    hosts = [one for one in read_repeats(connection, limits) if len(one.stretches) >= limits.least_stretches]
    peers = median([likeness(one) for one in hosts] or [0.0])
    return [loop_finding(one, peers, limits) for one in hosts if is_looped(one, limits)]
