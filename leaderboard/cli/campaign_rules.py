"""The rules of a campaign as lines for a terminal. The words come from the domain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leaderboard.cli.output import GAP, clean, minute, zone_of
from leaderboard.domain.campaigns import Definition, DefinitionError, parse_document
from leaderboard.domain.live_metrics import kept_where
from leaderboard.domain.rules_in_words import Rule, rules_in_words

_LABEL_WIDTH = 12


def rules_of(campaign: dict[str, Any]) -> Iterator[str]:
    """One line a rule, as `label  sentence`; what goes on with it is set in beneath."""
    yield clean(f"{campaign['title']} ({campaign['id']})")
    yield ""
    for rule in _head(campaign):
        yield from _lines(rule)
    try:
        definition = parse_document(campaign["definition"])
    except DefinitionError:
        # The service is of another version; it speaks for itself in --json.
        yield _line("", "The rest of its rules is in --json: this version cannot read them.")
        return
    for rule in [*rules_in_words(definition), *_metrics(definition)]:
        yield from _lines(rule)
    yield _line("definition", f"SHA-256 {campaign['definition_hash']}")


def _lines(rule: Rule) -> Iterator[str]:
    yield _line(rule.label, rule.sentence)
    for sentence in rule.more:
        yield _line("", f"{GAP}{sentence}")


def _line(label: str, sentence: str) -> str:
    return f"{label:<{_LABEL_WIDTH}}{GAP}{clean(sentence)}".rstrip()


def _head(campaign: dict[str, Any]) -> Iterator[Rule]:
    zone = zone_of(campaign["zone"])
    window = f"{minute(campaign['starts_at'], zone)} to {minute(campaign['ends_at'], zone)}"
    yield Rule("state", campaign["state"])
    yield Rule("window", f"{window} {campaign['zone']}; the end itself no longer counts")
    yield Rule("score", campaign["metric"].removeprefix("Score: "))
    yield Rule("level", campaign["tie_rule"].removeprefix("Level scores: "))


def _metrics(definition: Definition) -> Iterator[Rule]:
    """Which figures move with every event, and which are some seconds behind."""
    kept = kept_where(definition)
    for label, where in (("kept live", "live"), ("recounted", "archive")):
        names = ", ".join(name for name in kept if kept[name] == where)
        if names:
            yield Rule(label, f"{names}{', from the archive' if where == 'archive' else ''}")
