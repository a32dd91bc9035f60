"""The bench's own way to a service: plain sockets, so that sending costs next to nothing."""

from __future__ import annotations

import socket
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

import orjson
from msgspec import Struct

ANSWER_LIMIT_S: Final = 60.0
_READ_BYTES: Final = 65_536
_HEADERS_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class BenchError(RuntimeError):
    """The measurement cannot go on; the text is for the person who started it."""


class Door(Struct, frozen=True):
    """Where a service listens, and with which token events and questions are sent."""

    port: int
    path: str = "/v1/events"
    feed_token: str = ""
    admin_token: str = ""
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def head(self, body_bytes: int) -> bytes:
        """What goes before a body of events."""
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: Bearer {self.feed_token}"
            f"\r\nContent-Type: application/json\r\nContent-Length: {body_bytes}\r\n\r\n"
        ).encode()

    def question(self, path: str) -> bytes:
        """A whole GET request."""
        return (
            f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Authorization: Bearer {self.admin_token}\r\n\r\n"
        ).encode()


class Connection:
    """Keeps alive; one request at a time. Of an answer it reads the status and as much as belongs to it."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._socket = socket.create_connection((door.host, door.port), timeout=ANSWER_LIMIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._socket.close()

    def get(self, path: str) -> bytes:
        """The body of a 200."""
        self._socket.sendall(self._door.question(path))
        status, content = self._answer()
        if status != 200:
            raise BenchError(f"GET {path}: {status} {content.decode(errors='replace')[:300]}")
        return content

    def post(self, body: memoryview | bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        head = self._door.head(len(body))
        sent = self._socket.sendmsg((head, body)) - len(head)
        if sent < len(body):
            self._socket.sendall(memoryview(body)[max(0, sent) :])
        return self._answer()

    def _answer(self) -> tuple[int, bytes]:
        received = b""
        while (end := received.find(_HEADERS_END)) < 0:
            received += self._read()
        wanted = end + len(_HEADERS_END) + _content_length(received[:end])
        while len(received) < wanted:
            received += self._read()
        return int(received[9:12]), received[end + len(_HEADERS_END) :]

    def _read(self) -> bytes:
        read = self._socket.recv(_READ_BYTES)
        if not read:
            raise BenchError("the service closed the connection in the middle of an answer")
        return read


def _content_length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.find(_LENGTH)
    return int(lowered[start + len(_LENGTH) :].split(b"\r\n", 1)[0]) if start >= 0 else 0


class Questions:
    """Asks as the admin, on one connection that stays open."""

    def __init__(self, door: Door) -> None:
        self._connection = HTTPConnection(door.host, door.port, timeout=ANSWER_LIMIT_S)
        self._headers = {"Authorization": f"Bearer {door.admin_token}"}

    def __enter__(self) -> Questions:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._connection.close()

    def get_json(self, path: str) -> Any:
        """The document of a 200."""
        return orjson.loads(self._ask("GET", path, None, {}))

    def send(self, method: str, path: str, body: bytes, content_type: str = "application/json") -> bytes:
        """The body of any success."""
        return self._ask(method, path, body, {"Content-Type": content_type})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        try:
            self._connection.request(method, path, body, self._headers | headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            raise BenchError(f"{method} {path}: {error or type(error).__name__}") from error
        if not 200 <= answer.status < 300:
            raise BenchError(f"{method} {path}: {answer.status} {content.decode(errors='replace')[:300]}")
        return content
