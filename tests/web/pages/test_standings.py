"""The page of standings: everybody finds their place, and nobody sees more than they may."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.lifecycle import opened
from leaderboard.domain.standings import Row
from leaderboard.store.awards import Given
from tests.conftest import Service, set_up_apollo
from tests.web.lives import entry, put_life, put_result, signed_file
from tests.web.pages.visiting import Shown, Visitor, sign_in
from tests.web.streams import publish
from tests.workers.closing import move

PATH = "/campaigns/apollo-test"
WEIGHT_MOST_BYTES = 150_000


def row(account: str, score: int, hours: float = 14, count: int = 1) -> Row:
    return Row(account, count, score, 5, orders=10, effective_ms=int(hours * HOUR_MS))


@pytest.fixture
async def board(service: Service, apollo: Callable[..., str]) -> Service:
    """In the middle of its time: a1 leads, but lacks two hours; a3 and a2 qualify. a1 and a2 are of agency north."""
    await set_up_apollo(service, apollo(start="2020-01-01T00:00:00", end="2090-01-01T00:00:00"))
    await move(service, opened)
    await publish(service, row("a1", 1_900, hours=11.5), row("a3", 1_200), row("a2", 700))
    await service.store.awards.replace("apollo-test", {"a3": [Given("top_five", 1, 400_000)]}, at_ms=5)
    return service


async def make_public(service: Service, apollo: Callable[..., str]) -> None:
    text = apollo(start="2020-01-01T00:00:00", end="2090-01-01T00:00:00")
    text = text.replace('region = "US"', 'region = "US"\npublic = true')
    path = "/v1/campaigns/apollo-test?reason=open+to+all&from=now"
    answer = await service.ask("PUT", path, data=text.encode(), headers={"Content-Type": "application/toml"})
    assert answer.status == 200, answer.body


def cells(shown: Shown, account: str, where: str = "rows") -> dict[str, str]:
    """The cells of an account's row, by their classes."""
    (found,) = shown.tree.xpath(f'//tbody[@id="{where}"]/tr[@data-i="{account}"]')
    return {one.get("class").split()[0]: " ".join(one.text_content().split()) for one in found}


def texts(shown: Shown, path: str) -> list[str]:
    return [" ".join(one.text_content().split()) for one in shown.tree.xpath(path)]


def order(shown: Shown) -> list[str]:
    """Accounts as they stand below each other; the line after the paid places is `line`."""
    return [
        one.get("data-i") or one.get("id")
        for one in shown.tree.xpath('//tbody[@id="rows"]/tr[@data-i or @id]')
    ]


async def test_a_reviewer_sees_of_everybody_what_is_missing_and_what_would_be_paid(board: Service) -> None:
    shown = await (await sign_in(board, role="reviewer")).get(PATH)

    assert order(shown) == ["a1", "a3", "a2"]
    assert cells(shown, "a1") == {
        "rank": "1",
        "move": "",
        "name": "Account a1",
        "score": "1,900",
        "above": "",
        "paid": "",
        "why": "2 h 30 min of effective live time missing.",
        "award": "",
    }
    assert cells(shown, "a3")["above"] == "700"
    assert (cells(shown, "a3")["why"], cells(shown, "a3")["award"]) == ("Qualifies", "USD 4,000.00")


async def test_prizes_go_to_those_who_qualify_where_the_reader_may_know_who_does(board: Service) -> None:
    reviewer = await (await sign_in(board, role="reviewer")).get(PATH)
    agency = await (await sign_in(board, role="agency", agency="south")).get(PATH)
    who = '//ol[@id="podium"]//*[contains(@class, "who")]'

    assert texts(reviewer, who) == ["Account a3", "Account a2", "Open", "Open", "Open"]
    assert texts(agency, who) == ["Account a1", "Account a3", "Account a2", "Open", "Open"]
    assert texts(reviewer, '//ol[@id="podium"]//*[@class="prize"]')[:2] == ["USD 4,000.00", "USD 2,500.00"]
    # Whom a sum goes to, they cannot know.
    assert texts(agency, '//ol[@id="podium"]//*[@class="prize"]') == []


async def test_an_agency_finds_its_own_accounts_on_top_and_of_others_no_details(board: Service) -> None:
    shown = await (await sign_in(board, role="agency", agency="south")).get(PATH)

    assert shown.tree.xpath('//tbody[@id="pinned"]/tr/@data-i') == ["a3"]
    assert cells(shown, "a3", "pinned") == cells(shown, "a3")
    assert "own" in shown.tree.xpath('//tbody[@id="rows"]/tr[@data-i="a3"]/@class')[0]
    assert shown.tree.xpath('//tbody[@id="rows"]//a/@href') == [f"{PATH}/accounts/a3"]
    assert {name: text for name, text in cells(shown, "a1").items() if text} == {
        "rank": "1",
        "name": "Account a1",
        "score": "1,900",
    }
    assert "2 h 30 min" not in shown.html


