"""The settings as tables, so that SQL can join them. Values only go in as parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import orjson

from leaderboard.domain.accounts import Account
from leaderboard.recount.settings import CampaignSettings, Span

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EVER_MS: Final = 1 << 62

_TABLES: Final = {
    "participants_read": "account VARCHAR, enrolled_ms BIGINT, country VARCHAR, kind VARCHAR, agency VARCHAR, "
    "attributes VARCHAR",
    "states_read": "account VARCHAR, since_ms BIGINT, attributes VARCHAR",
    "places": "campaign VARCHAR, account VARCHAR, enrolled_ms BIGINT, starts_ms BIGINT, ends_ms BIGINT, "
    "cutoff_ms BIGINT, refunds_ms BIGINT",
    "registered": "campaign VARCHAR, account VARCHAR, host VARCHAR, from_ms BIGINT, until_ms BIGINT",
    "schedule_rows": "account VARCHAR, host VARCHAR, start_ms BIGINT, end_ms BIGINT",
    "bounds": "part INTEGER, last_ms BIGINT, last_seq BIGINT",
    "award_rows": "account VARCHAR, award VARCHAR, rank BIGINT, window_index BIGINT, at_ms BIGINT",
}

_DERIVED: Final = """
CREATE TABLE participants AS
SELECT account, enrolled_ms, country, kind, agency, attributes::JSON::MAP(VARCHAR, VARCHAR) AS attributes
FROM participants_read ORDER BY account;
DROP TABLE participants_read;

CREATE TABLE account_states AS
SELECT account, since_ms, attributes::JSON::MAP(VARCHAR, VARCHAR) AS attributes FROM states_read;
DROP TABLE states_read;

-- An account's place in this campaign, and its places in others.
CREATE TABLE placed AS
SELECT account, any_value(p) FILTER (campaign = getvariable('campaign')) AS here,
       list(p) FILTER (campaign <> getvariable('campaign')) AS elsewhere
FROM (SELECT campaign, account, {'since': enrolled_ms, 'starts': starts_ms, 'ends': ends_ms, 'cutoff': cutoff_ms,
                                 'refunds': refunds_ms} AS p
      FROM places)
GROUP BY account;

CREATE TABLE hosts AS
SELECT account, host,
       list({'since': from_ms, 'until': until_ms}) FILTER (campaign = getvariable('campaign')) AS here,
       list({'since': greatest(from_ms, enrolled_ms), 'until': until_ms, 'starts': starts_ms, 'ends': ends_ms,
             'cutoff': cutoff_ms}) FILTER (campaign <> getvariable('campaign')) AS elsewhere
FROM registered JOIN places USING (campaign, account)
GROUP BY account, host;
"""


def load_settings(connection: DuckDBPyConnection, settings: CampaignSettings) -> None:
    """Makes `participants`, `account_states`, `placed`, `hosts`, `schedule_rows`; `award_rows` and `bounds` empty."""
    connection.execute("SET VARIABLE campaign = $1", [settings.definition.id])
    for name, columns in _TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")
    insert(connection, "participants_read", _participants(settings))
    insert(connection, "states_read", _states(settings))
    insert(connection, "places", _places(settings))
    insert(connection, "registered", _registered(settings))
    insert(connection, "schedule_rows", _slots(settings))
    connection.execute(_DERIVED)


def insert(connection: DuckDBPyConnection, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Puts rows into a table of `_TABLES`: a list a column, since a statement a row would take minutes."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    types = [column.split()[1] for column in _TABLES[table].split(", ")]
    if columns:
        values = ", ".join(f"unnest(${number}::{type_}[])" for number, type_ in enumerate(types, 1))
        connection.execute(f"INSERT INTO {table} SELECT {values}", columns)


def _participants(settings: CampaignSettings) -> Iterable[tuple[object, ...]]:
    campaign = settings.definition.id
    for account_id, places in settings.enrolled.items():
        account = settings.accounts[account_id]
        yield (
            account_id, places[campaign], account.country, account.kind, account.agency_id, _attributes(account)
        )  # fmt: skip


def _attributes(account: Account) -> str:
    """A JSON object of the JSON text of each value. What every account has counts as its attributes, too."""
    own = {"kind": account.kind, "country": account.country, "agency_id": account.agency_id}
    texts = {name: orjson.dumps(value).decode() for name, value in (account.attributes | own).items()}
    return orjson.dumps(texts).decode()


def _states(settings: CampaignSettings) -> Iterable[tuple[object, ...]]:
    for account_id in settings.enrolled:
        for since_ms, account in settings.history.get(account_id) or ((0, settings.accounts[account_id]),):
            yield account_id, since_ms, _attributes(account)


def _places(settings: CampaignSettings) -> Iterable[tuple[object, ...]]:
    for account, places in settings.enrolled.items():
        for campaign, enrolled_ms in places.items():
            if window := settings.windows.get(campaign):
                last_ms = _or_ever(window.cutoff_ms), _or_ever(window.refunds_until_ms)
                yield campaign, account, enrolled_ms, window.starts_at_ms, window.ends_at_ms, *last_ms


def _registered(settings: CampaignSettings) -> Iterable[tuple[object, ...]]:
    for campaign, accounts in settings.registrations.items():
        for account, hosts in accounts.items():
            for host, spans in hosts.items():
                for from_ms, until_ms in spans:
                    yield campaign, account, host, from_ms, _or_ever(until_ms)


def _or_ever(at_ms: int | None) -> int:
    return EVER_MS if at_ms is None else at_ms


def _slots(settings: CampaignSettings) -> Iterable[tuple[object, ...]]:
    def of_host(account: str, host: str, slots: Sequence[Span]) -> Iterable[tuple[object, ...]]:
        return ((account, host, start_ms, end_ms) for start_ms, end_ms in slots)

    for account, hosts in settings.slots.items():
        for host, slots in hosts.items():
            yield from of_host(account, host, slots)
