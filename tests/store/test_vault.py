"""The vault: what is sealed opens in its place with its key, and nowhere and with nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from leaderboard.domain.payees import (
    SEALED_FIELDS,
    Address,
    Bank,
    IbanBank,
    PayeeDetails,
    SealedPayee,
    UsBank,
)
from leaderboard.store.vault import KEY_BYTES, NotAsSealed, UnknownVaultKey, Vault, key_id_of

OLD, NEW = b"o" * KEY_BYTES, b"n" * KEY_BYTES
VAULT = Vault([OLD])
ADDRESS = Address(street="1 Plum Street", town="Portland", country="US")
US = UsBank(routing="021000021", account="000123456789", account_type="savings")
IBAN = IbanBank(iban="DE89370400440532013000", bic="COBADEFFXXX")


def details(bank: Bank = US) -> PayeeDetails:
    return PayeeDetails(type="person", holder="Zo\u00eb O'Brien", address=ADDRESS, bank=bank)


def seal(vault: Vault = VAULT, account: str = "a1", version: int = 1, bank: Bank = US) -> SealedPayee:
    return vault.seal(account, version, details(bank), proposed_by="pia", proposed_ms=1_000)


@pytest.mark.parametrize("bank", [US, IBAN])
def test_what_was_sealed_opens_again(bank: Bank) -> None:
    assert VAULT.open("a1", seal(bank=bank)) == details(bank)


def test_what_stays_in_the_clear_is_of_the_bank_and_never_the_number() -> None:
    ours, abroad = seal(), seal(bank=IBAN)

    assert (ours.country, ours.kind, ours.last4) == ("US", "us", "6789")
    assert (abroad.country, abroad.kind, abroad.last4) == ("DE", "iban", "3000")
    for secret in ("O'Brien", "Plum Street", "Portland", "021000021", "123456789", "370400440532013"):
        assert secret not in repr((ours, abroad))


def test_every_field_has_a_nonce_of_its_own_every_time() -> None:
    texts = [text for _ in range(50) for text in seal().sealed.values()]

    assert len({text.split(":")[2] for text in texts}) == len(texts)


@pytest.mark.parametrize(("account", "version"), [("a2", 1), ("a1", 2), ("a1|1", 1)])
def test_it_opens_for_no_other_account_or_version(account: str, version: int) -> None:
    moved = structs.replace(seal(), version=version)

    with pytest.raises(NotAsSealed, match="was changed since it was sealed, or moved from elsewhere"):
        VAULT.open(account, moved)


def test_it_opens_in_no_other_field() -> None:
    sealed = seal()
    for field in SEALED_FIELDS:
        for other in set(SEALED_FIELDS) - {field}:
            swapped = structs.replace(sealed, sealed=sealed.sealed | {field: sealed.sealed[other]})
            with pytest.raises(NotAsSealed):
                VAULT.open("a1", swapped)


@given(st.sampled_from(SEALED_FIELDS), st.integers(0, 10_000), st.characters(codec="ascii"))
def test_with_a_letter_changed_it_does_not_open(field: str, at: int, letter: str) -> None:
    sealed = seal()
    text = sealed.sealed[field]
    at %= len(text)
    changed = text[:at] + letter + text[at + 1 :]
    if changed == text or _same_bits(changed, text):
        return
    with pytest.raises((NotAsSealed, UnknownVaultKey)):
        VAULT.open("a1", structs.replace(sealed, sealed=sealed.sealed | {field: changed}))


def _same_bits(one: str, other: str) -> bool:
    """The last letter of base64 has bits that mean nothing."""
    return one.rstrip("=")[:-1] == other.rstrip("=")[:-1] and one.endswith("=")


@pytest.mark.parametrize(
    "text", ["", "v1", "v1:a:b:c:d", "v2:{id}:AAAA:AAAA", "v1:{id}:!:AAAA", "v1:{id}:AAAA:AAAA"]
)
def test_what_has_another_form_is_named_and_not_opened(text: str) -> None:
    broken = structs.replace(seal(), sealed={"holder": text.format(id=VAULT.key_ids[0])})

    with pytest.raises(NotAsSealed, match="field holder of the bank details of a1, version 1, "):
        VAULT.open("a1", broken)


def test_a_key_that_is_missing_is_named_with_what_to_do() -> None:
    with pytest.raises(UnknownVaultKey, match=r"bring key .* back, behind the others") as caught:
        Vault([NEW]).open("a1", seal())

    assert caught.value.key_id == VAULT.key_ids[0]
    assert f"is sealed with key {VAULT.key_ids[0]}, and there is only {Vault([NEW]).key_ids[0]}" in str(
        caught.value
    )


def test_the_first_key_seals_and_every_key_opens() -> None:
    both = Vault([NEW, OLD])

    assert both.open("a1", seal(VAULT)) == details()
    assert {key_id_of(text) for text in seal(both).sealed.values()} == set(Vault([NEW]).key_ids)


def test_equal_bank_accounts_have_one_fingerprint_whoever_holds_them() -> None:
    same = UsBank(routing="021000021", account="0001-2345-6789", account_type="checking")
    other = UsBank(routing="021000021", account="000123456780")

    assert seal(account="a2", version=7, bank=same).fingerprint == seal().fingerprint
    assert len({seal(bank=bank).fingerprint for bank in (US, other, IBAN)}) == 3
    assert seal(Vault([NEW])).fingerprint != seal().fingerprint


def test_after_a_change_of_keys_equal_bank_accounts_are_still_found() -> None:
    both = Vault([NEW, OLD])

    assert {seal(VAULT).fingerprint, seal(both).fingerprint} == both.fingerprints(details())


def marked(vault: Vault = VAULT, known: tuple[str, ...] = (), **more: Any) -> str:
    """The mark of the holder of details that are otherwise as `details` has them."""
    changed = structs.replace(details(), **more)
    return vault.seal("a1", 1, changed, proposed_by="pia", proposed_ms=1_000, known_marks=known).holder_mark


@pytest.mark.parametrize(
    ("more", "is_same"),
    [
        ({}, True),
        ({"holder": "ZO\u00cb  o'brien"}, True),
        ({"bank": IBAN}, True),
        ({"address": Address(town="Salem", country="US")}, True),
        ({"holder": "Zoe O'Brien"}, False),
        ({"holder": "Zo\u00eb OBrien"}, False),
        ({"type": "company"}, False),
    ],
)
def test_equal_payees_have_one_mark_whatever_their_bank(more: dict[str, Any], is_same: bool) -> None:
    assert (marked(**more) == marked()) == is_same


def test_no_mark_tells_of_another_key_or_use() -> None:
    assert marked(Vault([NEW])) != marked()
    assert seal().holder_mark != seal().fingerprint
    assert "O'Brien".casefold() not in marked()


def test_after_a_change_of_keys_the_same_payee_keeps_its_mark() -> None:
    both, old = Vault([NEW, OLD]), marked()

    assert marked(both, ("", old)) == old
    assert marked(both) == marked(Vault([NEW]), (old,)) != old
    assert marked(both, (old,), holder="Somebody Else") not in (old, marked(both))


def test_neither_the_vault_nor_a_key_id_gives_anything_away() -> None:
    assert repr(VAULT) == f"Vault({VAULT.key_ids[0]})"
    assert len(VAULT.key_ids[0]) == 8
    assert VAULT.key_ids[0] not in OLD.hex()


def test_files_are_sealed_under_their_name() -> None:
    text = VAULT.seal_bytes("payouts/b1", b"101 094000")

    assert VAULT.open_bytes("payouts/b1", text) == b"101 094000"
    with pytest.raises(NotAsSealed, match="payouts/b2 was changed since it was sealed"):
        VAULT.open_bytes("payouts/b2", text)


def test_bank_details_do_not_open_as_a_file() -> None:
    with pytest.raises(NotAsSealed):
        VAULT.open_bytes("payee|a1|1|bank", seal().sealed["bank"])


@pytest.mark.parametrize("secrets", [[], [b"short"]])
def test_a_vault_has_keys_of_the_right_length(secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"a (vault needs a key|key of the vault has 32 bytes)"):
        Vault(secrets)
