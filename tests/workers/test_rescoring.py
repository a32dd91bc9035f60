"""Rescorings: previewed from the archive, applied as a whole, put back as it was; the freeze and the audit agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from leaderboard.domain.lifecycle import Certification, requested
from leaderboard.domain.rescorings import Rescoring, VoidViews, What
from leaderboard.domain.signing import SigningKey, check
from leaderboard.domain.standings import Row
from leaderboard.store.store import Store
from tests.conftest import Service, view
from tests.domain.test_reviews import raised
from tests.workers.closing import CAMPAIGN, campaign_of_two, close, how, move, pinned, send
from workers.auditing import audit
from workers.certifying import certify
from workers.closing import freeze
from workers.rescoring import RescoringWork, prepare

KEY = SigningKey(b"s" * 32)
FARM = VoidViews(network="203.0.113.0/24")


def farmed(number: int, account: str = "a1") -> dict[str, object]:
    return view(number, account=account) | {"ip": f"203.0.113.{number % 250}"}


@pytest.fixture
async def farm(service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    """a1 leads with 5 visitors, 3 of them from one network; a2 has 3."""
    await campaign_of_two(service, apollo().replace("effective_live >= 14h", "effective_live >= 0h"))
    honest = [view(1), view(2), *(view(number, account="a2") for number in (11, 12, 13))]
    await send(service, tmp_path, [*honest, *(farmed(number) for number in (21, 22, 23))])
    return service


async def asked(store: Store, what: What = FARM, name: str = "r1") -> Rescoring:
    rescoring = Rescoring(id=name, campaign=CAMPAIGN, what=what, reason="a farm", by="t1", at_ms=1)
    assert await store.rescorings.move(None, rescoring, actor="t1", why="a farm") == "done"
    return rescoring


async def prepared(service: Service, directory: Path, what: What = FARM, name: str = "r1") -> Rescoring:
    await asked(service.store, what, name)
    await service.store.directory.refresh()
    await RescoringWork(service.store, how(directory), 60).step()
    found = await service.store.rescorings.one(CAMPAIGN, name)
    assert found is not None
    return found


async def apply(service: Service, rescoring: Rescoring) -> Rescoring:
    store = service.store
    figures = await store.rescorings.prepared(CAMPAIGN, rescoring.id)
    assert figures is not None
    after = replace(rescoring.moved("applied"), applied_ms=await store.now_ms(), applied_by="t2")
    moved = await store.rescorings.move(
        rescoring, after, actor="t2", basis=figures.basis, voided=figures.after
    )
    assert moved == "done"
    await service.count()
    return after


async def rows(service: Service) -> dict[str, Row]:
    found = (await service.store.standings.everything(CAMPAIGN)).rows
    return {row.account_id: row for row in found}


async def test_a_preview_says_what_would_move_and_changes_nothing(farm: Service, tmp_path: Path) -> None:
    await move(farm, lambda life, now_ms: life.moved("live", now_ms))

    found = await prepared(farm, tmp_path)

    assert found.state == "prepared"
    assert found.preview is not None
    ranks = {one.account: (one.before.rank, one.after.rank) for one in found.preview.moved}
    awards = {one.account: (one.before.award_minor, one.after.award_minor) for one in found.preview.moved}
    assert (found.preview.views, found.preview.accounts) == (3, 1)
    assert ranks == {"a1": (1, 2), "a2": (2, 1)}
    assert awards == {"a1": (400_000, 250_000), "a2": (250_000, 400_000)}
    assert (await rows(farm))["a1"].score == 5


async def test_applied_it_moves_the_standings_and_reversed_they_are_as_before(
    farm: Service, tmp_path: Path
) -> None:
    await move(farm, lambda life, now_ms: life.moved("live", now_ms))
    before, work = await rows(farm), RescoringWork(farm.store, how(tmp_path), 60)

    applied = await apply(farm, await prepared(farm, tmp_path))
    during = await rows(farm)
    back = replace(applied.moved("reversed"), reversed_ms=await farm.store.now_ms(), reversed_by="t2")
    assert await farm.store.rescorings.move(applied, back, actor="t2", why="it was no farm") == "done"
    await farm.store.directory.refresh()
    await work.step()
    await farm.count()

    assert (during["a1"].score, during["a1"].voided_uv, during["a2"].score) == (2, 3, 3)
    assert (await farm.store.standings.everything(CAMPAIGN)).order == [("a1", 5), ("a2", 3)]
    assert await rows(farm) == before


async def test_views_that_fit_and_come_later_are_voided_too(farm: Service, tmp_path: Path) -> None:
    await move(farm, lambda life, now_ms: life.moved("live", now_ms))
    await apply(farm, await prepared(farm, tmp_path))

    await send(farm, tmp_path, [farmed(24), farmed(25), view(3)])
    await RescoringWork(farm.store, how(tmp_path), 0).step()
    await farm.count()

    assert ((await rows(farm))["a1"].score, (await rows(farm))["a1"].voided_uv) == (3, 5)


async def test_a_visitor_who_was_also_seen_elsewhere_stays(farm: Service, tmp_path: Path) -> None:
    await move(farm, lambda life, now_ms: life.moved("live", now_ms))
    also = view(24) | {"visitor_id": farmed(21)["visitor_id"]}

    await send(farm, tmp_path, [also])
    await apply(farm, await prepared(farm, tmp_path))

    assert ((await rows(farm))["a1"].score, (await rows(farm))["a1"].voided_uv) == (3, 2)


async def test_others_in_force_than_were_previewed_keep_it_from_being_applied(
    farm: Service, tmp_path: Path
) -> None:
    await move(farm, lambda life, now_ms: life.moved("live", now_ms))
    first, second = await prepared(farm, tmp_path), await prepared(farm, tmp_path, FARM, "r2")
    await apply(farm, first)

    figures = await farm.store.rescorings.prepared(CAMPAIGN, "r2")
    assert figures is not None
    late = await farm.store.rescorings.move(
        second, second.moved("applied"), actor="t2", basis=figures.basis, voided=figures.after
    )

    assert late == "basis"


async def test_the_freeze_pins_what_was_counted_and_the_audit_agrees_with_what_is_left(
    farm: Service, tmp_path: Path
) -> None:
    await close(farm)
    await apply(farm, await prepared(farm, tmp_path))
    assert await freeze(farm.store, CAMPAIGN, how(tmp_path))

    found = await audit(farm.store, CAMPAIGN, how(tmp_path))

    content = await farm.store.lifecycles.document(CAMPAIGN, "snapshot")
    assert (found.agrees, found.differences) == (True, ())
    assert b'"score":5' in (content or b"")
    assert (await rows(farm))["a1"].score == 2


async def test_a_result_says_what_was_voided_and_a_later_rescoring_takes_a_correction(
    farm: Service, tmp_path: Path
) -> None:
    await close(farm)
    assert await freeze(farm.store, CAMPAIGN, how(tmp_path))
    await _certify(farm, tmp_path)
    rescoring = await prepared(farm, tmp_path)

    await apply(farm, rescoring)
    untouched = await rows(farm)
    agreed = await audit(farm.store, CAMPAIGN, how(tmp_path))
    await _certify(farm, tmp_path, corrects=1)

    content = await farm.store.lifecycles.document(CAMPAIGN, "result|2")
    assert content is not None
    standings = check(content, [KEY.public_key]).document["standings"]
    assert (untouched["a1"].score, agreed.agrees) == (5, True)
    assert [(one["account_id"], one["score"], one["voided_uv"]) for one in standings] == [
        ("a2", 3, 0),
        ("a1", 2, 3),
    ]
    assert {name: row.score for name, row in (await rows(farm)).items()} == {"a1": 2, "a2": 3}
    assert (await audit(farm.store, CAMPAIGN, how(tmp_path))).agrees


async def _certify(service: Service, directory: Path, corrects: int = 0) -> None:
    now_ms = await service.store.now_ms()
    await move(service, requested, Certification(now_ms, "tester", "a farm" if corrects else "", corrects))
    await pinned()
    assert await certify(service.store, CAMPAIGN, how(directory), KEY)


async def test_what_cannot_be_worked_out_says_why(
    farm: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await move(farm, lambda life, now_ms: life.moved("live", now_ms))
    rescoring = await asked(farm.store)

    gone = how(tmp_path / "nowhere")
    await prepare(farm.store, rescoring, gone)

    found = await farm.store.rescorings.one(CAMPAIGN, "r1")
    assert found is not None
    assert (found.state, "nowhere" in found.problem) == ("failed", True)


async def test_nobody_is_taken_out_twice_by_a_detector_and_by_a_reviewer(
    farm: Service, tmp_path: Path
) -> None:
    await move(farm, lambda life, now_ms: life.moved("live", now_ms))
    flag = raised(excess_uv=3)
    await farm.store.reviews.put_raised(CAMPAIGN, {flag.id: flag})
    await farm.count()
    discounted = (await rows(farm))["a1"]

    applied = await apply(farm, await prepared(farm, tmp_path))
    voided = (await rows(farm))["a1"]
    await close(farm, is_live=True)
    seen = await audit(farm.store, CAMPAIGN, how(tmp_path))

    assert (discounted.score, discounted.discounted_uv) == (2, 3)
    assert (voided.score, voided.voided_uv, voided.discounted_uv) == (2, 3, 0)
    assert (applied.preview is not None and applied.preview.moved, seen.differences) == ((), ())


async def test_what_a_detector_found_beside_what_was_voided_before_stays_discounted(
    farm: Service, tmp_path: Path
) -> None:
    await move(farm, lambda life, now_ms: life.moved("live", now_ms))
    await apply(farm, await prepared(farm, tmp_path))
    flag = replace(raised(excess_uv=1), voided_uv=3)

    await farm.store.reviews.put_raised(CAMPAIGN, {flag.id: flag})
    await farm.count()

    row = (await rows(farm))["a1"]
    assert (row.score, row.voided_uv, row.discounted_uv) == (1, 3, 1)
