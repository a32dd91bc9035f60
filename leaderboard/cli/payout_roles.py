"""Which token each verb of `leaderboard payouts` takes, for its help. The service decides; this only says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from leaderboard.cli.arguments import Subparsers
from leaderboard.domain.tokens import Role

_PAYERS: Final[tuple[Role, ...]] = ("payout_preparer", "payout_approver")

TAKES: Final[Mapping[str, tuple[Role, ...]]] = {
    "prepare": ("payout_preparer",),
    "list": ("admin", "reviewer", *_PAYERS),
    "show": ("admin", "reviewer", *_PAYERS),
    "approve": ("payout_approver",),
    "export": _PAYERS,
    "reconcile": _PAYERS,
    "void": _PAYERS,
    "sent": ("payout_approver",),
    "fund": ("admin",),
    "ledger": ("admin", *_PAYERS),
    "dispute": ("reviewer", *_PAYERS),
    "undispute": ("payout_approver", "reviewer"),
    "screen": ("reviewer", *_PAYERS),
    "tax-form": ("payout_preparer",),
    "settle-difference": ("payout_approver",),
}
_ROLES_WIDTH: Final = 44


def add_roles(verbs: Subparsers) -> None:
    """To the help of every verb."""
    for verb, parser in verbs.choices.items():
        parser.description = (
            f"{(parser.description or '').rstrip()}\n\nTakes a token of role {_any_of(TAKES[verb])}."
        )


def roles_lines() -> Iterator[str]:
    """The verbs by the roles that they take."""
    by_roles: dict[str, list[str]] = defaultdict(list)
    for verb, roles in TAKES.items():
        by_roles[_any_of(sorted(roles))].append(verb)
    for said, names in by_roles.items():
        yield f"  {', '.join(names):<{_ROLES_WIDTH}} {said}"


def _any_of(roles: tuple[Role, ...] | list[Role]) -> str:
    *others, last = roles
    return f"{', '.join(others)} or {last}" if others else last
