"""Names for made-up things, from words of nature. Every one is labelled; none is anybody's brand."""

from __future__ import annotations

from random import Random

WORDS = (
    "acorn", "alder", "aspen", "aurora", "basalt", "birch", "breeze", "brook", "canyon", "cedar",
    "cinder", "clover", "cobalt", "comet", "copper", "coral", "cove", "cypress", "delta", "dune", "ember",
    "fern", "fjord", "garnet", "glacier", "granite", "grove", "harbor", "hazel", "heath", "heron",
    "indigo", "island", "juniper", "lagoon", "lantern", "larch", "lichen", "lupin", "maple", "meadow",
    "mesa", "mist", "moss", "nebula", "ochre", "onyx", "opal", "orchid", "pebble", "pine", "prairie",
    "quartz", "raven", "reef", "river", "saffron", "sage", "slate", "sorrel", "spruce", "summit", "tarn",
    "thicket", "thistle", "tundra", "umber", "valley", "willow", "zephyr",
)  # fmt: skip
TRADES = ("live", "shop", "studio", "market")
GIVEN = (
    "Ada", "Bea", "Cal", "Dot", "Eli", "Fay", "Gus", "Hal", "Ivy", "Jo", "Kit", "Lou", "Mae", "Ned",
    "Oona", "Pia", "Quin", "Roz", "Sol", "Tess", "Uma", "Vic", "Wyn", "Xan", "Yves", "Zoe",
)  # fmt: skip


def account_names(rng: Random, wanted: int) -> list[tuple[str, str]]:
    """`wanted` different (id, name), such as ("demo-aurora-live", "Aurora Live (demo)")."""
    words = rng.sample(WORDS, len(WORDS))
    return [_account_name(words, number) for number in range(wanted)]


def _account_name(words: list[str], number: int) -> tuple[str, str]:
    again, place = divmod(number, len(words))
    word, trade = words[place], TRADES[number % len(TRADES)]
    tail = f"-{again}" if again else ""
    return f"demo-{word}-{trade}{tail}", f"{word.title()} {trade.title()}{tail.replace('-', ' ')} (demo)"


def agency_name(number: int) -> tuple[str, str]:
    """("demo-agency-03", "Demo Agency 03")."""
    return f"demo-agency-{number:02d}", f"Demo Agency {number:02d}"
