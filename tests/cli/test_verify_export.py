"""`leaderboard verify` of an export: the payment file and its manifest are the ones that were signed, to the byte."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from leaderboard.__main__ import main
from leaderboard.cli.opening import CannotRun
from leaderboard.cli.verify import run
from leaderboard.domain.payout_manifest import Exported, manifest
from leaderboard.domain.payouts import Batch
from leaderboard.domain.signing import SigningKey, check, sealed
from tests.cli.conftest import Done
from tests.domain.certified import KEY, OTHER_KEY, result_file
from tests.domain.payout_lines import batch, line

PAYMENT = b"101 021000021\n6220110000155550001234\n"
BANK_FILE, MANIFEST = "bank.ach", "bank.ach.manifest.json"
LINES = [line("ana", 5_000), line("bo", 2_501)]
EXPORTED = batch(
    state="exported",
    lines=2,
    total_minor=7_501,
    effective_on="2026-12-29",
    approved_by="token-lea",
    approver="lea",
    approved_ms=61_000,
    exported_by="token-kim",
    exported_ms=122_000,
    file_sha256=sha256(PAYMENT).hexdigest(),
    file_bytes=len(PAYMENT),
)

Verify = Callable[..., Done]


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Verify:
    """Runs it in a directory with these files: no configuration, no data and no service are there."""
    monkeypatch.chdir(tmp_path)

    def verified(
        file: str, *options: str, payment: bytes | None = PAYMENT, proof: bytes | None = None
    ) -> Done:
        for name, content in ((BANK_FILE, payment), (MANIFEST, proof)):
            if content is not None:
                Path(name).write_bytes(content)
        code = main(["verify", file, *options])
        found = capsys.readouterr()
        return Done(code, found.out, found.err)

    return verified


def document(exported: Batch = EXPORTED, **changes: Any) -> dict[str, Any]:
    return manifest(Exported(exported, LINES, "1970-01-01", {})) | changes


def signed(content: dict[str, Any] | None = None, key: SigningKey = KEY) -> bytes:
    return sealed(document() if content is None else content, key)


@pytest.mark.parametrize("file", [BANK_FILE, MANIFEST])
def test_an_export_is_told_from_either_of_its_two_files(verify: Verify, file: str) -> None:
    done = verify(file, proof=signed())

    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        "genuine    export of batch spring-1, campaign spring",
        "pays       USD 75.01 in 2 lines, on 2026-12-29",
        "due        2026-12-29",
        "prepared   1970-01-01 00:00:01 UTC by kim (token-kim)",
        "approved   1970-01-01 00:01:01 UTC by lea (token-lea)",
        "exported   1970-01-01 00:02:02 UTC by token-kim",
        "result     version 1, with the SHA-256",
        f"           {EXPORTED.result_sha256}",
        "file       spring-1.ach, nacha, 37 bytes, with the SHA-256",
        f"           {EXPORTED.file_sha256}",
        "compared   bank.ach is this file, byte for byte",
        f"SHA-256    {check(signed()).sha256} (what is signed)",
        f"key        {KEY.key_id}, NOT COMPARED: the file is whole, and signed by the key that stands in it;",
        "           whether that is the key of the service, its /v1/signing-keys tells: see --key",
    ]


def test_a_manifest_alone_says_that_its_file_was_not_there(verify: Verify) -> None:
    done = verify(MANIFEST, payment=None, proof=signed())

    assert (done.code, done.err) == (0, "")
    assert "compared   NOT COMPARED: no bank.ach is beside this manifest" in done.lines


def test_a_manifest_of_another_name_says_that_nothing_was_compared(verify: Verify) -> None:
    Path("proof.json").write_bytes(signed())
    done = verify("proof.json")

    assert done.code == 0
    assert "compared   NOT COMPARED: no spring-1.ach is beside this manifest" in done.lines


def test_a_programme_that_sets_no_day_has_an_export_that_is_due_on_none(verify: Verify) -> None:
    assert "due        on no day in particular" in verify(MANIFEST, proof=signed(document(due_on=""))).lines


def test_a_manifest_may_say_more_than_is_read_of_it(verify: Verify) -> None:
    assert verify(BANK_FILE, proof=signed(document(calendar="US-FED"))).code == 0


def test_a_payment_file_without_its_manifest_says_where_to_get_it(verify: Verify) -> None:
    done = verify(BANK_FILE)

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert f"{MANIFEST}, which a payment file is checked by, is not there" in done.err
    assert f"`leaderboard payouts export BATCH --format manifest --out {MANIFEST}` gets it" in done.err


def changes_of(content: bytes) -> Iterator[bytes]:
    """The content with one byte changed, one left out and one put in, at every position."""
    for i, byte in enumerate(content):
        before, after = content[:i], content[i + 1 :]
        yield from (before + bytes([byte ^ bit]) + after for bit in (0x01, 0x20, 0x80))
        yield before + after
        yield before + b"?" + content[i:]
    yield content + b"\n"


def refusal_of(file: str) -> str:
    with pytest.raises(CannotRun) as refused:
        run(Namespace(file=file, key=None, previous=None))
    return str(refused.value)


@pytest.mark.parametrize("file", [BANK_FILE, MANIFEST])
def test_a_payment_file_with_one_byte_changed_anywhere_is_not_genuine(tmp_path: Path, file: str) -> None:
    (tmp_path / MANIFEST).write_bytes(signed())
    bank_file = tmp_path / BANK_FILE
    for payment in changes_of(PAYMENT):
        bank_file.write_bytes(payment)

        assert refusal_of(str(tmp_path / file)).startswith(f"{bank_file}: NOT GENUINE: it has "), payment


@pytest.mark.parametrize("file", [BANK_FILE, MANIFEST])
def test_a_manifest_with_one_byte_changed_anywhere_is_not_genuine(tmp_path: Path, file: str) -> None:
    (tmp_path / BANK_FILE).write_bytes(PAYMENT)
    proof_file = tmp_path / MANIFEST
    for proof in changes_of(signed()):
        proof_file.write_bytes(proof)

        assert refusal_of(str(tmp_path / file)).startswith(f"{proof_file}: NOT GENUINE: "), proof


@pytest.mark.parametrize(("payment", "proof"), [(PAYMENT[:-1], signed()), (PAYMENT, signed()[:-1])])
def test_what_is_not_genuine_is_told_in_one_line(verify: Verify, payment: bytes, proof: bytes) -> None:
    done = verify(BANK_FILE, payment=payment, proof=proof)

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert ": NOT GENUINE: " in done.err


def test_the_key_that_must_have_signed_it_may_be_given(verify: Verify) -> None:
    done, by_another = (
        verify(BANK_FILE, "--key", KEY.key_id, proof=signed()),
        verify(BANK_FILE, "--key", KEY.key_id, proof=signed(key=OTHER_KEY)),
    )

    assert (done.code, done.lines[-1]) == (0, f"key        {KEY.key_id}, as given")
    assert (by_another.code, by_another.out) == (1, "")
    assert f"NOT GENUINE: it is signed with key {OTHER_KEY.key_id}, not with {KEY.key_id}" in by_another.err


@pytest.mark.parametrize("file", [BANK_FILE, MANIFEST])
def test_an_export_has_none_before_it(verify: Verify, file: str) -> None:
    done = verify(file, "--previous", "result.json", proof=signed())

    assert (done.code, done.out) == (2, "")
    assert "--previous goes with a result" in done.err


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"total": {"amount": "75.00", "currency": "USD"}}, "its lines add up to 75.01, and it says 75.00"),
        ({"total": {"amount": "75.01", "currency": "EUR"}}, "is in USD, and the total in EUR"),
        ({"total": {"amount": "75.01", "currency": "???"}}, "is in USD, and the total in ???"),
        ({"lines": []}, "its lines add up to 0.00, and it says 75.01"),
        ({"lines": document()["lines"] * 2}, f"payout {document()['lines'][0]['id']} stands there more than"),
        (
            {"lines": [{"id": "A", "amount": {"amount": "7,5", "currency": "USD"}}]},
            "amount must be a decimal text",
        ),
    ],
)
def test_a_manifest_that_contradicts_itself_pays_nobody(
    verify: Verify, changes: dict[str, Any], problem: str
) -> None:
    done = verify(BANK_FILE, proof=signed(document(**changes)))

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert problem in done.err
    assert "its seal is in order, but" in done.err
    assert done.err.endswith(": do not send the payment file\n")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"format_version": 2}, "this version cannot read the format live-leaderboard-export 2"),
        ({"lines": "none"}, "it is no manifest: Expected `array`, got `str` - at `$.lines`"),
    ],
)
def test_a_sealed_file_that_no_export_has_is_said_to_be_none(
    verify: Verify, changes: dict[str, Any], problem: str
) -> None:
    done = verify(MANIFEST, proof=signed(document(**changes)))

    assert (done.code, done.out) == (1, "")
    assert f"its seal is in order, but {problem}" in done.err


def test_a_result_proves_no_payment_file(verify: Verify) -> None:
    done = verify(BANK_FILE, proof=result_file())

    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("its seal is in order, but it is not the manifest of a payment file\n")


def test_names_from_a_manifest_do_not_reach_the_terminal_as_they_are(verify: Verify) -> None:
    done = verify(MANIFEST, proof=signed(document(batch="\x1b[2J")))

    assert (done.code, "\x1b" in done.out) == (0, False)
