"""Rescorings by pages: asked for with a form, looked at before and after, applied and put back by somebody else."""

from __future__ import annotations

import pytest

from leaderboard.web.pages.rescoring_form import instant, local
from tests.conftest import Service
from tests.web.pages.visiting import Visitor, sign_in, sign_in_with
from tests.web.rescoring import CAMPAIGN, asked, in_state, one, prepare

pytestmark = pytest.mark.usefixtures("apollo_service")
PATH = f"/campaigns/{CAMPAIGN}/rescorings"
ORDER = {"kind": "void_views", "network": "203.0.113.0/24", "reason": "Bought visitors."}


async def reviewer(service: Service, name: str = "Lea") -> Visitor:
    return await sign_in(service, role="reviewer", name=name)


async def test_the_list_says_where_each_stands(service: Service) -> None:
    visitor = await reviewer(service)
    empty = await visitor.get(PATH)
    name = await in_state(service, "applied")
    shown = await visitor.get(PATH)

    assert "Nothing was taken out of this campaign." in empty.text
    assert shown.tree.xpath("//tbody//a/@href") == [f"{PATH}/{name}"]
    assert "In force" in shown.text
    assert "203.0.113.0/24" in shown.text


async def test_a_form_asks_and_what_would_follow_is_worked_out(service: Service) -> None:
    visitor = await reviewer(service)
    answer = await visitor.post(PATH, ORDER)
    shown = await visitor.follow(answer)

    assert answer.location.endswith("?done=rescoring_asked")
    assert "Being worked out" in shown.text
    assert shown.tree.xpath("//noscript/meta[@http-equiv='refresh']")
    assert shown.tree.xpath("//*[@data-waiting]")


async def test_times_are_by_the_clock_of_the_campaign_and_only_fields_of_the_kind_count(
    service: Service,
) -> None:
    visitor = await reviewer(service)
    form = {"kind": "outage", "from": "2022-02-15T02:00", "until": "2022-02-15T03:00", "live": "yes"}
    answer = await visitor.post(PATH, form | {"network": "203.0.113.0/24", "reason": "Our own fault."})
    name = answer.location.split("?")[0].rpartition("/")[2]
    found = (await service.ask("GET", f"/v1{PATH}/{name}")).json["what"]

    assert found == {
        "kind": "outage",
        "from": "2022-02-15T10:00:00.000Z",
        "until": "2022-02-15T11:00:00.000Z",
        "live": True,
    }


async def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(service: Service) -> None:
    visitor = await reviewer(service)
    form = {"kind": "void_views", "network": "203.0.113.7", "account_id": "nobody", "reason": "Bought."}
    shown = await visitor.post(PATH, form)
    links = shown.tree.xpath("//div[@id='errors']//a/@href")

    assert shown.status == 422
    assert links == ["#network", "#account_id"]
    assert shown.tree.xpath("//input[@id='network']/@value") == ["203.0.113.7"]
    assert shown.tree.xpath("//input[@id='network']/@aria-invalid") == ["true"]
    assert shown.tree.xpath("//textarea[@id='reason']")[0].text.strip() == "Bought."


async def test_too_little_is_told_of_the_whole(service: Service) -> None:
    shown = await (await reviewer(service)).post(PATH, {"kind": "void_views", "reason": "So."})

    assert shown.status == 422
    assert "names too little" in shown.tree.xpath("//div[@id='errors']")[0].text_content()


async def test_an_address_fills_the_form_in(service: Service) -> None:
    query = "account_id=a1&from=2022-02-16T08:26:40.000Z&until=2022-02-16T09:26:40.000Z&kind=nonsense"
    shown = await (await reviewer(service)).get(f"{PATH}?{query}")
    typed = {
        one.get("name"): one.get("value") for one in shown.tree.xpath("//form[@class='card ask']//input[@id]")
    }

    assert (typed["account_id"], typed["from"], typed["until"]) == (
        "a1",
        "2022-02-16T00:26",
        "2022-02-16T01:26",
    )
    assert shown.tree.xpath("//input[@name='kind'][@checked]/@value") == ["void_views"]


