"""A step function of time: which state holds from when to when, kept small and in one form only.

Knows nothing of heartbeats; `live_sessions.py` says what the states mean.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, pairwise
from math import gcd
from operator import sub
from typing import Final

NOTHING: Final = 0

_DIGITS: Final = bytes.maketrans(bytes(range(10)), b"0123456789")
_VALUES: Final = bytes.maketrans(b"0123456789", bytes(range(10)))

# (divisor of all lengths, bytes a length takes, the lengths, the states)
PackedSteps = tuple[int, int, bytes, bytes]


class Steps:
    """`states[i]`, 0 to 9, holds in `[edges[i], edges[i + 1])`; NOTHING before the first edge and from the last on.

    Neighbouring states differ, so equal functions have equal lists.
    """

    __slots__ = ("edges", "states")

    def __init__(self, edges: Iterable[int] = (), states: Iterable[int] = ()) -> None:
        self.edges = array("q", edges)
        self.states = bytearray(states)

    def at(self, position: int) -> tuple[int, int | None]:
        """(the state at a position, where it ends or None for never)."""
        after = bisect_right(self.edges, position)
        state = self.states[after - 1] if after else NOTHING
        return state, self.edges[after] if after < len(self.edges) else None

    def near(self, start: int, end: int) -> range:
        """The indexes of the steps that reach into `[start, end)`."""
        first = max(bisect_right(self.edges, start) - 1, 0)
        return range(first, min(bisect_left(self.edges, end), len(self.edges) - 1))

    def raise_to(self, start: int, end: int, state: int) -> bool:
        """Makes the state of `[start, end)` at least this; whether anything has changed by it."""
        edges, states = self.edges, self.states
        if not edges:
            states.append(NOTHING)
            edges.append(start)
        elif start < edges[-1]:
            return self._raise_inside(start, end, state)
        elif start > edges[-1]:
            edges.append(start)
            states.append(NOTHING)
        elif states[-2] == state:
            edges[-1] = end
            return True
        states[-1] = state
        edges.append(end)
        states.append(NOTHING)
        return True

    def _raise_inside(self, start: int, end: int, state: int) -> bool:
        edges, states = self.edges, self.states
        first, last = bisect_left(edges, start), bisect_right(edges, end)
        before = states[first - 1] if first else NOTHING
        held = [before, *states[first:last]]
        cuts = [start, *edges[first:last], end]
        raised = [
            (at, max(old, state)) for (at, until), old in zip(pairwise(cuts), held, strict=True) if at < until
        ]
        steps = [(start, before), *raised, (end, held[-1])]
        new = [(at, now) for (_, was), (at, now) in pairwise(steps) if was != now]
        new_edges, new_states = array("q", (at for at, _ in new)), bytes(now for _, now in new)
        if new_edges == edges[first:last] and new_states == states[first:last]:
            return False
        edges[first:last], states[first:last] = new_edges, new_states
        return True

    def packed(self) -> PackedSteps:
        """All but the first edge, for `unpacked`: each length in as few bytes as the longest one needs."""
        lengths = list(map(sub, self.edges[1:], self.edges))
        divisor = gcd(*lengths) or 1
        lengths = [length // divisor for length in lengths]
        width = (max(lengths, default=0).bit_length() + 7) // 8
        raw = struct.pack(f"<{len(lengths)}Q", *lengths)
        digits = self.states.translate(_DIGITS).decode("ascii")
        # The last state is NOTHING; it goes, or fills the byte up.
        digits = digits if len(digits) % 2 == 0 else digits[:-1]
        return divisor, width, b"".join(raw[plane::8] for plane in range(width)), bytes.fromhex(digits)

    @classmethod
    def unpacked(cls, first: int, packed: PackedSteps) -> Steps:
        """The step function that begins at `first`; empty for one without lengths."""
        divisor, width, planes, states = packed
        if not width:
            return cls()
        count = len(planes) // width
        raw = bytearray(8 * count)
        for plane in range(width):
            raw[plane::8] = planes[plane * count : (plane + 1) * count]
        lengths = struct.unpack(f"<{count}Q", raw)
        held = states.hex().encode("ascii").translate(_VALUES)[:count]
        edges = accumulate((length * divisor for length in lengths), initial=first)
        return cls(edges, held + bytes([NOTHING]))
