"""Settings: agencies, accounts, hosts, campaigns, enrolments. Saved at once, each with its audit entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
import orjson

from leaderboard.domain import enrollments as enrolling
from leaderboard.domain.accounts import Account, Agency, History, Host, as_of
from leaderboard.domain.counted_work import Registrations
from leaderboard.domain.enrollment_requests import Request
from leaderboard.domain.enrollments import Enrollment
from leaderboard.store import keys
from leaderboard.store.campaign_versions import StoredCampaign
from leaderboard.store.client import Client, mapping
from leaderboard.store.scripts import AMEND, ENROLL, PUT

Outcome = Literal["same", "created", "changed", "removed"]
Kind = Literal[
    "agency", "account", "host", "campaign", "token", "decision", "signing_key", "screening", "tax_form", "dispute",
    "difference", "sign_in_link",
]  # fmt: skip

SCAN_COUNT: Final = 1_000

_decode_state: Final = msgspec.json.Decoder(tuple[int, Account]).decode


class PixelTaken(ValueError):
    """A pixel code names one account only; the text says which."""


class CampaignFixed(ValueError):
    """The campaign is so near its start, or past it, that events may have counted by its rules."""


class CampaignMoved(RuntimeError):
    """What was decided about a campaign is of before a move of its life: decide anew."""


class EnrollmentOver(ValueError):
    """The campaign has ended; accounts may be enrolled until it ends."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment as stored."""

    outcome: Outcome
    enrolled_ms: int


def to_json(value: object) -> bytes:
    """One text for one value: sorted keys, no spaces."""
    return orjson.dumps(msgspec.to_builtins(value), option=orjson.OPT_SORT_KEYS)


