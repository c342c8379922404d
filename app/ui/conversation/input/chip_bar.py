"""The quiet bar under the words of the composer: what the next answer is written with."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QWidget,
)

from app.domain.presets.preset import Preset
from app.language import tr, trn
from app.services.core import formatting
from app.services.core.events import ModelPhase, ModelState
from app.ui.style import icons
from app.ui.style.menus import begin_with, close_when_chosen
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.widgets import ZOOMED, IconButton, painter_on_ground

_DOT = 8  # pixels at 100 %
_GAP = 6
_ICON = 14
_WIDEST = 240  # of a chip, pixels at 100 %; a longer name is cut in the middle
_NARROWEST, _WORDLESS = 56, 32
_FEW_TOKENS = 32
_TELLS = 5  # letters of a name that are worth showing
_BETWEEN = SPACE // 2


def _colour(state: ModelState, theme: Theme) -> str:
    """The dot's colour; the word beside it says the same."""
    match state.phase:
        case ModelPhase.READY:
            return theme.success
        case ModelPhase.LOADING:
            return theme.warning
        case ModelPhase.FAILED:
            return theme.error
        case ModelPhase.NONE | ModelPhase.UNLOADED:
            return theme.faint


class Chip(QToolButton):
    """A small button with a sign, a text that gives way, and an arrow: it opens a menu.

    Args:
        name: What a screen reader calls it.
        icon: The sign before its text; empty for a dot, whose colour :meth:`set_dot` gives.
    """

    def __init__(self, name: str, icon: str = "") -> None:
        super().__init__()
        self._icon, self._dot, self._full = icon, "", ""
        self._chosen, self._wordless = False, False
        self._theme: Theme | None = None
        self.setProperty("kind", "quiet")
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the theme's colours."""
        self._theme = theme
        self.update()

    def set_dot(self, colour: str) -> None:
        """Draw the dot in a colour."""
        self._dot = colour
        self.update()

    def set_full_text(self, text: str, *, chosen: bool = True) -> None:
        """Show a text, cut in the middle where there is no room; screen readers hear it whole.

        Args:
            text: What is in force.
            chosen: Whether somebody chose that; else the words give way before others' do.
        """
        self._chosen = chosen
        if text != self._full:
            self._full = text
            self.setAccessibleDescription(text)
            self.updateGeometry()
            self.update()

    def text(self) -> str:
        """What it says."""
        return self._full

    @property
    def chosen(self) -> bool:
        """Whether it says what somebody chose."""
        return self._chosen

    def set_wordless(self, wordless: bool) -> None:
        """Show the sign only; the words are in the tool tip then."""
        if wordless != self._wordless:
            self._wordless = wordless
            self.updateGeometry()
            self.update()

    def event(self, event: QEvent) -> bool:
        """The tool tip of one without words begins with them."""
        if self._wordless and event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = "\n".join(filter(None, (self._full, self.toolTip())))
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: it is as large as its text."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            self.updateGeometry()

    def _frame(self) -> int:
        """Width of everything but the text."""
        return zoomed(_ICON) + zoomed(_GAP) * 2 + zoomed(_ICON) + zoomed(SPACE) * 2

    def width_with_words(self) -> int:
        """Pixels that the whole text needs, up to a limit."""
        text = self.fontMetrics().horizontalAdvance(self._full) + 2
        return min(text + self._frame(), zoomed(_WIDEST))

    def sizeHint(self) -> QSize:
        """Room for the whole text, up to a limit, if its words are shown."""
        if self._wordless:
            return self.minimumSizeHint()
        return QSize(self.width_with_words(), self._height())

    def minimumSizeHint(self) -> QSize:
        """Room for the sign, and the arrow where there are words."""
        return QSize(zoomed(_WORDLESS if self._wordless else _NARROWEST), self._height())

    def _height(self) -> int:
        return self.fontMetrics().height() + zoomed(10)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The style's ground, then sign, text and arrow from the reading side."""
        if self._theme is None:
            return
        painter = painter_on_ground(self)
        side, gap, edge = zoomed(_ICON), zoomed(_GAP), zoomed(SPACE)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        first = QRectF(edge, (self.height() - side) / 2, side, side)
        last = QRectF(self.width() - edge - side, first.y(), side, side)
        sign, arrow = (last, first) if mirrored else (first, last)
        if self._wordless:
            sign.moveCenter(QRectF(self.rect()).center())
        self._draw_sign(painter, sign)
        if self._wordless:
            return
        self._draw_icon(painter, "chevron-down", arrow, self._theme.muted)
        room = self.rect().adjusted(edge + side + gap, 0, -(edge + side + gap), 0)
        painter.setPen(QColor(self._theme.text if self.underMouse() else self._theme.muted))
        text = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideMiddle, room.width())
        if text != self._full and len(text) < _TELLS:
            return  # "B…y" tells nobody anything
        start = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | start, text)

    def _draw_sign(self, painter: QPainter, box: QRectF) -> None:
        assert self._theme is not None  # noqa: S101 - for the type checker
        if self._icon:
            self._draw_icon(painter, self._icon, box, self._theme.muted)
            return
        dot = zoomed(_DOT)
        painter.setBrush(QColor(self._dot or self._theme.faint))
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawEllipse(box.center(), dot / 2, dot / 2)

    def _draw_icon(self, painter: QPainter, name: str, box: QRectF, colour: str) -> None:
        scale = self.devicePixelRatioF()
        drawn = icons.pixmap(name, colour, round(box.width()), scale)
        painter.drawPixmap(box.topLeft(), drawn)


