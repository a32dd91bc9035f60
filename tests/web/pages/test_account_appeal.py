"""Appeals from the page of an account: what is taken, what is refused, and that nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import FormData

from leaderboard.domain.appeals import ATTACHMENT_MAX, ATTACHMENTS_MAX, TEXT_MAX
from tests.conftest import Service
from tests.web.pages.an_account import A1, DETECTED, fill_account
from tests.web.pages.visiting import Shown, Visitor, sign_in

PATH = f"{A1}/flags/{DETECTED}/appeal"


@pytest.fixture
async def agent(apollo_service: Service) -> Visitor:
    await fill_account(apollo_service)
    return await sign_in(apollo_service, role="agency", agency="north")


async def appeal(agent: Visitor, text: str, *files: tuple[str, bytes]) -> Shown:
    """Sends the form as a browser does: with an empty file where none was chosen."""
    form = FormData({"form_token": await agent.form_token(), "text": text})
    for name, content in files or (("", b""),):
        form.add_field("attachments", content, filename=name, content_type="application/octet-stream")
    return await agent._send("POST", PATH, form)


async def flag(agent: Visitor) -> Any:
    answer = await agent.service.ask("GET", f"/v1/campaigns/apollo-test/flags/{DETECTED}")
    return answer.json


def errors(shown: Shown) -> list[str]:
    return [str(one.text_content()).strip() for one in shown.tree.xpath("//*[@class='error']")]


async def test_an_appeal_is_filed_and_shown_with_what_came_with_it(agent: Visitor) -> None:
    sent = await appeal(
        agent, "It was our own shop.", ("log.csv", b"\xef\xbb\xbfat,what\n1,open"), ("a.txt", b"Hi")
    )
    shown = await agent.follow(sent)
    (filed,) = (await flag(agent))["appeals"]

    assert (filed["text"], filed["state"]) == ("It was our own shop.", "open")
    assert [(one["name"], one["text"]) for one in filed["attachments"]] == [
        ("log.csv", "at,what\n1,open"),
        ("a.txt", "Hi"),
    ]
    assert "Your appeal is sent." in shown.text
    assert "Appeal, waits for an answer" in shown.text
    assert "at,what" in shown.text
    assert shown.tree.xpath(f"//form[@action='{PATH}']") == []


async def test_after_an_appeal_come_the_flags_and_the_day_that_was_looked_at(agent: Visitor) -> None:
    sent = await agent.post(PATH, {"text": "It was our own shop.", "day": "2022-02-16"})

    assert sent.location == f"{A1}?day=2022-02-16&done=appealed#flags"


async def test_without_a_file_the_text_is_enough(agent: Visitor) -> None:
    sent = await appeal(agent, "It was our own shop.")

    assert sent.status == 303
    assert (await flag(agent))["appeals"][0]["attachments"] == []


async def test_the_answer_of_a_reviewer_stands_on_the_page(agent: Visitor) -> None:
    await appeal(agent, "It was our own shop.")
    reviewer = await agent.service.issue(role="reviewer", name="ana")
    path = f"/v1/campaigns/apollo-test/flags/{DETECTED}/decision"
    done = await agent.service.ask(
        "POST", path, {"decision": "dismiss", "reason": "A shop indeed."}, token=reviewer
    )
    assert done.status == 200, done.body

    text = (await agent.get(A1)).text
    assert "Appeal, accepted" in text
    assert "A shop indeed." in text
    assert "Nothing follows from it." in text


@pytest.mark.parametrize(
    ("text", "files", "said"),
    [
        ("  ", (), "Write what speaks against this flag."),
        ("x" * (TEXT_MAX + 1), (), "The text has 5,001 characters; 5,000 are the most."),
        ("Look.", (("run.exe", b"x"),), "run.exe is no file of text."),
        ("Look.", (("photo.txt", b"\xff\xd8\xff\xe0"),), "photo.txt cannot be read as text in UTF-8."),
        ("Look.", (("zeros.txt", b"a\0b"),), "zeros.txt cannot be read as text in UTF-8."),
        ("Look.", (("empty.txt", b" \n"),), "empty.txt is empty."),
        ("Look.", (("long.txt", b"x" * (ATTACHMENT_MAX + 1)),), "long.txt has more than 20,000 characters."),
        ("Look.", (("longer.txt", "ก".encode() * 90_000),), "longer.txt has more than 20,000 characters."),
        ("Look.", tuple((f"{n}.txt", b"x") for n in range(ATTACHMENTS_MAX + 1)), "Choose at most 5 files."),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_the_text_stays(
    agent: Visitor, text: str, files: tuple[tuple[str, bytes], ...], said: str
) -> None:
    sent = await appeal(agent, text, *files)
    (field,) = sent.tree.xpath("//textarea[@name='text']")

    assert sent.status == 422
    assert errors(sent)[0].startswith(said)
    assert field.text_content() == text.strip()
    assert (await flag(agent))["appeals"] == []


async def test_a_second_appeal_is_refused_in_words(agent: Visitor) -> None:
    await appeal(agent, "It was our own shop.")
    again = await appeal(agent, "And something else.")

    assert again.status == 409
    assert "an appeal waits for its answer, and there is one at a time" in again.text.casefold()


async def test_a_form_of_elsewhere_files_nothing(agent: Visitor) -> None:
    sent = await agent._send("POST", PATH, b"text=Hello", "application/x-www-form-urlencoded")

    assert sent.status == 403
    assert (await flag(agent))["appeals"] == []
