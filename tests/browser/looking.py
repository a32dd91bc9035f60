"""What can be seen to be wrong with a page, as lines for a person: access by axe-core, width, text that spills."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from playwright.async_api import Page

from tests.browser.browsing import WIDTHS

_GRAVE: Final = ("serious", "critical")
_SHOWN: Final = 3
# Without preload, which fetches style sheets by script and so breaks the policy of our pages.
_RUN_AXE: Final = "() => axe.run(document, {preload: false, resultTypes: ['violations']})"

_TELL: Final = """
const tell = (one) => one.tagName.toLowerCase() + (one.id ? '#' + one.id : '')
  + [...one.classList].map((name) => '.' + name).join('')
  + ' "' + one.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60) + '"';
"""
_TOO_WIDE: Final = f"""() => {{
  {_TELL}
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (one) => one !== document.body && /auto|scroll|hidden/.test(getComputedStyle(one).overflowX);
  const inBox = (one) => one && one !== document.body && (scrolls(one) || inBox(one.parentElement));
  const wide = [...document.body.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > width + .5 && !inBox(one.parentElement));
  return (wide.length ? wide : [document.body]).map(tell);
}}"""
_SPILLING: Final = f"""() => {{
  {_TELL}
  const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  // What is drawn has no box of its own that text could leave.
  const isDrawn = (one) => one.ownerSVGElement !== undefined;
  // What is only read aloud stands in a box of one pixel.
  const isAloud = (one) => one && (one.clientWidth === 1 && one.clientHeight === 1 || isAloud(one.parentElement));
  const isSeen = (one) => one.clientWidth > 1 && one.checkVisibility({{visibilityProperty: true}}) && !isAloud(one);
  const isShown = (one) => isSeen(one) && !isDrawn(one);
  const isMeant = (style) => /auto|scroll/.test(style.overflowX) || style.textOverflow === 'ellipsis';
  return [...document.body.querySelectorAll('*')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && isShown(one) && hasText(one))
    .filter((one) => !isMeant(getComputedStyle(one)))
    .map(tell);
}}"""


@cache
def _axe_source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


async def axe(page: Page) -> list[str]:
    """The serious and critical findings of axe-core on the page as it is at this moment."""
    # Evaluated, not added as a script: a page's policy allows none but its own.
    await page.evaluate(_axe_source())
    found = (await page.evaluate(_RUN_AXE))["violations"]
    return [_in_words(one) for one in found if one["impact"] in _GRAVE]


def _in_words(finding: dict[str, Any]) -> str:
    nodes = finding["nodes"]
    places = "".join(f"\n    {node['html'][:160]}\n      {node['failureSummary']}" for node in nodes[:_SHOWN])
    return f"{finding['impact']}: {finding['help']} ({finding['id']}), {len(nodes)} times:{places}"


async def sideways_scroll(page: Page, widths: Sequence[int] = WIDTHS) -> list[str]:
    """What makes the page wider than its window; leaves the window at the last width."""
    return await _at_each(page, widths, _TOO_WIDE)


async def spilling_text(page: Page, widths: Sequence[int] = WIDTHS) -> list[str]:
    """Elements whose text does not fit into them, except where it scrolls or ends with dots."""
    return await _at_each(page, widths, _SPILLING)


async def _at_each(page: Page, widths: Sequence[int], script: str) -> list[str]:
    found = []
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 800})
        found += [f"at {width} px: {one}" for one in await page.evaluate(script)]
    return found
