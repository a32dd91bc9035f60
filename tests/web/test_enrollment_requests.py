"""Requests to take part: asked by agencies, answered by admins, and nothing counts before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Answer, Service, view
from tests.web.asking import TOML, refusal_of
from tests.web.lives import put_life

PATH = "/v1/campaigns/apollo-test/enrollments"
CSV = {"Content-Type": "text/csv"}
EVENING = {"start": "2022-02-15T03:00:00.000Z", "end": "2022-02-15T05:00:00.000Z"}
ASKED = {"hosts": [{"host_id": "ana", "name": "Ana", "schedule": [EVENING]}], "note": "She is new."}


class North:
    """The agency of accounts a1 and a2, with one more account that takes no part yet."""

    def __init__(self, service: Service, token: str) -> None:
        self.service, self.token = service, token

    async def ask(self, account: str = "new", body: Any = ASKED, method: str = "POST", **more: Any) -> Answer:
        path = f"{PATH}/{account}/request"
        return await self.service.ask(method, path, body, token=self.token, **more)

    async def admin(self, order: str, body: Any = None, account: str = "new") -> Answer:
        return await self.service.ask("POST", f"{PATH}/{account}/{order}", body)


@pytest.fixture
async def north(apollo_service: Service) -> North:
    account = {"agency_id": "north", "name": "New", "kind": "partner", "country": "US"}
    assert (await apollo_service.ask("PUT", "/v1/accounts/new", account)).status == 201
    return North(apollo_service, await apollo_service.issue(role="agency", agency="north"))


async def listed(service: Service, status: str, token: str | None = None) -> list[str]:
    answer = await service.ask("GET", f"{PATH}?status={status}", token=token)
    assert answer.status == 200
    return [item["account_id"] for item in answer.json["items"]]


async def test_a_request_waits_and_is_approved_as_an_enrolment(north: North) -> None:
    asked = await north.ask()
    before = await north.service.ask("GET", f"{PATH}/new")
    approved = await north.admin("approve", {"number": 1})
    shown = await north.service.ask("GET", f"{PATH}/new", token=north.token)

    assert (asked.status, asked.json["state"], asked.json["edits"]["added"]) == (202, "pending", ["ana"])
    assert before.status == 404
    assert (approved.status, approved.json) == (201, shown.json)
    assert shown.json["hosts"] == [{"host_id": "ana", "schedule": [EVENING], "promised_s": 7200.0}]
    hosts = await north.service.ask("GET", "/v1/accounts/new/hosts")
    assert hosts.json["items"] == [{"id": "ana", "name": "Ana"}]


async def test_nothing_counts_before_the_approval(north: North) -> None:
    await north.ask()
    await north.service.ask("POST", "/v1/events", {"events": [view(1, account="new")]})
    await asyncio.sleep(0.005)
    await north.admin("approve")
    await north.service.ask("POST", "/v1/events", {"events": [view(2, account="new")]})
    await north.service.count()

    details = await north.service.ask("GET", "/v1/campaigns/apollo-test/accounts/new")
    assert details.json["score"] == 1


async def test_a_change_of_hosts_waits_too_and_what_is_enrolled_stands_until_then(north: North) -> None:
    await north.ask("a1")
    before = await north.service.ask("GET", f"{PATH}/a1")
    approved = await north.admin("approve", account="a1")

    assert before.json["hosts"] == []
    assert approved.status == 200
    assert [host["host_id"] for host in approved.json["hosts"]] == ["ana"]
    [edit] = approved.json["schedule_edits"]
    assert edit["hosts"] == {"added": ["ana"], "removed": [], "changed": []}


async def test_the_same_again_changes_nothing_and_another_takes_its_place(north: North) -> None:
    first, again = await north.ask(), await north.ask()
    other = await north.ask(body={"hosts": []})
    late = await north.admin("approve", {"number": 1})

    assert again.json == first.json
    assert (other.status, other.json["number"], other.json["hosts"]) == (202, 2, [])
    assert (late.status, refusal_of(late)) == (409, "changed")
    assert late.json["detail"] == "The agency has sent another request since: number 2, not 1."


async def test_every_answer_may_be_given_twice_and_no_other_after_it(north: North) -> None:
    await north.ask()
    reason = {"reason": "The list is closed."}
    rejected, again = await north.admin("reject", reason), await north.admin("reject", reason)
    approved, withdrawn = await north.admin("approve"), await north.ask(method="DELETE", body=None)
    seen = await north.ask(method="GET", body=None)

    assert (rejected.status, again.json) == (200, rejected.json)
    assert [(one.status, refusal_of(one)) for one in (approved, withdrawn)] == [(409, "not_pending")] * 2
    assert (seen.json["state"], seen.json["reason"]) == ("rejected", "The list is closed.")
    # Who of the operator answered is not the agency's business.
    assert (seen.json["by"], seen.json["answered_by"]) == (None, None)
    assert rejected.json["by"]


async def test_an_approval_may_be_repeated(north: North) -> None:
    await north.ask()
    first, again = await north.admin("approve"), await north.admin("approve")

    assert (first.status, again.status, again.json) == (201, 200, first.json)


async def test_an_agency_takes_its_request_back(north: North) -> None:
    await north.ask()
    withdrawn, again = [await north.ask(method="DELETE", body=None) for _ in range(2)]
    approved = await north.admin("approve")

    assert (withdrawn.status, withdrawn.json["state"], again.json) == (200, "withdrawn", withdrawn.json)
    assert (approved.status, refusal_of(approved)) == (409, "not_pending")
    assert await listed(north.service, "pending") == []


async def test_each_step_is_in_the_audit_log(north: North) -> None:
    await north.ask()
    await north.ask(method="DELETE", body=None)
    await north.ask()
    await north.admin("reject", {"reason": "No."})
    log = await north.service.ask("GET", "/v1/audit-log?subject=apollo-test/new")

    found = [(item["action"], item["why"]) for item in log.json["items"]]
    assert found == [
        ("enrollment.reject", "No."),
        ("enrollment.request", "She is new."),
        ("enrollment.withdraw", "She is new."),
        ("enrollment.request", "She is new."),
    ]


async def test_an_agency_asks_for_its_own_accounts_only(north: North) -> None:
    south = await north.service.issue(role="agency", agency="south")
    await north.ask()
    foreign = await north.ask("a3")
    unknown = await north.ask("nobody")
    looks = [
        await north.service.ask(method, f"{PATH}/new/request", body, token=south)
        for method, body in (("GET", None), ("POST", ASKED), ("DELETE", None))
    ]

    assert (foreign.status, refusal_of(foreign)) == (403, "forbidden")
    assert unknown.status == 404
    assert [one.status for one in looks] == [403, 403, 403]
    assert await listed(north.service, "pending", south) == []
    assert (
        await listed(north.service, "pending", north.token)
        == await listed(north.service, "pending")
        == ["new"]
    )


async def test_an_agency_that_took_an_account_over_neither_reads_nor_gets_what_the_other_asked(
    north: North,
) -> None:
    await north.ask()
    moved = {"agency_id": "south", "name": "New", "kind": "partner", "country": "US"}
    await north.service.ask("PUT", "/v1/accounts/new", moved)
    south = await north.service.issue(role="agency", agency="south")
    seen = await north.service.ask("GET", f"{PATH}/new/request", token=south)
    approved = await north.admin("approve")
    asked = await north.service.ask("POST", f"{PATH}/new/request", ASKED, token=south)

    assert seen.status == 404
    assert await listed(north.service, "pending", south) == ["new"]
    assert (approved.status, refusal_of(approved)) == (409, "changed")
    assert (asked.status, asked.json["number"], asked.json["agency_id"]) == (202, 2, "south")


async def test_lists_tell_who_takes_part_and_who_waits(north: North) -> None:
    await north.ask()
    await north.ask("a2", {"hosts": []})
    reviewer = await north.service.issue(role="reviewer")
    pending = await north.service.ask("GET", f"{PATH}?status=pending", token=reviewer)

    new, second = sorted(pending.json["items"], key=lambda item: -len(item["account_id"]))
    assert (new["enrolled_at"], new["hosts"], new["request"]["number"]) == (None, 0, 1)
    assert second["enrolled_at"]
    assert await listed(north.service, "enrolled") == ["a1", "a2", "a3"]
    assert await listed(north.service, "enrolled", north.token) == ["a1", "a2"]
    assert await listed(north.service, "rejected") == []


async def test_accounts_that_neither_take_part_nor_wait_are_listed_for_who_may_ask(north: North) -> None:
    before = await listed(north.service, "absent", north.token)
    await north.ask()
    waiting = await listed(north.service, "absent", north.token)
    await north.admin("reject", {"reason": "No."})
    south = await north.service.issue(role="agency", agency="south")

    assert (before, waiting, await listed(north.service, "absent")) == (["new"], [], ["new"])
    assert await listed(north.service, "absent", south) == []


async def test_a_schedule_may_be_sent_as_csv_and_is_given_back_as_csv(north: North) -> None:
    text = "host_id;host_name;start;end\r\nana;Ana;2022-02-14 19:00;2022-02-14 21:00\r\n"
    asked = await north.ask(body=None, data=text.encode(), headers=CSV)
    await north.admin("approve")
    schedule = await north.service.ask("GET", f"{PATH}/new/schedule", token=north.token)

    assert asked.json["hosts"] == [{"host_id": "ana", "name": "Ana", "schedule": [EVENING]}]
    assert schedule.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert schedule.body.decode().splitlines() == [
        "host_id,host_name,start,end",
        "ana,Ana,2022-02-15T03:00:00Z,2022-02-15T05:00:00Z",
    ]


@pytest.mark.parametrize(
    ("body", "status", "code", "errors"),
    [
        (b"host_id,start,end\nana,x,2022-02-14 21:00\n", 422, "invalid", [("start", 2)]),
        (b"host_id,start,end\nana,,\n", 422, "invalid", [("hosts[0].name", None)]),
        (b"\xff", 400, "not_csv", []),
        (
            b"host_id,host_name,start,end\n" + b"\n".join(b"h%d,H,," % number for number in range(1_001)),
            422,
            "invalid",
            [("hosts", None)],
        ),
    ],
)
async def test_a_csv_that_is_wrong_is_refused_by_its_lines(
    north: North, body: bytes, status: int, code: str, errors: list[Any]
) -> None:
    answer = await north.ask(body=None, data=body, headers=CSV)

    assert (answer.status, refusal_of(answer)) == (status, code)
    assert [(one["path"], one.get("line")) for one in answer.json.get("errors", [])] == errors


async def test_more_time_than_is_kept_takes_a_waiver_of_who_approves(north: North) -> None:
    always = {"start": "2022-02-14T00:00:00-08:00", "end": "2022-02-28T00:00:00-08:00"}
    asked = await north.ask(body={"hosts": [{"host_id": "ana", "name": "Ana", "schedule": [always]}]})
    refused = await north.admin("approve")
    approved = await north.admin("approve", {"schedule_waiver": "Ops, J. Kim: a 24/7 shop"})
    narrower = await north.ask(body={"hosts": [{"host_id": "ana", "schedule": [EVENING]}]})

    assert asked.json["needs_waiver"][0].startswith("ana is promised for 336 h")
    assert (refused.status, refusal_of(refused)) == (422, "invalid")
    assert approved.json["schedule_waiver"] == "Ops, J. Kim: a 24/7 shop"
    assert narrower.json["needs_waiver"] == []


async def test_hosts_that_are_known_keep_their_name_and_new_ones_need_one(north: North) -> None:
    await north.service.ask("PUT", "/v1/accounts/new/hosts/ana", {"name": "Ana Lima"})
    nameless = await north.ask(body={"hosts": [{"host_id": "ana"}, {"host_id": "bo"}]})
    await north.ask(body={"hosts": [{"host_id": "ana", "name": "Other"}, {"host_id": "bo", "name": "Bo"}]})
    await north.admin("approve")
    hosts = await north.service.ask("GET", "/v1/accounts/new/hosts")

    assert nameless.json["detail"] == "hosts[1].name: is required: bo is no host of the account yet"
    assert {item["id"]: item["name"] for item in hosts.json["items"]} == {"ana": "Ana Lima", "bo": "Bo"}


async def test_nobody_asks_for_what_is_over_or_given_up(north: North, apollo: Callable[..., str]) -> None:
    text = apollo("by-clock", close="clock").encode()
    await north.service.ask("PUT", "/v1/campaigns/by-clock", data=text, headers=TOML)
    over = await north.service.ask(
        "POST", "/v1/campaigns/by-clock/enrollments/new/request", ASKED, token=north.token
    )
    await north.ask()
    await put_life(north.service, state="cancelled")
    cancelled, approved = await north.ask(body={}), await north.admin("approve")
    rejected = await north.admin("reject", {"reason": "It was given up."})

    assert (over.status, refusal_of(over)) == (409, "campaign_over")
    assert [refusal_of(one) for one in (cancelled, approved)] == ["campaign_cancelled"] * 2
    assert rejected.status == 200


async def test_two_answers_at_once_are_one(north: North) -> None:
    await north.ask()
    answers = await asyncio.gather(
        north.admin("approve"), north.admin("reject", {"reason": "No."}), north.admin("approve")
    )
    seen = await north.ask(method="GET", body=None)

    states = {answer.status for answer in answers}
    assert states <= {200, 201, 409}
    enrolled = (await north.service.ask("GET", f"{PATH}/new")).status == 200
    assert enrolled is (seen.json["state"] == "approved")