class Settings:
    """`actor` is the id of the token that decided; it stands in the audit log."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def put_agency(self, agency_id: str, agency: Agency, actor: str) -> Outcome:
        """Saves an agency."""
        return await self.put(keys.AGENCIES, agency_id, to_json(agency), "agency", agency_id, actor)

    async def agency(self, agency_id: str) -> Agency | None:
        """One agency."""
        found = await self._client.do("HGET", keys.AGENCIES, agency_id)
        return msgspec.json.decode(found, type=Agency) if found else None

    async def put_account(self, account_id: str, account: Account, actor: str) -> Outcome:
        """Saves an account and claims its pixel codes; PixelTaken where another account has one."""
        document = to_json(account)
        return await self.put(
            keys.ACCOUNTS, account_id, document, "account", account_id, actor, account.pixel_codes
        )

    async def account(self, account_id: str) -> Account | None:
        """One account."""
        return (await self.accounts([account_id])).get(account_id)

    async def accounts(self, account_ids: list[str]) -> dict[str, Account]:
        """Those of the accounts that exist."""
        if not account_ids:
            return {}
        found = await self._client.do("HMGET", keys.ACCOUNTS, *account_ids)
        return {
            account_id: msgspec.json.decode(document, type=Account)
            for account_id, document in zip(account_ids, found, strict=True)
            if document
        }

    async def account_histories(self, account_ids: list[str]) -> dict[str, History]:
        """The states of those of the accounts that exist, the oldest first."""
        found = await self._client.together(
            [("LRANGE", keys.account_history(account_id), 0, -1) for account_id in account_ids]
        )
        histories = {
            account_id: tuple(_decode_state(state) for state in states)
            for account_id, states in zip(account_ids, found, strict=True)
        }
        # One that was saved before there were histories, and not since, has been as it is for ever.
        unwritten = await self.accounts([name for name, history in histories.items() if not history])
        histories |= {name: ((0, account),) for name, account in unwritten.items()}
        return {name: history for name, history in histories.items() if history}

    async def accounts_as_of(self, account_ids: list[str], at_ms: int) -> dict[str, Account]:
        """Those of the accounts that exist, as they were at a time; as they first were, where that was later."""
        histories = await self.account_histories(account_ids)
        return {account_id: as_of(history, at_ms) for account_id, history in histories.items()}

    async def account_of_pixel(self, pixel_code: str) -> str | None:
        """The account that a pixel code (or, without one, an account id) names in the Events API."""
        commands = [("HGET", keys.PIXELS, pixel_code), ("HEXISTS", keys.ACCOUNTS, pixel_code)]
        owner, is_account = await self._client.together(commands)
        if owner:
            return str(owner.decode())
        return pixel_code if is_account else None

    async def put_host(self, account_id: str, host_id: str, host: Host, actor: str) -> Outcome:
        """Saves a host of an account."""
        subject = f"{account_id}/{host_id}"
        return await self.put(keys.hosts(account_id), host_id, to_json(host), "host", subject, actor)

    async def hosts(self, account_id: str) -> dict[str, Host]:
        """The hosts of an account."""
        found = mapping(await self._client.do("HGETALL", keys.hosts(account_id)))
        return {name.decode(): msgspec.json.decode(document, type=Host) for name, document in found.items()}

    async def put_campaign(
        self, campaign_id: str, campaign: StoredCampaign, actor: str, fixed_from_ms: int | None = None
    ) -> Outcome:
        """Saves a campaign; CampaignFixed for a change from `fixed_from_ms` of the store's clock on."""
        document = to_json(campaign)
        return await self.put(
            keys.CAMPAIGNS,
            campaign_id,
            document,
            "campaign",
            campaign_id,
            actor,
            fixed_from_ms=fixed_from_ms,
        )

    async def amend_campaign(
        self,
        campaign_id: str,
        before: StoredCampaign,
        after: StoredCampaign,
        *,
        actor: str,
        action: str,
        why: str,
        life_version: int,
        until_ms: int,
    ) -> bool:
        """Saves a campaign with other versions, or another in force, before `until_ms` of the store's clock.

        False where it is not as `before` any more, where its life has another version, or where it is too late.
        """
        names = (keys.CAMPAIGNS, keys.CHANGES, keys.AUDIT_LOG, keys.LIVES)
        told = (to_json(before), to_json(after), actor, action, why, life_version, until_ms)
        return bool(await AMEND(self._client, names, campaign_id, *told))

    async def campaign(self, campaign_id: str) -> StoredCampaign | None:
        """One campaign."""
        found = await self._client.do("HGET", keys.CAMPAIGNS, campaign_id)
        return msgspec.json.decode(found, type=StoredCampaign) if found else None

    async def campaigns(self) -> dict[str, StoredCampaign]:
        """All campaigns."""
        found = mapping(await self._client.do("HGETALL", keys.CAMPAIGNS))
        return {
            name.decode(): msgspec.json.decode(document, type=StoredCampaign)
            for name, document in sorted(found.items())
        }

    async def listed(self, key: str, cursor: int, limit: int) -> tuple[int, dict[str, Any]]:
        """A page of a hash of settings as (next cursor or 0, id → document); pages may be larger than asked."""
        next_cursor, flat = await self._client.do("HSCAN", key, cursor, "COUNT", limit)
        found = {name.decode(): orjson.loads(document) for name, document in mapping(flat).items()}
        return int(next_cursor), found

    async def enroll(
        self,
        campaign_id: str,
        account_id: str,
        enrollment: Enrollment,
        actor: str,
        *,
        starts_at_ms: int,
        ends_at_ms: int,
        life_version: int | None = None,
        answers: tuple[Request, Request] | None = None,
    ) -> Enrolled:
        """Enrols an account, or changes its hosts and schedule; EnrollmentOver after the campaign's end.

        CampaignMoved where the campaign's life has another version than `life_version`, if one is given, or where the
        request that it `answers`, before and after, is not as it was before.

        A change at or after its start, which locks the schedules, is listed in `schedule_edits`.
        """
        names = (
            keys.enrollments(campaign_id),
            keys.ENROLLED,
            keys.CHANGES,
            keys.AUDIT_LOG,
            keys.registrations(campaign_id),
            keys.schedule_edits(campaign_id),
            keys.LIVES,
            keys.enrollment_requests(campaign_id),
        )
        document = to_json(enrolling.canonical(enrollment))
        life = "" if life_version is None else life_version
        told = (account_id, campaign_id, document, actor, ends_at_ms, starts_at_ms, life)
        request = [to_json(one) for one in answers or ()] or ("", "")
        outcome, at_ms = await ENROLL(self._client, names, *told, *request)
        if outcome in (b"moved", b"answered"):
            raise CampaignMoved(f"{campaign_id} has moved on meanwhile")
        if outcome == b"over":
            raise EnrollmentOver(f"{campaign_id} has ended; accounts may be enrolled until it ends")
        return Enrolled(outcome.decode(), int(at_ms))

    async def schedule_edits(self, campaign_id: str, account_id: str) -> list[dict[str, Any]]:
        """Changes of an account's hosts and slots after the start, the oldest first, as `keys.py` says."""
        found = await self._client.do("HGET", keys.schedule_edits(campaign_id), account_id)
        return list(orjson.loads(found)) if found else []

    async def enrollment(self, campaign_id: str, account_id: str) -> dict[str, Any] | None:
        """An enrolment with its time, as stored."""
        found = await self._client.do("HGET", keys.enrollments(campaign_id), account_id)
        return dict(orjson.loads(found)) if found else None

    async def enrolled_since(self, account_ids: list[str]) -> dict[str, dict[str, int]]:
        """account id → {campaign id: enrolled_ms}; {} for an account without enrolment."""
        if not account_ids:
            return {}
        found = await self._client.do("HMGET", keys.ENROLLED, *account_ids)
        return {
            account_id: orjson.loads(document) if document else {}
            for account_id, document in zip(account_ids, found, strict=True)
        }

    async def registrations(self, campaign_id: str, account_ids: list[str]) -> dict[str, Registrations]:
        """account id → host id → when it was registered, `[from_ms, until_ms)`; accounts without hosts are left out."""
        if not account_ids:
            return {}
        found = await self._client.do("HMGET", keys.registrations(campaign_id), *account_ids)
        return {
            account_id: _registrations(text.decode())
            for account_id, text in zip(account_ids, found, strict=True)
            if text
        }

    async def put(
        self,
        key: str,
        field: str,
        document: bytes,
        kind: Kind,
        subject: str,
        actor: str,
        pixel_codes: list[str] | None = None,
        fixed_from_ms: int | None = None,
        change_id: str | None = None,
        history: str | None = None,
        why: str = "",
    ) -> Outcome:
        """Saves one document; the same again changes nothing and leaves no audit entry.

        Who caches settings is told of `change_id`, or of the field. `history` is where states are kept, of what has
        them; the account's unless told. `why` stands in the audit log.
        """
        names = (key, keys.CHANGES, keys.AUDIT_LOG, keys.PIXELS, history or keys.account_history(field))
        action = f"{kind}.put" if document else f"{kind}.remove"
        last_ms = "" if fixed_from_ms is None else fixed_from_ms
        who = (kind, change_id or field, actor, action, subject, last_ms, why)
        outcome, *rest = await PUT(self._client, names, field, document, *who, *(pixel_codes or ()))
        if outcome == b"fixed":
            raise CampaignFixed(f"{subject} may not be changed any more")
        if outcome == b"taken":
            raise PixelTaken(f"pixel_codes: {rest[0].decode()} already names account {rest[1].decode()}")
        saved: Outcome = outcome.decode()
        return saved


def _registrations(text: str) -> Registrations:
    """Reads `host=from-until,from-;host2=from-`, as `lua/enroll.lua` writes it."""
    hosts: dict[str, list[tuple[int, int | None]]] = {}
    for one in text.split(";"):
        host, _, spans = one.rpartition("=")
        pairs = (span.split("-") for span in spans.split(","))
        hosts[host] = [(int(since), int(until) if until else None) for since, until in pairs]
    return hosts
