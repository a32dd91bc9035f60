"""Signing in: by a token or by a link, once; forms that are ours; and out again, here or everywhere."""

from __future__ import annotations

import pytest

from leaderboard.config import Config, Pages
from leaderboard.domain.sessions import FAILURES_MOST, LINK_LIFETIME_MS
from leaderboard.store import session_keys
from leaderboard.store.store import Store
from tests.conftest import Service, serving
from tests.web.asking import refusal_of
from tests.web.pages.visiting import Visitor, sign_in, sign_in_with


async def link_for(service: Service, **token: str) -> str:
    """The path of a link that signs in with a new token."""
    issued = await service.ask("POST", "/v1/tokens", token)
    link = await service.ask("POST", f"/v1/tokens/{issued.json['id']}/link")
    assert link.status == 201, link.body
    return str(link.json["url"]).removeprefix(service.url)


async def test_a_token_signs_in_and_the_page_says_who_one_is(service: Service) -> None:
    visitor = await sign_in(service, role="reviewer", name="Rika Review")

    shown = await visitor.get("/me")

    assert shown.status == 200
    assert "Rika Review" in shown.text
    assert "Reviewer" in shown.text


async def test_the_cookie_is_for_our_host_alone_and_holds_no_token(service: Service) -> None:
    token = await service.issue(role="reviewer")
    visitor = Visitor(service)
    shown = await visitor.post("/sign-in", {"token": token})
    cookie = shown.answer.headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert token.split("_", 2)[2] not in cookie


async def test_behind_tls_the_cookie_is_secure_and_bound_to_the_host(store: Store) -> None:
    config = Config(pages=Pages(url="https://leaderboard.example.com"))
    async with serving(store, config) as service:
        visitor = Visitor(service)
        shown = await visitor.post("/sign-in", {"token": await service.issue(role="reviewer")})
        link = await link_for(service, role="reviewer")

        assert shown.answer.headers["Set-Cookie"].startswith("__Host-leaderboard=")
        assert "Secure" in shown.answer.headers["Set-Cookie"]
        assert link.startswith("https://leaderboard.example.com/sign-in/link/")


@pytest.mark.parametrize("token", ["", "nonsense", f"llb_{'a' * 12}_{'b' * 43}"])
async def test_what_is_no_token_is_told_and_nobody_is_signed_in(service: Service, token: str) -> None:
    visitor = Visitor(service)
    shown = await visitor.post("/sign-in", {"token": token, "next": "/me"})

    assert shown.status == 401
    assert "unknown, expired or revoked" in shown.text
    assert visitor.cookies == {}
    assert shown.tree.xpath('//input[@name="next"]/@value')[0] == "/me"


async def test_machines_do_not_sign_in(service: Service) -> None:
    shown = await Visitor(service).post(
        "/sign-in", {"token": await service.issue(role="ingest", accounts=["*"])}
    )

    assert shown.status == 403
    assert "machines" in shown.text


async def test_after_too_many_failures_an_address_waits_and_a_good_token_does_not_help(
    service: Service,
) -> None:
    visitor = Visitor(service)
    for _ in range(FAILURES_MOST):
        assert (await visitor.post("/sign-in", {"token": "wrong"})).status == 401
    good = await service.issue(role="reviewer")

    shown = await visitor.post("/sign-in", {"token": good})

    assert shown.status == 429
    assert int(shown.answer.headers["Retry-After"]) > 0
    assert visitor.cookies == {}


async def test_behind_our_proxy_failures_are_counted_for_the_address_that_it_saw(store: Store) -> None:
    async with serving(store, Config(pages=Pages(proxies=1))) as service:
        guesser = Visitor(service, headers={"X-Forwarded-For": "made up, 203.0.113.7"})
        for _ in range(FAILURES_MOST):
            await guesser.post("/sign-in", {"token": "wrong"})
        other = Visitor(service, headers={"X-Forwarded-For": "203.0.113.7, 203.0.113.8"})

        assert (await guesser.post("/sign-in", {"token": "wrong"})).status == 429
        assert (await other.post("/sign-in", {"token": "wrong"})).status == 401


