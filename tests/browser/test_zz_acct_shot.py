import asyncio, sys
from pathlib import Path
import pytest
from tests.browser.browsing import *
from tests.browser.pictures import screenshot
from tests.web.pages.an_account import *
async def test_shots(apollo_service, browsing):
    await fill_account(apollo_service)
    tok = await apollo_service.issue(role="agency", agency="north", name="Nora")
    out=Path("/tmp/brief/acct"); 
    for name, path, kw in [
        ("wide", A1+"?day="+DAY, dict(width=1280)),
        ("dark360", A1+"?day="+DAY, dict(width=360, color_scheme="dark")),
        ("accounts", "/accounts", dict(width=1280)),
        ("accounts360", "/accounts", dict(width=360)),
        ("thai", A1+"?day="+DAY, dict(width=768, language="th")),
    ]:
        page = await browsing.open(apollo_service, path, sign_in_as=tok, **kw)
        for s in await page.locator("summary").all():
            if name=="wide" and await s.is_visible(): await s.click()
        print(name, await page.evaluate("document.documentElement.scrollWidth"))
        await screenshot(page, out/f"{name}.png", whole=True)
        await page.context.close()
