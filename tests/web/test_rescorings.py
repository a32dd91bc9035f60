"""Rescorings over HTTP: asked for, refused by field; who may, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from leaderboard.domain.lifecycle import Certification
from tests.conftest import Service
from tests.web.asking import TOML, refusal_of
from tests.web.lives import put_life
from tests.web.rescoring import NETWORK, OUTAGE, PATH, WHY, ask_for, asked, in_state, one, prepare

pytestmark = pytest.mark.usefixtures("apollo_service")
STARTS, ENDS = "2022-02-14T08:00:00Z", "2022-02-28T08:00:00Z"


# ── Asking ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_rescoring_is_prepared_before_anything_is_taken_out(service: Service) -> None:
    token = await service.issue(role="reviewer", name="Kim")
    answer = await ask_for(service, NETWORK, token=token)
    name = answer.json["id"]

    assert answer.status == 202
    assert answer.json == {
        "id": name,
        "state": "preparing",
        "what": NETWORK,
        "reason": WHY,
        "by": token.split("_")[1],
        "at": answer.json["at"],
        "problem": None,
        "applied": None,
        "reversed": None,
        "preview": None,
    }
    assert (await service.ask("GET", f"{PATH}/{name}")).json == answer.json
    assert await service.store.reviews.voided("apollo-test") == {}
    [entry] = (await service.ask("GET", "/v1/audit-log?action=rescoring.ask")).json["items"]
    assert (entry["subject"], entry["why"], entry["before"]) == (f"apollo-test/{name}", WHY, None)


@pytest.mark.parametrize(
    ("what", "shown"),
    [
        ({"network": "203.0.113.77/24"}, {"network": "203.0.113.0/24"}),
        ({"network": "::ffff:203.0.113.0/120"}, {"network": "203.0.113.0/24"}),
        ({"network": "2001:DB8::/32"}, {"network": "2001:db8::/32"}),
        ({"device": "00FF00FF00ff00ff"}, {"device": "00ff00ff00ff00ff"}),
        ({"user_agent": "Bot/1.0", "account_id": "a1"}, {"user_agent": "Bot/1.0", "account_id": "a1"}),
        ({"live_session_id": "evening 1"}, {"live_session_id": "evening 1"}),
        (
            {"account_id": "a1", "from": STARTS, "until": 1_646_035_200_000},
            {"account_id": "a1", "from": "2022-02-14T08:00:00.000Z", "until": "2022-02-28T08:00:00.000Z"},
        ),
    ],
)
async def test_a_filter_is_shown_in_one_spelling(
    service: Service, what: dict[str, Any], shown: dict[str, str]
) -> None:
    answer = await ask_for(service, {"kind": "void_views"} | what)

    assert (answer.status, answer.json["what"]) == (202, {"kind": "void_views"} | shown)


async def test_an_outage_and_a_host_can_be_taken_out(service: Service) -> None:
    host = {"kind": "exclude_host", "account_id": "a1", "host_id": "maya"}
    await service.ask("PUT", "/v1/accounts/a1/hosts/maya", {"name": "Maya"})
    enrollment = {"hosts": [{"host_id": "maya", "schedule": []}]}
    assert (await service.ask("PUT", "/v1/campaigns/apollo-test/enrollments/a1", enrollment)).status == 200

    answers = [await ask_for(service, what) for what in (OUTAGE, OUTAGE | {"live": True}, host)]

    assert [answer.status for answer in answers] == [202, 202, 202]
    assert [answer.json["what"].get("live") for answer in answers] == [False, True, None]
    assert answers[2].json["what"] == host


async def test_the_same_from_the_same_caller_is_one_rescoring_while_it_is_open(service: Service) -> None:
    kim, lea = await service.issue(role="reviewer", name="Kim"), await service.issue(role="reviewer")
    first = await asked(service, token=kim)

    again = await ask_for(service, token=kim)
    others = [await asked(service, token=lea), await asked(service, OUTAGE, token=kim)]
    others.append(await asked(service, reason="Another one.", token=kim))
    await prepare(service, first)
    prepared = await ask_for(service, token=kim)

    assert (again.status, again.json["id"], again.json["state"]) == (200, first, "preparing")
    assert (prepared.status, prepared.json["id"], prepared.json["state"]) == (200, first, "prepared")
    assert len({first, *others}) == 4


@pytest.mark.parametrize("state", ["applied", "reversed", "cancelled", "failed"])
async def test_what_is_done_with_can_be_asked_for_anew(service: Service, state: str) -> None:
    kim = await service.issue(role="reviewer", name="Kim")
    first = await in_state(service, state, token=kim)

    second = await ask_for(service, token=kim)

    assert second.status == 202
    assert second.json["id"] != first
    assert (await one(service, first)).state == state


async def test_the_same_asked_for_many_times_at_once_is_one_rescoring(service: Service) -> None:
    kim = await service.issue(role="reviewer", name="Kim")

    answers = await asyncio.gather(*(ask_for(service, token=kim) for _ in range(8)))

    assert sorted(answer.status for answer in answers) == [200] * 7 + [202]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(await service.store.rescorings.of("apollo-test")) == 1


@pytest.mark.parametrize(
    ("what", "field", "words"),
    [
        ({}, "what", "names too little"),
        ({"account_id": "a1"}, "what", "names too little"),
        ({"account_id": "a1", "from": STARTS}, "what", "names too little"),
        ({"from": STARTS, "until": ENDS}, "what", "names too little"),
        ({"network": "0.0.0.0/0"}, "what.network", "too wide: give one of /8 or narrower"),
        ({"network": "::/8"}, "what.network", "too wide: give one of /16 or narrower"),
        ({"network": "203.0.113.7"}, "what.network", "too narrow"),
        ({"network": "2001:db8::1"}, "what.network", "give 2001:db8::/48"),
        ({"network": "kitchen"}, "what.network", "is not an address or network such as 203.0.113.0/24"),
        ({"network": ""}, "what.network", "must not be empty"),
        ({"device": "ff"}, "what.device", "16 hexadecimal digits"),
        ({"device": "00ff00ff00ff00ff\n"}, "what.device", "16 hexadecimal digits"),
        ({"user_agent": ""}, "what.user_agent", "must not be empty"),
        ({"device": "f" * 16, "account_id": "nobody"}, "what.account_id", "is not enrolled in apollo-test"),
        ({"device": "f" * 16, "from": "2022-02-14T07:59:59Z"}, "what.from", "window"),
        ({"device": "f" * 16, "until": "2022-02-28T08:00:00.001Z"}, "what.until", "window"),
        ({"device": "f" * 16, "from": "2022-02-16T08:00:00"}, "what.from", "offset"),
        ({"device": "f" * 16, "from": ENDS, "until": STARTS}, "what.until", "must be after from"),
        ({"device": "f" * 16, "from": STARTS, "until": STARTS}, "what.until", "must be after from"),
        ({"kind": "outage"}, "what.from", "is required"),
        ({"kind": "outage", "from": ENDS, "until": STARTS}, "what.until", "must be after from"),
        (OUTAGE | {"until": "2022-03-28T08:00:00Z"}, "what.until", "window"),
        (OUTAGE | {"network": "203.0.113.0/24"}, "what.network", "is not a field here"),
        ({"kind": "exclude_host", "account_id": "a1"}, "what.host_id", "is required"),
        ({"kind": "exclude_host", "account_id": "a1", "host_id": "h9"}, "what.host_id", "never registered"),
        ({"kind": "exclude_host", "account_id": "x", "host_id": "h9"}, "what.account_id", "is not enrolled"),
        ({"kind": "erase"}, "what.kind", "void_views"),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_out_is_refused_by_field(
    service: Service, what: dict[str, Any], field: str, words: str
) -> None:
    answer = await ask_for(service, {"kind": "void_views"} | what)

    assert (answer.status, refusal_of(answer)) == (422, "invalid"), answer.body
    assert answer.json["errors"][0]["path"] == field
    assert words in answer.json["detail"]
    assert await service.store.rescorings.of("apollo-test") == {}


async def test_all_that_is_wrong_is_told_at_once(service: Service) -> None:
    wrong = {"kind": "void_views", "network": "10.0.0.0/7", "from": ENDS, "until": STARTS, "account_id": "x"}
    answer = await ask_for(service, wrong)

    assert [one["path"] for one in answer.json["errors"]] == ["what.network", "what.until", "what.account_id"]


@pytest.mark.parametrize("reason", ["", " \n", "x" * 1_001])
async def test_a_rescoring_says_why(service: Service, reason: str) -> None:
    answer = await ask_for(service, reason=reason)

    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "reason")


# ── Who, and when ───────────────────────────────────────────────────────────────────────────────

ROLES = [
    ({"role": "admin"}, 200, 403),
    ({"role": "reviewer"}, 200, 202),
    ({"role": "payout_preparer"}, 403, 403),
    ({"role": "payout_approver"}, 403, 403),
    ({"role": "agency", "agency": "north"}, 403, 403),
    ({"role": "ingest", "accounts": ["*"]}, 403, 403),
]


@pytest.mark.parametrize(("role", "reads", "asks"), ROLES)
async def test_reviewers_decide_and_admins_read(
    service: Service, role: dict[str, Any], reads: int, asks: int
) -> None:
    name, token = await in_state(service, "prepared"), await service.issue(**role)

    looked = [await service.ask("GET", path, token=token) for path in (PATH, f"{PATH}/{name}")]
    did = [await ask_for(service, OUTAGE, token=token)]
    for verb in ("prepare", "apply", "cancel", "reverse"):
        did.append(await service.ask("POST", f"{PATH}/{name}/{verb}", {"reason": "x"}, token=token))

    assert [answer.status for answer in looked] == [reads] * 2
    assert did[0].status == asks
    assert {answer.status == 403 for answer in did} == {asks == 403}


@pytest.mark.parametrize("state", ["closing", "review", "certified", "paid"])
async def test_a_campaign_may_be_over(service: Service, state: str) -> None:
    await put_life(service, state=state, cutoff_ms=5)

    assert (await ask_for(service)).status == 202


async def test_nothing_is_taken_out_of_a_campaign_that_was_cancelled(service: Service) -> None:
    await put_life(service, state="cancelled", cutoff_ms=5, refunds_until_ms=5)
    answer = await ask_for(service)

    assert (answer.status, refusal_of(answer)) == (409, "campaign_cancelled")


async def test_nothing_is_asked_for_while_a_campaign_is_being_certified(service: Service) -> None:
    await put_life(service, state="review", cutoff_ms=5, certifying=Certification(5, "kim"))
    answer = await ask_for(service)

    assert (answer.status, refusal_of(answer)) == (409, "certifying")


async def test_nothing_is_taken_out_of_a_campaign_before_its_start(
    service: Service, apollo: Callable[..., str]
) -> None:
    text = apollo("later", start="2036-02-14T00:00:00", end="2036-02-28T00:00:00")
    await service.ask("PUT", "/v1/campaigns/later", data=text.encode(), headers=TOML)
    token = await service.issue(role="reviewer")
    order = {"what": NETWORK, "reason": WHY}
    answer = await service.ask("POST", "/v1/campaigns/later/rescorings", order, token=token)

    assert (answer.status, refusal_of(answer)) == (409, "not_started")
