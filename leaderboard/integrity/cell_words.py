"""A cell in words: where its visitors came from, when, how alike they are, and what they did not do.

Names networks only, no visitors; rounds so that nobody reads more into a figure than there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from leaderboard.integrity.cell_rules import Invalid

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DAY_MS: Final = 86_400_000
_LONG_MS: Final = 3 * _DAY_MS

_WHERE: Final[Mapping[str, str]] = {
    "network": "came from one network ({network})",
    "address": "came from one address in {network}",
    "agent": "came with one and the same browser and device model",
    "device": "came from one and the same device",
    "half_hour": "came within half an hour",
    "two_hours": "came within two hours",
    "source": "came by one and the same way",
    "dwell": "stayed equally long",
    "time_and_dwell": "came within two hours and stayed equally long",
    "time_and_agent": "came within two hours with one and the same browser and device model",
}

# The network of whatever the cell is made of.
_NETWORKS: Final = """
SELECT 'network', hash(network), min(network) FROM views WHERE list_contains($keys, hash(network)) GROUP BY ALL
UNION ALL
SELECT 'address', hash(address), min(network) FROM views WHERE list_contains($keys, hash(address)) GROUP BY ALL
"""


def network_names(connection: DuckDBPyConnection, keys: Iterable[int]) -> dict[tuple[str, int], str]:
    """The networks, as text, of cells of the kinds `network` and `address`, by kind and key."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    rows = connection.execute(_NETWORKS, {"keys": wanted}).fetchall()
    return {(kind, key): network or "an unnamed network" for kind, key, network in rows}


def sentence(one: Invalid, visitors: int, network: str) -> str:
    """`visitors`: how many the account has in all."""
    cell = one.suspect.cell
    where = _WHERE[cell.kind].format(network=network)
    parts = [
        f"{cell.visitors / visitors:.0%} of the visitors ({cell.visitors} of {visitors}) {where}{_when(one)}"
    ]
    parts += _alike(one)
    parts.append(", ".join(deficit.text for deficit in one.suspect.deficits))
    return "; ".join(parts)


def _when(one: Invalid) -> str:
    """The span in which nine in ten of them came, where it is a short one."""
    start, end = one.alike.from_ms, one.alike.to_ms
    if end - start > _LONG_MS:
        return ""
    first, last = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (start, end))
    if first.date() == last.date():
        return f" between {first:%H:%M} and {last:%H:%M} UTC on {first:%-d %b}"
    return f" between {first:%-d %b %H:%M} and {last:%-d %b %H:%M} UTC"


def _alike(one: Invalid) -> list[str]:
    """What looks like machines. Agents are told as how many equally common ones would be as alike."""
    alike, typical = one.alike, one.typical
    said = []
    if "agents" in one.signs and alike.agents_alike and typical.agents_alike:
        ours, theirs = (max(1, round(1 / share)) for share in (alike.agents_alike, typical.agents_alike))
        said.append(
            f"{ours} device {'model' if ours == 1 else 'models'} for {one.suspect.cell.visitors} visitors, "
            f"peers {theirs}"
        )
    if "devices" in one.signs:
        said.append(f"{alike.devices} devices for {alike.with_device} visitors")
    if "dwell" in one.signs and alike.dwell_spread is not None and typical.dwell_spread:
        said.append(
            f"stays {typical.dwell_spread / max(alike.dwell_spread, 0.01):.0f} times as alike as peers'"
        )
    if "timing" in one.signs:
        said.append("one after the other at even gaps")
    return said
