"""``phial presets``: list, show, import, export."""

from __future__ import annotations

import argparse

from app.cli import EXIT_FAILED
from app.cli.commands import actions_of
from app.cli.streams import agreed, print_result, tell
from app.cli.values import path as path_given
from app.cli.values import words
from app.compose import preset_file
from app.domain.errors import TransferError
from app.domain.presets.bundled import PRESETS
from app.domain.presets.preset import Preset, preset_to_dict
from app.domain.settings import SPECS
from app.language import tr, trn
from app.services.core.formatting import preset_traits, setting_text
from app.services.presets.preset_service import PresetService
from app.setup import Setup

PRESET_HELP = tr("the way to be answered; a name of 'phial presets list'")
_NAME = tr("of a preset, as in the list, or the beginning of it")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "presets", help=tr("ways to be answered, the window's too: list, show, import, export")
    )
    action = actions_of(parser)

    action("list", _list, tr("all presets and what they are for"))
    sub = action("show", _show, tr("one preset: its text and its values"))
    sub.add_argument("name", type=words, metavar="NAME", help=_NAME)
    sub.set_defaults(words=preset_words())
    sub = action("import", _import, tr("take presets from a file; shows them and asks first"))
    sub.add_argument("file", type=path_given, metavar="FILE", help=tr("as 'export' writes it"))
    sub.add_argument("--yes", action="store_true", help=tr("do not ask"))
    sub = action("export", _export, tr("write presets to a file"))
    sub.add_argument(
        "name", type=words, nargs="*", metavar="NAME", help=tr("without names: your own ones")
    )
    sub.add_argument(
        "--out", type=path_given, required=True, metavar="FILE", help=tr("the file to write")
    )
    sub.set_defaults(words=preset_words())


def preset_words() -> tuple[str, ...]:
    """What Tab completes: the ids of those that come with Phial."""
    return tuple(one.id for one in PRESETS)


def presets_of(setup: Setup) -> PresetService:
    """The presets of this installation."""
    return PresetService(preset_file(setup), setup.bus)


def _list(options: argparse.Namespace, setup: Setup) -> int:
    presets = presets_of(setup).presets()
    lines = [f"{preset.name:24} {preset.about}".rstrip() for preset in presets]
    return print_result(options, [preset_row(one) for one in presets], lines)


def _show(options: argparse.Namespace, setup: Setup) -> int:
    from app.domain.presets.outside import form_problem

    preset = presets_of(setup).find(options.name)
    problem = form_problem(preset.form)
    lines = [*preset_lines(preset), *([problem] if problem else [])]
    return print_result(options, preset_row(preset), lines)


def _import(options: argparse.Namespace, setup: Setup) -> int:
    service = presets_of(setup)
    found = service.read(options.file)
    if options.yes:
        for one in found:
            for problem in one.problems:
                tell(f"{one.preset.name}: {problem}")
    else:
        tell("\n\n".join("\n".join([*preset_lines(one.preset), *one.problems]) for one in found))
        question = trn("Add this preset?", "Add these {n} presets?", len(found))
        if not agreed(question):
            return EXIT_FAILED
    added = service.add([one.preset for one in found])
    told = [tr("Added “{name}”.", name=preset.name) for preset in added]
    return print_result(options, [preset_row(one) for one in added], told)


def _export(options: argparse.Namespace, setup: Setup) -> int:
    service = presets_of(setup)
    chosen = [service.find(name) for name in options.name]
    chosen = chosen or [one for one in service.presets() if not one.bundled]
    if not chosen:
        raise TransferError(
            tr("There are no presets of your own."), data="", action=tr("Name one to export.")
        )
    if options.out.exists():
        raise TransferError(
            tr("{name} is there already.", name=str(options.out)),
            action=tr("Give another name."),
        )
    service.export(chosen, options.out)
    told = tr("Written to {path}.", path=str(options.out))
    return print_result(options, [preset_row(one) for one in chosen], [told])


def preset_row(preset: Preset) -> dict[str, object]:
    """A preset as plain data."""
    return {**preset_to_dict(preset), "bundled": preset.bundled}


def preset_lines(preset: Preset) -> list[str]:
    """All that is known of a preset."""
    lines = [preset.name, preset.about]
    if preset.model:
        lines.append(tr("For the model: {model}", model=preset.model))
    lines += preset_traits(preset)
    lines += [
        f"{SPECS[name].option.label}: {setting_text(SPECS[name], value)}"
        for name, value in preset.values.items()
    ]
    if preset.system_prompt:
        lines += [tr("System prompt:"), *preset.system_prompt.splitlines()]
    return [line for line in lines if line]
