"""A browser without scripts: it keeps cookies, follows nothing by itself, and fills in what a form has to carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from aiohttp import FormData
from lxml import html as lxml_html  # type: ignore[import-untyped]  # has no types of its own

from tests.conftest import Answer, Service

_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass
class Shown:
    """A page that came back."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def html(self) -> str:
        return self.answer.body.decode()

    @property
    def tree(self) -> Any:
        """The page, to be asked with XPath."""
        return lxml_html.fromstring(self.html)

    @property
    def text(self) -> str:
        """What a person reads of its main part, with single spaces."""
        main = self.tree.xpath("//main")
        return " ".join((main[0] if main else self.tree).text_content().split())

    @property
    def location(self) -> str:
        return self.answer.headers.get("Location", "")


@dataclass
class Visitor:
    """Somebody with a browser, signed in or not."""

    service: Service
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> Shown:
        return await self._send("GET", path, None)

    async def post(
        self, path: str, fields: Mapping[str, str] | None = None, *, files: Mapping[str, bytes] | None = None
    ) -> Shown:
        """Sends a form with the mark that forms of this session carry."""
        sent = {"form_token": await self.form_token()} | dict(fields or {})
        if files is None:
            return await self._send(
                "POST", path, urlencode(sent).encode(), "application/x-www-form-urlencoded"
            )
        form = FormData(sent)
        for name, content in files.items():
            form.add_field(name, BytesIO(content), filename=f"{name}.txt", content_type="text/plain")
        return await self._send("POST", path, form)

    async def follow(self, shown: Shown) -> Shown:
        """Goes where a form's answer sends it."""
        assert shown.status in (302, 303), (shown.status, shown.html)
        return await self.get(shown.location)

    async def form_token(self) -> str:
        """The mark of this session's forms; '' for who is not signed in."""
        found = _FORM_TOKEN.search((await self.get("/me")).html)
        return found[1] if found else ""

    async def _send(self, method: str, path: str, data: Any, content_type: str | None = None) -> Shown:
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if content_type:
            headers["Content-Type"] = content_type
        url = self.service.url + path
        request = self.service.session.request(
            method, url, data=data, headers=headers, allow_redirects=False, cookies={}
        )
        async with request as response:
            self._keep(response.headers.getall("Set-Cookie", []))
            # A stream of messages does not end, so it is known by how it begins.
            is_stream = response.content_type == "text/event-stream" and method != "HEAD"
            body = await (response.content.readuntil(b"\n\n") if is_stream else response.read())
            return Shown(Answer(response.status, response.headers, body, None))

    def _keep(self, set_cookies: list[str]) -> None:
        for text in set_cookies:
            for name, morsel in SimpleCookie(text).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)


async def sign_in(service: Service, *, language: str = "en", **token: Any) -> Visitor:
    """Somebody who signed in with a new token of a role: `role="agency", agency="north"`."""
    return await sign_in_with(service, await service.issue(**token), language=language)


async def sign_in_with(service: Service, secret: str, *, language: str = "en") -> Visitor:
    """Somebody who signed in with a token."""
    visitor = Visitor(service, headers={"Accept-Language": language})
    answer = await visitor.post("/sign-in", {"token": secret})
    assert answer.status == 303, answer.html
    return visitor