async def test_ranks_and_awards_stand_side_by_side_before_anything_is_applied(service: Service) -> None:
    name = await asked(service)
    await prepare(service, name, pays=True, moved=("a1", "a2"))
    shown = await (await reviewer(service)).get(f"{PATH}/{name}")
    first = " ".join(shown.tree.xpath("//tbody/tr")[0].text_content().split())

    assert first == "Account a1 1 → 2 ▼ 1 place down 10 → 5 USD 500.00 → USD 0.00 yes"
    assert "Somebody's award changes." in shown.text


async def test_whoever_asked_for_it_leaves_applying_to_another(service: Service) -> None:
    kim = await service.issue(role="reviewer", name="Kim")
    name = await asked(service, token=kim)
    await prepare(service, name)
    own = await (await sign_in_with(service, kim)).get(f"{PATH}/{name}")
    lea = await reviewer(service)
    others = await lea.get(f"{PATH}/{name}")
    [seen] = others.tree.xpath("//input[@name='preview_sha256']/@value")
    applied = await lea.post(f"{PATH}/{name}/apply", {"preview_sha256": seen})
    after = await lea.follow(applied)

    assert "You have asked for it: another reviewer applies it." in own.text
    assert own.tree.xpath("//input[@name='preview_sha256']") == []
    assert applied.location == f"{PATH}/{name}?done=rescoring_applied"
    assert "You have applied it: another reviewer puts it back" in after.text
    assert (await one(service, name)).state == "applied"


async def test_another_preview_than_the_one_looked_at_is_not_applied(service: Service) -> None:
    name = await in_state(service, "prepared")
    shown = await (await reviewer(service)).post(f"{PATH}/{name}/apply", {"preview_sha256": "ab" * 32})

    assert shown.status == 409
    assert "look at it again" in shown.tree.xpath("//div[@id='errors']")[0].text_content()
    assert (await one(service, name)).state == "prepared"


async def test_putting_back_asks_why(service: Service) -> None:
    name = await in_state(service, "applied")
    mia = await reviewer(service, "Mia")
    unsaid = await mia.post(f"{PATH}/{name}/reverse", {"reason": ""})
    done = await mia.post(f"{PATH}/{name}/reverse", {"reason": "It was the venue."})
    shown = await mia.follow(done)

    assert (unsaid.status, unsaid.tree.xpath("//div[@id='errors']//a/@href")) == (422, ["#reason"])
    assert "It was the venue." in shown.text
    assert shown.tree.xpath("//main//form") == []


@pytest.mark.parametrize(
    ("state", "step", "after"), [("prepared", "cancel", "cancelled"), ("failed", "prepare", "preparing")]
)
async def test_it_is_given_up_or_worked_out_again(
    service: Service, state: str, step: str, after: str
) -> None:
    name = await in_state(service, state)
    answer = await (await reviewer(service)).post(f"{PATH}/{name}/{step}")

    assert answer.status == 303
    assert (await one(service, name)).state == after


async def test_a_step_that_there_is_not_is_not_found(service: Service) -> None:
    name = await in_state(service, "prepared")
    visitor = await reviewer(service)

    assert (await visitor.post(f"{PATH}/{name}/delete")).status == 404
    assert (await visitor.get(f"{PATH}/aaaaaaaa")).status == 404


async def test_an_admin_reads_along_and_others_do_not(service: Service) -> None:
    name = await in_state(service, "prepared")
    admin = await sign_in_with(service, service.admin_token)
    agency = await sign_in(service, role="agency", agency="north")
    listed, shown = await admin.get(PATH), await admin.get(f"{PATH}/{name}")

    assert (listed.status, shown.status) == (200, 200)
    assert listed.tree.xpath("//main//form") == shown.tree.xpath("//main//form") == []
    assert (await admin.post(PATH, ORDER)).status == 403
    assert [(await agency.get(path)).status for path in (PATH, f"{PATH}/{name}")] == [403, 403]


def test_a_local_time_and_an_instant_are_each_other() -> None:
    zone = "America/Los_Angeles"

    assert instant("2022-02-15T02:00", zone) == "2022-02-15T10:00:00.000Z"
    assert local(instant("2022-02-15T02:00", zone), zone) == "2022-02-15T02:00"
    assert (instant("soon", zone), local("soon", zone), local("", zone)) == ("soon", "soon", "")
