"""config.toml and the code hold each other: every key, every default, every limit."""

from __future__ import annotations

import json
import operator
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leaderboard.config import Config, ConfigError, load_config

FILE = Path(__file__).parent.parent / "config.toml"


def keys_of(config: Any, written: Any = None, section: str = "") -> Iterator[tuple[str, str, object]]:
    """(section, key, default) of everything that can be configured, or of what is `written`, section by section."""
    values = msgspec.structs.asdict(config) if written is None else written
    structs = {key for key in values if isinstance(getattr(config, key), msgspec.Struct)}
    for key, value in values.items():
        if key not in structs:
            yield section, key, value
    for key in values:
        if key in structs:
            path = f"{section}.{key}" if section else key
            yield from keys_of(getattr(config, key), None if written is None else written[key], path)


KEYS = list(keys_of(Config()))


def as_toml(value: object) -> str:
    """A default as the file writes it."""
    if not isinstance(value, dict):
        return json.dumps(value)
    return (
        "{ " + ", ".join(f"{key} = {json.dumps(one)}" for key, one in value.items()) + " }" if value else "{}"
    )


def comment_above(section: str, key: str) -> str:
    """The comment that stands directly above a key, in one line."""
    text = FILE.read_text("utf-8").partition(f"[{section}]\n")[2]
    before = text.partition(f"\n{key} = ")[0]
    lines = before.rpartition("\n\n")[2].splitlines() if "\n\n" in before else before.splitlines()
    return " ".join(line.removeprefix("# ") for line in lines)


def limits_of(section: str, key: str) -> list[int]:
    """The least and the most of a number, where there are such."""
    struct = type(operator.attrgetter(section)(Config()))
    schema = msgspec.json.schema(Config)["$defs"][struct.__name__]["properties"][key]
    return [schema[name] for name in ("minimum", "maximum") if schema.get(name) not in (None, 0, 1)]


def config_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_file_says_what_is_done_without_it() -> None:
    assert load_config(FILE, {}) == load_config(None, {}) == Config()


def test_the_file_has_every_key_and_no_other() -> None:
    written = tomllib.loads(FILE.read_text("utf-8"))

    assert [(section, key) for section, key, _ in keys_of(Config(), written)] == [
        (section, key) for section, key, _ in KEYS
    ]


@pytest.mark.parametrize(("section", "key", "default"), KEYS)
def test_every_key_is_explained_with_its_default(section: str, key: str, default: object) -> None:
    said = comment_above(section, key)

    assert len(said.split()) > 15
    assert f"Default {as_toml(default)}" in said


@pytest.mark.parametrize(("section", "key", "default"), [row for row in KEYS if type(row[2]) is int])
def test_the_limits_that_are_explained_are_the_limits(section: str, key: str, default: object) -> None:
    said = comment_above(section, key)

    assert all(str(limit) in said for limit in limits_of(section, key))


@pytest.mark.parametrize(("section", "key", "default"), [row for row in KEYS if row[1].endswith("_ms")])
def test_milliseconds_are_called_so(section: str, key: str, default: object) -> None:
    assert "milliseconds" in comment_above(section, key)


def test_what_is_left_out_keeps_its_default(tmp_path: Path) -> None:
    config = load_config(config_of(tmp_path, "[workers]\nprocesses = 3\n"), {})

    assert (config.workers.processes, config.workers.tries, config.api) == (3, 3, Config().api)


