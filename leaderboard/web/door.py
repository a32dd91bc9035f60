"""The door's knowledge of crawlers and data centres, read from the lists that are shipped and configured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from leaderboard.config import ConfigError, Integrity
from leaderboard.domain.crawlers import known_crawlers
from leaderboard.domain.integrity import Door
from leaderboard.domain.networks import Networks, read_networks

_LISTS: Final = files("leaderboard") / "networks"
_DATA_CENTRES: Final = ("data-centres.txt", "hosting.txt")
_RELAYS: Final = ("relays.txt",)


@lru_cache(maxsize=4)
def open_door(integrity: Integrity) -> Door:
    """Takes a twentieth of a second, once in a process. ConfigError for a configured list that cannot be read."""
    data_centres = _networks(_DATA_CENTRES, "integrity.data_centre_files", integrity.data_centre_files)
    relays = _networks(_RELAYS, "integrity.relay_files", integrity.relay_files)
    return Door(known_crawlers(), data_centres, relays)


def _networks(shipped: Sequence[str], key: str, configured: Sequence[str]) -> Networks:
    ours = [_LISTS.joinpath(name).read_text("utf-8").splitlines() for name in shipped]
    return read_networks(*ours, *_read(key, configured))


def _read(key: str, configured: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each file, which are read once by themselves, so that what is wrong is told of its file."""
    for name in configured:
        try:
            lines = Path(name).read_text("utf-8").splitlines()
            read_networks(lines)
        except OSError as error:
            raise ConfigError(f"{key}: {name}: {error.strerror}") from error
        except ValueError as error:  # not UTF-8, too
            raise ConfigError(f"{key}: {name}: {error}") from error
        yield lines
