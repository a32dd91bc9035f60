"""An account with something of everything: hosts on air and idle, visitors, orders, flags; for tests of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conftest import Service, view
from tests.web.reviewing import put_raised, raised

CAMPAIGN = "apollo-test"
ACCOUNTS = f"/campaigns/{CAMPAIGN}/accounts"
A1 = f"{ACCOUNTS}/a1"
DETECTED = "integrity.cells~a1"
# 16 February, 19:00 in Los Angeles.
EVENING = datetime(2022, 2, 17, 3, 0, tzinfo=UTC)
DAY = "2022-02-16"


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def beats(
    host: str, session: str, first_minute: int, minutes: int, activity: str = "explaining"
) -> Iterator[dict[str, Any]]:
    """A heartbeat a minute."""
    for minute in range(first_minute, first_minute + minutes):
        yield {
            "type": "heartbeat",
            "id": f"{session}-{minute}-{activity}",
            "at": _text(EVENING + timedelta(minutes=minute)),
            "account_id": "a1",
            "host_id": host,
            "live_session_id": session,
            "covers": 60,
            "activity": activity,
            "order_channel": "in_app",
            "product_id": "p1",
            "motion": 0.5,
        }


def trade(kind: str, number: int, **more: Any) -> dict[str, Any]:
    """An order or refund of a1."""
    head = {"type": kind, "id": f"{kind}-{number}", "at": "2022-02-20T12:30:00Z", "account_id": "a1"}
    return head | {"value": {"amount": "24.90", "currency": "USD"}} | more


async def put_hosts(service: Service) -> None:
    """Ana has two promised slots on the evening, Bo has none."""
    for host in ("ana", "bo"):
        answer = await service.ask("PUT", f"/v1/accounts/a1/hosts/{host}", {"name": host.title()})
        assert answer.status == 201, answer.body
    slots = [
        {"start": _text(EVENING), "end": _text(EVENING + timedelta(hours=2))},
        {"start": _text(EVENING + timedelta(hours=24)), "end": _text(EVENING + timedelta(hours=25))},
    ]
    hosts = [{"host_id": "ana", "schedule": slots}, {"host_id": "bo", "schedule": []}]
    body = {"hosts": hosts, "schedule_waiver": "Agreed before the start."}
    answer = await service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}/enrollments/a1", body)
    assert answer.status in (200, 201), answer.body


async def send(service: Service, *events: dict[str, Any]) -> None:
    answer = await service.ask("POST", "/v1/events", {"events": list(events)})
    assert answer.json["rejected"] == [], answer.body
    await service.count()


async def fill_account(service: Service) -> None:
    """a1 with 6 visitors behind a3 with 9, 41 orders of which 3 were refunded, an evening of live time, and a hold."""
    await put_hosts(service)
    await send(
        service,
        *beats("ana", "s1", 0, 30),
        *beats("ana", "s1", 30, 15, "idle"),
        *beats("ana", "s1", 60, 30),
        *beats("ana", "s2", 80, 20),
        *beats("bo", "s3", 130, 20),
        *(
            view(n, visitor=f"v{n}", at=f"2022-02-20T{10 + n}:10:00Z", product_id=f"p{n % 3}")
            for n in range(6)
        ),
        *(view(100 + n, "a3", visitor=f"w{n}") for n in range(9)),
        view(200, at="2022-01-01T12:00:00Z"),
        *(trade("order", n) for n in range(41)),
        *(trade("refund", n, order_id=f"order-{n}") for n in range(3)),
    )
    now_ms = await service.store.now_ms()
    await put_raised(service, raised("a1", first_ms=now_ms))
