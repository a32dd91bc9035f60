"""An audit: a campaign examined, a certified result held against the same recount, and what was found kept."""

from __future__ import annotations

import resource
from dataclasses import replace

from leaderboard.domain.audits import Audit
from leaderboard.domain.signing import NotGenuine, check, public_key_from
from leaderboard.recount.audit_result import CertifiedResult, compare_result, read_result
from leaderboard.store.store import Store
from workers.examining import Examined, examine
from workers.moments import How, TooSlow

__all__ = ["Examined", "How", "TooSlow", "audit", "examine", "peak_memory_bytes"]


async def audit(store: Store, campaign: str, how: How) -> Audit:
    """Recounts a campaign and compares it with what is published; keeps the result in the store.

    A certified campaign is judged as of its newest result, which must follow from the archive, too. Raises what
    `examine` raises, and ValueError for a result that cannot be read, or is not genuine.
    """
    await store.directory.refresh()
    version, result = await _newest_result(store, campaign)
    if result is not None:
        how = replace(how, as_of_ms=result.certified_ms)
    examined = await examine(store, campaign, how)
    found = examined.audit
    if result is not None:
        found = examined.also(compare_result(result, examined.accounts), version)
    await store.audits.note(campaign, found)
    return found


async def _newest_result(store: Store, campaign: str) -> tuple[int, CertifiedResult | None]:
    known = store.directory.campaigns.get(campaign)
    if known is None or not known.life.result:
        return 0, None
    version = known.life.result
    document = await store.lifecycles.document(campaign, f"result|{version}")
    if document is None:
        raise ValueError(f"{campaign}: result {version} is not in the store, so it cannot be held against it")
    trusted = [public_key_from(one.public_key) for one in (await store.signing_keys.every()).values()]
    try:
        check(document, trusted)
    except NotGenuine as error:
        raise ValueError(f"{campaign}: result {version} is not genuine: {error}") from error
    return version, read_result(document)


def peak_memory_bytes() -> int:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
