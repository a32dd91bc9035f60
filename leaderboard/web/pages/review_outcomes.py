"""What may be decided on a flag, and what follows from each choice, told before it is made. The API decides who may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from leaderboard.web.words import Words

Choice = Literal["uphold", "dismiss", "disqualify"]
# The status that a decision leads to.
STATUS: Final[dict[Choice, str]] = {
    "uphold": "upheld",
    "dismiss": "dismissed",
    "disqualify": "disqualified",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A choice: its key, and in sentences what follows. `is_own`: the reader has proposed it, and another has to agree.

    `confirms`: it agrees with what another reviewer has proposed.
    """

    choice: Choice
    key: str
    follows: tuple[str, ...]
    takes_two: bool
    confirms: bool
    is_own: bool


def outcomes(words: Words, flag: Mapping[str, Any], reader: str) -> list[Outcome]:
    """The choices for a flag, in the order of their keys; `reader` is the id of a token."""
    return [_outcome(words, flag, reader, choice) for choice in _choices(flag)]


def _choices(flag: Mapping[str, Any]) -> tuple[Choice, ...]:
    return ("uphold", "dismiss", "disqualify") if "detector" in flag else ("uphold", "dismiss")


def _worst(flag: Mapping[str, Any]) -> Choice | None:
    """What takes the account out of every award."""
    if "detector" in flag:
        return "disqualify"
    return "uphold" if flag["action"] == "hold" else None


def _is_out(flag: Mapping[str, Any]) -> bool:
    """Whether two reviewers have taken the account out."""
    worst = _worst(flag)
    return worst is not None and flag["status"] == STATUS[worst]


def _outcome(words: Words, flag: Mapping[str, Any], reader: str, choice: Choice) -> Outcome:
    proposed = flag["proposed"]
    is_proposed = proposed is not None and proposed["decision"] == choice
    # Who is out by two reviewers already stays so by one more word.
    takes_two = choice == _worst(flag) and not _is_out(flag)
    is_own = is_proposed and proposed["by"] == reader
    confirms = is_proposed and not is_own
    return Outcome(
        choice=choice,
        key=choice[0] if choice != "disqualify" else "x",
        follows=tuple(_follows(words, flag, choice, takes_two=takes_two, confirms=confirms)),
        takes_two=takes_two,
        confirms=confirms,
        is_own=is_own,
    )


def _follows(
    words: Words, flag: Mapping[str, Any], choice: Choice, *, takes_two: bool, confirms: bool
) -> Iterator[str]:
    yield _effect(words, flag, choice)
    if _is_out(flag) and choice != _worst(flag):
        yield words.gettext("The account may win awards again.")
    if takes_two:
        yield from _moves(words, flag)
    if confirms:
        yield words.gettext("You would be the second reviewer: it takes effect at once.")
    elif takes_two:
        yield words.gettext(
            "Takes two reviewers: yours is kept as a proposal until another decides the same."
        )
    else:
        yield words.gettext("One reviewer is enough.")
    if flag["appeal"] == "open":
        yield _answer(words, flag, choice)


def _effect(words: Words, flag: Mapping[str, Any], choice: Choice) -> str:
    if choice == _worst(flag):
        return words.gettext("The account gets none of the campaign's awards.")
    return _cleared(words, flag) if choice == "dismiss" else _kept(words, flag)


def _kept(words: Words, flag: Mapping[str, Any]) -> str:
    """What becomes of a flag that is upheld, where that does not take the account out."""
    if "detector" not in flag:
        return words.gettext("The warning stands on record, and takes nothing from the account.")
    if flag["shadow"]:
        return words.gettext("It stands on record. Nothing follows: the campaign's detectors only report.")
    if excess := flag["excess_uv"]:
        return words.ngettext(
            "The account is paid on the discounted score: %(n)s visitor stays taken off, and nothing else.",
            "The account is paid on the discounted score: %(n)s visitors stay taken off, and nothing else.",
            excess,
        )
    return words.gettext("It stands on record, and the account is paid on its score as it is.")


def _cleared(words: Words, flag: Mapping[str, Any]) -> str:
    excess = flag.get("excess_uv")
    if not excess or flag["shadow"]:
        return words.gettext("Nothing is held or said against the account for it any more.")
    return words.ngettext(
        "Nothing is held for it any more, and %(n)s visitor counts again.",
        "Nothing is held for it any more, and %(n)s visitors count again.",
        excess,
    )


def _moves(words: Words, flag: Mapping[str, Any]) -> Iterator[str]:
    if moves := flag.get("impact", {}).get("moves"):
        yield words.ngettext(
            "%(n)s other account gets another paid place.",
            "%(n)s other accounts get another paid place.",
            moves,
        )


def _answer(words: Words, flag: Mapping[str, Any], choice: Choice) -> str:
    is_milder = choice == "dismiss" or (choice == "uphold" and flag["status"] == "disqualified")
    if is_milder:
        return words.gettext("It accepts the agency's appeal.")
    return words.gettext("It rejects the agency's appeal.")
