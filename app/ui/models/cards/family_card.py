"""A model of the catalogue as a card: its quantizations, what each costs here, and its button."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout

from app.domain.download import DownloadItem, DownloadState
from app.language import tr
from app.language.numbers import write
from app.services.core import formatting
from app.services.models.quantizations import ModelChoice, Quantization
from app.ui.models.cards.card_actions import CardActions
from app.ui.models.cards.segments import SegmentChoice, SegmentedControl
from app.ui.models.quantization_panel import memory_line, speed_line
from app.ui.settings.panels.memory_panel import ShareBar
from app.ui.style.dialogs import push_button, text_label
from app.ui.style.motion import unfolding
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.widgets import StyledLabel, restyle

_BAR = 220  # width of the bar of memory at 100 %, pixels
_FEWEST = 4  # quantizations that are shown where fewer are usual
_OTHERS = 2  # models that are named beside the one that is advised


class FamilyCard(QFrame):
    """One model: what it is good for, the choice of quantizations, and what the chosen one costs.

    Args:
        choice: The model, judged for this computer.
        theme: Colours.
        do: What its buttons do.
        others: What else would fit, as sentences; for the card of this computer.
        chosen: The quantization that is shown first; empty for the one to take.
    """

    def __init__(
        self,
        choice: ModelChoice,
        theme: Theme,
        do: CardActions,
        others: Sequence[str] = (),
        chosen: str = "",
    ) -> None:
        super().__init__()
        self.choice, self._do = choice, do
        self.setObjectName("card")
        self.setAccessibleName(choice.family.name)
        names = [one.name for one in choice.options]
        self._one = choice.options[names.index(chosen) if chosen in names else _first(choice)]
        self._open, self._looked = False, chosen in names
        self._shown: list[Quantization] = []
        self._segments = SegmentedControl(tr("Quantization of {model}", model=choice.family.name))
        self._bar = ShareBar(theme)
        self._memory, self._cost = StyledLabel("", "small"), StyledLabel("", "small")
        self._progress = QProgressBar(textVisible=False, maximum=1000)
        self._used = StyledLabel(tr("In use"), "subheading")
        self._used.setWordWrap(False)
        self._go = push_button(tr("Download"))
        self._pause, self._resume = push_button(tr("Pause")), push_button(tr("Resume"), "accent")
        self._stop = push_button(tr("Stop fetching"))
        told = tr("What was fetched so far is deleted. Pause keeps it.")
        self._stop.setToolTip(told)
        self._stop.setAccessibleDescription(told)
        self._more = push_button(tr("More"), "link")
        self._details = text_label("", "small")
        self._reason, self._others = text_label(""), text_label("", "muted")
        self._lay_out()
        self._segments.chosen.connect(self._choose)
        self._go.clicked.connect(lambda _checked: self._act())
        self._pause.clicked.connect(lambda _checked: self._with_download(self._do.pause))
        self._resume.clicked.connect(lambda _checked: self._with_download(self._do.resume))
        self._stop.clicked.connect(lambda _checked: self._do.stop(self._one))
        self._more.clicked.connect(lambda _checked: self._unfold())
        self.show_choice(choice, others)

    def show_choice(self, choice: ModelChoice, others: Sequence[str] = ()) -> None:
        """Show the same model judged anew; what the user looks at stays.

        Args:
            choice: The model.
            others: What else would fit, as sentences.
        """
        names, wanted = [one.name for one in choice.options], self.looked_at
        self.choice = choice
        self._one = choice.options[names.index(wanted) if wanted in names else _first(choice)]
        for label, text in ((self._reason, choice.reason), (self._others, "\n".join(others))):
            label.setText(text)
            label.setVisible(bool(text))
        self._offer()
        self._show_chosen()

    @property
    def looked_at(self) -> str:
        """The name of the quantization that the user chose to look at; empty where none."""
        return self._one.name if self._looked else ""

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 2, SPACE + 4, SPACE * 2, SPACE + 4)
        column.setSpacing(SPACE // 2 + 2)
        column.addWidget(StyledLabel(self.choice.family.name, "subheading"))
        column.addWidget(StyledLabel(self.choice.family.good_for, "muted"))
        column.addWidget(self._reason)
        column.addSpacing(SPACE // 2)
        column.addWidget(self._segments)
        self._bar.setMaximumWidth(zoomed(_BAR))
        self._taken = StackingRow(self._bar, self._memory, grows=self._memory)
        column.addWidget(self._taken)
        column.addWidget(self._cost)
        column.addWidget(self._progress)
        column.addSpacing(SPACE // 2)
        row = (self._go, self._pause, self._resume, self._stop, self._used, self._more)
        column.addWidget(StackingRow(*row))
        column.addWidget(self._details)
        column.addWidget(self._others)

    def _offer(self) -> None:
        """Show the quantizations that matter, or all of them."""
        options = self.choice.options
        self._shown = [
            one
            for number, one in enumerate(options)
            if self._open or number < _FEWEST or one is self._one or _matters(one)
        ]
        told = [SegmentChoice(one.name, self._spoken(one), _cost_line(one)) for one in self._shown]
        self._segments.set_choices(told, self._shown.index(self._one))

    def _spoken(self, one: Quantization) -> str:
        if one.in_use:
            return tr("{name}, in use", name=one.name)
        if one is self.choice.options[0]:
            return tr("{name}, the one to take here", name=one.name)
        return one.name

    def _choose(self, number: int) -> None:
        self._one, self._looked = self._shown[number], True
        self._show_chosen()

    def _show_chosen(self) -> None:
        """Say what the chosen quantization costs, and what can be done with it."""
        advice = self._one.advice
        measured = advice is not None and bool(advice.memory)
        self._taken.setVisible(measured)
        if advice is not None and measured:
            self._bar.show_parts((float(advice.memory),), float(advice.free))
            self._memory.setText(memory_line(advice))
        self._details.setText("\n".join(self._detail_lines()))
        self._details.setVisible(self._open)
        self._name_button()
        self.show_download()

    def _name_button(self) -> None:
        one, family = self._one, self.choice.family.name
        if one.file is not None:
            self._go.setText(tr("Use"))
        elif any(other.in_use for other in self.choice.options):
            self._go.setText(tr("Fetch and switch"))
        else:
            self._go.setText(tr("Download"))
        self._go.setAccessibleName(f"{self._go.text()} {family} {one.name}")
        name = f"{family} {one.name}"
        self._pause.setAccessibleName(tr("Pause {name}", name=name))
        self._resume.setAccessibleName(tr("Resume {name}", name=name))
        self._stop.setAccessibleName(tr("Stop fetching {name}", name=name))
        self._progress.setAccessibleName(tr("Progress of {name}", name=name))
        self._more.setAccessibleName(tr("More about {model}", model=family))
        if self._open:
            self._more.setText(tr("Less"))
            self._more.setAccessibleName(tr("Less about {model}", model=family))
        else:
            self._more.setText(tr("More"))
        restyle(self._go, "kind", "accent" if self.choice.reason else "plain")
        self._go.setEnabled(_usable(one) or one.file is not None)

    def show_download(self) -> None:
        """Show how the download of the chosen quantization stands."""
        item = self._do.fetching(self._one)
        paused = item is not None and item.state is DownloadState.PAUSED
        going = item is not None and (paused or not item.state.over)
        instead = self._resume if paused else self._pause if going else self._go
        buttons = (self._go, self._pause, self._resume, self._stop)
        held = next((one for one in buttons if one.hasFocus()), None)
        self._progress.setVisible(going)
        self._used.setVisible(self._one.in_use)
        for button, shown in zip(
            buttons,
            (not going and not self._one.in_use, going and not paused, paused, going),
            strict=True,
        ):
            button.setVisible(shown)
        if held is not None and held.isHidden():
            instead.setFocus()  # what was pressed gives way to its opposite, never to the end of it
        if item is None:
            self._cost.setText(_cost_line(self._one))
            return
        if item.total:
            self._progress.setValue(round(1000 * item.done / item.total))
        failed = item.state is DownloadState.FAILED
        self._cost.setText(item.error if failed else formatting.download_line(item))

    def _detail_lines(self) -> list[str]:
        one, family = self._one, self.choice.family
        licence = tr("{name} licence", name=family.licence.upper()) if family.licence else ""
        trained = tr("trained for {tokens} tokens", tokens=family.context)
        lines = [one.good_for, one.advice.sentence if one.advice is not None else ""]
        lines.append(formatting.join(one.repository, licence, trained))
        return [line for line in lines if line]

    def _with_download(self, do: Callable[[DownloadItem], object]) -> None:
        item = self._do.fetching(self._one)
        if item is not None:
            do(item)
            self.show_download()

    def _unfold(self) -> None:
        self._open = not self._open
        with unfolding(self):
            self._offer()
            self._show_chosen()

    def _act(self) -> None:
        one = self._one
        if one.file is not None:
            self._do.use(one)
        elif any(other.in_use for other in self.choice.options):
            self._do.switch(one)
        else:
            self._do.download(self.choice.family, one)
        self.show_download()


def _usable(one: Quantization) -> bool:
    """Whether it would answer here at all, as far as is known."""
    return one.advice is None or one.advice.fit.usable


def _cost_line(one: Quantization) -> str:
    """What it costs, and how fast and how good it is; or why it does not fit."""
    if one.advice is not None and not _usable(one):
        return one.advice.sentence
    size = formatting.size(one.size) if one.size else tr("size unknown")
    where = size if one.file is not None else tr("{size} to fetch", size=size)
    return formatting.join(where, speed_line(one.advice), one.quality)


def _matters(one: Quantization) -> bool:
    return one.usual or one.file is not None


def _first(choice: ModelChoice) -> int:
    """The index of the quantization to look at first: the one in use, else the one to take."""
    used = [number for number, one in enumerate(choice.options) if one.in_use]
    return used[0] if used else 0


def other_models(choices: Sequence[ModelChoice]) -> list[str]:
    """What else would fit, a sentence each: Phi-4 itself, and a model that answers faster."""
    best = next((one for one in choices if one.reason), None)
    rest = [one for one in choices if one is not best and not one.family.thinks]
    rest.sort(key=lambda one: -one.family.parameters)
    return [line for line in map(_other_model, rest[:_OTHERS]) if line]


def _other_model(choice: ModelChoice) -> str:
    one, name = choice.options[0], choice.family.name
    advice, size = one.advice, formatting.size(one.size) if one.size else ""
    if advice is None or not size:
        return ""
    if not advice.fit.usable:
        needed, free = formatting.size(advice.memory), formatting.size(advice.free)
        return tr(
            "{model} would need {needed} of memory; {free} are free.",
            model=name,
            needed=needed,
            free=free,
        ) if advice.memory else ""  # fmt: skip
    words = advice.tokens_per_second * formatting.WORDS_PER_TOKEN
    number = write(words, digits=0 if words >= 3 else 1)
    if advice.measured:
        return tr("{model}, {size}, writes {number} words a second here, as was measured.",
                  model=name, size=size, number=number)  # fmt: skip
    return tr("{model}, {size}, writes about {number} words a second here.",
              model=name, size=size, number=number)  # fmt: skip
