"""The examples of the reference. Sent one after the other to an empty installation, each of them works."""

from __future__ import annotations

from typing import Final

AGENCY: Final = {"name": "North Live Agency", "country": "US"}
ACCOUNT: Final = {
    "agency_id": "north",
    "name": "Maya at home",
    "kind": "partner",
    "country": "US",
    "pixel_codes": ["C4MAYA"],
}
HOST: Final = {"name": "Maya"}

# Closed by hand, so that its window may lie in the past and be filled at any time.
CAMPAIGN_TOML: Final = """\
schema = 1
id = "example-week"
title = "Example week"
currency = "USD"

[clock]
zone = "America/Los_Angeles"

[window.main]
start = 2022-02-14T00:00:00
end = 2022-02-21T00:00:00

[metric.product_uv]
source = "view"
value = "count"
where = ["valid == true"]
steps = [{ by = ["visitor"], agg = "any" }, { agg = "sum" }]

[instrument.bank]
kind = "cash"

[[award]]
id = "first"
window = "main"
rank_by = "product_uv"
ties = ["reached"]
limit = 1
budget = "USD 500"
instrument = "bank"
[award.pay]
kind = "place"
table = [{ to = 1, amount = 500 }]

[settlement]
close = "manual"
"""

ENROLLMENT: Final = {
    "hosts": [
        {
            "host_id": "maya",
            "schedule": [{"start": "2022-02-14T19:00:00-08:00", "end": "2022-02-14T21:00:00-08:00"}],
        }
    ]
}

ENROLLMENT_ASKED: Final = {
    "hosts": [
        {
            "host_id": "noor",
            "name": "Noor",
            "schedule": [{"start": "2022-02-15T19:00:00-08:00", "end": "2022-02-15T21:00:00-08:00"}],
        }
    ],
    "note": "Noor takes over the evenings.",
}
SCHEDULE_CSV: Final = """\
host_id,host_name,start,end
maya,,2022-02-14 19:00,2022-02-14 21:00
noor,Noor,2022-02-15T19:00:00-08:00,2022-02-15T21:00:00-08:00
"""

VIEW: Final = {
    "type": "product_view",
    "id": "view-1",
    "at": "2022-02-14T19:05:00-08:00",
    "account_id": "mayas-corner",
    "product_id": "lipstick-12",
    "visitor_id": "visitor-77",
    "source": "live",
}
ORDER: Final = {
    "type": "order",
    "id": "order-1",
    "at": "2022-02-14T19:09:30-08:00",
    "account_id": "mayas-corner",
    "value": {"amount": "24.90", "currency": "USD"},
    "product_ids": ["lipstick-12"],
}
HEARTBEAT: Final = {
    "type": "heartbeat",
    "id": "beat-1",
    "at": "2022-02-14T19:05:30-08:00",
    "account_id": "mayas-corner",
    "host_id": "maya",
    "live_session_id": "evening-1",
    "covers": 30,
    "activity": "explaining",
    "product_id": "lipstick-12",
    "order_channel": "in_app",
    "motion": 0.4,
}
EVENTS: Final = {"events": [VIEW, HEARTBEAT, ORDER]}
EVENTS_NDJSON: Final = (
    '{"type": "product_view", "id": "view-2", "at": "2022-02-14T19:06:00-08:00", "account_id": "mayas-corner",'
    ' "product_id": "lipstick-12", "visitor_id": "visitor-78"}\n'
    '{"type": "product_view", "id": "view-3", "at": "2022-02-14T19:06:10-08:00", "account_id": "mayas-corner",'
    ' "product_id": "mirror-3", "visitor_id": "visitor-77"}\n'
)
RECEIPT: Final = {
    "accepted": 1,
    "rejected": [
        {
            "index": 1,
            "code": "invalid",
            "detail": "value.amount: USD has 2 decimals, the amount '24.905' has 3",
            "account_id": "mayas-corner",
            "event_id": "order-1",
        }
    ],
    "request_id": "5f0c9a31d2e84b67",
}

DECISION: Final = {
    "decision": "dismiss",
    "reason": "The refunds were of one faulty batch, which the seller replaced.",
}

RESCORING: Final = {
    "what": {
        "kind": "void_views",
        "network": "203.0.113.0/24",
        "from": "2022-02-15T02:10:00Z",
        "until": "2022-02-15T02:50:00Z",
    },
    "reason": "Half of these visitors came from one network, with three models of phones.",
}
APPEAL: Final = {
    "text": "The orders came back because one batch of lipsticks was broken. The seller's letter is attached.",
    "attachments": [
        {"name": "letter.txt", "text": "We have replaced batch 12 of the lipstick, which was broken."}
    ],
}

PAYEE: Final = {
    "type": "person",
    "holder": "Maya O'Brien",
    "address": {"street": "1 Main Street", "town": "Portland", "postal_code": "97201", "country": "US"},
    "bank": {"routing": "021000021", "account": "000123456789", "account_type": "checking"},
}
PAYEE_CONFIRMED: Final = {"version": 1, "number": "000123456789"}
PAYEE_REJECTED: Final = {"version": 1, "reason": "The holder is not the one of the contract."}

FUNDING: Final = {"amount": {"amount": "500.00", "currency": "USD"}, "reference": "transfer 2022-0114"}
SCREENING: Final = {"verdict": "clear", "list": "OFAC SDN", "list_version": "2022-02-21"}
TAX_FORM: Final = {"form": "W-9", "received_on": "2022-02-10"}
DIFFERENCE: Final = {
    "reason": "The rest was sent as a transfer of its own.",
    "reference": "transfer 2022-0131",
}
DISPUTE: Final = {"reason": "The agency says that another account sold this."}

TOKEN: Final = {"role": "ingest", "accounts": ["mayas-corner"], "name": "shop server", "expires": "30d"}

EVENT_TRACK: Final = {
    "event_source": "web",
    "event_source_id": "C4MAYA",
    "data": [
        {
            "event": "ViewContent",
            "event_time": 1644894300,
            "event_id": "web-1",
            "user": {"external_id": "visitor-79"},
            "properties": {"content_ids": ["lipstick-12"]},
        }
    ],
}
PIXEL_TRACK: Final = {
    "pixel_code": "C4MAYA",
    "event": "CompletePayment",
    "event_id": "web-2",
    "timestamp": "2022-02-15T03:05:30Z",
    "context": {"user": {"external_id": "visitor-79"}},
    "properties": {"currency": "USD", "value": "24.90", "contents": [{"content_id": "lipstick-12"}]},
}
PIXEL_BATCH: Final = {
    "pixel_code": "C4MAYA",
    "batch": [{**PIXEL_TRACK, "type": "track", "event_id": "web-3"}],
}
DIALECT: Final = {"event/track": EVENT_TRACK, "pixel/track": PIXEL_TRACK, "pixel/batch": PIXEL_BATCH}

PROBLEM: Final = {
    "type": "about:blank",
    "title": "Unprocessable Entity",
    "status": 422,
    "code": "invalid",
    "detail": "country: is required; ISO 3166-1 alpha-2, such as US",
    "request_id": "5f0c9a31d2e84b67",
    "errors": [{"path": "country", "detail": "is required; ISO 3166-1 alpha-2, such as US"}],
}
