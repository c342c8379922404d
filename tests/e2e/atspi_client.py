"""An assistive client: finds controls of a window by role and name, over AT-SPI.

Run by the system's Python, which has pyatspi. Reads one JSON command a line, answers one JSON
object a line. Kept free of the project's own code.
"""

import json
import sys

import pyatspi
from gi.repository import GLib

LIMIT = 20_000
HEARD = []  # what was announced since the start, by any program


def application(pid):
    for one in pyatspi.Registry.getDesktop(0):
        if one is not None and one.get_process_id() == pid:
            return one
    return None


def walk(node, left):
    if node is None or left[0] <= 0:
        return
    left[0] -= 1
    yield node
    for index in range(min(node.childCount, 2_000)):
        yield from walk(node.getChildAtIndex(index), left)


def states(node):
    held = node.getState()
    names = {
        "showing": pyatspi.STATE_SHOWING,
        "focused": pyatspi.STATE_FOCUSED,
        "enabled": pyatspi.STATE_ENABLED,
        "focusable": pyatspi.STATE_FOCUSABLE,
    }
    return [name for name, state in names.items() if held.contains(state)]


def text_of(node):
    try:
        text = node.queryText()
    except NotImplementedError:
        return None
    return text.getText(0, -1)


def facts(node):
    return {
        "role": node.getRoleName(),
        "name": node.name,
        "description": node.description,
        "states": states(node),
        "text": text_of(node),
    }


def find(pid, role, name):
    """Nodes of a name, an exact one; a role narrows it. Those that are shown come first."""
    top = application(pid)
    found = [
        node
        for node in walk(top, [LIMIT])
        if node.name == name and (not role or node.getRoleName() == role)
    ]
    return sorted(found, key=lambda node: "showing" not in states(node))


def hear(event):
    HEARD.append(str(event.any_data))


def heard():
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass
    return HEARD


def answer(command):
    pid, do = command["pid"], command["do"]
    if do == "heard":
        return {"heard": heard()}
    if do == "tree":
        return {"nodes": [facts(node) for node in walk(application(pid), [LIMIT])]}
    found = find(pid, command.get("role", ""), command["name"])
    if not found:
        return {"missing": True}
    node = found[0]
    if do == "facts":
        return facts(node)
    if do == "press":
        node.queryAction().doAction(0)
    elif do == "focus":
        node.queryComponent().grabFocus()
    elif do == "write":
        node.queryEditableText().setTextContents(command["text"])
    return {"done": True}


def main():
    pyatspi.Registry.registerEventListener(hear, "object:announcement")
    for line in sys.stdin:
        try:
            result = answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - pyatspi raises anything when a window goes
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


main()
