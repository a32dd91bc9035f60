"""A certified campaign with payees, and the two people who pay it, for tests of payouts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec.structs import replace

from leaderboard.config import Config, Payouts
from leaderboard.domain.nacha import NachaProfile
from leaderboard.domain.pain001 import Pain001Profile
from leaderboard.domain.payees import Address, Bank, IbanBank, Payee, PayeeDetails, PayeeType, UsBank
from leaderboard.domain.payouts import Line
from leaderboard.domain.signing import sealed
from leaderboard.store.store import Store
from leaderboard.store.vault import Vault
from tests.conftest import SIGNING_KEY, VAULT, Answer, Service, serving
from tests.web.lives import CAMPAIGN, PATH, put_life, put_result

NACHA = NachaProfile(
    destination="021000021",
    destination_name="BIG BANK",
    origin="1123456789",
    origin_name="LIVE LEADERBOARD",
    company_name="LIVE LEADERBOAR",
    company_id="1123456789",
    description="AWARD",
)
PAIN001 = Pain001Profile(
    debtor="Live Leaderboard",
    debtor_town="Berlin",
    debtor_country="DE",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
)
PAYOUTS = Payouts(nacha=NACHA, pain001=PAIN001, payee_wait_h=0, tax_form_from={})
PAYOUTS_PATH = f"{PATH}/payouts"
US = UsBank(routing="011000015", account="5550001234", account_type="checking")
IBAN = IbanBank(iban="FR1420041010050500013M02606", bic="PSSTFRPPXXX")


class Paid:
    """The service with campaign `apollo-test`, and who pays it: Pia prepares, Ada approves."""

    def __init__(self, service: Service, preparer: str, approver: str) -> None:
        self.service, self.store = service, service.store
        self.preparer, self.approver = preparer, approver

    async def prepare(self, format: str = "nacha", token: str | None = None) -> Answer:
        return await self.service.ask("POST", PAYOUTS_PATH, {"format": format}, token=token or self.preparer)

    async def approve(self, batch: str, token: str | None = None, **order: Any) -> Answer:
        path = f"/v1/payouts/{batch}/approve"
        return await self.service.ask("POST", path, order, token=token or self.approver)

    async def export(self, batch: str, format: str | None = None, token: str | None = None) -> Answer:
        query = f"?format={format}" if format else ""
        return await self.service.ask(
            "GET", f"/v1/payouts/{batch}/export{query}", token=token or self.preparer
        )

    async def reconcile(self, batch: str, *lines: dict[str, Any], token: str | None = None) -> Answer:
        path = f"/v1/payouts/{batch}/reconcile"
        return await self.service.ask("POST", path, {"lines": lines}, token=token or self.preparer)

    async def void(self, batch: str, token: str = "", **more: bool) -> Answer:
        path = f"/v1/payouts/{batch}/void"
        return await self.service.ask("POST", path, {"reason": "Wrong."} | more, token=token or self.preparer)

    async def exported(self, format: str = "nacha") -> str:
        """A batch of all that can be paid, prepared, approved and exported; its id."""
        prepared = await self.prepare(format)
        assert prepared.status == 201, prepared.body
        batch: str = prepared.json["batch"]["id"]
        for step in (self.approve, self.export):
            answer = await step(batch)
            assert answer.status == 200, answer.body
        return batch

    async def lines(self, batch: str) -> list[Line]:
        """Those of a batch, by award and account."""
        return sorted(
            (await self.store.payouts.lines(batch)).values(), key=lambda one: (one.award, one.account)
        )

    async def pay(self, batch: str) -> Answer:
        """The bank says that all arrived."""
        return await self.reconcile(
            batch, *[{"id": one.id, "status": "paid"} for one in await self.lines(batch)]
        )

    async def give_details(
        self,
        account: str,
        bank: Bank = US,
        *,
        holder: str = "Maya Miller",
        type: PayeeType = "person",
        country: str = "US",
        version: int = 1,
        vault: Vault = VAULT,
    ) -> None:
        """Bank details that can be used at once."""
        address = Address(town="Springfield", country=country)
        details = PayeeDetails(type=type, holder=holder, address=address, bank=bank)
        proposed = vault.seal(account, version, details, proposed_by="test", proposed_ms=1)
        before = await self.store.payees.of(account)
        current = replace(proposed, confirmed_by="other", confirmed_ms=2, usable_from_ms=2)
        after = Payee(current=current, last_version=version)
        assert await self.store.payees.make("confirm", account, before, after, actor="test")

    async def certify(self, *awards: tuple[str, str, str], currency: str = "USD") -> None:
        """One more result, with awards as (award, account, amount)."""
        version = (await self.store.lifecycles.life(CAMPAIGN)).result + 1
        await put_result(self.service, signed_result(awards, version, currency))
        await self.store.directory.refresh()


def signed_result(awards: Sequence[tuple[str, str, str]], version: int, currency: str) -> bytes:
    """A result as far as it is paid by, signed by the service's key."""
    listed = [
        {
            "award": award,
            "account_id": account,
            "place": place if award == "top_five" else None,
            "amount": {"amount": amount, "currency": currency},
        }
        for place, (award, account, amount) in enumerate(awards, 1)
    ]
    head = {"campaign": {"id": CAMPAIGN}, "version": version}
    return sealed(head | {"awards": listed, "standings": []}, SIGNING_KEY)


AWARDS = (
    ("top_five", "a1", "4000.00"),
    ("top_five", "a2", "2500.00"),
    ("gmv_rebate", "a1", "12.34"),
)


@asynccontextmanager
async def paying(
    store: Store, set_up: Callable[[Service], Any], config: Payouts = PAYOUTS
) -> AsyncIterator[Paid]:
    """The service over a store, its campaign certified with `AWARDS`, all of its accounts with bank details."""
    async with serving(store, Config(payouts=config)) as service:
        await set_up(service)
        await store.signing_keys.register(SIGNING_KEY, "test", await store.now_ms())
        await put_life(service, state="review", cutoff_ms=1_646_100_000_000)
        paid = Paid(
            service,
            await service.issue(role="payout_preparer", name="Pia"),
            await service.issue(role="payout_approver", name="Ada"),
        )
        await paid.certify(*AWARDS)
        for account in ("a1", "a2", "a3"):
            await paid.give_details(account)
        yield paid


__all__ = ["AWARDS", "CAMPAIGN", "IBAN", "NACHA", "PAYOUTS", "PAYOUTS_PATH", "US", "Paid", "paying"]
