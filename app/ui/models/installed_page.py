"""The page of models on this computer: those in use, and those of other programs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from app.domain.model import ModelFile
from app.language import tr, trn
from app.services.core import formatting
from app.services.models.add_models import origin_of
from app.services.registry import Services
from app.ui.core.operations import Operation, Operations
from app.ui.models.cards.model_cards import Card
from app.ui.style.dialogs import confirm, push_button, text_label
from app.ui.style.scrolling_page import CardPage, after_frame
from app.ui.style.widgets import StyledLabel

if TYPE_CHECKING:  # imported when folders are looked through
    from app.hub.local.scan import FoundModel


class InstalledPage(CardPage):
    """The installed models, and files of other programs that can be added.

    Args:
        services: What everything is done with.
        operations: For looking through folders.
        choose: Uses a model from the next answer on.
        choose_file: Asks for a file and adds it.
    """

    def __init__(
        self,
        services: Services,
        operations: Operations,
        *,
        choose: Callable[[ModelFile], object],
        choose_file: Callable[[], object],
    ) -> None:
        super().__init__()
        self._services, self._operations = services, operations
        self._choose, self._choose_file = choose, choose_file
        self._found: tuple[FoundModel, ...] | None = None
        self._advice_lines: dict[Path, StyledLabel] = {}
        self._heading: QWidget | None = None
        self.refresh()

    def refresh(self) -> None:
        """Show anew what is here."""
        self.clear()
        self._advice_lines = {}
        current = self._services.models.state.model
        models = self._services.models.installed()
        ends = formatting.disambiguate(models)
        for model in models:
            used = current is not None and current.source == model.source
            name = formatting.join(formatting.model_name(model), ends.get(model.path, ""))
            self.add(self._model_card(model, name, used=used))
        self._ask_advice([model for model in models if model.path in self._advice_lines])
        add = push_button(tr("Use a file I already have…"))
        add.clicked.connect(lambda _checked: self._choose_file())
        look = push_button(tr("Look for models of other programs"))
        look.clicked.connect(lambda _checked: self.search_other_folders())
        for button in (add, look):
            button.setAutoDefault(False)
            self.column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        if self._found is not None:
            self._add_found(self._found)
        self.add(text_label(tr("A .gguf file can be dropped here as well."), "small"))
        self.end()

    def _model_card(self, model: ModelFile, name: str, *, used: bool) -> Card:
        card = Card(name)
        models = self._services.models
        speed = models.speeds.speed_of(models.facts.reference(model).sha256)
        measured = (
            tr("{speed} measured here", speed=formatting.rate(speed))
            if speed
            else tr("not measured here yet")
        )
        card.add_line(formatting.join(formatting.size(model.size), measured))
        if model.demo:
            card.add_line(tr("A guide to Phial, not Phi-4. Comes with the program."), "small")
        else:
            if model.problem:
                card.add_line(model.problem, "error")
            elif not used:
                self._advice_lines[model.path] = card.add_line("", "")
            path = str(model.path)
            whose = (
                tr("Phial's copy: {path}", path=path)
                if model.owned
                else tr("Your file; Phial never deletes it: {path}", path=path)
            )
            card.add_line(whose, "small")
        if used:
            card.add_line(tr("In use."), "")
        elif not model.problem:
            card.add_button(tr("Use"), partial(self._use, model))
        if not model.demo:
            card.add_button(tr("Remove…"), partial(self._remove, model))
        return card

    def _ask_advice(self, models: list[ModelFile]) -> None:
        """Judge the files away from this thread: a header holds a hundred thousand tokens."""
        advice, lines = self._services.advice, self._advice_lines

        def judge(_task: Operation) -> dict[Path, str]:
            found = {model.path: advice.advise_installed(model) for model in models}
            return {path: one.sentence for path, one in found.items() if one is not None}

        def ask() -> None:
            show = partial(self._show_advice, lines)
            self._operations.run(self, judge, show, self._show_notice)

        if models:
            after_frame(self, ask)

    def _show_advice(self, lines: dict[Path, StyledLabel], sentences: dict[Path, str]) -> None:
        if lines is not self._advice_lines:
            return  # the page was filled anew meanwhile
        for path, sentence in sentences.items():
            lines[path].setText(sentence)
            lines[path].show()

    def _use(self, model: ModelFile) -> None:
        self._choose(model)
        self.refresh()

    def _remove(self, model: ModelFile) -> None:
        freed = self._services.add_models.bytes_freed(model)
        rest = (
            tr(
                "This deletes the file and frees {size}. Chats stay as they are.",
                size=formatting.size(freed),
            )
            if freed
            else tr("Phial did not put this file there, so it stays on the disk. Chats stay too.")
        )
        name = formatting.model_name(model)
        if confirm(
            self,
            tr("Remove model?"),
            tr("Remove {name} from Phial?", name=name),
            rest,
            tr("Remove"),
        ):
            models = self._services.models  # one in use is unloaded first, after what is running
            self._operations.run(
                self, lambda _task: models.remove(model), self._removed, self._show_notice
            )

    def _removed(self, freed: int) -> None:
        self.refresh()
        if freed:
            self.add(text_label(tr("{size} were freed.", size=formatting.size(freed)), "muted"))

    # --- of other programs --------------------------------------------------------------------

    def search_other_folders(self) -> None:
        """Look through the folders of other programs, away from this thread."""
        adding = self._services.add_models
        self.add(text_label(tr("Looking…"), "muted"))
        self._operations.run(
            self, lambda _task: adding.find_elsewhere(), self._show_found, self._show_notice
        )

    def _show_found(self, found: tuple[FoundModel, ...]) -> None:
        self._found = found
        self.refresh()
        heading = self._heading
        if heading is not None:  # once the cards have their places
            QTimer.singleShot(0, heading, lambda: self._reveal(heading))

    def _reveal(self, heading: QWidget) -> None:
        inside = self.widget()
        if inside is not None:
            inside.resize(inside.width(), inside.sizeHint().height())
            self.verticalScrollBar().setValue(heading.y())

    def _show_notice(self, error: object) -> None:
        self.add(text_label(str(error), "error"))

    def _add_found(self, found: tuple[FoundModel, ...]) -> None:
        self._heading = text_label(tr("Models of other programs"), "subheading")
        self.add(self._heading)
        if not found:
            nothing = tr(
                "No other model was found (the Hugging Face cache, LM Studio, Jan, GPT4All and "
                "Ollama)."
            )
            self.add(text_label(nothing, "muted"))
        for model in found:
            self.add(self._found_card(model))

    def _found_card(self, found: FoundModel) -> Card:
        title = found.name
        if found.quantization and found.quantization.lower() not in title.lower():
            title = f"{title} {found.quantization}"
        card = Card(title)
        count = len(found.paths)
        parts = trn("{n} file", "{n} files", count) if count > 1 else ""
        size = formatting.size(found.size) if found.size else ""
        card.add_line(formatting.join(found.kind.label, found.repository, size, parts))
        card.add_line(str(found.paths[0]), "small")
        if found.problem:
            card.add_line(found.problem, "error")
        else:
            card.add_button(tr("Use…"), partial(self._take_over, found))
        return card

    def _take_over(self, found: FoundModel) -> None:
        from app.ui.models.add_dialog import AddModelDialog

        dialog = AddModelDialog(
            self.window(), self._services.add_models, self._operations, found.paths[0]
        )
        dialog.added.connect(self._added)
        dialog.inspect(origin_of(found))
        dialog.open()

    def _added(self, model: ModelFile) -> None:
        if self._found is not None:
            self._found = tuple(one for one in self._found if one.paths[0] != model.path)
        self._choose(model)
        self.refresh()
