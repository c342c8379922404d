"""A line that says how passages are found, and gets the model that finds them by meaning."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.catalog import CatalogEmbedding
from app.domain.download import DownloadItem, DownloadState
from app.domain.embedding import MeaningPhase, MeaningState
from app.language import formats, paragraph, tr, trn
from app.ui.style.dialogs import push_button, text_label
from app.ui.style.stacking_row import StackingRow

_BY_WORDS = tr("Passages are found by their words.")


class MeaningRow(QWidget):
    """Shows the state of finding by meaning.

    Args:
        offered: The model that can be had; None where the list of models has none.
        get: Has it fetched; returns whether that was begun.

    Signals:
        stop_requested: No more vectors are to be made now.
        resume_requested: They are to be made after all.
    """

    stop_requested = Signal()
    resume_requested = Signal()

    def __init__(
        self, offered: CatalogEmbedding | None, get: Callable[[CatalogEmbedding], object]
    ) -> None:
        super().__init__()
        self._offered, self._fetch = offered, get
        self._state = MeaningState()
        self._download: DownloadItem | None = None
        self.told = text_label("", "muted")
        self._get = push_button(tr("Get the model for that"), "link")
        self._stop = push_button(tr("Stop this"), "link")
        self._resume = push_button(tr("Go on with it"), "link")
        self._get.clicked.connect(self._ask)
        self._stop.clicked.connect(self.stop_requested)
        self._resume.clicked.connect(self.resume_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = (self.told, self._get, self._stop, self._resume)
        column.addWidget(StackingRow(*row, grows=self.told))
        self._show()

    def set_state(self, state: MeaningState) -> None:
        """How far it is."""
        self._state = state
        self._show()

    def set_download(self, item: DownloadItem) -> None:
        """A download moved on; that of another model is not ours."""
        if self._offered is None or item.repository != self._offered.file.repository:
            return
        self._download = item
        self._show()

    def _ask(self) -> None:
        if self._offered is not None:
            self._fetch(self._offered)

    def _show(self) -> None:
        state, phase = self._state, self._state.phase
        fetched = self._download is not None and self._download.state.active
        some_left = state.done < state.total
        none = phase is MeaningPhase.NO_MODEL
        self.told.setText(self._words())
        self._get.setVisible(none and not fetched and self._offered is not None)
        self._stop.setVisible(phase is MeaningPhase.WORKING)
        waits = phase in {MeaningPhase.STOPPED, MeaningPhase.FAILED, MeaningPhase.IDLE}
        self._resume.setVisible(waits and (some_left or phase is MeaningPhase.FAILED))

    def _words(self) -> str:
        state, item = self._state, self._download
        match state.phase:
            case MeaningPhase.NO_MODEL if item is not None and item.state.active:
                share = formats.percent(item.done / item.total if item.total else 0.0)
                return tr("The model that finds by meaning is being fetched: {share}.", share=share)
            case MeaningPhase.NO_MODEL if item is not None and item.state is DownloadState.FAILED:
                return paragraph(item.error, _BY_WORDS)
            case MeaningPhase.NO_MODEL if self._offered is not None:
                more = tr(
                    "A small model ({size}) finds them by meaning too, also from another language.",
                    size=formats.size(self._offered.file.size or 0),
                )
                return paragraph(_BY_WORDS, more)
            case MeaningPhase.NO_MODEL:
                return _BY_WORDS
            case MeaningPhase.FAILED if state.error is not None:
                return paragraph(state.error.what, _BY_WORDS)
            case _ if state.done < state.total:
                return trn(
                    "{done} of {n} passage can be found by meaning too.",
                    "{done} of {n} passages can be found by meaning too.",
                    state.total,
                    done=state.done,
                )
        return tr("Passages are found by their words and by meaning.")
