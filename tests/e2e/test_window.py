"""The program in a real window, driven by keys and by an assistive client."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.desktop import Start, missing, until
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(bool(missing()), reason=f"needs a display with a bus: {missing()}"),
]

ANSWER = "A phial is a small bottle, mostly made of glass."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says one sentence."""
    path = tmp_path_factory.mktemp("model") / "scripted.gguf"
    return write_model(path, ModelSpec(script=pieces_of(ANSWER)))


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that never ends its turn, and with its many layers is as slow as a large one."""
    path = tmp_path_factory.mktemp("model") / "endless.gguf"
    script = pieces_of("round and about it goes, ")
    return write_model(path, ModelSpec(script=script, loop=True, layers=32, context=16_384))


def test_an_assistive_client_can_hold_a_conversation(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    window.write("Message", "What is a phial?")
    window.press("Send")
    window.hears("Phial is answering.")
    window.reads(ANSWER)
    window.reads("What is a phial?")
    window.hears(f"Phial answered: {ANSWER}")
    assert window.control("New chat")["role"] == "push button"
    assert window.control("Search chats")["role"] == "text"
    assert window.close() == 0


def test_a_conversation_with_the_keyboard_alone(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    window.control("Message")
    window.bring_forward()
    window.type("Tell me")
    window.keys("Return")
    window.reads(ANSWER)
    window.keys("ctrl+n")
    window.reads("What would you like to ask?")
    window.keys("alt+Down")
    window.reads(ANSWER)
    window.keys("Up")
    window.reads("Editing your message")
    window.keys("Escape")
    window.keys("ctrl+p")
    window.control("Command or chat")
    window.type("keyboard short")
    window.keys("Return")
    window.reads("Previous chat")
    window.keys("Escape")
    window.reads_no_more("Previous chat")  # a key that comes while a sheet closes is the sheet's
    assert window.close() == 0


def test_stop_stops_and_the_text_stays(start: Start, endless: Path) -> None:
    window = start("--model", str(endless))
    window.write("Message", "Go")
    window.press("Send")
    window.reads("tokens/s")
    window.reads("round and about it goes, round")  # while it is written
    window.press("Stop")
    window.reads("Stopped by you")
    window.reads("round and about it goes")
    window.control("Send")
    assert window.close() == 0


def test_the_window_survives_its_engine(start: Start, endless: Path) -> None:
    window = start("--model", str(endless))
    window.write("Message", "Go")
    window.press("Send")
    window.reads("tokens/s")
    os.kill(window.engine_pid(), signal.SIGKILL)
    window.reads("Interrupted")
    window.reads("round and about it goes")
    window.control("Load again")
    window.press("Continue this answer")
    window.press("Stop")
    window.reads("Stopped by you")
    assert window.process.poll() is None
    assert window.close() == 0


def test_after_a_power_cut_the_text_is_there_and_can_be_continued(
    start: Start, endless: Path
) -> None:
    window = start("--model", str(endless))
    window.write("Message", "Go")
    window.press("Send")
    window.reads("tokens/s")
    time.sleep(1.5)  # the journal writes about once a second
    window.kill()
    again = start()
    again.reads("round and about it goes, round")
    again.reads("interrupted")
    again.press("Continue this answer")
    again.control("Stop")
    assert again.close() == 0


def test_words_are_kept_when_the_window_is_killed_from_outside(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    window.control("Message")
    window.bring_forward()
    window.type("Half a thought")
    until(lambda: window.control("Message")["text"] == "Half a thought", "the words, typed")
    for how, code in (("windowclose", 0), ("windowkill", 1)):  # and not by a signal
        subprocess.run(["xdotool", how, window.window_id()], check=True)
        assert window.process.wait(timeout=60) == code
        window = start()
        until(lambda: window.control("Message")["text"] == "Half a thought", "the words")  # noqa: B023
    assert window.close() == 0


def test_a_second_start_raises_the_first_window_and_ends(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    window.control("Message")
    second = start()
    assert second.process.wait(timeout=30) == 0
    assert window.process.poll() is None
    assert window.close() == 0


def test_an_assistive_client_opens_a_chat_menus_and_pages_and_one_types_on(
    start: Start, model: Path
) -> None:
    window = start("--model", str(model))
    window.control("Message")
    window.bring_forward()
    window.write("Message", "First question")
    window.press("Send")
    window.reads(ANSWER)
    window.control("Send")
    window.type(" next words")  # the button was pressed, and is not what has the keyboard
    until(lambda: window.control("Message")["text"] == " next words", "the words")
    window.write("Message", "")
    title = window.name_like("A phial is a small bottle.*glass")  # the model made it
    window.press("New chat", "push button")
    window.reads("What would you like to ask?")
    window.press(title, "list item")
    window.reads("First question")
    window.press("Menu", "push button")
    window.keys("Down", "Right", "Return")  # the first line of the first menu: New chat
    window.reads("What would you like to ask?")
    window.press("Model", "push button")
    window.keys("Down", "Down", "Down", "Down", "Return")  # behind the models and their kinds
    window.reads("On this computer")
    window.keys("Escape")
    window.press("Settings", "push button")
    window.press("Appearance", "list item")
    window.reads("Wrap long lines of code")
    window.keys("Escape")
    assert window.close() == 0


def test_tab_comes_round_in_the_order_of_the_eye(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    window.control("Message")
    window.bring_forward()
    window.type("Tell me")
    window.keys("Return")
    window.reads(ANSWER)
    window.control("Send")
    passed: list[set[str]] = []
    for _ in range(40):
        window.keys("Tab")
        passed.append({str(n["name"]) for n in window.nodes() if "focused" in n["states"]})
        if "Message" in passed[-1]:
            break
    wanted = ["New chat", "Search chats", "Menu", "Conversation", "Copy message", "Message"]
    at = [next(i for i, names in enumerate(passed) if name in names) for name in wanted]
    assert at == sorted(at), passed
    assert window.close() == 0
