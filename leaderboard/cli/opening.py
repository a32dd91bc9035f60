"""From command-line options to an opened, checked store: the way every role takes. Only wiring."""

from __future__ import annotations

import logging
import os
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from leaderboard.config import Config, ConfigError, Payouts, load_config
from leaderboard.domain.nacha import NachaProfile
from leaderboard.domain.pain001 import Pain001Profile
from leaderboard.domain.payout_files import Profiles, profile_problems
from leaderboard.domain.payouts import Format
from leaderboard.domain.signing import SigningKey
from leaderboard.store import installation, vault_key
from leaderboard.store.client import Client
from leaderboard.store.connection import StoreUrlError, open_client, safe_url
from leaderboard.store.embedded_address import embedded_url
from leaderboard.store.health import inspect
from leaderboard.store.signing_key import VARIABLE, NoSigningKey, signing_key
from leaderboard.store.store import Store, open_store
from leaderboard.store.vault import Vault
from leaderboard.store.vault_key import open_vault

log = logging.getLogger(__name__)

DEFAULT_CONFIG = Path("config.toml")


class CannotRun(RuntimeError):
    """A role cannot start; the text says why and what to do."""


def read_config(args: Namespace) -> Config:
    """The file that was named, `config.toml` where there is one, else the defaults."""
    try:
        return load_config(args.config or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None))
    except ConfigError as error:
        raise CannotRun(str(error)) from error


def store_url(config: Config, data_dir: Path) -> str:
    """The configured store, or the embedded one that runs on this data directory."""
    try:
        url = config.redis.url or embedded_url(data_dir)
        if config.redis.url:
            open_client(config.redis.url)
    except StoreUrlError as error:
        raise CannotRun(f"[redis] url (LEADERBOARD_REDIS_URL): {error}") from error
    if url is None:
        raise CannotRun(f"no store runs on {data_dir}: start `leaderboard up`, or set [redis] url")
    return url


def archive_directory(config: Config, data_dir: Path) -> Path:
    """Where every accepted event is kept. CannotRun where a configured one has nothing to lie in.

    Above it nothing is made: a disk that is not mounted must not be filled in on the one below.
    """
    if not config.archive.directory:
        return data_dir.resolve() / "archive"
    directory = Path(config.archive.directory)
    if not os.path.isdir(directory.parent):  # False also where nobody may look
        raise CannotRun(
            f"[archive] directory {directory}: {directory.parent} is not there: mount its disk, make that directory, "
            "or name another one"
        )
    return directory


def identity_key(data_dir: Path, *, make: bool = True) -> bytes:
    """The key that this installation hashes visitors with; without `make` it must be there."""
    try:
        return installation.identity_key(data_dir, os.environ.get(installation.KEY_VARIABLE, ""), make=make)
    except installation.WrongInstallation as error:
        raise CannotRun(str(error)) from error


def results_key(data_dir: Path) -> SigningKey:
    """The key that this installation signs results with, made where it is missing."""
    try:
        return signing_key(data_dir, os.environ.get(VARIABLE, ""))
    except NoSigningKey as error:
        raise CannotRun(str(error)) from error


def payee_vault(config: Config, data_dir: Path) -> Vault:
    """The vault that bank details are sealed in, its key made where it is missing. What is risky is logged."""
    try:
        opened = open_vault(data_dir, config.payouts.key_file, os.environ.get(vault_key.VARIABLE, ""))
    except vault_key.NoVaultKey as error:
        raise CannotRun(str(error)) from error
    if opened.made:
        log.warning("made key %s, which bank details are sealed with", opened.vault.key_ids[0])
    for concern in opened.concerns:
        log.warning("the key of bank details: %s", concern)
    return opened.vault


async def warn_of_missing_keys(store: Store, vault: Vault) -> None:
    """Says which keys some bank details are sealed with that nobody here can open."""
    if missing := sorted(await store.payees.key_ids() - set(vault.key_ids)):
        log.error(
            "bank details are sealed with key %s, and this machine has only %s: bring it back, behind the others and "
            "a comma, in %s or the key file; until then those details pay nobody",
            ", ".join(missing), ", ".join(vault.key_ids), vault_key.VARIABLE,
        )  # fmt: skip


def warn_of_unfinished_originators(payouts: Payouts) -> None:
    """Says which keys are missing or wrong for a format that somebody has begun to fill in."""
    profiles = Profiles(nacha=payouts.nacha, pain001=payouts.pain001)
    begun: dict[Format, bool] = {
        "nacha": payouts.nacha != NachaProfile(),
        "pain001": payouts.pain001 != Pain001Profile(),
    }
    wrong = [
        one for format, is_begun in begun.items() if is_begun for one in profile_problems(format, profiles)
    ]
    if wrong:
        log.warning("some payouts cannot be prepared until the configuration is right: %s", "; ".join(wrong))


@asynccontextmanager
async def opened_store(config: Config, data_dir: Path) -> AsyncIterator[Store]:
    """The store, after its settings and its installation have been checked. What is risky is logged."""
    url = store_url(config, data_dir)
    await _check(url, url == embedded_url(data_dir), config, identity_key(data_dir))
    ingest = config.ingest
    opening = open_store(
        url, partitions=ingest.partitions, durability=ingest.durability, id_memory_h=ingest.id_memory_h
    )
    async with opening as store:
        yield store


async def check_server(url: str, *, embedded: bool) -> None:
    """Whether the server can be trusted with events: CannotRun where it cannot; what is risky is logged."""
    redis = open_client(url)
    try:
        for concern in await inspect(redis, embedded=embedded):
            if concern.severity == "refuse":
                raise CannotRun(
                    f"the store {safe_url(url)} cannot be used: {concern.setting}: {concern.detail}"
                )
            log.warning("the store: %s: %s", concern.setting, concern.detail)
    finally:
        await redis.aclose()


async def _check(url: str, embedded: bool, config: Config, key: bytes) -> None:
    await check_server(url, embedded=embedded)
    redis = open_client(url)
    try:
        await installation.check(Client(redis), config.ingest.partitions, key)
    except installation.WrongInstallation as error:
        raise CannotRun(str(error)) from error
    finally:
        await redis.aclose()


def set_up_logging() -> None:
    """One line an event, to stderr."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # It has two lines to say of every tick, and one of every tick that waits for a long one.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
