"""A request of the dialect, in whatever shape it came, as our events and as the answer it gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from leaderboard.domain.events_api import v1, v2
from leaderboard.domain.events_api.counting import count
from leaderboard.domain.events_api.envelope import Code, Endpoint, Problem, Translation
from leaderboard.domain.events_api.lenient import NotUnderstood, object_of
from leaderboard.domain.events_api.names import VIEW
from leaderboard.domain.events_api.reported import Arrival, Reported, read_event
from leaderboard.domain.events_api.requests import Request, source_in

# A view is kept per product: without a limit, one small request could name more than a store should take.
MAX_VIEWS: Final = 20_000

_OPEN: Final[dict[Endpoint, tuple[str, Callable[[dict[str, object]], Request]]]] = {
    "event/track": (v2.SOURCE_FIELD, v2.open_track),
    "pixel/track": (v1.SOURCE_FIELD, v1.open_track),
    "pixel/batch": (v1.SOURCE_FIELD, v1.open_batch),
}


def translate(
    endpoint: Endpoint,
    document: object,
    *,
    received_ms: int,
    request_id: str,
    home_currency: str | None = None,
) -> Translation:
    """The translation of a decoded JSON body; nothing in a body makes it raise.

    `request_id` makes ids for events that have none. `home_currency` is the account's, for values sent
    without a currency; without it such values count as nothing, and are listed.
    """
    _, open_request = _OPEN[endpoint]
    try:
        request = open_request(object_of(document, "body"))
        reported, problems = _read(request, Arrival(received_ms, request_id, home_currency))
        _check_size(reported)
    except NotUnderstood as error:
        return _rejected(source_of(endpoint, document), [error.problem()])
    if problems and not (request.keeps_good and reported):
        return _rejected(request.source, problems)
    return _accepted(request.source, reported, problems)


def source_of(endpoint: Endpoint, document: object) -> str:
    """The pixel code or event source id of a body, "" where none can be read."""
    source_field, _ = _OPEN[endpoint]
    try:
        return source_in(object_of(document, "body"), source_field)
    except NotUnderstood:
        return ""


def _read(request: Request, arrival: Arrival) -> tuple[list[Reported], list[Problem]]:
    reported: list[Reported] = []
    problems: list[Problem] = []
    for index in range(len(request.events)):
        try:
            reported.append(read_event(request, index, arrival))
        except NotUnderstood as error:
            in_batch = request.batch_field is not None
            prefix = f"{request.batch_field}.{index}." if in_batch else ""
            problems.append(error.problem(index if in_batch else None, prefix))
    return reported, problems


def _check_size(reported: list[Reported]) -> None:
    views = sum(len(event.product_ids) for event in reported if event.name == VIEW)
    if views > MAX_VIEWS:
        raise NotUnderstood("body", f"names {views} viewed products, at most {MAX_VIEWS} may be sent at once")


def _rejected(source: str, problems: list[Problem]) -> Translation:
    others = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return Translation(code=Code.INVALID, message=f"{problems[0]}{others}", source=source, problems=problems)


def _accepted(source: str, reported: list[Reported], problems: list[Problem]) -> Translation:
    events, uncounted = count(reported)
    message = f"{len(problems)} rejected, {len(reported)} kept; first {problems[0]}" if problems else "OK"
    return Translation(
        code=Code.PARTIAL if problems else Code.OK,
        message=message,
        source=source,
        events=events,
        uncounted=uncounted,
        problems=problems,
    )
