"""A checkpoint: a campaign's archive is looked at by all detectors, and what they find is kept as flags.

What follows from flags is decided where accounts are judged. May run twice, or on two machines at once: each is saved
in one step, behind the one before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Final

from leaderboard import __version__
from leaderboard.archive import documents
from leaderboard.archive.documents import Document
from leaderboard.domain.checkpoints import Checkpoint, Failure, Wish, merged, why_not
from leaderboard.domain.integrity_report import (
    CheckpointDocument,
    encoded,
    fingerprint,
    flags_by_detector,
)
from leaderboard.domain.reviews import Raised
from leaderboard.store.checkpoints import document_name
from leaderboard.store.connection import is_unavailable
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from workers.integrity_outcomes import Flagged, report_of
from workers.looking_over import Detect, Looked, all_detectors, look_over
from workers.moments import How, TooSlow

log = logging.getLogger(__name__)

TRIES: Final = 5


class Overtaken(RuntimeError):
    """The campaign is past the time for checkpoints, or was changed again and again meanwhile; the text says which."""


async def checkpoint(
    store: Store, name: str, how: How, actor: str, detect: Detect = all_detectors
) -> Checkpoint | None:
    """Makes a checkpoint and lets its flags take effect; None where there is none to be made, or it failed.

    A failure is logged and kept for whoever looks, and stops nothing. TooSlow where the archive stands still.
    """
    await store.directory.refresh()
    campaign = store.directory.campaigns[name]
    if why_not(campaign.definition, campaign.life):
        return None
    await store.checkpoints.begin(name, Wish(await store.now_ms(), actor))
    try:
        made = await _save(store, name, how, actor, await look_over(store, campaign, how, detect))
    except TooSlow:
        await store.checkpoints.stop(name)
        raise
    except Exception as error:
        if is_unavailable(error):
            raise
        log.exception("the checkpoint of %s failed", name)
        await store.checkpoints.fail(name, Failure(await store.now_ms(), _told(error), actor))
        return None
    await store.directory.refresh()
    await store.judge.rejudge(name, await store.standings.accounts(name), await store.now_ms())
    return made


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, Overtaken) else f"{type(error).__name__}: {error}"


async def _save(store: Store, name: str, how: How, actor: str, looked: Looked) -> Checkpoint:
    """Saves it behind the last one, by what people have decided until then."""
    for _ in range(TRIES):
        await store.directory.refresh()
        campaign = store.directory.campaigns[name]
        if reason := why_not(campaign.definition, campaign.life):
            raise Overtaken(f"no checkpoint was made: {reason}")
        made = await _saved(store, campaign, how, actor, looked)
        if made is not None:
            log.info("%s: checkpoint %d, %d flags", name, made.number, sum(made.flags.values()))
            return made
    raise Overtaken(f"flags, or the campaign, were changed {TRIES} times while it was saved")


async def _saved(store: Store, campaign: Campaign, how: How, actor: str, looked: Looked) -> Checkpoint | None:
    name = campaign.definition.id
    # The store has only the last one's document, so that of the one before has to be on the disk first.
    await keep_document(store, name, how.archive)
    last, before = (await store.checkpoints.last(name)).last, await store.reviews.raised(name)
    decisions, at_ms = await store.decisions.of(name), await store.now_ms()
    # After a restore the archive may have later ones than the settings know.
    number = max(last.number if last else 0, documents.newest_checkpoint(how.archive, name)) + 1
    dockets = await store.decisions.dockets(name)
    waiting = {flag for flag, docket in dockets.items() if docket.is_waiting}
    raised = merged(
        before,
        looked.findings,
        decisions,
        number=number,
        at_ms=at_ms,
        waiting=waiting,
        voided={account: one.uv for account, one in (await store.reviews.voided(name)).items()},
    )
    report = await report_of(store, campaign, Flagged(raised, decisions), looked.traffic)
    document = CheckpointDocument(
        campaign=name,
        number=number,
        at_ms=at_ms,
        actor=actor,
        mode=campaign.definition.integrity.mode,
        through_ms=looked.through_ms,
        positions={str(part): entry for part, entry in sorted(looked.positions.items())},
        version=__version__,
        rules=tuple(sorted({one.rule for one in looked.findings})),
        findings=tuple(looked.findings),
        flags=raised,
        report=report,
    )
    content = encoded(document)
    made = _record(document, campaign, raised, looked, fingerprint(content))
    saved = await store.checkpoints.save(
        name,
        last,
        made,
        content,
        raised,
        life_version=campaign.life.version,
        known=decisions,
        looked_up={*before, *raised},
    )
    return made if saved else None


def _record(
    document: CheckpointDocument,
    campaign: Campaign,
    raised: Mapping[str, Raised],
    looked: Looked,
    sha256: str,
) -> Checkpoint:
    found = [one for one in raised.values() if one.is_found]
    return Checkpoint(
        number=document.number,
        at_ms=document.at_ms,
        took_ms=round((monotonic() - looked.began_s) * 1000),
        actor=document.actor,
        mode=document.mode,
        state=campaign.life.state,
        through_ms=document.through_ms,
        accounts=len(looked.traffic),
        flags=flags_by_detector(found),
        holds=sum(one.asks == "hold" for one in found),
        excess_uv=sum(one.discounted_uv for one in document.report.accounts),
        sha256=sha256,
    )


async def keep_document(store: Store, name: str, archive: Path) -> None:
    """Keeps the last checkpoint's document beside the archive; puts it back into a store that was restored from it."""
    last = (await store.checkpoints.last(name)).last
    if last is None:
        return
    content = await store.checkpoints.document(name)
    if content is not None:
        document = Document(name, document_name(last.number), content)
        await asyncio.to_thread(documents.keep, archive, document)
        return
    kept = await asyncio.to_thread(documents.read, archive, name, document_name(last.number))
    if kept is not None and fingerprint(kept) == last.sha256:
        await store.checkpoints.put_document(name, last.number, kept)
