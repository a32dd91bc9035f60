"""D2: parts of an account's traffic that are crowded, not engaged and alike as machines are. Holds from a share on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from leaderboard.domain.findings import FAMILIES_FOR_A_HOLD, Asked, Finding, Measure
from leaderboard.integrity.cell_rules import Invalid, Suspect, Typical, invalid_of, is_room, suspects
from leaderboard.integrity.cell_words import network_names, sentence
from leaderboard.integrity.cells_sql import accounts_alike, find_alike, find_crowded
from leaderboard.integrity.chances import median
from leaderboard.integrity.doubts import believe, doubt_members, doubted, note_rooms
from leaderboard.integrity.peers import Peers
from leaderboard.integrity.thresholds import Thresholds, rule

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DETECTOR: Final = "cells"


def cell_findings(
    connection: DuckDBPyConnection, names: Mapping[int, str], peers: Peers, limits: Thresholds
) -> list[Finding]:
    """One finding an account, told by its strongest cell. Who is in cells of held accounts is left in `doubts`."""
    by_account = find_invalid(connection, peers, limits)
    sums = doubted(connection, DETECTOR)
    told = {a: max(some, key=lambda one: (one.excess, one.suspect.cell)) for a, some in by_account.items()}
    networks = network_names(connection, {one.suspect.cell.key for one in told.values()})
    findings = {}
    for a, one in told.items():
        cell = one.suspect.cell
        text = sentence(
            one, int(peers.total(a).visitors), networks.get((cell.kind, cell.key), "an unnamed network")
        )
        findings[a] = _finding(names[a], one, sums.get(a, 0.0) / peers.total(a).visitors, text, limits)
    believe(connection, DETECTOR, [a for a, one in findings.items() if one.asks != "hold"])
    return list(findings.values())


def find_invalid(
    connection: DuckDBPyConnection, peers: Peers, limits: Thresholds
) -> dict[int, list[Invalid]]:
    """The invalid cells of each account; their visitors are put into `doubts`."""
    crowded = suspects(find_crowded(connection, limits), peers, limits)
    alike = find_alike(connection, [one.cell for one in crowded])
    typical = _typical(accounts_alike(connection, limits.least_peer_visitors), limits)
    invalid: dict[int, Invalid] = {}
    for number, one in enumerate(crowded):
        peer = typical.get(one.cell.account, Typical(None, None))
        if found := invalid_of(one, alike[one.cell], peer, limits):
            invalid[number] = found
    note_rooms(connection, [n for n, one in enumerate(crowded) if is_room(one, alike[one.cell], limits)])
    doubt_members(connection, [(number, one.excess) for number, one in invalid.items()])
    by_account: dict[int, list[Invalid]] = defaultdict(list)
    for cell in invalid.values():
        by_account[cell.suspect.cell.account].append(cell)
    return by_account


def _typical(
    accounts: Mapping[int, tuple[float | None, float | None]], limits: Thresholds
) -> dict[int, Typical]:
    """What each account's peers have in the middle."""
    return {
        a: Typical(
            *(_middle([figures[of] for b, figures in accounts.items() if b != a], limits) for of in (0, 1))
        )
        for a in accounts
    }


def _middle(values: Sequence[float | None], limits: Thresholds) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if len(known) >= limits.least_peers else None


def _finding(account: str, one: Invalid, share: float, text: str, limits: Thresholds) -> Finding:
    holds = share >= limits.invalid_share and len(one.families) >= FAMILIES_FOR_A_HOLD
    asks: Asked = "hold" if holds else "review"
    return Finding(
        detector=DETECTOR,
        rule=rule(DETECTOR),
        account=account,
        asks=asks,
        families=one.families,
        sentence=text,
        measures=(Measure("invalid_share", share, limits.invalid_share), *_measures(one.suspect, limits)),
        sample=one.suspect.cell.visitors,
        p=one.suspect.p,
        span=(one.alike.from_ms, one.alike.to_ms + 1),
    )


def _measures(suspect: Suspect, limits: Thresholds) -> list[Measure]:
    """Of the cell that is told: what peers have of it, and its engagement as a share of what was expected."""
    return [
        Measure("cell_visitors", suspect.cell.visitors, limits.least_cell, family="concentration"),
        *(
            Measure(f"{one.measure}_ratio", one.ratio, limits.deficit_ratio, 1.0, one.family)
            for one in suspect.deficits
        ),
    ]
