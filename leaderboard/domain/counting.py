"""From accepted events to what is counted per account: which count, for which campaigns, and why the others do not.

The one loop over every event is here. It decides by plain values; the store makes the effects happen once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple
from zlib import crc32

import msgspec
from msgspec import Struct

from leaderboard.domain.exclusions import Reason, Window, is_over, why_excluded
from leaderboard.domain.identities import counted
from leaderboard.domain.kept_events import (
    KeptAdSpend,
    KeptEvent,
    KeptFunnelStep,
    KeptHeartbeat,
    KeptOrder,
    KeptRefund,
    KeptView,
)

HOUR_MS: Final = 3_600_000
SAMPLES_PER_BATCH: Final = 20

_KIND: Final[dict[type[KeptEvent], int]] = {
    KeptView: 1,
    KeptHeartbeat: 2,
    KeptFunnelStep: 3,
    KeptOrder: 4,
    KeptRefund: 5,
    KeptAdSpend: 6,
}


# How the store's script treats a row; what it only notes the id of goes as a heartbeat.
HEARTBEAT: Final = 2
FUNNEL_STEP: Final = 3


class CountedCampaign(Struct, frozen=True):
    """What counting needs to know of a campaign. `pairs`: its unit is (visitor, product), not visitor."""

    id: str
    window: Window
    currency: str
    pairs: bool = False


class Enrolled(NamedTuple):
    """An account's place in a campaign, since `enrolled_ms` of the store's clock."""

    campaign: CountedCampaign
    enrolled_ms: int


class Received(NamedTuple):
    """The events of one inbox entry. `position` orders entries: 13 digits of milliseconds, then the sequence."""

    received_ms: int
    position: str
    events: Sequence[KeptEvent]


class Exclusion(NamedTuple):
    """An event that does not count for a campaign; `entry` is the number of its inbox entry in the batch."""

    entry: int
    campaign: str
    reason: Reason
    event: KeptEvent
    received_ms: int


Row = tuple[object, ...]

# Views are one flat list, so many values each: a list a row would cost the store more than the counting.
VIEW_WIDTH: Final = 6

# A row says by a bit each for which campaigns it counts, and the store's script computes in doubles.
CAMPAIGNS_PER_GROUP: Final = 32


class AccountWork:
    """The events of one account that count, as rows for the store, each with its `id_record`.

    `sources` tell what each row came from: the number of the inbox entry, and the event.
    """

    __slots__ = (
        "account",
        "campaigns",
        "other_records",
        "other_sources",
        "others",
        "view_records",
        "view_sources",
        "views",
    )

    def __init__(self, account: str, campaigns: Sequence[CountedCampaign]) -> None:
        self.account = account
        self.campaigns = campaigns
        self.views: list[object] = []
        self.others: list[Row] = []
        self.view_records: list[bytes] = []
        self.other_records: list[bytes] = []
        self.view_sources: list[tuple[int, KeptEvent]] = []
        self.other_sources: list[tuple[int, KeptEvent]] = []


_encode: Final = msgspec.msgpack.Encoder().encode


def id_record(kind: int, event: KeptEvent) -> bytes:
    """9 bytes that the store remembers of an event: 7 of its id's hash within account and type, 2 of its content's.

    The content's tell a repetition from a conflict. Neither of them counts, so a checksum is enough there.
    """
    tag = blake2b(f"{kind}{event.id}".encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return tag + (crc32(_encode(event)) & 0xFFFF).to_bytes(2, "big")


def pair_element(visitor: int, product_id: str) -> int:
    """The 52-bit element that stands for (visitor, product)."""
    key = visitor.to_bytes(8, "big") + product_id.encode("utf-8", "surrogatepass")
    return counted(int.from_bytes(blake2b(key, digest_size=8).digest(), "big"))


def _money_row(event: KeptOrder | KeptRefund, mask: int, position: str) -> Row:
    order_id = event.order_id if isinstance(event, KeptRefund) else ""
    kind, minor = _KIND[type(event)], str(event.value_minor)
    return (
        mask,
        kind,
        event.id,
        position,
        minor,
        event.currency,
        event.at_ms,
        order_id,
    )


def _light_row(event: KeptHeartbeat | KeptFunnelStep | KeptAdSpend, mask: int, position: str) -> Row:
    kind = FUNNEL_STEP if isinstance(event, KeptFunnelStep) else HEARTBEAT
    step = event.step if isinstance(event, KeptFunnelStep) else ""
    return mask, kind, step, position, "0", "", event.at_ms, ""


_OTHER_ROW: Final[dict[type[KeptEvent], Callable[..., Row]]] = {
    KeptHeartbeat: _light_row,
    KeptFunnelStep: _light_row,
    KeptAdSpend: _light_row,
    KeptOrder: _money_row,
    KeptRefund: _money_row,
}


class _Group:
    """Some of an account's campaigns: when an event counts for all of them is decided by four comparisons."""

    __slots__ = ("all", "ends_ms", "enrolled", "last_ms", "pairs", "since_ms", "starts_ms", "work")

    def __init__(self, account: str, enrolled: Sequence[Enrolled]) -> None:
        windows = [campaign.window for campaign, _ in enrolled]
        self.enrolled = enrolled
        self.starts_ms = max(window.starts_at_ms for window in windows)
        self.ends_ms = min(window.ends_at_ms for window in windows)
        self.since_ms = max(since_ms for _, since_ms in enrolled)
        self.last_ms = min(window.cutoff_ms for window in windows)
        self.all = (1 << len(enrolled)) - 1
        self.pairs = any(campaign.pairs for campaign, _ in enrolled)
        self.work = AccountWork(account, [campaign for campaign, _ in enrolled])


