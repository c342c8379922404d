"""One setting on its page: what it is called and does, its editor, what is in force, its reset."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSpacerItem, QVBoxLayout, QWidget

from app.domain.errors import InvalidValueError, KnownError
from app.domain.options import SettingSpec, write_value
from app.domain.settings import Settings
from app.language import paragraph, tr
from app.services.core.settings import SettingsService
from app.ui.settings.number_field import NumberField, signs_of
from app.ui.settings.number_slider import NumberSlider
from app.ui.settings.setting_fields import ChoiceField, SettingField
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.widgets import ZOOMED, IconButton, StyledLabel, announce

_RESET = 40  # width of the way back to the default, pixels at 100 %


class ToldLine(IntEnum):
    """What is said below an editor, from top to bottom."""

    NOW = 0  # what "automatic" means
    NOTE = 1  # what it costs
    ERROR = 2  # why it was not taken

    @property
    def role(self) -> str:
        """How it looks."""
        return "error" if self is ToldLine.ERROR else "small"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was typed for a setting and not taken.

    Attributes:
        what: In a sentence.
        rest: What was typed, why not, and what stays.
    """

    what: str
    rest: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A value that is looked at: typed, slid to, or under the pointer in a list.

    Attributes:
        name: Of the setting.
        value: Not in force yet, perhaps never.
    """

    name: str
    value: object


class SettingRow(QFrame):
    """One setting, with a way back to its default.

    Signals:
        previewed: What it would become, were it taken now; a Preview.

    Args:
        spec: What is declared.
        service: Checks, saves and announces.
        theme: Colours.
        first: Where a number's first step from None goes.
    """

    previewed = Signal(Preview)

    def __init__(
        self,
        spec: SettingSpec,
        service: SettingsService,
        theme: Theme,
        first: float | None = None,
    ) -> None:
        super().__init__()
        self.spec = spec
        self._service = service
        self._automatic: object = None
        self._field = SettingField(spec, self._apply, theme, first)
        self._slider: NumberSlider | None = None
        label = StyledLabel(spec.option.label, "subheading")
        label.setBuddy(self._field.widget)
        self._theme = theme
        self._told: dict[ToldLine, StyledLabel] = {}
        self._reset: IconButton | None = None
        self._spare = QSpacerItem(zoomed(_RESET) + SPACE, 0)  # where the way back will stand
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(label)
        if spec.option.help:
            column.addWidget(StyledLabel(spec.option.help, "muted"))
        if spec.type is not bool:
            column.addSpacing(4)
            self._add_editor(column)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        column.addLayout(self._lines)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE, 0, SPACE)
        row.setSpacing(SPACE)
        row.addLayout(column, 1)
        row.addItem(self._spare)
        if spec.type is bool:
            row.addWidget(self._field.widget, 0, Qt.AlignmentFlag.AlignTop)
        self.show_settings(service.current)

    def _offer_reset(self, *, offered: bool) -> None:
        """Show the way back to the default, which is made when there is one; or hide it."""
        reset = self._reset
        if reset is None:
            if not offered:
                return
            label = self.spec.option.label
            reset = IconButton("reset", tr("Reset {label} to its default", label=label))
            self._reset = reset
            reset.set_theme(self._theme)
            reset.setFixedWidth(zoomed(_RESET))
            reset.clicked.connect(self._to_default)
            policy = reset.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # what stands beside it keeps its place
            reset.setSizePolicy(policy)
            at = self._row.indexOf(self._spare)
            self._row.takeAt(at)
            self._row.insertWidget(at, reset, 0, Qt.AlignmentFlag.AlignTop)
        reset.setVisible(offered)

    def _tell(self, line: ToldLine, text: str) -> None:
        """Say something below the editor, in a line that is made for its first words."""
        label = self._told.get(line)
        if label is None:
            if not text:
                return
            label = self._told[line] = StyledLabel("", line.role)
            self._lines.insertWidget(sum(one < line for one in self._told), label)
        label.setText(text)
        label.setVisible(bool(text))

    def _says(self, line: ToldLine) -> str:
        """What a line says; empty while it is not seen."""
        label = self._told.get(line)
        return label.text() if label is not None else ""

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: the way back, or its place, grows with the text."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            if self._reset is not None:
                self._reset.setFixedWidth(zoomed(_RESET))
            else:
                self._spare.changeSize(zoomed(_RESET) + SPACE, 0)
                self._row.invalidate()

    def _add_editor(self, column: QVBoxLayout) -> None:
        """The editor with its unit, and its slider behind it or, in a narrow window, below."""
        option, field = self.spec.option, self._field.widget
        parts: list[QWidget] = [field]
        if option.unit:
            unit = StyledLabel(option.unit, "muted")
            unit.setWordWrap(False)
            parts.append(unit)
        if isinstance(field, NumberField):
            field.lineEdit().textChanged.connect(lambda _text: self._preview())
            if option.slider is not None:
                slider = self._make_slider(field)
                column.addWidget(StackingRow(*parts, slider, grows=slider))
                return
        elif isinstance(field, ChoiceField):
            field.highlighted.connect(
                lambda at: self.previewed.emit(Preview(self.spec.name, field.value_at(at)))
            )
        line = QHBoxLayout()
        line.setSpacing(SPACE)
        for part in parts:
            line.addWidget(part, int(option.multiline and part is field))
        if not option.multiline:
            line.addStretch(1)
        column.addLayout(line)

    def _make_slider(self, field: NumberField) -> NumberSlider:
        slider = self._slider = NumberSlider(self.spec)
        slider.moved.connect(field.type_value)
        slider.settled.connect(self._apply)
        return slider

    # --- what is shown --------------------------------------------------------------------------

    def show_settings(self, settings: Settings) -> None:
        """Show the value in force, unless something is being typed here."""
        value = getattr(settings, self.spec.name)
        if not self._field.edited():
            self._show(value)
        self._offer_reset(offered=value != self.spec.default or bool(self._says(ToldLine.ERROR)))
        self._show_now()

    def show_automatic(self, value: object, top: float | None = None) -> None:
        """Say what is used here and now while the user sets nothing.

        Args:
            value: A number or a choice; None where nobody knows.
            top: Where the slider ends on this computer; None as it was declared.
        """
        self._automatic = value
        if isinstance(self._field.widget, NumberField) and isinstance(value, int | float):
            self._field.widget.set_first(value)
        if self._slider is not None and top is not None:
            self._slider.set_top(top)
        self.show_settings(self._service.current)

    def show_note(self, text: str) -> None:
        """Say what the value costs; an empty text says nothing."""
        self._tell(ToldLine.NOTE, text)

    def _show_now(self) -> None:
        value = getattr(self._service.current, self.spec.name)
        told = value is None and self._automatic is not None and self.spec.optional
        now = tr("Here and now: {value}", value=self._words(self._automatic)) if told else ""
        self._tell(ToldLine.NOW, now)

    def _words(self, value: object) -> str:
        """A value as people read it."""
        option = self.spec.option
        if isinstance(value, StrEnum):
            return option.choices.get(value, str(value))
        if isinstance(value, int | float):
            number = write_value(self.spec, value, signs_of(self._field.widget.locale()))
            return f"{number} {option.unit}".strip()
        return str(value)

    def _show(self, value: object) -> None:
        self._field.widget.blockSignals(True)  # showing is not changing
        self._field.show(value)
        self._field.widget.blockSignals(False)
        if self._slider is not None and not self._slider.isSliderDown():
            number = value if value is not None else self._automatic
            self._slider.show_number(number if isinstance(number, int | float) else None)

    # --- searching and leaving ------------------------------------------------------------------

    def finish(self) -> Refusal | None:
        """Take what is being typed; return what could not be taken."""
        if self._field.edited():
            self._apply()
        if not (refused := self._says(ToldLine.ERROR)):
            return None
        field, typed = self._field.widget, ""
        if isinstance(field, NumberField):
            typed = tr("“{text}” was typed.", text=field.typed)
        what = tr("{label} was not changed.", label=self.spec.option.label)
        return Refusal(what, paragraph(typed, refused))

    # --- changing -------------------------------------------------------------------------------

    def _preview(self) -> None:
        try:
            value = self._field.read()
        except InvalidValueError:
            return
        if self._slider is not None and not self._slider.isSliderDown():
            number = value if value is not None else self._automatic
            self._slider.show_number(number if isinstance(number, int | float) else None)
        self.previewed.emit(Preview(self.spec.name, value))

    def _to_default(self) -> None:
        self._set(self.spec.default)

    def _apply(self) -> None:
        try:
            value = self._field.read()
        except InvalidValueError as error:
            self._refuse(paragraph(error.what, self._stays()))
            return
        self._set(value)

    def _set(self, value: object) -> None:
        try:
            settings = self._service.update(**{self.spec.name: value})
        except KnownError as error:
            self._refuse(str(error))
            return
        self._tell(ToldLine.ERROR, "")
        self._field.widget.setAccessibleDescription(self.spec.option.help)
        self._show(getattr(settings, self.spec.name))
        self.show_settings(settings)

    def _refuse(self, sentence: str) -> None:
        """Say beside the field why what stands in it was not taken; it stays there as typed."""
        told = self._says(ToldLine.ERROR) == sentence
        self._tell(ToldLine.ERROR, sentence)
        self._field.widget.setAccessibleDescription(paragraph(sentence, self.spec.option.help))
        self._offer_reset(offered=True)
        if not told:
            announce(self, sentence)

    def _stays(self) -> str:
        option = self.spec.option
        value = getattr(self._service.current, self.spec.name)
        if value is None:
            return tr("{label} stays “{value}”.", label=option.label, value=option.none_label)
        return tr("{label} stays {value}.", label=option.label, value=self._words(value))


def fits(spec: SettingSpec, query: str) -> bool:
    """Whether every word of ``query`` occurs in a setting's label, help, choices, name or page."""
    option = spec.option
    page = option.section.label if option.section is not None else ""
    choices = " ".join((*option.choices.values(), *option.choices, option.none_label, option.unit))
    text = f"{option.label} {option.help} {spec.name} {page} {choices}".casefold()
    return all(word in text for word in query.casefold().split())
