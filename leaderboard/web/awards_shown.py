"""Awards of accounts as they are shown: while a campaign runs, of whoever qualifies at this moment. Works out none."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from leaderboard.domain.campaigns import Definition
from leaderboard.domain.events import Amount
from leaderboard.domain.judging import ranking_award
from leaderboard.domain.standings import Row
from leaderboard.store.awards import Given, Standing
from leaderboard.store.directory import Campaign
from leaderboard.store.judge import Case
from leaderboard.web.answers import money


class AccountAward(Struct):
    """An award of an account. `place` is the best of places that are shared, and null where nothing is ranked."""

    award: str
    place: int | None
    amount: Amount


def shown_awards(campaign: Campaign, row: Row, case: Case, standing: Standing) -> Sequence[Given]:
    """Those of its awards that stand. Provisional ones are a moment old: what it qualifies for no more is left out."""
    given = standing.by_account.get(row.account_id, ())
    if not given or campaign.life.is_final:
        return given
    ranking = ranking_award(campaign.definition)
    # The ranking award goes with the award rank, which is of when the row was published.
    return [one for one in given if case.qualifies(one.award) and (row.eligible or one.award != ranking)]


def award_document(given: Given, currency: str) -> dict[str, object]:
    """An `AccountAward`."""
    return {"award": given.award, "place": given.place, "amount": money(given.minor, currency)}


def award_fields(definition: Definition, rank: int | None, given: Sequence[Given]) -> dict[str, object]:
    """What the standings say of an account's awards; `rank` is that among the eligible."""
    currency = definition.currency
    return {
        "award_rank": _award_rank(definition, rank, given),
        "award": money(sum(one.minor for one in given), currency) if given else None,
        "awards": [award_document(one, currency) for one in given],
    }


def _award_rank(definition: Definition, rank: int | None, given: Sequence[Given]) -> int | None:
    """The award that ranks may share places, or order level scores otherwise than the standings do."""
    award = next((one for one in definition.awards if one.rank_by), None)
    if award is None or (award.ties == ("reached",) and award.sharing is None):
        return rank
    return next((one.place for one in given if one.award == award.id), rank)
