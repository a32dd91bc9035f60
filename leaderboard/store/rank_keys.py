"""The keys of ranks over time, with their types and units; beside `keys.py`, in the slot of a campaign's standings."""

from __future__ import annotations


def rank_history(campaign: str) -> str:
    """hash: begin of a slot, ms → zstd of msgpack [at_ms, accounts, scores] of the first places, thinned by age."""
    return f"{{c:{campaign}}}:rank-history"


def ranks_by_hour(campaign: str) -> str:
    """text: zstd of a msgpack list of [at_ms, accounts, scores], worked out for full hours in which none was noted."""
    return f"{{c:{campaign}}}:ranks-by-hour"


def whole_ranks(campaign: str, slot_ms: int) -> str:
    """text: zstd of msgpack [at_ms, digest of the accounts, packed ranks, differences of scores]; expires."""
    return f"{{c:{campaign}}}:ranks|{slot_ms}"


def ranked_accounts(campaign: str, digest: str) -> str:
    """text: zstd of the msgpack list of accounts, ascending, that whole ranks of this digest are of; expires."""
    return f"{{c:{campaign}}}:ranked|{digest}"
