"""A decoder's complaint in words: which field, what it has to be, and what was sent. For people, not for programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from leaderboard.domain.campaigns.errors import did_you_mean
from leaderboard.web.problems import FieldError
from leaderboard.web.schemas import Schema, choices, schemas_at, words_for

_SPLIT: Final = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$\.?(?P<path>.*)`)?", re.DOTALL)
_A_TIME: Final = "RFC 3339 with offset, such as 2022-02-14T08:00:00Z, or whole Unix milliseconds"
_LONGEST_VALUE: Final = 60
# The form of a text that is not all spaces, as msgspec names it.
_SOMETHING: Final = repr(r"\S")

_TYPES: Final = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "datetime": "a time",
}
# What msgspec says with a name or a value of the sender in it.
_REPEATING: Final = re.compile(r"Object contains unknown field|Invalid (?:enum )?value")
_LIMITS: Final = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}


_Look = Callable[[str], list[Schema]]


def explain(error: msgspec.ValidationError, kind: object) -> FieldError:
    """What is wrong with a value that should have been of a kind."""
    split = _SPLIT.fullmatch(str(error))
    what, path = (split["what"], split["path"] or "") if split else (str(error), "")
    for pattern, say in _SAYINGS:
        if match := pattern.fullmatch(what):
            return say(match, path, lambda place: schemas_at(kind, place))
    return FieldError(what[:1].lower() + what[1:].replace("`", ""), path)


def explain_unsaid(error: msgspec.ValidationError, kind: object) -> FieldError:
    """The same without a word of what was sent, of which `explain` repeats a name or a value: for secrets."""
    split = _SPLIT.fullmatch(str(error))
    what, path = (split["what"], split["path"] or "") if split else (str(error), "")
    if not _REPEATING.match(what):
        return explain(error, kind)
    found = schemas_at(kind, path)
    if known := choices(found):
        return FieldError(f"must be one of {', '.join(known)}", path)
    fields = [name for one in found for name in one.get("properties", ())]
    return FieldError(
        f"has something that is not a field here; its fields are {', '.join(fields)}", path if found else ""
    )


def sentence(wrong: FieldError) -> str:
    """`country: is required …`, or the reason alone where it is about the whole."""
    return f"{wrong.path}: {wrong.detail}" if wrong.path else wrong.detail


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _missing(match: re.Match[str], path: str, look: _Look) -> FieldError:
    place = _joined(path, match[1])
    found = look(place)
    known = choices(found)
    must_be = f"; one of {', '.join(known)}" if known else words_for(found, "; ")
    return FieldError(f"is required{must_be}", place)


def _unknown(match: re.Match[str], path: str, look: _Look) -> FieldError:
    known = [name for one in look(path) for name in one.get("properties", ())]
    listed = f"; its fields are {', '.join(known)}" if known else ""
    detail = f"is not a field here{did_you_mean(match[1], known) or listed}"
    return FieldError(detail, _joined(path, _cut(match[1])))


def _not_among(match: re.Match[str], path: str, look: _Look) -> FieldError:
    return FieldError(f"must be one of {', '.join(choices(look(path)))}, not {_cut(match[1])}", path)


def _no_text(_match: re.Match[str], path: str, look: _Look) -> FieldError:
    return FieldError(f"must be one of {', '.join(choices(look(path)))}", path)


def _wrong_type(match: re.Match[str], path: str, look: _Look) -> FieldError:
    expected, got = match[1].split(" | "), _TYPES.get(match[2], match[2])
    wanted = _A_TIME if "datetime" in expected else _either(_TYPES.get(one, one) for one in expected)
    known = choices(look(path))
    wanted = f"one of {', '.join(known)}" if known else wanted
    return FieldError(f"must be {wanted}, not {got}", path)


def _either(names: Iterable[str]) -> str:
    return " or ".join(sorted(names, key=lambda name: name == "null"))


def _wrong_form(match: re.Match[str], path: str, look: _Look) -> FieldError:
    if match[2] == _SOMETHING:
        return FieldError("must say something", path)
    return FieldError(
        "has the wrong form" + (words_for(look(path), ": ") or f": it must match {match[2]}"), path
    )


def _out_of_bounds(match: re.Match[str], path: str, look: _Look) -> FieldError:
    found = look(path)
    low, high = (next((s[n] for s in found if n in s), None) for n in ("minimum", "maximum"))
    both = low is not None and high is not None
    limit = f"from {low} to {high}" if both else f"{_LIMITS[match[2]]} {match[3]}"
    return FieldError(f"must be {limit}", path)


def _wrong_length(match: re.Match[str], path: str, _look: _Look) -> FieldError:
    unit = "characters" if match[1] == "str" else "entries"
    if match[2] == ">=" and match[3] == "1":
        return FieldError("must not be empty", path)
    return FieldError(f"must have {_LIMITS[match[2]]} {match[3]} {unit}", path)


def _no_offset(_match: re.Match[str], path: str, _look: _Look) -> FieldError:
    return FieldError(f"has no time zone offset; it must be {_A_TIME}", path)


def _no_time(_match: re.Match[str], path: str, _look: _Look) -> FieldError:
    return FieldError(f"is no such time; it must be {_A_TIME}", path)


def _no_number(_match: re.Match[str], path: str, _look: _Look) -> FieldError:
    return FieldError("is a number out of all range", path)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


_Say = Callable[[re.Match[str], str, _Look], FieldError]

_SAYINGS: Final[tuple[tuple[re.Pattern[str], _Say], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), say)
    for pattern, say in (
        (r"Object missing required field `(.*)`", _missing),
        (r"Object contains unknown field `(.*)`", _unknown),
        (r"Invalid (?:enum )?value (.*)", _not_among),
        (r"Expected `(.*)`, got `(.*)`", _wrong_type),
        (r"Expected `(.*)` matching regex (.*)", _wrong_form),
        (r"Expected `(int|float)` (>=|<=|>|<) (.*)", _out_of_bounds),
        (r"Expected `(.*)` of length (>=|<=) (\d+)", _wrong_length),
        (r"Expected `datetime` with a timezone component", _no_offset),
        (r"Invalid RFC3339 encoded datetime", _no_time),
        (r"Expected `str`", _no_text),
        (r"(?:Number|Integer value) out of range", _no_number),
    )
)
