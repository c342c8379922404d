"""Which hosts are this computer: the only place that decides it."""

from __future__ import annotations

import ipaddress

_NAME = "localhost"  # the one name that no name server is asked about (RFC 6761, 6.3)


def is_this_computer(host: str) -> bool:
    """Whether what goes to a host stays here: the name that is always here, or a loopback address.

    No other name is, whatever it looks like ("127.example.com", "ip6-localhost"): who answers for
    it says where it leads. A loopback address may be written in either version of IP, and as an
    address of version 4 inside one of version 6.

    Args:
        host: A name or an IP address, without brackets.
    """
    if host.lower().removesuffix(".") == _NAME:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def is_address(host: str) -> bool:
    """Whether a host is an IP address, which no name server is asked about."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
