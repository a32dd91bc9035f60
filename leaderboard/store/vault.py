"""The vault: bank details and payment files sealed with AES-256-GCM, each to its place. Keeps nothing itself.

    v1:KEY ID:nonce in base64:ciphertext in base64

What is sealed opens only with the key of that id, and only under the name that it was sealed for: moved to another
account, version or field, or changed by a bit, it does not open.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from leaderboard.domain.payees import (
    SEALED_FIELDS,
    Address,
    Bank,
    IbanBank,
    PayeeDetails,
    SealedPayee,
    UsBank,
    country_of,
    kind_of,
    last_four,
)

KEY_BYTES: Final = 32
FORMAT: Final = "v1"
_NONCE_BYTES: Final = 12
_KEY_ID_DIGITS: Final = 8


class VaultError(RuntimeError):
    """Something sealed does not open; the text says why, and nothing of what it holds."""


class UnknownVaultKey(VaultError):
    """It was sealed with a key that this vault does not have. `key_id` names it."""

    def __init__(self, what: str, key_id: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{what} is sealed with key {key_id}, and there is only {', '.join(known)}: bring key {key_id} back, "
            "behind the others and a comma, in LEADERBOARD_PAYEE_KEY or the key file"
        )
        self.key_id = key_id


class NotAsSealed(VaultError):
    """It is not what was sealed under that name: changed, cut off, or moved there from elsewhere."""


class _Key:
    """What is derived of one secret, each for one purpose, so that no use tells of another."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a key of the vault has {KEY_BYTES} bytes")
        self.id = sha256(_derived(secret, "key id")).hexdigest()[:_KEY_ID_DIGITS]
        self.cipher = AESGCM(_derived(secret, "seal"))
        self._telling_apart = _derived(secret, "fingerprint")

    def fingerprint(self, content: bytes) -> str:
        return f"{self.id}:{hmac.digest(self._telling_apart, content, 'sha256').hex()}"


def _derived(secret: bytes, purpose: str) -> bytes:
    info = f"leaderboard payees v1 {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


class Vault:
    """The first key seals, every key opens: so keys are changed without a moment at which something is shut."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        made = [_Key(secret) for secret in keys]
        self._first = made[0]
        self._keys = {key.id: key for key in made}

    @property
    def key_ids(self) -> list[str]:
        """The names of its keys, the one that seals first."""
        return list(self._keys)

    def __repr__(self) -> str:
        return f"Vault({', '.join(self.key_ids)})"

    def seal(
        self,
        account: str,
        version: int,
        details: PayeeDetails,
        *,
        proposed_by: str,
        proposed_ms: int,
        known_marks: Collection[str] = (),
    ) -> SealedPayee:
        """Bank details as they are stored, as a proposal.

        `known_marks`: of the account's payees. One that fits is kept, so that other keys make nobody another payee.
        """
        marks = [key.fingerprint(_holder_named(details)) for key in self._keys.values()]
        clear = {
            "holder": details.holder.encode(),
            "address": msgspec.json.encode(details.address),
            "bank": msgspec.json.encode(details.bank),
        }
        return SealedPayee(
            version=version,
            type=details.type,
            country=country_of(details.bank),
            kind=kind_of(details.bank),
            last4=last_four(details.bank),
            sealed={
                field: self._seal(_place(account, version, field), clear[field]) for field in SEALED_FIELDS
            },
            fingerprint=self._first.fingerprint(_bank_named(details.bank)),
            holder_mark=next((mark for mark in marks if mark in known_marks), marks[0]),
            proposed_by=proposed_by,
            proposed_ms=proposed_ms,
        )

    def open(self, account: str, sealed: SealedPayee) -> PayeeDetails:
        """The details in the clear. VaultError where they do not open."""
        clear = {}
        for field in SEALED_FIELDS:
            what = f"field {field} of the bank details of {account}, version {sealed.version},"
            text = sealed.sealed.get(field, "")
            clear[field] = self._open(_place(account, sealed.version, field), text, what)
        kind: type[UsBank] | type[IbanBank] = UsBank if sealed.kind == "us" else IbanBank
        try:
            bank = msgspec.json.decode(clear["bank"], type=kind)
            address = msgspec.json.decode(clear["address"], type=Address)
        except msgspec.MsgspecError:
            # Whatever it holds is not told, not even by the decoder's complaint.
            raise NotAsSealed(f"the bank details of {account} are not of kind {sealed.kind}") from None
        return PayeeDetails(type=sealed.type, holder=clear["holder"].decode(), address=address, bank=bank)

    def fingerprints(self, details: PayeeDetails) -> frozenset[str]:
        """What equal bank accounts have alike, under each key: others may have been sealed with any of them."""
        return frozenset(key.fingerprint(_bank_named(details.bank)) for key in self._keys.values())

    def seal_bytes(self, name: str, content: bytes) -> str:
        """Other content, such as a payment file, sealed under a name of its own."""
        return self._seal(f"file|{name}", content)

    def open_bytes(self, name: str, text: str) -> bytes:
        """The content. VaultError where it does not open."""
        return self._open(f"file|{name}", text, name)

    def _seal(self, place: str, content: bytes) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = self._first.cipher.encrypt(nonce, content, place.encode())
        return ":".join((FORMAT, self._first.id, b64encode(nonce).decode(), b64encode(ciphertext).decode()))

    def _open(self, place: str, text: str, what: str) -> bytes:
        try:
            form, key_id, nonce, ciphertext = text.split(":")
            if form != FORMAT:
                raise ValueError("another format")
            parts = b64decode(nonce, validate=True), b64decode(ciphertext, validate=True)
        except ValueError:
            raise NotAsSealed(f"{what} is not in the format {FORMAT}:KEY:NONCE:CIPHERTEXT") from None
        if key_id not in self._keys:
            raise UnknownVaultKey(what, key_id, self.key_ids)
        try:
            return self._keys[key_id].cipher.decrypt(*parts, place.encode())
        except (InvalidTag, ValueError):
            raise NotAsSealed(f"{what} was changed since it was sealed, or moved from elsewhere") from None


def key_id_of(text: str) -> str:
    """Which key something was sealed with."""
    return text.split(":")[1] if text.count(":") == 3 else ""


def _place(account: str, version: int, field: str) -> str:
    return f"payee|{account}|{version}|{field}"


def _bank_named(bank: Bank) -> bytes:
    """What names an account of a bank: the hyphens in its number do not, nor whether it is savings."""
    routing = bank.routing if isinstance(bank, UsBank) else ""
    return f"{kind_of(bank)}|{routing}|{bank.number}".encode()


def _holder_named(details: PayeeDetails) -> bytes:
    """What names a payee: neither the case of letters nor how many blanks there are."""
    return f"holder|{details.type}|{' '.join(details.holder.casefold().split())}".encode()
