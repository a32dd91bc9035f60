"""The page of an account: what it says to its agency and to staff, and nothing to others. How it looks is elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from leaderboard.domain.counted_rows import HOUR_MS
from leaderboard.domain.lifecycle import opened
from leaderboard.domain.times import from_ms, rfc3339, to_ms
from tests.conftest import Service, set_up_apollo, view
from tests.web.lives import put_life
from tests.web.pages.an_account import (
    A1,
    ACCOUNTS,
    CAMPAIGN,
    DAY,
    DETECTED,
    beats,
    fill_account,
    put_hosts,
    send,
)
from tests.web.pages.visiting import Shown, sign_in
from tests.workers.closing import move

STAFF = ("admin", "reviewer", "payout_preparer", "payout_approver")


def section(shown: Shown, name: str) -> str:
    """What a person reads of one part of the page."""
    (found,) = shown.tree.xpath(f"//section[@id='{name}']")
    return " ".join(found.text_content().split())


def rows(shown: Shown, label: str) -> list[list[str]]:
    """The cells of a table by its caption."""
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")]
        for row in shown.tree.xpath(f"//table[caption='{label}']/tbody/tr")
    ]


@pytest.fixture
async def filled(apollo_service: Service) -> Service:
    await fill_account(apollo_service)
    return apollo_service


async def test_on_top_stands_where_it_is_and_how_far_from_the_next(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")
    now = section(await visitor.get(A1), "now")

    assert "Rank 2 of 3" in now
    assert "Unique visitors 3" in now
    assert "6 visitors behind the place above" in now
    assert "The first 5 places are paid" in now
    assert "On hold until a reviewer has decided" in now
    assert "Of 3 h promised, 1 h 24 min were kept." in now


async def test_who_does_not_qualify_is_ahead_of_no_unpaid_place(filled: Service) -> None:
    for visitor in (
        await sign_in(filled, role="agency", agency="north"),
        await sign_in(filled, role="admin"),
    ):
        now = section(await visitor.get(A1), "now")

        assert "that is not paid" not in now
        assert "the last that is paid" not in now


async def test_after_the_result_is_certified_nothing_is_to_be_caught_up(filled: Service) -> None:
    await put_life(filled, state="certified", cutoff_ms=5, result=1)
    visitor = await sign_in(filled, role="agency", agency="north")
    shown = await visitor.get(A1)

    assert "Did not qualify" in shown.text
    assert "Does not qualify yet" not in shown.text
    assert "Missing:" not in shown.text
    assert "behind the place above" not in shown.text


async def test_what_is_missing_is_said_and_what_is_met_too(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")
    shown = await visitor.get(A1)
    items = [
        (one.get("class"), " ".join(one.text_content().split()))
        for one in shown.tree.xpath("//section[@id='needed']//li[@class]")
    ]

    assert ("unmet", "✗Missing: 12 h 30 min of effective live time missing: 1 h 30 min of 14 h.") in items
    assert any(mark == "met" and "country is US." in text for mark, text in items)
    assert any(mark == "met" and "Rule refunds has nothing against it." in text for mark, text in items)
    assert any(mark == "warned" and "Rule schedule warns." in text for mark, text in items)
    assert any(mark == "waits" and "203.0.113.0/24" in text for mark, text in items)


async def test_the_way_from_all_visitors_to_the_score_adds_up(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")

    assert rows(await visitor.get(A1), "From all visitors to the score") == [
        ["All visitors", "6"],
        ["Visitors with invalid views only", "0"],
        ["Estimated to be no people", "−3"],
        ["Score: unique visitors that count", "3"],
    ]


async def test_products_are_listed_by_their_visitors(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")

    assert rows(await visitor.get(A1), "Visitors by product") == [["p0", "2"], ["p1", "2"], ["p2", "2"]]


async def test_the_share_of_refunds_is_told_with_the_orders_it_is_judged_from(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")

    assert "3 of 41 orders were refunded: 7.3%. The share is judged from 10 orders on." in section(
        await visitor.get(A1), "orders"
    )


async def test_a_day_shows_slots_what_counted_and_why_the_rest_did_not(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")
    shown = await visitor.get(f"{A1}?day={DAY}")
    day = rows(shown, "16 Feb 2022")

    assert ["ana", "19:00", "21:00", "Promised", "–"] in day
    assert ["ana", "19:29", "19:44", "Idle", "the host was idle: neither shown nor explained"] in day
    assert ["ana", "19:44", "19:59", "Silence", "no heartbeat was received"] in day
    assert [
        "ana",
        "20:19",
        "20:29",
        "Two sessions at once",
        "this host was in two live sessions at once",
    ] in day
    assert rows(shown, "What did not count on this day, and why") == [
        ["ana", "promised, and nobody was live", "21 min"],
        ["ana", "the host was idle: neither shown nor explained", "15 min"],
        ["ana", "no heartbeat was received", "15 min"],
    ]


async def test_what_is_promised_for_later_is_not_missed_yet(
    service: Service, apollo: Callable[..., str]
) -> None:
    now = from_ms(await service.store.now_ms())
    toml = apollo(start=f"{now - timedelta(days=2):%Y-%m-%d}T00:00:00", end="2099-01-01T00:00:00")
    await set_up_apollo(service, toml)
    slot = {
        "start": rfc3339(to_ms(now + timedelta(minutes=1))),
        "end": rfc3339(to_ms(now + timedelta(hours=30))),
    }
    body = {"hosts": [{"host_id": "ana", "schedule": [slot]}], "schedule_waiver": "Agreed."}
    await service.ask("PUT", "/v1/accounts/a1/hosts/ana", {"name": "Ana"})
    saved = await service.ask("PUT", f"/v1/campaigns/{CAMPAIGN}/enrollments/a1", body)
    assert saved.status in (200, 201), saved.body
    visitor = await sign_in(service, role="agency", agency="north")
    shown = await visitor.get(A1)

    assert "29 h 59 min" in section(shown, "live")
    assert "Of 29 h 59 min promised, 29 h 59 min are still to come; 0 s were kept." in section(shown, "now")
    assert "Promised" in shown.text
    assert rows(shown, "What did not count on this day, and why") == []


async def test_days_are_those_of_the_campaign_and_no_others(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")

    for asked, shown_day in (("", "27"), ("2022-01-01", "14"), ("2099-01-01", "27"), ("tomorrow", "27")):
        shown = await visitor.get(f"{A1}?day={asked}")
        (option,) = shown.tree.xpath("//select[@name='day']/option[@selected]")
        assert option.get("value") == f"2022-02-{shown_day}"
    first = await visitor.get(f"{A1}?day=2022-02-14")
    assert [one.get("href") for one in first.tree.xpath("//nav[@aria-label='Choose a day']/a")] == [
        f"{A1}?day=2022-02-15#live"
    ]


async def test_hosts_are_held_to_what_they_promised(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")
    table = rows(await visitor.get(A1), "Promised and kept, in the whole campaign")

    assert table == [
        ["ana", "1 h 10 min", "3 h", "1 h 24 min", "46.7%"],
        ["bo", "20 min", "–", "–", "–"],
    ]


async def test_a_flag_is_told_in_words_with_what_follows_from_it(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")
    shown = await visitor.get(A1)
    flags = section(shown, "flags")

    assert "Visitors of one place, device or moment Held" in flags
    assert "41 % of the visitors came from 203.0.113.0/24 between 02:10 and 02:50." in flags
    assert "3 visitors that are estimated not to be people are taken off its score." in flags
    assert rows(shown, "What was measured") == [["Share of all visitors", "41.0%", "5.0%"]]
    assert "Appeals are taken until" in flags


async def test_events_that_did_not_count_are_listed_with_their_ids(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")
    excluded = section(await visitor.get(A1), "excluded")

    assert "Its time lies outside the campaign's window." in excluded
    assert "view-200" in excluded


@pytest.mark.parametrize("role", STAFF)
async def test_staff_read_it_but_send_no_appeals(filled: Service, role: str) -> None:
    visitor = await sign_in(filled, role=role)
    shown = await visitor.get(A1)

    assert shown.status == 200
    assert "Rank 2 of 3" in section(shown, "now")
    assert shown.tree.xpath("//form[contains(@action, '/appeal')]") == []
    assert bool(shown.tree.xpath("//section[@id='flags']")) == (role in ("admin", "reviewer"))


async def test_another_agency_reads_nothing_of_it(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="south")
    shown = await visitor.get(A1)
    sent = await visitor.post(f"{A1}/flags/{DETECTED}/appeal", {"text": "It is ours."})

    assert (shown.status, sent.status) == (403, 403)
    assert "203.0.113.0/24" not in shown.html + sent.html
    assert "Account a1" not in shown.html + sent.html


async def test_what_is_not_there_is_not_found(filled: Service) -> None:
    visitor = await sign_in(filled, role="admin")

    for path in (f"{ACCOUNTS}/nobody", "/campaigns/nothing/accounts/a1"):
        assert (await visitor.get(path)).status == 404


async def test_who_is_not_signed_in_is_asked_to(filled: Service) -> None:
    async with filled.session.get(filled.url + A1, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"].split("?")[0]) in (
            (302, "/sign-in"),
            (303, "/sign-in"),
        )


async def test_before_anything_has_happened_the_page_says_so(apollo_service: Service) -> None:
    visitor = await sign_in(apollo_service, role="agency", agency="north")
    shown = await visitor.get(f"{ACCOUNTS}/a2")

    assert shown.status == 200
    assert "Nobody has been counted yet." in section(shown, "visitors")
    assert "No hosts are registered for this campaign." in section(shown, "live")
    assert "No orders yet." in section(shown, "orders")


async def test_its_rank_over_time_is_drawn_and_where_it_was_an_hour_ago(
    service: Service, apollo: Callable[..., str]
) -> None:
    await set_up_apollo(service, apollo(start="2020-01-01T00:00:00", end="2090-01-01T00:00:00"))
    await send(service, view(1), view(2), view(3, "a3"))
    await move(service, opened)
    now_ms = await service.store.now_ms()
    for age_h, order in ((2, [("a2", 2), ("a3", 1), ("a1", 0)]), (1, [("a3", 1), ("a1", 0), ("a2", 0)])):
        await service.store.rank_history.take(CAMPAIGN, order, now_ms - age_h * HOUR_MS)
    visitor = await sign_in(service, role="agency", agency="north")
    shown = await visitor.get(A1)

    assert [row[1] for row in rows(shown, "Rank over time")] == ["3", "2", "1"]
    assert "▲ 1 place up in the last hour" in section(shown, "now")


async def test_where_nobody_noted_ranks_there_is_no_chart_of_them(filled: Service) -> None:
    visitor = await sign_in(filled, role="agency", agency="north")

    assert "Rank over time" not in (await visitor.get(A1)).text


async def test_of_a_long_campaign_the_last_days_can_be_chosen_and_any_be_asked_for(
    service: Service, apollo: Callable[..., str]
) -> None:
    await set_up_apollo(service, apollo(start="2020-01-01T00:00:00", end="2090-01-01T00:00:00"))
    visitor = await sign_in(service, role="agency", agency="north")
    shown = await visitor.get(f"{A1}?day=2020-03-01")

    assert len(shown.tree.xpath("//select[@name='day']/option")) == 101
    assert shown.tree.xpath("//select[@name='day']/option[@selected]/@value") == ["2020-03-01"]


async def test_no_session_that_ended_before_another_began_overlaps_it(apollo_service: Service) -> None:
    await put_hosts(apollo_service)
    await send(apollo_service, *beats("ana", "s1", 0, 10), *beats("ana", "s2", 10, 10))
    visitor = await sign_in(apollo_service, role="agency", agency="north")
    kinds = {row[3] for row in rows(await visitor.get(f"{A1}?day={DAY}"), "16 Feb 2022")}

    assert kinds == {"Promised", "Counts"}
