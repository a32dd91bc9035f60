"""A machine without Chromium: the tests that need it are skipped aloud, or fail where they are required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.browser.conftest import VARIABLE

ONE_TEST = "tests/browser/test_checks.py::test_axe_names_the_rule_and_the_place"


def run_without_chromium(required: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", ONE_TEST],
        env=os.environ | {"CHROMIUM": "no-such-browser", VARIABLE: required},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_is_said_how_many_were_skipped_and_what_to_do() -> None:
    done = run_without_chromium(required="")

    assert done.returncode == 0, done.stdout
    assert "1 skipped" in done.stdout
    assert "SKIPPED: 1 tests that drive a browser" in done.stdout
    assert "apt-get install chromium" in done.stdout


def test_where_they_are_required_they_fail() -> None:
    done = run_without_chromium(required="required")

    assert done.returncode == 1, done.stdout
    assert "1 error" in done.stdout
    assert "there is no Chromium here" in done.stdout


def test_the_ci_requires_them() -> None:
    assert f"{VARIABLE}=required" in (Path(__file__).parents[2] / ".ci/run").read_text("utf-8")
