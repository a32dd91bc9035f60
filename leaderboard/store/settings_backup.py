"""All settings as plain values, and back into an empty store. Knows types of keys, not what settings mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import batched
from typing import Any, Final
