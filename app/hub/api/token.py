"""The access token: kept by the system's keyring, shown nowhere."""

from __future__ import annotations

import logging
import re
import threading
from typing import Protocol

from app.domain.errors import HubError, InvalidValueError
from app.domain.network.secrets import HIDDEN, hidden
from app.language import tr

SERVICE = "phial"
USER = "hub-access-token"
_TOKEN = re.compile(r"hf_[A-Za-z0-9]{8,}")
_BEARER = re.compile(r"(?i)(bearer\s+)\S+")
_QUERY = re.compile(
    r"(?i)([?&](?:signature|x-amz-[a-z-]+|policy|key-pair-id|token|sig)=)[^&\s'\"]+"
)


def redact(text: str, *tokens: str) -> str:
    """``text`` without tokens, passwords in addresses, and the signatures of signed addresses."""
    text = hidden(text, *tokens)
    text = _BEARER.sub(rf"\1{HIDDEN}", text)
    return _QUERY.sub(rf"\1{HIDDEN}", _TOKEN.sub(HIDDEN, text))


class TokenKeptError(HubError):
    """The keyring keeps a token that was to be deleted."""


class TokenStore:
    """Keeps one token, or the key of an endpoint. Thread-safe.

    The keyring is asked, and its package imported, on first use only, not at start: on some
    desktops that opens a dialog.

    Args:
        user: Its name in the keyring.
    """

    def __init__(self, user: str = USER) -> None:
        self._user = user
        self._lock = threading.Lock()
        self._token: str | None = None
        self._asked = False

    @property
    def cached(self) -> str | None:
        """The token, if it was asked for already; never opens the keyring."""
        return self._token

    def secrets(self) -> tuple[str, ...]:
        """What must be in no log, as far as it is known; never opens the keyring."""
        return (self._token,) if self._token else ()

    def get(self) -> str | None:
        """The token, or None."""
        with self._lock:
            if not self._asked:
                import keyring

                self._asked = True
                try:
                    self._token = keyring.get_password(SERVICE, self._user)
                except keyring.errors.KeyringError:
                    self._token = None  # no keyring, or the user kept it locked: no token
            return self._token

    def lend(self, token: str) -> None:
        """Hold ``token`` in memory only, in the place of the kept one.

        Raises:
            InvalidValueError: It is no token; nothing of it is in the message.
        """
        with self._lock:
            self._token, self._asked = _checked(token), True

    def set(self, token: str) -> str:
        """Keep ``token``.

        Returns:
            One sentence that says where it is kept now.

        Raises:
            InvalidValueError: It is no token; nothing of it is in the message.
        """
        import keyring

        token = _checked(token)
        with self._lock:
            self._token, self._asked = token, True
            try:
                keyring.set_password(SERVICE, self._user, token)
            except keyring.errors.KeyringError:
                return tr(
                    "This system has no keyring that Phial can use, so the token is kept in "
                    "memory only and will be gone when Phial ends."
                )
            return tr("The token is kept by the system's keyring.")

    def forget(self) -> None:
        """Delete the token from memory and from the keyring.

        Raises:
            TokenKeptError: The keyring would not delete it: locked, or it does not answer.
        """
        import keyring

        with self._lock:
            self._token, self._asked = None, True
            try:
                keyring.delete_password(SERVICE, self._user)
            except (keyring.errors.PasswordDeleteError, keyring.errors.NoKeyringError):
                return  # it was never there
            except keyring.errors.KeyringError as error:
                raise TokenKeptError(
                    tr("The system's keyring did not let Phial delete the access token."),
                    data=tr("Phial forgot it for this run; it is still in the keyring."),
                    action=tr("Unlock the keyring and choose Forget again."),
                    detail=repr(error),
                ) from error


def _checked(token: str) -> str:
    token = token.strip()
    if not token or any(char.isspace() or not "!" <= char <= "~" for char in token):
        raise InvalidValueError(
            tr("That is not an access token: it is empty, or holds spaces or letters no token has.")
        )
    return token


class KeepsSecrets(Protocol):
    """Knows what must be in no log; :class:`TokenStore` is one."""

    def secrets(self) -> tuple[str, ...]:
        """All of it, without opening a keyring."""


class RedactingFilter(logging.Filter):
    """Takes tokens and signatures out of every log record; put it on each handler."""

    def __init__(self, *kept: KeepsSecrets) -> None:
        super().__init__()
        self._kept = kept

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; always True."""
        tokens = [token for one in self._kept for token in one.secrets()]
        message = record.getMessage()
        clean = redact(message, *tokens)
        if clean != message:
            record.msg, record.args = clean, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text, *tokens)
        return True
