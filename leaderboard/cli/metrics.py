"""`leaderboard metrics`: the metrics of any definition, worked out from the archive. Judges nobody, changes nothing."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from msgspec import structs

from leaderboard.archive.errors import ArchiveError
from leaderboard.archive.reading import freeze, segments
from leaderboard.cli.arguments import Subparsers, add_command, add_json
from leaderboard.cli.campaign_apply import refused_definition
from leaderboard.cli.opening import CannotRun, archive_directory, opened_store, read_config
from leaderboard.cli.output import (
    Column,
    Table,
    count,
    minute,
    print_json,
    print_lines,
    print_table,
    say,
    zone_of,
)
from leaderboard.config import Config
from leaderboard.domain.campaigns import CountedMetric, Definition, DefinitionError, parse_toml
from leaderboard.domain.campaigns.conditions import Unit
from leaderboard.domain.money import format_minor
from leaderboard.domain.times import rfc3339
from leaderboard.recount.facts import open_facts
from leaderboard.recount.facts_settings import EVER_MS
from leaderboard.recount.metrics import Evaluated, Run, Value, countable, evaluated
from leaderboard.recount.settings import CampaignSettings, CountedWindow, counted_window
from leaderboard.store.connection import is_unavailable
from workers.recount_settings import NoSuchCampaign, read_settings

_DESCRIPTION: Final = """\
Works out every metric of a definition from the archive, for each run of a window: also of definitions whose awards are
not built yet. Accounts, hosts and schedules are those of a campaign of the service: the one with the definition's id,
or the one named with --like. Nothing is saved.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Adds `metrics`."""
    parser = add_command(
        subparsers, "metrics", run, "work out the metrics of a definition from the archive", _DESCRIPTION
    )
    parser.add_argument("file", metavar="FILE.toml", type=Path, help="the definition")
    parser.add_argument("--window", metavar="NAME", help="of the definition (that of its first award)")
    parser.add_argument("--account", metavar="ID", help="this account only")
    parser.add_argument("--like", metavar="CAMPAIGN", help="whose accounts are taken (the definition's id)")
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="DIR",
        help="a copy of the archive ([archive] directory)",
    )
    add_json(parser)


def run(args: Namespace) -> int:
    """Reads, works out, shows."""
    config = read_config(args)
    definition = _definition(args.file)
    window = args.window or definition.awards[0].window
    if window not in definition.windows:
        raise CannotRun(
            f"{args.file}: there is no window {window}; there are {', '.join(definition.windows)}"
        )
    source = args.source or archive_directory(config, args.data)
    if not segments(source):
        raise CannotRun(
            f"there is no archive in {source}: the archiver writes it, or name a copy with --from"
        )
    settings, found = _worked_out(args, config, definition, window, source)
    found = _of(args.account, _without_awards(definition, found))
    if args.json:
        print_json(_document(definition, window, found))
    else:
        _show(definition, window, found)
    for note in _notes(settings, window, found):
        say(note)
    return 0


def _worked_out(
    args: Namespace, config: Config, definition: Definition, window: str, source: Path
) -> tuple[CampaignSettings, Evaluated]:
    """Whose values they are, and the values."""
    try:
        settings = asyncio.run(_settings(args, config, definition))
        return settings, _evaluated(settings, window, source)
    except NoSuchCampaign as error:
        raise CannotRun(f"{error}: name one whose accounts are meant with --like") from error
    except (ArchiveError, ValueError, OSError) as error:
        raise CannotRun(str(error)) from error
    except Exception as error:
        if is_unavailable(error):
            raise CannotRun(f"the store does not answer: {error}") from error
        raise


def _definition(path: Path) -> Definition:
    try:
        return parse_toml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"{path} cannot be read: {error}") from error
    except DefinitionError as error:
        raise refused_definition(str(path), error) from error


async def _settings(args: Namespace, config: Config, definition: Definition) -> CampaignSettings:
    """The settings of the campaign whose accounts are taken, with this definition in place of its own."""
    campaign = args.like or definition.id
    async with opened_store(config, args.data) as store:
        settings = await read_settings(store, campaign, config.ingest.id_memory_h)
    own = counted_window(definition) or CountedWindow(0, EVER_MS)
    return structs.replace(
        settings,
        definition=structs.replace(definition, id=campaign),
        windows={**settings.windows, campaign: own},
    )


def _evaluated(settings: CampaignSettings, window: str, source: Path) -> Evaluated:
    with TemporaryDirectory(dir=source) as directory:
        files = freeze(source, Path(directory))
        with open_facts(files, settings, temp_dir=Path(directory)) as connection:
            names = countable(settings.definition, window)
            return evaluated(connection, settings.definition, window, names)


def _of(account: str | None, found: Evaluated) -> Evaluated:
    if account is None:
        return found
    values = {key: row for key, row in found.values.items() if key[1] == account}
    if not values:
        raise CannotRun(f"{account} is not enrolled, or the window never opens for it")
    return found._replace(values=values)


def _document(definition: Definition, window: str, found: Evaluated) -> dict[str, Any]:
    """Times in ms, money in minor units, shares as fractions, null for no value."""
    rows = [
        {
            "window_index": index,
            "account": account,
            "starts_at": rfc3339(found.runs[index, account].start_ms),
            "ends_at": rfc3339(found.runs[index, account].end_ms),
            "metrics": values,
        }
        for (index, account), values in found.values.items()
    ]
    return {
        "definition": definition.id,
        "window": window,
        "currency": definition.currency,
        "units": found.units,
        "rows": rows,
    }


def _show(definition: Definition, window: str, found: Evaluated) -> None:
    """A table for each run of the window; one for all runs that each participant has for itself."""
    names = list(found.units)
    columns = [Column("account"), *(Column(name, right=True) for name in names)]
    for index in sorted({index for index, _ in found.values}):
        rows = {account: values for (at, account), values in found.values.items() if at == index}
        print_lines([_heading(definition, window, index, [found.runs[index, account] for account in rows])])
        print_table(
            Table(columns, [_cells(definition, found, account, row) for account, row in rows.items()])
        )
        print_lines([""])


def _without_awards(definition: Definition, found: Evaluated) -> Evaluated:
    """No value for what goes by awards: a 0 would say that nobody got any."""
    unknown = dict.fromkeys(name for name in found.units if _goes_by_awards(definition, name))
    return found._replace(values={key: {**row, **unknown} for key, row in found.values.items()})


def _goes_by_awards(definition: Definition, name: str) -> bool:
    metric = definition.metrics[name]
    if isinstance(metric, CountedMetric):
        return metric.source == "award"
    return any(_goes_by_awards(definition, operand) for operand in metric.of)


def _notes(settings: CampaignSettings, window: str, found: Evaluated) -> Iterator[str]:
    """Why there are no values, where there are none."""
    definition, accounts = settings.definition, count(len(settings.enrolled), "account")
    anchor = definition.windows[window].anchor
    if not settings.enrolled:
        yield f"nobody is enrolled in {definition.id}"
    elif anchor and not found.runs:
        yield f"{window} opens for none of {accounts}: {anchor} is missing or no time"
    for name in definition.metrics:
        if name not in found.units:
            yield f"{name} goes with another window: name it with --window"
        elif _goes_by_awards(definition, name):
            yield f"{name}: awards are not recorded yet"


def _heading(definition: Definition, window: str, index: int, runs: list[Run]) -> str:
    if definition.windows[window].anchor:
        return f"{window}, each account's own"
    zone, run_ = zone_of(definition.zone), runs[0]
    span = f"{minute(rfc3339(run_.start_ms), zone)} to {minute(rfc3339(run_.end_ms), zone)}"
    return f"{window} {index + 1}, {span} {definition.zone}"


def _cells(definition: Definition, found: Evaluated, account: str, row: Mapping[str, Value]) -> list[str]:
    return [account, *(_shown(row[name], unit, definition.currency) for name, unit in found.units.items())]


def _shown(value: Value, unit: Unit, currency: str) -> str:
    """`14:00:00`, `12.34`, `30%`, `1,234`; nothing for no value."""
    if value is None:
        return ""
    if unit == "money":
        return format_minor(int(value), currency)
    if unit == "time":
        return _clock(int(value))
    return f"{value:.4%}" if unit == "share" else f"{value:,}"


def _clock(value_ms: int) -> str:
    """Hours, minutes, seconds, and what is left of a second where anything is: rounding would show 14 h too early."""
    sign, (seconds, rest_ms) = "-" if value_ms < 0 else "", divmod(abs(value_ms), 1000)
    rest = f".{rest_ms:03d}" if rest_ms else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{rest}"
