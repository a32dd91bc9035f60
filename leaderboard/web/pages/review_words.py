"""Kinds of evidence and measures as reviewers call them, and their figures. Says nothing of any account."""

from __future__ import annotations

from typing import Final

from leaderboard.web.words import Words


def family_names(words: Words) -> dict[str, str]:
    """The kinds of evidence."""
    _ = words.gettext
    return {
        "concentration": _("One source"),
        "devices": _("Devices"),
        "timing": _("Timing"),
        "dwell": _("Length of stay"),
        "engagement": _("What visitors do"),
        "novelty": _("Visitors known elsewhere"),
        "lockstep": _("Moving together"),
        "refunds": _("Refunds"),
        "buyers": _("Buyers"),
        "live": _("Live time"),
        "motion": _("Picture"),
        "sound": _("Sound"),
        "ingest": _("Video that arrived"),
    }


def measure_names(words: Words) -> dict[str, str]:
    """What was measured."""
    _ = words.gettext
    return {
        "share": _("Share of all visitors"),
        "invalid_share": _("Share of visitors with invalid views"),
        "cell_visitors": _("Visitors that are alike"),
        "cart_ratio": _("Visitors with a cart, of those expected"),
        "multi_ratio": _("Visitors who saw several products, of those expected"),
        "known_ratio": _("Visitors known from other accounts, of those expected"),
        "known_deficit": _("Missing visitors who are known elsewhere"),
        "strangers_deficit": _("Missing strangers who saw several products"),
        "dwell_distance": _("Distance of the lengths of stay from those of peers"),
        "shared_beyond_common": _("Visitors shared with the other account beyond what is common"),
        "refunded": _("Orders that were refunded"),
        "refunds": _("Number of refunds"),
        "fast": _("Refunds within 24 hours"),
        "repeated": _("Refunds of buyers who had others"),
        "on_shared_device": _("Refunds of buyers who share a device"),
        "never_seen": _("Refunds of buyers who never looked"),
        "idle_share": _("Idle share of the live time"),
        "repeated_share": _("Share of the live time that repeats"),
        "likeness": _("Likeness of what repeats"),
        "overlap_share": _("Share of the live time at the same time"),
        "alike": _("Likeness of the two streams"),
        "planned_h": _("Hours planned in a row"),
        "kept_share": _("Share of the planned time that was kept"),
        "persistence": _("Motion kept from one heartbeat to the next"),
        "empty_ingest": _("Heartbeats without video"),
    }


# Measures that are no parts of a whole.
_PLAIN: Final = frozenset({"cell_visitors", "refunds", "planned_h", "dwell_distance"})
_RARE: Final = 1_000_000


def figure(words: Words, measure: str, value: float | None) -> str:
    """A value of a measure: as a share where it is one."""
    if value is None or measure in _PLAIN or not 0 <= value <= 1:
        return words.number(value)
    return words.percent(value)


def odds(words: Words, likelihood: float) -> str:
    """How often so much comes about by chance."""
    if likelihood * _RARE < 1:
        return words.gettext("less than once in a million")
    return words.gettext("about once in %(n)s", n=words.number(round(1 / likelihood)))
