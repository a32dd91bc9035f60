"""Holds the translation of the Events API dialect to a folder of recorded bodies; no part of the test suite.

`python -m tests.corpora.check_events_api DIR`. Each file `<client>/<nn>.json` has the `endpoint`, the `body`,
and what must come of it: `code`, `views`, `orders`, of which `lenient` may give others. Each is judged alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from leaderboard.domain.events_api import endpoint_of, translate

_COMPARED = ("code", "views", "orders")
_RECEIVED_MS = 1_800_000_000_000


def expected(recorded: dict[str, Any]) -> dict[str, int]:
    """What must come of a body, with our lenient profile where it differs."""
    answer = recorded | (recorded.get("lenient") or {})
    return {field: answer[field] for field in _COMPARED}


def found(recorded: dict[str, Any], name: str) -> dict[str, int]:
    """What comes of a body."""
    endpoint = endpoint_of(recorded["endpoint"])
    if endpoint is None:
        return {}
    translation = translate(endpoint, recorded["body"], received_ms=_RECEIVED_MS, request_id=name)
    return {field: int(getattr(translation, field)) for field in _COMPARED}


def check(folder: Path) -> tuple[int, list[str]]:
    """How many bodies there are, and a line for each that came out otherwise."""
    files = sorted(folder.glob("*/*.json"))
    lines = []
    for file in files:
        recorded = json.loads(file.read_text("utf-8"))
        name = f"{file.parent.name}/{file.name}"
        if (want := expected(recorded)) != (have := found(recorded, name)):
            lines.append(f"{name}: expected {want}, found {have}")
    return len(files), lines


def main(arguments: list[str]) -> int:
    """0 when there are bodies and each comes out as recorded, 1 when not, 2 on wrong usage."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tests.corpora.check_events_api DIR\n")
        return 2
    total, wrong = check(Path(arguments[0]))
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    sys.stdout.write(f"{total - len(wrong)} of {total}\n")
    return 0 if total and not wrong else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
