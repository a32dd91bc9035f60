"""What a result is made of, gathered when a campaign is certified: figures of the recount, verdicts, names, proofs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from leaderboard.archive import manifest
from leaderboard.archive.layout import Layout
from leaderboard.domain.accounts import Account
from leaderboard.domain.awards import Contender, ProvisionalAward, provisional_awards
from leaderboard.domain.campaigns import parse_document
from leaderboard.domain.exclusions import REASONS
from leaderboard.domain.judging import Verdict, ranking_award
from leaderboard.domain.lifecycle import Certification
from leaderboard.domain.result_document import result_document
from leaderboard.domain.results import (
    ArchiveState,
    AuditLogHead,
    AuditRun,
    Counts,
    DefinitionVersion,
    Previous,
    Result,
    Standing,
)
from leaderboard.domain.signing import check
from leaderboard.recount.audit import Recounted
from leaderboard.store.directory import Campaign
from leaderboard.store.store import Store
from workers.examining import Examined

NAMED: Final = 5

Verdicts = Mapping[str, Mapping[str, Verdict]]
"""award → account → what speaks against it."""


class Refused(RuntimeError):
    """The campaign cannot be certified as it is; the text says why."""


def named(accounts: Sequence[str]) -> str:
    """Accounts in a sentence, the first of very many."""
    more = f" and {len(accounts) - NAMED:,} more" if len(accounts) > NAMED else ""
    return f"account{'s' if len(accounts) > 1 else ''} {', '.join(accounts[:NAMED])}{more}"


async def result_of(
    store: Store, campaign: Campaign, request: Certification, examined: Examined, archive: Path
) -> dict[str, Any]:
    """The document to be signed; Refused where somebody could be paid who is on hold, or is judged otherwise."""
    name, life = campaign.definition.id, campaign.life
    rows = examined.published.rows
    verdicts = {
        award.id: await store.judge.verdicts(name, rows, award.id) for award in campaign.definition.awards
    }
    _refuse_holds(verdicts)
    _refuse_rejudged(verdicts[ranking_award(campaign.definition)], examined)
    accounts = await store.directory.accounts(list(examined.accounts))
    head = await store.audit_log.page(1)
    counts = await store.exclusions.counts(name)
    refused_writes = (await store.lifecycles.refused(name)).count
    result = Result(
        version=life.result + 1,
        previous=await _previous(store, campaign),
        reason=request.reason,
        certified_ms=request.requested_ms,
        certified_by=request.actor,
        cutoff_ms=campaign.counted.window.cutoff_ms,
        refunds_until_ms=campaign.counted.window.refunds_until_ms,
        definition=campaign.definition,
        other_definitions=_other_definitions(campaign),
        counts=Counts(
            events=examined.audit.events,
            excluded={code: counts[code] for code in REASONS if code in counts},
            refused_writes=refused_writes,
        ),
        standings=_standings(campaign, examined, verdicts, accounts),
        awards=tuple(await _awards(store, campaign, examined, verdicts)),
        archive=_archive(archive, examined),
        audit=AuditRun(
            at_ms=examined.audit.at_ms,
            agrees=examined.audit.agrees,
            accounts=examined.audit.accounts,
            events=examined.audit.events,
        ),
        audit_log=AuditLogHead(head.entries[0].seq, head.entries[0].hash),
    )
    return result_document(result)


def _other_definitions(campaign: Campaign) -> tuple[DefinitionVersion, ...]:
    return tuple(
        DefinitionVersion(
            number=one.number,
            from_ms=one.from_ms,
            reason=one.reason,
            definition=parse_document(one.definition),
        )
        for one in campaign.versions
        if one.number != campaign.version
    )


def _refuse_holds(verdicts: Verdicts) -> None:
    held = {
        account
        for by_account in verdicts.values()
        for account, verdict in by_account.items()
        if verdict.eligible and verdict.held
    }
    if held:
        raise Refused(f"{named(sorted(held))} could be paid and is on hold: decide on its flags")


def _refuse_rejudged(verdicts: Mapping[str, Verdict], examined: Examined) -> None:
    accounts = [name for name, one in examined.accounts.items() if verdicts[name].eligible != one.eligible]
    if accounts:
        raise Refused(f"settings of {named(sorted(accounts))} were changed meanwhile: certify again")


async def _previous(store: Store, campaign: Campaign) -> Previous | None:
    version = campaign.life.result
    if not version:
        return None
    content = await store.lifecycles.document(campaign.definition.id, f"result|{version}")
    if content is None:
        raise RuntimeError(f"{campaign.definition.id}: result {version} is not in the store")
    return Previous(version, check(content).sha256)


def _standings(
    campaign: Campaign, examined: Examined, verdicts: Verdicts, accounts: Mapping[str, Account | None]
) -> tuple[Standing, ...]:
    ranking = verdicts[ranking_award(campaign.definition)]
    return tuple(
        _standing(account, one, ranking[account], accounts.get(account))
        for account, one in sorted(examined.accounts.items(), key=lambda item: item[1].rank)
    )


def _standing(account: str, one: Recounted, verdict: Verdict, known: Account | None) -> Standing:
    return Standing(
        rank=one.rank,
        award_rank=one.eligible_rank,
        account_id=account,
        name=known.name if known else "",
        agency_id=known.agency_id if known else "",
        score=one.score,
        reached_ms=one.reached_ms,
        eligible=one.eligible,
        excluded=verdict.excluded,
        held=verdict.held,
        effective_ms=one.effective_ms,
        kept_ms=one.kept_ms,
        promised_ms=one.promised_ms,
        orders=one.orders,
        refunded_orders=one.refunded_orders,
        sales=one.sales,
        refunds=one.refunds,
        voided_uv=one.voided_uv,
        discounted_uv=one.discounted_uv,
        reasons=verdict.reasons,
    )


async def _awards(
    store: Store, campaign: Campaign, examined: Examined, verdicts: Verdicts
) -> list[ProvisionalAward]:
    contenders = [Contender(account, one.score, one.reached_ms) for account, one in examined.accounts.items()]
    eligible = {
        award: [one for one in contenders if by_account[one.account].eligible]
        for award, by_account in verdicts.items()
    }
    # The award that ranks goes by the recount, as the standings of the result do.
    eligible[ranking_award(campaign.definition)] = [
        one for one in contenders if examined.accounts[one.account].eligible
    ]
    values = await store.judge.values(campaign.definition.id, examined.published.rows)
    return provisional_awards(campaign.definition, eligible, values)


def _archive(directory: Path, examined: Examined) -> ArchiveState:
    """By its last line the manifest names all lines before it, and each line its segment's hash."""
    lines = Layout(directory).manifest
    return ArchiveState(
        manifest_sha256=sha256(lines.read_bytes() if lines.exists() else b"").hexdigest(),
        segments=len(manifest.newest(lines)),
        events=examined.audit.events,
        positions={str(part): entry for part, entry in sorted(examined.positions.items())},
    )
