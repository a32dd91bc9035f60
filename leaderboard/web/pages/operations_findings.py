"""What is wrong, the worst first, each with what to do about it. Reads the API's answers; asks for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from leaderboard.domain.memory_forecast import DAY_MS
from leaderboard.domain.times import to_ms
from leaderboard.web.pages.operations_words import setting_words
from leaderboard.web.words import Words

SLOW_MS: Final = 10_000
STUCK_MS: Final = 60_000
ARCHIVE_SLOW_MS: Final = 5 * 60_000
# A server of more takes days to order and set up.
SOON_MS: Final = 14 * DAY_MS
AT_ONCE_MS: Final = 3 * DAY_MS
FULL_SHARE: Final = 0.8

Document = dict[str, Any]


class Finding(NamedTuple):
    """`bad`: numbers stand still, or may be lost. `warn`: they are well, and somebody should look. `at`: where on the
    page there is more, '' for nowhere. `told`: what a part of the service said, in the reader's language."""

    level: Literal["bad", "warn"]
    what: str
    do: str
    at: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """All that is looked at."""

    words: Words
    now_ms: int
    status: Document
    campaigns: list[Document]


def findings(look: Look) -> list[Finding]:
    """Nothing where all is well."""
    found = [one for check in CHECKS for one in check(look)]
    return sorted(found, key=lambda one: one.level != "bad")


def _missing(look: Look) -> Iterator[Finding]:
    _, status = look.words.gettext, look.status
    if not status["workers"]:
        yield Finding(
            "bad",
            _("No worker is at work: numbers stand still."),
            _(
                "What was accepted is safe and waits. Look why `leaderboard up` stopped, or start `leaderboard worker`."
            ),
            "events",
        )
    if not status["operations"]["scheduler"]:
        yield Finding(
            "bad",
            _("No scheduler is at work: campaigns neither open nor close, and nothing is certified."),
            _(
                "Look why `leaderboard up` stopped, or start `leaderboard scheduler`. What is due is then made up for."
            ),
        )
    if not status["operations"]["archiver"]:
        yield Finding(
            "bad",
            _("No archiver is at work: what is accepted stays in memory."),
            _(
                "Look why `leaderboard up` stopped, or start `leaderboard archiver`. Nothing is lost meanwhile."
            ),
            "archive",
        )


def _behind(look: Look) -> Iterator[Finding]:
    _, inbox = look.words.gettext, look.status["inbox"]
    lag = look.words.duration(inbox["lag_ms"] / 1000)
    if inbox["pending"] > look.status["operations"]["inbox_limit"]:
        yield Finding(
            "bad",
            _("So many events wait that no more are accepted."),
            _(
                "Senders are told to send them again later. Add workers: `[workers] processes` in `config.toml`."
            ),
            "events",
        )
    elif inbox["lag_ms"] > SLOW_MS:
        yield Finding(
            "bad" if inbox["lag_ms"] > STUCK_MS else "warn",
            _("Numbers are %(lag)s behind.", lag=lag),
            _("If this grows, add workers: `[workers] processes` in `config.toml`. It may be a short rush."),
            "events",
        )


def _buried(look: Look) -> Iterator[Finding]:
    _, many = look.words.gettext, look.status["buried"]
    if many:
        yield Finding(
            "warn",
            look.words.ngettext(
                "%(n)s event was set aside, since it cannot be applied.",
                "%(n)s events were set aside, since they cannot be applied.",
                many,
            ),
            _(
                "Read the reason, mend what it names, then replay. They count from then on as of when they came."
            ),
            "buried",
        )


