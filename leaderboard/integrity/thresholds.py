"""At what figures the traffic detectors act: all in one place, and one version for all. Decides nothing itself."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

# Changes with every change to a threshold or to what a detector does.
RULES_VERSION: Final = 1


class Thresholds(Struct, frozen=True, kw_only=True):
    """Shares are 0 to 1. Counts are visitors, where nothing else is said."""

    # Baselines: an account is compared with others only, and only with enough of them.
    least_peers: int = 8
    least_peer_visitors: int = 50
    least_source_visitors: int = 30
    prior_engaged: float = 5.0

    # A cell is looked at when it is large, and crowded when so much of it is beyond so many times what peers have.
    least_cell: int = 25
    cell_share: float = 0.005
    peers_factor: float = 5.0
    excess_share: float = 0.5
    # Poor engagement: less than half of what is expected, and not by chance.
    deficit_ratio: float = 0.5
    deficit_p: float = 1e-4
    false_discoveries: float = 0.05
    # Hardly any engagement.
    idle_ratio: float = 0.15
    # Many of the same device may be people in one room: they do at least so much of what is expected, where enough is,
    # and come in eight hours of the day.
    same_agent: float = 0.6
    least_expected: float = 10.0
    engaged_ratio: float = 0.25
    opening_hours: float = 0.9
    # What is mostly in one network is judged as that network only.
    one_network: float = 0.5
    # Signs of machines.
    agents_factor: float = 5.0
    dwell_factor: float = 0.5
    regular_gaps: float = 0.35
    visitors_per_device: float = 3.0
    # An account is held from so much of its visitors on.
    invalid_share: float = 0.05

    # Strangers of an account: logarithms of expected to seen, of known visitors and of those who saw several products.
    fresh_known: float = 0.2
    fresh_multi: float = 0.15
    fresh_p: float = 1e-5
    least_fresh: int = 100
    fresh_expected: float = 25.0

    # The distance is in bits.
    dwell_distance: float = 0.03
    dwell_multi: float = 0.1
    least_dwell: int = 200

    # Visitors in common: beyond so many times what is common, by so many deviations, and so much of the account.
    lockstep_share: float = 0.05
    lockstep_factor: float = 2.2
    lockstep_deviations: float = 4.0
    least_lockstep: int = 500
    # What an account shares is compared with the rest of it, which must not be less.
    least_rest: float = 0.1
    # So many visitors are enough to look at, and so many shared ones by chance to know what is common.
    lockstep_visitors: int = 2_000_000
    least_by_chance: float = 5.0


THRESHOLDS: Final = Thresholds()


def rule(detector: str) -> str:
    """The name of a rule in its version: `cells/1`."""
    return f"{detector}/{RULES_VERSION}"
