"""Pictures are taken of what a person of a role sees."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.browser.browsing import Browsing
from tests.browser.screenshots import SHOTS, Shot, every_page, take
from tests.conftest import Service


async def test_a_shot_shows_the_page_to_somebody_signed_in(
    service: Service, browsing: Browsing, tmp_path: Path
) -> None:
    shot = Shot("me", "/me", "reviewer", width=360, scheme="dark", language="id")

    await take(browsing, service, shot, await service.issue(role="reviewer"), tmp_path)

    with Image.open(BytesIO((tmp_path / "me.png").read_bytes())) as picture:
        assert picture.size == (360, 800)
        corner = picture.convert("RGB").getpixel((359, 799))
    assert isinstance(corner, tuple)
    assert max(corner) < 0x40


def test_no_shot_replaces_another() -> None:
    for shots in (SHOTS, every_page()):
        names = [shot.name for shot in shots]

        assert len(names) == len(set(names))
