"""The tables whose rows a person can do, and how a row's effect is taken out.

Commands, settings and keys are tables of the program. Buttons, menu entries, dialogs and what is
asked in passing are read off the source of :mod:`app.ui`: whoever adds one adds a row.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeGuard

import pytest
from PySide6.QtWidgets import QAbstractButton, QDialog, QFileDialog

import app.ui
from app.domain.generation import GenerationEvent, GenerationRequest, Sampling
from app.domain.settings import SPECS, Settings
from app.engine.base import Cancel
from app.engine.process.client import EngineClient
from app.services.core.events import SettingsChanged
from app.services.core.settings import SettingsService
from app.ui.commands.message_commands import MessageCommands
from app.ui.conversation.empty_states import _DEMO_PROMPTS, _PROMPTS
from app.ui.settings.setting_row import SettingRow
from app.ui.shell.command_table import COMMANDS, OTHER_KEYS, CommandActions
from app.ui.transcript.widgets.signals import ActionKind, MessageAction
from tests.scenarios import hands
from tests.support import terminal

_PLACEHOLDER = re.compile(r"\{\w+\}")

TakeOut = Callable[[pytest.MonkeyPatch], None]

_BUTTONS = {  # what makes a button: where its words stand among the arguments
    "push_button": 0, "_button": 0, "QPushButton": 0, "QToolButton": 0, "QCheckBox": 0,
    "QRadioButton": 0, "add_button": 0, "BannerAction": 0, "IconButton": 1,
    "SidebarButton": 1, "QuietButton": 3, "_add": 1, "RestorableList": 3, "confirm": 4,
    "ask_line": 3,
}  # fmt: skip
_REFUSALS = {"confirm": 5}
_ENTRIES = {"addAction": 0, "QAction": 0, "_add_opening": 1, "add_entry": 1}
_KINDS = {"ActionKind", "CopyAs"}  # (words, kind) in a list of entries
_NEVER_PRESSED = {
    "Header: Private",  # says so of the chat; nothing happens
    "AddModelDialog: Copy it into Phial's folder: there is no room, … are free.",  # disabled
    "VersionsDialog: Shown",  # marks the version that is shown, and is disabled
    "MessageCommands: Answer again with",  # a heading, disabled
    "SpellingMarks: Looking for suggestions…",  # disabled: the others come in its place
}
_QUESTIONS = {"confirm", "ask_line", "ask_text", "ask_to_open_link"}


@cache
def rows() -> dict[str, tuple[str, ...]]:
    """Every row's name, by table. Derived from the program, never listed here."""
    return {
        "command": tuple(command.id for command in COMMANDS),
        "setting": tuple(SPECS),
        "sampling": tuple(field.name for field in fields(Sampling)),
        "option": tuple(terminal.rows()),
        "key": tuple(keys for keys, _ in OTHER_KEYS),
        "message action": tuple(ActionKind),
        "first words": (*_PROMPTS, *_DEMO_PROMPTS),
        "dialog": tuple(sorted(one.__name__ for one in _dialogs())),
        "button": tuple(
            sorted({*_made(_BUTTONS), *_made(_REFUSALS), *_renamed(), *_drawn()} - _NEVER_PRESSED)
        ),
        "menu entry": tuple(sorted({*_made(_ENTRIES), *_listed()} - _NEVER_PRESSED)),
        "question": tuple(sorted(_questions())),
    }


def take_out(table: str, name: str) -> TakeOut:
    """How a row of ``table`` is taken out unless its scenario knows better."""
    match table:
        case "command":
            return _command_without_handler(name)
        case "setting":
            return _setting_not_passed_on(name)
        case "sampling":
            return _sampling_not_passed(name)
        case "option":
            return lambda monkeypatch: monkeypatch.setenv(terminal.WITHOUT, name)
        case "message action":
            return _message_action_without_handler(ActionKind(name))
        case "button" | "menu entry":
            words = name.partition(": ")[2]
            return lambda monkeypatch: monkeypatch.setattr(hands, "dead", words)
        case "first words":
            return lambda monkeypatch: monkeypatch.setattr(hands, "dead", name)
        case "dialog":
            return _dialog_that_never_opens(name)
        case "question":
            return _question_that_is_answered_no(name)
        case _:
            raise ValueError(f"A scenario of table {table!r} says itself how to take it out.")