async def test_without_signing_in_a_campaign_that_is_not_public_is_not_shown(board: Service) -> None:
    for end in ("", "?wall=1", "/standings.csv", "/live?reader=visitor"):
        shown = await Visitor(board).get(PATH + end)

        assert (shown.status, shown.location.partition("?")[0]) == (303, "/sign-in")


async def test_the_public_sees_rank_name_and_score(board: Service, apollo: Callable[..., str]) -> None:
    await make_public(board, apollo)
    shown = await Visitor(board).get(PATH)

    assert shown.status == 200
    assert cells(shown, "a3") == {"rank": "2", "name": "Account a3", "score": "1,200"}
    assert shown.tree.xpath("//thead//th/text()") == ["Rank", "Account", "UV"]
    assert not shown.tree.xpath('//tbody[@id="pinned"]') + shown.tree.xpath('//tbody[@id="rows"]//a')
    assert [
        words for words in ("Qualifies", "2 h 30 min", "north", "Ranks over time") if words in shown.html
    ] == []


async def test_movement_is_since_an_hour_ago(board: Service) -> None:
    before = [("a3", 3), ("a2", 2), ("a1", 1)]
    await board.store.rank_history.take("apollo-test", before, await board.store.now_ms() - HOUR_MS)
    shown = await (await sign_in(board, role="reviewer")).get(PATH)

    assert [cells(shown, account)["move"] for account in ("a1", "a3", "a2")] == ["up 2", "down 1", "down 1"]


async def test_the_line_is_drawn_after_the_last_place_that_is_paid(board: Service) -> None:
    accounts = [f"b{number}" for number in range(8)]
    for account in accounts:
        setting = {"agency_id": "south", "name": account, "kind": "partner", "country": "US"}
        await board.ask("PUT", f"/v1/accounts/{account}", setting)
        await board.ask("PUT", f"/v1/campaigns/apollo-test/enrollments/{account}", {})
    await publish(board, *(row(account, 600 - number) for number, account in enumerate(accounts)))
    reviewer = await (await sign_in(board, role="reviewer")).get(PATH)
    agency = await (await sign_in(board, role="agency", agency="north")).get(PATH)

    # a1 does not qualify, so of those who do the fifth is the sixth of all; whoever does not know is shown none.
    assert order(reviewer).index("line") == 6
    assert "line" not in order(agency)
    assert cells(agency, "a2", "pinned")["paid"] == "2"
    assert "To prize places" not in agency.text
    assert cells(reviewer, "b3")["paid"] == "1"
    assert cells(reviewer, "b2")["paid"] == ""


async def test_a_search_works_without_scripts(board: Service) -> None:
    visitor = await sign_in(board, role="reviewer")

    assert order(await visitor.get(f"{PATH}?q=ACCOUNT+A3")) == ["a3"]
    assert order(await visitor.get(f"{PATH}?q=a2")) == ["a2"]
    assert "No account is called so." in (await visitor.get(f"{PATH}?q=nobody")).text


async def test_a_search_leaves_out_own_accounts_that_are_called_otherwise(board: Service) -> None:
    visitor = await sign_in(board, role="agency", agency="north")
    shown = await visitor.get(f"{PATH}?q=a2")

    assert shown.tree.xpath('//tbody[@id="pinned"]/tr/@data-i') == ["a2"]
    assert not (await visitor.get(f"{PATH}?q=nobody")).tree.xpath("//tr[@data-i]")


async def test_what_is_searched_for_is_no_markup(board: Service) -> None:
    shown = await (await sign_in(board, role="reviewer")).get(f'{PATH}?q="><script>alert(1)</script>')

    assert "<script>alert" not in shown.html


@pytest.mark.parametrize(
    ("state", "word"),
    [("live", "Provisional"), ("closing", "Frozen"), ("review", "Under review"), ("certified", "Certified")],
)
async def test_how_final_it_is_stands_there_in_words(board: Service, state: str, word: str) -> None:
    if state == "certified":
        await put_life(board, state="review", cutoff_ms=5)
        await put_result(board, signed_file())
    elif state != "live":
        await put_life(board, state=state, cutoff_ms=5)
    shown = await (await sign_in(board, role="agency", agency="north")).get(PATH)

    assert texts(shown, '//p[@class="strong"]') == [word]
    assert ("ab" * 8 in shown.text) == (state == "certified")
    assert bool(shown.tree.xpath('//*[@id="standings"]/@data-live')[0]) == (state != "certified")


async def test_once_it_is_certified_agencies_are_told_who_won(board: Service) -> None:
    places = [entry(1, "a1", 1_900) | {"award_rank": None}, entry(2, "a3", 1_200) | {"award_rank": 1}]
    await put_life(board, state="review", cutoff_ms=5)
    await put_result(board, signed_file(places))
    shown = await (await sign_in(board, role="agency", agency="north")).get(PATH)

    assert texts(shown, '//ol[@id="podium"]//*[contains(@class, "who")]')[:2] == ["Account a3", "Account a2"]
    assert "Who the prizes go to" in shown.text


