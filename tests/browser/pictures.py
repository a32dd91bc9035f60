"""Pictures of pages, small enough to be kept beside the code."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Page

# A page has few colours besides the shades of its letters' edges.
_COLOURS: Final = 256


async def screenshot(page: Page, path: Path, *, whole: bool = False) -> None:
    """What the window shows, or the whole page, as a PNG; parent directories are made."""
    raw = await page.screenshot(full_page=whole, animations="disabled")
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(raw)) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        few.save(path, "PNG", optimize=True)
