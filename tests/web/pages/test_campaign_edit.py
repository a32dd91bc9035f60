"""The editor of definitions: nothing is saved unseen, errors stand beside their line, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Service
from tests.web.asking import TOML
from tests.web.lives import CUTOFF_MS, PATH, put_life
from tests.web.pages.visiting import Shown, Visitor, sign_in

Apollo = Callable[..., str]
NEW = "/campaigns/new"
EDIT = "/campaigns/apollo-test/edit"
AHEAD = {"start": "2098-02-14T00:00:00", "end": "2099-02-28T00:00:00", "close": "clock"}
RUNNING = AHEAD | {"start": "2022-02-14T00:00:00"}


def mark(shown: Shown) -> str:
    return str(shown.tree.xpath("//input[@name='checked']/@value")[0])


def typed(shown: Shown) -> str:
    return str(shown.tree.xpath("//textarea[@name='definition']")[0].text).strip()


async def checked(admin: Visitor, path: str, text: str) -> dict[str, str]:
    """The fields of a form whose text was looked at."""
    shown = await admin.post(path, {"definition": text, "do": "check"})
    assert shown.status == 200, shown.text
    return {"definition": text, "checked": mark(shown)}


async def state_of(service: Service, campaign: str) -> object:
    answer = await service.ask("GET", f"/v1/campaigns/{campaign}")
    return answer.json.get("state") if answer.status == 200 else None


async def put(service: Service, text: str) -> None:
    answer = await service.ask("PUT", PATH, data=text.encode(), headers=TOML)
    assert answer.status == 201, answer.body


async def test_an_example_is_put_into_the_editor(service: Service) -> None:
    shown = await (await sign_in(service, role="admin")).get(f"{NEW}?example=recorded-day")

    assert 'id = "recorded-day"' in typed(shown)


async def test_what_it_means_is_told_before_anything_is_saved(service: Service, apollo: Apollo) -> None:
    admin = await sign_in(service, role="admin")
    shown = await admin.post(NEW, {"definition": apollo(), "do": "check"})

    assert "Ranks partner accounts by distinct visitors" in shown.text
    below, at = shown.tree.xpath("//table[@class='boundaries']//tr[th[contains(., 'effective_live')]][1]/td")[
        :2
    ]
    assert ("13 h 59 min 59 s" in below.text_content(), "qualifies" in at.text_content()) == (True, True)
    assert await state_of(service, "apollo-test") is None


@pytest.mark.parametrize(("button", "state"), [("draft", "draft"), ("save", "scheduled")])
async def test_what_was_looked_at_is_saved(service: Service, apollo: Apollo, button: str, state: str) -> None:
    admin = await sign_in(service, role="admin")
    fields = await checked(admin, NEW, apollo(**AHEAD))
    saved = await admin.post(NEW, fields | {"do": button})

    assert saved.status == 303
    assert saved.location.startswith("/campaigns/apollo-test/manage?done=")
    assert await state_of(service, "apollo-test") == state


async def test_a_text_that_was_changed_after_the_look_is_shown_again_first(
    service: Service, apollo: Apollo
) -> None:
    admin = await sign_in(service, role="admin")
    fields = await checked(admin, NEW, apollo(**AHEAD))
    other = apollo(**AHEAD).replace("14h", "12h")
    shown = await admin.post(NEW, fields | {"definition": other, "do": "save"})
    saved = await admin.post(NEW, {"definition": other, "checked": mark(shown), "do": "save"})

    assert "The text is another than the one you looked at." in shown.text
    assert (shown.status, saved.status) == (200, 303)


async def test_an_error_stands_under_its_line_and_the_text_is_as_it_was_typed(
    service: Service, apollo: Apollo
) -> None:
    text = apollo().replace('at = "open"', 'at = "opening"')
    number = text.split("\n").index('at = "opening"') + 1
    shown = await (await sign_in(service, role="admin")).post(NEW, {"definition": text, "do": "save"})
    line = shown.tree.xpath(f"//*[@id='line-{number}']")[0]

    assert shown.status == 422
    assert shown.tree.xpath("//*[@id='wrong']//a/@href") == [f"#line-{number}"]
    assert "must be one of register, open, close, payout" in line.text_content()
    assert typed(shown) == text.strip()


@pytest.mark.parametrize(("text", "said"), [("", "The body is empty"), ("]", "line 1"), ("{", "not JSON")])
async def test_what_is_no_definition_is_said_so(service: Service, text: str, said: str) -> None:
    shown = await (await sign_in(service, role="admin")).post(NEW, {"definition": text, "do": "check"})

    assert shown.status in (400, 422)
    assert said.casefold() in shown.text.casefold()


async def test_a_file_stands_in_for_the_editor(service: Service, apollo: Apollo) -> None:
    admin = await sign_in(service, role="admin")
    shown = await admin.post(NEW, {"definition": "", "do": "check"}, files={"file": apollo().encode()})
    unreadable = await admin.post(NEW, {"do": "check"}, files={"file": b"\xff\xfe"})

    assert (shown.status, typed(shown)) == (200, apollo().strip())
    assert (unreadable.status, "not a text in UTF-8" in unreadable.text) == (422, True)


async def test_another_campaign_is_not_overwritten(apollo_service: Service, apollo: Apollo) -> None:
    admin = await sign_in(apollo_service, role="admin")
    there = await admin.post(NEW, {"definition": apollo().replace("14h", "1h"), "do": "check"})
    page = await admin.post(NEW, {"definition": apollo("new"), "do": "check"})

    assert (there.status, "There is a campaign with this id" in there.text) == (422, True)
    assert (page.status, "taken by a page" in page.text) == (422, True)


async def test_before_its_start_a_campaign_is_changed_freely_and_keeps_its_id(
    service: Service, apollo: Apollo
) -> None:
    await put(service, apollo(**AHEAD))
    admin = await sign_in(service, role="admin")
    easier = typed(await admin.get(EDIT)).replace("50400s", "43200s")
    renamed = await admin.post(EDIT, {"definition": easier.replace("apollo-test", "other"), "do": "check"})
    shown = await admin.post(EDIT, {"definition": easier, "do": "check"})
    saved = await admin.post(EDIT, {"definition": easier, "checked": mark(shown), "do": "save"})

    assert (renamed.status, "stays so" in renamed.text) == (422, True)
    assert shown.tree.xpath("//table[@class='changes']//del/text()") == ["effective_live >= 50400s"] * 2
    assert saved.status == 303
    assert "at least 12 h" in str((await service.ask("GET", PATH)).json["summary"])


async def test_after_its_start_a_change_takes_a_date_and_a_reason(service: Service, apollo: Apollo) -> None:
    await put(service, apollo(**RUNNING))
    admin = await sign_in(service, role="admin")
    text = typed(await admin.get(EDIT)).replace("50400s", "43200s")
    fields = await checked(admin, EDIT, text) | {"version": "1", "do": "save"}
    without = await admin.post(EDIT, fields)
    undated = await admin.post(EDIT, fields | {"since": "date", "reason": "Less is asked."})
    later = {"since": "date", "from": "2098-01-01T00:00", "reason": "Less is asked."}
    saved = await admin.post(EDIT, fields | later)
    versions = (await service.ask("GET", PATH)).json["versions"]

    assert (without.status, "people ask why the rules have changed" in without.text) == (422, True)
    assert (undated.status, "choose the day and the time" in undated.text) == (422, True)
    assert "Less is asked." in undated.html
    assert saved.status == 303
    assert (versions[1]["reason"], versions[1]["from"]) == ("Less is asked.", "2098-01-01T08:00:00.000Z")


async def test_what_was_counted_by_is_not_changed_and_each_part_says_why(
    service: Service, apollo: Apollo
) -> None:
    await put(service, apollo(**RUNNING))
    admin = await sign_in(service, role="admin")
    text = typed(await admin.get(EDIT)).replace('zone = "America/Los_Angeles"', 'zone = "UTC"')
    fields = await checked(admin, EDIT, text)
    shown = await admin.post(EDIT, fields | {"version": "1", "do": "save", "since": "now", "reason": "So."})
    number = text.split("\n").index('zone = "UTC"') + 1

    assert shown.status == 422
    assert f"#line-{number}" in shown.tree.xpath("//*[@id='wrong']//a/@href")


async def test_what_has_ended_has_no_editor(apollo_service: Service) -> None:
    await put_life(apollo_service, state="review", cutoff_ms=CUTOFF_MS)
    shown = await (await sign_in(apollo_service, role="admin")).get(EDIT)

    assert "definition stands" in shown.text
    assert shown.tree.xpath("//textarea") == []
