"""What an assistive client finds in the real window, and a day's work done by it alone."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import gguf
import pytest

from tests.e2e.desktop import ROOT, RunningWindow, Start, missing, until
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(bool(missing()), reason=f"needs a display with a bus: {missing()}"),
]

ANSWER = """# Bottles

A phial is a small [bottle](https://example.org/phial), mostly made of glass.

- [x] filled
- corked

1. wash

| Name | Size |
|---|---|
| Phial | 9 GB |

$$x^2$$

```python
print(1)
```
"""
ROLES = {
    "push button": {"Press"},
    "toggle button": {"Press", "Toggle"},
    "check box": {"Press", "Toggle"},
    "radio button": {"Press", "Toggle"},
    "combo box": {"Press", "ShowMenu"},
    "menu item": {"Press", "ShowMenu"},
    "check menu item": {"Press", "Toggle"},
    "radio menu item": {"Press", "Toggle"},
    "page tab": {"Press"},
    "link": {"Press"},
    "text": {"SetFocus"},
    "password text": {"SetFocus"},
    "spin button": {"Increase"},
    "slider": {"Increase"},
    "list": {"SetFocus"},
    "tree": {"SetFocus"},
    "list item": {"Toggle", "Press"},
    "table cell": {"Toggle", "Press"},
}
"""By the role of a control, the actions one of which it has to offer."""
STOPS = {"push button", "check box", "combo box", "text", "password text", "spin button"}
"""Roles that Tab stops at, each by itself."""
OF_TEXT = {"table cell", "list item", "text"}
"""Roles of controls that parts of an answer have too, where nothing is to be done."""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model in two quantizations, by what their headers say; the path of one."""
    folder = tmp_path / "home" / "models"
    folder.mkdir(parents=True)
    for kind in (gguf.LlamaFileType.MOSTLY_Q4_K_M, gguf.LlamaFileType.MOSTLY_Q8_0):
        spec = ModelSpec(script=pieces_of(ANSWER), name="Bottled", file_type=kind)
        write_model(folder / f"bottled-{kind.name.removeprefix('MOSTLY_')}.gguf", spec)
    other = folder / "bottled-Q8_0.gguf"
    environment = {**os.environ, "PHIAL_HOME": str(tmp_path / "home")}
    subprocess.run(
        [sys.executable, "-m", "app", "models", "add", str(other)],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return folder / "bottled-Q4_K_M.gguf"


def faults(window: RunningWindow, page: str) -> list[str]:
    """The controls that are shown and have no name, or offer nothing that their role promises."""
    found = []
    for node in window.audit():
        role, told = node["role"], f"{page}: {' > '.join(node['above'][-3:])} > {node['role']}"
        of_text = any(one.startswith("document") for one in node["above"])
        if role in ROLES and not (node["name"] if role != "combo box" else node["labels"]):
            found.append(f"{told} has no name")
        usable = "enabled" in node["states"] and not (of_text and role in OF_TEXT)
        if role in ROLES and usable and not ROLES[role] & set(node["actions"]):
            found.append(f"{told} “{node['name']}” offers {node['actions']}")
        if role in {"filler", "unknown"} and "focusable" in node["states"] and not node["name"]:
            found.append(f"{told} takes the keyboard without a name")
        if role == "layered pane":  # Qt's word for any stack of pages, spoken at each turn
            found.append(f"{told} is spoken")
    return found


def tab_round(window: RunningWindow) -> list[tuple[str, str]]:
    """Role and name of everything that Tab stops at until it comes back to the first."""
    window.ask("focused")
    stops: list[tuple[str, str]] = []
    while len(stops) < 80:
        window.keys("Tab")
        told = until(lambda: window.ask("focused")["nodes"], "the focus to move", 5)
        stop = (str(told[-1][0]), str(told[-1][1]))
        if stops and stop == stops[0]:
            return stops
        stops.append(stop)
    raise AssertionError(f"Tab does not come back: {stops}")


def passed_over(window: RunningWindow, stops: list[tuple[str, str]]) -> list[str]:
    """The controls that are shown and that Tab did not stop at."""
    return [
        f"{node['role']} {node['name']}"
        for node in window.audit()
        if node["role"] in STOPS
        and {"enabled", "focusable"} <= set(node["states"])
        and (node["role"], node["name"]) not in stops
    ]


def leave(window: RunningWindow) -> None:
    """Close the menu or the dialog that is open."""
    window.keys("Escape")
    over = {"popup menu", "dialog"}
    until(lambda: over.isdisjoint(n["role"] for n in window.audit()), "its end", 10)


def open_page(window: RunningWindow, *lines: str) -> None:
    """Choose something in the menu, as an assistive client does."""
    window.press("Menu", "push button")
    for line in lines:
        window.press(line, "menu item")


def test_the_chat_and_its_menus_are_named_and_tab_goes_round(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    window.write("Message", "What is a phial?")
    window.bring_forward()
    window.press("Send")
    window.reads("Regenerate answer")
    heard = window.ask("heard")["heard"]
    assert [words[:16] for words in heard] == ["Phial is answeri", "Phial answered: "]
    told = faults(window, "chat")
    missed = passed_over(window, tab_round(window))
    for button in ("Menu", "Preset", "Model"):
        window.press(button, "push button")
        until(lambda: window.audit()[0]["role"] == "popup menu", "its menu")
        told += faults(window, f"menu {button}")
        leave(window)
    window.press("Conversation", "list")  # the keyboard goes there
    window.keys("Menu")
    until(lambda: window.audit()[0]["role"] == "popup menu", "its menu")
    told += faults(window, "menu of the message")
    window.press("New chat from here", "menu item")  # answered, whatever that opens
    window.reads("This is a new chat, from that message on.")
    assert not told, "\n".join(told)
    assert not missed, "\n".join(missed)
    assert window.close() == 0


def test_what_is_chosen_by_keys_is_told(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    window.write("Message", "What is a phial?")
    window.bring_forward()
    window.press("Send")
    window.reads("Regenerate answer")
    window.keys("ctrl+f")
    window.control("Find in this chat", "text")
    window.type("phial")
    window.hears("3 matches")
    window.keys("Return")
    window.hears("1 of 3 · What is a phial?")
    window.keys("Escape", "ctrl+p")
    window.control("Command or chat", "text")
    window.ask("focused")
    window.type("private")
    window.keys("Down", "Up")
    told = until(lambda: window.ask("focused")["nodes"], "an entry to be told", 5)
    assert told[-1][0] == "list item"
    assert "private" in told[-1][1].lower()
    window.type("qqq")
    window.hears("Nothing fits.")
    window.keys("Escape", "ctrl+Prior", "ctrl+Prior")  # from message to message
    window.hears("You said: What is a phial?")
    assert window.close() == 0


def test_pages_and_dialogs_are_named(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    told = []
    for lines, shown in (
        (("View", "Presets…"), "Duplicate"),
        (("Chat", "Documents…"), "Add documents…"),
        (("Model", "Models on this computer…"), "Use a file I already have…"),
        (("Model", "Get Phi-4…"), "List or search"),
    ):
        open_page(window, *lines)
        window.control(shown, "push button")
        told += faults(window, lines[-1])
        leave(window)
    assert not told, "\n".join(told)
    assert window.close() == 0


def test_settings_are_named_and_tab_goes_round(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    window.press("Settings", "push button")
    window.control("General", "list item")
    window.bring_forward()
    pages = [
        node["name"]
        for node in window.audit()
        if node["above"] and node["above"][-1] == "list Sections"
    ]
    told, missed = [], []
    for page in pages:
        window.press(page, "list item")
        window.control(page, "label")
        told += faults(window, f"settings {page}")
        if page == "Storage":
            missed += passed_over(window, tab_round(window))
    assert not told, "\n".join(told)
    assert not missed, "\n".join(missed)
    window.keys("Escape")
    assert window.close() == 0


def hashes(database: Path) -> list[str]:
    """The hash of the file that wrote each answer."""
    question = (
        "SELECT models.sha256 FROM messages JOIN models ON messages.model = models.seq "
        "WHERE role = 'assistant'"
    )
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute(question)]


def test_a_chat_is_dragged_into_a_folder_by_the_pointer(start: Start, model: Path) -> None:
    window = start("--model", str(model))
    for question in ("Corks", "Bottles"):
        window.press("New chat", "push button")
        window.write("Message", question)
        window.press("Send")
        window.reads("Regenerate answer")
    open_page(window, "Chat", "Move to folder…")
    window.write("Folder (an empty name takes it out of its folder):", "Glass")
    window.press("Move", "push button")
    folder = window.control("Glass, 1 chat", "list item")
    rows = [node for node in window.nodes() if node["role"] == "list item" and node["place"]]
    left = [row for row in rows if row["place"][0] == folder["place"][0]]  # those of the sidebar
    window.drag(left[-1], folder)
    window.reads("Chat moved to “Glass”.")
    database = f"file:{window.home}/phial.db?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        question = "SELECT CAST(title AS TEXT) FROM conversations WHERE folder = CAST(? AS BLOB)"
        found = until(lambda: len(connection.execute(question, ["Glass"]).fetchall()) == 2, "both")
    assert found
    assert window.close() == 0


def test_a_days_work_by_an_assistive_client_alone(
    start: Start, model: Path, tmp_path: Path
) -> None:
    window = start("--model", str(model))
    window.write("Message", "What is a phial?")
    window.press("Send")
    window.reads("Regenerate answer")
    parts = [(node["role"], node["name"]) for node in window.audit()]
    for part in (
        ("document frame", "You said"),
        ("document frame", "Phial answered"),
        ("heading", "Bottles"),
        ("list item", "Done: filled"),
        ("list item", "Item: corked"),
        ("list item", "1. wash"),
        ("table cell", "row 1, Size: 9 GB"),
        ("text", "Formula: x squared"),
        ("paragraph", "Code: print(1)"),
    ):
        assert part in parts
    window.press("bottle", "link")  # shown, and asked about before anything is opened
    window.press("Cancel", "push button")
    window.press("Regenerate answer", "push button")
    window.reads("Version 2 of 2")

    open_page(window, "Chat", "Move to folder…")
    window.write("Folder (an empty name takes it out of its folder):", "Glass")
    window.press("Move", "push button")
    window.reads("Glass")
    window.press("Preset", "push button")
    window.press("Explain step by step", "menu item")
    until(lambda: window.control("Preset")["description"].startswith("Explain"), "the preset")

    window.press("Settings", "push button")
    window.press("Models", "list item")
    window.press("Switch to Q8_0", "push button")
    window.press("Answers", "list item")
    window.press("Check sums", "check box")
    kept = tmp_path / "home" / "settings.json"
    until(lambda: kept.exists() and json.loads(kept.read_text()).get("check_sums") is False, "it")
    window.press("Back", "push button")
    until(lambda: "Q8_0" in window.control("Model")["description"], "the other file")
    window.write("Message", "And now?")
    window.press("Send")
    wanted = hashlib.sha256((model.parent / "bottled-Q8_0.gguf").read_bytes()).hexdigest()
    until(lambda: wanted in hashes(tmp_path / "home" / "phial.db"), "the answer of the other file")

    open_page(window, "Chat", "Export…")
    window.press("Export…", "push button")
    window.write("File name:", str(tmp_path / "day.md"))
    window.press("Save", "push button")
    until((tmp_path / "day.md").exists, "the file")
    assert "What is a phial?" in (tmp_path / "day.md").read_text()

    open_page(window, "Chat", "Move to trash")
    window.press("Undo", "push button")
    window.reads("Phial answered")
    window.press("New chat", "push button")
    window.reads("What would you like to ask?")
    open_page(window, "Chat", "Quit")
    assert window.process.wait(timeout=30) == 0
