"""Who is what in the made-up world, by name: roles of accounts, circumstances of audiences, habits of hosts.

The truth about the made-up world, for tests and for judging detectors by. Nothing that detects may use it.
"""

from __future__ import annotations

from typing import Final, Literal

Role = Literal[
    "ordinary",
    "merchant",  # a single merchant: may be seen, may not win
    "nearly",  # ten seconds short of fourteen hours, and live
    "farm",  # buys views
    "idle",  # its hosts hang up a stream only to gather time
    "recorded",  # its hosts play recordings
    "fashion",  # sells what is often sent back
    "absent",  # promises a schedule and does not keep it
    "not_enrolled",  # known, but not enrolled
    "unregistered_host",  # one of its hosts was never registered
]

# By place in popularity. The fifth place that is paid is fought over by places 4 to 7 and the farm.
ROLES: Final[dict[int, Role]] = {
    2: "merchant",
    3: "nearly",
    6: "fashion",
    8: "not_enrolled",
    9: "farm",
    10: "unregistered_host",
    11: "idle",
    12: "absent",
    14: "fashion",
    16: "recorded",
    17: "not_enrolled",
    23: "not_enrolled",
}
CHEATING_ROLES: Final = frozenset({"farm", "idle", "recorded"})

Circumstance = Literal[
    "viral",  # a clip of it is passed on, and strangers come in a burst
    "raider",  # sends its audience to the raided account for a while
    "raided",
    "mislabelled",  # part of its paid traffic is not marked as paid
    "small_region",  # few prefixes of one carrier hold a large part of its visitors
    "venue",  # many visitors behind the one address of a hall
    "new_market",  # most of its visitors are known to no other account
    "defective",  # one product is sent back, and that is the seller's fault
    "sister",  # two accounts of one agency have the same audience
]

# All of them honest, and all of them look odd to somebody. By place in popularity.
CIRCUMSTANCES: Final[dict[int, tuple[Circumstance, ...]]] = {
    1: ("viral",),
    4: ("raider",),
    5: ("raided",),
    7: ("mislabelled",),
    13: ("small_region",),
    15: ("venue",),
    18: ("new_market",),
    19: ("defective",),
    20: ("sister",),
    21: ("sister",),
}
# Beyond the places above, each of these befalls an account with this chance.
DRAWN_FROM: Final = 40
DRAWN_SHARE: Final = 0.03
DRAWN: Final[tuple[Circumstance, ...]] = (
    "mislabelled",
    "small_region",
    "venue",
    "new_market",
    "defective",
)

Habit = Literal[
    "steady",
    "flaky",  # its link loses heartbeats in bursts, sends them late, and twice
    "hands_over",  # changes phones: for a minute two of them are live at once
    "signing",  # sells in sign language: silent, but moving
    "one_product",  # shows one product for hours, with voice and motion
    "metronomic",  # works like a clock
    "pausing",  # goes away for up to five minutes, more often than others
    "overnight",  # live over midnight
    "left_on",  # leaves the phone on after the show, then it falls silent without an end
    "hangs_up",  # a still picture, no voice, no replies, one product
    "plays_recording",
]

# Dealt out like cards, so that each is as frequent as here in every world: two of twenty hosts are flaky.
HONEST_HABITS: Final[tuple[Habit, ...]] = (
    *("steady",) * 9,
    *("flaky", "hands_over", "one_product") * 2,
    *("signing", "metronomic", "pausing", "overnight", "left_on"),
)
# The roles whose hosts all have one habit. The one who is nearly there must get there.
HABITS_OF_ROLES: Final[dict[Role, Habit]] = {
    "nearly": "steady",
    "idle": "hangs_up",
    "recorded": "plays_recording",
}
CHEATING_HABITS: Final = frozenset({"hangs_up", "plays_recording"})
