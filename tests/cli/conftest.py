"""The command line run against the real service: in a thread, as it has its own loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from leaderboard.store.store import Store
from tests.cli.command_line import CommandLine, Done
from tests.cli.payers import Payers
from tests.conftest import Service, set_up_apollo
from tests.web.paying import paying


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment of whoever runs the tests says is not part of them."""
    for name in ("LEADERBOARD_URL", "LEADERBOARD_TOKEN", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cli(service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(service, tmp_path, capsys.readouterr)


@pytest.fixture
async def payers(
    store: Store, apollo: Callable[..., str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> AsyncIterator[Payers]:
    """Campaign `apollo-test` certified, and the two people who pay it."""
    async with paying(store, lambda service: set_up_apollo(service, apollo())) as paid:
        yield Payers(paid, CommandLine(paid.service, tmp_path, capfd.readouterr))


__all__ = ["CommandLine", "Done"]
