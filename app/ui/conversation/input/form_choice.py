"""The form that goes with the next message of each chat, and the chip that says it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.grammar.form import FREE, Form
from app.domain.parts import FormPart
from app.language import paragraph, tr
from app.services.core.formatting import form_contents, form_name
from app.ui.conversation.input.chip_bar import Chip


@dataclass(frozen=True, slots=True)
class ChosenForm:
    """What was chosen for one message.

    Attributes:
        form: None where it is to be in none, though the chat's preset has one.
    """

    form: Form | None


class FormChoice:
    """Keeps a form for one message of each chat; what comes after it has that of the preset again.

    Args:
        chip: Says which form the next message of the shown chat asks for.
    """

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._chosen: dict[str, ChosenForm] = {}
        self._chat = ""
        self._last: Form | None = None
        self._usual: Form | None = None
        self._show()

    @property
    def last(self) -> Form | None:
        """The form that was chosen last, in whichever chat."""
        return self._last

    @property
    def shown(self) -> Form | None:
        """The form of the next message of the shown chat: chosen for it, or of the preset."""
        chosen = self._chosen.get(self._chat)
        return chosen.form if chosen is not None else self._usual

    @property
    def empty(self) -> bool:
        """Whether no form was chosen for the next message of the shown chat."""
        return self._chat not in self._chosen

    def set_usual(self, form: Form | None) -> None:
        """The preset of the shown chat has this form, or none."""
        if form != self._usual:
            self._usual = form
            self._show()

    def parts(self, chat_id: str) -> tuple[FormPart, ...]:
        """What goes with the next message of a chat; the form of a preset goes with it anyway."""
        chosen = self._chosen.get(chat_id)
        if chosen is None:
            return ()
        return (chosen.form.part() if chosen.form is not None else FREE,)

    def choose(self, chat_id: str, form: Form | None) -> None:
        """Ask for a form with the next message of a chat; None for any."""
        if form is not None:
            self._last = form
        usual = self._usual if chat_id == self._chat else None
        self.restore(chat_id, ChosenForm(form) if form != usual else None)

    def take(self, chat_id: str) -> ChosenForm | None:
        """The message of a chat was sent, and its form with it."""
        taken = self._chosen.pop(chat_id, None)
        self._show()
        return taken

    def restore(self, chat_id: str, chosen: ChosenForm | None) -> None:
        """This goes with the next message of a chat; None for what its preset has."""
        self._chosen.pop(chat_id, None)
        if chosen is not None:
            self._chosen[chat_id] = chosen
        self._show()

    def show_chat(self, chat_id: str) -> None:
        """Show that of another chat."""
        self._chat = chat_id
        self._show()

    def _show(self) -> None:
        form, chosen = self.shown, self._chat in self._chosen
        kind = form.kind if form is not None else None
        self._chip.set_full_text(form_name(kind), chosen=chosen or form is not None)
        usual = (
            tr("The preset of this chat asks for it.") if form is not None and not chosen else ""
        )
        about = form_contents(form)[:200] if form is not None else ""
        said = paragraph(usual, about)
        self._chip.setToolTip(said or tr("The form in which the next answer is asked for"))
