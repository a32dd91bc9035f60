"""What the demo of cheats tells: who was planted, what was found of whom, and the commands that decide a case."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from leaderboard.demo.campaign import CAMPAIGN_ID
from leaderboard.demo.client import DemoError
from leaderboard.domain.rescoring_steps import rescoring_id
from leaderboard.domain.rescorings import VoidViews
from leaderboard.domain.reviews import is_detector_flag

Item = dict[str, Any]

PLANTED: Final = {
    "farm": "buys visitors of a click farm: {share:.0%} of all it has",
    "burst": "buys visitors that come in bursts: {share:.0%} of all it has",
    "sabotage": "is sent bots by a rival: {share:.0%} of its visitors",
    "self_refund": "buys its own goods and gives them back: {share:.0%} of its orders",
    "idle_static": "has a host who hangs up a stream and leaves",
    "loop": "has a host who plays a recording over and over",
}
UPHELD: Final = "Many visitors from one network, few phones, hardly a cart: these are no people."
APPEAL: Final = "Our visitors are real: they came from a campus."
CONFIRMED: Final = "A campus has more phones than these, and somebody there buys now and then."
VOIDED: Final = "Who came from this network are no people."
PUT_BACK: Final = "Demo: all is to be as it was."

_NETWORK: Final = re.compile(r"\(([0-9a-f.:]+/\d{2})\)")


class Case(Struct, frozen=True):
    """A flag that holds an account and names a network, and the account's agency."""

    flag: str
    account: str
    agency: str
    network: str


class Desk(Struct, frozen=True):
    """A case and those who decide it; their secrets are in `data`. `reviewer`: the id of the first one's token."""

    url: str
    data: Path
    case: Case
    reviewer: str

    @property
    def rescoring(self) -> str:
        """The id that taking the network out has when the first reviewer asks for it."""
        return rescoring_id(VoidViews(network=self.case.network), VOIDED, self.reviewer, 0)


def case_of(flags: Sequence[Item], labels: Sequence[Item]) -> Case:
    """A hold of a detector that names a network: of a click farm where there is one, or else with the most at stake.

    DemoError where no hold names any.
    """
    known = {label["account"]: label for label in labels}
    found = list[tuple[bool, int, Case]]()
    for flag in flags:
        named, label = _NETWORK.search(_sentence(flag)), known[flag["account_id"]]
        if flag["action"] == "hold" and is_detector_flag(flag["id"]) and named:
            case = Case(flag["id"], label["account"], label["agency"], named[1])
            found.append((label["name"] != "farm", len(found), case))
    if not found:
        raise DemoError("in this world no hold of a detector names a network; take another --seed")
    return min(found)[-1]


def _sentence(flag: Item) -> str:
    return str((flag["reason"] or {}).get("detail", ""))


def what_was_found(labels: Sequence[Item], flags: Sequence[Item]) -> str:
    """Who was planted, and after it what was found of whom: those first at whom the most is at stake."""
    found = [flag for flag in flags if is_detector_flag(flag["id"])]
    told = [line for flag in found for line in (f"  {flag['id']}", f"      {_sentence(flag)}")]
    return "\n".join(
        [
            "Planted on purpose, which no detector is told:",
            *(f"  {line}" for label in labels for line in _planted(label)),
            "Found by the detectors:",
            *told,
            f"Found by the rules of the campaign: {_holds(len(flags) - len(found))}.",
        ]
    )


def _holds(number: int) -> str:
    return "1 hold or warning" if number == 1 else f"{number} holds and warnings"


def _planted(label: Item) -> Iterator[str]:
    for one in (label, *label["hosts"]):
        if one["kind"] == "attack":
            yield f"{label['account']} {PLANTED[one['name']].format(share=label['fake_share'])}"


def how_to_decide(desk: Desk) -> str:
    """The commands of a review from the flag to the audit log, each of who may give it."""
    case, flag = desk.case, f"{CAMPAIGN_ID} {desk.case.flag}"
    people = ("admin", "reviewer", "second-reviewer", "agency")
    admin, first, second, agency = (shlex.quote(str(desk.data / f"{person}.token")) for person in people)
    where = f"--config {shlex.quote(str(desk.data / 'config.toml'))} --data {shlex.quote(str(desk.data))}"
    looked_at = f"""\
  LEADERBOARD_TOKEN=$first leaderboard standings {CAMPAIGN_ID}
  leaderboard {where} audit {CAMPAIGN_ID}"""
    return f"""\
{CAMPAIGN_ID} is in review, and nobody is paid before it is over. To decide on {case.account}, in another terminal:
  export LEADERBOARD_URL={desk.url}
  admin=$(cat {admin}) agency=$(cat {agency})
  first=$(cat {first}) second=$(cat {second})
A reviewer looks at what was found, and decides:
  LEADERBOARD_TOKEN=$first leaderboard integrity {CAMPAIGN_ID} --report
  LEADERBOARD_TOKEN=$first leaderboard flags {CAMPAIGN_ID} --by-impact
  LEADERBOARD_TOKEN=$first leaderboard flags show {flag}
  LEADERBOARD_TOKEN=$first leaderboard flags decide {flag} uphold --reason {shlex.quote(UPHELD)}
The account's agency, {case.agency}, reads the reasons, and appeals; another reviewer than who decided answers:
  LEADERBOARD_TOKEN=$agency leaderboard flags show {flag}
  LEADERBOARD_TOKEN=$agency leaderboard flags appeal {flag} --text {shlex.quote(APPEAL)}
  LEADERBOARD_TOKEN=$second leaderboard flags decide {flag} uphold --reason {shlex.quote(CONFIRMED)}
{looked_at}
The views from the network are to be taken out. What would follow is looked at first, and another reviewer applies it:
  LEADERBOARD_TOKEN=$first leaderboard rescore {CAMPAIGN_ID} void --network {case.network} \
--reason {shlex.quote(VOIDED)} --wait
  LEADERBOARD_TOKEN=$second leaderboard rescore apply {CAMPAIGN_ID} {desk.rescoring}
  LEADERBOARD_TOKEN=$second leaderboard rescore show {CAMPAIGN_ID} {desk.rescoring}
{looked_at}
Another than who applied it puts it back, and all is as before:
  LEADERBOARD_TOKEN=$first leaderboard rescore reverse {CAMPAIGN_ID} {desk.rescoring} --reason {shlex.quote(PUT_BACK)}
{looked_at}
The audit log has every decision:
  LEADERBOARD_TOKEN=$admin leaderboard audit-log --subject {CAMPAIGN_ID}
  LEADERBOARD_TOKEN=$admin leaderboard audit-log verify
Each may be given twice in a row, and does nothing the second time. Ctrl-C ends it.
"""
