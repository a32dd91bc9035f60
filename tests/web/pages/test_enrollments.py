"""Taking part by forms: an agency asks with rows or CSV, an admin looks and answers, and each sees only their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Service
from tests.web.asking import TOML
from tests.web.pages.visiting import Shown, Visitor, sign_in

LIST = "/campaigns/autumn/enrollments"
A1 = f"{LIST}/a1"
API = "/v1/campaigns/autumn/enrollments"
ROWS = {
    "form": "rows",
    "host-0": "maya",
    "name-0": "Maya",
    "day-0-0": "2098-02-15",
    "start-0-0": "19:00",
    "end-0-0": "21:00",
    "day-0-1": "2098-02-16",
    "start-0-1": "22:30",
    "end-0-1": "01:00",
    "note": "Maya has the evenings.",
}
SLOTS = [
    {"start": "2098-02-16T03:00:00.000Z", "end": "2098-02-16T05:00:00.000Z"},
    {"start": "2098-02-17T06:30:00.000Z", "end": "2098-02-17T09:00:00.000Z"},
]


@pytest.fixture
async def autumn(apollo_service: Service, apollo: Callable[..., str]) -> Service:
    """A campaign ahead, in which nobody takes part yet."""
    text = apollo("autumn", start="2098-02-14T00:00:00", end="2098-02-28T00:00:00", close="clock")
    answer = await apollo_service.ask("PUT", "/v1/campaigns/autumn", data=text.encode(), headers=TOML)
    assert answer.status == 201, answer.body
    return apollo_service


@pytest.fixture
async def nora(autumn: Service) -> Visitor:
    return await sign_in(autumn, role="agency", agency="north", name="Nora")


@pytest.fixture
async def admin(autumn: Service) -> Visitor:
    return await sign_in(autumn, role="admin")


def accounts(shown: Shown, section: str) -> list[str]:
    found = shown.tree.xpath(f"//*[@aria-labelledby='{section}']//a[@translate='no']/text()")
    return [str(one) for one in found]


def value(shown: Shown, name: str) -> str:
    return str(shown.tree.xpath(f"//*[@name='{name}']/@value")[0])


async def enrolled_hosts(service: Service, account: str = "a1") -> list[dict[str, object]]:
    answer = await service.ask("GET", f"{API}/{account}")
    return [{"host_id": one["host_id"], "schedule": one["schedule"]} for one in answer.json["hosts"]]


async def test_the_page_of_an_enrolment_is_headed_by_the_name_of_its_account(
    autumn: Service, nora: Visitor
) -> None:
    await autumn.ask("PUT", f"{API}/a2", {"hosts": []})
    shown = await nora.get(f"{LIST}/a2")

    assert shown.tree.xpath("//h2[@class='first']/*[@translate='no']/text()") == ["Account a2", "a2"]
    assert "Enrolment of Account a2" in shown.tree.xpath("string(//title)")


async def test_an_agency_finds_its_own_accounts_and_others_all_of_them(
    autumn: Service, nora: Visitor, admin: Visitor
) -> None:
    await autumn.ask("PUT", f"{API}/a2", {"hosts": []})
    await autumn.ask("PUT", f"{API}/a3", {"hosts": []})
    own, every = await nora.get(LIST), await admin.get(LIST)

    assert (accounts(own, "enrolled"), accounts(own, "absent")) == (["Account a2"], ["Account a1"])
    assert accounts(every, "enrolled") == ["Account a2", "Account a3"]


async def test_what_is_asked_for_is_approved_and_counts(
    autumn: Service, nora: Visitor, admin: Visitor
) -> None:
    asked = await nora.follow(await nora.post(f"{A1}/request", ROWS))
    listed = await admin.get(LIST)
    number = value(await admin.get(A1), "number")
    approved = await admin.follow(await admin.post(f"{A1}/approve", {"number": number}))

    assert "Your request is sent." in asked.text
    assert "Maya has the evenings." in listed.text
    assert "The request is approved" in approved.text
    assert await enrolled_hosts(autumn) == [{"host_id": "maya", "schedule": SLOTS}]


async def test_rows_show_what_is_enrolled_in_the_campaigns_zone(autumn: Service, nora: Visitor) -> None:
    await autumn.ask("PUT", "/v1/accounts/a1/hosts/maya", {"name": "Maya"})
    await autumn.ask("PUT", f"{API}/a1", {"hosts": [{"host_id": "maya", "schedule": SLOTS}]})
    shown = await nora.get(A1)
    names = ("host-0", "day-0-0", "start-0-0", "end-0-0", "day-0-1", "start-0-1", "end-0-1")

    assert [value(shown, name) for name in names] == [ROWS[name] for name in names]


async def test_a_request_is_turned_down_with_a_reason_and_may_be_sent_again(
    nora: Visitor, admin: Visitor
) -> None:
    await nora.post(f"{A1}/request", ROWS)
    unsaid = await admin.post(f"{A1}/reject", {"number": "1", "reason": " "})
    await admin.post(f"{A1}/reject", {"number": "1", "reason": "The list is closed."})
    told, listed = await nora.get(A1), await nora.get(LIST)
    again = await nora.post(f"{A1}/request", ROWS)

    assert unsaid.status == 422
    assert "The list is closed." in told.text
    assert accounts(listed, "rejected") == ["Account a1"]
    assert again.status == 303


async def test_a_request_that_came_between_is_not_approved_unseen(nora: Visitor, admin: Visitor) -> None:
    await nora.post(f"{A1}/request", ROWS)
    await nora.post(f"{A1}/request", ROWS | {"end-0-0": "22:00"})
    shown = await admin.post(f"{A1}/approve", {"number": "1"})

    assert (shown.status, "has sent another request since" in shown.text) == (409, True)


async def test_a_request_is_withdrawn(nora: Visitor) -> None:
    await nora.post(f"{A1}/request", ROWS)
    after = await nora.follow(await nora.post(f"{A1}/withdraw"))
    again = await nora.post(f"{LIST}/a2/withdraw")

    assert "It was withdrawn" in after.text
    assert again.status == 409


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"start-0-0": ""}, "day-0-0", "Fill in the day, the start and the end."),
        ({"day-0-0": "2098-02-30"}, "day-0-0", "Fill in the day, the start and the end."),
        ({"host-0": ""}, "host-0", "Say which host these slots are of."),
        ({"host-0": "a b"}, "host-0", "form"),
        ({"name-0": ""}, "name-0", "is no host of the account yet"),
        ({"day-0-1": "2098-02-15", "start-0-1": "20:00"}, "host-0", "overlap"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    nora: Visitor, change: dict[str, str], field: str, said: str
) -> None:
    shown = await nora.post(f"{A1}/request", ROWS | change)
    error = shown.tree.xpath(f"//*[@id='{field}-error']")[0]

    assert shown.status == 422
    assert said in error.text_content()
    assert shown.tree.xpath(f"//*[@id='{field}']/@aria-invalid") == ["true"]
    assert value(shown, "end-0-1") == "01:00"
    assert "Maya has the evenings." in shown.html


async def test_buttons_without_a_script_make_room_for_more(nora: Visitor) -> None:
    slots = await nora.post(f"{A1}/request", ROWS | {"more": "0"})
    hosts = await nora.post(f"{A1}/request", ROWS | {"more": "host"})

    assert (value(slots, "start-0-1"), value(slots, "day-0-4")) == ("22:30", "")
    assert (value(hosts, "host-0"), value(hosts, "host-1")) == ("maya", "")
    assert (await nora.get(LIST)).tree.xpath("//section[@aria-labelledby='pending']") == []


async def test_where_hosts_have_to_be_named_a_request_without_any_is_not_sent(
    autumn: Service, nora: Visitor, admin: Visitor
) -> None:
    shown = await nora.post(f"{A1}/request", {"form": "rows", "host-0": "", "name-0": ""})
    pasted = await nora.post(f"{A1}/request", {"form": "csv", "csv": "host_id,start,end"})
    enrolled = await admin.post(A1, {"form": "rows"})

    assert [one.status for one in (shown, pasted)] == [422, 422]
    assert all("name at least one" in one.text for one in (shown, pasted))
    assert enrolled.status == 303


CSV = "host_id,host_name,start,end\nmaya,Maya,2098-02-15 19:00,2098-02-15 21:00\n"


async def test_a_schedule_is_pasted_or_uploaded_as_csv_and_comes_back_as_csv(
    autumn: Service, nora: Visitor, admin: Visitor
) -> None:
    pasted = await nora.post(f"{A1}/request", {"form": "csv", "csv": CSV})
    uploaded = await nora.post(f"{LIST}/a2/request", {"form": "csv", "csv": ""}, files={"file": CSV.encode()})
    await admin.post(f"{A1}/approve", {"number": "1"})
    file = await nora.get(f"{A1}/schedule.csv")

    assert (pasted.status, uploaded.status) == (303, 303)
    assert "maya,Maya,2098-02-16T03:00:00Z,2098-02-16T05:00:00Z" in file.html
    assert "attachment" in file.answer.headers["Content-Disposition"]


async def test_each_wrong_line_of_a_csv_is_named_and_the_text_stays(nora: Visitor) -> None:
    wrong = CSV + "maya,,2098-02-15 20:00,2098-02-15 22:00\nnoor,,soon,later\n"
    shown = await nora.post(f"{A1}/request", {"form": "csv", "csv": wrong})

    assert shown.status == 422
    assert ("Line 3:" in shown.text, "Line 4:" in shown.text) == (True, True)
    assert "noor,,soon,later" in shown.html
    assert shown.tree.xpath("//textarea[@name='csv']/@aria-invalid") == ["true"]


async def test_an_admin_enrols_at_once_with_hosts_that_are_not_known_yet(
    autumn: Service, admin: Visitor
) -> None:
    after = await admin.follow(await admin.post(A1, ROWS))

    assert "The enrolment is saved." in after.text
    assert await enrolled_hosts(autumn) == [{"host_id": "maya", "schedule": SLOTS}]


async def test_more_than_is_kept_takes_a_waiver(nora: Visitor, admin: Visitor, autumn: Service) -> None:
    days = [f"maya,Maya,2098-02-{day} 06:00,2098-02-{day} 22:00" for day in range(15, 21)]
    await nora.post(
        f"{A1}/request", {"form": "csv", "csv": "\n".join(["host_id,host_name,start,end", *days])}
    )
    shown = await admin.get(A1)
    refused = await admin.post(f"{A1}/approve", {"number": "1"})
    approved = await admin.post(f"{A1}/approve", {"number": "1", "schedule_waiver": "Ana, for the fair."})

    assert "96 h in the 14 days" in shown.text
    assert (refused.status, approved.status) == (422, 303)


async def test_accounts_of_others_and_those_that_are_none_are_not_there(
    nora: Visitor, admin: Visitor
) -> None:
    others = [await nora.get(f"{LIST}/a3"), await nora.post(f"{LIST}/a3/request", ROWS)]
    nobodys = [await nora.get(f"{LIST}/nobody"), await admin.get(f"{LIST}/nobody")]

    assert [one.status for one in others] == [403, 403]
    assert [one.status for one in nobodys] == [404, 404]


async def test_others_read_and_change_nothing(autumn: Service, nora: Visitor) -> None:
    await nora.post(f"{A1}/request", ROWS)
    reviewer = await sign_in(autumn, role="reviewer")
    shown, listed = await reviewer.get(A1), await reviewer.get(LIST)

    assert "Maya has the evenings." in shown.text
    assert shown.tree.xpath("//main//form") == []
    assert accounts(listed, "pending") == ["Account a1"]
    assert listed.tree.xpath("//section[@aria-labelledby='absent']") == []


async def test_after_the_end_nothing_can_be_asked_for(apollo_service: Service, nora: Visitor) -> None:
    await apollo_service.ask("POST", "/v1/campaigns/autumn/cancel", {"reason": "No sponsor."})
    shown = await nora.get(LIST)
    refused = await nora.post(f"{A1}/request", ROWS)

    assert shown.tree.xpath("//section[@aria-labelledby='absent']") == []
    assert (refused.status, "cancelled" in refused.text) == (422, True)
