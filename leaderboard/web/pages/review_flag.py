"""What a reviewer reads of one flag: its evidence with charts, its past, and cases like it. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from leaderboard.domain.times import rfc3339
from leaderboard.web.pages import charts, review_charts, review_words
from leaderboard.web.pages.review_outcomes import Outcome, outcomes
from leaderboard.web.pages.review_queue import api_of
from leaderboard.web.pages.visit import Visit

_CASES_SHOWN: Final = 5
_ALIKE_SHOWN: Final = 5

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding, with its figures in words."""

    finding: Document
    families: tuple[str, ...]
    odds: str
    measures: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A flag with all around it. `cases` are those that the same detector was wrong about, the newest first.

    `others` are the account's other flags, `alike` other accounts' flags of the same rule, by what hangs on them.
    """

    flag: Document
    account: Document | None
    evidence: tuple[Evidence, ...]
    choices: list[Outcome]
    visitors: charts.Bars | None
    shares: Sequence[charts.ShownShare]
    hosts: charts.Timeline | None
    cases: list[Document]
    others: list[Document]
    alike: list[Document]


async def read_chosen(visit: Visit, name: str, flags: Sequence[Document]) -> Chosen:
    """The flag of that id; Problem where there is none. `flags` are all of the campaign."""
    flag = await visit.ask(api_of(visit.campaign, "flags", name))
    window = review_charts.live_window(flag)
    account = await _account(visit, flag["account_id"], window)
    names, words = review_words.measure_names(visit.words), visit.words
    hosts = review_charts.hosts_of(words, account, flag, window) if account and window else None
    others = [one for one in flags if one["id"] != flag["id"]]
    span = review_charts.span_of(flag)
    return Chosen(
        flag=flag,
        account=account,
        evidence=tuple(_evidence(visit, one) for one in flag.get("findings", ())),
        choices=outcomes(words, flag, visit.caller.id),
        visitors=review_charts.visitors_by_hour(words, account, span) if account else None,
        shares=review_charts.beside_peers(words, flag.get("measures", ()), names),
        hosts=hosts if hosts and hosts.rows else None,
        cases=await _cases(visit, flag.get("detector")),
        others=[one for one in others if one["account_id"] == flag["account_id"]],
        alike=[one for one in others if _rule(one) == _rule(flag)][:_ALIKE_SHOWN],
    )


def _rule(flag: Document) -> str:
    """Whichever version of a detector it was."""
    return str(flag.get("detector") or flag["rule"])


async def _account(visit: Visit, account: str, window: review_charts.Span | None) -> Document | None:
    """The account with the live time of the window, where there is one."""
    times = {"live_from": rfc3339(window[0]), "live_until": rfc3339(window[1])} if window else {}
    found: Document | None = await visit.find(api_of(visit.campaign, "accounts", account), **times)
    return found


def _evidence(visit: Visit, finding: Document) -> Evidence:
    words = visit.words
    families, names = review_words.family_names(words), review_words.measure_names(words)
    measures = tuple(
        (
            names.get(one["name"], one["name"]),
            *(review_words.figure(words, one["name"], one[what]) for what in ("value", "limit", "peers")),
        )
        for one in finding["measures"]
    )
    said = tuple(families.get(one, one) for one in finding["families"])
    likelihood = finding["p"]
    return Evidence(
        finding, said, "" if likelihood is None else review_words.odds(words, likelihood), measures
    )


async def _cases(visit: Visit, detector: str | None) -> list[Document]:
    if detector is None:
        return []
    lines = (await visit.inside.fetch("GET", api_of(visit.campaign, "cases"))).body.splitlines()
    found: list[Document] = [orjson.loads(line) for line in lines]
    return [one for one in reversed(found) if one["detector"] == detector][:_CASES_SHOWN]
