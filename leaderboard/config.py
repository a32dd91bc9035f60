"""`config.toml` read once into plain values. Every key is explained in the file itself."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta, Struct

from leaderboard.config_errors import explained
from leaderboard.domain.nacha import NachaProfile
from leaderboard.domain.openid import is_safe_address
from leaderboard.domain.pain001 import Pain001Profile
from leaderboard.domain.payout_holds import tax_form_problem
from leaderboard.domain.payouts import Format

Positive = Annotated[int, Meta(ge=1)]
# Those that people sign in with; see `domain.tokens.Role`.
PersonRole = Literal["admin", "reviewer", "payout_preparer", "payout_approver", "agency"]


class ConfigError(ValueError):
    """The configuration cannot be used; the text names the file, the key and what is expected."""


class Redis(Struct, forbid_unknown_fields=True, frozen=True):
    url: str = ""


class Ingest(Struct, forbid_unknown_fields=True, frozen=True):
    partitions: Annotated[int, Meta(ge=1, le=1024)] = 4
    durability: Literal["write", "fsync"] = "write"
    inbox_limit_events: Positive = 2_000_000
    id_memory_h: Annotated[int, Meta(ge=1, le=24 * 90)] = 48


class Workers(Struct, forbid_unknown_fields=True, frozen=True):
    processes: Annotated[int, Meta(ge=1, le=64)] = 1
    publish_interval_ms: Annotated[int, Meta(ge=0, le=10_000)] = 250
    takeover_after_ms: Annotated[int, Meta(ge=1_000, le=3_600_000)] = 10_000
    tries: Annotated[int, Meta(ge=1, le=100)] = 3


class Api(Struct, forbid_unknown_fields=True, frozen=True):
    processes: Annotated[int, Meta(ge=1, le=64)] = 1


class OpenId(Struct, forbid_unknown_fields=True, frozen=True):
    issuer: str = ""
    name: Annotated[str, Meta(min_length=1, max_length=80)] = "your company account"
    client_id: str = ""
    client_secret_file: str = ""
    scopes: tuple[Annotated[str, Meta(pattern="^[!#-\\[\\]-~]+$")], ...] = ("openid", "profile")
    role_claim: str = "groups"
    roles: dict[str, PersonRole] = msgspec.field(default_factory=dict)
    agency_claim: str = ""


class Pages(Struct, forbid_unknown_fields=True, frozen=True):
    url: Annotated[str, Meta(pattern="^(https?://[^/?#]+)?$")] = ""
    session_h: Annotated[int, Meta(ge=1, le=24 * 30)] = 12
    proxies: Annotated[int, Meta(ge=0, le=10)] = 0
    notice: Annotated[str, Meta(max_length=200)] = ""
    openid: OpenId = msgspec.field(default_factory=OpenId)


class Archive(Struct, forbid_unknown_fields=True, frozen=True):
    directory: str = ""
    flush_interval_ms: Annotated[int, Meta(ge=10, le=60_000)] = 1_000
    segment_mib: Annotated[int, Meta(ge=1, le=512)] = 64
    segment_age_h: Annotated[int, Meta(ge=1, le=24 * 30)] = 24
    cut_addresses_after_days: Annotated[int, Meta(ge=0, le=3_650)] = 30


class Scheduler(Struct, forbid_unknown_fields=True, frozen=True):
    recount_interval_s: Annotated[int, Meta(ge=5, le=86_400)] = 60


class Payouts(Struct, forbid_unknown_fields=True, frozen=True):
    format: Format = "nacha"
    payee_wait_h: Annotated[int, Meta(ge=0, le=24 * 90)] = 24
    key_file: str = ""
    send_before_banking_days: Annotated[int, Meta(ge=0, le=20)] = 2
    require_funding: bool = False
    require_screening: bool = False
    tax_form_from: dict[str, str] = msgspec.field(default_factory=lambda: {"2026": "USD 2000"})
    nacha: NachaProfile = msgspec.field(default_factory=NachaProfile)
    pain001: Pain001Profile = msgspec.field(default_factory=Pain001Profile)


class Integrity(Struct, forbid_unknown_fields=True, frozen=True):
    data_centre_files: tuple[str, ...] = ()
    relay_files: tuple[str, ...] = ()
    require_checkpoint: bool = True


class Config(Struct, forbid_unknown_fields=True, frozen=True):
    redis: Redis = msgspec.field(default_factory=Redis)
    ingest: Ingest = msgspec.field(default_factory=Ingest)
    workers: Workers = msgspec.field(default_factory=Workers)
    api: Api = msgspec.field(default_factory=Api)
    pages: Pages = msgspec.field(default_factory=Pages)
    archive: Archive = msgspec.field(default_factory=Archive)
    scheduler: Scheduler = msgspec.field(default_factory=Scheduler)
    integrity: Integrity = msgspec.field(default_factory=Integrity)
    payouts: Payouts = msgspec.field(default_factory=Payouts)


def load_config(path: Path | None, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration of a file (defaults where `path` is None), overridden by `LEADERBOARD_REDIS_URL`.

    Raises ConfigError naming the key, for a file that is missing, unreadable or has unknown keys.
    """
    config = _read(path) if path else Config()
    if url := environ.get("LEADERBOARD_REDIS_URL", ""):
        config = msgspec.structs.replace(config, redis=Redis(url=url))
    return config


