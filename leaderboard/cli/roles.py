"""The roles, one process each: `leaderboard api`, `leaderboard worker`, `leaderboard archiver`. Only wiring."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from leaderboard.archive.errors import ArchiveError
from leaderboard.cli.arguments import Subparsers, add_command, whole
from leaderboard.cli.bootstrap import ensure_admin_token
from leaderboard.cli.file_limit import allow_many_files
from leaderboard.cli.opening import (
    CannotRun,
    archive_directory,
    identity_key,
    opened_store,
    payee_vault,
    read_config,
    results_key,
    set_up_logging,
    store_url,
    warn_of_missing_keys,
    warn_of_unfinished_originators,
)
from leaderboard.cli.processes import die_with_parent
from leaderboard.cli.up import Setup, run_up
from leaderboard.config import Config, ConfigError
from leaderboard.domain.identities import keyed_hasher
from leaderboard.domain.signing import SigningKey
from leaderboard.store.connection import is_unavailable, safe_url
from leaderboard.store.store import Store
from leaderboard.web.app import create_app
from leaderboard.web.serving import Runner
from workers.archive import ArchiveWorker
from workers.archive_pace import ArchivePace
from workers.ingest import Pace, run_lanes
from workers.scheduler import Recounting, Scheduler

log = logging.getLogger(__name__)

STORE_PATIENCE_S = 60.0
SILENT_S = 2.0
KEEP_ALIVE_S = 75.0
SHUTDOWN_S = 10.0
LANES = 2
WORKER_NICENESS = 10
ARCHIVER_NICENESS = 10

_UP = """\
Starts the embedded store (unless [redis] url names another), the archiver, the scheduler, the workers and the API,
keeps them running, and says where they are. Ctrl-C and SIGTERM drain and stop everything. All data is in the
directory of --data; the first start writes an admin token there, which commands on this machine find by themselves.
"""
_ALONE = """\
One process of a service that is spread over several, as many copies as wanted. They share the store of
[redis] url, or the one that `leaderboard up` runs on the same --data.
"""
_SCHEDULER = """\
Asks again and again what is due, and does it: opens and ends campaigns, freezes and certifies them, and recounts from
the archive what no counter keeps. Of as many copies as wanted one acts and the others stand by; all of them need the
directory of [archive] directory, and the same DATA/signing.key or LEADERBOARD_SIGNING_KEY.
"""
_ARCHIVER = """\
Writes every accepted event to the directory of [archive] directory, compressed. Of as many copies as wanted one
works and the others stand by; all of them need the same directory.
"""


def add_parsers(subparsers: Subparsers) -> None:
    """Adds the commands that run the service."""
    up = add_command(
        subparsers, "up", _up, "run all on this machine: store, archiver, scheduler, workers, API", _UP
    )
    _add_door(up)
    api = add_command(subparsers, "api", lambda args: _role(args, _serve), "run the HTTP API alone", _ALONE)
    _add_door(api)
    add_command(subparsers, "worker", lambda args: _role(args, _work), "run one ingest worker alone", _ALONE)
    _add_archiver(subparsers)
    add_command(
        subparsers, "scheduler", lambda args: _role(args, _schedule), "run one scheduler alone", _SCHEDULER
    )


def _add_archiver(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers, "archiver", lambda args: _role(args, _archive), "run one archiver alone", _ARCHIVER
    )
    parser.add_argument(
        "--begin-anew",
        action="store_true",
        help="make a new archive: the one that this store had is lost for good",
    )


def _add_door(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port",
        type=whole(0, 65_535),
        default=8080,
        metavar="N",
        help="the port; 0: one that is free (8080)",
    )


def _up(args: Namespace) -> int:
    die_with_parent()
    set_up_logging()
    config = read_config(args)
    archive_directory(config, args.data)  # refuses one whose disk is not there, before anything starts
    if config.redis.url:
        store_url(config, args.data)  # refuses an address that cannot be one, before anything starts
    return run_up(
        Setup(
            data_dir=args.data,
            redis_url=config.redis.url or None,
            durability=config.ingest.durability,
            host=args.host,
            port=args.port,
            api_processes=config.api.processes,
            workers=config.workers.processes,
            config=args.config,
        )
    )


def _role(args: Namespace, work: Callable[[Namespace, Config, Store, asyncio.Event], Awaitable[None]]) -> int:
    die_with_parent()
    set_up_logging()
    return asyncio.run(_run(args, work))


async def _run(
    args: Namespace, work: Callable[[Namespace, Config, Store, asyncio.Event], Awaitable[None]]
) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    config = read_config(args)
    await _until_store_answers(config, args.data, stopping)
    if not stopping.is_set():
        async with opened_store(config, args.data) as store:
            _calm_collector()
            await work(args, config, store, stopping)
    return 0


async def _until_store_answers(config: Config, data_dir: Path, stopping: asyncio.Event) -> None:
    """A store that is loading its data, or restarting, is waited for."""
    started_s = asyncio.get_running_loop().time()
    deadline_s, said = started_s + STORE_PATIENCE_S, False
    while not stopping.is_set():
        try:
            async with opened_store(config, data_dir):
                return
        except Exception as error:
            if not is_unavailable(error):
                raise
            if asyncio.get_running_loop().time() > deadline_s:
                raise CannotRun(f"the store does not answer: {error}") from error
            if not said and asyncio.get_running_loop().time() > started_s + SILENT_S:
                log.warning("waiting for the store at %s: %s", safe_url(config.redis.url), error)
                said = True
            await asyncio.sleep(0.2)


def _calm_collector() -> None:
    """Batches are many short-lived objects without cycles: looking for cycles often costs a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _serve(args: Namespace, config: Config, store: Store, stopping: asyncio.Event) -> None:
    allow_many_files()
    await store.inbox.create()
    await store.directory.open()
    await ensure_admin_token(store, args.data)
    vault = payee_vault(config, args.data)
    await warn_of_missing_keys(store, vault)
    warn_of_unfinished_originators(config.payouts)
    hasher, signing_key = keyed_hasher(identity_key(args.data)), results_key(args.data)
    try:
        app = create_app(store, config, hasher, vault, signing_key)
    except ConfigError as error:
        raise CannotRun(str(error)) from error
    runner = Runner(app, keepalive_timeout=KEEP_ALIVE_S, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, args.host, args.port, reuse_port=True).start()
        except OSError as error:
            raise CannotRun(f"cannot listen on {args.host} port {args.port}: {error.strerror}") from error
        await stopping.wait()
    finally:
        await runner.cleanup()


