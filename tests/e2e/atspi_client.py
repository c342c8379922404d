"""An assistive client: finds controls of a window by role and name, over AT-SPI.

Run by the system's Python, which has pyatspi. Reads one JSON command a line, answers one JSON
object a line. Kept free of the project's own code.
"""

import json
import sys

import pyatspi
from gi.repository import Atspi, GLib

LIMIT = 20_000
FOCUSED = []  # role and name of what got the keyboard, since that was asked for
HEARD = []  # what was told since the start, by any program, as Orca 43 hears it
MENUS = []  # that are open: Qt lists no popup among a program's windows, and tells of each by event


def application(pid):
    for one in pyatspi.Registry.getDesktop(0):
        if one is not None and one.get_process_id() == pid:
            return one
    return None


def is_open(menu):
    """Whether a menu is there and shown; one that was deleted has not told of it."""
    try:
        return "showing" in states(menu)
    except GLib.Error:
        return False


def tops(pid):
    """The program and the menus that are open; the latest comes first."""
    pump()
    for menu in [menu for menu in MENUS if not is_open(menu)]:
        MENUS.remove(menu)
    menus = [menu for menu in reversed(MENUS) if menu.get_process_id() == pid]
    return [node for node in (*menus, application(pid)) if node is not None]


def below(pid):
    left = [LIMIT]
    for top in tops(pid):
        yield from walk(top, left)


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
        "place": place_of(node),
    }


def place_of(node):
    """Its rectangle on the screen: x, y, width, height."""
    if "Component" not in node.get_interfaces():
        return None
    found = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    return [found.x, found.y, found.width, found.height]


def audited(node, path):
    """A node with what can be done to it, and the names of those above it."""
    role, found = node.getRoleName(), []
    if "Action" in node.get_interfaces():
        action = node.queryAction()
        found = [action.getName(index) for index in range(action.nActions)]
    return {
        "role": role,
        "name": node.name,
        "states": states(node),
        "actions": found,
        "above": path,
        "labels": labels(node) if role == "combo box" else [],
    }


def labels(node):
    """The names of what labels a node."""
    return [
        relation.getTarget(index).name
        for relation in node.getRelationSet()
        if relation.getRelationType() == pyatspi.RELATION_LABELLED_BY
        for index in range(relation.getNTargets())
    ]


def audit(node, path, left):
    """Everything below a node that is shown."""
    if node is None or left[0] <= 0:
        return
    left[0] -= 1
    if path and "showing" not in states(node):
        return
    yield audited(node, path)
    below = [*path, f"{node.getRoleName()} {node.name[:40]}"]
    for index in range(min(node.childCount, 2_000)):
        yield from audit(node.getChildAtIndex(index), below, left)


def shown(node, left, top=True):
    """A node and all below it that is shown; what goes while it is looked at is passed over."""
    if node is None or left[0] <= 0:
        return
    left[0] -= 1
    try:
        if not top and "showing" not in states(node):
            return
        below = min(node.childCount, 2_000)
    except GLib.Error:
        return
    yield node
    for index in range(below):
        try:
            child = node.getChildAtIndex(index)
        except GLib.Error:
            continue
        yield from shown(child, left, top=False)


def is_read(pid, text):
    """Whether a text is in some name or text that is shown."""
    left = [LIMIT]
    for top in tops(pid):
        for node in shown(top, left):
            try:
                if text in node.name or text in (text_of(node) or ""):
                    return True
            except GLib.Error:
                continue
    return False


def find(pid, role, name):
    """Nodes of a name, an exact one; a role narrows it. Those that are shown come first."""
    found = [
        node
        for node in below(pid)
        if node.name == name and (not role or node.getRoleName() == role)
    ]
    return sorted(found, key=lambda node: "showing" not in states(node))


def focus(event):
    if event.detail1:
        FOCUSED.append([event.source.getRoleName(), event.source.name])


def show(event):
    if event.source.getRole() == pyatspi.ROLE_NOTIFICATION and event.detail1:
        HEARD.append(event.source.name)
    if event.source.getRole() != pyatspi.ROLE_POPUP_MENU:
        return
    if event.source in MENUS:
        MENUS.remove(event.source)
    if event.detail1:
        MENUS.append(event.source)


def pump():
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass


def heard():
    pump()
    return HEARD


def answer(command):
    pid, do = command["pid"], command["do"]
    if do == "heard":
        return {"heard": heard()}
    if do == "focused":
        pump()
        told = FOCUSED[:]
        FOCUSED.clear()
        return {"nodes": told}
    if do == "reads":
        return {"read": is_read(pid, command["text"])}
    if do == "tree":
        return {"nodes": [facts(node) for node in below(pid)]}
    if do == "audit":
        left = [LIMIT]
        return {"nodes": [found for top in tops(pid) for found in audit(top, [], left)]}
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
        fields = [one for one in found if "EditableText" in one.get_interfaces()]
        fields[0].queryEditableText().setTextContents(command["text"])
    return {"done": True}


def main():
    Atspi.set_timeout(1_000, 15_000)
    pyatspi.Registry.registerEventListener(focus, "object:state-changed:focused")
    pyatspi.Registry.registerEventListener(show, "object:state-changed:showing")
    for line in sys.stdin:
        try:
            result = answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - pyatspi raises anything when a window goes
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


main()
