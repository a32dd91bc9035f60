"""A campaign is paid under `leaderboard up`: whatever is killed on the way, nothing goes out twice and nothing is lost.

And the bank details that were handed in stand nowhere in the clear, whatever was done with them.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.running import INTERRUPTED, PATIENCE_S, Caller, Installation, installed
from tests.short_campaign import ShortCampaign

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="finds the processes through /proc"),
    pytest.mark.timeout(300),
]

CONFIG = """
[payouts]
payee_wait_h = 0
tax_form_from = {}

[payouts.nacha]
destination = "021000021"
destination_name = "BIG BANK"
origin = "1123456789"
origin_name = "LIVE LEADERBOARD"
company_name = "LIVE LEADERBOAR"
company_id = "1123456789"

[payouts.pain001]
debtor = "Live Leaderboard"
debtor_town = "Berlin"
debtor_country = "DE"
iban = "DE89370400440532013000"
bic = "COBADEFFXXX"
"""
# Planted: none of these may be found anywhere but in the file for the bank.
HOLDERS = ("Zebediah Quillfeather", "Ottoline Brackenridge", "Thaddeus Vandermolen")
NUMBERS = ("90817263544", "71829304655")
IBAN = "FR1420041010050500013M02606"
STREETS = ("77 Wimbledore Crescent",)
WRONG = ("123123124", "80071126900", "GB00WEST99887766554433")
PLANTED = (*HOLDERS, *NUMBERS, IBAN, *STREETS, *WRONG)
# One batch each. Whoever is killed again and again is started again later and later, so neither dies often.
VICTIMS = ("api", "store", "scheduler")


class People:
    """The two who pay."""

    def __init__(self, preparer: Caller, approver: Caller) -> None:
        self.preparer, self.approver = preparer, approver


@asynccontextmanager
async def certified(
    tmp_path: Path, apollo: Callable[..., str]
) -> AsyncIterator[tuple[ShortCampaign, Caller, People]]:
    """A campaign of seconds that was certified, and who pays it."""
    async with installed(tmp_path / "var", CONFIG) as caller:
        campaign = ShortCampaign("spring", caller, apollo)
        await campaign.announce()
        async with campaign.streaming():
            await campaign.until("review")
            await campaign.certify()
        people = People(
            await caller.another("payout_preparer", "Pia"), await caller.another("payout_approver", "Ada")
        )
        yield campaign, caller, people


async def give_details(people: People, accounts: tuple[str, ...]) -> None:
    """Proposed by one and confirmed by the other; the third account has an IBAN."""
    for account, holder, number in zip(accounts, HOLDERS, (*NUMBERS, ""), strict=True):
        bank = (
            {"routing": "011000015", "account": number, "account_type": "checking"}
            if number
            else {"iban": IBAN}
        )
        address = {"street": STREETS[0], "town": "Springfield", "country": "US" if number else "FR"}
        details = {"type": "person", "holder": holder, "address": address, "bank": bank}
        path = f"/v1/accounts/{account}/payee"
        proposed = await people.preparer.ask("PUT", path, details)
        version = {"version": proposed["proposed"]["version"]}
        await people.approver.ask("POST", f"{path}/confirm", version)


async def again(ask: Callable[[], Awaitable[Any]]) -> Any:
    """The answer, however often it has to be asked for while processes are killed."""
    until_s = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        try:
            return await ask()
        except INTERRUPTED as error:
            # A refusal is one unless the store was away.
            if isinstance(error, ValueError) and not str(error).startswith(("500", "502", "503")):
                raise
            if asyncio.get_running_loop().time() > until_s:
                raise
            await asyncio.sleep(0.05)


async def file_of(caller: Caller, batch: str, format: str = "") -> bytes:
    """The export, asked for until it comes."""

    async def ask() -> bytes:
        status, content = await caller.read(f"/v1/payouts/{batch}/export{format}")
        if status != 200:
            raise ValueError(f"{status}: {content!r}")
        return content

    content: bytes = await again(ask)
    return content


async def test_bank_details_stand_nowhere_in_the_clear(tmp_path: Path, apollo: Callable[..., str]) -> None:
    async with certified(tmp_path, apollo) as (campaign, caller, people):
        answers = [await refused_details(people.preparer, campaign.accounts[0])]
        await give_details(people, campaign.accounts)
        paid = []
        for format in ("nacha", "pain001"):
            prepared = await people.preparer.ask("POST", f"{campaign.path}/payouts", {"format": format})
            batch = prepared["batch"]["id"]
            answers += [prepared, await people.approver.ask("POST", f"/v1/payouts/{batch}/approve", {})]
            paid.append(await file_of(people.preparer, batch))
            shown = await people.preparer.ask("GET", f"/v1/payouts/{batch}")
            report = {"lines": [{"id": line["id"], "status": "paid"} for line in shown["items"]]}
            answers += [shown, await people.preparer.ask("POST", f"/v1/payouts/{batch}/reconcile", report)]
        await caller.until(campaign.path, lambda found: bool(found["state"] == "paid"))
        answers += [await everything_said(caller, people, campaign)]
        commands = [
            caller.installation.run(*command, "--url", caller.installation.url)
            for command in (("payouts", "list", "spring"), ("payouts", "show", "spring-1"), ("audit-log",))
        ]
        data, log = caller.installation.data, caller.installation.log

    assert [done.returncode for done in commands] == [0] * len(commands)
    # They are where they have to be, so that this test can fail.
    assert all(number.encode() in paid[0] for number in NUMBERS)
    assert IBAN.encode() in paid[1]
    texts = {"answers": json.dumps(answers).encode(), "log": log.read_bytes()}
    texts |= {f"command {number}": done.stdout + done.stderr for number, done in enumerate(commands)}
    texts |= {str(path): content for path in data.rglob("*") if path.is_file() for content in contents(path)}
    found = {(name, secret) for name, text in texts.items() for secret in PLANTED if holds(text, secret)}
    assert found == set()
    assert len(texts) > 10


def contents(path: Path) -> list[bytes]:
    """The bytes of a file, and what is packed in them."""
    raw = path.read_bytes()
    if path.suffix != ".zst":
        return [raw]
    return [raw, zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True).read()]


def holds(text: bytes, secret: str) -> bool:
    return secret.casefold() in text.decode("utf-8", "replace").casefold()


async def refused_details(preparer: Caller, account: str) -> list[str]:
    """What is said of details that are wrong."""
    wrong = [
        {"routing": WRONG[0], "account": WRONG[1], "account_type": "checking"},
        {"routing": "011000015", "account": f"{WRONG[1]}12345678901", "account_type": "checking"},
        {"routing": "011000015", "account": WRONG[1], "account_type": WRONG[1]},
        {"iban": WRONG[2]},
        {"iban": WRONG[2], "account": WRONG[1]},
        WRONG[1],
    ]
    said = []
    for bank in wrong:
        address = {"street": STREETS[0], "town": "Springfield", "country": "US"}
        details = {"type": "person", "holder": HOLDERS[0], "address": address, "bank": bank}
        with pytest.raises(ValueError, match="422") as refused:
            await preparer.ask("PUT", f"/v1/accounts/{account}/payee", details)
        said.append(str(refused.value))
    return said


async def everything_said(caller: Caller, people: People, campaign: ShortCampaign) -> list[str]:
    """Whatever may be asked for, and what is said of what goes wrong."""
    paths = [
        "/metrics",
        "/v1/audit-log?limit=1000",
        "/v1/status",
        f"{campaign.path}/payouts",
        f"{campaign.path}/result",
        f"{campaign.path}/standings",
        f"/v1/payouts/{campaign.name}-1/export?format=csv",
        f"/v1/payouts/{campaign.name}-1/export?format=manifest",
        *(f"/v1/accounts/{account}/payee" for account in campaign.accounts),
    ]
    said = [(await caller.read(path))[1].decode() for path in paths]
    said += [(await people.preparer.read(path))[1].decode() for path in [*paths, "/v1/ledger"]]
    return said


async def test_nothing_is_lost_and_nothing_goes_out_twice_whoever_is_killed(
    tmp_path: Path, apollo: Callable[..., str]
) -> None:
    async with certified(tmp_path, apollo) as (campaign, caller, people):
        await give_details(people, campaign.accounts)
        files = {}
        for victim in VICTIMS:
            killer, is_last = Killer(caller.installation, victim), victim == VICTIMS[-1]
            batch = (await killer.during(partial(prepared, people, campaign)))["batch"]["id"]
            await killer.during(partial(approved, people, batch))
            files[batch] = await killer.during(partial(file_of, people.preparer, batch))
            await killer.during(partial(reported, people, batch, "paid" if is_last else "returned"))
        shown = await again(lambda: people.preparer.ask("GET", f"{campaign.path}/payouts"))

        for batch, content in files.items():
            assert await file_of(people.preparer, batch) == content
        await check_lines(people, list(files))
        for command in (("audit-log", "verify"), ("payouts", "ledger", "--check")):
            done = caller.installation.run(*command, "--url", caller.installation.url)
            assert done.returncode == 0, done.stderr
        ledger = await people.preparer.ask("GET", "/v1/ledger?limit=1000")

    assert [batch["state"] for batch in shown["batches"]] == ["settled"] * len(VICTIMS)
    lines = [batch["lines"] for batch in shown["batches"]]
    kinds = Counter(entry["kind"] for entry in ledger["items"])
    once = {"prepare": len(VICTIMS), "export": len(VICTIMS)}
    assert kinds == once | {"return": sum(lines[:-1]), "paid": lines[-1]}
    standing = {one["account"].split(":")[0] for one in ledger["balances"] if float(one["balance"]["amount"])}
    assert standing == {"budget", "settled"}


class Killer:
    """Kills one role at some instant of each step."""

    def __init__(self, installation: Installation, victim: str) -> None:
        self._installation, self._victim = installation, victim
        self._rng = random.Random(victim)

    async def during(self, step: Callable[[], Awaitable[Any]]) -> Any:
        """The step, asked for until it is done; then once more, which changes nothing."""
        await asyncio.gather(again(step), self._kill())
        return await again(step)

    async def _kill(self) -> None:
        await asyncio.sleep(self._rng.uniform(0, 0.05))
        await asyncio.to_thread(self._installation.kill, self._victim)


async def prepared(people: People, campaign: ShortCampaign) -> Any:
    return await people.preparer.ask("POST", f"{campaign.path}/payouts", {"format": "nacha"})


async def approved(people: People, batch: str) -> Any:
    return await people.approver.ask("POST", f"/v1/payouts/{batch}/approve", {})


async def reported(people: People, batch: str, status: str) -> Any:
    shown = await people.preparer.ask("GET", f"/v1/payouts/{batch}")
    # The account was right: it may be paid again with the same details.
    code = {"code": "R23"} if status == "returned" else {}
    report = {"lines": [{"id": line["id"], "status": status} | code for line in shown["items"]]}
    return await people.preparer.ask("POST", f"/v1/payouts/{batch}/reconcile", report)


async def check_lines(people: People, batches: list[str]) -> None:
    """Every award has one line of each attempt, and no two lines share an id."""
    pages = [await people.preparer.ask("GET", f"/v1/payouts/{batch}") for batch in batches]
    lines = [line for page in pages for line in page["items"]]
    attempts: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        attempts.setdefault((line["award"], line["account_id"]), []).append(line["attempt"])
    assert len({line["id"] for line in lines}) == len(lines)
    assert {tuple(each) for each in attempts.values()} == {tuple(range(1, len(VICTIMS) + 1))}
