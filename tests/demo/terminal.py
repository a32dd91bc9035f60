"""A terminal in which the commands are given that a demo prints, as they are printed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

CHANGES: Final = ("flags decide", "flags appeal", "void", "rescore apply", "rescore reverse")


def commands_of(said: str) -> list[str]:
    """The indented lines from the first setting on."""
    printed = said[said.index("  export LEADERBOARD_URL") :]
    return [line.strip() for line in printed.splitlines() if line.startswith("  ")]


class Terminal:
    """Where the printed commands are given, each in bash. A command that fails is a failure of the test."""

    def __init__(self, said: str, directory: Path) -> None:
        lines = commands_of(said)
        self.commands = lines[3:]
        self.heard = ""
        self._before = "\n".join(
            [f'leaderboard() {{ "{sys.executable}" -m leaderboard "$@"; }}', "set -eu", *lines[:3]]
        )
        self._directory = directory

    async def give(self, command: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *("bash", "-c", f"{self._before}\n{command}"),
            cwd=self._directory,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, f"{command}\n{out.decode()}\n{err.decode()}"
        self.heard += out.decode() + err.decode()
        return out.decode()

    async def give_until(self, last: str) -> str:
        """All up to the first one with these words; those that change something twice, as somebody in doubt would."""
        said = ""
        while self.commands:
            command = self.commands.pop(0)
            said = await self.give(command)
            if any(change in command for change in CHANGES):
                said = await self.give(command)
            if last in command:
                return said
        raise AssertionError(f"no command has {last!r}")
