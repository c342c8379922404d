"""While an answer is written the window around it keeps still."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.services.chat.activity import IDLE, STARTED
from app.services.core.events import ModelPhase, ModelState
from app.ui.conversation.composer import Composer
from app.ui.conversation.status_line import StatusLine
from app.ui.style import icons
from app.ui.style.theme import LIGHT
from app.ui.style.widgets import ContextMeter


def test_figures_change_a_few_times_a_second_and_the_last_ones_are_true(qtbot: QtBot) -> None:
    line = StatusLine(ModelState(ModelPhase.READY))
    qtbot.addWidget(line)
    line.resize(600, 30)
    shown: list[str] = []
    activity = STARTED
    for number in range(50):
        activity = activity.after_text(1, now=number / 100)
        line.set_activity(activity)
        if not shown or shown[-1] != line.full_text():
            shown.append(line.full_text())
    assert len(shown) <= 2
    qtbot.waitUntil(lambda: "50 tokens" in line.full_text())
    line.set_activity(IDLE)
    assert line.full_text() == ""


def test_more_of_an_answer_draws_no_button_anew(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    composer = Composer(LIGHT)
    qtbot.addWidget(composer)
    typed: list[str] = []
    composer.text_changed.connect(typed.append)
    drawn: list[str] = []
    monkeypatch.setattr(
        icons,
        "icon",
        lambda name, *_, original=icons.icon, **more: (
            drawn.append(name) or original(name, *_, **more)
        ),
    )
    for _ in range(20):
        composer.set_answering(answering=True)
    composer.set_answering(answering=False)
    assert drawn == ["stop", "send"]
    assert len(typed) == 2


def test_the_meter_is_drawn_where_it_looks_different(qtbot: QtBot) -> None:
    meter = ContextMeter()
    qtbot.addWidget(meter)
    meter.set_theme(LIGHT)
    meter.set_use(100, 16_384)
    assert not meter.isHidden()
    meter.set_use(16_000, 16_384)
    assert "16,000" in meter.accessibleDescription()
    meter.set_use(0, 0)
    assert meter.isHidden()
