"""Whatever a service does becomes one clear line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from leaderboard.cli.client import Client, Refused, Unavailable, at, each, opened
from leaderboard.cli.connection import Connection
from leaderboard.cli.opening import CannotRun
from tests.conftest import Service

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves every address with one handler."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


async def error_of(url: str, token: str | None = "secret-token") -> CannotRun:
    async with opened(Connection(url, token, "--token")) as client:
        with pytest.raises(CannotRun) as refused:
            await client.get("/v1/status")
    assert "secret-token" not in str(refused.value)
    assert "\n" not in str(refused.value)
    return refused.value


async def test_nobody_there_says_how_to_start() -> None:
    error = await error_of("http://127.0.0.1:9")

    assert isinstance(error, Unavailable)
    assert str(error) == (
        "no service answers at http://127.0.0.1:9: start `leaderboard up`, or name another with --url"
    )


async def test_a_problem_is_its_detail_and_all_of_several(serve: Serve) -> None:
    async def one(request: web.Request) -> web.Response:
        problem = {"code": "invalid", "detail": "country: is\nwrong", "errors": [{"detail": "is\nwrong"}]}
        return web.json_response(problem, status=422, content_type="application/problem+json")

    async def two(request: web.Request) -> web.Response:
        errors = [{"path": "hosts", "detail": "is wrong"}, {"detail": "so is this"}]
        problem = {"code": "invalid", "detail": "hosts: is wrong", "errors": errors}
        return web.json_response(problem, status=422, content_type="application/problem+json")

    errors = [await error_of(await serve(handler)) for handler in (one, two)]
    assert [str(error) for error in errors] == ["country: is wrong", "hosts: is wrong; so is this"]
    assert all(isinstance(error, Refused) and error.code == "invalid" for error in errors)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_what_may_succeed_later_is_unavailable(serve: Serve, status: int) -> None:
    async def busy(request: web.Request) -> web.Response:
        problem = {"detail": "Busy.", "request_id": "abc"}
        return web.json_response(problem, status=status, content_type="application/problem+json")

    async def proxy(request: web.Request) -> web.Response:
        return web.Response(status=status, text="<html>", content_type="text/html")

    errors = [await error_of(await serve(handler)) for handler in (busy, proxy)]
    assert [type(error) for error in errors] == [Unavailable, Unavailable]
    assert str(errors[0]) == ("Busy. (request abc)" if status == 500 else "Busy.")


@pytest.mark.parametrize("status", [200, 301, 404])
async def test_another_service_at_the_address_is_recognised(serve: Serve, status: int) -> None:
    async def other(request: web.Request) -> web.Response:
        headers = {"Location": "http://127.0.0.1:9/"}
        return web.Response(status=status, text="<html>", content_type="text/html", headers=headers)

    error = await error_of(await serve(other))
    assert f"answers {status}, but not as this service does" in str(error)


async def test_an_answer_that_breaks_off_is_unavailable(serve: Serve) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100", "Content-Type": "application/json"})
        await response.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return response

    assert isinstance(await error_of(await serve(broken)), Unavailable)


async def test_a_token_that_is_missing_or_unknown_says_where_to_put_one(service: Service) -> None:
    missing, unknown = await error_of(service.url, None), await error_of(service.url)

    assert "wants a token: give one with --token or LEADERBOARD_TOKEN" in str(missing)
    assert "does not know the token of --token" in str(unknown)


async def test_ids_may_hold_any_characters(serve: Serve) -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response([request.raw_path, request.headers["Authorization"]])

    async with opened(Connection(await serve(echo) + "/live", "t", "")) as client:
        path, authorization = await client.get(at("accounts", "a/../b c?d#é%"), limit=5, around=None)

    assert path == "/live/v1/accounts/a%2F..%2Fb%20c%3Fd%23%C3%A9%25?limit=5"
    assert authorization == "Bearer t"


async def test_all_pages_of_a_list_are_read(serve: Serve) -> None:
    async def page(request: web.Request) -> web.Response:
        number = int(request.query.get("cursor", "0"))
        items = [{"id": f"a{number}"}, {"id": "a0"}]
        return web.json_response({"items": items, "cursor": str(number + 1) if number < 3 else None})

    async with opened(Connection(await serve(page), None, "")) as client:
        items = await client.listed("/v1/accounts")

    assert [item["id"] for item in items] == ["a0", "a1", "a2", "a3"]


async def test_work_on_many_items_runs_side_by_side_and_keeps_their_order() -> None:
    running, most = 0, 0

    async def work(item: int) -> int:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        await asyncio.sleep(0.001 * (item % 3))
        running -= 1
        return item * 2

    results = await each(work, range(100))

    assert results == [item * 2 for item in range(100)]
    assert 1 < most <= 16


async def test_the_first_error_ends_the_work_on_all() -> None:
    begun: list[int] = []

    async def work(item: int) -> None:
        begun.append(item)
        await asyncio.sleep(0)
        if item == 20:
            raise ValueError("twenty")
        await asyncio.sleep(0.001)

    with pytest.raises(ValueError, match="twenty"):
        await each(work, range(1000))

    assert len(begun) < 100


async def test_find_gives_none_for_what_does_not_exist(service: Service) -> None:
    async with opened(Connection(service.url, service.admin_token, "")) as client:
        assert await client.find(at("campaigns", "none")) is None
        with pytest.raises(Refused):
            await Client.get(client, at("campaigns", "none"))
