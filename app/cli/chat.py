"""``phial chat``: a conversation in the terminal, kept like any other."""

from __future__ import annotations

import argparse
import queue
from collections.abc import Callable
from functools import partial

from app.cli import EXIT_DONE
from app.cli.chats.names import find_chat
from app.cli.chats.opening import report_opening
from app.cli.drawing.answer import answer_output
from app.cli.drawing.progress_line import ProgressLine, told_start
from app.cli.interrupt import stop_on_interrupt
from app.cli.presets import PRESET_HELP, preset_words, presets_of
from app.cli.streams import say, wrapped
from app.cli.talk.chat_actions import ChatActions
from app.cli.talk.failure_words import told_in_talk
from app.cli.talk.lines import HISTORY, Lines, PipedLines, open_lines
from app.cli.talk.setting_words import add_setting_options, given_settings
from app.cli.talk.slash_commands import HELP, read_command
from app.cli.values import MODEL_HELP, WrongUsageError, words
from app.cli.values import model as model_value
from app.compose import build_reach, build_services, named_models
from app.domain.conversation import Message
from app.domain.errors import KnownError, NotFoundError
from app.domain.generation import PromptProgress, Role
from app.domain.model import ChosenModel, EndpointModel
from app.domain.presets.preset import Preset
from app.language import paragraph, tr, trn
from app.markup.transfer.values import Exporter
from app.services.core.events import (
    AnswerEnded,
    AnswerPartAdded,
    AnswerProgressed,
    AnswerReasoningAdded,
    AnswerStarted,
    AnswerTextAdded,
    ErrorReported,
    Event,
    ModelPhase,
    ModelStateChanged,
    SendFailed,
)
from app.services.core.formatting import (
    percent,
    stop_reason_text,
    time_left,
    title,
    whose_computer,
)
from app.services.registry import Services
from app.setup import Setup

POLL_SECONDS = 0.05  # how soon Ctrl+C is noticed
LAST = object()  # of --chat without a value: the one that was used last
PROMPT, GOES_ON, EDITED = "> ", "  ", "edit> "
LEAVING = tr("Leave? The chat is kept.")
LEAVING_PRIVATE = tr("Leave? Nothing of this chat is kept.")


