"""Forms: what browsers send is read, and whatever else comes is refused quickly, and logged as one harmless line."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic

import pytest
from aiohttp import FormData

from tests.conftest import Service
from tests.web.pages.visiting import Shown, Visitor, sign_in


async def send(service: Service, body: bytes, content_type: str, path: str = "/sign-in") -> Shown:
    return await Visitor(service)._send("POST", path, body, content_type)


@pytest.mark.parametrize("charset", ["punycode", "idna", "nope", "hex", "rot13", "utf-16"])
async def test_no_codec_but_ours_is_tried_whatever_a_sender_names(service: Service, charset: str) -> None:
    began_s = monotonic()
    in_whole = await send(
        service, b"token=-" + b"b" * 12_000, f"application/x-www-form-urlencoded; charset={charset}"
    )
    part = f'--x\r\nContent-Disposition: form-data; name="token"\r\nContent-Type: text/plain; charset={charset}\r\n\r\n'
    in_a_part = await send(
        service, part.encode() + b"-" + b"b" * 12_000 + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
    )

    assert (in_whole.status, in_a_part.status) == (401, 401)
    assert monotonic() - began_s < 5


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"token=" + b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"token=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=b"] * 3_000), "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"--x\r\nfoo", "multipart/form-data; boundary=x", 400),
        (b"--x\r\n\r\nfoo\r\n--x--", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nContent-Disposition\r\n\r\nfoo\r\n--x--", "multipart/form-data; boundary=x", 400),
        (b"x", "multipart/form-data", 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="t"\r\nContent-Transfer-Encoding: odd\r\n\r\nfoo\r\n--x--',
            "multipart/form-data; boundary=x",
            401,
        ),
    ],
)
async def test_what_is_no_form_is_refused_and_is_no_fault_of_ours(
    service: Service, body: bytes, content_type: str, status: int
) -> None:
    assert (await send(service, body, content_type)).status == status


async def test_an_unreadable_origin_is_another_site(service: Service) -> None:
    visitor = Visitor(service, headers={"Origin": "http://["})

    assert (await visitor.post("/sign-in", {"token": "x"})).status == 403


async def test_a_form_with_a_file_and_one_without_is_read(service: Service) -> None:
    visitor = await sign_in(service, role="reviewer")
    form = FormData({"form_token": await visitor.form_token()})
    form.add_field("file", b"", filename="", content_type="application/octet-stream")

    assert (await visitor._send("POST", "/sign-out", form)).status == 303


async def test_what_fails_is_logged_by_the_address_that_our_code_knows(
    service: Service, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("made to fail")

    monkeypatch.setattr(type(service.store.sessions), "wait_s", broken)
    with caplog.at_level(logging.ERROR):
        await Visitor(service).get("/sign-in/link/secret%0aFORGED%1b[31m")
    logged = [record.getMessage() for record in caplog.records]

    assert any("/sign-in/link/{code} failed" in line for line in logged)
    assert not any("secret" in line or "\n" in line or "\x1b" in line for line in logged)


async def test_a_form_that_does_not_come_ends(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leaderboard.web.pages.forms.read_fields.__defaults__", (0.2,))
    host, port = service.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    kind = "Content-Type: application/x-www-form-urlencoded"
    writer.write(f"POST /sign-in HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: 9\r\n\r\nt".encode())
    answer = await asyncio.wait_for(reader.read(20), 10)
    writer.close()

    assert b" 408 " in answer