async def test_metric_and_tie_rule_are_told_in_a_sentence_each(board: Service) -> None:
    shown = await (await sign_in(board, role="agency", agency="north")).get(PATH)

    assert "Score: distinct visitors of the account's products, each counted once." in shown.text
    assert "Level scores: whoever reached the score first" in shown.text


async def test_ranks_over_time_are_drawn_once_there_are_some(board: Service) -> None:
    visitor = await sign_in(board, role="agency", agency="north")
    bare = await visitor.get(PATH)
    now_ms = await board.store.now_ms()
    for hours in (3, 2, 1):
        places = [("a3", 3), ("a1", 2), ("a2", 1)]
        await board.store.rank_history.take("apollo-test", places, now_ms - hours * HOUR_MS)
    shown = await visitor.get(PATH)

    assert "Ranks over time" not in bare.html
    assert len(shown.tree.xpath('//*[contains(@class, "over-time")]//*[name()="polyline"]')) == 3
    assert len(shown.tree.xpath('//*[contains(@class, "ours")]')) == 2


async def test_the_wall_has_no_details_whoever_put_it_up(board: Service) -> None:
    shown = await (await sign_in(board, role="admin")).get(f"{PATH}?wall=1&top=3")

    assert order(shown) == ["a1", "a3", "a2"]
    assert cells(shown, "a3") == {"rank": "2", "move": "", "name": "Account a3", "score": "1,200"}
    assert not shown.tree.xpath("//nav")
    assert "missing" not in shown.html
    assert "told=wall" in shown.tree.xpath('//*[@id="standings"]/@data-live')[0]


async def test_a_page_that_is_none_is_refused(board: Service) -> None:
    visitor = await sign_in(board, role="reviewer")

    assert (await visitor.get(f"{PATH}?page=0")).status == 422
    assert (await visitor.get(f"{PATH}?wall=1&top=99")).status == 422
    assert (await visitor.get("/campaigns/nothing")).status == 404


@pytest.mark.parametrize(
    ("language", "score", "award", "left"),
    [("id", "1.900", "USD 4.000,00", "hari"), ("th", "1,900", "USD 4,000.00", "วัน")],
)
async def test_numbers_money_and_times_are_written_as_the_language_does(
    board: Service, language: str, score: str, award: str, left: str
) -> None:
    shown = await (await sign_in(board, role="reviewer", language=language)).get(PATH)

    assert shown.tree.xpath("/html/@lang") == [language]
    assert (cells(shown, "a1")["score"], cells(shown, "a3")["award"]) == (score, award)
    assert left in texts(shown, "//time[@data-until]")[0]


async def with_accounts(service: Service, count: int) -> None:
    """So many more accounts, each with a name and a score of its own."""

    async def enroll(number: int) -> None:
        account = f"account-{number:05}"
        name = f"Corner Shop {number * 7919 % 10_007}"
        setting = {"agency_id": "south", "name": name, "kind": "partner", "country": "US"}
        await service.ask("PUT", f"/v1/accounts/{account}", setting)
        await service.ask("PUT", f"/v1/campaigns/apollo-test/enrollments/{account}", {})

    for start in range(0, count, 50):
        await asyncio.gather(*(enroll(number) for number in range(start, min(start + 50, count))))
    rows = [
        row(f"account-{number:05}", 500 + number * 104_729 % 99_991, number * 37 % 1_000 / 50)
        for number in range(count)
    ]
    await publish(service, *rows)


async def test_a_thousand_rows_weigh_little_and_whoever_is_behind_them_is_found(
    board: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    await with_accounts(board, 1_010)
    visitor = await sign_in(board, role="reviewer")
    packed = Visitor(board, visitor.cookies, {"Accept-Encoding": "gzip", "Accept-Language": "en"})
    page = await visitor.get(PATH)
    files = page.tree.xpath('//link[@rel="stylesheet" or @rel="icon"]/@href | //script/@src')
    weights = {path: await weight(packed, path) for path in [PATH, *files]}
    with capsys.disabled():
        sys.stdout.write(f"\n1,000 rows: {sum(weights.values()):,} bytes in {len(weights)} files\n")
    second, found = await visitor.get(f"{PATH}?page=2"), await visitor.get(f"{PATH}?q=account+a2")
    own = await (await sign_in(board, role="agency", agency="north")).get(PATH)

    assert len(order(page)) == 1_001
    assert sum(weights.values()) <= WEIGHT_MOST_BYTES
    assert texts(second, '//tbody[@id="rows"]/tr/td[1]')[0] == "1,001"
    assert "a2" in order(second)
    assert order(found) == ["a2"]
    assert int(cells(own, "a2", "pinned")["rank"].replace(",", "")) > 1_000


async def weight(visitor: Visitor, path: str) -> int:
    """What is sent for it, packed."""
    url = visitor.service.url + path
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = visitor.headers | {"Cookie": cookie}
    request = visitor.service.session.get(url, headers=headers, auto_decompress=False)
    async with request as response:
        assert response.status == 200
        return len(await response.read())