class Counting:
    """Sorts a batch of inbox entries by account. Fill it with `add`, then read `work` and `excluded`."""

    def __init__(
        self,
        enrolled: Mapping[str, Sequence[Enrolled]],
        campaigns: Iterable[CountedCampaign],
    ) -> None:
        self._enrolled = enrolled
        self._campaigns = tuple(campaigns)
        self._groups: dict[str, list[_Group]] = {}
        self.excluded: list[Exclusion] = []

    @property
    def work(self) -> list[AccountWork]:
        """What counts, by account; an account of very many campaigns stands more than once."""
        every = (group.work for groups in self._groups.values() for group in groups)
        return [work for work in every if work.views or work.others]

    def add(self, entry: int, received: Received) -> None:
        """Takes the events of an inbox entry, in their order."""
        received_ms, known = received.received_ms, self._groups
        for index, event in enumerate(received.events):
            account, at_ms = event.account_id, event.at_ms
            groups = known[account] if account in known else self._groups_of(account)
            if not groups:
                self._exclude_stranger(entry, event, received_ms)
            for group in groups:
                if (
                    group.starts_ms <= at_ms < group.ends_ms
                    and group.since_ms <= received_ms <= group.last_ms
                ):
                    mask = group.all
                elif not (mask := self._mask(entry, event, group.enrolled, received_ms)):
                    continue
                if type(event) is KeptView:
                    self._count_view(entry, event, group, mask, received_ms)
                else:
                    self._count_other(entry, event, group, mask, f"{received.position}-{index:04d}")

    def _groups_of(self, account: str) -> list[_Group]:
        enrolled = self._enrolled.get(account, ())
        parts = range(0, len(enrolled), CAMPAIGNS_PER_GROUP)
        groups = [_Group(account, enrolled[at : at + CAMPAIGNS_PER_GROUP]) for at in parts]
        self._groups[account] = groups
        return groups

    def _mask(self, entry: int, event: KeptEvent, enrolled: Sequence[Enrolled], received_ms: int) -> int:
        """Bit i is set where the event counts for the i-th campaign; the others are listed with their reason."""
        mask = 0
        for bit, (campaign, enrolled_ms) in enumerate(enrolled):
            reason = why_excluded(campaign.window, enrolled_ms, event.at_ms, received_ms)
            if reason is None:
                mask |= 1 << bit
            elif not is_over(campaign.window, event.at_ms, received_ms):
                self.excluded.append(Exclusion(entry, campaign.id, reason, event, received_ms))
        return mask

    def _exclude_stranger(self, entry: int, event: KeptEvent, received_ms: int) -> None:
        for campaign in self._campaigns:
            window = campaign.window
            if window.starts_at_ms <= event.at_ms < window.ends_at_ms and received_ms <= window.cutoff_ms:
                self.excluded.append(Exclusion(entry, campaign.id, "not_enrolled", event, received_ms))

    def _count_view(self, entry: int, event: KeptView, group: _Group, mask: int, received_ms: int) -> None:
        work, visitor, product = group.work, event.visitor, event.product_id
        work.views += (
            mask,
            # As text: the members of a set are text in the store's script, and formatting costs more there.
            str(counted(visitor)),
            str(pair_element(visitor, product)) if group.pairs else "",
            product,
            event.at_ms // HOUR_MS,
            received_ms,
        )
        work.view_records.append(id_record(1, event))
        work.view_sources.append((entry, event))

    def _count_other(self, entry: int, event: KeptEvent, group: _Group, mask: int, position: str) -> None:
        group.work.others.append(_OTHER_ROW[type(event)](event, mask, position))
        group.work.other_records.append(id_record(_KIND[type(event)], event))
        group.work.other_sources.append((entry, event))
