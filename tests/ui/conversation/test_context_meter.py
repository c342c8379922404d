"""The context meter fills as the context does, and shows nothing of nothing."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.ui.style.theme import LIGHT, THEMES, Theme
from app.ui.style.widgets import ContextMeter


def filled(meter: ContextMeter, colour: str) -> int:
    """How many pixels of the middle of the bar have this colour."""
    image = meter.grab().toImage()
    wanted = QColor(colour)
    middle = image.height() // 2
    return sum(
        all(
            abs(part - other) < 40
            for part, other in zip(
                image.pixelColor(x, middle).getRgb(), wanted.getRgb(), strict=True
            )
        )
        for x in range(41)
    )


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_the_bar_is_as_full_as_the_context(qtbot: QtBot, theme: Theme) -> None:
    meter = ContextMeter()
    qtbot.addWidget(meter)
    meter.set_theme(theme)
    widths = []
    for tokens in (0, 30, 500, 800):
        meter.set_use(tokens, 1000)
        meter.resize(meter.sizeHint())
        widths.append(filled(meter, theme.accent))
    assert widths[0] == 0
    assert widths[1] <= 3
    assert widths[2] in range(18, 22)
    assert widths[3] in range(29, 34)


def test_a_context_that_is_nearly_full_warns(qtbot: QtBot) -> None:
    meter = ContextMeter()
    qtbot.addWidget(meter)
    meter.set_theme(LIGHT)
    meter.set_use(950, 1000)
    meter.resize(meter.sizeHint())
    assert filled(meter, LIGHT.warning) > 30


def test_where_nobody_tells_the_size_it_says_so(qtbot: QtBot) -> None:
    meter = ContextMeter()
    qtbot.addWidget(meter)
    meter.set_theme(LIGHT)
    meter.set_use(0, 0)
    assert meter.isHidden()
    meter.set_use(30, 0, "Nobody says how much it reads.")
    assert not meter.isHidden()
    assert meter.toolTip() == "Nobody says how much it reads. 30 tokens were read so far."
    assert meter.accessibleDescription() == meter.toolTip()
    assert filled(meter, LIGHT.accent) == 0
    meter.set_use(30, 100, "It drops what is too much.")
    assert "30 of 100 tokens used" in meter.toolTip()
    assert meter.toolTip().endswith("It drops what is too much.")
    meter.set_use(30, 0)
    assert meter.isHidden()
