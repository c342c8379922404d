"""The access token stays where it belongs."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidValueError
from app.hub.api.token import RedactingFilter, TokenKeptError, TokenStore, redact

TOKEN = "hf_abcdefghijklmnop"


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring for tests."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("none")


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before, ring = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


def test_a_token_outlives_the_run_where_there_is_a_keyring(ring: MemoryKeyring) -> None:
    store = TokenStore()
    assert store.get() is None
    assert "keyring" in store.set(f" {TOKEN}\n")
    assert TokenStore().get() == TOKEN
    store.forget()
    assert TokenStore().get() is None
    store.forget()


def test_without_a_keyring_it_lasts_for_this_run_and_says_so(no_ring: None) -> None:
    store = TokenStore()
    assert store.get() is None
    assert "gone when Phial ends" in store.set(TOKEN)
    assert store.get() == TOKEN
    assert TokenStore().get() is None


def test_a_locked_keyring_is_not_called_forgetful(
    ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = TokenStore()
    store.set(TOKEN)

    def locked(_service: str, _username: str) -> None:
        raise keyring.errors.KeyringLocked("locked")

    monkeypatch.setattr(ring, "delete_password", locked)
    with pytest.raises(TokenKeptError, match="did not let"):
        store.forget()
    assert store.get() is None  # this run uses it no more


@pytest.mark.parametrize("bad", ["", "  ", "two words", "line\nbreak", "nul\0"])
def test_what_is_no_token_is_refused_without_being_repeated(ring: MemoryKeyring, bad: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        TokenStore().set(bad)
    if bad.strip():
        assert bad not in str(caught.value)
    assert not ring.held


@given(st.text(max_size=30), st.text(max_size=30))
@settings(deadline=None, max_examples=60)
def test_no_text_around_a_token_keeps_it_in_a_line(before: str, after: str) -> None:
    assert TOKEN not in redact(f"{before}{TOKEN} {after}")
    assert "secret-token" not in redact(f"{before}secret-token{after}", "secret-token")


def test_a_log_holds_neither_token_nor_signature(ring: MemoryKeyring) -> None:
    store = TokenStore()
    store.set("plain-token-without-prefix")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter(store))
    log = logging.getLogger("test.redaction")
    log.addHandler(handler)
    try:
        log.error("headers %s", {"authorization": f"Bearer {TOKEN}"})
        log.error("token plain-token-without-prefix; %d%% done", 5)
        log.error("https://store/x?X-Amz-Signature=abc123&Signature=def456&Policy=ghi789")
        try:
            raise ValueError(f"went wrong with {TOKEN}")
        except ValueError:
            log.exception("caught")
    finally:
        log.removeHandler(handler)
    text = stream.getvalue()
    for secret in (TOKEN, "plain-token", "abc123", "def456", "ghi789"):
        assert secret not in text
    assert "5% done" in text
    assert "Traceback" in text
