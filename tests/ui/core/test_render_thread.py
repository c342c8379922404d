"""What would hold up a frame is done in a thread, and the thread ends when it is asked to."""

from __future__ import annotations

import threading

from PySide6.QtGui import QFont
from pytestqt.qtbot import QtBot

from app.markup.maths.render import Formula
from app.ui.core.render_thread import RenderThread
from app.ui.transcript.items.formulas import (
    DrawnFormula,
    FailedFormula,
    PendingFormula,
    is_light,
    render_shape,
)
from app.ui.transcript.view import TranscriptView

HEAVY = " + ".join(rf"\frac{{x_{{{index}}}}}{{{index}}}" for index in range(1, 40))


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "transcript"]


def test_a_heavy_formula_is_drawn_elsewhere_and_taken_in_the_windows_thread(qtbot: QtBot) -> None:
    assert not is_light(HEAVY)
    background = RenderThread()
    got: list[tuple[Formula | FailedFormula, threading.Thread]] = []
    background.submit(
        lambda: render_shape(HEAVY, True),
        lambda shape: got.append((shape, threading.current_thread())),
    )
    assert background.busy
    qtbot.waitUntil(lambda: bool(got), timeout=20_000)
    shape, taker = got[0]
    assert isinstance(shape, Formula)
    assert taker is threading.main_thread()
    assert not background.busy
    qtbot.waitUntil(lambda: not threads(), timeout=5_000)
    background.close()


def test_what_cannot_be_drawn_comes_back_with_its_reason(qtbot: QtBot) -> None:
    background = RenderThread()
    got: list[Formula | FailedFormula] = []
    background.submit(lambda: render_shape(r"\frobnicate{x}", False), got.append)
    qtbot.waitUntil(lambda: bool(got), timeout=20_000)
    assert isinstance(got[0], FailedFormula)
    assert "frobnicate" in got[0].reason
    background.close()


def test_close_waits_for_what_is_begun_and_forgets_the_rest(qtbot: QtBot) -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[int] = []

    def slow(number: int) -> int:
        begun.set()
        assert go_on.wait(20)
        done.append(number)
        return number

    background = RenderThread()
    for number in range(3):
        background.submit(lambda number=number: slow(number), lambda _: None)  # type: ignore[misc]
    assert begun.wait(20)
    closing = threading.Thread(target=background.close)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()  # what is begun is not finished yet
    go_on.set()
    closing.join(20)
    assert not closing.is_alive()
    assert done == [0]
    qtbot.waitUntil(lambda: not threads(), timeout=5_000)


def test_close_without_work_returns_at_once_and_may_be_called_twice() -> None:
    background = RenderThread()
    background.close()
    background.close()
    assert not threads()


def test_work_may_be_asked_for_again_after_the_thread_went(qtbot: QtBot) -> None:
    background = RenderThread()
    got: list[int] = []
    for number in (1, 2):
        background.submit(lambda number=number: number, got.append)  # type: ignore[misc]
        qtbot.waitUntil(lambda number=number: number in got, timeout=20_000)  # type: ignore[misc]
        qtbot.waitUntil(lambda: not threads(), timeout=5_000)
    background.close()


def test_while_the_thread_draws_the_window_does_not_wait_for_the_renderer(
    view: TranscriptView, qtbot: QtBot
) -> None:
    font, light = QFont(), "x + 1"
    assert is_light(light)
    view._styles.formulas.draw(HEAVY, display=True)
    first = view._styles.formulas.get(light, display=False, font=font, colour="#000000")
    assert isinstance(first, PendingFormula)
    qtbot.waitUntil(lambda: view.idle, timeout=20_000)
    drawn = view._styles.formulas.get(light, display=False, font=font, colour="#000000")
    assert isinstance(drawn, DrawnFormula)
    at_once = view._styles.formulas.get("y + 2", display=False, font=font, colour="#000000")
    assert isinstance(at_once, DrawnFormula)
