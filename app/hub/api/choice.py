"""Which model of a repository is meant: by the name that is shown, a path, or a quantization.

A split file is one model: whichever part is named, all of them are meant.
"""

from __future__ import annotations

from app.domain.download import MissingRemoteError, RemoteModel, Repository
from app.hub.api.file_names import shown
from app.language import tr, trc

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
            raise _several(
                tr(
                    "{repository} has several files called “{file}”.",
                    repository=repository.name,
                    file=shown(wanted),
                ),
                found,
            )
    if shown(wanted) in repository.refused:
        raise MissingRemoteError(
            tr(
                "“{file}” is no name that may reach a disk, so it is not fetched.",
                file=shown(wanted),
            ),
            action=tr("Choose another file."),
        )
    raise MissingRemoteError(
        tr("{repository} has no file “{file}”.", repository=repository.name, file=shown(wanted)),
        action=_has(repository),
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
        raise _several(
            tr(
                "{repository} has several models at {quantization}.",
                repository=repository.name,
                quantization=shown(wanted),
            ),
            found,
        )
    raise MissingRemoteError(
        tr(
            "{repository} has no model at {quantization}.",
            repository=repository.name,
            quantization=shown(wanted),
        ),
        action=_has(repository),
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
        raise _several(tr("{repository} has several models.", repository=repository.name), found)
    raise MissingRemoteError(
        tr("{repository} has no GGUF model.", repository=repository.name),
        action=trc("a repository", "Choose another one."),
    )


def _names(model: RemoteModel) -> set[str]:
    parts = {part.path for part in model.parts} | {part.name for part in model.parts}
    return {model.path, model.name, *parts}


def _usable(model: RemoteModel) -> RemoteModel:
    if not model.text:
        raise MissingRemoteError(
            tr("{path} goes with a model, and is none: Phial has no use for it.", path=model.path),
            data=tr("Nothing was fetched."),
            action=tr("Choose another file."),
        )
    return _whole(model)


def _whole(model: RemoteModel) -> RemoteModel:
    if not model.complete:
        raise MissingRemoteError(
            tr("{path} is split, and parts of it are missing on the hub.", path=model.path),
            data=tr("Nothing was fetched."),
            action=tr("Choose another file."),
        )
    return model


def _several(what: str, found: list[RemoteModel]) -> MissingRemoteError:
    return MissingRemoteError(what, action=tr("Name one of: {models}.", models=_list(found)))


def _has(repository: Repository) -> str:
    return (
        tr("It has: {models}.", models=_list(list(repository.models)))
        if repository.models
        else tr("It has none.")
    )


def _list(models: list[RemoteModel]) -> str:
    named = [model.path for model in models[:_MOST_NAMED]]
    more = len(models) - len(named)
    names = ", ".join(named)
    return tr("{names} and {more} more", names=names, more=more) if more else names
