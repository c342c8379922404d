"""The setting that says when the model reads before it is asked."""

from __future__ import annotations

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.domain.settings import ReadAheadWhen, Settings
from app.engine.scripted import ScriptedEngine
from app.services.core.events import ModelPhase
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.support.settings_dialog import SettingsHand
from tests.support.window import Open


class _Battery:
    """Of a laptop that is carried around."""

    percent = 80.0
    power_plugged = False
    secsleft = 3_600


@scenario("setting", "read_ahead")
def test_what_is_typed_is_read_on_a_battery_only_where_that_is_wanted(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", _Battery, raising=False)
    engine = ScriptedEngine()
    opened = open_window(engine, Settings(welcomed=True))
    models, editor = opened.harness.services.models, opened.window.pane.composer.editor
    models.load()
    ready(qtbot, lambda: models.state.phase is ModelPhase.READY)
    hand = SettingsHand(qtbot, opened.window)
    hand.open()
    hand.choose("read_ahead", "Always")
    hand.close()
    ready(qtbot, editor.isVisible)
    assert opened.harness.services.settings.current.read_ahead in set(ReadAheadWhen)
    assert not any(one.draft for one in engine.read_aheads)
    editor.setFocus()
    qtbot.keyClicks(editor, "Some words")
    until(qtbot, lambda: any(one.draft == "Some words" for one in engine.read_aheads))
