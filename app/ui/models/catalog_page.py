"""The page of models to be had: a card for each of the catalogue, and any repository by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.download import AccessError, RemoteModel, Repository, RepositoryHit
from app.domain.errors import KnownError
from app.language import paragraph, tr, trn
from app.services.core import formatting
from app.services.core.hub_questions import GiveUp
from app.services.models.quantizations import ModelChoice
from app.services.registry import Services
from app.ui.core.operations import Operation, Operations
from app.ui.models.cards.card_actions import card_actions
from app.ui.models.cards.family_card import FamilyCard, other_models
from app.ui.models.cards.model_cards import Card, RemoteCard
from app.ui.models.model_card_dialog import ModelCardDialog
from app.ui.settings.panels.token_panel import TokenPanel
from app.ui.style.dialogs import push_button, text_label
from app.ui.style.scrolling_page import CardPage, clear_layout
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import StyledLabel

_MOST_REFUSED = 5  # names of files that are not offered
_PATIENCE = 3  # seconds of silence that nobody needs to be told of
_SLICE = 2  # cards made between two looks at what the user does


class CatalogPage(CardPage):
    """The catalogue's models with advice, and a field for a repository.

    Args:
        services: What everything is done with.
        operations: Judges the catalogue away from this thread.
        theme: For model cards.
        attempt: Does what was asked for, or shows why not.
        started: Called when a file of a repository is being fetched.
        use: Uses the model in a file from the next answer on.
    """

    def __init__(
        self,
        services: Services,
        operations: Operations,
        theme: Theme,
        *,
        attempt: Callable[[Callable[[], object]], bool],
        started: Callable[[], object],
        use: Callable[[Path], object],
    ) -> None:
        super().__init__()
        self._services, self._operations = services, operations
        self._theme = theme
        self._waiting: list[ModelChoice] = []
        self._others: list[str] = []
        self._families: list[FamilyCard] = []
        self._looked_at: dict[str, str] = {}  # by model, the quantization that was looked at
        self._silence = QTimer(self, interval=1000)
        self._silence.timeout.connect(self._show_silence)
        self._waits: tuple[StyledLabel, str] | None = None
        self._silent = 0
        self._slice = QTimer(self, interval=0)
        self._slice.timeout.connect(self._show_some)
        self._attempt, self._started, self._use = attempt, started, use
        self._listed: Repository | None = None
        self._cards: dict[str, RemoteCard] = {}
        self._actions = card_actions(services, attempt, lambda file: use(file.path))
        self._best, self._offers = QVBoxLayout(), QVBoxLayout()
        self._listing = QVBoxLayout()
        self._asked = 0
        self._give_up: GiveUp = _nothing  # the question before, which may hang
        self._name = QLineEdit(placeholderText=tr("owner/name, or words to search for"))
        self._name.setAccessibleName(tr("Repository"))
        self._name.returnPressed.connect(self.ask)
        look = push_button(tr("List or search"))
        look.setAutoDefault(False)
        look.clicked.connect(lambda _checked: self.ask())
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._name, 1)
        line.addWidget(look)
        self.add(text_label(_connects_to(services.downloads.host), "muted"))
        self.column.addSpacing(SPACE)
        self.column.addLayout(self._best)
        self.column.addSpacing(SPACE)
        self.add(text_label(tr("Phi-4 and its family, what fits best first"), "subheading"))
        self.column.addLayout(self._offers)
        self.column.addSpacing(SPACE)
        self.add(text_label(tr("Any repository of GGUF files"), "subheading"))
        self.add(row)
        self.column.addLayout(self._listing)
        self.end()
        self.refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours, for model cards."""
        self._theme = theme

    def refresh(self) -> None:
        """Judge the catalogue anew; what was listed of a repository stays."""
        service = self._services.quantizations
        self._operations.run(
            self, lambda _task: service.models(), self._show_models, self._show_no_advice
        )
        self._judge_listed()

    def on_download(self) -> None:
        """A download moved on."""
        for card in self._families:
            card.show_download()

    def _show_no_advice(self, error: KnownError) -> None:
        clear_layout(self._best)
        self._best.addWidget(text_label(str(error), "error"))

    def _show_models(self, models: list[ModelChoice]) -> None:
        others = other_models(models)
        shown = [(one.choice.family, bool(one.choice.reason)) for one in self._families]
        if shown == [(one.family, bool(one.reason)) for one in models] and not self._waiting:
            for card, one in zip(self._families, models, strict=True):
                card.show_choice(one, others if one.reason else ())
            return
        self._looked_at |= {one.choice.family.id: one.looked_at for one in self._families}
        for column in (self._best, self._offers):
            clear_layout(column)
        self._families = []
        self._waiting, self._others = models, others
        if not any(one.reason for one in models):
            told = tr("No listed model fits the memory that is free now.")
            self._best.addWidget(text_label(told, "subheading"))
        self._slice.start()

    def _show_some(self) -> None:
        """A few cards at a time, so that the window never stands still."""
        some, self._waiting = self._waiting[:_SLICE], self._waiting[_SLICE:]
        if not self._waiting:
            self._slice.stop()
        for one in some:
            others = self._others if one.reason else ()
            looked_at = self._looked_at.get(one.family.id, "")
            card = FamilyCard(one, self._theme, self._actions, others, looked_at)
            self._families.append(card)
            if one.reason:
                self._best.addWidget(text_label(tr("For this computer"), "subheading"))
                self._best.addWidget(card)
            else:
                self._offers.addWidget(card)
        self.settle()

    # --- any repository -----------------------------------------------------------------------

    def ask(self) -> None:
        """List the repository that was named, or search for the words."""
        text = self._name.text().strip()
        if not text:
            return
        self._asked += 1
        self._give_up()
        number, downloads = self._asked, self._services.downloads
        failed = self._operations.back(self, partial(self._show_failure, number, text))
        if "/" in text:
            self._wait(tr("Asking the hub about {text}…", text=text))
            listed = self._operations.back(self, partial(self._show_repository, number))
            self._give_up = downloads.repository(text, listed, failed)
        else:
            self._wait(tr("Searching the hub for {text}…", text=text))
            hits = self._operations.back(self, partial(self._show_hits, number))
            self._give_up = downloads.search(text, hits, failed)

    def _wait(self, text: str) -> None:
        label = text_label(text, "muted")
        self._put([label])
        self._waits, self._silent = (label, text), 0
        self._silence.start()

    def _show_silence(self) -> None:
        """Say how long nothing has come, once that is worth a word."""
        self._silent += 1
        if self._waits is None:
            self._silence.stop()
        elif self._silent >= _PATIENCE:
            label, text = self._waits
            host = self._services.downloads.host
            label.setText(
                paragraph(
                    text,
                    tr(
                        "{host} has been silent for {duration}.",
                        host=host,
                        duration=formatting.duration(self._silent),
                    ),
                )
            )

    def _show_hits(self, number: int, hits: tuple[RepositoryHit, ...]) -> None:
        if number != self._asked:
            return  # something else was asked meanwhile
        rows: list[QWidget] = []
        for hit in hits:
            card = Card(hit.name)
            gated = tr("access must be asked for") if hit.gated else ""
            downloads = trn("{n} download", "{n} downloads", hit.downloads)
            card.add_line(formatting.join(downloads, gated))
            card.add_button(tr("Files"), partial(self._list, hit.name))
            rows.append(card)
        self._put(
            rows or [text_label(tr("The hub knows no such repository of GGUF files."), "muted")]
        )

    def _list(self, name: str) -> None:
        self._name.setText(name)
        self.ask()

    def _show_repository(self, number: int, repository: Repository) -> None:
        if number != self._asked:
            return
        head = Card(repository.name)
        licence = (
            tr("licence: {licence}", licence=repository.licence)
            if repository.licence
            else tr("no licence told")
        )
        downloads = trn("{n} download", "{n} downloads", repository.downloads)
        head.add_line(formatting.join(licence, downloads))
        head.add_button(tr("Model card…"), partial(self._ask_card, repository.name))
        rows: list[QWidget] = [head]
        if repository.gated:
            rows += self._gate(tr("Its owner decides who may download."))
        for model in repository.models:
            rows.append(self._remote_card(repository, model))
        if not repository.models:
            rows.append(text_label(tr("There is no GGUF file in it."), "muted"))
        if repository.refused:
            names = ", ".join(repository.refused[:_MOST_REFUSED])
            more = len(repository.refused) - _MOST_REFUSED
            if more > 0:
                names = tr("{names} and {more} more", names=names, more=more)
            text = tr(
                "Not offered, because their names are unfit for a disk: {names}.", names=names
            )
            rows.append(text_label(text, "small"))
        self._put(rows)
        self._listed = repository
        self._cards = {card.name.text(): card for card in rows if isinstance(card, RemoteCard)}
        self._judge_listed()

    def _remote_card(self, repository: Repository, model: RemoteModel) -> RemoteCard:
        card = RemoteCard(model.path)
        size = formatting.size(model.size) if model.size else tr("size not told")
        count = len(model.parts)
        parts = trn("{n} file as one", "{n} files as one", count) if count > 1 else ""
        whole = "" if model.complete else tr("parts are missing on the hub")
        card.add_line(formatting.join(size, model.quantization, parts, whole))
        if not model.text:
            card.add_line(tr("Goes with a model, and is none: Phial has no use for it."), "small")
            return card
        paths = tuple(part.path for part in model.parts)
        start = partial(self._start_listed, repository.name, paths, repository.commit)
        card.add_button(tr("Download"), start).setEnabled(model.complete)
        return card

    def _judge_listed(self) -> None:
        """Say of each file that is listed how it fits, and whether it is here already."""
        repository, advice = self._listed, self._services.advice
        if repository is None:
            return

        def judge(_task: Operation) -> tuple[dict[str, str], dict[str, Path]]:
            return advice.on_remote(repository), advice.here(repository)

        self._operations.run(
            self, judge, partial(self._show_fit, self._cards), self._show_no_advice
        )

    def _show_fit(
        self, cards: dict[str, RemoteCard], found: tuple[dict[str, str], dict[str, Path]]
    ) -> None:
        if cards is not self._cards:
            return  # something else is listed by now
        told, here = found
        for path, card in cards.items():
            card.show_verdict(told.get(path, ""))
            if path in here:
                card.show_here(partial(self._use, here[path]))

    def _start_listed(self, name: str, paths: tuple[str, ...], commit: str) -> None:
        if self._attempt(lambda: self._services.downloads.start(name, paths, commit)):
            self._started()

    def _show_failure(self, number: int, text: str, error: KnownError) -> None:
        if number != self._asked:
            return
        rows: list[QWidget] = [text_label(error.what, "error"), text_label(error.action, "muted")]
        if isinstance(error, AccessError):
            rows += self._gate(tr("{repository} asks who you are.", repository=text))
        self._put(rows)

    def _gate(self, why: str) -> list[QWidget]:
        return [
            text_label(paragraph(why, tr("Keep a token here, then list again.")), "muted"),
            TokenPanel(self._services.downloads),
        ]

    def _put(self, rows: Sequence[QWidget]) -> None:
        self._waits = None
        clear_layout(self._listing)
        self._listed, self._cards = None, {}
        for row in rows:
            self._listing.addWidget(row)

    # --- its card -----------------------------------------------------------------------------

    def _ask_card(self, name: str) -> None:
        dialog = ModelCardDialog(self.window(), name, self._theme)
        show, failed = (
            self._operations.back(dialog, dialog.show_card),
            self._operations.back(dialog, dialog.show_problem),
        )
        give_up = self._services.downloads.card(name, show, failed)
        dialog.finished.connect(lambda _code: give_up())
        dialog.open()


def _connects_to(host: str) -> str:
    return tr(
        "Downloading, listing and searching connect to {host}, and for a file's bytes to the "
        "storage it names. Nothing else here connects. Every file is verified before it is used.",
        host=host,
    )


def _nothing() -> None:
    """Nothing was asked before."""
