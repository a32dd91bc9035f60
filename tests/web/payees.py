"""What tests of bank details share: two persons, an agency, and details to propose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leaderboard.store import keys
from leaderboard.store.vault import KEY_BYTES, Vault
from tests.conftest import VAULT, Answer, Service

US = {
    "type": "person",
    "holder": "Zelda Quartermain",
    "address": {
        "street": "77 Plumtree Lane",
        "town": "Nowhereville",
        "postal_code": "PC 97999 X",
        "country": "US",
    },
    "bank": {"routing": "021000021", "account": "000777888999", "account_type": "savings"},
}
ABROAD = {
    "type": "company",
    "holder": "Z\u00f6ldner GmbH",
    "address": {"town": "Irgendwo", "country": "DE"},
    "bank": {"iban": "DE89 3704 0044 0532 0130 00", "bic": "COBADEFFXXX"},
}
SECRETS = (
    "Zelda", "Quartermain", "Plumtree", "Nowhereville", "PC 97999 X", "021000021", "000777888999", "777888999",
    "00077788", "ldner GmbH", "Irgendwo", "DE89370400440532013000", "0440532013", "COBADEFF",
)  # fmt: skip


@dataclass
class Payees:
    """The bank details of accounts, asked for by Pia who prepares and Ada who approves."""

    service: Service
    pia: str
    ada: str

    async def put(self, body: Any = US, account: str = "a1", token: str | None = None) -> Answer:
        return await self.service.ask("PUT", f"/v1/accounts/{account}/payee", body, token=token or self.pia)

    async def get(self, account: str = "a1", token: str | None = None) -> Answer:
        return await self.service.ask("GET", f"/v1/accounts/{account}/payee", token=token or self.ada)

    async def confirm(
        self, version: int = 1, account: str = "a1", token: str | None = None, **more: Any
    ) -> Answer:
        return await self.decide("confirm", {"version": version} | more, account, token)

    async def reject(
        self, version: int = 1, reason: str = "Another holder.", account: str = "a1", token: str | None = None
    ) -> Answer:
        return await self.decide("reject", {"version": version, "reason": reason}, account, token)

    async def decide(self, verb: str, body: Any, account: str, token: str | None) -> Answer:
        path = f"/v1/accounts/{account}/payee/{verb}"
        return await self.service.ask("POST", path, body, token=token or self.ada)


async def payees_of(service: Service) -> Payees:
    """Both persons, with tokens of their own names."""
    pia = await service.issue(role="payout_preparer", name="Pia")
    return Payees(service, pia, await service.issue(role="payout_approver", name="Ada"))


async def seal_with_a_lost_key(payees: Payees) -> None:
    """The proposal of `a1` once more, as version 2."""
    store = payees.service.store
    held = await store.payees.of("a1")
    assert held.proposed is not None
    details = VAULT.open("a1", held.proposed)
    lost = Vault([b"x" * KEY_BYTES]).seal("a1", 2, details, proposed_by="pia", proposed_ms=1)
    unreadable = type(held)(proposed=lost, last_version=2)
    assert await store.payees.make("propose", "a1", held, unreadable, actor="test")


async def audit_entries(service: Service) -> int:
    """How many there are."""
    return int(await service.store.client.do("XLEN", keys.AUDIT_LOG))
