"""An appeal as a form sends it: what speaks against a flag, and files of text that go with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from leaderboard.domain.appeals import ATTACHMENT_MAX, ATTACHMENTS_MAX, TEXT_MAX
from leaderboard.web.pages.forms import Upload
from leaderboard.web.pages.visit import Visit
from leaderboard.web.problems import Problem

ENDINGS: Final = (".txt", ".csv", ".md", ".eml", ".json", ".log")
_LONGEST_NAME: Final = 200
# A character takes four bytes at most.
_LONGEST_BYTES: Final = 4 * ATTACHMENT_MAX


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent for a flag, and what is wrong with it, by field."""

    flag: str = ""
    text: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def read_form(visit: Visit, flag: str) -> tuple[Form, list[dict[str, str]]]:
    """The form and its attachments, as far as they can be read."""
    text, attachments, errors = visit.field("text"), list[dict[str, str]](), dict[str, str]()
    _ = visit.words.gettext
    if not text:
        errors["text"] = _("Write what speaks against this flag.")
    elif len(text) > TEXT_MAX:
        most, there = visit.words.number(TEXT_MAX), visit.words.number(len(text))
        errors["text"] = _(
            "The text has %(there)s characters; %(most)s are the most.", there=there, most=most
        )
    files = _files(visit)
    if len(files) > ATTACHMENTS_MAX:
        errors["attachments"] = _("Choose at most %(most)s files.", most=visit.words.number(ATTACHMENTS_MAX))
    for file in files[:ATTACHMENTS_MAX]:
        try:
            attachments.append(_attachment(visit, file))
        except ValueError as error:
            errors["attachments"] = str(error)
    return Form(flag, text, errors), attachments


def refused_form(visit: Visit, form: Form, problem: Problem) -> Form:
    """The form with what the API says against it."""
    return Form(form.flag, form.text, {"text": visit.words.said(problem.detail)})


def _files(visit: Visit) -> list[Upload]:
    found: list[Any] = visit.posted.getall("attachments", []) if visit.posted is not None else []
    return [one for one in found if isinstance(one, Upload)]


def _attachment(visit: Visit, file: Upload) -> dict[str, str]:
    """ValueError says what is wrong with a file."""
    _, name = visit.words.gettext, file.filename.replace("\\", "/").rpartition("/")[2][-_LONGEST_NAME:]
    if not name.lower().endswith(ENDINGS):
        endings = ", ".join(ENDINGS)
        raise ValueError(
            _("%(name)s is no file of text. Files may end in %(endings)s.", name=name, endings=endings)
        )
    text = _decoded(file.content[: _LONGEST_BYTES + 1])
    if text is None:
        raise ValueError(_("%(name)s cannot be read as text in UTF-8.", name=name))
    if not text.strip():
        raise ValueError(_("%(name)s is empty.", name=name))
    if len(text) > ATTACHMENT_MAX:
        most = visit.words.number(ATTACHMENT_MAX)
        raise ValueError(
            _("%(name)s has more than %(most)s characters. Send the part that matters.", name=name, most=most)
        )
    return {"name": name, "text": text}


def _decoded(content: bytes) -> str | None:
    if b"\0" in content:
        return None
    try:
        # What was cut off in the middle of a character is too long anyway.
        return content.decode("utf-8-sig", "strict" if len(content) <= _LONGEST_BYTES else "ignore")
    except UnicodeDecodeError:
        return None
