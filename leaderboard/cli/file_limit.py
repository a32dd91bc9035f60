"""How many files a process may have open, each connection being one. Systems begin with 1,024, and allow more."""

from __future__ import annotations

import resource
from typing import Final

WANTED: Final = 65_536


def allow_many_files() -> int:
    """Raises the limit as far as this system allows and is of use; what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