def _read(path: Path) -> Config:
    try:
        return _checked(path, msgspec.convert(tomllib.loads(path.read_text("utf-8")), Config))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {explained(error, Config)}") from error


def _checked(path: Path, config: Config) -> Config:
    for check in (_check_workers, _check_paths, _check_zones, _check_tax_forms, _check_openid):
        if problem := check(config):
            raise ConfigError(f"{path}: {problem}")
    return config


def _check_workers(config: Config) -> str:
    workers = config.workers
    least_ms = 4 * workers.publish_interval_ms
    if workers.takeover_after_ms >= least_ms:
        return ""
    return (
        f"workers.takeover_after_ms: must be at least four times workers.publish_interval_ms, so "
        f"{least_ms}, not {workers.takeover_after_ms}: a worker holds its entries for that interval"
    )


def _check_paths(config: Config) -> str:
    named = {
        "archive.directory": (config.archive.directory, "directory"),
        "payouts.key_file": (config.payouts.key_file, "file"),
        "pages.openid.client_secret_file": (config.pages.openid.client_secret_file, "file"),
    }
    for key, (text, kind) in named.items():
        if text and not Path(text).is_absolute():
            return f"{key}: must be absolute, not {text!r}, so that every process means the same {kind}"
    return ""


def _check_zones(config: Config) -> str:
    zones = {
        "payouts.nacha.zone": config.payouts.nacha.zone,
        "payouts.pain001.zone": config.payouts.pain001.zone,
    }
    for key, name in zones.items():
        if name not in available_timezones():
            return f"{key}: {name!r} is not a time zone such as America/New_York"
    return ""


def _check_tax_forms(config: Config) -> str:
    problem = tax_form_problem(config.payouts.tax_form_from)
    return f"payouts.tax_form_from.{problem}" if problem else ""


def _check_openid(config: Config) -> str:
    openid = config.pages.openid
    if not openid.issuer:
        return ""
    wrong = {
        "issuer: must begin with https:// (http:// for this very machine only)": not is_safe_address(
            openid.issuer
        ),
        "issuer: must have neither ? nor #": "?" in openid.issuer or "#" in openid.issuer,
        "client_id: must be what the provider calls this service": not openid.client_id,
        "scopes: must have 'openid' among them": "openid" not in openid.scopes,
        "roles: must name at least one role, or nobody can sign in": not openid.roles,
        "agency_claim: must be named where a value stands for role agency": (
            "agency" in openid.roles.values() and not openid.agency_claim
        ),
    }
    problem = next((text for text, is_wrong in wrong.items() if is_wrong), "")
    return f"pages.openid.{problem}" if problem else ""
