"""The keys of how the store itself has been, with type and unit. Nothing that counts is among them."""

from __future__ import annotations

MEMORY_SAMPLES = "{health}:memory"  # list: `ms bytes` of memory used, the newest first; capped