def nothing(owner: object, name: str, answer: object = None) -> TakeOut:
    """What takes a function of the program out: it does nothing and returns ``answer``."""
    return lambda monkeypatch: monkeypatch.setattr(owner, name, lambda *_, **__: answer)


# --- read off the source ----------------------------------------------------------------------


@cache
def _modules() -> tuple[ModuleType, ...]:
    found = pkgutil.walk_packages(app.ui.__path__, "app.ui.")
    return tuple(importlib.import_module(one.name) for one in found)


@cache
def _calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """Every call in app.ui: its class (its function where there is none), its method, itself."""
    made: list[tuple[str, str, ast.Call]] = []
    for module in _modules():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for top in tree.body:
            name = top.targets[0].id if _is_constant(top) else getattr(top, "name", "")
            for inner in top.body if isinstance(top, ast.ClassDef) else [top]:
                method = getattr(inner, "name", "")
                calls = (one for one in ast.walk(inner) if isinstance(one, ast.Call))
                made += [(name, method, call) for call in calls]
    return tuple(made)


def _is_constant(top: ast.stmt) -> TypeGuard[Any]:
    return isinstance(top, ast.Assign) and isinstance(top.targets[0], ast.Name)


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _made(makers: dict[str, int]) -> Iterator[str]:
    """What is given its words where it is made; words that come from elsewhere are listed there."""
    for owner, _, call in _calls():
        at = makers.get(_called(call), -1)
        if 0 <= at < len(call.args):
            yield from (f"{owner}: {words}" for words in _words(call.args[at]))
    if "ask_line" in {owner for owner, *_ in _calls()} and makers is _BUTTONS:
        yield from ("ask_line: Cancel", "confirm: Cancel")  # where no other word is given


def _renamed() -> Iterator[str]:
    """Words that a button is given later."""
    makers = set(_BUTTONS) - {"BannerAction", "confirm", "RestorableList", "add_button"}
    for module in _modules():
        for top in ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")).body:
            buttons = {
                ast.unparse(one.targets[0])
                for one in ast.walk(top)
                if isinstance(one, ast.Assign)
                and isinstance(one.value, ast.Call)
                and _called(one.value) in makers
            }
            for call in (one for one in ast.walk(top) if isinstance(one, ast.Call)):
                function = call.func
                if (
                    isinstance(function, ast.Attribute)
                    and function.attr in {"setText", "set_name"}
                    and ast.unparse(function.value) in buttons
                ):
                    yield from (f"{getattr(top, 'name', '')}: {w}" for w in _words(call.args[0]))


def _drawn() -> Iterator[str]:
    """Buttons that are a class of their own and say what they say themselves."""
    for module in _modules():
        for name, one in vars(module).items():
            own = isinstance(one, type) and one.__module__ == module.__name__
            if own and issubclass(one, QAbstractButton) and name not in _BUTTONS:
                yield f"{name}: …"


