"""Hosts of `bench integrity`: cheats found, honest hosts bothered, hours that are right. Prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import duckdb
from msgspec import Struct

from leaderboard.bench.integrity_agreement import Agreement, Timed, advised_rules, agreement, timed
from leaderboard.bench.integrity_bars import Bar, Proportion, shown
from leaderboard.domain.live_beats import LiveRules
from leaderboard.integrity.live import live_findings
from leaderboard.simulator.host_worlds import HostPlan, make_host_world

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from leaderboard.domain.findings import Finding

# A finding that only asks somebody to look bothers nobody.
FLAGGED: Final = ("hold", "warn")
MOST_FLAGGED: Final = 0.005
LEAST_FOUND: Final = 0.95
LEAST_AGREED: Final = 0.98


class Looked(Struct, frozen=True, kw_only=True):
    """What detectors asked for about an account, and the detectors that found something."""

    account: str
    kind: str
    name: str
    hard: bool
    asked: frozenset[str]
    detectors: frozenset[str]


class OfKind(Struct, frozen=True, kw_only=True):
    """All accounts of a style or an attack. `flagged`: warned or held; `any`: or queued. `by`: detector → accounts."""

    name: str
    kind: str
    hard: bool
    flagged: Proportion
    held: Proportion
    any: Proportion
    by: Mapping[str, int]


class HostScore(Struct, frozen=True, kw_only=True):
    """All worlds together: honest styles, then attacks; all honest accounts in one; hours."""

    kinds: tuple[OfKind, ...]
    honest: OfKind
    hours: Agreement


def score_hosts(
    seeds: Iterable[int], plan: HostPlan | None = None, rules: LiveRules | None = None
) -> HostScore:
    """Makes a world of each seed and looks at it; hours go by the rules that programmes start from."""
    looked: list[Looked] = []
    hosts: list[Timed] = []
    for seed in seeds:
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            make_host_world(seed, plan or HostPlan()).load(connection)
            found = _looked(connection, live_findings(connection))
            held = {one.account for one in found if "hold" in one.asked}
            looked += found
            hosts += timed(connection, rules or advised_rules(), held)
    return summed(looked, hosts)


def _looked(connection: DuckDBPyConnection, findings: Iterable[Finding]) -> list[Looked]:
    by_account: dict[str, list[Finding]] = {}
    for finding in findings:
        by_account.setdefault(finding.account, []).append(finding)
    accounts = connection.execute("SELECT account, kind, name, hard FROM truth_accounts").fetchall()
    return [
        Looked(
            kind=kind,
            account=account,
            name=name,
            hard=hard,
            asked=frozenset(one.asks for one in by_account.get(account, ())),
            detectors=frozenset(one.detector for one in by_account.get(account, ())),
        )
        for account, kind, name, hard in accounts
    ]


def summed(looked: Sequence[Looked], hosts: Sequence[Timed]) -> HostScore:
    """All worlds put together."""
    kinds = sorted({(one.kind != "honest", one.hard, one.name) for one in looked})
    return HostScore(
        kinds=tuple(_of_kind(name, [one for one in looked if one.name == name]) for _, _, name in kinds),
        honest=_of_kind("all honest", [one for one in looked if one.kind == "honest"]),
        hours=agreement(hosts),
    )


def _of_kind(name: str, accounts: Sequence[Looked]) -> OfKind:
    return OfKind(
        name=name,
        kind=accounts[0].kind if accounts else "honest",
        hard=any(one.hard for one in accounts),
        flagged=_share(accounts, FLAGGED),
        held=_share(accounts, ("hold",)),
        any=_share(accounts, ("hold", "warn", "review")),
        by=Counter(detector for one in accounts for detector in sorted(one.detectors)),
    )


def _share(accounts: Sequence[Looked], asked: Iterable[str]) -> Proportion:
    wanted = frozenset(asked)
    return Proportion(sum(bool(one.asked & wanted) for one in accounts), len(accounts))


def host_bars(score: HostScore) -> list[Bar]:
    """Each bar on hosts, met or missed. Cases that are known to be too hard have none."""
    attacks = [one for one in score.kinds if one.kind == "attack" and not one.hard]
    agreed = score.hours.all
    return [
        Bar(
            name="honest accounts warned or held",
            wanted=f"at most {MOST_FLAGGED:.1%}",
            reached=shown(score.honest.flagged),
            met=score.honest.flagged.share <= MOST_FLAGGED,
        ),
        *(_found_bar(one) for one in attacks),
        Bar(
            name="same answer about 14 h",
            wanted=f"at least {LEAST_AGREED:.0%} of honest hosts",
            reached=f"{shown(agreed)}; outside 13.5 to 14 h {shown(score.hours.apart)}",
            met=agreed.share >= LEAST_AGREED,
        ),
    ]


def _found_bar(attack: OfKind) -> Bar:
    return Bar(
        name=f"{attack.name} warned or held",
        wanted=f"at least {LEAST_FOUND:.0%}",
        reached=shown(attack.flagged),
        met=attack.flagged.share >= LEAST_FOUND,
    )
