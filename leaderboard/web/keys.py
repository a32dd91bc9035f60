"""What an application and a request carry with them, typed."""

from __future__ import annotations

from aiohttp import web

from leaderboard.config import Config
from leaderboard.domain.identities import Hasher
from leaderboard.domain.integrity import Door
from leaderboard.domain.tokens import Token
from leaderboard.store.client import Argument
from leaderboard.store.store import Store
from leaderboard.store.vault import Vault

STORE: web.AppKey[Store] = web.AppKey("STORE")
CONFIG: web.AppKey[Config] = web.AppKey("CONFIG")
HASHER: web.AppKey[Hasher] = web.AppKey("HASHER")
DOOR: web.AppKey[Door] = web.AppKey("DOOR")
VAULT: web.AppKey[Vault] = web.AppKey("VAULT")

REQUEST_ID: web.RequestKey[str] = web.RequestKey("REQUEST_ID", str)
CALLER: web.RequestKey[Token] = web.RequestKey("CALLER", Token)
# A command that rides along with the look at the token, and its answer (an error stands as an exception).
AHEAD: web.RequestKey[tuple[Argument, ...]] = web.RequestKey("AHEAD", tuple)
AHEAD_ANSWER: web.RequestKey[object] = web.RequestKey("AHEAD_ANSWER", object)
# The store's clock, read on the way in.
NOW_MS: web.RequestKey[int] = web.RequestKey("NOW_MS", int)
