"""`leaderboard payee`: details come from a file or stdin, and never stand on the screen."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.conftest import Service
from tests.web.payees import ABROAD, SECRETS, US, Payees, payees_of

TOML = """\
type = "person"
holder = "Zelda Quartermain"
[address]
town = "Nowhereville"
country = "US"
[bank]
routing = "021000021"
account = "000777888999"
"""


@pytest.fixture
async def payees(apollo_service: Service) -> Payees:
    return await payees_of(apollo_service)


@pytest.fixture
def details(tmp_path: Path) -> str:
    file = tmp_path / "payee.json"
    file.write_text(json.dumps(US))
    return str(file)


async def test_details_are_proposed_confirmed_and_shown_masked(
    cli: CommandLine, payees: Payees, details: str
) -> None:
    put = await cli("payee", "put", "a1", details, token=payees.pia)
    again = await cli("payee", "put", "a1", details, token=payees.pia)
    confirmed = await cli("payee", "confirm", "a1", "1", token=payees.ada)
    shown = await cli("payee", "show", "a1")

    assert (put.code, put.out) == (0, "")
    assert "version 1 is proposed for a1, account \u20268999: another person has to confirm it" in put.err
    assert "a1 has these details already; nothing is changed" in again.err
    assert "version 1 of a1 is in force, and paid into from 20" in confirmed.err
    assert shown.lines[1].split()[:6] == ["current", "1", "person", "US", "us", "\u20268999"]
    everything = "".join(done.out + done.err for done in (put, again, confirmed, shown))
    assert [secret for secret in SECRETS if secret in everything] == []


async def test_details_come_as_toml_and_from_stdin(
    cli: CommandLine, payees: Payees, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "payee.toml").write_text(TOML)
    toml = await cli("payee", "put", "a1", str(tmp_path / "payee.toml"), "--json", token=payees.pia)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(ABROAD).encode())))
    piped = await cli("payee", "put", "a2", "-", "--json", token=payees.pia)

    assert (toml.code, toml.json["proposed"]["last4"]) == (0, "8999")
    assert (piped.code, piped.json["proposed"]["last4"]) == (0, "3000")


async def test_a_proposal_is_rejected_with_a_reason(cli: CommandLine, payees: Payees, details: str) -> None:
    await cli("payee", "put", "a1", details, token=payees.pia)
    rejected = await cli("payee", "reject", "a1", "1", "--reason", "Another holder.", token=payees.ada)
    shown = await cli("payee", "show", "a1")
    as_json = await cli("payee", "show", "a1", "--json")

    assert (rejected.code, rejected.err) == (0, "leaderboard: version 1 of a1 is rejected\n")
    assert (shown.out, shown.err) == ("", "leaderboard: a1 has no bank details\n")
    assert as_json.json["proposed"] is None


async def test_an_account_that_shares_its_bank_account_is_named(
    cli: CommandLine, payees: Payees, details: str
) -> None:
    for account in ("a1", "a2"):
        await cli("payee", "put", account, details, token=payees.pia)
        await cli("payee", "confirm", account, "1", token=payees.ada)
    shown = await cli("payee", "show", "a1")

    assert shown.err == "leaderboard: the same bank account is also of a2\n"


async def test_whoever_proposed_cannot_confirm(cli: CommandLine, payees: Payees, details: str) -> None:
    await cli("payee", "put", "a1", details, token=payees.pia)
    token = await payees.service.issue(role="payout_approver", name="PIA")
    refused = await cli("payee", "confirm", "a1", "1", token=token)

    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "another person has to confirm it" in refused.err


@pytest.mark.parametrize(
    "text", ["4929777888999123 =", '{"holder": "4929777888999123"', "a = 4929777888999123x", "\xff"]
)
async def test_what_cannot_be_read_is_not_repeated(
    cli: CommandLine, payees: Payees, tmp_path: Path, text: str
) -> None:
    (tmp_path / "broken").write_text(text, "latin-1")
    done = await cli("payee", "put", "a1", str(tmp_path / "broken"), token=payees.pia)

    assert (done.code, done.out) == (2, "")
    assert "broken: is neither JSON nor TOML" in done.err
    assert "4929777888999123" not in done.err


async def test_details_that_are_wrong_are_named_and_not_repeated(
    cli: CommandLine, payees: Payees, tmp_path: Path
) -> None:
    (tmp_path / "wrong").write_text(TOML.replace("021000021", "021000020").replace("000777888999", "77"))
    done = await cli("payee", "put", "a1", str(tmp_path / "wrong"), token=payees.pia)

    assert done.code == 1
    assert "bank.routing: is not the ABA routing number" in done.err
    assert "bank.account: is not the number of an account" in done.err
    assert "021000020" not in done.err


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (TOML.replace('town = "', "town = "), "line 4, column 8"),
        (TOML + 'bank = "', "end of document"),
        ('{"type": "person",\n "holder" "Zelda"}', "line 2, column 11"),
    ],
)
async def test_what_cannot_be_read_is_told_with_its_place(
    cli: CommandLine, payees: Payees, tmp_path: Path, text: str, place: str
) -> None:
    (tmp_path / "broken").write_text(text)
    done = await cli("payee", "put", "a1", str(tmp_path / "broken"), token=payees.pia)

    assert (done.code, f"broken: is neither JSON nor TOML; look at {place};" in done.err) == (2, True)


async def test_names_that_are_no_fields_are_told_all_at_once_unless_they_may_be_numbers(
    cli: CommandLine, payees: Payees, tmp_path: Path
) -> None:
    wrong = (
        TOML.replace("holder =", "name =").replace("town =", "city =").replace("routing =", "000777888999 =")
    )
    (tmp_path / "wrong").write_text(wrong)
    done = await cli("payee", "put", "a1", str(tmp_path / "wrong"), token=payees.pia)

    assert (done.code, "000777888999" in done.err, "Zelda" in done.err) == (1, False, False)
    assert done.err == (
        f"leaderboard: {tmp_path}/wrong: "
        "name: is not a field here; its fields are type, holder, address, bank; holder: is required; "
        "address.city: is not a field here; its fields are street, town, postal_code, region, country; "
        "address.town: is required; "
        "bank.something: is not a field here; its fields are routing, account, account_type, iban, bic\n"
    )
    assert (await payees.get()).json["proposed"] is None


async def test_who_proposed_is_named_to_whoever_may_list_tokens(
    cli: CommandLine, payees: Payees, details: str
) -> None:
    await cli("payee", "put", "a1", details, token=payees.pia)
    for_admin = await cli("payee", "show", "a1")
    for_pia = await cli("payee", "show", "a1", token=payees.pia)

    token = payees.pia.split("_")[1]
    assert f"({token})" in for_admin.out
    assert (token in for_pia.out, f"({token})" in for_pia.out) == (True, False)


async def test_a_file_that_is_not_there_is_one_line(cli: CommandLine, payees: Payees) -> None:
    done = await cli("payee", "put", "a1", "nowhere.json", token=payees.pia)

    assert (done.code, done.err) == (1, "leaderboard: nowhere.json: No such file or directory\n")


class Typed(io.StringIO):
    """A terminal that somebody sits at."""

    def isatty(self) -> bool:
        return True


async def test_a_number_is_compared_that_comes_in_a_line_of_stdin(
    cli: CommandLine, payees: Payees, details: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cli("payee", "put", "a1", details, token=payees.pia)
    done = []
    for number in ("000666888999", "0007-7788-8999"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{number}\n"))
        done.append(await cli("payee", "confirm", "a1", "1", "--check-number", token=payees.ada))

    wrong, right = done
    assert (wrong.code, wrong.out) == (1, "")
    assert "The number is not the proposal's" in wrong.err
    assert "000666888999" not in wrong.err
    assert (right.code, "version 1 of a1 is in force" in right.err) == (0, True)


async def test_a_number_that_is_typed_is_asked_for_without_showing_it(
    cli: CommandLine, payees: Payees, details: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cli("payee", "put", "a1", details, token=payees.pia)
    monkeypatch.setattr(sys, "stdin", Typed("shown when it is typed\n"))
    monkeypatch.setattr("leaderboard.cli.payees.getpass", lambda prompt: "000777888999")
    done = await cli("payee", "confirm", "a1", "1", "--check-number", token=payees.ada)

    assert done.code == 0


async def test_without_a_number_nothing_is_confirmed(
    cli: CommandLine, payees: Payees, details: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cli("payee", "put", "a1", details, token=payees.pia)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    done = await cli("payee", "confirm", "a1", "1", "--check-number", token=payees.ada)

    assert (done.code, "--check-number: there is no number" in done.err) == (2, True)
    assert (await payees.get()).json["current"] is None


async def test_what_a_proposal_changes_is_shown_and_the_old_details_take_it_away(
    cli: CommandLine, payees: Payees, details: str
) -> None:
    await payees.put()
    await payees.confirm()
    await payees.put(US | {"type": "company", "holder": "Zelda Ltd"})
    shown = await cli("payee", "show", "a1")
    again = await cli("payee", "put", "a1", details, token=payees.pia)

    assert "type, holder" in shown.out
    assert "a1 is paid into these details already, and nothing else is proposed" in again.err
    assert (await payees.get()).json["proposed"] is None
