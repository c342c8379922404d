"""Models: those on this computer, those that can be had with advice, and those on their way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.download import DownloadItem, Repository
from app.domain.model import ModelFile
from app.services import words
from app.services.advice import AdviceService, offer_order
from app.services.downloads import DownloadService
from app.services.models import ModelService
from app.ui.bridge import EventBridge
from app.ui.dialogs import ask, push_button, text_label
from app.ui.model_rows import Card, DownloadCard, offer_card
from app.ui.theme import SPACE
from app.ui.widgets import Text

Attempt = Callable[[Callable[[], object]], bool]
_NETWORK = (
    "Pressing Download connects to huggingface.co and to nothing else. Every file is verified "
    "before it is used."
)


class Tab(IntEnum):
    """The pages, in order."""

    HERE = 0
    GET = 1
    DOWNLOADS = 2


class Page(QScrollArea):
    """A column of cards that scrolls."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(SPACE, SPACE * 2, SPACE * 2, SPACE)
        self.column.setSpacing(SPACE)
        self.setWidget(inside)

    def clear(self) -> None:
        """Take every card out."""
        while (item := self.column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()

    def add(self, widget: QWidget) -> None:
        """Add a card or a label."""
        self.column.addWidget(widget)

    def end(self) -> None:
        """Cards stand at the top."""
        self.column.addStretch(1)


class ModelsDialog(QDialog):
    """Everything about model files, on three pages."""

    def __init__(
        self,
        parent: QWidget,
        models: ModelService,
        downloads: DownloadService,
        advice: AdviceService,
        bridge: EventBridge,
        *,
        attempt: Attempt,
        choose: Callable[[ModelFile], object],
        add_file: Callable[[], object],
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 600)
        self._models, self._downloads, self._bridge = models, downloads, bridge
        self._advice = advice
        self._attempt, self._choose, self._add_file = attempt, choose, add_file
        self._cards: dict[str, DownloadCard] = {}
        self._here, self._get, self._queue = Page(), Page(), Page()
        self._repository = QLineEdit(placeholderText="owner/name on Hugging Face")
        self._repository.setAccessibleName("Repository")
        self._repository.returnPressed.connect(self._list_repository)
        self._listing = QVBoxLayout()
        self.tabs = QTabWidget(documentMode=True)
        for page, title in (
            (self._here, "On this computer"),
            (self._get, "Get models"),
            (self._queue, "Downloads"),
        ):
            self.tabs.addTab(page, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.addWidget(self.tabs)
        self._fill_get()
        self.refresh()

    def show_tab(self, tab: Tab) -> None:
        """Go to a page."""
        self.tabs.setCurrentIndex(tab)
        self.tabs.tabBar().setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Show anew what is here and what is on its way."""
        self._fill_here()
        self._fill_queue(self._downloads.items())

    def on_download(self, item: DownloadItem) -> None:
        """A download moved on."""
        card = self._cards.get(item.id)
        if card is None:
            self._fill_queue(self._downloads.items())
        else:
            card.show_item(item)
        if item.state.over:
            self._fill_here()
            self._fill_get()

    # --- on this computer ---------------------------------------------------------------------

    def _fill_here(self) -> None:
        page = self._here
        page.clear()
        current = self._models.state.model
        for model in self._models.installed():
            used = current is not None and current.path == model.path
            page.add(self._model_card(model, used=used))
        add = push_button("Use a file I already have…")
        add.setAutoDefault(False)
        add.clicked.connect(lambda _checked: self._add_file())
        page.column.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)
        page.end()

    def _model_card(self, model: ModelFile, *, used: bool) -> Card:
        card = Card(words.model_name(model))
        speed = self._models.speed(model.sha256)
        measured = f"{words.rate(speed)} here" if speed else "not run here yet"
        card.add_line(words.join(words.size(model.size), measured))
        if model.demo:
            card.add_line("A guide to Phial, not Phi-4. Comes with the program.", "small")
        else:
            card.add_line(str(model.path), "small")
        if used:
            card.add_line("In use.", "")
        else:
            card.add_button("Use", partial(self._use, model))
        if not model.demo:
            card.add_button("Remove…", partial(self._remove, model))
        return card

    def _use(self, model: ModelFile) -> None:
        self._choose(model)
        self._fill_here()

    def _remove(self, model: ModelFile) -> None:
        freed = self._models.bytes_freed(model)
        rest = (
            f"This frees {words.size(freed)}. Chats stay as they are."
            if freed
            else "Phial did not put this file there, so it stays on the disk. Chats stay too."
        )
        name = words.model_name(model)
        if ask(self, "Remove model?", f"Remove {name} from Phial?", rest, "Remove"):
            self._attempt(lambda: self._models.remove(model))
            self._fill_here()
            self._fill_get()

    # --- to be had ----------------------------------------------------------------------------

    def _fill_get(self) -> None:
        page = self._get
        text = self._repository.text()
        self._repository.setParent(None)
        page.clear()
        page.add(text_label(_NETWORK, "muted"))
        for offer in sorted(self._advice.offers(), key=offer_order):
            if offer.recommended:
                page.add(text_label("Recommended for this computer", "subheading"))
            download = partial(self._start_offer, offer.family.id, offer.file.quantization)
            page.add(offer_card(offer, download))
            if offer.recommended:
                page.add(text_label("Others", "subheading"))
        page.add(text_label("Any other repository of GGUF files", "subheading"))
        self._repository.setText(text)
        look = push_button("List its files")
        look.setAutoDefault(False)
        look.clicked.connect(self._list_repository)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._repository, 1)
        line.addWidget(look)
        page.add(row)
        listing = QWidget()
        self._listing = QVBoxLayout(listing)
        self._listing.setContentsMargins(0, 0, 0, 0)
        page.add(listing)
        page.end()

    def _start_offer(self, family: str, quantization: str) -> None:
        if self._attempt(lambda: self._downloads.start_named(family, quantization)):
            self._after_start()

    def _after_start(self) -> None:
        self._fill_queue(self._downloads.items())
        self.show_tab(Tab.DOWNLOADS)

    def _list_repository(self) -> None:
        name = self._repository.text().strip()
        if not name:
            return
        self._show_listing([text_label(f"Asking huggingface.co about {name}…", "muted")])
        show = self._bridge.on_gui(self._show_repository)
        self._attempt(lambda: self._downloads.repository(name, show))

    def _show_repository(self, repository: Repository) -> None:
        rows: list[QWidget] = [
            text_label(
                words.join(
                    repository.name,
                    f"licence: {repository.licence}" if repository.licence else "no licence told",
                    "access must be asked for" if repository.gated else "",
                ),
                "subheading",
            )
        ]
        for model in repository.models:
            card = Card(model.name)
            parts = f"{len(model.parts)} parts" if len(model.parts) > 1 else ""
            card.add_line(words.join(words.size(model.size), model.quantization, parts))
            paths = tuple(part.path for part in model.parts)
            start = partial(self._start_listed, repository.name, paths, repository.commit)
            card.add_button("Download", start).setEnabled(model.complete)
            rows.append(card)
        if not repository.models:
            rows.append(text_label("There is no GGUF file in it.", "muted"))
        self._show_listing(rows)

    def _start_listed(self, name: str, paths: tuple[str, ...], commit: str) -> None:
        if self._attempt(lambda: self._downloads.start(name, paths, commit)):
            self._after_start()

    def _show_listing(self, rows: Sequence[QWidget]) -> None:
        while (item := self._listing.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row in rows:
            self._listing.addWidget(row)

    # --- on their way -------------------------------------------------------------------------

    def _fill_queue(self, items: Sequence[DownloadItem]) -> None:
        page = self._queue
        page.clear()
        self._cards = {}
        for item in items:
            card = self._cards[item.id] = self._download_card(item)
            page.add(card)
        if not items:
            empty = Text("No downloads.", "muted")
            empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
            page.add(empty)
        page.end()

    def _download_card(self, item: DownloadItem) -> DownloadCard:
        downloads, attempt = self._downloads, self._attempt
        return DownloadCard(
            item,
            pause=lambda: downloads.pause(item.id),
            resume=lambda: attempt(lambda: downloads.resume(item.id)),
            cancel=lambda: self._cancel(item),
            clear=lambda: self._clear(item),
        )

    def _cancel(self, item: DownloadItem) -> None:
        rest = "What was fetched so far is deleted. Pause keeps it."
        if ask(self, "Cancel download?", f"Cancel the download of {item.name}?", rest, "Cancel it"):
            self._downloads.cancel(item.id, keep_part=False)

    def _clear(self, item: DownloadItem) -> None:
        self._downloads.clear(item.id)
        self._fill_queue(self._downloads.items())
