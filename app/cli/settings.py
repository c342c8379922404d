"""``phial settings``: list, get, set, reset; a window that is open follows."""

from __future__ import annotations

import argparse
from enum import StrEnum

from app.cli import EXIT_FAILED
from app.cli.streams import agreed, print_result
from app.cli.talk.setting_words import (
    allowed,
    find_setting,
    read_setting,
    setting_line,
    setting_lines,
    setting_value,
    values_of,
)
from app.cli.values import WrongUsageError
from app.domain.errors import InvalidValueError
from app.domain.options import SettingSpec
from app.domain.settings import SHOWN, Settings
from app.language import tr
from app.setup import Setup

_NAME = tr("of a setting, as in the list")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "settings", help=tr("settings, the window's too: list, get, set, reset")
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(
        name: str, run: object, text: str, count: str | None = None
    ) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=text)
        if name != "list":
            sub.add_argument("name", type=_named, nargs=count, metavar="NAME", help=_NAME)
            sub.set_defaults(words=tuple(SHOWN))
        sub.add_argument("--json", action="store_true", help=tr("plain data instead of text"))
        sub.set_defaults(run=run)
        return sub

    action("list", _list, tr("all settings and what they are"))
    action("get", _get, tr("one setting: what it is, does and may be"))
    sub = action("set", _set, tr("change a setting; an open window follows"))
    sub.add_argument(
        "value", metavar="VALUE", help=tr("as 'phial settings get NAME' says it may be")
    )
    sub.set_defaults(values_after={name: values_of(spec) for name, spec in SHOWN.items()})
    sub = action("reset", _reset, tr("bring settings back to their defaults"), "*")
    sub.add_argument("--all", action="store_true", help=tr("every setting; asks first"))
    sub.add_argument("--yes", action="store_true", help=tr("do not ask"))


def _list(options: argparse.Namespace, setup: Setup) -> int:
    now = setup.settings.current
    return print_result(
        options, _rows(now, *SHOWN), [setting_line(now, spec) for spec in SHOWN.values()]
    )


def _get(options: argparse.Namespace, setup: Setup) -> int:
    now = setup.settings.current
    (row,) = _rows(now, options.name)
    return print_result(options, row, setting_lines(now, SHOWN[options.name]))


def _set(options: argparse.Namespace, setup: Setup) -> int:
    spec = SHOWN[options.name]
    try:
        value = read_setting(spec, options.value)
    except InvalidValueError as error:
        raise WrongUsageError(error.what) from error
    before = setup.settings.current
    now = setup.settings.update(**{spec.name: value})
    (row,) = _rows(now, spec.name)
    return print_result(options, row, [_change(before, now, spec)])


def _reset(options: argparse.Namespace, setup: Setup) -> int:
    if bool(options.name) == options.all:
        raise WrongUsageError(tr("Name settings, or give --all."))
    before = setup.settings.current
    specs = [SHOWN[name] for name in (SHOWN if options.all else options.name)]
    changed = [spec for spec in specs if getattr(before, spec.name) != spec.default]
    if options.all and changed and not options.yes:
        names = ", ".join(spec.name for spec in changed)
        if not agreed(tr("Bring {names} back to their defaults?", names=names)):
            return EXIT_FAILED
    now = setup.settings.update(**{spec.name: spec.default for spec in changed})
    lines = [_change(before, now, spec) for spec in changed]
    same = tr("It is the default already.")
    if len(specs) > 1:
        same = tr("All of them are the defaults already.")
    return print_result(options, _rows(now, *(spec.name for spec in changed)), lines or [same])


def _change(before: Settings, now: Settings, spec: SettingSpec) -> str:
    """The new value, and the old one, with which the change can be undone."""
    old, new = setting_value(before, spec), setting_value(now, spec)
    label = spec.option.label
    if old == new:
        return f"{label}: {new}"
    return tr("{label}: {value} (before: {old})", label=label, value=new, old=old)


def _named(text: str) -> str:
    try:
        return find_setting(text).name
    except InvalidValueError as error:
        raise argparse.ArgumentTypeError(error.what) from error


def _rows(settings: Settings, *names: str) -> list[dict[str, object]]:
    return [_row(settings, SHOWN[name]) for name in names]


def _row(settings: Settings, spec: SettingSpec) -> dict[str, object]:
    """All that is declared, and the value; null is what ``none`` says."""
    option = spec.option
    return {
        "name": spec.name,
        "value": getattr(settings, spec.name),
        "default": spec.default,
        "section": option.section,
        "label": option.label,
        "help": option.help,
        "allowed": allowed(spec),
        "low": option.low,
        "high": option.high,
        "unit": option.unit,
        "none": option.none_label,
        "choices": list(spec.type) if issubclass(spec.type, StrEnum) else [],
    }
