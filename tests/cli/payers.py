"""The two people who pay on the command line, and how to read what they are told."""

from __future__ import annotations

from tests.cli.command_line import CommandLine, Done
from tests.web.paying import CAMPAIGN, Paid

BATCH = f"{CAMPAIGN}-1"


class Payers:
    """The command line as the people who pay use it."""

    def __init__(self, paid: Paid, cli: CommandLine) -> None:
        self.paid, self.cli = paid, cli

    async def pia(self, *words: str) -> Done:
        """As Pia, who prepares."""
        return await self.cli("payouts", *words, token=self.paid.preparer)

    async def ada(self, *words: str) -> Done:
        """As Ada, who approves."""
        return await self.cli("payouts", *words, token=self.paid.approver)


def words_of(done: Done, label: str) -> str:
    """What stands behind a label in what was printed."""
    return next(line for line in done.lines if line.startswith(f"{label} ")).removeprefix(label).strip()
