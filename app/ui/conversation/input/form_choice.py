"""The form that goes with the next message of each chat, and the chip that says it."""

from __future__ import annotations

from app.domain.grammar.form import Form, FormKind
from app.domain.parts import FormPart
from app.language import tr
from app.ui.conversation.input.chip_bar import Chip

_NAMES = {
    FormKind.LIST: tr("List"),
    FormKind.TABLE: tr("Table"),
    FormKind.FIELDS: tr("Fields"),
    FormKind.JSON: tr("JSON"),
    FormKind.ONE_OF: tr("One of several"),
}


def kind_name(kind: FormKind | None) -> str:
    """A kind of form in a word or two; None for any."""
    return _NAMES[kind] if kind is not None else tr("Free form")


class FormChoice:
    """Keeps a form for one message of each chat: what comes after it is free again.

    Args:
        chip: Says which form the next message of the shown chat asks for.
    """

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._chosen: dict[str, Form] = {}
        self._chat = ""
        self._last: Form | None = None
        self._show()

    @property
    def last(self) -> Form | None:
        """The form that was chosen last, in whichever chat."""
        return self._last

    def get(self, chat_id: str) -> Form | None:
        """The form of a chat's next message; None for any."""
        return self._chosen.get(chat_id)

    @property
    def empty(self) -> bool:
        """Whether the next message of the shown chat asks for no form."""
        return self._chat not in self._chosen

    def parts(self, chat_id: str) -> tuple[FormPart, ...]:
        """What goes with the next message of a chat."""
        form = self._chosen.get(chat_id)
        return (form.part(),) if form is not None else ()

    def choose(self, chat_id: str, form: Form | None) -> None:
        """Ask for a form with the next message of a chat; None for any."""
        self._chosen.pop(chat_id, None)
        if form is not None:
            self._chosen[chat_id] = self._last = form
        self._show()

    def show_chat(self, chat_id: str) -> None:
        """Show that of another chat."""
        self._chat = chat_id
        self._show()

    def _show(self) -> None:
        form = self._chosen.get(self._chat)
        names = ", ".join(one.name for one in form.fields) if form is not None else ""
        about = names or (" | ".join(form.choices[:5]) if form is not None else "")
        kind = form.kind if form is not None else None
        self._chip.set_full_text(kind_name(kind), chosen=form is not None)
        self._chip.setToolTip(about or tr("The form in which the next answer is asked for"))