def _archive(look: Look) -> Iterator[Finding]:
    _, archive = look.words.gettext, look.status["archive"]
    if archive["problem"]:
        yield Finding(
            "bad",
            _("Nothing is archived since %(when)s.", when=look.words.when(archive["problem_at_ms"])),
            _(
                "Mend what it names; archiving then goes on by itself. Until then nothing can be closed or audited."
            ),
            "archive",
            look.words.said(archive["problem"]),
        )
    elif archive["lag_ms"] > ARCHIVE_SLOW_MS:
        yield Finding(
            "warn",
            _("The archive is %(lag)s behind.", lag=look.words.duration(archive["lag_ms"] / 1000)),
            _("Look whether its disk is slow or full."),
            "archive",
        )


def _campaigns(look: Look) -> Iterator[Finding]:
    for campaign in look.campaigns:
        yield from _audit(look.words, campaign)
        yield from _checkpoint(look.words, campaign)


def _audit(words: Words, campaign: Document) -> Iterator[Finding]:
    _, audit, title = words.gettext, campaign["audit"], campaign["title"]
    if audit["agrees"] is False:
        yield Finding(
            "bad",
            words.ngettext(
                "%(title)s: %(n)s number differs from the archive.",
                "%(title)s: %(n)s numbers differ from the archive.",
                audit["differences_count"],
                title=title,
            ),
            _(
                "Nothing of it should be paid before it is known why. `leaderboard audit` lists each difference."
            ),
            "campaigns",
        )
    if audit["problem"]:
        yield Finding(
            "warn",
            _("%(title)s: the last audit could not be made.", title=title),
            _("Mend what it names, then ask for it again."),
            "campaigns",
            words.said(audit["problem"]["text"]),
        )


def _checkpoint(words: Words, campaign: Document) -> Iterator[Finding]:
    _, problem = words.gettext, campaign["checkpoints"]["problem"]
    if problem:
        yield Finding(
            "warn",
            _("%(title)s: the detectors could not look.", title=campaign["title"]),
            _("Mend what it names. They try again by themselves."),
            "campaigns",
            words.said(problem["text"]),
        )


def _store(look: Look) -> Iterator[Finding]:
    _, operations = look.words.gettext, look.status["operations"]
    if not operations["is_file_written"]:
        yield Finding(
            "bad",
            _("The store could not write its file to the disk."),
            _("Look whether the disk is full, at once: a restart would lose what was accepted since."),
            "store",
        )
    told = setting_words(look.words)
    for one in operations["concerns"]:
        yield Finding(
            "bad" if one["severity"] == "refuse" else "warn",
            told.get(one["setting"], look.words.said(one["detail"])),
            _("Change it in the settings of the store's server: `%(setting)s`.", setting=one["setting"]),
            "store",
        )


def _memory(look: Look) -> Iterator[Finding]:
    _, memory = look.words.gettext, look.status["operations"]["memory"]
    expected = memory["forecast"]
    at = expected["full_at"] if expected else None
    left_ms = to_ms(datetime.fromisoformat(at)) - look.now_ms if at else SOON_MS
    if left_ms < SOON_MS:
        yield Finding(
            "bad" if left_ms < AT_ONCE_MS else "warn",
            _(
                "Memory is full in about %(time)s, if it grows on as it does.",
                time=_days(look.words, left_ms),
            ),
            _(
                "Give the store more memory before that. A full store refuses new events; what is counted stays."
            ),
            "memory",
        )
    elif memory["used_bytes"] > FULL_SHARE * memory["ceiling_bytes"] > 0 and memory["limit_bytes"] is None:
        yield Finding(
            "warn",
            _("The store uses %(share)s of its machine's memory.", share=_share(look.words, memory)),
            _("Give the machine more memory, or the store a machine of its own."),
            "memory",
        )


def _days(words: Words, left_ms: int) -> str:
    return words.duration(max(0, left_ms) / 1000, days=True)


def _share(words: Words, memory: Document) -> str:
    return words.percent(memory["used_bytes"] / memory["ceiling_bytes"], 0)


CHECKS: Final[tuple[Callable[[Look], Iterator[Finding]], ...]] = (
    _missing,
    _behind,
    _archive,
    _store,
    _memory,
    _campaigns,
    _buried,
)
