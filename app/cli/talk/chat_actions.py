"""What the slash commands of ``phial chat`` do that begin no answer: settings, models, files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from app.cli.chats.files import PDF, SUFFIXES
from app.cli.streams import one_line, say, wrapped
from app.cli.talk.setting_words import (
    DEFAULT,
    find_setting,
    read_setting,
    setting_line,
    setting_lines,
    setting_value,
    values_of,
)
from app.cli.talk.slash_commands import SLASH_COMMANDS
from app.cli.values import path as path_given
from app.domain.errors import InvalidValueError, TransferError
from app.domain.model import ModelFile
from app.domain.settings import SHOWN
from app.language import tr
from app.markup.transfer.values import Exporter
from app.services.core.formatting import size
from app.services.models.model_files import find_model_named
from app.services.registry import Services

NO_PROMPT = "-"


class ChatActions:
    """Slash commands over the services.

    Args:
        services: The program's.
        pdf: Makes what writes PDF; None where nothing can.
    """

    def __init__(self, services: Services, pdf: Callable[[], Exporter] | None) -> None:
        self._services = services
        self._pdf = pdf

    def system(self, conversation_id: str, text: str) -> None:
        """Show a chat's system prompt, or give it another one.

        Raises:
            KnownError: It cannot be stored.
        """
        library = self._services.library
        if text:
            prompt = "" if text == NO_PROMPT else text
            library.set_system_prompt(conversation_id, prompt).result()
        now = library.chats.get(conversation_id).system_prompt
        told = tr("No system prompt.")
        if now:
            told = tr("The system prompt of this chat: {prompt}", prompt=now)
        say(told + "\n")

    def preset(self, conversation_id: str, name: str) -> ModelFile | None:
        """List the presets, or use one in a chat; the model it asks for, where that is another.

        Raises:
            KnownError: There is none of that name, or several.
        """
        presets, options = self._services.presets, self._services.chat_options
        now = options.preset_of(self._services.library.chats.get(conversation_id))
        if not name:
            _say_lines(
                f"{'*' if one == now else ' '} {one.name:24} {one.about}".rstrip()
                for one in presets.presets()
            )
            return None
        if name == NO_PROMPT:
            options.choose(conversation_id, None)
            _say_lines([tr("This chat has no preset now.")])
            return None
        preset = presets.find(name)
        follows = options.choose(conversation_id, preset)
        _say_lines([tr("This chat is answered as “{name}”.", name=preset.name)])
        if not follows:
            _say_lines([tr("It keeps the system prompt that you wrote for it.")])
        if options.lacks_model(preset):
            _say_lines([tr("It is meant for {model}, which is not here.", model=preset.model)])
        return options.file_for(preset)

    def set(self, argument: str) -> None:
        """Show settings, or change one for this program and the window.

        Raises:
            InvalidValueError: There is no such setting, or it cannot be that.
            StoreError: It cannot be stored.
        """
        settings = self._services.settings
        name, _, text = argument.partition(" ")
        if not name:
            lines = [setting_line(settings.current, spec) for spec in SHOWN.values()]
        elif not text.strip():
            lines = setting_lines(settings.current, find_setting(name))
        else:
            spec = find_setting(name)
            word = text.strip()
            value = spec.default if word.casefold() == DEFAULT else read_setting(spec, word)
            settings.update(**{spec.name: value})
            lines = [f"{spec.option.label}: {setting_value(settings.current, spec)}"]
        _say_lines(lines)

    def model(self, name: str) -> ModelFile | None:
        """List the models, or find the one of a name.

        Raises:
            KnownError: There is none of that name, or several.
        """
        models = self._services.models
        now = models.state.model
        if name:
            return find_model_named(name, models.installed())
        _say_lines(
            f"{'*' if now is not None and now.source == one.source else ' '} "
            f"{one.label:32} {size(one.size):>9}  {one.path}"
            for one in models.installed()
        )
        return None

    def export(self, conversation_id: str, text: str) -> None:
        """Write a chat to a file that is not there yet.

        Raises:
            KnownError: It cannot be written.
        """
        transfer = self._services.transfer
        if not self._services.library.chats.branch(conversation_id):
            raise InvalidValueError(tr("There is nothing in this chat yet."), data="", action="")
        format_name = next(iter(transfer.formats())).name
        if text:
            target = path_given(text)
            format_name = SUFFIXES.get(target.suffix.lower(), format_name)
        if format_name == PDF and self._pdf is not None:
            transfer.add_exporter(self._pdf)
        if not text:
            target = Path(transfer.suggested_name([conversation_id], format_name))
        if target.exists():
            raise TransferError(
                tr("{name} is there already.", name=str(target)),
                action=tr("Give another name behind /export."),
            )
        report = transfer.export([conversation_id], format_name, target)
        for problem in report.failed:
            raise TransferError(f"{problem.name}: {problem.reason}")
        _say_lines(tr("Written to {path}.", path=str(path)) for path in report.files)

    def complete(self, line: str) -> tuple[str, Iterable[tuple[str, str]]]:
        """What Tab offers at the end of ``line``: the part it replaces, and words."""
        word, blank, rest = line.partition(" ")
        if not word.startswith("/") or "\n" in line:
            return "", ()
        if not blank:
            return word, [(one.word, one.help) for one in SLASH_COMMANDS]
        if word == "/model":
            return rest, [(model.label, str(model.path)) for model in self._models()]
        if word == "/preset":
            return rest, [(one.name, one.about) for one in self._services.presets.presets()]
        if word == "/set":
            name, behind, value = rest.partition(" ")
            if not behind:
                return name, [(one.name, one.option.label) for one in SHOWN.values()]
            spec = SHOWN.get(name.replace("-", "_"))
            return value, [(word, "") for word in values_of(spec)] if spec is not None else ()
        return "", ()

    def _models(self) -> list[ModelFile]:
        return self._services.models.installed()


def _say_lines(lines: Iterable[str]) -> None:
    say(wrapped("".join(f"{one_line(line)}\n" for line in lines)))
