"""Pictures of pages, small enough to be kept beside the code."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Page


async def screenshot(page: Page, path: Path, *, whole: bool = False) -> None:
    """What the window shows, or the whole page, as a PNG; parent directories are made."""
    raw = await page.screenshot(full_page=whole, animations="disabled")
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(raw)) as picture:
        picture.convert("RGB").save(path, "PNG", optimize=True)
