"""The checks of pages see what they are for: each finds its fault on a page that has it, and none on a sound one."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image

from tests.browser.browsing import Browsing
from tests.browser.keyboard import tab_through
from tests.browser.looking import axe, sideways_scroll, spilling_text
from tests.browser.pictures import screenshot

SOUND = """
<style>a:focus, button:focus { outline: 3px solid #06c }</style>
<main><h1>Fine</h1><p><a href="#here">A link</a> <button>A button</button></p></main>
"""


@dataclass(frozen=True)
class Written:
    """A page that is in its own address."""

    body: str
    url: str = "data:text/html;charset=utf-8,"

    @property
    def path(self) -> str:
        return quote(f'<!doctype html><html lang="en"><title>Made for a test</title><body>{self.body}')


async def test_a_sound_page_has_no_fault(browsing: Browsing) -> None:
    written = Written(SOUND)
    page = await browsing.open(written, written.path)

    walk = await tab_through(page)

    assert [one.what for one in walk.stops] == ['a "A link"', 'button "A button"']
    assert walk.faults == []
    assert await axe(page) == []
    assert await sideways_scroll(page) == []
    assert await spilling_text(page) == []


async def test_axe_names_the_rule_and_the_place(browsing: Browsing) -> None:
    written = Written('<main><h1>A form</h1><input id="nameless"><p style="color: #eee">Pale</p></main>')
    page = await browsing.open(written, written.path)

    found = await axe(page)

    assert sorted(one.split(":")[0] for one in found) == ["critical", "serious"]
    assert any("(label)" in one and "nameless" in one for one in found)
    assert any("(color-contrast)" in one and "Pale" in one for one in found)


async def test_what_is_wider_than_the_window_is_named_with_the_width(browsing: Browsing) -> None:
    scrolls = '<div style="overflow-x: auto"><div style="width: 5000px">Long</div></div>'
    written = Written(f'{scrolls}<p class="wide" style="width: 700px">Wide</p>')
    page = await browsing.open(written, written.path)

    assert await sideways_scroll(page) == ['at 360 px: p.wide "Wide"']


async def test_text_that_does_not_fit_is_named(browsing: Browsing) -> None:
    narrow = "width: 4em; white-space: nowrap"
    written = Written(
        f'<p id="spills" style="{narrow}">Too long for its box</p>'
        f'<p style="{narrow}; overflow: hidden; text-overflow: ellipsis">Ends with dots</p>'
        '<div style="position: absolute; width: 1px; height: 1px; overflow: hidden">'
        f'<p style="{narrow}">Said to those who listen</p></div>'
    )
    page = await browsing.open(written, written.path)

    assert await spilling_text(page, [1280]) == ['at 1280 px: p#spills "Too long for its box"']


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<button tabindex='0' style='outline: none'>Dim</button>", 'focus does not show: button "Dim"'),
        (
            "<a href='#' style='position: fixed; left: -99px'>Off</a><p>Text",
            'focused out of sight: a "Off"',
        ),
        (
            "<button>Below</button><p style='position: fixed; inset: 0; background: white'>Cover",
            'focused out of sight: button "Below"',
        ),
        (
            "<button onfocus='this.blur()'>Shy</button><button>Next</button>",
            'not reached: button "Shy"',
        ),
    ],
)
async def test_what_the_keyboard_cannot_use_is_named(browsing: Browsing, body: str, fault: str) -> None:
    written = Written(SOUND.replace("button:focus", "button:focus-visible") + body)
    page = await browsing.open(written, written.path)

    assert fault in (await tab_through(page)).faults


async def test_the_parts_of_a_field_for_a_time_are_not_the_end_of_the_walk(browsing: Browsing) -> None:
    field = "<label>When <input type='datetime-local' name='when' style='outline: 1px solid'></label>"
    written = Written(f"{field}{SOUND}")
    page = await browsing.open(written, written.path)

    walk = await tab_through(page)

    assert [one.what for one in walk.stops] == ['input "when"', 'a "A link"', 'button "A button"']
    assert walk.faults == []


async def test_a_field_that_keeps_the_focus_is_named(browsing: Browsing) -> None:
    written = Written("<textarea aria-label='Trap' onkeydown='event.preventDefault()'></textarea>")
    page = await browsing.open(written, written.path)

    with pytest.raises(AssertionError, match='the focus does not leave: textarea "Trap"'):
        await tab_through(page)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("undefined_name()", "undefined_name is not defined"),
        ("console.error('it broke')", "it broke"),
        (
            "fetch('https://elsewhere.example/x').catch(() => 0)",
            "request to elsewhere: https://elsewhere.example/x",
        ),
        ("fetch('http://192.0.2.1/x').catch(() => 0)", "request to elsewhere: http://192.0.2.1/x"),
    ],
)
async def test_a_problem_is_noted_until_it_is_forgiven(browsing: Browsing, script: str, problem: str) -> None:
    written = Written(f"<script>{script}</script>")
    page = await browsing.open(written, written.path)
    await page.wait_for_load_state("networkidle")
    noted = browsing.problems
    browsing.forgive(problem)
    browsing.forgive("net::ERR_NAME_NOT_RESOLVED")

    assert any(problem in one for one in noted)
    assert browsing.problems == []


async def test_a_picture_is_small_and_as_wide_as_the_window(browsing: Browsing, tmp_path: Path) -> None:
    written = Written(SOUND)
    page = await browsing.open(written, written.path, width=360)
    path = tmp_path / "pictures/sound.png"

    await screenshot(page, path)

    content = path.read_bytes()
    with Image.open(BytesIO(content)) as picture:
        assert (picture.size, picture.mode) == ((360, 800), "RGB")
    assert len(content) < 20_000
