"""The first start: an admin token in a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from leaderboard.domain.tokens import TokenRequest, is_valid, split_token
from leaderboard.store.store import Store

FILE_NAME: Final = "admin.token"


async def ensure_admin_token(store: Store, data_dir: Path) -> None:
    """Writes DATA/admin.token (0600) unless the one there is good for this store."""
    path = data_dir / FILE_NAME
    if await _is_good(store, _read(path)):
        return
    token, text = await store.tokens.issue(
        TokenRequest(role="admin", name="first start"), "first start", await store.now_ms()
    )
    _write(path, token.id, text)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _write(path: Path, token_id: str, text: str) -> None:
    """Whole or not at all: whoever waits for the file must not read half a token."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{FILE_NAME}.{token_id}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    partial.replace(path)


async def _is_good(store: Store, text: str) -> bool:
    parts = split_token(text)
    token = await store.tokens.find(parts[0]) if parts else None
    return bool(parts and token and is_valid(token, parts[1], await store.now_ms()))