def _words(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(str(text)):
            yield text
        case ast.IfExp():
            yield from _words(value.body)
            yield from _words(value.orelse)
        case ast.JoinedStr():
            yield "".join(getattr(part, "value", "…") if isinstance(part, ast.Constant) else "…"
                          for part in value.values)  # fmt: skip
        case ast.Call(func=ast.Name("tr" | "trc"), args=[*_, ast.Constant(str(text))]):
            yield text if not value.keywords else _PLACEHOLDER.sub("…", text)
        case ast.Call():
            yield "…"


def _listed() -> Iterator[str]:
    """Entries that stand in a list with their kinds."""
    for module in _modules():
        for top in ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")).body:
            for pair in (one for one in ast.walk(top) if isinstance(one, ast.Tuple)):
                match pair.elts:
                    case [said, ast.Attribute(ast.Name(kind)), *_] if kind in _KINDS:
                        for text in _words(said):
                            yield f"{getattr(top, 'name', '')}: {text}"


def _questions() -> Iterator[str]:
    for owner, method, call in _calls():
        named, function = _called(call), call.func
        if isinstance(function, ast.Attribute):
            of_files = named.startswith("get") and ast.unparse(function.value) == "QFileDialog"
        else:
            of_files = False
        if of_files or (named in _QUESTIONS and isinstance(function, ast.Name)):
            yield f"{owner}.{method}: {named}"


def _dialogs() -> set[type[QDialog]]:
    """Every kind of dialog that is opened: those that no other one is made from."""
    found = {
        one
        for module in _modules()
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, QDialog) and one.__module__ == module.__name__
    }
    return {one for one in found if not any(one in other.__mro__[1:] for other in found)}


# --- taking out -------------------------------------------------------------------------------


def _command_without_handler(name: str) -> TakeOut:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        connect_all = CommandActions.connect_all

        def connect(
            self: CommandActions, handlers: Iterable[tuple[str, Callable[[], object]]]
        ) -> None:
            connect_all(self, {**dict(handlers), name: lambda: None}.items())

        monkeypatch.setattr(CommandActions, "connect_all", connect)

    return patch


def _setting_not_passed_on(name: str) -> TakeOut:
    """The dialog and the file work as ever; whoever else asks is told the default."""

    def seen(settings: Settings) -> Settings:
        return replace(settings, **{name: SPECS[name].default})  # type: ignore[arg-type]

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        show = SettingRow.show_settings

        def show_real(self: SettingRow, _settings: Settings) -> None:
            show(self, self._service._current)

        def told(before: Settings, after: Settings) -> SettingsChanged:
            return SettingsChanged(seen(before), seen(after))

        monkeypatch.setattr(SettingsService, "current", property(lambda self: seen(self._current)))
        monkeypatch.setattr("app.services.core.settings.SettingsChanged", told)
        monkeypatch.setattr(SettingRow, "show_settings", show_real)

    return patch


NOT_SAMPLED = Sampling(1.0, 0, 1.0, 0.0, 1.0, 64, 1, 80, ())
"""What is drawn with where a parameter is not passed on."""


def _sampling_not_passed(name: str) -> TakeOut:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        asked = EngineClient.generate

        def generate(
            self: EngineClient, request: GenerationRequest, cancel: Cancel
        ) -> Iterator[GenerationEvent]:
            sampling = replace(request.sampling, **{name: getattr(NOT_SAMPLED, name)})
            return asked(self, replace(request, sampling=sampling), cancel)

        monkeypatch.setattr(EngineClient, "generate", generate)

    return patch


def _message_action_without_handler(kind: ActionKind) -> TakeOut:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        on_action = MessageCommands.on_action

        def act(self: MessageCommands, action: MessageAction) -> None:
            if action.kind is not kind:
                on_action(self, action)

        monkeypatch.setattr(MessageCommands, "on_action", act)

    return patch


def _dialog_that_never_opens(name: str) -> TakeOut:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        (kind,) = (one for one in _dialogs() if one.__name__ == name)
        monkeypatch.setattr(kind, "open", lambda _self: None)
        monkeypatch.setattr(kind, "exec", lambda _self: QDialog.DialogCode.Rejected)

    return patch


def _question_that_is_answered_no(name: str) -> TakeOut:
    owner, _, asked = name.partition(": ")
    answers = {"confirm": False, "getExistingDirectory": "", "getOpenFileName": ("", ""),
               "getOpenFileNames": ([], ""), "getSaveFileName": ("", "")}  # fmt: skip

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        asker = owner.partition(".")[0]
        places = [one for one in _modules() if getattr(vars(one).get(asker), "__module__", "") ==
                  one.__name__]  # fmt: skip
        place: object = places[0] if asked in _QUESTIONS else QFileDialog
        monkeypatch.setattr(place, asked, lambda *_, **__: answers.get(asked))

    return patch
