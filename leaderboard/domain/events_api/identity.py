"""Who saw or bought: the first usable identity of a visitor. Odd identities are passed over, never rejected.

The key of a visitor is a tagged text, such as `external_id:ana`; the door keeps only its keyed hash.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from leaderboard.domain.events_api.lenient import NotUnderstood, id_of, object_of, shorten

_MAX_KEY: Final = 256
_MAX_IP: Final = 64
_MAX_USER_AGENT: Final = 1024

# The first that is usable identifies the visitor; an identity goes by several names.
_IDENTITIES: Final = {
    "external_id": ("external_id",),
    "email": ("email",),
    "phone": ("phone", "phone_number"),
    "ttp": ("ttp",),
    "ttclid": ("ttclid",),
}
_DEVICES: Final = ("idfa", "gaid", "idfv")

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_NO_ADDRESS: Final = frozenset({"unknown", "0.0.0.0", "::"})  # noqa: S104 - compared with, never bound
# Some proxies give the port of a connection, which would make each one a visitor of its own.
_WITH_PORT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):\d+|\[([^\]]+)\](?::\d+)?", re.ASCII)
_NO_DEVICE: Final = "00000000-0000-0000-0000-000000000000"  # a phone that forbids tracking

Places = list[dict[str, object]]


class Viewer(Struct, frozen=True):
    """`key` identifies the visitor, None when nothing usable was sent."""

    key: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    device_id: str | None = None


def viewer_of(event: dict[str, object]) -> Viewer:
    """The visitor, named as in 1.0 (`context.user`, `context.ip`) or in 2.0 (`user`): clients mix the two."""
    places = _places(event)
    ip, user_agent = _address(places), _first(places, "user_agent")
    return Viewer(
        _identity(places) or _fallback(ip, user_agent),
        ip,
        user_agent[:_MAX_USER_AGENT] if user_agent else None,
        _device(places),
    )


def _places(event: dict[str, object]) -> Places:
    context = _object(event.get("context"))
    click = {"ttclid": callback} if (callback := _object(context.get("ad")).get("callback")) else {}
    places = (_object(context.get("user")), _object(event.get("user")), context, click)
    return [place for place in places if place]


def _identity(places: Places) -> str | None:
    for tag, names in _IDENTITIES.items():
        found = (_usable(place.get(name)) for place in places for name in names)
        if texts := next(filter(None, found), None):
            return shorten(f"{tag}:{'|'.join(sorted({_normal(tag, text) for text in texts}))}", _MAX_KEY)
    return None


def _fallback(ip: str | None, user_agent: str | None) -> str | None:
    # One of the two alone is shared by too many people.
    return shorten(f"ip_ua:{ip}|{user_agent}", _MAX_KEY) if ip and user_agent else None


def _normal(tag: str, text: str) -> str:
    return text.lower() if tag == "email" or _SHA256.fullmatch(text) else text


def _address(places: Places) -> str | None:
    for place in places:
        for text in _usable(place.get("ip")):
            for hop in text.split(","):  # a list of proxies begins with the visitor
                if address := _bare(hop.strip()):
                    return address
    return None


def _bare(address: str) -> str | None:
    match = _WITH_PORT.fullmatch(address)
    bare = address if match is None else match[1] or match[2]
    return bare if bare and bare.lower() not in _NO_ADDRESS and len(bare) <= _MAX_IP else None


def _device(places: Places) -> str | None:
    found = (_first(places, name) for name in _DEVICES)
    return next((shorten(device, _MAX_KEY) for device in found if device and device != _NO_DEVICE), None)


def _first(places: Places, name: str) -> str | None:
    return next((text for place in places for text in _usable(place.get(name))), None)


def _usable(value: object) -> list[str]:
    if value is None:
        return []
    values = value if isinstance(value, list) else [value]
    return [text for text in map(_text, values) if text is not None]


def _text(value: object) -> str | None:
    try:
        return id_of(value, "")
    except NotUnderstood:
        return None


def _object(value: object) -> dict[str, object]:
    try:
        return object_of(value, "")
    except NotUnderstood:
        return {}
