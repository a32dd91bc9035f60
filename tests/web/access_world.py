"""A store with something of everything in it: two agencies, a campaign that was paid, a live one and a draft."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from leaderboard.config import Config
from leaderboard.domain.standings import Row
from leaderboard.domain.tokens import TokenRequest
from leaderboard.store import keys
from leaderboard.store.store import Store
from tests.conftest import PARTITIONS, Service, serving, set_up_apollo, view
from tests.web import access_marks as marks
from tests.web.access_story import FLAGS, did, id_of, tell
from tests.web.asking import TOML
from tests.web.lives import CAMPAIGN, PATH
from tests.web.paying import PAYOUTS

LIVE, DRAFT = "live-one", "draft-one"
DAY_MS = 86_400_000


@dataclass(frozen=True)
class World:
    """`tokens`: caller → what it sends. `names`: what may stand in an address, by the name of the parameter."""

    service: Service
    tokens: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]


@asynccontextmanager
async def world_of(store: Store, apollo: Callable[..., str]) -> AsyncIterator[World]:
    """The world over an empty store."""
    async with serving(store, Config(payouts=PAYOUTS)) as service:
        tokens = await _tokens(service)
        await _settings(service, apollo)
        await _events(service, tokens)
        names = await tell(service, tokens)
        await store.directory.refresh()
        yield World(service, tokens, _names(tokens) | names)


async def _tokens(service: Service) -> dict[str, str]:
    tokens, now_ms = {"anonymous": "", "admin": service.admin_token}, await service.store.now_ms()
    requests: dict[str, dict[str, Any]] = {
        "reviewer": {"role": "reviewer", "name": marks.REVIEWERS[0]},
        "second reviewer": {"role": "reviewer", "name": marks.REVIEWERS[1]},
        "third reviewer": {"role": "reviewer", "name": marks.REVIEWERS[2]},
        "payout_preparer": {"role": "payout_preparer", "name": marks.PIA},
        "payout_approver": {"role": "payout_approver", "name": marks.ADA},
        "north": {"role": "agency", "agency": "north"},
        "south": {"role": "agency", "agency": "south"},
        "sender of a1": {"role": "ingest", "accounts": ["a1"]},
        "sender of a3": {"role": "ingest", "accounts": ["a3"]},
        "revoked": {"role": "admin", "name": "gone"},
        "to revoke": {"role": "ingest", "accounts": ["a3"]},
    }
    for caller, more in requests.items():
        tokens[caller] = await service.issue(**more)
    past = TokenRequest(role="admin", expires="1h")
    _, tokens["expired"] = await service.store.tokens.issue(past, "test", now_ms - DAY_MS)
    await service.store.tokens.revoke(id_of(tokens["revoked"]), "test", now_ms)
    return tokens


async def _settings(service: Service, apollo: Callable[..., str]) -> None:
    await set_up_apollo(service, apollo())
    await did(await service.ask("PUT", "/v1/agencies/north", {"name": marks.AGENCY_NAME, "country": "US"}))
    of_north: dict[str, Any] = {
        "agency_id": "north",
        "name": "Account a1",
        "kind": "partner",
        "country": "US",
    }
    of_north |= {"pixel_codes": [marks.PIXEL], "attributes": {"tier": marks.ATTRIBUTE}}
    await did(await service.ask("PUT", "/v1/accounts/a1", of_north))
    await did(await service.ask("PUT", f"/v1/accounts/a1/hosts/{marks.HOST}", {"name": marks.HOST_NAME}))
    await did(await service.ask("PUT", "/v1/accounts/a3/hosts/south-host", {"name": "Sue"}))
    slot = {"start": f"{marks.SLOT_AT}Z", "end": "2022-02-17T05:00:00Z"}
    hosts = [{"host_id": marks.HOST, "schedule": [slot]}]
    enrolled = {"hosts": hosts, "schedule_waiver": marks.WAIVER}
    await did(await service.ask("PUT", f"{PATH}/enrollments/a1", enrolled))
    for name, more in (
        (LIVE, {"start": "2022-02-14T00:00:00", "end": "2099-02-28T00:00:00"}),
        (DRAFT, {}),
    ):
        toml = apollo(name, **more).replace("Apollo: US", marks.DRAFT if name == DRAFT else "Live")
        path = f"/v1/campaigns/{name}" + ("?draft=true" if name == DRAFT else "")
        await did(await service.ask("PUT", path, data=toml.encode(), headers=TOML))
    await did(await service.ask("PUT", f"/v1/campaigns/{LIVE}/enrollments/a1", enrolled))
    await did(await service.ask("PUT", f"/v1/campaigns/{LIVE}/enrollments/a3", {"hosts": []}))


async def _events(service: Service, tokens: Mapping[str, str]) -> None:
    """Some of everything as it is sent; then figures of a1 that stand nowhere else by chance."""
    at = {"at": "2022-02-17T03:30:00Z", "account_id": "a1"}
    beat = at | {"type": "heartbeat", "host_id": marks.HOST, "live_session_id": marks.SESSION, "covers": 60}
    beat |= {"activity": "explaining", "order_channel": "in_app", "product_id": marks.PRODUCT, "motion": 0.5}
    beats = [beat | {"id": f"beat-{n}", "at": f"2022-02-17T03:{n}:00Z"} for n in range(20, 30)]
    value = {"amount": "24.90", "currency": "USD"}
    sent = [
        *beats,
        view(1, product_id=marks.PRODUCT),
        view(3, id=marks.CONFLICT),
        view(4, id=marks.CONFLICT),
        at | {"type": "order", "id": marks.LATE_ORDER, "at": "2021-02-17T03:30:00Z", "value": value},
        at | {"type": "order", "id": "order-1", "value": value},
        at | {"type": "funnel_step", "id": "step-1", "step": marks.STEP},
        view(5, id=marks.REFUSED, source="billboard"),
    ]
    batch = {"events": sent}
    answer = await service.ask("POST", "/v1/events", batch, token=tokens["sender of a1"])
    assert [one["event_id"] for one in (await did(answer))["rejected"]] == [marks.REFUSED]
    await did(await service.ask("POST", "/v1/events", {"events": [view(2, "a3")]}))
    await service.count()
    tally = keys.tally(keys.partition_of("a1", PARTITIONS), CAMPAIGN, "a1")
    figures = {
        "h:457001": marks.HOUR_UV,
        "o": marks.ORDERS,
        "e": marks.EFFECTIVE_MS,
        "b:USD": marks.GIVEN_BACK_MINOR,
    }
    await service.store.client.do("HSET", tally, *(part for pair in figures.items() for part in pair))
    row = Row("a1", 99, 9, 5, orders=marks.ORDERS, effective_ms=marks.EFFECTIVE_MS)
    await service.store.directory.refresh()
    await service.store.judge.publish(CAMPAIGN, [row], await service.store.now_ms())


def _names(tokens: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The first of each is north's, where it is anybody's."""
    return {
        "campaign": (CAMPAIGN, LIVE, DRAFT, "no-campaign"),
        "account": ("a1", "a2", "a3", "nobody"),
        "flag": FLAGS,
        "agency": ("north", "south"),
        "host": (marks.HOST,),
        "award": ("top_five",),
        "token": (id_of(tokens["to revoke"]),),
        "file": ("reference.css",),
        "document": ("bank",),
        "step": ("apply", "cancel"),
        "id": ("0:1-1",),
    }
