"""Asks for the form of the next answer: its kind, and its columns, fields, choices or schema."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISREG

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from app.domain.errors import InvalidValueError
from app.domain.grammar.form import (
    LONGEST_SCHEMA,
    VALUE_WORDS,
    Form,
    FormKind,
    ValueKind,
    field_line,
    parse_choices,
    parse_fields,
)
from app.language import tr
from app.language.system_reasons import reason_of
from app.services.core.formatting import form_name
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.text_fields import PlainEditor
from app.ui.style.widgets import announce

_FREE = ""
_KINDS = ", ".join(VALUE_WORDS.values())
_WHOLE, _DATE = VALUE_WORDS[ValueKind.WHOLE], VALUE_WORDS[ValueKind.DATE]
_HINTS: dict[str, str] = {
    _FREE: tr("The model answers as it likes."),
    FormKind.LIST: tr("One item a line, and nothing around it."),
    FormKind.TABLE: tr(
        "A column in each line, such as: Born: {whole}. After a colon: {kinds}. A question mark at "
        "the end lets a cell be empty.",
        whole=_WHOLE,
        kinds=_KINDS,
    ),
    FormKind.FIELDS: tr(
        "A field in each line, such as: Died: {date}? After a colon: {kinds}. A question mark at "
        "the end lets it be left out.",
        date=_DATE,
        kinds=_KINDS,
    ),
    FormKind.JSON: tr("A JSON schema. What of it cannot be promised is said before you ask."),
    FormKind.ONE_OF: tr("A choice in each line; the answer is one of them and nothing else."),
}
_SCHEMA = '{"type": "object",\n "properties": {"name": {"type": "string"}}}'  # not shown
_EXAMPLES: dict[str, str] = {
    FormKind.TABLE: tr("Name\nBorn: {whole}", whole=_WHOLE),
    FormKind.FIELDS: tr("Name\nBorn: {date}\nDied: {date}?", date=_DATE),
    FormKind.JSON: _SCHEMA,
    FormKind.ONE_OF: tr("yes\nno"),
}


class FormDialog(Dialog):
    """Chooses a form.

    Args:
        parent: The window.
        form: What is chosen, or was chosen last; None for none.
        title: What the form is for.
    """

    def __init__(
        self, parent: QWidget, form: Form | None, title: str = tr("Form of the next answer")
    ) -> None:
        super().__init__(parent, title, 520)
        self._texts = {kind: str(text) for kind, text in _EXAMPLES.items()}
        self._shown = str(form.kind) if form is not None else _FREE
        if form is not None:
            self._texts[form.kind] = written_form(form) or self._texts.get(form.kind, "")
        self._kind = QComboBox()
        self._kind.setAccessibleName(tr("Form"))
        for kind in (_FREE, *FormKind):
            self._kind.addItem(form_name(FormKind(kind) if kind else None), str(kind))
        self._kind.setCurrentIndex(self._kind.findData(str(self._shown)))
        self._hint, self._problem = text_label("", "muted"), text_label("", "error")
        self._text = PlainEditor()
        self._text.setProperty("kind", "field")
        self._text.setTabChangesFocus(True)
        self._text.setMinimumHeight(140)
        self._file = push_button(tr("Open a schema…"))
        self._file.clicked.connect(self._open)
        for widget in (self._kind, self._hint, self._text, self._file, self._problem):
            self.column.addWidget(widget)
        self.column.setAlignment(self._file, Qt.AlignmentFlag.AlignLeft)
        use, cancel = push_button(tr("Use this form"), "accent"), push_button(tr("Cancel"))
        use.clicked.connect(self._use)
        cancel.clicked.connect(self.reject)
        self.add_buttons(use, cancel, default=use)
        self._kind.currentIndexChanged.connect(self._on_kind)
        self._show_kind()

    def _on_kind(self) -> None:
        self._texts[self._shown] = self._text.text()
        self._shown = str(self._kind.currentData())
        self._show_kind()

    def _show_kind(self) -> None:
        asks = self._shown in _EXAMPLES
        self._hint.setText(_HINTS[self._shown])
        self._problem.hide()
        self._text.setVisible(asks)
        self._text.setAccessibleName(_HINTS[self._shown])
        self._text.show_text(self._texts.get(self._shown, "") if asks else "")
        self._file.setVisible(self._shown == FormKind.JSON)

    def _open(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, tr("Open a schema"), str(Path.home()), tr("JSON (*.json)")
        )
        if not chosen:
            return
        try:
            about = Path(chosen).stat()
            if about.st_size > 4 * LONGEST_SCHEMA:
                raise ValueError(tr("it is too large"))
            if not S_ISREG(about.st_mode):  # a pipe would keep the window waiting
                raise ValueError(tr("it is no file"))
            self._text.show_text(Path(chosen).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            name, reason = Path(chosen).name, reason_of(error)
            self._tell(tr("{file} cannot be read: {reason}.", file=name, reason=reason))

    def _use(self) -> None:
        try:
            self.read()
        except InvalidValueError as error:
            self._tell(error.what)
            return
        self.accept()

    def _tell(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.show()
        announce(self._problem, problem)

    def read(self) -> Form | None:
        """The form; None for any.

        Raises:
            InvalidValueError: It cannot be promised; says why.
        """
        text = self._text.text()
        match self._shown:
            case FormKind.LIST:
                return Form(FormKind.LIST)
            case FormKind.TABLE | FormKind.FIELDS:
                return Form(FormKind(self._shown), parse_fields(text))
            case FormKind.JSON:
                return Form(FormKind.JSON, schema=text)
            case FormKind.ONE_OF:
                return Form(FormKind.ONE_OF, choices=parse_choices(text))
        return None


def written_form(form: Form) -> str:
    """A form's columns, fields, choices or schema as they are typed."""
    if form.kind is FormKind.JSON:
        return form.schema
    if form.kind is FormKind.ONE_OF:
        return "\n".join(form.choices)
    return "\n".join(field_line(one, VALUE_WORDS) for one in form.fields)
