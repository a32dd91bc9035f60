"""Who is eligible for the award that ranks, judged in SQL: demands hold, nothing excludes, nobody ruled it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from leaderboard.domain.campaigns import Award, Condition, Definition
from leaderboard.recount import sql
from leaderboard.recount.conditions import Beside, on_values
from leaderboard.recount.facts_settings import EVER_MS
from leaderboard.recount.metrics import evaluate
from leaderboard.recount.quantities import Quantity
from leaderboard.recount.settings import CampaignSettings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class _Demand(Struct, frozen=True):
    """Conditions, all of which hold (or `any`), on attributes as of an instant: SQL of a time in ms."""

    conditions: Sequence[Condition]
    as_of: str = str(EVER_MS)
    any: bool = False


# The attributes last known at an instant, or the first that were ever known.
_AS_OF: Final = """(SELECT coalesce(arg_max(a.attributes, a.since_ms) FILTER (a.since_ms <= {as_of}),
        arg_min(a.attributes, a.since_ms)) FROM account_states a WHERE a.account = p.account)"""

_ELIGIBILITY: Final = """
CREATE TABLE eligibility AS
WITH known AS (
  SELECT p.account, p.enrolled_ms, m.* EXCLUDE (account, window_index){attributes}
  FROM participants p LEFT JOIN metric_values m ON m.account = p.account AND m.window_index = 0
)
SELECT account, {verdict} AS eligible FROM known
"""


def eligible_accounts(connection: DuckDBPyConnection, settings: CampaignSettings) -> None:
    """Makes `eligibility(account, eligible)` for all participants."""
    definition = settings.definition
    award = _ranking_award(definition)
    demands = list(_demands(definition, award))
    excluding = [one.when for one in definition.validators if one.action == "exclude"]
    asked = [*(demand.conditions for demand in demands), *excluding]
    columns = _metrics(connection, definition, award.window, asked, _discounted(connection))
    instants = sorted({demand.as_of for demand in demands} | {str(EVER_MS)})
    attributes = {as_of: f"attributes_{number}" for number, as_of in enumerate(instants)}
    tests = [
        _joined(demand, columns, Beside(definition.currency, attributes[demand.as_of])) for demand in demands
    ]
    now = Beside(definition.currency, attributes[str(EVER_MS)])
    tests += [f"NOT ({_joined(_Demand(when), columns, now)})" for when in excluding]
    if settings.upheld:
        tests.append(f"account NOT IN ({', '.join(map(sql.text, sorted(settings.upheld)))})")
    added = "".join(f", {_AS_OF.format(as_of=as_of)} AS {name}" for as_of, name in attributes.items())
    connection.execute(_ELIGIBILITY.format(attributes=added, verdict=sql.all_of(tests)))


def _discounted(connection: DuckDBPyConnection) -> dict[str, int]:
    found = connection.execute("SELECT account, discounted_uv FROM scored WHERE discounted_uv > 0").fetchall()
    return {account: discounted_uv for account, discounted_uv in found}


def _ranking_award(definition: Definition) -> Award:
    ranking = definition.ranking
    if ranking is None:
        raise ValueError(f"{definition.id}: no award ranks")
    return next(award for award in definition.awards if award.id == ranking.award_id)


def _demands(definition: Definition, award: Award) -> Iterator[_Demand]:
    starts_ms, ends_ms = definition.starts_at_ms or 0, definition.ends_at_ms or EVER_MS
    phases = {
        "register": "p.enrolled_ms",
        "open": str(starts_ms),
        "close": str(ends_ms),
        "payout": str(EVER_MS),
    }
    yield _Demand(award.require)
    for part in definition.eligibility:
        yield _Demand(part.require or part.any, phases[part.at], any=bool(part.any))
    if award.cohort:
        cohort = definition.cohorts[award.cohort]
        opens_ms = (definition.window_ms(award.window) or (starts_ms, ends_ms))[0]
        yield _Demand(cohort.where, str(starts_ms if cohort.as_of == "campaign_start" else opens_ms))


def _metrics(
    connection: DuckDBPyConnection,
    definition: Definition,
    window: str,
    conditions: Sequence[Sequence[Condition]],
    discounts: Mapping[str, int],
) -> dict[str, Quantity]:
    """What the conditions name; makes `metric_values`."""
    names = {one.name for some in conditions for one in some if not one.name.startswith("attr.")}
    return evaluate(connection, definition, window, sorted(names), discounts)


def _joined(demand: _Demand, columns: dict[str, Quantity], beside: Beside) -> str:
    tests = [on_values(condition, columns, beside) for condition in demand.conditions]
    return " OR ".join(f"({test})" for test in tests) if demand.any else sql.all_of(tests)
