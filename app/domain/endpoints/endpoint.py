"""Endpoints: servers that answer ``/v1/chat/completions``, and what can go wrong with one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from app.domain.errors import EngineDiedError, EngineError, InvalidValueError, KnownError
from app.domain.network.hosts import is_this_computer
from app.domain.network.secrets import without_password
from app.language import tr

_VERSION = re.compile(r"/v\d+[a-z0-9]*$")
_CALLS = re.compile(r"/(chat/completions|completions|models)$")
_SCHEMES = ("http://", "https://")
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9._-]+")


class ServerKind(StrEnum):
    """Which program answers: what it tells beyond the protocol depends on it."""

    LLAMA_SERVER = "llama-server"  # tells its context, counts tokens, goes on with a text
    VLLM = "vllm"  # tells its context, counts tokens, goes on with a text
    OLLAMA = "ollama"  # tells its context, goes on with a text
    OTHER = "other"  # tells nothing that could be relied on


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server the user added.

    Attributes:
        id: Its name in files and commands; no slash in it.
        name: For people.
        address: Where its protocol begins, such as ``https://host:8000/v1``.
        key_variable: The environment variable that holds its key, where one was named; else the
            key is asked of the keyring. The key itself is never part of this.
        models: The names of its models, as it listed them last.
    """

    id: str
    name: str
    address: str
    key_variable: str = ""
    models: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        """The server's address without the protocol's version, where other questions are asked."""
        return _VERSION.sub("", self.address)

    @property
    def host(self) -> str:
        """Whose computer it is: name or number, with a port that is not the usual one."""
        split = urlsplit(self.address)
        usual = {"http": 80, "https": 443}.get(split.scheme)
        name = split.hostname or ""
        return f"{name}:{split.port}" if split.port not in {None, usual} else name

    @property
    def on_this_computer(self) -> bool:
        """Whether words that go there stay here."""
        return is_this_computer(urlsplit(self.address).hostname or "")

    @property
    def unencrypted(self) -> bool:
        """Whether everybody on the way can read what is sent."""
        return urlsplit(self.address).scheme == "http" and not self.on_this_computer


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model that an endpoint lists.

    Attributes:
        id: Its name there.
        context_length: Tokens of its context window; 0 where the server does not say.
    """

    id: str
    context_length: int = 0


@dataclass(frozen=True, slots=True)
class TriedEndpoint:
    """What an endpoint told when it was tried.

    Attributes:
        kind: Which program answers.
        models: Those it lists, in its order.
    """

    kind: ServerKind
    models: tuple[OfferedModel, ...]


def endpoint_address(text: str) -> str:
    """An address as it is kept, of what a person typed or copied.

    Scheme and ``/v1`` may be left out, and the path of a call may stand behind it.

    Raises:
        InvalidValueError: It is no address of the web, or holds a key.
    """
    text = text.strip()
    if "://" not in text:
        here = is_this_computer(_host_and_port(f"http://{text}")[0])
        text = f"{'http' if here else 'https'}://{text}"
    host, port = _host_and_port(text)
    clean = text.isprintable() and not any(char.isspace() for char in text)
    if not clean or not host or port == 0 or not text.lower().startswith(_SCHEMES):
        raise InvalidValueError(
            tr("“{address}” is no address of a server.", address=without_password(text)),
            action=tr("Write it like {address}.", address="http://localhost:8080"),  # not shown
        )
    split = urlsplit(text)
    if split.username is not None or split.query or split.fragment:
        raise InvalidValueError(
            tr("An address with a name, a password or a question in it is not taken."),
            action=tr("Give the address alone, and the key in its own field."),
        )
    path = _CALLS.sub("", split.path.rstrip("/"))
    path = path if _VERSION.search(path) else f"{path}/v1"
    return urlunsplit((split.scheme, split.netloc, path, "", ""))


def _host_and_port(address: str) -> tuple[str, int | None]:
    """Of an address with its scheme; an empty host where it is none."""
    try:
        split = urlsplit(address)
        port = split.port
    except ValueError:
        return "", None
    return split.hostname or "", port


def endpoint_id(name: str, taken: Collection[str] = ()) -> str:
    """A new id made of a name, in small letters, that is none of those that are taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = _NOT_IN_AN_ID.sub("-", plain).strip("-.") or "endpoint"
    found, number = base, 1
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found


# --- errors ---------------------------------------------------------------------------------


class EndpointError(EngineError):
    """An endpoint could not do what was asked."""

    default_data: str = tr("Your message is kept.")


class EndpointUnreachableError(EndpointError):
    """Nobody answers at its address, or not in time, or cannot prove who it is."""

    default_action = tr("See that the server runs and its address is right, then try again.")


class EndpointKeyError(EndpointError):
    """The server does not accept the key, or wants one."""

    default_action = tr("Give the endpoint another key, then try again.")


class EndpointModelError(EndpointError):
    """The server has no such model."""

    default_action = tr("Choose a model that the endpoint lists.")


class EndpointBusyError(EndpointError):
    """The server cannot serve us now."""

    default_action = tr("Wait a while and ask again.")


class EndpointTooLongError(EndpointError):
    """The chat is longer than what the server's model reads."""

    default_action = tr("Start a new chat, or shorten the message.")


class EndpointMovedError(EndpointError):
    """The server sends us elsewhere. Nothing is sent there, the key least of all."""

    default_action = tr("If you trust that address, change the endpoint to it.")


class EndpointAnswerError(EndpointError):
    """What came is no answer of the protocol."""

    default_action = tr("See that the address is one of a server for /v1/chat/completions.")


class AnswerCutError(EngineDiedError):
    """The connection ended in the middle of an answer; what came of it is kept."""

    default_action = tr("Choose Continue to have the rest of it.")


class CutByOfflineError(AnswerCutError):
    """Offline was switched on in the middle of an answer."""

    default_action = tr("Turn off Offline in Settings, then choose Continue.")


class EndpointGoneError(EndpointError):
    """The endpoint a chat uses is not on the list any more. No other model answers in its place."""

    default_action = tr("Add it again, or choose another model for this chat.")


class PrivateChatError(KnownError):
    """A private chat was to be sent to another program."""

    default_data = tr("Nothing was sent; your message is kept.")
    default_action = tr("Choose a model on this computer for it.")
