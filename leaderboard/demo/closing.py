"""A closed programme that is left to be paid: certified by the demo as an operator would, paid by whoever watches."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, Final

from leaderboard.demo.campaign import CAMPAIGN_ID
from leaderboard.demo.client import Client, DemoError
from leaderboard.demo.payees import TAX_FORM, payee_setting

CAMPAIGN: Final = f"/v1/campaigns/{CAMPAIGN_ID}"
WITHIN_S: Final = 60.0
LOOKED_WITHIN_S: Final = 180.0
POLL_S: Final = 0.2
WHY: Final = "Demo: the refunds of fashion are as high as the rule says."
WHY_TOO: Final = "Demo: looked at again, and it is so."
BUDGET: Final = {"amount": "100000.00", "currency": "USD"}


async def certify(admin: Client, reviewers: tuple[Client, Client], data: Path) -> None:
    """Funds it, closes it, decides on who is held, has it audited, and certifies it."""
    await admin.post(f"{CAMPAIGN}/funding", {"amount": BUDGET, "reference": "demo"})
    await close(admin)
    await _decide(*reviewers)
    await _audit(data)
    await _until(admin, "ready to be certified", lambda campaign: not campaign["blockers"])
    await admin.post(f"{CAMPAIGN}/certify", {})
    await _until(admin, "certified", lambda campaign: campaign["state"] == "certified")


async def close(admin: Client) -> None:
    """Closes it, and waits for review to open and for the detectors to have looked at all that counts."""
    await admin.post(f"{CAMPAIGN}/close", {"reason": "Demo: its window is over."})
    await _until(admin, "in review", lambda campaign: campaign["state"] == "review")
    cutoff = (await admin.get(CAMPAIGN))["life"]["cutoff_at"]
    until_s = monotonic() + LOOKED_WITHIN_S
    while not _covers(known := await admin.get(f"{CAMPAIGN}/checkpoints"), cutoff):
        if monotonic() > until_s:
            speaks = (known["problem"] or {}).get("text", "no checkpoint was made")
            raise DemoError(f"the detectors did not look within {LOOKED_WITHIN_S:.0f} s: {speaks}")
        await asyncio.sleep(POLL_S)


def _covers(known: dict[str, Any], cutoff: str) -> bool:
    return known["last"] is not None and known["last"]["through"] >= cutoff


async def _decide(first: Client, second: Client) -> None:
    """Upholds whatever holds somebody; what takes an account out takes the second reviewer, too."""
    for flag in (await first.get(f"{CAMPAIGN}/flags?status=open&action=hold&limit=1000"))["items"]:
        path = f"{CAMPAIGN}/flags/{flag['id']}/decision"
        decided = await first.post(path, {"decision": "uphold", "reason": WHY})
        if decided["takes_effect"] == "when_another_agrees":
            await second.post(path, {"decision": "uphold", "reason": WHY_TOO})


async def _until(admin: Client, what: str, is_so: Callable[[dict[str, Any]], bool]) -> None:
    until_s = monotonic() + WITHIN_S
    while not is_so(campaign := await admin.get(CAMPAIGN)):
        if monotonic() > until_s:
            speaks = "; ".join(one["detail"] for one in campaign["blockers"] or ())
            raise DemoError(
                f"{CAMPAIGN_ID} was not {what} within {WITHIN_S:.0f} s: {speaks or campaign['state']}"
            )
        await asyncio.sleep(POLL_S)


async def _audit(data: Path) -> None:
    """By the command that an operator uses, on the demo's own data."""
    words = ("--config", str(data / "config.toml"), "--data", str(data), "audit", CAMPAIGN_ID)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "leaderboard", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise DemoError(f"the audit failed: {said.decode(errors='replace').strip()}")


async def name_payees(preparer: Client, approver: Client, accounts: list[str]) -> None:
    """Made-up bank details of every winner, proposed by one person and confirmed by the other."""
    for number, account in enumerate(accounts, 1):
        path = f"/v1/accounts/{account}"
        await preparer.put(f"{path}/payee", payee_setting(number))
        proposed = (await approver.get(f"{path}/payee"))["proposed"]
        await approver.post(f"{path}/payee/confirm", {"version": proposed["version"]})
        await preparer.put(f"{path}/tax-form", TAX_FORM)


async def awards(admin: Client) -> list[dict[str, Any]]:
    """What the certified result says."""
    found: list[dict[str, Any]] = (await admin.get(f"{CAMPAIGN}/result"))["result"]["awards"]
    return found
