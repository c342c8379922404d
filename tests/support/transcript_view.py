from __future__ import annotations

import warnings
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # ziamath's import of its own font
    from app.ui.transcript.view import TranscriptView


@pytest.fixture
def make_view(qtbot: QtBot) -> Callable[..., TranscriptView]:
    def make(width: int = 900, height: int = 700, **keywords: object) -> TranscriptView:
        view = TranscriptView(**keywords)  # type: ignore[arg-type]
        qtbot.addWidget(view)
        view.resize(width, height)
        view.show()
        qtbot.waitExposed(view)
        return view

    return make


@pytest.fixture
def view(make_view: Callable[..., TranscriptView]) -> TranscriptView:
    return make_view()
