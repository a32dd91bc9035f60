"""A sealed file is genuine to the byte, or it is not."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard.domain.signing import (
    Checked,
    NotGenuine,
    SigningKey,
    canonical_bytes,
    check,
    key_id_of,
    public_key_from,
    public_key_text,
    sealed,
)
from tests.domain.certified import KEY, OTHER_KEY, document, result_file

SMALL: dict[str, Any] = {
    "format": "x",
    "standings": [{"rank": 1, "name": 'Ana "ü"\n', "eligible": True, "award": None}],
    "version": 12,
}
SMALL_FILE = sealed(SMALL, KEY)
FILE = result_file()


def is_genuine(content: bytes) -> bool:
    try:
        check(content, [KEY.public_key])
    except NotGenuine:
        return False
    return True


def whole(file: bytes) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(file)
    return parsed


def resealed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The small file with a change, again in canonical bytes, but not signed anew."""
    file = whole(SMALL_FILE)
    change(file)
    return canonical_bytes(file)


def problem_of(content: bytes, trusted_keys: list[bytes] | None = None) -> str:
    with pytest.raises(NotGenuine) as caught:
        check(content, trusted_keys)
    return str(caught.value)


def test_a_sealed_file_gives_its_document_back() -> None:
    digest = sha256(canonical_bytes(document())).hexdigest()

    assert check(FILE) == Checked(document(), digest, KEY.key_id, KEY.public_key)


def test_sealing_twice_gives_the_same_bytes() -> None:
    assert result_file() == FILE
    assert sealed(dict(reversed(document().items())), KEY) == FILE


def flipped(content: bytes) -> Iterator[bytes]:
    for place in range(len(content)):
        for bit in range(8):
            yield content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def test_any_single_bit_that_is_flipped_is_noticed() -> None:
    assert is_genuine(SMALL_FILE)
    assert [other for other in flipped(SMALL_FILE) if is_genuine(other)] == []


def test_any_byte_that_is_left_out_or_doubled_is_noticed() -> None:
    shorter = (SMALL_FILE[:place] + SMALL_FILE[place + 1 :] for place in range(len(SMALL_FILE)))
    longer = (SMALL_FILE[:place] + SMALL_FILE[place - 1 :] for place in range(1, len(SMALL_FILE) + 1))

    # Leaving out either of two equal neighbours is the same change; every one of them is seen.
    assert [other for other in (*shorter, *longer) if is_genuine(other)] == []


def test_any_byte_of_a_whole_result_that_is_another_is_noticed() -> None:
    others = (
        FILE[:place] + bytes([FILE[place] ^ mask]) + FILE[place + 1 :]
        for place in range(len(FILE))
        for mask in (0x01, 0x20, 0x80)
    )

    assert is_genuine(FILE)
    assert [other for other in others if is_genuine(other)] == []


@given(st.data())
@settings(max_examples=500, deadline=None)
def test_any_span_of_a_result_that_is_replaced_is_noticed(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(FILE)))
    end = data.draw(st.integers(start, min(start + 8, len(FILE))))
    put = data.draw(st.binary(max_size=8).filter(lambda put: put != FILE[start:end]))

    assert not is_genuine(FILE[:start] + put + FILE[end:])


@pytest.mark.parametrize("more", [b"\n", b" ", b"\0", b"{}"])
def test_nothing_may_stand_before_or_after(more: bytes) -> None:
    assert not is_genuine(SMALL_FILE + more)
    assert not is_genuine(more + SMALL_FILE)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"{", b"nonsense", b"[" * 100_000, b"\xef\xbb\xbf" + SMALL_FILE, b"1" * 5_000],
    ids=["nothing", "no UTF-8", "cut off", "text", "deep", "byte order mark", "a long number"],
)
def test_what_is_no_json_is_said_to_be_none(content: bytes) -> None:
    assert problem_of(content) == "it is not JSON in UTF-8"


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(whole(SMALL_FILE), indent=2).encode(),
        SMALL_FILE.replace(b'"version":12', b'"version":12,"version":12'),
        SMALL_FILE.replace(b'"version":12', b'"version":12.0'),
        SMALL_FILE.replace(b'"version":12', b'"version":NaN'),
        SMALL_FILE.replace(b'"version":12', b'"version":9007199254740993'),
        SMALL_FILE.replace("ü".encode(), b"\\u00fc"),
        SMALL_FILE.replace("ü".encode(), b"\\ud800"),
    ],
    ids=["spaces", "a member twice", "another number", "NaN", "beyond 2^53", "an escape", "a lone surrogate"],
)
def test_another_spelling_of_the_same_is_not_the_file(content: bytes) -> None:
    assert "not canonical" in problem_of(content)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda file: file.update(more=1), "unknown field `more`"),
        (lambda file: file["signature"].update(more=1), "unknown field `more`"),
        (lambda file: file.pop("sha256"), "missing required field `sha256`"),
        (lambda file: file["signature"].pop("value"), "missing required field `value`"),
        (lambda file: file.update(result=[]), "Expected `object`"),
        (lambda file: file["result"].update(version=13), "its SHA-256 is"),
        (lambda file: file.update(sha256="0" * 64), "its SHA-256 is"),
        (lambda file: file["signature"].update(algorithm="none"), "only Ed25519 is known"),
        (lambda file: file["signature"].update(key_id="0" * 16), "its public key is"),
        (lambda file: file["signature"].update(public_key="="), "signature.public_key is not base64"),
        (lambda file: file["signature"].update(value="ü"), "signature.value is not base64"),
        (lambda file: file["signature"].update(value=""), "its signature is not by its public key"),
    ],
)
def test_what_is_wrong_is_said(change: Callable[[dict[str, Any]], object], problem: str) -> None:
    assert problem in problem_of(resealed(change))


def test_a_changed_document_with_its_new_hash_lacks_the_signature() -> None:
    def change(file: dict[str, Any]) -> None:
        file["result"]["version"] = 13
        file["sha256"] = sha256(canonical_bytes(file["result"])).hexdigest()

    assert problem_of(resealed(change)) == "its signature is not by its public key over this document"


def test_a_public_key_of_another_length_is_none() -> None:
    def change(file: dict[str, Any]) -> None:
        file["signature"]["public_key"] = b64encode(b"short").decode()
        file["signature"]["key_id"] = key_id_of(b"short")

    assert problem_of(resealed(change)) == "its signature is not by its public key over this document"


def test_a_file_that_somebody_else_signed_is_genuine_only_to_who_trusts_them() -> None:
    forged = sealed(SMALL | {"version": 13}, OTHER_KEY)

    assert check(forged).key_id == OTHER_KEY.key_id
    assert "none that is trusted" in problem_of(forged, [KEY.public_key])
    assert check(forged, [KEY.public_key, OTHER_KEY.public_key]).document["version"] == 13


@given(st.binary(min_size=32, max_size=32))
def test_base64_has_one_spelling(key: bytes) -> None:
    text = public_key_text(key)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    others = [f"{text[:42]}{letter}=" for letter in last if letter != text[42]]

    assert public_key_from(text) == key
    for other in others:
        try:
            assert public_key_from(other) != key
        except ValueError:
            continue


@pytest.mark.parametrize("text", ["", "AAAA", "ü", "A" * 43, f"{'A' * 43}=\n", f" {'A' * 43}="])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        public_key_from(text)


def test_a_key_tells_nothing_of_its_secret() -> None:
    secret = bytes(range(32))
    key = SigningKey(secret)

    told = f"{key!r} {key} {vars(key)}"
    assert key.key_id in told
    assert not any(form in told for form in (secret.hex(), b64encode(secret).decode(), repr(secret)))
