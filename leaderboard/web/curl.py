"""An endpoint as commands for a terminal: what the reference shows, and what a test of ours runs."""

from __future__ import annotations

import json
from shlex import quote
from typing import Final

from leaderboard.web.endpoints import Endpoint

_NEXT: Final = " \\\n  "
_SHORT: Final = 70


def commands(endpoint: Endpoint) -> list[str]:
    """A command for each example body, or the one for an endpoint without a body."""
    if endpoint.body is None:
        return [_NEXT.join(_head(endpoint))]
    return [_with_body(endpoint, media, example) for media, example in endpoint.body.examples.items()]


def _head(endpoint: Endpoint) -> list[str]:
    method = "" if endpoint.method == "GET" else f"-X {endpoint.method} "
    # What comes bit by bit is shown as it comes.
    options = "-sSN" if endpoint.answers[min(endpoint.answers)].media_type == "text/event-stream" else "-sS"
    parts = [f'curl {options} {method}"$LEADERBOARD_URL{_address(endpoint)}"']
    if endpoint.own_envelope:
        parts.append('-H "Access-Token: $LEADERBOARD_TOKEN"')
    elif endpoint.allow:
        parts.append('-H "Authorization: Bearer $LEADERBOARD_TOKEN"')
    return parts


def _address(endpoint: Endpoint) -> str:
    path, asked = endpoint.path, []
    for one in endpoint.parameters:
        if one.where == "path":
            path = path.replace(f"{{{one.name}}}", str(one.example or one.name.upper()))
        elif one.example is not None:
            asked.append(f"{one.name}={one.example}")
    return path + ("?" + "&".join(asked) if asked else "")


def _with_body(endpoint: Endpoint, media: str, example: object) -> str:
    parts = [*_head(endpoint), f"-H 'Content-Type: {media}'"]
    if isinstance(example, str):
        return _NEXT.join([*parts, f"--data-binary @- <<'END'\n{example}END"])
    return _NEXT.join([*parts, "-d " + quote(_json(example))])


def _json(example: object) -> str:
    short = json.dumps(example, ensure_ascii=False)
    return short if len(short) <= _SHORT else json.dumps(example, indent=2, ensure_ascii=False)