async def test_without_a_proxy_nobody_chooses_an_address(service: Service) -> None:
    for number in range(FAILURES_MOST):
        guesser = Visitor(service, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        await guesser.post("/sign-in", {"token": "wrong"})

    assert (await Visitor(service).post("/sign-in", {"token": "wrong"})).status == 429


async def test_a_link_signs_in_once(service: Service) -> None:
    link = await link_for(service, role="reviewer", name="Rika")
    first, second = Visitor(service), Visitor(service)

    looked = await first.get(link)
    used = await first.post(link)
    again = await second.post(link)

    assert "Rika" in looked.text
    assert (used.status, used.location) == (303, "/campaigns")
    assert (await first.get("/me")).status == 200
    assert again.status == 404
    assert second.cookies == {}


async def test_looking_at_a_link_does_not_use_it_up(service: Service) -> None:
    link = await link_for(service, role="reviewer")
    for _ in range(3):
        assert (await Visitor(service).get(link)).status == 200

    assert (await Visitor(service).post(link)).status == 303


async def test_a_link_is_over_after_15_minutes(service: Service) -> None:
    token = await service.store.tokens.find((await service.issue(role="reviewer")).split("_")[1])
    assert token is not None
    made_ms = await service.store.now_ms() - LINK_LIFETIME_MS
    _, code = await service.store.sessions.make_link(token, "test", made_ms)

    assert (await Visitor(service).get(f"/sign-in/link/{code}")).status == 404
    assert (await Visitor(service).post(f"/sign-in/link/{code}")).status == 404


async def test_a_revoked_token_ends_sessions_and_links_at_once(service: Service) -> None:
    secret = await service.issue(role="reviewer")
    token_id = secret.split("_")[1]
    visitor = await sign_in_with(service, secret)
    link = (await service.ask("POST", f"/v1/tokens/{token_id}/link")).json["url"].removeprefix(service.url)

    await service.ask("DELETE", f"/v1/tokens/{token_id}")

    assert (await visitor.get("/me")).location == "/sign-in?next=/me"
    assert (await Visitor(service).post(link)).status == 404


async def test_who_signs_out_is_out_in_that_browser_alone(service: Service) -> None:
    secret = await service.issue(role="reviewer")
    here, there = await sign_in_with(service, secret), await sign_in_with(service, secret)
    kept = dict(here.cookies)

    shown = await here.post("/sign-out")

    assert shown.location == "/sign-in?done=signed_out"
    assert here.cookies == {}
    assert (await Visitor(service, cookies=kept).get("/me")).status == 303
    assert (await there.get("/me")).status == 200


@pytest.mark.parametrize("how", ["page", "api"])
async def test_signing_out_everywhere_ends_all_sessions_and_unused_links(service: Service, how: str) -> None:
    secret = await service.issue(role="reviewer")
    token_id = secret.split("_")[1]
    here, there = await sign_in_with(service, secret), await sign_in_with(service, secret)
    link = (await service.ask("POST", f"/v1/tokens/{token_id}/link")).json["url"].removeprefix(service.url)

    if how == "page":
        await here.post("/sign-out-everywhere")
    else:
        assert (await service.ask("DELETE", f"/v1/tokens/{token_id}/sessions")).status == 204

    assert (await there.get("/me")).status == 303
    assert (await Visitor(service).post(link)).status == 404
    assert (await sign_in_with(service, secret)).cookies, "the token itself stays good"


async def test_signing_in_anew_ends_the_session_before(service: Service) -> None:
    visitor = await sign_in(service, role="reviewer")
    before = dict(visitor.cookies)
    await visitor.post("/sign-in", {"token": await service.issue(role="admin")})

    assert visitor.cookies != before
    assert (await Visitor(service, cookies=before).get("/me")).status == 303


async def test_a_form_without_its_mark_or_with_anothers_does_nothing(service: Service) -> None:
    visitor, other = await sign_in(service, role="reviewer"), await sign_in(service, role="reviewer")

    without = await visitor.post("/sign-out-everywhere", {"form_token": ""})
    with_others = await visitor.post("/sign-out-everywhere", {"form_token": await other.form_token()})

    assert (without.status, with_others.status) == (403, 403)
    assert (await visitor.get("/me")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_does_nothing(service: Service, headers: dict[str, str]) -> None:
    visitor = await sign_in(service, role="reviewer")
    visitor.headers |= headers

    assert (await visitor.post("/sign-out-everywhere")).status == 403
    assert (await Visitor(service, headers=headers).post("/sign-in", {"token": "x"})).status == 403


async def test_a_session_opens_pages_and_not_the_api(service: Service) -> None:
    visitor = await sign_in(service, role="admin")

    assert (await visitor.get("/v1/tokens")).status == 401


async def test_who_is_not_signed_in_comes_back_to_the_page_after_signing_in(service: Service) -> None:
    visitor = Visitor(service)
    sent = await visitor.get("/me?a=1&b=2")
    form = await visitor.follow(sent)
    where = form.tree.xpath('//input[@name="next"]/@value')[0]

    done = await visitor.post("/sign-in", {"token": await service.issue(role="reviewer"), "next": where})

    assert sent.location == "/sign-in?next=/me?a%3D1%26b%3D2"
    assert done.location == "/me?a=1&b=2"


@pytest.mark.parametrize(
    "where", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\nb", ""]
)
async def test_after_signing_in_one_stays_on_our_site(service: Service, where: str) -> None:
    done = await Visitor(service).post(
        "/sign-in", {"token": await service.issue(role="reviewer"), "next": where}
    )

    assert done.location == "/campaigns"


async def test_the_store_holds_neither_the_secret_of_a_session_nor_of_a_link(service: Service) -> None:
    link = await link_for(service, role="reviewer")
    visitor = await sign_in(service, role="reviewer")
    secrets = [link.rsplit("/", 1)[1], next(iter(visitor.cookies.values())).split("_", 2)[2]]

    for name in await service.store.client.do("KEYS", "*"):
        dumped = await service.store.client.do("DUMP", name)
        assert not any(secret.encode() in name + (dumped or b"") for secret in secrets), name


async def test_the_audit_log_tells_who_made_a_link_and_for_whom(service: Service) -> None:
    issued = await service.ask("POST", "/v1/tokens", {"role": "reviewer"})
    await service.ask("POST", f"/v1/tokens/{issued.json['id']}/link")
    newest = (await service.ask("GET", "/v1/audit-log?limit=1")).json["items"][0]

    assert newest["action"] == "sign_in_link.put"
    assert newest["subject"] == issued.json["id"]


async def test_no_link_is_made_for_who_cannot_sign_in(service: Service) -> None:
    issued = await service.ask("POST", "/v1/tokens", {"role": "ingest", "accounts": ["*"]})
    answer = await service.ask("POST", f"/v1/tokens/{issued.json['id']}/link")

    assert (answer.status, refusal_of(answer)) == (409, "not_usable")


async def test_every_page_has_the_headers_that_browsers_protect_people_by(service: Service) -> None:
    for path in ("/sign-in", "/me", "/sign-in/link/none"):
        headers = (await (await sign_in(service, role="admin")).get(path)).answer.headers
        policy = headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"


async def test_the_language_is_the_browsers_until_somebody_chooses(service: Service) -> None:
    visitor = Visitor(service, headers={"Accept-Language": "th-TH,th;q=0.9,en;q=0.5"})
    by_browser = await visitor.get("/sign-in")
    await visitor.post("/language", {"language": "id", "next": "/sign-in"})
    by_choice = await visitor.get("/sign-in")

    assert by_browser.tree.get("lang") == "th"
    assert by_choice.tree.get("lang") == "id"


async def test_a_sentence_of_the_configuration_stands_on_every_page(store: Store) -> None:
    async with serving(store, Config(pages=Pages(notice="All data here are made up <b>."))) as service:
        shown = await Visitor(service).get("/sign-in")

        assert (
            shown.tree.xpath('string(//p[@class="notice-bar"])').strip() == "All data here are made up <b>."
        )


async def test_sessions_that_are_over_leave_nothing_behind(service: Service) -> None:
    token_id = (await service.issue(role="reviewer")).split("_")[1]
    token = await service.store.tokens.find(token_id)
    assert token is not None
    now_ms = await service.store.now_ms()
    await service.store.sessions.begin(token, now_ms - 2_000, 1_000)

    await service.store.sessions.begin(token, now_ms, 1_000)

    assert await service.store.client.do("HLEN", session_keys.sessions(token_id)) == 1
    assert 0 < await service.store.client.do("PTTL", session_keys.sessions(token_id)) <= 1_000


async def test_who_reads_gets_a_page_where_there_is_none_and_a_program_a_problem(service: Service) -> None:
    reader = Visitor(service, headers={"Accept": "text/html,*/*;q=0.8"})
    page, data = await reader.get("/nothing"), await service.ask("GET", "/nothing")
    api = await reader.get("/v1/nothing")

    assert (page.status, page.tree.xpath("string(//h1)")) == (404, "Not found")
    assert refusal_of(data) == "not_found"
    assert api.answer.headers["Content-Type"].startswith("application/problem+json")
