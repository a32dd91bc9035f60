"""The command line run against the real service: in a thread, as it has its own loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leaderboard.__main__ import main
from tests.conftest import Service


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class CommandLine:
    """Runs commands as the service's admin, or with another token."""

    def __init__(self, service: Service, data: Path, read: Callable[[], Any]) -> None:
        self.service, self.data, self._read = service, data, read

    async def __call__(self, *words: str, token: str | None = None) -> Done:
        service = ("--url", self.service.url, "--token", token or self.service.admin_token)
        return await self.without_options(*words, *service)

    async def without_options(self, *words: str) -> Done:
        code = await asyncio.to_thread(main, ["--data", str(self.data), *words])
        out, err = self._read()
        return Done(code, out, err)


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment of whoever runs the tests says is not part of them."""
    for name in ("LEADERBOARD_URL", "LEADERBOARD_TOKEN", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cli(service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(service, tmp_path, capsys.readouterr)
