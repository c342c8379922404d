"""The ring of the context fills as the context does, and shows nothing of nothing."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.ui.conversation.context_ring import ContextRing, ContextUse
from app.ui.style.theme import LIGHT, THEMES, Theme


def filled(ring: ContextRing, colour: str) -> int:
    """How many pixels of the ring have this colour."""
    ring.resize(ring.sizeHint())
    image, wanted = ring.grab().toImage(), QColor(colour).getRgb()
    return sum(
        all(
            abs(part - other) < 40
            for part, other in zip(image.pixelColor(x, y).getRgb(), wanted, strict=True)
        )
        for x in range(image.width() // 2)
        for y in range(image.height())
    )


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_the_ring_is_as_full_as_the_context(qtbot: QtBot, theme: Theme) -> None:
    ring = ContextRing()
    qtbot.addWidget(ring)
    ring.set_theme(theme)
    filled_by = []
    for tokens in (0, 200, 400, 800):
        ring.show_use(ContextUse(tokens, 1000))
        filled_by.append(filled(ring, theme.accent))
    nothing, fifth, two, four = filled_by
    assert nothing == 0
    assert fifth > 5
    assert two in range(int(1.6 * fifth), int(2.6 * fifth))
    assert four in range(int(1.6 * two), int(2.6 * two))
    ring.show_use(ContextUse(950, 1000))
    assert filled(ring, theme.warning) > 4 * fifth


def test_where_nobody_tells_the_size_it_says_so(qtbot: QtBot) -> None:
    ring = ContextRing()
    qtbot.addWidget(ring)
    ring.set_theme(LIGHT)
    ring.show_use(ContextUse())
    assert ring.isHidden()
    ring.show_use(ContextUse(30, 0, "Nobody says how much it reads."))
    assert not ring.isHidden()
    assert ring.toolTip() == "Nobody says how much it reads. 30 tokens were read so far."
    assert ring.accessibleDescription() == ring.toolTip()
    assert filled(ring, LIGHT.accent) == 0
    ring.show_use(ContextUse(30, 100, "It drops what is too much."))
    assert "30 of 100 tokens used" in ring.toolTip()
    assert ring.toolTip().endswith("It drops what is too much.")
    ring.show_use(ContextUse(30))
    assert ring.isHidden()
