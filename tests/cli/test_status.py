"""`leaderboard status`: how it is, and waiting until everything is counted."""

from __future__ import annotations

import asyncio

from aiohttp import web

from tests.cli.conftest import CommandLine
from tests.conftest import Service, view
from tests.replay.doors import free_port


async def _send(service: Service, events: int) -> None:
    await service.ask("POST", "/v1/events", {"events": [view(number) for number in range(events)]})


async def test_the_figures_of_the_service(cli: CommandLine, apollo_service: Service) -> None:
    await apollo_service.count()
    await _send(apollo_service, 3)
    before = await cli("status")
    await apollo_service.count()
    after = (await cli("status", "--json")).json

    figures = dict(line.split(maxsplit=1) for line in before.lines)
    assert figures["service"].startswith(f"{apollo_service.url}, version ")
    assert (figures["accepted"], figures["counted"]) == ("3 events", "0 events")
    assert figures["pending"].startswith("3 events, the oldest for ")
    assert figures["workers"] == "1"
    assert figures["archived"].startswith("0 events, 0.0 MB, behind by ")
    assert (after["inbox"]["pending"], after["inbox"]["applied"]) == (0, 3)


async def test_without_a_worker_it_says_what_is_missing(cli: CommandLine) -> None:
    done = await cli("status")

    assert done.code == 0
    assert "no worker was heard of" in done.err


async def test_waiting_ends_when_everything_is_counted(cli: CommandLine, apollo_service: Service) -> None:
    await _send(apollo_service, 2)
    waiting = asyncio.create_task(cli("status", "--wait", "20"))
    await asyncio.sleep(0.5)
    is_early = waiting.done()
    await apollo_service.count()
    done = await waiting

    assert (is_early, done.code) == (False, 0)
    assert "pending    0 events" in done.lines


async def test_waiting_in_vain_is_status_1(cli: CommandLine, apollo_service: Service) -> None:
    await _send(apollo_service, 2)
    done = await cli("status", "--wait", "1")

    assert done.code == 1
    assert done.err.splitlines()[-1] == "leaderboard: 2 events are still pending after 1 s"


async def test_waiting_for_a_service_that_never_comes_says_that_there_is_none(cli: CommandLine) -> None:
    done = await cli.without_options("status", "--wait", "1", "--url", "http://127.0.0.1:9")

    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "no service answers at http://127.0.0.1:9" in done.err


async def test_waiting_finds_the_token_that_a_first_start_writes(cli: CommandLine) -> None:
    async def status(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer first":
            return web.json_response({"detail": "No."}, status=401, content_type="application/problem+json")
        inbox = {"pending": 0, "lag_ms": 0, "accepted": 7, "applied": 7}
        figures = {"version": "1", "store": "ok", "buried": 0, "workers": 1}
        figures["archive"] = {"lag_ms": 0, "events": 7, "segments": 1, "bytes": 280}
        return web.json_response(figures | {"inbox": inbox})

    async def alive(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app, port = web.Application(), free_port()
    app.router.add_get("/healthz", alive)
    app.router.add_get("/v1/status", status)
    runner = web.AppRunner(app)
    await runner.setup()
    url = f"http://127.0.0.1:{port}"
    waiting = asyncio.create_task(cli.without_options("status", "--wait", "20", "--url", url))
    await asyncio.sleep(0.3)
    (cli.data / "admin.token").write_text("first\n")
    await web.TCPSite(runner, "127.0.0.1", port).start()
    done = await waiting
    await runner.cleanup()

    assert (done.code, done.err) == (0, "")
    assert "accepted   7 events" in done.lines


async def test_an_archiver_that_cannot_write_is_seen(cli: CommandLine, apollo_service: Service) -> None:
    await apollo_service.store.archiving.trouble("the disk is full", 1_645_358_400_000)
    await apollo_service.store.archiving.trouble("the disk is away", 1_645_358_401_000)
    done = await cli("status")

    assert "archive    not writing since 2022-02-20T12:00:00Z: the disk is away" in done.lines
