"""Ids that are chosen against public hashes inflate nothing beyond the ids that are sent."""

from __future__ import annotations

import pytest

from tests.conftest import Service, view
from tests.store.murmur import LONG_RUN, forged_ids, murmur64a

SENT = 16_384


@pytest.fixture(scope="module")
def forged() -> list[str]:
    return list(forged_ids(SENT))


def test_the_ids_are_what_the_attack_needs(forged: list[str]) -> None:
    assert len(set(forged)) == SENT
    assert [murmur64a(one.encode()) for one in forged] == [register | LONG_RUN for register in range(SENT)]


async def test_forged_ids_deceive_an_estimate_over_ids_and_neither_the_score_nor_ours(
    apollo_service: Service, forged: list[str]
) -> None:
    client = apollo_service.store.client
    await client.do("PFADD", "of the ids themselves", *forged)
    deceived = await client.do("PFCOUNT", "of the ids themselves")

    for start in range(0, SENT, 1_000):
        events = [view(start + n, visitor=one) for n, one in enumerate(forged[start : start + 1_000])]
        answer = await apollo_service.ask("POST", "/v1/events", {"events": events})
        assert answer.json["rejected"] == []
    await apollo_service.count()
    found = (await apollo_service.ask("GET", "/v1/campaigns/apollo-test/accounts/a1")).json

    assert deceived > SENT * 1_000
    assert found["score"] == SENT
    assert [one["uv_estimate"] for one in found["by_product"]] == [pytest.approx(SENT, rel=0.03)]
