"""The result for people: what was certified, how to check it, and for an agency its own part."""

from __future__ import annotations

import pytest

from tests.conftest import Service
from tests.web.lives import entry, note_audit, put_life, put_result, signed_file
from tests.web.pages.visiting import sign_in

PATH = "/campaigns/apollo-test/result"
STANDINGS = [entry(1, "a3", 9), entry(2, "a1", 8), entry(3, "a2", 1)]


@pytest.fixture
async def certified(apollo_service: Service) -> Service:
    await put_life(apollo_service, state="review", cutoff_ms=5)
    await note_audit(apollo_service)
    await put_result(apollo_service, signed_file())
    await put_result(apollo_service, signed_file(STANDINGS))
    return apollo_service


async def test_it_says_what_was_certified_and_how_to_check_it(certified: Service) -> None:
    shown = await (await sign_in(certified, role="reviewer")).get(PATH)

    assert "ab" * 32 in shown.text
    assert "key-1" in shown.text
    assert "leaderboard verify apollo-test-result.json" in shown.text
    assert "every number agreed" in shown.text
    assert shown.tree.xpath('//table//th[@scope="row"]/text()') == ["A3", "A1", "A2"]


async def test_the_file_is_the_signed_one_to_the_byte(certified: Service) -> None:
    visitor = await sign_in(certified, role="reviewer")
    newest, older = await visitor.get(f"{PATH}.json"), await visitor.get(f"{PATH}.json?version=1")

    assert newest.answer.body == signed_file(STANDINGS)
    assert older.answer.body == signed_file()
    assert newest.answer.headers["Content-Disposition"].endswith('filename="apollo-test-result.json"')


async def test_an_agency_reads_the_ranking_and_downloads_its_part(certified: Service) -> None:
    visitor = await sign_in(certified, role="agency", agency="north")
    shown, part = await visitor.get(PATH), await visitor.get(f"{PATH}.json")

    assert "is not signed" in shown.text
    assert "leaderboard verify" not in shown.text
    assert b'"signed":false' in part.answer.body
    assert b"south" not in part.answer.body


async def test_before_it_is_certified_the_page_says_so(apollo_service: Service) -> None:
    shown = await (await sign_in(apollo_service, role="reviewer")).get(PATH)

    assert shown.status == 404
    assert "it has no certified result" in shown.text


async def test_an_older_version_is_named_as_such(certified: Service) -> None:
    shown = await (await sign_in(certified, role="admin")).get(f"{PATH}?version=1")

    assert shown.tree.xpath('//a[@aria-current="page"]/text()') == ["Result", "Version 1"]