async def _work(_args: Namespace, config: Config, store: Store, stopping: asyncio.Event) -> None:
    # Where processors are short, accepting and reading go first: what waits in the inbox is safe.
    os.nice(WORKER_NICENESS)
    workers = config.workers
    pace = Pace(workers.publish_interval_ms, workers.takeover_after_ms, workers.tries)
    await run_lanes(store, pace, LANES, stopping)


async def _archive(args: Namespace, config: Config, store: Store, stopping: asyncio.Event) -> None:
    # Counting goes first: what waits to be archived is safe.
    os.nice(ARCHIVER_NICENESS)
    archive = config.archive
    pace = ArchivePace(
        archive.flush_interval_ms,
        archive.segment_mib,
        archive.segment_age_h,
        archive.cut_addresses_after_days,
    )
    directory = archive_directory(config, args.data)
    try:
        await ArchiveWorker(store, directory, pace, begin_anew=args.begin_anew).run(stopping)
    except ArchiveError as error:
        raise CannotRun(str(error)) from error


async def _schedule(args: Namespace, config: Config, store: Store, stopping: asyncio.Event) -> None:
    os.nice(ARCHIVER_NICENESS)
    await store.directory.open()
    recounting = Recounting(
        archive_directory(config, args.data),
        config.ingest.id_memory_h,
        config.scheduler.recount_interval_s,
        signing_key=results_key(args.data),
    )
    await _warn_of_another_key(store, args.data, recounting.signing_key)
    await Scheduler(store, recounting, config.payouts).run(stopping)


async def _warn_of_another_key(store: Store, data_dir: Path, key: SigningKey | None) -> None:
    known = await store.signing_keys.every()
    if key is not None and known and key.key_id not in known:
        log.warning(
            "results were signed with key %s, and this machine has another one, %s: bring %s back, or set "
            "LEADERBOARD_SIGNING_KEY, unless new results are to be signed with this one",
            ", ".join(known), key.key_id, data_dir / "signing.key",
        )  # fmt: skip
