"""The states of a campaign. Which one it is in, and what follows, stands in `domain/lifecycle.py`."""

from __future__ import annotations

from typing import Literal

State = Literal["draft", "scheduled", "live", "closing", "review", "certified", "paid", "cancelled"]
