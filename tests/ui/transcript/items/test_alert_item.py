"""The heading of an alert in the window: seen, told apart, found, copied and said."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.markup.kinds.alert import TONES
from app.ui.style.theme import DARK, HIGH_CONTRAST, LIGHT, Theme
from app.ui.transcript.content.row import LeafRow
from app.ui.transcript.content.selection import CopyAs, select_all, selected_text
from app.ui.transcript.content.spoken import spoken_message
from app.ui.transcript.items.alert_item import _ICONS, AlertItem
from app.ui.transcript.view import TranscriptView
from tests.ui.style.test_theme import contrast_ratio
from tests.ui.transcript.making import chat_of

THEMES = (LIGHT, DARK, HIGH_CONTRAST)


def shown(qtbot: QtBot, text: str, theme: Theme = LIGHT) -> tuple[TranscriptView, AlertItem, int]:
    view = TranscriptView(theme=theme)
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.set_branch(chat_of(["Why?", text]))
    qtbot.waitUntil(lambda: view.idle)
    rows = view._layout.branch.models[1].rows
    row = next(i for i, row in enumerate(rows) if isinstance(row, LeafRow))
    item = view._layout.widgets.lay_out(1, row)
    assert isinstance(item, AlertItem)
    return view, item, row


def colours(image: QImage) -> set[str]:
    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return {QColor(image.pixel(x, y)).name() for x, y in places}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("kind", TONES)
def test_bar_icon_and_word_are_in_a_colour_that_can_be_read(
    qtbot: QtBot, theme: Theme, kind: str
) -> None:
    view, item, _ = shown(qtbot, f"> [!{kind}]\n> Text.", theme)
    colour = item.style.tone(TONES[kind])
    assert contrast_ratio(colour, theme.page) >= theme.contrast
    assert colour in colours(view.grab().toImage())


def test_the_five_have_pictures_of_different_shapes() -> None:
    assert set(_ICONS) == set(TONES)
    assert len(set(_ICONS.values())) == len(TONES)


def test_its_word_is_found_selected_said_and_copied(qtbot: QtBot) -> None:
    text = "> [!WARNING]\n> Mind the *gap*, and $x^2$."
    view, item, row = shown(qtbot, text)
    branch = view._layout.branch
    model = branch.models[1]
    assert item.length() == len("Warning")
    assert model.rows[row].drawn_text() == "Warning"
    assert spoken_message(model, 500) == "Phial answered: Warning\nMind the gap, and x squared."
    everything = select_all(branch)
    assert everything is not None
    assert selected_text(branch, everything, CopyAs.MARKDOWN).endswith(text)
    assert selected_text(branch, everything, CopyAs.PLAIN).endswith(
        "> Warning\n> Mind the gap, and $x^2$."
    )


def test_it_appears_while_the_answer_is_written(qtbot: QtBot) -> None:
    view, _, _ = shown(qtbot, "> [!TIP]\n> Text.")
    view.set_branch(chat_of(["Why?", ""]))
    answer = view._layout.branch.models[1].message.id
    view.begin_answer(answer)
    for piece in ("> [!N", "OTE]\n", "> Some ", "words."):
        view.feed(answer, piece)
    rows = view._layout.branch.models[1].rows
    assert [row.drawn_text() for row in rows if row.drawn_text()] == ["Note", "Some words."]
