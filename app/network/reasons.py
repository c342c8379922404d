"""What a hub is asked for, in the list of connections; what was searched for is not in it."""

from __future__ import annotations

from app.language import tr

SEARCHING = tr("search for models")
UPDATES = tr("check for a newer Phial")


def listing(repository: str) -> str:
    """The files of a repository."""
    return tr("list of the files of {name}", name=repository)


def describing(repository: str) -> str:
    """What its owner says of it."""
    return tr("description of {name}", name=repository)


def trying(name: str) -> str:
    """Which models an endpoint has, and how much they read."""
    return tr("question to {name}", name=name)


def answering(name: str) -> str:
    """An answer by a model at an endpoint."""
    return tr("answer from {name}", name=name)


def fetching(name: str) -> str:
    """The bytes of a model file."""
    return tr("download of {name}", name=name)