def add_parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], *, pdf: Callable[[], Exporter]
) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("chat", help=tr("chat in the terminal"))
    parser.add_argument(
        "-c",
        "--chat",
        nargs="?",
        const=LAST,
        type=words,
        metavar="CHAT",
        help=tr(
            "go on with a chat: its number, id or title in 'phial chats list'; without one, "
            "the chat that was used last"
        ),
    )
    parser.add_argument("--model", type=model_value, metavar="MODEL", help=MODEL_HELP)
    parser.add_argument("--preset", type=words, metavar="PRESET", help=PRESET_HELP)
    add_setting_options(parser, {"--preset": preset_words()})
    parser.add_argument("--private", action="store_true", help=tr("keep nothing of this chat"))
    parser.set_defaults(run=run, pdf=pdf)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Talk until the user leaves.

    Raises:
        KnownError: The model cannot be used, or the library cannot be opened.
    """
    if options.private and options.chat is not None:
        raise WrongUsageError(tr("A chat that is kept cannot go on as a private one."))
    setup.settings.override(**given_settings(options))
    preset = presets_of(setup).find(options.preset) if options.preset else None
    reach = build_reach(setup)
    model = named_models(setup, reach).asked(options.model, preset, setup.settings.current)
    with told_start() as progress:
        services = build_services(setup, reach, model=model, progress=progress)
    report_opening(services.maintenance.start_report, services.maintenance.missing)
    try:
        talk = Talk(services, private=options.private, preset=preset, pdf=options.pdf)
        if options.chat is not None:
            named = options.model or (preset is not None and preset.model)
            talk.go_on_with(options.chat, model if named else None)
        history = None if options.private else setup.folders.data / HISTORY
        leaving = LEAVING_PRIVATE if options.private else LEAVING
        with open_lines(history, talk.actions.complete, leaving) as lines:
            talk.run(lines)
    finally:
        services.close()
    return EXIT_DONE


class Talk:
    """One terminal session: reads lines, shows answers.

    Attributes:
        actions: What slash commands do.
    """

    def __init__(
        self,
        services: Services,
        *,
        private: bool,
        preset: Preset | None = None,
        pdf: Callable[[], Exporter] | None = None,
    ) -> None:
        self._services = services
        self._preset = preset  # of this command line, for every chat that is begun
        self._private = private
        self._conversation = ""
        self._progress = ProgressLine()
        self._lines: Lines = PipedLines()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        services.bus.subscribe(self._events.put)
        self.actions = ChatActions(services, pdf)

    def go_on_with(self, named: object, model: ChosenModel | None = None) -> None:
        """Make an older chat the one that is talked in, and show where it stood.

        Args:
            named: What :func:`find_chat` understands, or :data:`LAST`.
            model: Answers it from now on; None leaves it to its own.

        Raises:
            KnownError: There is none, or several are meant.
        """
        library = self._services.library
        chats = library.chats.conversations()
        if named is not LAST:
            chat = find_chat(str(named), chats, library.chats.conversations(archived=True))
        elif chats:
            chat = max(chats, key=lambda one: (one.activity, one.updated_at))
        else:
            raise NotFoundError(
                tr("There is no chat yet."), action=tr("Leave out --chat to begin one.")
            )
        self._conversation = chat.id
        own = self._services.chat_options
        if self._preset is not None:
            own.choose(chat.id, self._preset)
        if model is None:
            own.use_own_model(chat.id)
        else:
            own.set_model(chat, model)
        branch = library.chats.branch(chat.id)
        length = trn("{n} message", "{n} messages", len(branch))
        _say(tr("{chat}, {messages}.", chat=title(chat), messages=length))
        for item in branch[-2:]:
            if item.message.role is Role.USER:
                _say(f"{PROMPT}{item.message.content}")
            else:
                output = answer_output()
                if item.message.reasoning:
                    output.think(item.message.reasoning)
                if item.message.content:
                    output.add(item.message.content)
                output.finish()

    def run(self, lines: Lines) -> None:
        """Answer what is typed until the user leaves."""
        model = self._services.models.state.model
        name = model.label if model is not None else tr("no model")
        _say(tr("Phial with {model}. /help lists commands.", model=name))
        self._say_where(model)
        if not self._conversation:
            self._new()
        self._lines = lines
        try:
            while True:
                self._hear(self._read(PROMPT))
        except EOFError:  # the end of the input, or the user leaves
            return

    def _hear(self, line: str) -> None:
        self._services.settings.follow()  # the window may have changed them
        command = read_command(line)
        try:
            if command is not None:
                self.obey(*command)
            elif line.strip():
                self._answer(partial(self._services.chat.send, self._conversation, line))
        except KnownError as error:
            _say(told_in_talk(error))

    def obey(self, word: str, argument: str) -> None:
        """Do what a slash command says.

        Raises:
            EOFError: It is to leave.
            KnownError: It cannot be done.
        """
        chat = self._services.chat
        match word:
            case "/quit":
                raise EOFError
            case "/help":
                say(wrapped(HELP))
            case "/new":
                self._new()
                _say(tr("A new chat."))
            case "/retry":
                self._answer(partial(chat.regenerate, self._end().id))
            case "/continue":
                answer = self._end()
                if answer.role is not Role.ASSISTANT:
                    raise NotFoundError(
                        tr("The last question has no answer yet."),
                        data="",
                        action=tr("/retry has it answered."),
                    )
                self._answer(partial(chat.continue_answer, answer.id))
            case "/edit":
                question = self._question()
                text = argument or self._read(EDITED, question.content)
                self._answer(partial(chat.edit, question.id, text))
            case "/system":
                self.actions.system(self._conversation, argument)
            case "/preset":
                chosen = self.actions.preset(self._conversation, argument)
                if chosen is not None:
                    self._use(chosen)
            case "/set":
                self.actions.set(argument)
            case "/model":
                chosen = self.actions.model(argument)
                if chosen is not None:
                    self._use(chosen)
            case "/export":
                self.actions.export(self._conversation, argument)
            case _:
                _say(tr("There is no command {word}. /help lists them.", word=word))

    # --- the chat ---------------------------------------------------------------------------

    def _new(self) -> None:
        if self._conversation:
            self._services.chat.save_state(self._conversation)
        self._conversation = self._services.library.create(private=self._private).id
        if self._preset is not None:
            self._services.chat_options.choose(self._conversation, self._preset)

    def _end(self) -> Message:
        """The last message: an answer, or a question that has none, as in an imported chat."""
        branch = self._services.library.chats.branch(self._conversation)
        if not branch:
            raise NotFoundError(tr("There is no answer yet."), data="")
        return branch[-1].message

    def _question(self) -> Message:
        branch = self._services.library.chats.branch(self._conversation)
        for item in reversed(branch):
            if item.message.role is Role.USER:
                return item.message
        raise NotFoundError(tr("There is no question yet."), data="")

    def _read(self, prompt: str, default: str = "") -> str:
        """The next message; lines that end in a backslash go on."""
        lines: list[str] = []
        while (line := self._lines.read(prompt, default)).endswith("\\"):
            lines.append(line[:-1])
            prompt, default = GOES_ON, ""
        return "\n".join([*lines, line])

    # --- what is waited for -----------------------------------------------------------------

    def _answer(self, begin: Callable[[], object]) -> None:
        self._forget_events()
        begin()
        output = answer_output()
        begun = False
        ended: AnswerEnded | SendFailed | None = None
        with stop_on_interrupt() as stop:
            while ended is None:
                if stop.is_set():
                    self._services.chat.stop()
                event = self._next_event()
                if isinstance(event, AnswerTextAdded):
                    self._progress.clear()
                    output.add(event.text)
                    begun = True
                elif isinstance(event, AnswerPartAdded):
                    self._progress.clear()
                    begun = output.add_part(event.part) or begun
                elif isinstance(event, AnswerReasoningAdded):
                    self._progress.clear()
                    output.think(event.text)
                    begun = True
                elif isinstance(event, AnswerEnded | SendFailed):
                    ended = event
                elif event is not None:
                    self._show(event)
        self._progress.clear()
        if begun:
            output.finish()
        if ended.error is not None:
            _say(told_in_talk(ended.error))
        elif isinstance(ended, AnswerEnded) and (note := stop_reason_text(ended.message)):
            _say(f"[{note}]")
        elif not begun:
            _say(tr("[the answer is empty]"))

    def _use(self, model: ChosenModel) -> None:
        """Load another model; what goes wrong is told as it happens."""
        models, chats = self._services.models, self._services.library.chats
        self._forget_events()
        if self._conversation and chats.branch(self._conversation):
            chat = chats.get(self._conversation)
            self._services.chat_options.set_model(chat, model)
        models.choose(model)
        done = self._services.executor.submit(lambda: None)  # behind the loading, on its lane
        with stop_on_interrupt() as stop:
            while not (done.done() and self._events.empty()):
                if stop.is_set():
                    models.cancel_load()
                event = self._next_event()
                if event is not None:
                    self._show(event)
        self._progress.clear()
        state = models.state
        if state.model is not None and state.phase is ModelPhase.READY:
            _say(tr("{model} answers from now on.", model=state.model.label))
            self._say_where(state.model)

    def _say_where(self, model: ChosenModel | None) -> None:
        """Say to whose computer the words go, where that is another program's or another one."""
        if self._private and isinstance(model, EndpointModel):
            refused = tr("A private chat is not sent to {server}.", server=model.server)
            _say(paragraph(refused, tr("/model chooses a model on this computer for it.")))
        elif where := whose_computer(model):
            _say(where)

    def _next_event(self) -> Event | None:
        """The next event, if one comes soon."""
        try:
            return self._events.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return None

    def _forget_events(self) -> None:
        while not self._events.empty():
            self._events.get()

    def _show(self, event: Event) -> None:
        match event:
            case AnswerProgressed(_, _, PromptProgress(done, total, left)) if done < total:
                reading = tr("Reading {done} of {total} tokens", done=done, total=total)
                self._progress.show(f"{reading} {time_left(left)}")
            case ModelStateChanged(state) if state.phase is ModelPhase.LOADING:
                self._progress.show(tr("Loading {share}", share=percent(state.fraction)))
            case AnswerStarted():
                self._progress.clear()
            case ErrorReported(error):
                self._progress.clear()
                _say(told_in_talk(error))


def _say(text: str) -> None:
    say(wrapped(text) + "\n")
