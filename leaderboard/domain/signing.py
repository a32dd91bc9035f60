"""Sealed documents: canonical bytes, their hash, a signature over them. Knows no document's meaning, and no file."""

from __future__ import annotations

import json
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

ALGORITHM: Final = "Ed25519"
KEY_BYTES: Final = 32
KEY_ID_DIGITS: Final = 16


class NotGenuine(ValueError):
    """A file is not what was sealed; the text says what is wrong with it."""


class SigningKey:
    """A private key. Only what is public of it can be read or printed."""

    def __init__(self, secret: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(secret)
        self.public_key = self._private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return key_id_of(self.public_key)

    def sign(self, content: bytes) -> bytes:
        """The same signature for the same content, every time."""
        return self._private.sign(content)

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id})"


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """`public_key` and `value` in base64. `value` is over the canonical bytes of the document, not over its hash."""

    algorithm: str
    key_id: str
    public_key: str
    value: str


class Sealed(Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed file. `sha256` is of the canonical bytes of the document alone."""

    result: dict[str, Any]
    sha256: str
    signature: Signature


class Checked(Struct, frozen=True):
    """A file whose bytes, hash and signature are in order. `public_key` is the one that it was checked with."""

    document: dict[str, Any]
    sha256: str
    key_id: str
    public_key: bytes


def key_id_of(public_key: bytes) -> str:
    """Short enough to read out; for comparing keys by eye, and for looking them up."""
    return sha256(public_key).hexdigest()[:KEY_ID_DIGITS]


def canonical_bytes(document: Mapping[str, Any]) -> bytes:
    """The bytes of RFC 8785. ValueError for what has none: a number beyond 2^53, a lone surrogate, NaN."""
    return rfc8785.dumps(document)


def sealed(document: Mapping[str, Any], key: SigningKey) -> bytes:
    """The file of a document: the same bytes for the same document and key."""
    content = canonical_bytes(document)
    signature = Signature(ALGORITHM, key.key_id, _text(key.public_key), _text(key.sign(content)))
    whole = {
        "result": document,
        "sha256": sha256(content).hexdigest(),
        "signature": msgspec.to_builtins(signature),
    }
    return canonical_bytes(whole)


def check(content: bytes, trusted_keys: Collection[bytes] | None = None) -> Checked:
    """What a file holds, if not a byte of it was changed; NotGenuine says what is wrong.

    Without `trusted_keys` (raw public keys) that proves only that it is whole and signed by the key inside it.
    """
    file = _read(content)
    document = canonical_bytes(file.result)
    digest = sha256(document).hexdigest()
    if digest != file.sha256:
        raise NotGenuine(f"its SHA-256 is {digest}, and it says {file.sha256}")
    public_key = _check_signature(file.signature, document)
    if trusted_keys is not None and public_key not in trusted_keys:
        raise NotGenuine(f"it is signed with key {file.signature.key_id}, which is none that is trusted")
    return Checked(file.result, digest, file.signature.key_id, public_key)


def _read(content: bytes) -> Sealed:
    """Of a document there is one text only, so one with spaces, another order or a member twice is none."""
    try:
        parsed = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotGenuine("it is not JSON in UTF-8") from error
    try:
        is_canonical = canonical_bytes(parsed) == content
    except (ValueError, RecursionError):
        is_canonical = False
    if not is_canonical:
        raise NotGenuine("its bytes are not canonical JSON (RFC 8785), as a sealed file's are")
    try:
        return msgspec.convert(parsed, Sealed)
    except msgspec.ValidationError as error:
        raise NotGenuine(f"it is not a sealed file: {error}") from error


def _check_signature(signature: Signature, document: bytes) -> bytes:
    """The public key, if the signature is by it."""
    if signature.algorithm != ALGORITHM:
        raise NotGenuine(f"its signature is by {signature.algorithm!r}, and only {ALGORITHM} is known")
    public_key = _bytes(signature.public_key, "public_key")
    value = _bytes(signature.value, "value")
    if key_id_of(public_key) != signature.key_id:
        raise NotGenuine(f"its public key is {key_id_of(public_key)}, and it says {signature.key_id}")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(value, document)
    except (InvalidSignature, ValueError) as error:
        raise NotGenuine("its signature is not by its public key over this document") from error
    return public_key


def public_key_from(text: str) -> bytes:
    """A public key in base64; ValueError for anything else."""
    key = _decoded(text)
    if len(key) != KEY_BYTES:
        raise ValueError(f"a public key has {KEY_BYTES} bytes, this has {len(key)}")
    return key


def public_key_text(public_key: bytes) -> str:
    """The other way."""
    return _text(public_key)


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _bytes(text: str, name: str) -> bytes:
    try:
        return _decoded(text)
    except ValueError as error:
        raise NotGenuine(f"signature.{name} is not base64 as it is written here") from error


def _decoded(text: str) -> bytes:
    """Only the one spelling of the bytes: the last letter has bits that decoders do not look at."""
    content = a2b_base64(text, strict_mode=True)
    if _text(content) != text:
        raise ValueError("not base64: it has another spelling of the same bytes")
    return content
