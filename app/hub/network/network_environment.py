"""What the environment says about the network: which hub, through which proxy, or not at all.

Metadata and bytes go through two different clients, so both ask here and use the same proxy; each
value is read when it is needed and judged in words, before anything is sent.
"""

from __future__ import annotations

import os
import urllib.request
from urllib.parse import urlsplit

from app.domain.download import WrongAddressError
from app.domain.errors import OfflineError
from app.language import tr

DEFAULT_ENDPOINT = "https://huggingface.co"
_YES = {"1", "ON", "YES", "TRUE"}  # as huggingface_hub reads its switches
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_WEB = {"http", "https"}


def endpoint_from_environment() -> str:
    """The hub to ask: ``HF_ENDPOINT``, or Hugging Face."""
    return (os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT).strip().rstrip("/")


def check_endpoint(endpoint: str) -> None:
    """See that the hub's address is one of the web.

    Raises:
        WrongAddressError: It is not.
    """
    if not is_web(endpoint):
        raise WrongAddressError(
            tr(
                "HF_ENDPOINT names “{address}” as the hub, and that is no web address.",
                address=_short(endpoint),
            ),
            action=tr("Unset it, or write it like {address}.", address=DEFAULT_ENDPOINT),
        )


def check_hub_allowed() -> None:
    """Pass, or refuse where the environment forbids the hub.

    Raises:
        OfflineError: ``HF_HUB_OFFLINE`` is set, or its older name.
    """
    for name in _OFFLINE:
        if os.environ.get(name, "").strip().upper() in _YES:
            raise OfflineError(
                tr("{name} is set in the environment, so Phial did not connect.", name=name),
                action=tr("Unset {name} if you want to connect.", name=name),
            )


def proxy_for(url: str) -> str | None:
    """The proxy through which ``url`` is asked: of the environment or of the system; or None.

    Raises:
        WrongAddressError: It is of a kind that Phial cannot speak with. The connection is not made
            without it: it may be there for a reason.
    """
    split = urlsplit(url)
    host = f"{split.hostname}:{split.port}" if split.port else str(split.hostname)
    if urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(split.scheme) or proxies.get("all")
    if not found:
        return None
    proxy = found if "://" in found else f"http://{found}"
    if is_web(proxy):
        return proxy
    scheme = proxy.partition("://")[0].lower()
    address = _without_password(proxy)
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


def _without_password(address: str) -> str:
    before, at, host = address.rpartition("@")
    scheme = before.partition("://")[0]
    return _short(f"{scheme}://…@{host}" if at else address)


def _short(text: str) -> str:
    clean = "".join(char if char.isprintable() else "�" for char in text)
    return clean if len(clean) <= 80 else clean[:79] + "…"
