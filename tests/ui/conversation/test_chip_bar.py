"""The chips under the words: the one that says of nothing chosen gives its words up first."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.domain.grammar.form import Form, FormKind
from app.ui.conversation.input.chip_bar import Chip, ChipBar
from app.ui.conversation.input.form_choice import FormChoice
from app.ui.style.theme import LIGHT


def wordless(chip: Chip) -> bool:
    return chip.width() < chip.width_with_words()


def test_chips_without_room_for_words_show_signs_and_the_chosen_ones_last(qtbot: QtBot) -> None:
    bar = ChipBar(LIGHT)
    qtbot.addWidget(bar)
    form = FormChoice(bar.form)
    bar.model.set_full_text("Phi-4 · ready")
    chips = bar.preset, bar.model, bar.form
    bar.show()
    bar.resize(1000, 40)
    qtbot.waitUntil(lambda: not any(map(wordless, chips)))
    room = bar.attach.sizeHint().width() + sum(one.width_with_words() for one in chips)
    bar.resize(room, 40)  # and nothing between them
    qtbot.waitUntil(lambda: [wordless(one) for one in chips] == [False, False, True])
    form.choose("", Form(FormKind.ONE_OF, choices=("yes", "no")))
    qtbot.waitUntil(lambda: wordless(bar.preset) and not wordless(bar.form))
    bar.resize(1000, 40)
    qtbot.waitUntil(lambda: not any(map(wordless, chips)))
