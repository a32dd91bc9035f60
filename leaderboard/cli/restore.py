"""`leaderboard restore`: an empty store filled from the archive, to the same standings. Only wiring and refusals."""

from __future__ import annotations

import asyncio
import os
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, time_ns
from typing import Any

from leaderboard.archive import copying, durable, reading, settings_file
from leaderboard.archive.errors import ArchiveError
from leaderboard.cli import restored_lives, restored_payouts
from leaderboard.cli.arguments import Subparsers, add_command
from leaderboard.cli.opening import (
    CannotRun,
    archive_directory,
    check_server,
    identity_key,
    read_config,
    results_key,
    set_up_logging,
    store_url,
)
from leaderboard.cli.output import count, say
from leaderboard.cli.refilling import Refilled, refill
from leaderboard.config import Config
from leaderboard.domain.identities import key_fingerprint
from leaderboard.store import restoring
from leaderboard.store.client import Client
from leaderboard.store.connection import is_unavailable, open_client, safe_url
from leaderboard.store.embedded import EmbeddedStore, StoreFailed, StoreInUse
from leaderboard.store.signing_key import FILE, VARIABLE
from leaderboard.store.store import open_store

_EPILOG = """\
Settings come from settings.json of the archive, events from its segments, whose hashes are verified first. The store
must be empty: for the embedded one, move the directory `store` out of DATA. DATA/identity.key must be the one that
the archive was made with, since visitors stand in it as hashes under that key. What was frozen, certified or exported
after settings.json was written comes from `documents`, so that nobody is paid twice.
"""
Settings = Mapping[str, Mapping[str, Any]]


def add_parser(subparsers: Subparsers) -> None:
    """Adds `restore`."""
    parser = add_command(
        subparsers,
        "restore",
        run,
        "fill an empty store from the archive, to the same standings",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="DIR",
        help="an archive that lies elsewhere; it is copied to [archive] directory, where it goes on (that one)",
    )


def run(args: Namespace) -> int:
    """Verifies, fills, reports."""
    set_up_logging()
    config = read_config(args)
    target = archive_directory(config, args.data)
    source = args.source or target
    started_s = monotonic()
    try:
        settings = _settings(source)
        _check_installation(settings, config, args.data)
        with _running_store(config, args.data) as url:
            asyncio.run(_refuse_what_is_not_empty(url, config, args.data))
            say(f"{count(reading.verify(source), 'sealed segment')} of {source} verified")
            own_key = _own_key(args.data)
            settings = restored_lives.followed(settings, source, own_key)
            payouts = restored_payouts.followed(settings, source, time_ns() // 1_000_000, own_key)
            settings = payouts.settings
            refilled = asyncio.run(_fill(url, config, settings, source, target, args.data))
    except (ArchiveError, StoreFailed, StoreInUse, OSError) as error:
        raise CannotRun(str(error)) from error
    _report(refilled, payouts, monotonic() - started_s)
    return 0


def _settings(source: Path) -> Settings:
    """The settings of an archive."""
    settings = settings_file.read(source)
    if settings is None:
        raise CannotRun(f"there is no archive in {source}: it has no settings.json")
    return settings


def _own_key(data_dir: Path) -> bytes | None:
    """The public key that this machine signs with, where it has one."""
    is_there = VARIABLE in os.environ or (data_dir / FILE).exists()
    return results_key(data_dir).public_key if is_there else None


def _check_installation(settings: Settings, config: Config, data_dir: Path) -> None:
    made = restoring.installation_of(settings)
    if made.get("partitions") != str(config.ingest.partitions):
        raise CannotRun(
            f"the archive was made with ingest.partitions = {made.get('partitions')}, the configuration says "
            f"{config.ingest.partitions}: set it back"
        )
    ours = key_fingerprint(identity_key(data_dir, make=False))
    if made.get("identity_key") != ours:
        raise CannotRun(
            f"the archive was made with another identity key ({made.get('identity_key')}, this one is {ours}): bring "
            f"back {data_dir / 'identity.key'}, or every known visitor would count again"
        )


@contextmanager
def _running_store(config: Config, data_dir: Path) -> Iterator[str]:
    """The configured store, or the embedded one, which runs for as long as this takes."""
    if config.redis.url:
        yield store_url(config, data_dir)
        return
    with EmbeddedStore(data_dir.resolve(), durability=config.ingest.durability) as embedded:
        yield embedded.url


async def _fill(
    url: str, config: Config, settings: Settings, source: Path, target: Path, data_dir: Path
) -> Refilled:
    # Once more: verifying may have taken a while.
    await _refuse_what_is_not_empty(url, config, data_dir)
    copying.copy(source, target)
    lock = durable.DirectoryLock(target)
    try:
        ingest = config.ingest
        opening = open_store(
            url, partitions=ingest.partitions, durability=ingest.durability, id_memory_h=ingest.id_memory_h
        )
        async with opening as store:
            return await refill(store, target, settings)
    finally:
        lock.release()


async def _refuse_what_is_not_empty(url: str, config: Config, data_dir: Path) -> None:
    client = Client(open_client(url))
    try:
        await check_server(url, embedded=not config.redis.url)
        found, others = await restoring.what_is_there(client), await restoring.keys_count(client)
    except Exception as error:
        if not is_unavailable(error):
            raise
        raise CannotRun(f"the store {safe_url(url)} does not answer: {error}") from error
    finally:
        await client.close()
    fix = "use an empty store" if config.redis.url else f"move {data_dir / 'store'} away"
    if found.get("format") == restoring.UNFINISHED:
        raise CannotRun(
            f"restoring the store {safe_url(url)} was cut off before its end: empty it and begin again"
        )
    if found:
        made = ", ".join(f"{name} {value}" for name, value in sorted(found.items()))
        raise CannotRun(
            f"the store {safe_url(url)} has an installation ({made}): restore fills an empty one only: {fix}"
        )
    if others:
        raise CannotRun(f"the store {safe_url(url)} is not empty: it has {count(others, 'key')}: {fix}")


def _report(refilled: Refilled, payouts: restored_payouts.Followed, seconds: float) -> None:
    settings = count(refilled.settings, "key") + " of settings"
    say(f"restored {count(refilled.events, 'event')} and {settings} in {seconds:,.1f} s")
    if refilled.buried:
        say(f"{count(refilled.buried, 'event')} could not be applied: `leaderboard buried` says why")
    if payouts.newer:
        say(restored_payouts.told(payouts.newer))
    if payouts.unsure:
        say(restored_payouts.unsure_told(payouts.unsure))
    say("the archive goes on where it ended: start `leaderboard up`")
