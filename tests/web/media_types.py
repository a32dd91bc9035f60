"""Bodies of text, which the property-based tester sends as they are."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.serializer("application/toml", "application/x-ndjson", "text/csv")
def as_text(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
