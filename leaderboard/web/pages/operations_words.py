"""Operations in words: sizes, reasons of refusals, settings of the store, and how memory goes on."""

from __future__ import annotations

from typing import Any, Final

from leaderboard.web.words import Words

_UNITS: Final = ("KiB", "MiB", "GiB", "TiB")
_NARROW: Final = "\N{NO-BREAK SPACE}"


def size(words: Words, many: int) -> str:
    """Bytes in the unit that suits: 1.5 GiB."""
    value, unit = abs(many) / 1024, 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    sign = "-" if many < 0 else ""
    return f"{sign}{words.number(round(value, 1 if value < 100 else 0))}{_NARROW}{_UNITS[unit]}"


def reject_names(words: Words) -> dict[str, str]:
    """Why the door refused an event, by its code."""
    _ = words.gettext
    return {
        "invalid": _("A field is missing or wrong"),
        "future": _("Its time lies in the future"),
        "too_old": _("It is too old to be counted"),
        "forbidden_account": _("The sender may not send for this account"),
        "unknown_pixel": _("The pixel belongs to no account"),
    }


def state_names(words: Words) -> dict[str, str]:
    """What a checkpoint may do."""
    _ = words.gettext
    return {"shadow": _("Only reports"), "act": _("Holds awards"), "off": _("Off")}


def setting_words(words: Words) -> dict[str, str]:
    """What a concern about a setting of the store's server means."""
    _ = words.gettext
    return {
        "version": _("The store's server is too old, or does not tell its version."),
        "cluster-enabled": _("The store's server runs as a cluster, which is not served."),
        "replicaof": _("The store's server is a copy that can only be read."),
        "appendonly": _(
            "The store's server keeps no file, or does not tell: a restart may lose accepted events."
        ),
        "appendfsync": _("What was accepted last may be lost when the store's machine fails."),
        "maxmemory-policy": _("A full store may delete what was counted, or does not tell."),
        "maxmemory": _("The store's memory is nearly at its limit. A full store refuses new events."),
        "password": _("The store does not accept the user or password."),
    }


def memory_words(words: Words, memory: dict[str, Any]) -> str:
    """How it goes on, in a sentence or two, and how that is known."""
    _, expected = words.gettext, memory["forecast"]
    if expected is None:
        return _("How it grows is not known yet: that takes an hour of samples, one every ten minutes.")
    span = words.duration(expected["span_s"], days=True)
    if expected["growth_bytes_a_day"] <= 0:
        return _("It has not grown in the last %(span)s.", span=span)
    growth = size(words, expected["growth_bytes_a_day"])
    if expected["full_at"] is None:
        return _("It grows by about %(growth)s a day: it is not full within this century.", growth=growth)
    return _(
        "It grows by about %(growth)s a day. If that goes on, it is full about %(day)s.",
        growth=growth,
        day=words.day(expected["full_at"]),
    )
