"""Which hosts are this computer."""

from __future__ import annotations

import ipaddress

_NAMES = {"localhost", "ip6-localhost"}


def is_this_computer(host: str) -> bool:
    """Whether what goes to a host stays here: a name that is always here, or a loopback address.

    No other name is, whatever it looks like ("127.example.com"): who owns it says where it leads.

    Args:
        host: A name or an IP address, without brackets.
    """
    if host.lower() in _NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
