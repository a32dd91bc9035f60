"""All settings as plain values, and back into an empty store. Knows types of keys, not what settings mean.

Bytes become texts; those that are no UTF-8 hold lone surrogates and become the same bytes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from leaderboard.store import keys
from leaderboard.store.client import Argument, Client, Command, mapping

_PATTERN: Final = "{settings}*"
_SCANNED: Final = 1_000
_VALUES_PER_COMMAND: Final = 500


class ForeignKey(ValueError):
    """A key of a type that settings do not have."""


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _texts(values: Sequence[bytes]) -> list[str]:
    return [_text(value) for value in values]


def _pairs(values: Mapping[str, str]) -> list[Sequence[bytes]]:
    return [(_bytes(name), _bytes(value)) for name, value in values.items()]


# type: the command that reads it, its answer as plain values
_READ: Final[dict[str, tuple[Callable[[bytes], Command], Callable[[Any], Any]]]] = {
    "string": (lambda key: ("GET", key), _text),
    "hash": (
        lambda key: ("HGETALL", key),
        lambda answer: {_text(name): _text(value) for name, value in mapping(answer).items()},
    ),
    "list": (lambda key: ("LRANGE", key, 0, -1), _texts),
    "set": (lambda key: ("SMEMBERS", key), lambda answer: sorted(_texts(answer))),
    "zset": (
        lambda key: ("ZRANGE", key, 0, -1, "WITHSCORES"),
        lambda answer: {_text(name): _text(score) for name, score in mapping(answer).items()},
    ),
    "stream": (
        lambda key: ("XRANGE", key, "-", "+"),
        lambda answer: [[_text(entry_id), *_texts(fields)] for entry_id, fields in answer],
    ),
}


async def dump(client: Client) -> dict[str, Any]:
    """Every key of the settings, as of one moment: {key: {"type", "value", "expires_ms"?}}."""
    names = await _names(client)
    types = [_text(found) for found in await client.together([("TYPE", name) for name in names])]
    found = {name: kind for name, kind in zip(names, types, strict=True) if kind != "none"}
    for name, kind in found.items():
        if kind not in _READ:
            raise ForeignKey(f"{_text(name)} is a {kind}, which no setting is")
    commands = [_READ[kind][0](name) for name, kind in found.items()]
    commands += [("PEXPIRETIME", name) for name in found]
    answers = await client.together(commands, atomic=True)
    values, expiries = answers[: len(found)], answers[len(found) :]
    rows = zip(found.items(), values, expiries, strict=True)
    return {_text(name): _dumped(kind, value, expires_ms) for (name, kind), value, expires_ms in rows}


def _dumped(kind: str, value: Any, expires_ms: int) -> dict[str, Any]:
    dumped: dict[str, Any] = {"type": kind, "value": _READ[kind][1](value)}
    return dumped if expires_ms < 0 else dumped | {"expires_ms": expires_ms}


async def _names(client: Client) -> list[bytes]:
    names, cursor = set[bytes](), b"0"
    while True:
        cursor, found = await client.do("SCAN", cursor, "MATCH", _PATTERN, "COUNT", _SCANNED)
        names.update(found)
        if cursor == b"0":
            return sorted(names)


async def version(client: Client) -> tuple[bytes, ...]:
    """Differs after every change of a setting."""
    commands = [("XREVRANGE", key, "+", "-", "COUNT", 1) for key in (keys.CHANGES, keys.AUDIT_LOG)]
    return tuple(answer[0][0] if answer else b"" for answer in await client.together(commands))


async def put_back(client: Client, dumped: Mapping[str, Mapping[str, Any]]) -> None:
    """Makes the keys again, in a store that has none of them."""
    for name, key in dumped.items():
        for command in _writes(_bytes(name), key["type"], key["value"]):
            await client.do(*command)
        if "expires_ms" in key:
            await client.do("PEXPIREAT", _bytes(name), key["expires_ms"])


def _writes(name: bytes, kind: str, value: Any) -> Iterable[Command]:
    if kind == "string":
        return [("SET", name, _bytes(value))]
    if kind == "hash":
        return _in_parts("HSET", name, _pairs(value))
    if kind == "list":
        return _in_parts("RPUSH", name, [(_bytes(item),) for item in value])
    if kind == "set":
        return _in_parts("SADD", name, [(_bytes(item),) for item in value])
    if kind == "zset":
        return _in_parts("ZADD", name, [(score, member) for member, score in _pairs(value)])
    if kind == "stream":
        return [("XADD", name, *map(_bytes, entry)) for entry in value]
    raise ForeignKey(f"{_text(name)} is a {kind}, which no setting is")


def _in_parts(word: str, name: bytes, values: Sequence[Sequence[Argument]]) -> Iterable[Command]:
    for start in range(0, len(values), _VALUES_PER_COMMAND):
        part = values[start : start + _VALUES_PER_COMMAND]
        yield (word, name, *(argument for value in part for argument in value))
