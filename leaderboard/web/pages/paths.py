"""Addresses of pages and of our API, made of steps that may hold any letters."""

from __future__ import annotations

from urllib.parse import quote


def below(*steps: str) -> str:
    """A path of these steps, whatever letters are in them."""
    return "/" + "/".join(quote(step, safe="") for step in steps)


def api(*steps: str) -> str:
    """An address of our API."""
    return "/v1" + below(*steps)
