"""A certification that is withdrawn while the scheduler is at it: it was certified first, or it is not certified."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.domain.lifecycle import Certification, requested
from leaderboard.domain.signing import SigningKey
from tests.conftest import Answer, Service, view
from tests.web.asking import refusal_of
from tests.workers.closing import CAMPAIGN, campaign_of_two, close, how, move, pinned, send
from workers.certifying import certify
from workers.closing import Stuck, freeze
from workers.life import attempt, due_for
from workers.result_inputs import result_of

KEY = SigningKey(b"s" * 32)
REFUND = {
    "type": "refund", "id": "r1", "at": "2022-02-20T12:00:00Z", "account_id": "a1", "order_id": "o1",
    "value": {"amount": "1.00", "currency": "USD"},
}  # fmt: skip


@pytest.fixture
async def being_certified(service: Service, apollo: Callable[..., str], tmp_path: Path) -> Service:
    """Closed, frozen, and asked for; the request's pin has come."""
    await campaign_of_two(service, apollo().replace("effective_live >= 14h", "effective_live >= 0h"))
    await send(service, tmp_path, [view(1), view(2), view(3, account="a2")])
    await close(service)
    assert await freeze(service.store, CAMPAIGN, how(tmp_path))
    await ask_to_certify(service)
    return service


async def ask_to_certify(service: Service, corrects: int = 0) -> None:
    now_ms = await service.store.now_ms()
    await move(service, requested, Certification(now_ms, "tester", "Wrong." if corrects else "", corrects))
    await pinned()


async def withdraw(service: Service) -> Answer:
    order = {"withdraw": True, "reason": "Too early."}
    return await service.ask("POST", f"/v1/campaigns/{CAMPAIGN}/certify", order)


async def carry_out(service: Service, directory: Path) -> bool:
    return await certify(service.store, CAMPAIGN, how(directory), KEY)


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8])
async def test_either_it_was_certified_first_or_it_is_not_certified(
    being_certified: Service, tmp_path: Path, after_s: float
) -> None:
    async def withdraw_later() -> Answer:
        await asyncio.sleep(after_s)
        return await withdraw(being_certified)

    made, answer = await asyncio.gather(carry_out(being_certified, tmp_path), withdraw_later())
    life = await being_certified.store.lifecycles.life(CAMPAIGN)
    result = await being_certified.store.lifecycles.document(CAMPAIGN, "result|1")

    if made:
        assert (answer.status, refusal_of(answer), life.state) == (409, "not_certifying", "certified")
    else:
        assert (answer.status, life.state) == (200, "review")
    assert (life.certifying, life.result, result is not None) == (None, int(made), made)


@pytest.mark.parametrize("corrects", [0, 1])
async def test_what_is_withdrawn_at_the_last_moment_is_not_written(
    being_certified: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corrects: int
) -> None:
    if corrects:
        assert await carry_out(being_certified, tmp_path)
        await ask_to_certify(being_certified, corrects)
    answers = []

    async def withdrawn_meanwhile(*given: Any) -> dict[str, Any]:
        document = await result_of(*given)
        answers.append(await withdraw(being_certified))
        return {**document, "standings": []}

    monkeypatch.setattr("workers.certifying.result_of", withdrawn_meanwhile)
    made = await carry_out(being_certified, tmp_path)
    life = await being_certified.store.lifecycles.life(CAMPAIGN)
    document = await being_certified.store.lifecycles.document(CAMPAIGN, f"result|{corrects + 1}")

    assert ([answer.status for answer in answers], made, document) == ([200], False, None)
    assert (life.certifying, life.result) == (None, corrects)


async def test_what_waits_for_ever_is_withdrawn_and_asked_for_no_more(
    being_certified: Service, tmp_path: Path
) -> None:
    store = being_certified.store
    await being_certified.ask("POST", "/v1/events", {"events": [REFUND]})
    (entry,) = await store.inbox.read("test", 1, 1, store.inbox.partitions)
    await store.inbox.bury(entry, "a test said so")
    with pytest.raises(Stuck, match="could not be applied"):
        await carry_out(being_certified, tmp_path)
    await attempt(store, CAMPAIGN, lambda: carry_out(being_certified, tmp_path))
    due_before = await due_for(store, "certify")
    answer = await withdraw(being_certified)

    assert (due_before, await due_for(store, "certify")) == ([CAMPAIGN], [])
    assert answer.json["life"]["waiting"]["text"] == "It was not certified: Withdrawn: Too early."
    assert not await carry_out(being_certified, tmp_path)
