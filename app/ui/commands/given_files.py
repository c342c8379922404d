"""What is done with files that are dropped, pasted, or given at the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import KnownError
from app.language import paragraph, tr, trn
from app.markup.transfer.suffixes import SUFFIXES, ZIP
from app.ui.commands.handlers import CommandHandlers
from app.ui.core.operations import Operation
from app.ui.shell.window_context import WindowContext

if TYPE_CHECKING:
    from app.services.transfer.import_preview import ImportPreview

_MODEL = ".gguf"
_DOCUMENTS = {".pdf", ".docx", ".odt", ".epub", ".pptx", ".xlsx", ".ods"}  # no person reads as text
_CHATS = {*SUFFIXES, ZIP}
_NEVER_TEXT = {ZIP, ".chat", ".phial"}


class GivenFiles:
    """A model is used, chats are imported, documents go with the message, texts are added to it."""

    def __init__(self, shell: WindowContext, commands: CommandHandlers) -> None:
        self._shell, self._commands = shell, commands

    def take(self, names: Sequence[str]) -> None:
        """Look at the files and do what they are for."""
        paths = [Path(name) for name in names]
        models = [path for path in paths if path.suffix.lower() == _MODEL]
        paths = [path for path in paths if path not in models]
        if models:
            self._commands.models.use_file(models[0])
        if len(models) > 1:
            self._shell.pane.snackbar.show_notice(
                tr("One model at a time: only {name} is looked at.", name=models[0].name)
            )
        chats = [path for path in paths if path.suffix.lower() in _CHATS or path.is_dir()]
        texts = [path for path in paths if path not in chats]
        if any(not _may_be_asked(path) for path in chats):
            self._commands.transfer.import_files(chats)
            self._add(texts)
        elif chats:
            self._look(chats, texts)
        else:
            self._add(texts)

    def _look(self, chats: list[Path], texts: list[Path]) -> None:
        """Notes and data have the endings of exported chats: what is inside decides."""
        transfer = self._shell.services.transfer

        def look(task: Operation) -> ImportPreview:
            return transfer.preview_import(chats, cancel=task.cancel)

        def show(found: ImportPreview) -> None:
            if found.items:
                self._commands.transfer.import_files(chats)
                self._add(texts)
            else:
                self._add([*chats, *texts])

        def refused(error: KnownError) -> None:
            folders = [path for path in chats if path.is_dir()]
            self._add([*folders, *texts])  # there are no chats in them; there may be documents
            if not folders:
                self._tell("", [error])

        self._shell.operations.run(self._shell.window, look, show, refused)

    def _add(self, paths: list[Path]) -> None:
        documents = [path for path in paths if _is_document(path)]
        paths = [path for path in paths if path not in documents]
        if documents:
            self._commands.documents.attach(documents)
        if paths:
            self._shell.operations.run(self._shell.window, partial(_read, paths), self._show)

    def _show(self, read: ReadFiles) -> None:
        added = self._put_in(read.texts) if read.texts else ""
        self._tell(added, read.refused)

    def _put_in(self, texts: Sequence[tuple[str, str]]) -> str:
        """Add texts to the message; a sentence that says so, empty where they do not fit."""
        self._shell.controller.current()  # none is shown at the first start
        composer = self._shell.pane.composer
        added = "\n\n".join(f"{name}:\n\n{text.strip()}" for name, text in texts)
        fitted = composer.add_below(added)
        composer.setFocus()
        return _added_words([name for name, _ in texts]) if fitted else ""

    def _tell(self, done: str, refused: Sequence[KnownError]) -> None:
        why = (words for error in refused for words in (error.what, error.action))
        if told := paragraph(done, *why):
            self._shell.pane.snackbar.show_notice(told)


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """What came of files that were read as texts.

    Attributes:
        texts: Name and text of each that is one.
        refused: Why each other one is none.
    """

    texts: tuple[tuple[str, str], ...]
    refused: tuple[KnownError, ...]


def _read(paths: Sequence[Path], _task: Operation) -> ReadFiles:
    """Read each file; one that is no text takes no other with it."""
    from app.services.transfer.text_files import read_text

    texts: list[tuple[str, str]] = []
    refused: list[KnownError] = []
    for path in paths:
        try:
            texts.append((path.name, read_text(path)))
        except KnownError as error:
            refused.append(error)
    return ReadFiles(tuple(texts), tuple(refused))


def _added_words(names: Sequence[str]) -> str:
    if len(names) == 1:
        return tr("The text of {name} was added to your message.", name=names[0])
    return trn(
        "The text of {n} file was added to your message.",
        "The text of {n} files was added to your message.",
        len(names),
    )


def _is_document(path: Path) -> bool:
    """Whether a file is attached: its text is none for a person, or too long for a message."""
    from app.services.transfer.text_files import MOST_BYTES

    if path.suffix.lower() in _DOCUMENTS or path.is_dir():
        return True
    try:
        return path.is_file() and path.stat().st_size > MOST_BYTES
    except OSError:
        return False


def _may_be_asked(path: Path) -> bool:
    """Whether what may hold chats may also be a text or a folder of documents to ask about."""
    from app.services.transfer.text_files import MOST_BYTES

    if path.is_dir():
        return True
    if path.suffix.lower() in _NEVER_TEXT:
        return False
    try:
        return path.is_file() and path.stat().st_size <= MOST_BYTES
    except OSError:
        return False
