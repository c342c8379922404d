"""Model files judged by their headers, split ones with all parts. Nothing is hashed."""

from __future__ import annotations

from pathlib import Path

from app.domain.errors import ModelFileError
from app.domain.gguf.header import GgufHeader, read_gguf_file
from app.domain.gguf.model_kind import check_text_model
from app.hub.api.file_names import SPLIT
from app.language import tr


def split_siblings(path: Path) -> tuple[Path, ...]:
    """All parts of a split file in order, given any of them; the file itself otherwise.

    Raises:
        ModelFileError: A part is missing; the sentence names it.
    """
    split = SPLIT.fullmatch(path.name)
    if not split:
        return (path,)
    count = int(split["count"])
    parts = tuple(
        path.with_name(f"{split['stem']}-{number:05}-of-{count:05}{split['ext']}")
        for number in range(1, count + 1)
    )
    for part in parts:
        if not part.is_file():
            raise ModelFileError(
                tr(
                    "{name} is one of {parts} parts, and {missing} is missing.",
                    name=path.name,
                    parts=count,
                    missing=part.name,
                ),
                data=tr("Nothing was changed."),
                action=tr("Put all parts into one folder and try again."),
            )
    return parts


def read_split_header(path: Path) -> tuple[tuple[Path, ...], GgufHeader]:
    """Read the header of a file and of its siblings without llama.cpp.

    Returns:
        The files in order, and the first one's header.

    Raises:
        ModelFileError: It is missing, no GGUF, damaged, shorter than its tensors, incomplete, or
            no model of text.
    """
    parts = split_siblings(path)
    headers = [read_gguf_file(part) for part in parts]
    check_text_model(headers[0], path.name)
    return parts, headers[0]
