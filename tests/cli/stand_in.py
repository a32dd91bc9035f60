"""Stands in for `python -m leaderboard` in the tests of `up`: notes what happens in DATA/story, and behaves as told.

DATA/behaviour may hold words: `api-fails`, `worker-hangs`.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import unquote

from leaderboard.cli.processes import die_with_parent

DATA = Path(sys.argv[sys.argv.index("--data") + 1])
ROLE = next(role for role in ("api", "worker", "archiver", "scheduler") if role in sys.argv)


def note(what: str) -> None:
    with (DATA / "story").open("a") as story:
        story.write(f"{ROLE} {what}\n")


def store_lives() -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(unquote(os.environ["LEADERBOARD_REDIS_URL"].removeprefix("unix://")))
        except OSError:
            return False
    return True


def leave(*_: object) -> None:
    time.sleep(0.1)
    note(f"left {'with' if store_lives() else 'without'} a store")
    os._exit(0)


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    die_with_parent(drain_limit_s=1.0)
    behaviour = (DATA / "behaviour").read_text() if (DATA / "behaviour").exists() else ""
    note(f"started {os.getpid()} {os.environ['LEADERBOARD_REDIS_URL']}")
    signal.signal(signal.SIGTERM, signal.SIG_IGN if f"{ROLE}-hangs" in behaviour else leave)
    if f"{ROLE}-fails" in behaviour:
        sys.exit(f"{ROLE}: no such luck")
    if ROLE == "api":
        host, port = (sys.argv[sys.argv.index(name) + 1] for name in ("--host", "--port"))
        HTTPServer((host, int(port)), Ready).serve_forever()
    while True:
        time.sleep(10)


main()
