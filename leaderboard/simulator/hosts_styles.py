"""Honest hosts of many kinds, widely spread: how loud, how lively, how many hours, on what phone and line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from leaderboard.simulator.hosts import AUTHORIZED, IN_APP, Person
from leaderboard.simulator.hosts_noise import Chance

Traits = Mapping[str, Any]


def anybody(chance: Chance, *, shift: bool) -> Person:
    """Somebody with a voice, a room, a phone and a plan, before any style. `shift`: of another world."""
    return Person(
        hours=_hours(chance, shift),
        show_hours=float(np.exp(chance.normal(0.45, 0.35))),
        at_hour=chance.uniform(8.0, 23.0) if shift else chance.normal(18.5, 3.0) % 24,
        promises=chance.uniform(1.0, 1.5),
        **_voice(chance, shift),
        **_body(chance, shift),
        **_phone(chance),
        **_line(chance, shift),
    )


def _hours(chance: Chance, shift: bool) -> float:
    """What sessions come to: the programme asks for 14, so many end near it."""
    kind = chance.random()
    if kind < 0.33:
        return float(chance.normal(15.0, 0.7))
    if kind < 0.8:
        return float(chance.uniform(10.5, 21.5))
    return _within(float(np.exp(chance.normal(2.6, 0.7 if shift else 0.45))), 3, 60)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _voice(chance: Chance, shift: bool) -> Traits:
    louder_room_db = 4.0 if shift else 0.0
    return {
        "voice_db": _within(chance.normal(-25, 5), -40, -12),
        "voice_sd": chance.uniform(1.5, 4.5),
        "floor_db": _within(chance.normal(-54, 5) + louder_room_db, -70, -42),
        "talk_share": _within(chance.beta(6, 2.5), 0.2, 0.98),
        "talk_beats": chance.uniform(3, 16),
        "playlist_beats": int(chance.integers(70, 500)),
        "replies": float(np.exp(chance.normal(-1.0, 1.0))),
    }


def _body(chance: Chance, shift: bool) -> Traits:
    return {
        "motion": _within(float(np.exp(chance.normal(-2.1 if shift else -1.9, 0.5))), 0.04, 0.6),
        "motion_sd": chance.uniform(0.35, 0.9),
        "motion_keep": chance.uniform(0.55, 0.93),
        "pin_beats": float(np.exp(chance.normal(3.0, 0.6))),
        "pin_spread": chance.uniform(0.3, 1.0),
        "products": int(chance.integers(4, 40)),
        "breaks_an_hour": chance.gamma(2.0, 0.25),
        "break_beats": chance.uniform(5, 16),
        # Some never touch the button.
        "says_breaks": chance.uniform(0.5, 1.0) if chance.random() < 0.8 else chance.uniform(0.0, 0.2),
    }


def _phone(chance: Chance) -> Traits:
    return {
        "bitrate_kbps": float(np.exp(chance.normal(7.6, 0.45))),
        "bitrate_by_motion": chance.beta(2, 3),
        "crowd": float(np.exp(chance.normal(3.5, 1.2))),
        "channel": AUTHORIZED if chance.random() < 0.15 else IN_APP,
        "hears": chance.random() > 0.03,
        "sees": chance.random() > 0.02,
        "counts_bytes": chance.random() > 0.04,
        "counts_replies": chance.random() > 0.1,
        "measures_covers": chance.random() < 0.6,
    }


def _line(chance: Chance, shift: bool) -> Traits:
    worse = 2.0 if shift else 1.0
    return {
        "lost": worse * _within(float(np.exp(chance.normal(-6.5, 1.0))), 0, 0.02),
        "outages_an_hour": worse * chance.gamma(1.0, 0.012),
        "late_share": worse * chance.gamma(1.0, 0.004),
        "repeated": worse * chance.gamma(1.0, 0.002),
    }


def _chatty(chance: Chance) -> Traits:
    return {"talk_share": chance.uniform(0.85, 0.98), "replies": chance.uniform(0.8, 4.0)}


def _quiet_demo(chance: Chance) -> Traits:
    return {
        "voice_db": chance.uniform(-42, -32),
        "talk_share": chance.uniform(0.08, 0.3),
        "talk_beats": chance.uniform(1, 4),
        "motion": chance.uniform(0.07, 0.22),
        "replies": chance.uniform(0.02, 0.3),
    }


def _sign_language(chance: Chance) -> Traits:
    """No voice at all; some mute the microphone, and it gives a flat line."""
    muted = chance.random() < 0.4
    return {
        "talk_share": 0.85,
        "voice_db": -90.0 if muted else chance.uniform(-66, -50),
        "voice_sd": 0.1 if muted else 1.5,
        "floor_db": -90.0 if muted else chance.uniform(-66, -52),
        "motion": chance.uniform(0.18, 0.5),
        "replies": chance.uniform(0.05, 0.8),
    }


def _music(chance: Chance) -> Traits:
    """A playlist behind the voice, and it begins again sooner or later."""
    return {"music_db": chance.uniform(-38, -20), "talk_share": chance.uniform(0.3, 0.9)}


def _one_product(chance: Chance) -> Traits:
    return {"products": int(chance.integers(1, 3)), "pin_beats": chance.uniform(700, 2_500)}


def _metronomic(chance: Chance) -> Traits:
    """The same products in the same order, each for the same minutes, with much the same words and moves."""
    return {
        "round_beats": int(chance.integers(8, 41)),
        "products": int(chance.integers(3, 11)),
        "script_audio": chance.uniform(0.05, 0.45),
        "script_motion": chance.uniform(0.05, 0.4),
        "talk_share": chance.uniform(0.75, 0.98),
    }


def _hand_over(chance: Chance) -> Traits:
    return {"hand_overs": chance.uniform(0.4, 1.0), "show_hours": chance.uniform(1.5, 3.5)}


def _flaky(chance: Chance) -> Traits:
    return {
        "lost": chance.uniform(0.003, 0.05),
        "outages_an_hour": chance.uniform(0.05, 0.5),
        "late_share": chance.uniform(0.02, 0.2),
        "repeated": chance.uniform(0.02, 0.15),
    }


def _multi_host(chance: Chance) -> Traits:
    return {"hours": chance.uniform(4, 14)}


def _marathon(chance: Chance) -> Traits:
    return {
        "hours": chance.uniform(20, 48),
        "show_hours": chance.uniform(4, 9),
        "at_hour": chance.uniform(9, 15),
    }


STYLES: Final[Mapping[str, Callable[[Chance], Traits]]] = {
    "chatty": _chatty,
    "quiet_demo": _quiet_demo,
    "sign_language": _sign_language,
    "music": _music,
    "one_product": _one_product,
    "metronomic": _metronomic,
    "hand_over": _hand_over,
    "flaky": _flaky,
    "multi_host": _multi_host,
    "marathon": _marathon,
}
HARD_STYLES: Final = frozenset({"metronomic", "hand_over", "flaky"})


def person_of(chance: Chance, style: str, *, shift: bool) -> Person:
    """A host of a style."""
    return replace(anybody(chance, shift=shift), **STYLES[style](chance))


def cheat(chance: Chance, *, shift: bool) -> Person:
    """Somebody who wants the hours without the work; of what a style would be, anything goes."""
    style = chance.choice(
        ["chatty", "quiet_demo", "music", "one_product", "marathon", "multi_host"], p=_OF_CHEATS
    )
    person = person_of(chance, str(style), shift=shift)
    return replace(person, hours=float(chance.uniform(14.5, 21.0)))


_OF_CHEATS: Final = (0.45, 0.15, 0.15, 0.15, 0.05, 0.05)
