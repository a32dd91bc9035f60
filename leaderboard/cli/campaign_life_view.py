"""Where a campaign stands, for the operator: what comes next, what blocks it, what was late. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leaderboard.cli.output import GAP, clean, count, moment, zone_of

_LABEL_WIDTH = 12


def life_lines(campaign: dict[str, Any], why: str = "", payouts: str = "") -> Iterator[str]:
    """One line each, as `label  sentence`; why it is in its state, and how its payouts stand, where that is known."""
    stands, *more = _life(campaign)
    because = [("because", why)] if why else []
    for label, sentence in (stands, *because, *more, *_payment(campaign, payouts), *_left_out(campaign)):
        yield f"{label:<{_LABEL_WIDTH}}{GAP}{clean(sentence)}"


def step_sentence(campaign: dict[str, Any]) -> str:
    """`; next review, 2022-03-02 00:00:00, its cut-off`; nothing where nothing comes."""
    following = campaign["life"]["next"]
    return f"; next {_step(campaign, following)}" if following else ""


def _life(campaign: dict[str, Any]) -> Iterator[tuple[str, str]]:
    life, zone = campaign["life"], zone_of(campaign["zone"])
    since = f" since {moment(life['since'], zone)} {campaign['zone']}" if life["since"] else ""
    yield "stands", f"{campaign['state']}{since}"
    if life["next"]:
        yield "next", _step(campaign, life["next"])
    if life["boundary"]:
        found = life["boundary"]
        yield (
            "window",
            f"{found['window']}, run {found['run']}, {found['event']} at {moment(found['at'], zone)}",
        )
    if life["waiting"]:
        yield "waits", f"{life['waiting']['text']} (since {moment(life['waiting']['at'], zone)})"
    if life["certifying"]:
        yield "certifying", f"asked for at {moment(life['certifying']['requested_at'], zone)}"
    for label, found in (("blocked", campaign["blockers"]), ("warning", campaign["warnings"])):
        for one in found or ():
            yield label, f"{one['code']}: {one['detail']}"
    if life["result"]:
        yield "result", f"version {life['result']['version']}, SHA-256 {life['result']['sha256']}"


def _payment(campaign: dict[str, Any], payouts: str) -> Iterator[tuple[str, str]]:
    if terms := campaign["life"]["payment"]:
        yield "due", f"{terms['due_on']}, with the bank by {terms['send_by_on']} ({terms['calendar']})"
    if payouts:
        yield "payouts", payouts


def _left_out(campaign: dict[str, Any]) -> Iterator[tuple[str, str]]:
    life, zone = campaign["life"], zone_of(campaign["zone"])
    if life["late"]["events"]:
        events = count(life["late"]["events"], "event")
        cutoff = f" of {moment(life['cutoff_at'], zone)}" if life["cutoff_at"] else ""
        yield (
            "late",
            f"{events} after the cut-off{cutoff}: `leaderboard excluded {campaign['id']}` lists them",
        )
    refused = life["refused_writes"]
    if refused and refused["count"]:
        newest = refused["newest"][0] if refused["newest"] else None
        last = f", the last at {moment(newest['at'], zone)}" if newest else ""
        yield (
            "refused",
            f"{count(refused['count'], 'write')} by processes that had not heard of the close{last}",
        )


def _step(campaign: dict[str, Any], following: dict[str, Any]) -> str:
    zone = zone_of(campaign["zone"])
    at = f" at {moment(following['at'], zone)} {campaign['zone']}" if following["at"] else ""
    return f"{following['state']}{at}, waiting for {_waits_for(campaign, following)}"


def _waits_for(campaign: dict[str, Any], following: dict[str, Any]) -> str:
    is_blocked = following["state"] == "certified" and campaign["blockers"]
    if is_blocked and not campaign["life"]["certifying"]:
        return f"what blocks it, then for {following['waits_for']}"
    return str(following["waits_for"])
