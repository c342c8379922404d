"""What was used last, offered in an empty chat: documents to ask about, presets to answer by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.domain.documents import StoredDocument
from app.domain.errors import KnownError
from app.domain.presets.preset import Preset
from app.ui.core.operations import Operation
from app.ui.shell.window_context import WindowContext

_MOST = 3  # of each kind that are offered
_LOOKED_AT = 20  # attachments and presets, of which some may be gone


class UsedLastCommands:
    """Looks what was used last while an empty chat is shown, and uses it in that chat.

    Args:
        shell: The window's parts.
        use_documents: Has documents go with the next message of the shown chat.
        use_preset: Has the shown chat answered in the way of a preset.
    """

    def __init__(
        self,
        shell: WindowContext,
        use_documents: Callable[[Sequence[StoredDocument]], object],
        use_preset: Callable[[Preset], object],
    ) -> None:
        self._shell = shell
        self._use_documents, self._use_preset = use_documents, use_preset
        self._documents: dict[str, StoredDocument] = {}
        empty = shell.pane.empty
        empty.document_chosen.connect(self._ask_about)
        empty.preset_chosen.connect(self._answer_as)

    def look(self) -> None:
        """Read it, away from this thread, and show it."""
        self._shell.operations.run(
            self._shell.pane.empty, self._read, self._show, self._show_nothing
        )

    def _read(self, _task: Operation) -> tuple[list[StoredDocument], list[Preset]]:
        services = self._shell.services
        chats = services.library.chats
        attached = chats.attached_last(_LOOKED_AT)
        documents = services.documents.used_last(attached, _MOST) if attached else []
        known = (services.presets.get(one) for one in chats.presets_last(_LOOKED_AT))
        return documents, [one for one in known if one is not None][:_MOST]

    def _show(self, found: tuple[list[StoredDocument], list[Preset]]) -> None:
        documents, presets = found
        self._documents = {one.id: one for one in documents}
        self._shell.pane.empty.show_used(
            tuple((one.id, one.name) for one in documents),
            tuple((one.id, one.name) for one in presets),
        )

    def _show_nothing(self, _error: KnownError) -> None:
        """It cannot be read, which whoever asks for it is told."""
        self._show(([], []))

    def _ask_about(self, document_id: str) -> None:
        self._use_documents([self._documents[document_id]])

    def _answer_as(self, preset_id: str) -> None:
        preset = self._shell.services.presets.get(preset_id)
        if preset is not None:
            self._use_preset(preset)
