"""Changes a value of an answer in a form where it stands: a cell, a field, an item."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip

from app.domain.errors import InvalidValueError
from app.domain.grammar.form import Form, FormKind
from app.domain.grammar.form_values import with_value
from app.language import tr
from app.ui.style.text_fields import LineField
from app.ui.style.widgets import announce, restyle
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.interaction.value_places import (
    ValuePlace,
    form_answered,
    place_of,
    values_of,
)
from app.ui.transcript.items.row_item import RowItem
from app.ui.transcript.items.table_document import TableDocument
from app.ui.transcript.layout import Layout
from app.ui.transcript.widgets.signals import ValueChange

_NARROWEST = 140  # pixels at 100 %
_AROUND = 4  # between the words and the field's edge, pixels at 100 %
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_ROWS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_OURS = {*_ENTER, *_ROWS, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab}


class ValueField(LineField):
    """One value while it is typed.

    Signals:
        stepped: (values) Tab: to another value.
        rowed: (rows) An arrow: to the value above or below.
        entered: It is to be taken.
        given_up: It is to stay as it was.
        left: The focus went elsewhere in the window.
    """

    stepped = Signal(int)
    rowed = Signal(int)
    entered = Signal()
    given_up = Signal()
    left = Signal()

    def event(self, event: QEvent) -> bool:
        """Tab goes to the next value, not out of the transcript; the window's keys wait."""
        if isinstance(event, QKeyEvent) and event.key() in _OURS:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self.keyPressEvent(event)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes it, Esc gives it up, Tab and the arrows go on."""
        key = Qt.Key(event.key())
        if key in _ENTER:
            self.entered.emit()
        elif key == Qt.Key.Key_Escape:
            self.given_up.emit()
        elif key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
            back = (
                key == Qt.Key.Key_Backtab or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            )
            self.stepped.emit(-1 if back else 1)
        elif key in _ROWS:
            self.rowed.emit(_ROWS[key])
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was typed is taken when one goes elsewhere."""
        super().focusOutEvent(event)
        passing = {Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason}
        if event.reason() not in passing:
            self.left.emit()


