"""The editor of a definition: checked first, with what is wrong beside its line, then saved. Nothing typed is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from aiohttp import web

from leaderboard.domain.campaigns import line_of
from leaderboard.web.endpoints import ADMIN
from leaderboard.web.pages.campaign_change import change_asked
from leaderboard.web.pages.campaign_text import Wrong, changes, examples, lines_with, mark_of
from leaderboard.web.pages.campaign_toml import to_toml
from leaderboard.web.pages.paths import api, below
from leaderboard.web.pages.visit import PageEndpoint, Visit
from leaderboard.web.problems import Problem

Document = dict[str, Any]

# States in which a definition may be changed: freely, or as a version from a date.
_FREE: Final = ("draft", "scheduled")
_CHANGEABLE: Final = (*_FREE, "live")
# The address of the form for another campaign, which no campaign can have.
_TAKEN: Final = "new"


@dataclass(frozen=True, slots=True)
class Editor:
    """What the page shows. `campaign` is the one that is changed, `checked` what the API says of the text.

    `is_version`: it has started, so a change takes a date and a reason. `is_stale`: the text is not what was checked.
    """

    text: str = ""
    campaign: Document | None = None
    checked: Document | None = None
    wrong: tuple[Wrong, ...] = ()
    is_version: bool = False
    is_stale: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it was checked and could be saved."""
        return self.checked is not None and not self.wrong


async def show_new(visit: Visit) -> web.Response:
    """An empty editor, or one with an example in it."""
    text = examples().get(visit.request.query.get("example", ""), "")
    return _show(visit, Editor(text.strip()))


async def show_edit(visit: Visit) -> web.Response:
    """The editor with the newest version of a definition."""
    editor = await _editor_of(visit)
    assert editor.campaign is not None
    return _show(visit, replace(editor, text=to_toml(_newest(editor.campaign)).strip()))


async def _editor_of(visit: Visit) -> Editor:
    campaign = await visit.ask(api("campaigns", visit.campaign))
    return Editor(campaign=campaign, is_version=campaign["state"] == "live")


def _newest(campaign: Document) -> Document:
    """One that comes into force later is the newest, too."""
    versions = campaign["versions"]
    found: Document = versions[-1]["definition"] if versions else campaign["definition"]
    return found


async def check_new(visit: Visit) -> web.Response:
    """Checks another campaign's definition, or saves it."""
    return await _checked_or_saved(visit, Editor())


async def check_edit(visit: Visit) -> web.Response:
    """Checks a changed definition, or saves it."""
    return await _checked_or_saved(visit, await _editor_of(visit))


async def _checked_or_saved(visit: Visit, editor: Editor) -> web.Response:
    """What was not looked at is checked, whichever button was pressed: sentences come before saving."""
    try:
        editor = replace(editor, text=_text_of(visit))
        editor = await _check(visit, editor)
    except Problem as problem:
        return _show(visit, replace(editor, wrong=_wrong_of(problem, editor.text)), problem.status)
    is_looked_at = visit.field("checked") == mark_of(editor.text)
    if editor.wrong:
        return _show(visit, editor, 422)
    if visit.field("do") == "check" or not is_looked_at:
        return _show(visit, replace(editor, is_stale=visit.field("do") != "check"))
    return await _save(visit, editor)


def _text_of(visit: Visit) -> str:
    """A file that was chosen stands in for what is in the editor."""
    if not (content := visit.upload("file")):
        return visit.field("definition")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").strip()
    except UnicodeDecodeError as error:
        raise Problem(422, "not_toml", "The file is not a text in UTF-8.") from error


async def _check(visit: Visit, editor: Editor) -> Editor:
    found = await visit.inside.fetch(
        "POST", "/v1/campaigns/check", body=editor.text.encode(), content_type=_media_type(editor.text)
    )
    checked = found.document
    wrong = [Wrong(one["detail"], one["path"], one["line"]) for one in checked["errors"]]
    if not wrong:
        wrong = await _wrong_id(visit, editor, checked["definition"]["id"])
    return replace(editor, checked=checked, wrong=tuple(wrong))


def _media_type(text: str) -> str:
    return "application/json" if text.startswith("{") else "application/toml"


async def _wrong_id(visit: Visit, editor: Editor, name: str) -> list[Wrong]:
    """Another campaign is not overwritten, and this one keeps its id."""
    line = line_of(editor.text, "id") if _media_type(editor.text) == "application/toml" else None
    words = visit.words
    if editor.campaign is not None:
        if name == visit.campaign:
            return []
        said = words.gettext("The id of this campaign is %(id)s, and stays so.", id=visit.campaign)
    elif name == _TAKEN:
        said = words.gettext("This id is taken by a page: choose another.")
    elif await visit.find(api("campaigns", name)):
        said = words.gettext("There is a campaign with this id: change that one, or choose another id.")
    else:
        return []
    return [Wrong(said, "id", line)]


async def _save(visit: Visit, editor: Editor) -> web.Response:
    assert editor.checked is not None
    name = editor.checked["definition"]["id"]
    as_draft = visit.field("do") == "draft"
    try:
        query = {"draft": "true"} if as_draft else {}
        if visit.field("version"):
            query |= change_asked(visit, editor.checked["definition"]["clock"]["zone"])
        await visit.inside.fetch(
            "PUT",
            api("campaigns", name),
            query=query,
            body=editor.text.encode(),
            content_type=_media_type(editor.text),
        )
    except Problem as problem:
        # It may have started while its definition was typed.
        is_version = editor.is_version or problem.code == "campaign_started"
        refused = replace(editor, wrong=_wrong_of(problem, editor.text), is_version=is_version)
        return _show(visit, refused, problem.status)
    return visit.redirect(below("campaigns", name, "manage"), done="draft_saved" if as_draft else "saved")


def _wrong_of(problem: Problem, text: str) -> tuple[Wrong, ...]:
    """Some refusals name a part, and the text says in which line that is."""
    if not problem.errors:
        return (Wrong(problem.detail),)
    is_toml = _media_type(text) == "application/toml"
    return tuple(
        Wrong(one.detail, one.path, one.line or (line_of(text, one.path) if is_toml and one.path else None))
        for one in problem.errors
    )


def _show(visit: Visit, editor: Editor, status: int = 200) -> web.Response:
    campaign, checked = editor.campaign, editor.checked
    state = campaign["state"] if campaign else ""
    is_known = campaign is not None and checked is not None and checked["definition"] is not None
    return visit.page(
        "campaign_edit.html",
        status,
        editor=editor,
        campaign=campaign,
        is_open=campaign is None or state in _CHANGEABLE,
        may_be_draft=campaign is None or state == "draft",
        mark=mark_of(editor.text),
        excerpt=lines_with(editor.text, editor.wrong),
        changed=changes(_newest(campaign), checked["definition"])
        if campaign and checked and is_known
        else (),
        examples=list(examples()),
        typed={name: visit.field(name) for name in ("since", "from", "reason")},
    )


PAGES: Final = (
    PageEndpoint("GET", "/campaigns/new", show_new, ADMIN),
    PageEndpoint("POST", "/campaigns/new", check_new, ADMIN),
    PageEndpoint("GET", "/campaigns/{campaign}/edit", show_edit, ADMIN),
    PageEndpoint("POST", "/campaigns/{campaign}/edit", check_edit, ADMIN),
)
