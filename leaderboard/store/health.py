"""Whether a server can be trusted with money: its version and settings, looked at before work begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from redis.asyncio import Redis
from redis.exceptions import ConnectionError, ResponseError

from leaderboard.store.connection import is_refused_password

OLDEST_REDIS: Final = (7, 0)
OLDEST_VALKEY: Final = (8, 0)
FULL_MEMORY_SHARE: Final = 0.8
_CONFIGURED = ("appendonly", "appendfsync", "maxmemory-policy")


@dataclass(frozen=True, slots=True)
class Concern:
    """`refuse`: results would not be safe on this server. `warn`: they are, but its operator should know."""

    severity: Literal["refuse", "warn"]
    setting: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Server:
    """What a server tells of itself: the fields of INFO, and of CONFIG GET those that it lets us read."""

    info: Mapping[str, str]
    config: Mapping[str, str]
    ours: bool
    volatile_allowed: bool


async def inspect(client: Redis, *, allow_volatile: bool = False, embedded: bool = False) -> list[Concern]:
    """What speaks against this server; empty when nothing does. `embedded`: it is the one that we start ourselves.

    Raises what `connection.UNAVAILABLE` names while the server is away.
    """
    # A client of its own on the same connections: the given one may have its conversions switched off.
    asking = Redis(connection_pool=client.connection_pool)
    try:
        info = await _info(asking)
        server = _Server(info, await _config(asking), embedded, allow_volatile)
    except ConnectionError as error:
        if not is_refused_password(error):
            raise
        return [Concern("refuse", "password", f"the store does not accept the user or password: {error}")]
    return _looked_at(server)


def concerns_of(info: Mapping[str, str], config: Mapping[str, str], *, embedded: bool) -> list[Concern]:
    """As `inspect`, of a server that has told of itself."""
    return _looked_at(_Server(info, config, embedded, volatile_allowed=False))


def _looked_at(server: _Server) -> list[Concern]:
    return [concern for check in CHECKS for concern in check(server)]


async def _info(client: Redis) -> dict[str, str]:
    try:
        answer: Mapping[str, Any] = await client.info()
    except ResponseError:
        return {}
    return {name: str(value) for name, value in answer.items()}


async def _config(client: Redis) -> dict[str, str]:
    try:
        answer: Mapping[Any, Any] = await client.config_get(*_CONFIGURED)
    except ResponseError:
        return {}
    return {_text(name): _text(value) for name, value in answer.items()}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _check_version(server: _Server) -> Iterator[Concern]:
    name, field, oldest = ("Redis", "redis_version", OLDEST_REDIS)
    if "valkey_version" in server.info:
        name, field, oldest = ("Valkey", "valkey_version", OLDEST_VALKEY)
    told = server.info.get(field, "")
    version = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
    if not version:
        yield Concern(
            "warn", "version", "the server does not tell its version; Redis 7 or Valkey 8 is needed"
        )
    elif version < oldest:
        yield Concern("refuse", "version", f"{name} {told} is too old: {name} {oldest[0]} or later is needed")


def _check_cluster(server: _Server) -> Iterator[Concern]:
    if server.info.get("cluster_enabled") == "1" or server.info.get("redis_mode") == "cluster":
        yield Concern(
            "refuse", "cluster-enabled", "cluster mode is not served yet; give one server of its own"
        )


def _check_role(server: _Server) -> Iterator[Concern]:
    if server.info.get("role") in {"slave", "replica"}:
        primary = server.info.get("master_host", "unknown")
        yield Concern(
            "refuse", "replicaof", f"this server is a read-only replica; give its primary ({primary})"
        )


def _check_persistence(server: _Server) -> Iterator[Concern]:
    on = server.config.get("appendonly") or {"1": "yes", "0": "no"}.get(server.info.get("aof_enabled", ""))
    if on is None:
        yield Concern(
            "warn", "appendonly", "it could not be checked whether the server keeps an append-only file"
        )
    elif on == "no":
        yield Concern(
            "warn" if server.volatile_allowed else "refuse",
            "appendonly",
            "the server keeps no append-only file (appendonly no): a restart would lose accepted events",
        )
    else:
        yield from _check_sync(server)


def _check_sync(server: _Server) -> Iterator[Concern]:
    policy = server.config.get("appendfsync")
    if policy is None:
        yield Concern(
            "warn", "appendfsync", "it could not be checked how the server syncs its append-only file"
        )
    elif policy == "everysec":
        yield Concern(
            "warn",
            "appendfsync",
            "appendfsync everysec answers writes up to two seconds before they leave the server's memory while "
            "the disk is slow: killing the server then loses accepted events (appendfsync always does not)",
        )
    elif policy == "no" and not server.ours:
        yield Concern(
            "warn",
            "appendfsync",
            "appendfsync no survives a killed server, but a power cut loses what the system had not yet written",
        )


def _check_eviction(server: _Server) -> Iterator[Concern]:
    policy = server.config.get("maxmemory-policy") or server.info.get("maxmemory_policy")
    if policy is None:
        yield Concern("warn", "maxmemory-policy", "it could not be checked whether a full server evicts keys")
    elif policy != "noeviction":
        yield Concern(
            "refuse",
            "maxmemory-policy",
            f"maxmemory-policy {policy} deletes counts silently when memory is full; noeviction is needed",
        )


def _check_memory(server: _Server) -> Iterator[Concern]:
    limit, used = (int(server.info.get(field) or 0) for field in ("maxmemory", "used_memory"))
    if limit and used > FULL_MEMORY_SHARE * limit:
        yield Concern(
            "warn",
            "maxmemory",
            f"{used * 100 // limit} % of maxmemory are in use; a full server refuses new events",
        )


CHECKS: Final[tuple[Callable[[_Server], Iterator[Concern]], ...]] = (
    _check_version,
    _check_cluster,
    _check_role,
    _check_persistence,
    _check_eviction,
    _check_memory,
)
