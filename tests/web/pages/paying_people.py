"""Pia who prepares and Ada who approves, each in a browser, and the steps that they take with a batch."""

from __future__ import annotations

from tests.web.pages.visiting import Shown, Visitor
from tests.web.paying import CAMPAIGN

PAGE = f"/campaigns/{CAMPAIGN}/payouts"
BATCH = f"/payouts/{CAMPAIGN}-1"


async def prepared(pia: Visitor) -> Shown:
    return await pia.post(f"{PAGE}/prepare", {"format": "nacha"})


async def approved(pia: Visitor, ada: Visitor) -> Shown:
    await prepared(pia)
    return await ada.post(
        f"{BATCH}/approve", {"content_sha256": hidden(await ada.get(BATCH), "content_sha256")}
    )


async def exported(pia: Visitor, ada: Visitor) -> Shown:
    await approved(pia, ada)
    return await pia.post(f"{BATCH}/export", {"sure": "yes"})


def hidden(shown: Shown, name: str) -> str:
    """What a form carries unseen."""
    value: str = shown.tree.xpath(f"//input[@name='{name}']/@value")[0]
    return value