def test_the_environment_names_the_store_before_the_file_does(tmp_path: Path) -> None:
    path = config_of(tmp_path, '[redis]\nurl = "redis://file"\n')

    assert (
        load_config(path, {"LEADERBOARD_REDIS_URL": "redis://environment"}).redis.url == "redis://environment"
    )
    assert load_config(path, {"LEADERBOARD_REDIS_URL": ""}).redis.url == "redis://file"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "[workers]\nproceses = 2\n",
            "workers.proceses: unknown key; did you mean `processes`? Known here: processes, ",
        ),
        ("[worker]\n", "worker: unknown key; did you mean `workers`? Known here: workers, redis, "),
        ("[workers]\nprocesses = 0\n", "workers.processes: expected `int` >= 1"),
        ("[workers]\nprocesses = '2'\n", "workers.processes: expected `int`, got `str`"),
        (
            "[ingest]\ndurability = 'always'\n",
            "ingest.durability: must be one of 'fsync', 'write', not 'always'",
        ),
        (
            "[payouts]\nformat = 'ach'\n",
            "payouts.format: must be one of 'nacha', 'pain001', 'portal', not 'ach'",
        ),
        ("[payouts.pain001]\nversion = 9\n", "payouts.pain001.version: must be one of '03', '09'"),
        (
            "[payouts.nacha]\norigin_nam = 'X'\n",
            "payouts.nacha.origin_nam: unknown key; did you mean `origin_name`?",
        ),
        (
            "[payouts]\ntax_form_from = { 2026 = 2 }\n",
            "payouts.tax_form_from[...]: expected `str`, got `int`",
        ),
        ("[ingest]\nfoo = 2\n", "ingest.foo: unknown key; known here: partitions, durability, "),
        ("[api\n", "is not TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_file_and_key(tmp_path: Path, text: str, problem: str) -> None:
    path = config_of(tmp_path, text)

    with pytest.raises(ConfigError) as refused:
        load_config(path, {})

    assert str(refused.value).startswith(f"{path}: ")
    assert problem in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")

    for path, problem in ((tmp_path / "none.toml", "No such file"), (binary, "is not TOML")):
        with pytest.raises(ConfigError, match=f"{path}: .*{problem}"):
            load_config(path, {})


def test_a_directory_that_each_process_might_take_for_another_is_refused(tmp_path: Path) -> None:
    path = config_of(tmp_path, '[archive]\ndirectory = "archive"\n')

    with pytest.raises(ConfigError, match=r"archive\.directory: must be absolute, not 'archive'"):
        load_config(path, {})


def test_a_key_file_that_each_process_might_take_for_another_is_refused(tmp_path: Path) -> None:
    path = config_of(tmp_path, '[payouts]\nkey_file = "payouts.key"\n')

    with pytest.raises(ConfigError, match=r"payouts\.key_file: must be absolute, not 'payouts\.key'"):
        load_config(path, {})


@pytest.mark.parametrize("section", ["nacha", "pain001"])
def test_a_time_zone_that_nobody_knows_is_refused_before_a_file_is_dated_in_it(
    tmp_path: Path, section: str
) -> None:
    path = config_of(tmp_path, f'[payouts.{section}]\nzone = "America/New_Yrok"\n')

    with pytest.raises(
        ConfigError, match=rf"payouts\.{section}\.zone: 'America/New_Yrok' is not a time zone"
    ):
        load_config(path, {})


def test_a_sum_for_tax_forms_that_cannot_be_read_is_refused_at_the_start(tmp_path: Path) -> None:
    path = config_of(tmp_path, '[payouts]\ntax_form_from = { 2026 = "2000 dollars" }\n')

    with pytest.raises(ConfigError, match=r"payouts\.tax_form_from\.2026: must be a currency and an amount"):
        load_config(path, {})


OPENID = {
    "issuer": '"https://login.example.com"',
    "client_id": '"leaderboard"',
    "roles": '{ staff = "reviewer" }',
}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"issuer": '"http://login.example.com"'}, "issuer: must begin with https://"),
        ({"issuer": '"login.example.com"'}, "issuer: must begin with https://"),
        ({"issuer": '"https://login.example.com?a=b"'}, r"issuer: must have neither \? nor #"),
        ({"client_id": '""'}, "client_id: must be what the provider calls this service"),
        ({"client_secret_file": '"secret"'}, "client_secret_file: must be absolute, not 'secret'"),
        ({"scopes": '["profile"]'}, "scopes: must have 'openid' among them"),
        ({"roles": "{}"}, "roles: must name at least one role"),
        ({"roles": '{ feed = "ingest" }'}, r"roles\[\.\.\.\]: .*'ingest'"),
        ({"roles": '{ shops = "agency" }'}, "agency_claim: must be named"),
    ],
    ids=str,
)
def test_a_provider_that_nobody_could_sign_in_with_is_refused_at_the_start(
    tmp_path: Path, changed: dict[str, str], problem: str
) -> None:
    def text(keys: dict[str, str]) -> str:
        return "\n".join(["[pages.openid]", *(f"{key} = {value}" for key, value in keys.items())])

    assert load_config(config_of(tmp_path, text(OPENID)), {}).pages.openid.roles == {"staff": "reviewer"}
    with pytest.raises(ConfigError, match=rf"pages\.openid\.{problem}"):
        load_config(config_of(tmp_path, text(OPENID | changed)), {})
