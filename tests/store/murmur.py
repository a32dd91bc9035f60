"""Ids that are chosen against the hash that the store's estimates are made with, whose seed is public."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final

# Above the 14 bits that choose the register.
LONG_RUN: Final = 1 << 44

_SEED: Final = 0xADC83B19
_M: Final = 0xC6A4A7935BD1E995
_M_INVERSE: Final = pow(_M, -1, 1 << 64)
_MASK: Final = (1 << 64) - 1
_HEAD: Final = 8
_LENGTH: Final = 16
_START: Final = _SEED ^ (_LENGTH * _M & _MASK)
_NO_ASCII: Final = 0x8080808080808080


def murmur64a(text: bytes) -> int:
    """MurmurHash64A of 16 bytes."""
    state = _START
    for at in (0, _HEAD):
        state = (state ^ _mixed(int.from_bytes(text[at : at + _HEAD], "little"))) * _M & _MASK
    return _last_mix(state)


def forged_ids(registers: int) -> Iterator[str]:
    """For each of so many registers of the estimate a plain text that leaves a run of zeros in it that one visitor in a
    billion would.

    Murmur can be run backwards: after any first half there is a second half that leads to a wanted hash.
    """
    tries = count()
    for register in range(registers):
        before = _unshift(_unshift(register | LONG_RUN) * _M_INVERSE & _MASK) * _M_INVERSE & _MASK
        yield next(text for text in (_text_to(b"%08x" % number, before) for number in tries) if text)


def _text_to(head: bytes, before: int) -> str:
    """The text that begins with `head` and comes to `before` the last mix; empty where it is no ASCII."""
    state = (_START ^ _mixed(int.from_bytes(head, "little"))) * _M & _MASK
    tail = _unshift((state ^ before) * _M_INVERSE & _MASK) * _M_INVERSE & _MASK
    return "" if tail & _NO_ASCII else (head + tail.to_bytes(_HEAD, "little")).decode("ascii")


def _mixed(block: int) -> int:
    block = block * _M & _MASK
    return (block ^ block >> 47) * _M & _MASK


def _last_mix(state: int) -> int:
    state = (state ^ state >> 47) * _M & _MASK
    return state ^ state >> 47


def _unshift(value: int) -> int:
    """Undoes `value ^ value >> 47`, which doing it again does, since the shift is more than half of the bits."""
    return value ^ value >> 47
