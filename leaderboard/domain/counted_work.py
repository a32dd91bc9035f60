"""What goes into counting and what comes out of it: campaigns, enrolments, received events, an account's work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from msgspec import Struct

from leaderboard.domain.counted_rows import Row
from leaderboard.domain.exclusions import NEVER_MS, Reason, Window
from leaderboard.domain.kept_events import KeptEvent, KeptHeartbeat

Registrations = Mapping[str, Sequence[tuple[int, int | None]]]
NOBODY: Final[Registrations] = MappingProxyType({})


class CountedCampaign(Struct, frozen=True):
    """What counting needs to know of a campaign. `pairs`: its unit is (visitor, product), not visitor.

    `version` is that of the campaign's life; the store refuses what is written by an older one than it asks for.
    `created_ms` is when it was saved first: what was received before is no concern of it. `valid_only`: invalid views
    are counted beside, and for nothing else.
    """

    id: str
    window: Window
    currency: str
    pairs: bool = False
    version: int = 0
    created_ms: int = 0
    valid_only: bool = False


class Enrolled(NamedTuple):
    """An account's place in a campaign, since `enrolled_ms` of the store's clock.

    `hosts`: when which host was registered, `[from, until)`; needed only where there are heartbeats.
    """

    campaign: CountedCampaign
    enrolled_ms: int
    hosts: Registrations = NOBODY


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


class CountedBeat(NamedTuple):
    """A heartbeat for the campaigns of `mask`. `number` is its place among its work's lights."""

    number: int
    mask: int
    event: KeptHeartbeat


class InvalidView(NamedTuple):
    """A view that the door takes for no person's, by its place; invalid for the campaigns of `mask`."""

    view: int
    mask: int
    reason: str


# Views are one flat list, so many values each: a list a row would cost the store more than the counting.
VIEW_WIDTH: Final = 6

# A row says by a bit each for which campaigns it counts, and the store's script computes in doubles.
CAMPAIGNS_PER_GROUP: Final = 32


class AccountWork:
    """The events of one account that count, as rows for the store, each with its `id_record`.

    Lights have no row: only their ids are noted. `invalids` say of some views that they are invalid, each with a record
    by which its reason is counted once. `sources` tell what each row or light came from: the number of the inbox entry,
    and the event.
    """

    __slots__ = (
        "account",
        "beats",
        "campaigns",
        "invalid_records",
        "invalids",
        "light_records",
        "light_sources",
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
        self.beats: list[CountedBeat] = []
        self.invalids: list[InvalidView] = []
        self.invalid_records: list[bytes] = []
        self.view_records: list[bytes] = []
        self.other_records: list[bytes] = []
        self.view_sources: list[tuple[int, KeptEvent]] = []
        self.other_sources: list[tuple[int, KeptEvent]] = []
        self.light_records: list[bytes] = []
        self.light_sources: list[tuple[int, KeptEvent]] = []


class Group:
    """Some of an account's campaigns: when an event counts for all of them is decided by four comparisons."""

    __slots__ = (
        "_hosts",
        "all",
        "ends_ms",
        "enrolled",
        "last_ms",
        "pairs",
        "salt",
        "since_ms",
        "starts_ms",
        "valid_only",
        "work",
    )

    def __init__(self, account: str, enrolled: Sequence[Enrolled], first: int = 0) -> None:
        windows = [place.campaign.window for place in enrolled]
        self.enrolled = enrolled
        self.starts_ms = max(window.starts_at_ms for window in windows)
        self.ends_ms = min(window.ends_at_ms for window in windows)
        self.since_ms = max(place.enrolled_ms for place in enrolled)
        self.last_ms = min(window.cutoff_ms for window in windows)
        self.all = (1 << len(enrolled)) - 1
        self.pairs = any(place.campaign.pairs for place in enrolled)
        self.work = AccountWork(account, [place.campaign for place in enrolled])
        self.valid_only = self.where(lambda place: place.campaign.valid_only)
        self._hosts: dict[str, int] = {}
        self.salt = f"|{first}" if first else ""

    def registered_since(self, host: str) -> int:
        """When the host was registered everywhere and for good: nobody has to look closer at what came after it."""
        since_ms = self._hosts.get(host)
        if since_ms is None:
            last = [place.hosts.get(host, ((NEVER_MS, None),))[-1] for place in self.enrolled]
            since_ms = max(since if until is None else NEVER_MS for since, until in last)
            self._hosts[host] = since_ms
        return since_ms

    def where(self, holds: Callable[[Enrolled], bool]) -> int:
        """A bit for each campaign of which something holds."""
        return sum(1 << bit for bit, place in enumerate(self.enrolled) if holds(place))

    def known_at(self, received_ms: int) -> int:
        """The campaigns that take notice of what is received at that time."""
        if self.since_ms <= received_ms <= self.last_ms:
            return self.all
        return self.where(lambda place: place.enrolled_ms <= received_ms <= place.campaign.window.cutoff_ms)
