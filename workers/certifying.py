"""Certification: a campaign in review is recounted, held against what was frozen and published, signed, and final.

The request has pinned everything that the result hangs on, so carrying it out twice gives the same result, and one move
wins. What does not hold is refused, and the reason is kept; the campaign stays in review.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from typing import Any, Final

from leaderboard.domain.awards import CannotAward
from leaderboard.domain.lifecycle import certified, due, refused
from leaderboard.domain.live_metrics import not_live
from leaderboard.domain.signing import SigningKey, check, sealed
from leaderboard.domain.snapshots import moved, read_snapshot
from leaderboard.recount.audit_result import read_result, row_of
from leaderboard.store.directory import Campaign
from leaderboard.store.standings import AsOf
from leaderboard.store.store import Store
from workers.awarding import keep_certified
from workers.closing import SCHEDULER, SNAPSHOT, Stuck, keep_documents, refuse_buried, snapshot_rows
from workers.examining import Examined, examine
from workers.metric_recount import recount_metrics
from workers.moments import How
from workers.result_inputs import Refused, named, result_of
from workers.voiding import void_anew

log = logging.getLogger(__name__)

# What a result is made for; all the rest says how it came about.
_WHAT_COUNTS: Final = ("standings", "awards", "excluded", "definition")


async def certify(store: Store, name: str, how: How, key: SigningKey) -> bool:
    """Carries out a request to certify; False where it is done, or was refused.

    Stuck, or TooSlow, where something received by then is not applied or not archived: ask again.
    """
    await store.directory.refresh()
    campaign = store.directory.campaigns[name]
    request = campaign.life.certifying
    if request is None or due(campaign.newest, campaign.life, await store.now_ms()) != "certify":
        return False
    await store.lifecycles.fence(name, campaign.life.version)
    await refuse_buried(store)
    await void_anew(store, name, how)
    # Judged by what was known at the request: what people decide later takes a correction.
    examined = await examine(store, name, dataclasses.replace(how, as_of_ms=request.requested_ms))
    if not_live(campaign.definition):
        # Awards hang on them, too, and the last tick may have been before the last refund.
        await recount_metrics(store, name, how.archive, how.id_memory_h)
    try:
        await _check(store, campaign, examined)
        document = await result_of(store, campaign, request, examined, how.archive)
        await _check_correction(store, campaign, document)
    except (Refused, CannotAward) as error:
        await _refuse(store, campaign, str(error))
        return False
    await store.signing_keys.register(key, SCHEDULER, await store.now_ms())
    await store.audits.note(name, examined.audit)
    version = campaign.life.result + 1
    after = certified(campaign.life, await store.now_ms())
    made = await store.lifecycles.move(
        name,
        campaign.life,
        after,
        action="campaign.certify",
        actor=request.actor,
        why=request.reason,
        documents={f"result|{version}": sealed(document, key)},
    )
    await store.directory.refresh()
    if made:
        log.info("%s: certified, result %d", name, version)
        await keep_documents(store, name, how)
        await finish(store, name)
    return made


async def _refuse(store: Store, campaign: Campaign, why: str) -> None:
    name = campaign.definition.id
    log.warning("%s is not certified: %s", name, why)
    after = refused(campaign.life, await store.now_ms())
    if await store.lifecycles.move(
        name, campaign.life, after, action="campaign.refuse", actor=SCHEDULER, why=why
    ):
        what = "No correction was made" if campaign.life.result else "It was not certified"
        await store.lifecycles.note(name, f"{what}: {why}", await store.now_ms())
    await store.directory.refresh()


async def _check(store: Store, campaign: Campaign, examined: Examined) -> None:
    name, audit = campaign.definition.id, examined.audit
    await refuse_buried(store)
    if not audit.agrees:
        accounts = sorted({one.account for one in audit.differences})
        raise Refused(
            f"the audit found {audit.differences_count} differences, of {named(accounts)}: "
            f"`leaderboard audit {name}` lists them"
        )
    if audit.not_compared:
        raise Stuck(f"{named(audit.not_compared)} could not be compared: settings were changed just now")
    content = await store.lifecycles.document(name, SNAPSHOT)
    if content is None:
        raise Refused("its snapshot is not in the store")
    if others := moved(read_snapshot(content), snapshot_rows(examined)):
        raise Refused(f"the archive gives other figures than were frozen, of {named(others)}")


async def _check_correction(store: Store, campaign: Campaign, document: Mapping[str, Any]) -> None:
    """A correction that corrects nothing may be one that was asked for twice."""
    if not campaign.life.result:
        return
    content = await store.lifecycles.document(campaign.definition.id, f"result|{campaign.life.result}")
    if content is not None:
        before = check(content).document
        if all(before[part] == document[part] for part in _WHAT_COUNTS):
            raise Refused(
                f"there is nothing to correct: it would say what result {campaign.life.result} says"
            )


async def finish(store: Store, name: str) -> int:
    """Makes the rows and awards of a certified campaign those of its newest result, for ever; how many rows differed.

    They differ where an account was judged by settings that changed around the certification, or where a result was
    corrected: by other refunds, decisions or rescorings. Safe to run at any time, and after any crash.
    """
    await store.directory.refresh()
    life = store.directory.campaigns[name].life
    await store.lifecycles.fence(name, life.version)
    content = await store.lifecycles.document(name, f"result|{life.result}")
    if content is None:
        raise RuntimeError(f"{name}: result {life.result} is not in the store")
    await keep_certified(store, name, content)
    standings = {one.account_id: one for one in read_result(content).standings}
    published = (await store.standings.everything(name)).rows
    certified_rows = [
        row_of(standings[row.account_id], row) for row in published if row.account_id in standings
    ]
    before = {row.account_id: row for row in published}
    others = [row for row in certified_rows if row != before[row.account_id]]
    if others:
        # Ahead of whoever has judged by the same settings: nobody will judge them again.
        as_of = AsOf(store.directory.place + 1, await store.metric_values.as_of_ms(name), life.version)
        await store.standings.publish(name, others, await store.now_ms(), as_of)
    return len(others)
