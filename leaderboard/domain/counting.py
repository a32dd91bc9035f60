"""From accepted events to what is counted per account: which count, for which campaigns, and why the others do not.

The one loop over every event is here. It decides by plain values; the store makes the effects happen once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from leaderboard.domain.counted_rows import (
    Row,
    id_record,
    invalid_record,
    order_row,
    refund_row,
    step_record,
    step_row,
    view_record,
    view_row,
)
from leaderboard.domain.counted_work import (
    CAMPAIGNS_PER_GROUP,
    AccountWork,
    CountedBeat,
    CountedCampaign,
    Enrolled,
    Exclusion,
    Group,
    InvalidView,
    Received,
    Registrations,
)
from leaderboard.domain.exclusions import Reason, Window, is_over, why_excluded
from leaderboard.domain.kept_events import (
    KeptEvent,
    KeptFunnelStep,
    KeptHeartbeat,
    KeptOrder,
    KeptRefund,
    KeptView,
)

SAMPLES_PER_BATCH: Final = 20


class Counting:
    """Sorts a batch of inbox entries by account. Fill it with `add`, then read `work` and `excluded`.

    `late_refunds` came after a campaign's refunds were pinned, and are not of its time; they are excluded where their
    orders count for it.
    """

    def __init__(
        self,
        enrolled: Mapping[str, Sequence[Enrolled]],
        campaigns: Iterable[CountedCampaign],
    ) -> None:
        self._enrolled = enrolled
        self._campaigns = tuple(campaigns)
        self._groups: dict[str, list[Group]] = {}
        self.excluded: list[Exclusion] = []
        self.late_refunds: list[Exclusion] = []

    @property
    def work(self) -> list[AccountWork]:
        """What counts, by account; an account of very many campaigns stands more than once."""
        every = (group.work for groups in self._groups.values() for group in groups)
        return [work for work in every if work.views or work.others or work.light_sources]

    def add(self, entry: int, received: Received) -> None:
        """Takes the events of an inbox entry, in their order."""
        received_ms, known = received.received_ms, self._groups
        for index, event in enumerate(received.events):
            account, at_ms = event.account_id, event.at_ms
            groups = known[account] if account in known else self._groups_of(account)
            if not groups:
                self._exclude_stranger(entry, event, received_ms)
            for group in groups:
                if type(event) is not KeptView:
                    add = _ADD_OTHER.get(type(event), Counting._add_light)
                    add(self, entry, event, group, received, index)
                elif (
                    group.starts_ms <= at_ms < group.ends_ms
                    and group.since_ms <= received_ms <= group.last_ms
                ):
                    self._add_view(entry, event, group, group.all, received_ms)
                elif mask := self._mask(entry, event, group, received_ms):
                    self._add_view(entry, event, group, mask, received_ms)

    def _groups_of(self, account: str) -> list[Group]:
        enrolled = self._enrolled.get(account, ())
        parts = range(0, len(enrolled), CAMPAIGNS_PER_GROUP)
        groups = [Group(account, enrolled[at : at + CAMPAIGNS_PER_GROUP], at) for at in parts]
        self._groups[account] = groups
        return groups

    def _mask(self, entry: int, event: KeptEvent, group: Group, received_ms: int) -> int:
        """Bit i is set where the event counts for the i-th campaign; the others are listed with their reason."""
        mask = 0
        for bit, (campaign, enrolled_ms, _) in enumerate(group.enrolled):
            reason = why_excluded(campaign.window, enrolled_ms, event.at_ms, received_ms)
            if reason is None:
                mask |= 1 << bit
            else:
                self._exclude(entry, campaign, reason, event, received_ms)
        return mask

    def _exclude(
        self, entry: int, campaign: CountedCampaign, reason: Reason, event: KeptEvent, received_ms: int
    ) -> None:
        if received_ms >= campaign.created_ms and not is_over(campaign.window, event.at_ms, received_ms):
            self.excluded.append(Exclusion(entry, campaign.id, reason, event, received_ms))

    def _exclude_late_refund(
        self, entry: int, campaign: CountedCampaign, event: KeptRefund, received_ms: int
    ) -> None:
        exclusion = Exclusion(entry, campaign.id, "late", event, received_ms)
        is_of_its_time = campaign.window.starts_at_ms <= event.at_ms < campaign.window.ends_at_ms
        (self.excluded if is_of_its_time else self.late_refunds).append(exclusion)

    def _exclude_stranger(self, entry: int, event: KeptEvent, received_ms: int) -> None:
        for campaign in self._campaigns:
            window = campaign.window
            in_time = campaign.created_ms <= received_ms <= window.cutoff_ms
            if in_time and window.starts_at_ms <= event.at_ms < window.ends_at_ms:
                self.excluded.append(Exclusion(entry, campaign.id, "not_enrolled", event, received_ms))

    def _add_view(self, entry: int, event: KeptView, group: Group, mask: int, received_ms: int) -> None:
        if event.invalid is not None and (invalid := mask & group.valid_only):
            self._add_invalid(entry, event, group, invalid, received_ms)
            mask &= ~invalid
        work = group.work
        work.views += view_row(event, mask, received_ms, pairs=group.pairs)
        work.view_records.append(view_record(event))
        work.view_sources.append((entry, event))

    def _add_invalid(self, entry: int, event: KeptView, group: Group, mask: int, received_ms: int) -> None:
        """Goes before its view."""
        work = group.work
        work.invalids.append(InvalidView(len(work.view_sources), mask, str(event.invalid)))
        work.invalid_records.append(invalid_record(event, group.salt))
        for bit, place in enumerate(group.enrolled):
            if mask >> bit & 1:
                self._exclude(entry, place.campaign, "invalid", event, received_ms)

    def _add_row(
        self, entry: int, event: KeptEvent, group: Group, row: Row, record: bytes | None = None
    ) -> None:
        group.work.others.append(row)
        group.work.other_records.append(record or id_record(event))
        group.work.other_sources.append((entry, event))

    def _add_light(self, entry: int, event: KeptEvent, group: Group, received: Received, _: int) -> None:
        if self._mask(entry, event, group, received.received_ms):
            group.work.light_records.append(id_record(event))
            group.work.light_sources.append((entry, event))

    def _add_step(self, entry: int, event: KeptFunnelStep, group: Group, received: Received, _: int) -> None:
        if mask := self._mask(entry, event, group, received.received_ms):
            self._add_row(entry, event, group, step_row(event, mask), step_record(event, group.salt))

    def _add_heartbeat(
        self, entry: int, event: KeptHeartbeat, group: Group, received: Received, _: int
    ) -> None:
        received_ms, at_ms = received.received_ms, event.at_ms
        if (
            group.starts_ms < at_ms
            and at_ms - event.covers_ms < group.ends_ms
            and group.since_ms <= received_ms <= group.last_ms
            and group.registered_since(event.host_id) <= received_ms
        ):
            mask = group.all
        elif not (mask := self._beat_mask(entry, event, group, received_ms)):
            return
        work = group.work
        work.beats.append(CountedBeat(len(work.light_sources), mask, event))
        work.light_records.append(id_record(event))
        work.light_sources.append((entry, event))

    def _beat_mask(self, entry: int, event: KeptHeartbeat, group: Group, received_ms: int) -> int:
        mask = 0
        for bit, (campaign, enrolled_ms, hosts) in enumerate(group.enrolled):
            reason = _why_no_beat(campaign.window, enrolled_ms, hosts, event, received_ms)
            if reason is None:
                mask |= 1 << bit
            else:
                self._exclude(entry, campaign, reason, event, received_ms)
        return mask

    def _add_order(self, entry: int, event: KeptOrder, group: Group, received: Received, index: int) -> None:
        """An order that does not count is known all the same, so that its refunds do not count either."""
        mask = self._mask(entry, event, group, received.received_ms)
        if known := group.known_at(received.received_ms):
            position = f"{received.position}-{index:04d}"
            self._add_row(entry, event, group, order_row(event, mask, known, position))

    def _add_refund(
        self, entry: int, event: KeptRefund, group: Group, received: Received, index: int
    ) -> None:
        """Whether it counts hangs on its order, which only the store knows; here, on its being enrolled."""
        received_ms, at_ms = received.received_ms, event.at_ms
        for campaign, enrolled_ms, _ in group.enrolled:
            if received_ms < enrolled_ms:
                self._exclude(entry, campaign, "before_enrollment", event, received_ms)
            elif received_ms > campaign.window.refunds_until_ms:
                self._exclude_late_refund(entry, campaign, event, received_ms)
        if known := group.where(lambda place: _takes_refunds(place, received_ms)):
            own = group.where(
                lambda place: (
                    why_excluded(place.campaign.window, place.enrolled_ms, at_ms, received_ms) is None
                    and _takes_refunds(place, received_ms)
                )
            )
            position = f"{received.position}-{index:04d}"
            self._add_row(entry, event, group, refund_row(event, own, known, position))


_ADD_OTHER: Final[dict[type[KeptEvent], Callable[..., None]]] = {
    KeptFunnelStep: Counting._add_step,
    KeptHeartbeat: Counting._add_heartbeat,
    KeptOrder: Counting._add_order,
    KeptRefund: Counting._add_refund,
}


def _takes_refunds(place: Enrolled, received_ms: int) -> bool:
    return place.enrolled_ms <= received_ms <= place.campaign.window.refunds_until_ms


def _why_no_beat(
    window: Window, enrolled_ms: int, hosts: Registrations, event: KeptHeartbeat, received_ms: int
) -> Reason | None:
    """A heartbeat counts for the part of its span inside the window, from a host registered when it came."""
    starts_ms = event.at_ms - event.covers_ms
    inside = starts_ms < window.ends_at_ms and event.at_ms > window.starts_at_ms
    # Any instant of the window stands for a span that reaches into it.
    at_ms = window.starts_at_ms if inside else window.ends_at_ms
    if reason := why_excluded(window, enrolled_ms, at_ms, received_ms):
        return reason
    spans = hosts.get(event.host_id, ())
    if any(since <= received_ms and (until is None or received_ms < until) for since, until in spans):
        return None
    return "unregistered_host"


def why_refund_excluded(campaign: CountedCampaign, event: KeptEvent, received_ms: int) -> Reason | None:
    """Why a refund of an unknown order does not count by its own time."""
    return why_excluded(campaign.window, 0, event.at_ms, received_ms)
