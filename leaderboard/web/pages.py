"""Pages: rendered here and complete without scripts, from templates that escape whatever they are given."""

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

# Nothing but our own style sheets: no script, no image, no frame, no other host.
PAGE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STATIC_MAX_AGE_S: Final = 86_400

_CODE: Final = re.compile(r"`([^`]+)`")


@cache
def _static_files() -> dict[str, str]:
    return {
        one.name: one.read_text("utf-8")
        for one in files("leaderboard.web").joinpath("static").iterdir()
        if one.name.endswith(".css")
    }


def static_url(name: str) -> str:
    """The address of a style sheet, another one whenever its content is another."""
    return f"/static/{name}?v={sha256(_static_files()[name].encode()).hexdigest()[:12]}"


def prose(text: str) -> Markup:
    """Text of ours with `code` in it, as HTML."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped before)


@cache
def _templates() -> Environment:
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


def render(template: str, **values: Any) -> str:
    """The HTML of a template."""
    return _templates().get_template(template).render(**values)


def page(html: str) -> web.Response:
    """The answer that carries a page."""
    return web.Response(text=html, content_type="text/html", headers=PAGE_HEADERS)


async def get_static(request: web.Request) -> web.Response:
    """A style sheet of our pages."""
    name = request.match_info["file"]
    text = _static_files().get(name)
    if text is None:
        raise not_found(f"the file {name[:64]}")
    headers = {
        "Cache-Control": f"public, max-age={STATIC_MAX_AGE_S}",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(text=text, content_type="text/css", headers=headers)


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/static/{file}", get_static, ANYONE, "Style sheets", "Running",
        {200: Answer("The style sheet.", None, "text/css"), 404: Answer("There is no such file.")},
        (Parameter("file", "path", str, example="reference.css"),),
    ),
)  # fmt: skip
