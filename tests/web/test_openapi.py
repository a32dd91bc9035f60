"""The reference: valid by others' rules, complete, and true of the service that it describes."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from leaderboard.domain.tokens import ROLES
from leaderboard.web.app import ENDPOINTS
from leaderboard.web.endpoints import ANYONE, Answer, Endpoint, Parameter
from leaderboard.web.openapi import TAGS, answers_of, describe
from leaderboard.web.problems import PROBLEM_TYPE
from tests.conftest import Service
from tests.web.asking import DOCUMENT, fill, named

ROOT = Path(__file__).parent.parent.parent
SETTINGS = Path(__file__).with_name("schemathesis.toml")
OPERATIONS = [
    (path, method, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]


def operation_of(endpoint: Endpoint) -> dict[str, object]:
    operation: dict[str, object] = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]
    return operation


def test_the_document_is_openapi() -> None:
    errors = list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors())

    assert errors == []


def test_every_endpoint_is_in_the_document_and_nothing_else() -> None:
    described = {f"{method.upper()} {path}" for path, method, _ in OPERATIONS}

    assert described == {named(endpoint) for endpoint in ENDPOINTS}


async def test_the_service_serves_this_document(service: Service) -> None:
    answer = await service.ask("GET", "/openapi.json", token="")

    assert answer.json == json.loads(json.dumps(DOCUMENT))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_an_operation_says_what_it_is_for_and_for_whom(endpoint: Endpoint) -> None:
    operation = operation_of(endpoint)

    assert operation["summary"]
    assert operation["description"]
    assert operation["x-roles"] == sorted(endpoint.allow)
    assert bool(operation["security"]) == bool(endpoint.allow)


def test_operations_have_names_of_their_own_and_known_tags() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]

    assert len(names) == len(set(names))
    assert {tag for _, _, operation in OPERATIONS for tag in operation["tags"]} <= TAGS.keys()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_the_parameters_of_a_path_are_those_in_its_address(endpoint: Endpoint) -> None:
    in_address = {part.partition("}")[0] for part in endpoint.path.split("{")[1:]}

    assert {one.name for one in endpoint.parameters if one.where == "path"} == in_address
    assert all(one.example is not None for one in endpoint.parameters if one.where == "path")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_whatever_is_refused_is_a_problem(endpoint: Endpoint) -> None:
    responses = operation_of(endpoint)["responses"]

    assert isinstance(responses, dict)
    assert [
        status
        for status, one in responses.items()
        if int(status) >= 400 and PROBLEM_TYPE not in one["content"]
    ] == []


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.body], ids=named)
def test_an_example_is_of_the_kind_that_it_is_an_example_of(endpoint: Endpoint) -> None:
    assert endpoint.body is not None
    assert endpoint.body.examples
    for media, example in endpoint.body.examples.items():
        msgspec.json.decode(json.dumps(example), type=endpoint.body.content[media])


def test_what_all_of_a_kind_refuse_is_not_written_down_for_each() -> None:
    endpoint = Endpoint(
        "GET", "/things/{id}", None, frozenset(ROLES), "Show", "Things", {200: Answer("It.")},  # type: ignore[arg-type]
        (Parameter("id", "path", str),),
    )  # fmt: skip

    assert list(answers_of(endpoint)) == [200, 401, 403, 422, 503]


def test_an_endpoint_for_anyone_refuses_nobody() -> None:
    async def show(_request: object) -> None:
        """It."""

    endpoint = Endpoint("GET", "/things", show, ANYONE, "Show", "Things", {200: Answer("It.")})  # type: ignore[arg-type]

    assert list(answers_of(endpoint)) == [200]
    assert describe([endpoint])["paths"]["/things"]["get"]["security"] == []


async def test_the_service_does_what_the_document_says(service: Service, tmp_path: Path) -> None:
    """A property-based tester that knows only the document, over every operation, as an admin."""
    await fill(service)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(SETTINGS), "run"]
    command += ["--max-response-time", "2"]
    token = service.admin_token
    for header in (f"Authorization: Bearer {token}", f"Access-Token: {token}"):
        command += ["--header", header]
    command.append(f"{service.url}/openapi.json")
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()

    assert process.returncode == 0, output.decode()[-6_000:]
    # Left out are the address of the document itself, which was asked first, and the stream, which has no end.
    assert f"Tested: {len(ENDPOINTS) - 2}" in output.decode()
