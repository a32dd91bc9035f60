"""What the documents say is true of the code."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from leaderboard.__main__ import build_parser
from leaderboard.domain.campaigns import parse_toml, unbuilt

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DECISIONS = sorted((ROOT / "docs/decisions").glob("0*.md"))
EXAMPLES = sorted((ROOT / "leaderboard/examples").glob("*.toml"))


def commands_of(text: str) -> list[str]:
    """Every `leaderboard …` line of the code blocks, continuation lines joined, comments and pipes cut off."""
    blocks = "\n".join(re.findall(r"```\n(.*?)```", text, re.DOTALL)).replace("\\\n", " ")
    lines = (line.strip().removeprefix(".venv/bin/") for line in blocks.splitlines())
    return [
        re.split(r"\s+(?:[#>|]|&&)", line)[0].replace("$BRANDS", "--account-from brand")
        for line in lines
        if re.match(r"leaderboard [\w -]", line) and "┘" not in line
    ]


@pytest.mark.parametrize("command", commands_of(README))
def test_every_command_of_the_readme_is_one(command: str) -> None:
    args = build_parser().parse_args(shlex.split(command)[1:])

    assert callable(args.run)


def test_every_make_target_of_the_readme_exists_and_is_explained() -> None:
    explained = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE)) <= explained


def test_every_place_that_the_readme_names_exists() -> None:
    places = re.findall(r"`((?:leaderboard|workers|docs)/[\w/.-]*)`", README)
    linked = re.findall(r"\]\((?!http)([^)#]+)\)", README)

    assert places
    assert [place for place in [*places, *linked] if not (ROOT / place).exists()] == []


def test_every_decision_is_listed_under_its_own_title() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text("utf-8")

    for page in DECISIONS:
        number = page.name[:4]
        assert f"[{number}]({page.name})" in index
        assert page.read_text("utf-8").startswith(f"# {number} ")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_packaged_example_can_be_run(example: Path) -> None:
    assert unbuilt(parse_toml(example.read_text("utf-8"))) == []


def test_the_ci_calls_the_test_command_of_the_readme() -> None:
    assert "make test" in README
    assert "make test" in (ROOT / ".ci/run").read_text("utf-8")


def test_every_dependency_says_why() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")

    for requirement in tomllib.loads(project)["project"]["dependencies"]:
        (line,) = (line for line in project.splitlines() if line.strip().startswith(f'"{requirement}"'))
        assert "# " in line


def test_nothing_names_a_place_of_one_machine() -> None:
    homes = re.compile(r"/(?:home|root|Users)/\w")
    texts = [path for folder in ("leaderboard", "workers", "docs") for path in (ROOT / folder).rglob("*.*")]

    assert [
        str(path)
        for path in texts
        if path.suffix in (".py", ".md", ".toml", ".lua") and homes.search(path.read_text("utf-8"))
    ] == []
