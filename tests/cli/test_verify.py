"""`leaderboard verify`: what is genuine is told in a few lines, what is not in one."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.__main__ import main
from leaderboard.domain.signing import KEY_BYTES, SigningKey, check, public_key_text, sealed
from tests.cli.conftest import Done
from tests.domain.certified import KEY, OTHER_KEY, corrected, document, result_file

DIGEST = check(result_file()).sha256

Verify = Callable[..., Done]


@pytest.fixture
def verify(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Done]:
    """Runs it in an empty directory: no configuration, no data and no service are there."""
    monkeypatch.chdir(tmp_path)

    def run(content: bytes, *options: str) -> Done:
        Path("result.json").write_bytes(content)
        code = main(["verify", "result.json", *options])
        found = capsys.readouterr()
        return Done(code, found.out, found.err)

    return run


def key_list(*keys: SigningKey) -> str:
    items: list[dict[str, Any]] = [
        {"key_id": key.key_id, "algorithm": "Ed25519", "public_key": public_key_text(key.public_key)}
        for key in keys
    ]
    return json.dumps({"items": items, "cursor": None})


def test_a_result_is_told_and_that_its_key_was_not_compared(verify: Verify) -> None:
    done = verify(result_file())

    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        "genuine    Spring sale (spring-2031), result 1",
        "certified  2031-03-23 02:40:00 UTC by k3v9x2m4q8z1",
        "contains   2 accounts, 2 awards",
        f"SHA-256    {DIGEST}",
        f"key        {KEY.key_id}, NOT COMPARED: the file is whole, and signed by the key that stands in it;",
        "           whether that is the key of the service, its /v1/signing-keys tells: see --key",
    ]


def test_nothing_is_left_behind(verify: Verify, tmp_path: Path) -> None:
    verify(result_file())

    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.parametrize("as_file", [False, True], ids=["itself", "a file"])
def test_the_key_may_be_given_in_base64(verify: Verify, as_file: bool) -> None:
    given = public_key_text(KEY.public_key)
    if as_file:
        Path("key.txt").write_text(f"{given}\n")

    done = verify(result_file(), "--key", "key.txt" if as_file else given)

    assert (done.code, done.lines[-1]) == (0, f"key        {KEY.key_id}, as given")


def test_the_key_may_be_given_by_its_id(verify: Verify) -> None:
    assert verify(result_file(), "--key", KEY.key_id).lines[-1].endswith("as given")


def test_the_key_may_be_one_of_those_that_the_service_lists(verify: Verify) -> None:
    Path("keys.json").write_text(key_list(OTHER_KEY, KEY))

    assert verify(result_file(), "--key", "keys.json").lines[-1].endswith("as given")


@pytest.mark.parametrize("given", [OTHER_KEY.key_id, public_key_text(OTHER_KEY.public_key), "keys.json"])
def test_a_result_that_somebody_else_signed_is_not_genuine(verify: Verify, given: str) -> None:
    Path("keys.json").write_text(key_list(OTHER_KEY))
    done = verify(result_file(), "--key", given)

    which = given if given == OTHER_KEY.key_id else "the key given"
    told = f"leaderboard: result.json: NOT GENUINE: it is signed with key {KEY.key_id}, not with {which}\n"
    assert (done.code, done.out, done.err) == (1, "", told)


@pytest.mark.parametrize(
    "given", ["no-such-file", "keys.json", "..", "", "\0", "ü", '{"items": [{"public_key": "AAAA"}]}']
)
def test_what_is_no_key_is_wrong_usage(verify: Verify, given: str) -> None:
    Path("keys.json").write_text('{"items": [{"key": 1}]}')
    done = verify(result_file(), "--key", given)

    assert (done.code, done.out) == (2, "")
    assert "is not a key id, a public key in base64, or a file with one" in done.err


@pytest.mark.parametrize("given", ["nofile.json", "keys/nofile.txt"])
def test_a_key_file_that_is_not_there_is_said_to_be_missing(verify: Verify, given: str) -> None:
    done = verify(result_file(), "--key", given)

    told = f"leaderboard: --key {given}: there is no such file\n"
    assert (done.code, done.out, done.err) == (1, "", told)


def test_a_result_may_come_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(result_file())))
    code = main(["verify", "-"])

    assert (code, capsys.readouterr().out.splitlines()[0]) == (
        0,
        "genuine    Spring sale (spring-2031), result 1",
    )


def test_a_changed_result_is_said_to_be_none(verify: Verify) -> None:
    done = verify(result_file().replace(b'"score":12345', b'"score":12346'))

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("leaderboard: result.json: NOT GENUINE: its SHA-256 is ")
    assert done.err.count("\n") == 1


def test_a_result_that_an_editor_saved_is_said_to_be_none(verify: Verify) -> None:
    done = verify(result_file() + b"\n")

    assert (done.code, done.out) == (1, "")
    assert "NOT GENUINE: its bytes are not canonical JSON (RFC 8785)" in done.err


def test_a_file_that_is_not_there_is_said_to_be_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["verify", str(tmp_path / "nothing")])

    assert code == 1
    assert capsys.readouterr().err == f"leaderboard: {tmp_path}/nothing: No such file or directory\n"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": "live-leaderboard-payouts"}, "cannot read the format live-leaderboard-payouts 1"),
        ({"format_version": 2}, "cannot read the format live-leaderboard-result 2"),
        ({"version": "one"}, "it is no result: Expected `int`, got `str` - at `$.version`"),
    ],
)
def test_a_sealed_file_that_is_no_result_is_said_to_be_another(
    verify: Verify, change: dict[str, Any], problem: str
) -> None:
    done = verify(sealed(document() | change, KEY))

    assert (done.code, done.out) == (1, "")
    assert f"its seal is in order, but {'this version ' if 'cannot' in problem else ''}{problem}" in done.err


def test_a_correction_tells_what_it_corrects_and_why(verify: Verify) -> None:
    done = verify(corrected(DIGEST))

    assert done.lines[3:5] == [
        f"corrects   result 1, SHA-256 {DIGEST}",
        "because    An order was counted twice.",
    ]


def test_the_result_before_can_be_compared(verify: Verify) -> None:
    Path("first.json").write_bytes(result_file())
    done = verify(corrected(DIGEST), "--previous", "first.json")

    assert (done.code, done.lines[3]) == (0, f"corrects   result 1, SHA-256 {DIGEST}, which was compared")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            corrected("0" * 64),
            f"corrects result 1, SHA-256 {'0' * 64}; first.json is result 1, SHA-256 {DIGEST}",
        ),
        (corrected(DIGEST, version=2), f"corrects result 2, SHA-256 {DIGEST}; first.json is result 1"),
        (result_file(), "is result 1 and names none before it"),
        (corrected(DIGEST, campaign_id="autumn"), "is of campaign autumn, first.json of spring-2031"),
    ],
)
def test_a_chain_that_does_not_hold_is_said_to_break(verify: Verify, content: bytes, problem: str) -> None:
    Path("first.json").write_bytes(result_file())
    done = verify(content, "--previous", "first.json")

    assert (done.code, done.out) == (1, "")
    assert problem in done.err


def test_the_result_before_has_to_be_genuine_too(verify: Verify) -> None:
    Path("first.json").write_bytes(result_file()[:-1])
    done = verify(corrected(DIGEST), "--previous", "first.json")

    assert (done.code, "first.json: NOT GENUINE" in done.err) == (1, True)


def test_names_from_a_file_do_not_reach_the_terminal_as_they_are(verify: Verify) -> None:
    named = document() | {"certified_by": "\x1b[2J"}

    assert "\x1b" not in verify(sealed(named, SigningKey(b"x" * KEY_BYTES))).out
