"""What servers of every kind say in the same way: when to come back, and who they are."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.domain.download import InsecureConnectionError
from app.language import tr

MAX_RETRY_AFTER = 3600.0


def retry_after(value: str, now: Callable[[], float] = time.time) -> float | None:
    """Seconds to wait after a ``Retry-After`` header; None where it says nothing.

    At most :data:`MAX_RETRY_AFTER`: a server must not be able to hold a download for a year.
    """
    asked = asked_wait(value, now)
    return None if asked is None else min(asked, MAX_RETRY_AFTER)


def asked_wait(value: str, now: Callable[[], float] = time.time) -> float | None:
    """Seconds a ``Retry-After`` header asks for (a number or a date), be it years; else None."""
    value = value.strip()
    if value.isascii() and value.isdigit():  # a header may hold “²”
        return float(value)
    import email.utils  # not at the start

    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now())
    except (ValueError, OverflowError):
        return None


def certificate_error(error: BaseException, who: str) -> InsecureConnectionError | None:
    """The error for a refused certificate, wherever it lies among the causes; None without one."""
    import ssl

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return InsecureConnectionError(
                tr(
                    "The identity of {who} could not be proven: {reason}.",
                    who=who,
                    reason=cause.verify_message,
                ),
                detail=repr(cause),
            )
        cause = cause.__cause__ or cause.__context__
    return None
