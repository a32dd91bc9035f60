"""The public keys over HTTP, for whoever wants to compare."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.domain.signing import KEY_BYTES, SigningKey, public_key_from
from leaderboard.domain.tokens import ROLES
from tests.conftest import Service

BOUND: dict[str, dict[str, Any]] = {"agency": {"agency": "north"}, "ingest": {"accounts": ["*"]}}
KEY = SigningKey(b"k" * KEY_BYTES)


async def test_before_the_first_result_there_are_none(service: Service) -> None:
    answer = await service.ask("GET", "/v1/signing-keys")

    assert (answer.status, answer.json) == (200, {"items": [], "cursor": None})


async def test_a_key_is_told_with_its_id_and_its_date(service: Service) -> None:
    await service.store.signing_keys.register(KEY, "scheduler", 1_000)
    (shown,) = (await service.ask("GET", "/v1/signing-keys")).json["items"]

    assert public_key_from(shown.pop("public_key")) == KEY.public_key
    assert shown == {"key_id": KEY.key_id, "algorithm": "Ed25519", "since_at": "1970-01-01T00:00:01.000Z"}


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_may_compare(apollo_service: Service, role: str) -> None:
    token = await apollo_service.issue(role=role, **BOUND.get(role, {}))

    assert (await apollo_service.ask("GET", "/v1/signing-keys", token=token)).status == 200


async def test_nobody_else_may(service: Service) -> None:
    assert (await service.ask("GET", "/v1/signing-keys", token="")).status == 401
