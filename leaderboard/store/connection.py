"""The way to the store: clients that fail fast, and which errors mean "away or busy, send it again". Sends nothing.

StoreUrlError       the address cannot be used; never repeats the password in it
UNAVAILABLE         what redis-py raises by class; `is_unavailable` also knows the errors it leaves unnamed
"""

from __future__ import annotations

import re
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    ClusterDownError,
    ConnectionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
    TryAgainError,
)

ANSWER_LIMIT_S: Final = 5.0
LONGEST_BLOCK_S: Final = 30.0
_CONNECT_LIMIT_S: Final = 3.0
_HEALTH_CHECK_INTERVAL_S: Final = 15
_MOST_CONNECTIONS: Final = 64
# Batches of inbox entries are megabytes; reading them in pieces of 32 KB takes 1.6 times as long.
_BLOCKING_READ_BYTES: Final = 1 << 20

# BusyLoadingError and the refusal of a wrong password are ConnectionErrors, MasterDownError is a ClusterDownError.
UNAVAILABLE: Final[tuple[type[Exception], ...]] = (
    ConnectionError,
    TimeoutError,
    OutOfMemoryError,
    ReadOnlyError,
    ClusterDownError,
    TryAgainError,
)

# A pipeline puts the command before the server's words, and quotes them when it is asynchronous.
_UNNAMED = re.compile(
    r"(?:^|caused error: (?:\(['\"])?)"
    r"(?:MISCONF|BUSY|NOREPLICAS|OOM|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN) "
)
_PASSWORDS = re.compile(r"([?&][^=&]*(?:password|username)[^=&]*=)[^&]*", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://).*@", re.DOTALL)


class StoreUrlError(ValueError):
    """The address of the store cannot be used; the text names it without its password."""


def open_client(url: str, *, answer_limit_s: float = ANSWER_LIMIT_S) -> Redis:
    """A client for short calls: bytes answers, no retries of its own, at most 64 connections at a time.

    A call that finds all of them busy waits as long as it would for an answer, then raises ConnectionError.
    """
    return _open(url, answer_limit_s)


def open_blocking_client(url: str, *, longest_block_s: float = LONGEST_BLOCK_S) -> Redis:
    """A client for reads that wait in the store for up to `longest_block_s`, and for large answers."""
    return _open(url, longest_block_s + ANSWER_LIMIT_S, socket_read_size=_BLOCKING_READ_BYTES)


def _open(url: str, answer_limit_s: float, **more: Any) -> Redis:
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_MOST_CONNECTIONS,
            timeout=answer_limit_s,
            decode_responses=False,
            # Answers keep one shape on every server; and RESP3 pools do not notice a connection that was closed.
            protocol=2,
            # Whether a failed write may be sent again is for the caller to know.
            retry=Retry(NoBackoff(), 0),
            socket_timeout=answer_limit_s,
            socket_connect_timeout=_CONNECT_LIMIT_S,
            health_check_interval=_HEALTH_CHECK_INTERVAL_S,
            **more,
        )
    except ValueError:
        # The parser's own words may quote a part of the password, so they are not passed on.
        raise StoreUrlError(
            f"the store's address {safe_url(url)!r} is not one of redis://, rediss://, unix://"
        ) from None
    return Redis.from_pool(pool)


def safe_url(url: str) -> str:
    """The address for people and logs: without user and password, also where it is badly written."""
    if not _PASSWORDS.search(url):
        return _USER_INFO.sub("***@", url)
    if "@" in url:  # nobody can tell which of the two is the other's password
        return url.partition("://")[0] + "://***"
    return _PASSWORDS.sub(r"\1***", url)


def is_unavailable(error: BaseException) -> bool:
    """Whether the store is away or busy: the same call may succeed later, without a change."""
    if isinstance(error, UNAVAILABLE):
        return True
    return isinstance(error, ResponseError) and bool(_UNNAMED.search(str(error)))


def is_refused_password(error: BaseException) -> bool:
    """Whether it is the user or password that the store refuses: waiting will not help, a person must."""
    # Over a unix socket the library wraps this refusal in a plain ConnectionError.
    return isinstance(error, AuthenticationError) or isinstance(error.__cause__, AuthenticationError)