class ChipBar(QWidget):
    """A button that attaches documents, and chips for preset, model and form.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.attach = IconButton("attach", tr("Attach documents"))
        self.preset = Chip(tr("Preset"), "preset")
        self.model = Chip(tr("Model"))
        self.form = Chip(tr("Form"), "form")
        self.preset.clicked.connect(self.open_preset_menu)
        self.model.clicked.connect(self.open_model_menu)
        self._preset_menu: QMenu | None = None
        self._model_menu: QMenu | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_BETWEEN)
        row.addWidget(self.attach)
        row.addWidget(self.preset)
        row.addWidget(self.model)
        row.addWidget(self.form)
        row.addStretch(1)
        self._state: ModelState | None = None
        self._ahead = ""  # how much is read before it is asked
        self._theme = theme
        self.set_preset(None)
        self.set_theme(theme)

    def set_menus(self, presets: QMenu, models: QMenu) -> None:
        """What the chips open."""
        self._preset_menu, self._model_menu = presets, models

    def open_preset_menu(self) -> None:
        """Open the menu of presets, as its shortcut does."""
        _open_above(self.preset, self._preset_menu)

    def open_model_menu(self) -> None:
        """Open the menu of models, as its shortcut does."""
        _open_above(self.model, self._model_menu)

    def event(self, event: QEvent) -> bool:
        """Other room, or other words: chips without room for their words show none."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """Take the words from as many chips as it needs, those first that say of nothing chosen."""
        chips = [one for one in (self.form, self.preset, self.model) if not one.isHidden()]
        sign = zoomed(_WORDLESS)
        room = self.width() - self.attach.sizeHint().width() - _BETWEEN * (len(chips) + 1)
        needed = sum(one.width_with_words() for one in chips)
        for chip in sorted(chips, key=lambda one: (one is self.model, one.chosen)):
            wordless = needed > room and chip is not self.model
            chip.set_wordless(wordless)
            if wordless:
                needed -= chip.width_with_words() - sign

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        self.attach.set_theme(theme)
        for chip in (self.preset, self.model, self.form):
            chip.set_theme(theme)
        if self._state is not None:
            self.set_model_state(self._state)

    def set_preset(
        self, preset: Preset | None, in_force: str = "", *, changed: bool = False
    ) -> None:
        """Name the chat's preset.

        Args:
            preset: None where it has none.
            in_force: Which values it and the chat bring.
            changed: Whether the chat has values of its own over it.
        """
        name = preset.name if preset is not None else tr("No preset")
        shown = tr("{preset}, changed", preset=name) if changed else name
        self.preset.set_full_text(shown, chosen=changed or preset is not None)
        about = preset.about if preset is not None else tr("The settings of all chats")
        self.preset.setToolTip("\n".join(filter(None, (about, in_force))))

    def set_model_state(self, state: ModelState) -> None:
        """Name the model, with its state as a dot and a word."""
        self._state = state
        name, status = formatting.model_name(state.model), formatting.model_status(state)
        reads = self._ahead if state.phase is ModelPhase.READY else ""
        shown = tr("reading ahead") if reads else status
        self.model.set_full_text(formatting.join(name, shown) if state.model else name)
        self.model.set_dot(_colour(state, self._theme))
        line = formatting.model_line(state)
        self.model.setAccessibleDescription(line)
        told = tr("{model}. Click to switch.", model=line)
        self.model.setToolTip("\n".join(filter(None, (told, reads))))

    def set_read_ahead(self, done: int, total: int) -> None:
        """How much the model read before it is asked; a few tokens are not worth a word."""
        ahead = ""
        if total - done > _FEW_TOKENS or (self._ahead and done < total):
            ahead = trn(
                "Reading ahead: {done} of {n} token",
                "Reading ahead: {done} of {n} tokens",
                total,
                done=done,
            )
        if ahead != self._ahead:
            self._ahead = ahead
            if self._state is not None:
                self.set_model_state(self._state)


def _open_above(chip: Chip, menu: QMenu | None) -> None:
    """Open a chip's menu over it, without waiting for its end: the composer is at the bottom."""
    if menu is None:
        return
    menu.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)  # a press on the chip closes it only
    window = chip.window()
    shown = chip.isVisible()  # not while the first start is shown
    place = chip.mapToGlobal(QPoint(0, 0)) if shown else window.mapToGlobal(window.rect().center())
    close_when_chosen(menu)
    menu.popup(place)  # it fills itself, and has its height then
    if shown:
        begin_with(menu, chip)
    top = chip.screen().availableGeometry().top()
    menu.move(menu.x(), max(top, place.y() - menu.height()))
