"""Runs commands against a service as its admin, or as somebody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
