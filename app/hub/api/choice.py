"""Which model of a repository is meant: by the name that is shown, a path, or a quantization.

A split file is one model: whichever part is named, all of them are meant.
"""

from __future__ import annotations

from app.domain.download import MissingRemoteError, RemoteModel, Repository
from app.hub.api.file_names import shown

_MOST_NAMED = 12  # names in one sentence


def by_file(repository: Repository, wanted: str) -> RemoteModel:
    """The model that a name or a path means.

    Args:
        repository: As the hub lists it.
        wanted: A model's path or file name, or those of any of its parts; letters of either case
            where that is clear.

    Raises:
        MissingRemoteError: It has none of that name, several, or not all parts of it.
    """
    for same in (str, str.casefold):
        found = [one for one in repository.models if same(wanted) in map(same, _names(one))]
        paths = [one for one in found if same(one.path) == same(wanted)]
        if len(paths or found) == 1:
            return _usable((paths or found)[0])
        if found:
            raise _several(repository, f"files called “{shown(wanted)}”", found)
    if shown(wanted) in repository.refused:
        raise MissingRemoteError(
            f"“{shown(wanted)}” is no name that may reach a disk, so it is not fetched.",
            action="Choose another file.",
        )
    raise MissingRemoteError(
        f"{repository.name} has no file “{shown(wanted)}”.", action=_has(repository)
    )


def by_quantization(repository: Repository, wanted: str) -> RemoteModel:
    """The one model of a quantization such as ``Q4_K_M``; letters of either case.

    Raises:
        MissingRemoteError: It has none of it, several, or not all parts of it.
    """
    found = [
        one
        for one in repository.models
        if one.quantization.casefold() == wanted.casefold() and one.text
    ]
    if len(found) == 1:
        return _whole(found[0])
    if found:
        raise _several(repository, f"models at {shown(wanted)}", found)
    raise MissingRemoteError(
        f"{repository.name} has no model at {shown(wanted)}.", action=_has(repository)
    )


def only_one(repository: Repository) -> RemoteModel:
    """The model of a repository that has one.

    Raises:
        MissingRemoteError: It has none, or several.
    """
    found = [one for one in repository.models if one.text]
    if len(found) == 1:
        return _whole(found[0])
    if found:
        raise _several(repository, "models", found)
    raise MissingRemoteError(f"{repository.name} has no GGUF model.", action="Choose another one.")


def _names(model: RemoteModel) -> set[str]:
    parts = {part.path for part in model.parts} | {part.name for part in model.parts}
    return {model.path, model.name, *parts}


def _usable(model: RemoteModel) -> RemoteModel:
    if not model.text:
        raise MissingRemoteError(
            f"{model.path} goes with a model, and is none: Phial has no use for it.",
            data="Nothing was fetched.",
            action="Choose another file.",
        )
    return _whole(model)


def _whole(model: RemoteModel) -> RemoteModel:
    if not model.complete:
        raise MissingRemoteError(
            f"{model.path} is split, and parts of it are missing on the hub.",
            data="Nothing was fetched.",
            action="Choose another file.",
        )
    return model


def _several(repository: Repository, what: str, found: list[RemoteModel]) -> MissingRemoteError:
    return MissingRemoteError(
        f"{repository.name} has several {what}.",
        action=f"Name one of: {_list(found)}.",
    )


def _has(repository: Repository) -> str:
    return f"It has: {_list(list(repository.models))}." if repository.models else "It has none."


def _list(models: list[RemoteModel]) -> str:
    named = [model.path for model in models[:_MOST_NAMED]]
    more = len(models) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
