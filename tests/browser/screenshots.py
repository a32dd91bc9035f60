"""`make screenshots`: pictures of the pages, taken from a demo that runs while they are taken. Checks nothing."""

from __future__ import annotations

import argparse
import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Final

from aiohttp import ClientError, ClientSession

from leaderboard.demo.service import free_port
from leaderboard.demo.world import make_world
from leaderboard.domain.tokens import Role
from tests.browser.browsing import Browsing, Language, Scheme, Served, browse, find_chromium
from tests.browser.pictures import screenshot

ROOT: Final = Path(__file__).parents[2]
WHERE: Final = ROOT / "docs/screenshots"
STANDINGS: Final = "/v1/campaigns/apollo-demo/standings"
SEED: Final = 7
ACCOUNTS: Final = 40
READY_WITHIN_S: Final = 120.0


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


SHOTS: Final = (
    Shot("reference", "/docs"),
    Shot("reference-phone", "/docs", width=360, scheme="dark"),
)


@dataclass
class Demo:
    """A running demo, and what its people sign in with: one of each role, the agency's from its first agency."""

    url: str
    _admin_token: str
    _tokens: dict[Role, str] = field(default_factory=dict)

    async def token_of(self, role: Role) -> str:
        """The same at each call."""
        if role not in self._tokens:
            agency = make_world(SEED, ACCOUNTS).agencies[0][0]
            bound = {"agency": agency} if role == "agency" else {}
            issued = await self.ask(
                "POST", "/v1/tokens", {"role": role, "name": f"screenshots {role}"} | bound
            )
            self._tokens[role] = issued["secret"]
        return self._tokens[role]

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What the API answers the admin."""
        headers = {"Authorization": f"Bearer {self._admin_token}"}
        async with (
            ClientSession(self.url, headers=headers, raise_for_status=True) as session,
            session.request(method, path, json=body) as answer,
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
    await screenshot(page, where / f"{shot.name}.png")
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
            demo = Demo(url, (directory / "data/admin.token").read_text("utf-8").strip())
            if any(entry["score"] for entry in (await demo.ask("GET", STANDINGS))["entries"]):
                return demo
        except (OSError, ClientError):
            pass  # it is still starting
        await asyncio.sleep(0.2)
    raise SystemExit(f"The demo did not start:\n{(directory / 'demo.log').read_text('utf-8')[-2_000:]}")


async def take_all(shots: Iterable[Shot], where: Path) -> list[str]:
    """The problems that the browser met with meanwhile."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(
            "There is no Chromium here: `apt-get install chromium`, or set CHROMIUM to where one is."
        )
    async with demonstrating() as demo, browse(chromium) as browsing:
        for shot in shots:
            token = await demo.token_of(shot.role) if shot.role else ""
            await take(browsing, demo, shot, token, where)
            sys.stdout.write(f"{where / shot.name}.png\n")
        return browsing.problems


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every picture was taken of a page without problems."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=WHERE, help="where the pictures go (docs/screenshots)")
    parser.add_argument("names", nargs="*", help="which ones (all)")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - {shot.name for shot in SHOTS}:
        parser.error(f"there is no picture {', '.join(sorted(unknown))}")
    shots = [shot for shot in SHOTS if not asked.names or shot.name in asked.names]
    problems = asyncio.run(take_all(shots, asked.out))
    sys.stdout.writelines(f"problem: {one}\n" for one in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
