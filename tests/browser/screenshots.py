"""`make screenshots`: pictures of the pages, taken from a demo that runs while they are taken. Checks nothing."""

from __future__ import annotations

import argparse
import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

from aiohttp import ClientError, ClientSession

from leaderboard.demo.entrances import PERSONS
from leaderboard.demo.service import free_port
from leaderboard.domain.tokens import Role
from tests.browser.browsing import Browsing, Language, Scheme, Served, browse, find_chromium
from tests.browser.pictures import screenshot

ROOT: Final = Path(__file__).parents[2]
WHERE: Final = ROOT / "docs/screenshots"
STANDINGS: Final = "/v1/campaigns/apollo-demo/standings"
SEED: Final = 7
ACCOUNTS: Final = 40
READY_WITHIN_S: Final = 120.0
ELIGIBLE: Final = 15
QUIET_MS: Final = 1_000
SETTLES_MS: Final = 600


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: whose eyes, which window, which words."""

    name: str
    path: str
    role: Role | None = None
    width: int = 1280
    height: int = 800
    scheme: Scheme = "light"
    language: Language = "en"
    whole: bool = False


CAMPAIGN: Final = "/campaigns/apollo-demo"
# In the world of this seed it is held for its refunds, at a paid place.
HELD: Final = "demo-nebula-studio"

# What the README shows.
SHOTS: Final = (
    Shot("standings", CAMPAIGN, "agency", height=900),
    Shot("standings-phone", CAMPAIGN, "agency", width=390, height=844, scheme="dark"),
    Shot("account", f"{CAMPAIGN}/accounts/{HELD}", "agency", height=900),
    Shot("review", f"{CAMPAIGN}/review", "reviewer", width=1440, height=900, scheme="dark"),
    Shot("manage", f"{CAMPAIGN}/manage", "admin", height=900),
)

# Every page, as somebody who may see it.
PAGES: Final[tuple[tuple[str, str, Role | None], ...]] = (
    ("sign-in", "/sign-in", None),
    ("reference", "/docs", None),
    ("me", "/me", "reviewer"),
    ("campaigns", "/campaigns", "admin"),
    ("campaign-new", "/campaigns/new", "admin"),
    ("campaign-edit", f"{CAMPAIGN}/edit", "admin"),
    ("standings", CAMPAIGN, "agency"),
    ("standings-staff", CAMPAIGN, "admin"),
    ("wall", f"{CAMPAIGN}?wall=1", "reviewer"),
    ("rules", f"{CAMPAIGN}/rules", "agency"),
    ("enrollments", f"{CAMPAIGN}/enrollments", "admin"),
    ("enrollments-agency", f"{CAMPAIGN}/enrollments", "agency"),
    ("manage", f"{CAMPAIGN}/manage", "admin"),
    ("accounts", "/accounts", "agency"),
    ("account", f"{CAMPAIGN}/accounts/{HELD}", "agency"),
    ("review", f"{CAMPAIGN}/review", "reviewer"),
    ("flag", f"{CAMPAIGN}/review/refunds~{HELD}", "reviewer"),
    ("integrity", f"{CAMPAIGN}/review/integrity", "reviewer"),
    ("rescorings", f"{CAMPAIGN}/rescorings", "reviewer"),
    ("payouts", f"{CAMPAIGN}/payouts", "payout_preparer"),
    ("payee", f"/accounts/{HELD}/payee", "agency"),
    ("ledger", "/ledger", "payout_approver"),
    ("ops", "/ops", "admin"),
    ("people", "/people", "admin"),
    ("audit-log", "/audit-log", "reviewer"),
    ("not-found", "/nothing", "reviewer"),
)
WIDTHS: Final = {"wide": 1280, "narrow": 360}
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")


def every_page() -> tuple[Shot, ...]:
    """Each page wide and narrow, light and dark; in Thai, too, where it is narrow."""
    english = [
        Shot(f"{name}-{size}-{scheme}", path, role, width, 800, scheme, whole=True)
        for name, path, role in PAGES
        for size, width in WIDTHS.items()
        for scheme in SCHEMES
    ]
    thai = [Shot(f"{name}-thai", path, role, 360, language="th", whole=True) for name, path, role in PAGES]
    return (*english, *thai)


@dataclass
class Demo:
    """A running demo, and the tokens of its people, one of each role."""

    url: str
    data: Path

    def token_of(self, role: Role) -> str:
        """As it lies beside the demo's data."""
        person = next(person for person, theirs in PERSONS.items() if theirs == role)
        return (self.data / f"{person}.token").read_text("utf-8").strip()

    async def ask(self, path: str) -> Any:
        """What the API answers the admin."""
        headers = {"Authorization": f"Bearer {(self.data / 'admin.token').read_text('utf-8').strip()}"}
        async with (
            ClientSession(self.url, headers=headers, raise_for_status=True) as session,
            session.get(path) as answer,
        ):
            return await answer.json()


