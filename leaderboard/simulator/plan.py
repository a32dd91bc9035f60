"""What a made-up campaign holds: how long, how many honest accounts, which attacks. Draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
START_MS: Final = 1_771_027_200_000  # 2026-02-14T00:00:00Z

# As cards are dealt: of twenty honest accounts ten are normal, and each other kind comes once.
HONEST: Final = (
    *("normal", "venue_wifi", "normal", "fashion", "normal", "raid", "normal", "cgnat", "normal", "viral"),
    *("normal", "new_market", "normal", "promoted", "normal", "one_product", "normal", "small"),
    *("normal", "sign_language"),
)
HARD: Final = ("school", "qr_raffle")
TRAFFIC_ATTACKS: Final = (
    *("data_centre", "farm", "farm_4g", "churn_fixed", "churn_random", "burst"),
    *("crowd_turf", "proxies_shallow", "proxies_full", "self_refund", "sabotage"),
)
# What `hosts_attacks.py` plays; told here, where names are read without all that plays them.
HOST_ATTACKS: Final = (
    *("idle_static", "idle_music", "idle_auto_pin", "idle_moving", "loop", "loop_noise", "loop_partial"),
    *("daily_replay", "overlap", "schedule_stuffing", "forged_beats", "forged_smooth"),
)
ALL_ATTACKS: Final = (*TRAFFIC_ATTACKS, *HOST_ATTACKS)


class PlanError(ValueError):
    """A plan that nobody can carry out. Its text names the field and what it takes."""


@dataclass(frozen=True, kw_only=True)
class TrafficPlan:
    """`attacks` is how many accounts suffer or buy each of them. `scale` stretches all audiences.

    `share` fixes the share of a cheat's visitors that are bought (of a self-buyer's orders), else it is drawn from
    .05 to .7. `shift` makes another world: fewer carrier networks, paid and viral traffic that is not marked as paid,
    more refunds, another tail of activity. Refunds come until `refund_days` after the end.
    """

    days: int = 14
    ordinary: int = 200
    hard: int = 6
    attacks: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(TRAFFIC_ATTACKS, 4))
    scale: float = 1.0
    share: float | None = None
    shift: bool = False
    start_ms: int = START_MS
    refund_days: int = 7

    def __post_init__(self) -> None:
        for name, least, most in _LIMITS:
            value = getattr(self, name)
            if not least <= value <= most:
                raise PlanError(f"{name} = {value}: takes {least} to {most}")
        if self.share is not None and not 0.01 <= self.share <= 0.95:
            raise PlanError(f"share = {self.share}: takes 0.01 to 0.95")
        for attack, count in self.attacks.items():
            if attack not in TRAFFIC_ATTACKS:
                raise PlanError(f"attacks: {attack!r} is none; there are {', '.join(TRAFFIC_ATTACKS)}")
            if not 0 <= count <= 50:
                raise PlanError(f"attacks: {attack} = {count}: takes 0 to 50")

    @property
    def end_ms(self) -> int:
        """Views, steps and orders come before it."""
        return self.start_ms + self.days * DAY_MS

    @property
    def accounts(self) -> int:
        """How many take part."""
        return self.ordinary + self.hard + sum(self.attacks.values())


_LIMITS: Final = (
    ("days", 1, 60),
    ("ordinary", 2, 3_000),
    ("hard", 0, 300),
    ("scale", 0.01, 20.0),
    ("start_ms", 0, 4_000_000_000_000),
    ("refund_days", 0, 60),
)
