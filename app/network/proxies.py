"""Through which proxy an address is asked, as the environment or the system says.

Whoever opens a connection asks here, so that all of them go the same way; each value is read when
it is needed and judged in words, before anything is sent.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from app.domain.download import WrongAddressError
from app.domain.network.hosts import is_this_computer
from app.domain.network.secrets import without_password
from app.language import tr

_WEB = {"http", "https"}


def proxy_for(url: str) -> str | None:
    """The proxy through which ``url`` is asked: of the environment or of the system; or None.

    This computer is asked without one, whatever the environment says: what stays here is no
    proxy's to read, and one elsewhere would reach its own computer.

    Raises:
        WrongAddressError: It is of a kind that Phial cannot speak with. The connection is not made
            without it: it may be there for a reason.
    """
    import urllib.request

    split = urlsplit(url)
    host = f"{split.hostname}:{split.port}" if split.port else str(split.hostname)
    if is_this_computer(split.hostname or "") or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(split.scheme) or proxies.get("all")
    if not found:
        return None
    proxy = found if "://" in found else f"http://{found}"
    if is_web(proxy):
        return proxy
    scheme = proxy.partition("://")[0].lower()
    address = without_password(proxy)
    what = (
        tr(
            "The environment wants connections to go through “{address}”; that is a SOCKS proxy, "
            "and Phial speaks with HTTP proxies only.",
            address=address,
        )
        if scheme.startswith("socks")
        else tr(
            "The environment wants connections to go through “{address}”; that is no address of "
            "a proxy.",
            address=address,
        )
    )
    raise WrongAddressError(
        what,
        action=tr(
            "Set {scheme}_proxy to an HTTP proxy, or add {host} to no_proxy.",
            scheme=split.scheme,
            host=str(split.hostname),
        ),
    )


def is_web(address: str) -> bool:
    """Whether an address is one that HTTP can be spoken with."""
    try:
        split = urlsplit(address)
        usable = split.port is None or split.port > 0  # reading it may fail as well
    except ValueError:
        return False
    clean = not any(char.isspace() or not char.isprintable() for char in address)
    return usable and clean and split.scheme in _WEB and bool(split.hostname)
