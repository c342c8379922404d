"""What the environment says about the hub: which one, or none at all.

Each value is read when it is needed and judged in words, before anything is sent.
"""

from __future__ import annotations

import os

from app.domain.download import WrongAddressError
from app.domain.errors import OfflineError
from app.domain.network.secrets import without_password
from app.language import tr
from app.network.proxies import is_web

DEFAULT_ENDPOINT = "https://huggingface.co"
_YES = {"1", "ON", "YES", "TRUE"}  # as huggingface_hub reads its switches
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def endpoint_from_environment() -> str:
    """The hub to ask: ``HF_ENDPOINT``, or Hugging Face."""
    said = os.environ.get("HF_ENDPOINT", "").strip() or DEFAULT_ENDPOINT
    return said.rstrip("/") if is_web(said) else said


def check_endpoint(endpoint: str) -> None:
    """See that the hub's address is one of the web.

    Raises:
        WrongAddressError: It is not.
    """
    if not is_web(endpoint):
        raise WrongAddressError(
            tr(
                "HF_ENDPOINT names “{address}” as the hub, and that is no web address.",
                address=without_password(endpoint),
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
