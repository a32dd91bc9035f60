"""From TOML or a document to a Definition, or to all that is wrong with it. Never another error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from .awards import Award, read_awards, read_instrument
from .definition import Definition
from .entry import read_cohort, read_eligibility, read_registration, read_subject
from .errors import DefinitionError, Notes, Place, Problem, Spot
from .integrity import read_integrity
from .known import Known
from .lines import lines_of
from .live import read_live
from .metrics import read_metrics
from .reader import Table
from .settlement import read_settlement
from .validators import read_validator
from .values import campaign_id, currency, described, exact, flag, region, text
from .windows import read_clock, read_window

SCHEMA = 1
LONGEST_TOML = 262_144
# The reader of TOML takes time in the square of a key's length, and a key cannot leave its line.
LONGEST_LINE = 4_096

_AT_LINE = re.compile(r" ?\(at line (\d+), column \d+\)")


def parse_toml(toml: str) -> Definition:
    """The definition in a TOML text. DefinitionError gives each problem with its line."""
    document = _load(toml)
    return _read(document, lines_of(toml.replace("\r\n", "\n")))


def parse_document(document: Mapping[str, object]) -> Definition:
    """The same definition as JSON gives it: decimals and money as whole numbers or texts, times as texts."""
    return _read(document, {})


def _load(toml: str) -> dict[str, object]:
    _check_size(toml)
    try:
        return tomllib.loads(toml.removeprefix("\ufeff"), parse_float=exact)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError([_syntax_problem(str(error), toml)]) from None
    except RecursionError:
        raise DefinitionError([Problem("", "tables and lists are nested too deeply")]) from None
    except ValueError:
        raise DefinitionError([Problem("", "a number or a time is out of all range")]) from None


def _check_size(toml: object) -> None:
    if not isinstance(toml, str):
        raise DefinitionError([Problem("", f"must be a TOML text, not {described(toml)}")])
    if len(toml) > LONGEST_TOML:
        raise DefinitionError([Problem("", f"must be no longer than {LONGEST_TOML} characters")])
    for number, line in enumerate(toml.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise DefinitionError([Problem("", f"the line is longer than {LONGEST_LINE} characters", number)])


def _syntax_problem(message: str, toml: str) -> Problem:
    at = _AT_LINE.search(message)
    line = int(at[1]) if at else toml.count("\n") + 1
    return Problem("", f"not TOML: {_AT_LINE.sub('', message)}", line)


def _read(document: object, lines: Mapping[Place, int]) -> Definition:
    notes = Notes(lines)
    root = Table(document, Spot(), notes)
    definition = _read_parts(root)
    root.close()
    notes.refuse_if_any()
    return definition


def _read_parts(root: Table) -> Definition:
    """In the order in which parts refer to each other."""
    country = root.maybe("region", region)
    money_of = root.need("currency", currency, "USD")
    clock = read_clock(root.table("clock"), country)
    windows = {name: read_window(table, clock) for name, table in root.named("window").items()}
    subject = read_subject(root.table("subject"))
    instruments = {name: read_instrument(table) for name, table in root.named("instrument").items()}
    award_tables, cohort_tables = root.rows_by_id("award"), root.named("cohort")
    award_ids = [table.id for table in award_tables if table.id]
    metrics, units = read_metrics(root.named("metric"), money_of, windows, award_ids)
    known = Known(
        currency=money_of,
        roles=(subject.unit, subject.member),
        windows=windows,
        units=units,
        cohorts=cohort_tables,
        instruments={name: instrument.kind for name, instrument in instruments.items()},
    )
    return Definition(
        schema=root.need("schema", _schema, SCHEMA),
        id=root.need("id", campaign_id, ""),
        title=root.need("title", text, ""),
        operator=root.read("operator", text, ""),
        region=country,
        currency=money_of,
        source=root.each("source", text),
        assumed=root.each("assumed", text),
        clock=clock,
        subject=subject,
        live=read_live(root.table("live")),
        integrity=read_integrity(root.table("integrity")),
        registration=read_registration(root.table("registration")),
        windows=windows,
        cohorts={name: read_cohort(table, known) for name, table in cohort_tables.items()},
        metrics=metrics,
        eligibility=tuple(read_eligibility(row, known) for row in root.rows_by_id("eligibility")),
        validators=tuple(read_validator(row, known) for row in root.rows_by_id("validator")),
        instruments=instruments,
        awards=_read_awards(root, award_tables, known),
        settlement=read_settlement(root.table("settlement"), money_of, clock.calendar),
        public=root.read("public", flag, False),
    )


def _read_awards(root: Table, tables: list[Table], known: Known) -> tuple[Award, ...]:
    if not tables and root.fine("award"):
        root.report("award", "is required: a campaign has at least one award")
    return read_awards(tables, known)


def _schema(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value != SCHEMA:
        raise ValueError(f"must be {SCHEMA}, the only version of the format so far, not {described(value)}")
    return value