async def take(browsing: Browsing, service: Served, shot: Shot, token: str, where: Path) -> None:
    """One picture, as NAME.png."""
    page = await browsing.open(
        service,
        shot.path,
        sign_in_as=token,
        language=shot.language,
        color_scheme=shot.scheme,
        width=shot.width,
        height=shot.height,
    )
    await page.wait_for_timeout(SETTLES_MS)
    await screenshot(page, where / f"{shot.name}.png", whole=shot.whole)
    await page.context.close()


@asynccontextmanager
async def demonstrating() -> AsyncIterator[Demo]:
    """`leaderboard demo` on throw-away data, from the first standings on."""
    with tempfile.TemporaryDirectory(prefix="leaderboard-screenshots-") as name:
        directory, port = Path(name), free_port()
        process = _start(port, directory)
        try:
            yield await _ready(process, directory, f"http://127.0.0.1:{port}")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _start(port: int, directory: Path) -> subprocess.Popen[bytes]:
    options = {"--port": port, "--keep": directory / "data", "--seed": SEED, "--accounts": ACCOUNTS}
    given = [str(part) for pair in options.items() for part in pair]
    with (directory / "demo.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "leaderboard", "demo", *given], stdout=log, stderr=log, cwd=ROOT
        )


async def _ready(process: subprocess.Popen[bytes], directory: Path, url: str) -> Demo:
    until_s = monotonic() + READY_WITHIN_S
    while monotonic() < until_s and process.poll() is None:
        try:
            demo = Demo(url, directory / "data")
            entries = (await demo.ask(STANDINGS))["entries"]
            # The demo has sent the days before when enough have been live for as long as the awards ask.
            if sum(entry["eligible"] is True for entry in entries) >= ELIGIBLE and await _is_quiet(demo):
                return demo
        except (OSError, ClientError):
            pass  # it is still starting
        await asyncio.sleep(0.2)
    raise SystemExit(f"The demo did not start:\n{(directory / 'demo.log').read_text('utf-8')[-2_000:]}")


async def _is_quiet(demo: Demo) -> bool:
    status = await demo.ask("/v1/status")
    return bool(status["inbox"]["lag_ms"] < QUIET_MS)


async def take_all(shots: Iterable[Shot], where: Path) -> list[str]:
    """The problems that the browser met with meanwhile."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(
            "There is no Chromium here: `apt-get install chromium`, or set CHROMIUM to where one is."
        )
    async with demonstrating() as demo, browse(chromium) as browsing:
        for shot in shots:
            token = demo.token_of(shot.role) if shot.role else ""
            await take(browsing, demo, shot, token, where)
            sys.stdout.write(f"{where / shot.name}.png\n")
        return browsing.problems


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every picture was taken of a page without problems."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=WHERE, help="where the pictures go (docs/screenshots)")
    parser.add_argument("--every", action="store_true", help="every page, wide and narrow, light and dark")
    parser.add_argument("names", nargs="*", help="which ones (all)")
    asked = parser.parse_args(arguments)
    known = every_page() if asked.every else SHOTS
    if unknown := set(asked.names) - {shot.name for shot in known}:
        parser.error(f"there is no picture {', '.join(sorted(unknown))}")
    shots = [shot for shot in known if not asked.names or shot.name in asked.names]
    problems = asyncio.run(take_all(shots, asked.out))
    sys.stdout.writelines(f"problem: {one}\n" for one in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
