"""A browser for each test that asks for one. Without Chromium such tests are skipped, and the summary says so aloud."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Final

import pytest

from tests.browser.browsing import Browsing, browse, find_chromium

# Set to "required" where a missing browser is a failure, as in .ci/run.
VARIABLE: Final = "LEADERBOARD_BROWSER_TESTS"
_MISSING: Final = "there is no Chromium here; `apt-get install chromium`, or set CHROMIUM to where one is"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    found = find_chromium()
    if found is None and os.environ.get(VARIABLE) == "required":
        pytest.fail(_MISSING)
    return found or pytest.skip(_MISSING)


@pytest.fixture
async def browsing(chromium: str) -> AsyncIterator[Browsing]:
    """A browser. Whatever went wrong in it fails the test, unless it was forgiven."""
    async with browse(chromium) as browsing:
        yield browsing
    assert browsing.problems == []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A skipped test is one letter among thousands; this is a line."""
    skipped = [one for one in terminalreporter.stats.get("skipped", ()) if _MISSING in str(one.longrepr)]
    if skipped:
        line = f"SKIPPED: {len(skipped)} tests that drive a browser: {_MISSING}"
        terminalreporter.write_sep("!", red=True, bold=True)
        terminalreporter.write_line(line, red=True, bold=True)
        terminalreporter.write_sep("!", red=True, bold=True)
