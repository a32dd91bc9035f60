"""TikTok Events API 1.0 and 2.0, translated: bodies into our events, and what their clients are answered.

It stops short of HTTP and of accounts: who may send, and whose source it is, the door decides.
"""

from leaderboard.domain.events_api.envelope import (
    Code,
    Endpoint,
    Problem,
    Translation,
    Uncounted,
    answer,
    endpoint_of,
)
from leaderboard.domain.events_api.payments import COLLAPSE_MS, collapse_key
from leaderboard.domain.events_api.translate import source_of, translate

__all__ = [
    "COLLAPSE_MS",
    "Code",
    "Endpoint",
    "Problem",
    "Translation",
    "Uncounted",
    "answer",
    "collapse_key",
    "endpoint_of",
    "source_of",
    "translate",
]
