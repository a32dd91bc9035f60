"""Keys of what detectors find and reviewers decide; with `keys.py`, where all keys of the store are spelled.

All of them lie in the settings' slot, so that one script moves a flag, its decision and the audit log together.
"""

from __future__ import annotations


def raised(campaign: str) -> str:
    """hash: flag id → JSON `domain/reviews.Raised`: the flags of detectors, as of the last checkpoint."""
    return f"{{settings}}:raised|{campaign}"


def voided(campaign: str) -> str:
    """hash: account id → JSON `domain/adjustments.Voided`: what the rescorings in force take out, as last recounted."""
    return f"{{settings}}:voided|{campaign}"


def rescorings(campaign: str) -> str:
    """hash: rescoring id → JSON `domain/rescorings.Rescoring`."""
    return f"{{settings}}:rescorings|{campaign}"


def rescoring_figures(campaign: str) -> str:
    """hash: rescoring id → JSON `store/rescorings.Prepared`: what is voided without it and with it."""
    return f"{{settings}}:rescoring-figures|{campaign}"


def checkpoints(campaign: str) -> str:
    """hash: `last`, `asked`, `running` and `failure`, each JSON where there is one: see `domain/checkpoints.py`."""
    return f"{{settings}}:checkpoints|{campaign}"


def proposals(campaign: str) -> str:
    """hash: flag id → JSON `Decision` that waits for a second reviewer."""
    return f"{{settings}}:proposals|{campaign}"


def appeals(campaign: str) -> str:
    """hash: flag id → JSON list of appeals, the oldest first."""
    return f"{{settings}}:appeals|{campaign}"


def appeal_texts(campaign: str) -> str:
    """hash: flag id|number of the appeal → JSON list of the texts that came with it."""
    return f"{{settings}}:appeal-texts|{campaign}"


def cases(campaign: str) -> str:
    """hash: number, counted from 1 → JSON `domain/overturned.Overturned`."""
    return f"{{settings}}:cases|{campaign}"
