"""Pages as HTML: from templates that escape whatever they are given, with our own style sheets and scripts only."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from leaderboard.web.endpoints import ANYONE, Answer, Endpoint, Parameter
from leaderboard.web.problems import not_found
from leaderboard.web.words import Words, extend

# Nothing but our own files: no frame, no other host, and neither script nor style inside a page.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# An address with the mark of its content never means another content.
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_FOR_A_WHILE: Final = "public, max-age=300"
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_WORTH_PACKING_BYTES: Final = 1_000

_CODE: Final = re.compile(r"`([^`]+)`")


@cache
def _static_files() -> dict[str, str]:
    folder = files("leaderboard.web").joinpath("static")
    return {one.name: one.read_text("utf-8") for one in folder.iterdir() if _kind_of(one.name)}


def _kind_of(name: str) -> str | None:
    return next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), None)


@cache
def _mark_of(name: str) -> str:
    return sha256(_static_files()[name].encode()).hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a style sheet, script or picture, another one whenever its content is another."""
    return f"/static/{name}?v={_mark_of(name)}"


def prose(text: str) -> Markup:
    """Text of ours with `code` in it, as HTML."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped before)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("leaderboard.web"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["prose"] = prose
    environment.globals["static_url"] = static_url
    return environment


@cache
def _plain() -> Environment:
    return _environment()


@cache
def _in_words(words: Words) -> Environment:
    environment = _environment()
    extend(environment, words)
    return environment


def render(template: str, **values: Any) -> str:
    """The HTML of a template that has no words to translate."""
    return _plain().get_template(template).render(**values)


def render_in(words: Words, template: str, **values: Any) -> str:
    """The HTML of a template in a language."""
    return _in_words(words).get_template(template).render(words=words, **values)


def page(html: str, status: int = 200) -> web.Response:
    """The answer that carries a page."""
    response = web.Response(text=html, status=status, content_type="text/html", headers=PAGE_HEADERS)
    if len(html) > _WORTH_PACKING_BYTES:
        response.enable_compression()
    return response


async def get_static(request: web.Request) -> web.Response:
    """A style sheet, script or picture of our pages."""
    name = request.match_info["file"]
    text = _static_files().get(name)
    if text is None:
        raise not_found(f"the file {name[:64]}")
    is_marked = request.query.get("v") == _mark_of(name)
    headers = {
        "Cache-Control": _FOR_GOOD if is_marked else _FOR_A_WHILE,
        "X-Content-Type-Options": "nosniff",
    }
    response = web.Response(text=text, content_type=_kind_of(name), headers=headers)
    if len(text) > _WORTH_PACKING_BYTES:
        response.enable_compression()
    return response


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/static/{file}", get_static, ANYONE, "Style sheets and scripts", "Running",
        {200: Answer("The file.", None, "text/css"), 404: Answer("There is no such file.")},
        (Parameter("file", "path", str, example="reference.css"),),
    ),
)  # fmt: skip
