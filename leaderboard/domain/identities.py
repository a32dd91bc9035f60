"""Visitor identities become keyed hashes at the door. The key is the installation's own; see `store/installation`."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

KEY_BYTES = 32
HASH_BITS = 64

# A script of the store computes in doubles, which are exact up to 53 bits. 52 bits leave
# 0.01 expected collisions among ten million visitors of one account.
COUNTED_BITS = 52
_COUNTED_MASK = (1 << COUNTED_BITS) - 1

Hasher = Callable[[str], int]


def keyed_hasher(key: bytes) -> Hasher:
    """A function from an identity to its 64-bit hash. Without the key nobody can choose a hash.

    Public hashes are forgeable: chosen ids drive an unkeyed HyperLogLog from thousands to millions.
    Half surrogates are hashed as they are, so that every str has a hash and none can break the door.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"an identity key has {KEY_BYTES} bytes, not {len(key)}")
    # A keyed state, prepared once and copied for each identity, costs a third less than a new one.
    prepared = blake2b(key=key, digest_size=HASH_BITS // 8)

    def hash_identity(identity: str) -> int:
        state = prepared.copy()
        try:
            state.update(identity.encode())
        except UnicodeEncodeError:
            state.update(identity.encode("utf-8", "surrogatepass"))
        return int.from_bytes(state.digest(), "big")

    return hash_identity


def counted(identity_hash: int) -> int:
    """The bits of a hash that the counters keep."""
    return identity_hash & _COUNTED_MASK


def key_fingerprint(key: bytes) -> str:
    """Tells two keys apart without telling the key."""
    return blake2b(key, digest_size=8, person=b"identity-key").hexdigest()
