"""A page walked through by the Tab key: where the focus goes, whether it shows, and what it never reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Page

MOST_STOPS: Final = 3_000
# A field for a date and a time has a stop for each of its parts, and one for its calendar.
MOST_INNER_STOPS: Final = 12

_PREPARE: Final = """() => {
  const name = (one) => one.getAttribute('aria-label') || one.innerText || one.name || '';
  const stops = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const isOneOfReached = (one) => one.type === 'radio'
    && [...walk.reached].some((other) => other.type === 'radio' && other.form === one.form && other.name === one.name);
  const walk = window.walk = {
    reached: new Set(),
    last: null,
    tell: (one) => one.tagName.toLowerCase() + ' "' + name(one).trim().replace(/\\s+/g, ' ').slice(0, 60) + '"',
    missed: () => [...document.querySelectorAll(stops)]
      .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({visibilityProperty: true}))
      .filter((one) => !walk.reached.has(one) && !isOneOfReached(one))
      .map(walk.tell),
  };
}"""
_LOOK: Final = """() => {
  const one = document.activeElement;
  const isInside = one === walk.last;
  walk.last = one && one !== document.body ? one : null;
  if (!walk.last) return null;
  if (isInside) return {inside: true};
  if (walk.reached.has(one)) return {again: true};
  walk.reached.add(one);
  const style = getComputedStyle(one);
  // A link may run over two lines: its first piece has to be in sight, and on top.
  const box = one.getClientRects()[0] || new DOMRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return {
    what: walk.tell(one),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
    in_sight: left < right && top < bottom && hit !== null && (one.contains(hit) || hit.contains(one)),
  };
}"""


@dataclass(frozen=True, slots=True)
class Focused:
    """An element at the moment the focus came to it."""

    what: str
    outlined: bool
    in_sight: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """Every stop in its order, and what a pointer can use but the Tab key cannot."""

    stops: list[Focused]
    missed: list[str]

    @property
    def faults(self) -> list[str]:
        """What a person without a pointer would trip over."""
        return [
            *(f"not reached: {what}" for what in self.missed),
            *(f"focus does not show: {one.what}" for one in self.stops if not one.outlined),
            *(f"focused out of sight: {one.what}" for one in self.stops if not one.in_sight),
        ]


async def tab_through(page: Page) -> Walk:
    """Presses Tab until the focus comes round."""
    await page.evaluate(_PREPARE)
    stops: list[Focused] = []
    away = inside = 0
    # Once round: twice away from the page in a row means that there is nothing to focus.
    while away < 2:
        await page.keyboard.press("Tab")
        seen: dict[str, Any] | None = await page.evaluate(_LOOK)
        away = away + 1 if seen is None else 0
        inside = inside + 1 if seen and "inside" in seen else 0
        assert inside < MOST_INNER_STOPS, f"the focus does not leave: {stops[-1].what}"
        if seen is None or inside:
            continue
        if "again" in seen:
            break
        stops.append(Focused(**seen))
        assert len(stops) < MOST_STOPS, f"the focus goes on and on: {stops[-1].what}"
    return Walk(stops, await page.evaluate("() => walk.missed()"))
