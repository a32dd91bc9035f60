"""What an audit found: the words for it. Who audits, and by what, stands elsewhere."""

from __future__ import annotations

from msgspec import Struct

DIFFERENCES_KEPT = 100


class Difference(Struct, frozen=True):
    """A number that the service shows and the archive does not give. None: it is not there at all."""

    account: str
    field: str
    live: int | bool | None
    recounted: int | bool | None


class Audit(Struct, frozen=True, kw_only=True):
    """One run. `positions`: the last inbox entry of each partition that was recounted.

    `differences` are all of them in `differences_count`, the first of them here. `notes` are differences that decide
    nothing, such as when a score was reached while the order stays the same. `not_compared` are accounts that never
    stood still; `buried_entries` and `unreadable_entries` may be why something differs. `result`: the version of the
    certified result that was held against the archive, too, 0 for none; its fields begin with `result.`.
    """

    at_ms: int
    took_ms: int
    events: int
    accounts: int
    differing_accounts: int
    differences_count: int
    differences: tuple[Difference, ...] = ()
    notes: tuple[Difference, ...] = ()
    not_compared: tuple[str, ...] = ()
    buried_entries: int = 0
    unreadable_entries: int = 0
    positions: dict[int, str] = {}
    result: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing differs, as far as it could be compared."""
        return not self.differences_count


class Agreement(Struct, frozen=True):
    """When the service and the archive last agreed on every account, and on what."""

    at_ms: int
    events: int
    positions: dict[int, str]


class Audited(Struct, frozen=True):
    """The last audit of a campaign, and the last agreement, which may be of an earlier one."""

    last: Audit
    agreement: Agreement | None