class ValueEditor(QObject):
    """Lays a field over one value of an answer.

    Args:
        area: The transcript.
        layout: Its messages.
        changed: Asks the shell to store an answer with another value.
    """

    def __init__(
        self, area: QAbstractScrollArea, layout: Layout, changed: Callable[[ValueChange], None]
    ) -> None:
        super().__init__(area)
        self._area, self._layout, self._changed = area, layout, changed
        self._field: ValueField | None = None
        self._message = ""
        self._text = ""  # of the answer, with what was changed and may not be stored yet
        self._index = 0

    def begin(self, message_id: str, index: int = 0) -> bool:
        """Change a value of an answer; whether it has one.

        Args:
            message_id: The answer.
            index: Which of its values, from 0.
        """
        self.close()
        model = self._model(message_id)
        form = form_answered(model.message) if model is not None else None
        if model is None or form is None or not values_of(form, model.message.content):
            return False
        self._message, self._text = message_id, model.message.content
        self._open(form, index)
        return True

    def value_at(self, at: int, row: int, item: RowItem, x: float, y: float) -> int | None:
        """Which value of an answer stands at a point of a row; None for none.

        Args:
            at: The message.
            row: Its row.
            item: The same laid out.
            x: Pixels in the item.
            y: Likewise.
        """
        model = self._layout.branch.models[at]
        form = form_answered(model.message)
        if form is None:
            return None
        near, text = item.hit(x, y), model.message.content
        for index, value in enumerate(values_of(form, text)):
            place = place_of(model.rows, form, text, value)
            if value.left_out or place is None or place.row != row:
                continue
            if place.start <= near <= place.end:
                return index
        return None

    def place(self) -> None:
        """Stand where the value stands, after something moved; hidden where that is out of view."""
        field = self._field
        if field is None:
            return
        model = self._model(self._message)
        if model is None:
            self.close()
            return
        area = self._area_of(model, field.sizeHint().height())
        if area is not None:
            field.setGeometry(area)
            field.raise_()  # above messages that came into view
        if field.isVisible() != (area is not None):
            field.setVisible(area is not None)

    def close(self) -> None:
        """Put the field away; what is typed in it is given up."""
        field, self._field = self._field, None
        if field is not None:
            field.hide()
            field.deleteLater()

    # --- inside -----------------------------------------------------------------------------------

    def _model(self, message_id: str) -> MessageModel | None:
        at = self._layout.branch.by_id.get(message_id)
        return self._layout.branch.models[at] if at is not None else None

    def _open(self, form: Form, index: int) -> None:
        values = values_of(form, self._text)
        self._index = index % len(values)
        value = values[self._index]
        field = self._field = ValueField(self._area.viewport())
        field.setAccessibleName(value.said)
        field.setAccessibleDescription(
            tr("Enter takes what is typed, Esc leaves the value as it was, Tab goes to the next.")
        )
        field.setToolTip(value.said)
        field.setFont(self._layout.styles.normal.fonts.text)
        field.setText(value.shown)
        if value.left_out:
            field.setPlaceholderText(value.name)
        field.selectAll()
        field.stepped.connect(lambda steps: self._step(steps, by_rows=False))
        field.rowed.connect(lambda steps: self._step(steps, by_rows=True))
        field.entered.connect(self._enter)
        field.given_up.connect(self._give_up)
        field.left.connect(lambda: self._leave(field))
        self._show_row()
        self.place()
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_of(self, model: MessageModel) -> ValuePlace | None:
        """Where the value is shown, in the answer as it is shown now."""
        form, text = form_answered(model.message), model.message.content
        values = values_of(form, text) if form is not None else ()
        if form is None or self._index >= len(values):
            return None
        return place_of(model.rows, form, text, values[self._index])

    def _show_row(self) -> None:
        """Bring the value into view."""
        at = self._layout.branch.by_id[self._message]
        model = self._layout.branch.open(at)
        place = self._place_of(model)
        if place is not None:
            item = self._layout.widgets.lay_out(at, place.row)
            rect = item.caret_rect(place.start)
            field = self._field.sizeHint().height() if self._field is not None else 0
            tall = max(rect.height() + 8, field)
            y = rect.y() + min(place.rows, 0) * tall
            self._layout.show_row(at, place.row, y, (1 + abs(place.rows)) * tall)

    def _area_of(self, model: MessageModel, tall: int) -> QRect | None:
        """Where a field so many pixels tall stands in the viewport; None for out of view."""
        place, widget = self._place_of(model), self._layout.widgets.widgets.get(self._message)
        if place is None or widget is None:
            return None
        spot = next((one for one in widget.visible_rows if one.row == place.row), None)
        if spot is None:
            return None
        item, style = spot.item, spot.item.style
        first, last = item.caret_rect(place.start), item.caret_rect(place.end)
        around, narrowest = style.px(_AROUND), style.px(_NARROWEST)
        left = min(first.x(), last.x()) if first.y() == last.y() else first.x()
        wide = abs(last.x() - first.x()) if first.y() == last.y() else item.width - left
        doc = getattr(item, "doc", None)
        if place.column is not None and isinstance(doc, TableDocument):
            wide = max(wide, doc.widths[place.column] - 4 * around)
        wide = min(max(wide + 4 * around, narrowest), style.column)
        edge = widget.x() + widget.layout_cache.offset_x(item)
        x = min(max(edge + left - 2 * around, edge), edge + style.column - wide)
        y = widget.y() + spot.y + round(first.center().y()) - tall // 2 + place.rows * tall
        return QRect(round(x), y, round(wide), tall)

    def _take(self) -> bool:
        """Take what is typed; False, and said, where the form has no place for it."""
        field, model = self._field, self._model(self._message)
        form = form_answered(model.message) if model is not None else None
        values = values_of(form, self._text) if form is not None else ()
        if field is None or form is None or self._index >= len(values):
            return True
        value, typed = values[self._index], field.finished_text()
        if typed == value.shown:
            return True
        try:
            text = with_value(form, self._text, value, typed)
        except InvalidValueError as error:
            restyle(field, "wrong", True)
            field.setToolTip(error.what)
            QToolTip.showText(field.mapToGlobal(field.rect().bottomLeft()), error.what, field)
            announce(field, error.what)
            self._changed(ValueChange(self._message, "", error.what))
            return False
        if text != self._text:
            before, self._text = self._text, text
            self._changed(ValueChange(self._message, text, before=before))
        return True

    def _enter(self) -> None:
        if self._take():
            self._close_and_go_back()

    def _give_up(self) -> None:
        self._close_and_go_back()

    def _close_and_go_back(self) -> None:
        self.close()
        self._area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave(self, field: ValueField) -> None:
        if self._field is field and self._take():
            self.close()

    def _step(self, steps: int, *, by_rows: bool) -> None:
        model = self._model(self._message)
        form = form_answered(model.message) if model is not None else None
        if form is None or not self._take():
            return
        if by_rows and form.kind is FormKind.TABLE:
            steps *= len(form.fields)
        count, index = len(values_of(form, self._text)), self._index + steps
        if not 0 <= index < count:
            if not by_rows:
                self._close_and_go_back()  # Tab goes on from the transcript
            return
        old, self._field = self._field, None
        self._open(form, index)
        if old is not None:
            old.hide()
            old.deleteLater()
