"""The words for numbers, states and days in window and terminal: pure functions, no Qt, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.download import DownloadItem, DownloadState
from app.domain.generation import StopReason
from app.domain.model import ChosenModel, EndpointModel, ModelFile, is_demo
from app.domain.network.serving import ServedStatus
from app.domain.options import SettingSpec, write_value
from app.language import paragraph, tr, trn
from app.language.formats import day_and_time, duration, isolated, percent, size
from app.language.numbers import write
from app.services.core.events import ContextMeasured, ModelPhase, ModelState

if TYPE_CHECKING:
    from app.domain.grammar.form import Form, FormKind
    from app.domain.presets.preset import Preset
    from app.store.safety.backups import Content, Lost

__all__ = ["duration", "percent", "size"]  # with the words of this module, for its callers
SEPARATOR = " · "
MORE_HITS = tr("There are more. Add words, or in:title, before: or after:.")
NEW_CHAT = tr("New chat")
_DRAFT_SHOWN = 40  # characters


def amount(number: int, noun: str, plural: str = "") -> str:
    """A count with its noun: ``1 token``, ``3,120 tokens``."""
    return f"{write(number)} {noun if number == 1 else plural or noun + 's'}"


def setting_text(spec: SettingSpec, value: float | None) -> str:
    """A number of a setting with its unit, or what it means that there is none."""
    if value is None:
        return spec.option.none_label
    return f"{write_value(spec, value)} {spec.option.unit}".strip()


_FORMS = {  # by the kinds' own names
    "list": tr("List"),
    "table": tr("Table"),
    "fields": tr("Fields"),
    "json": tr("JSON"),
    "one_of": tr("One of several"),
}


def form_name(kind: FormKind | None) -> str:
    """A kind of form in a word or two; None for any."""
    return _FORMS[kind] if kind is not None else tr("Free form")


def form_contents(form: Form) -> str:
    """The columns, fields, choices or schema of a form in one line; empty for a list."""
    names = ", ".join(one.name for one in form.fields)
    return names or " | ".join(form.choices) or " ".join(form.schema.split())


def preset_traits(preset: Preset) -> list[str]:
    """What a preset has answers do besides its text and values, a line for each."""
    lines: list[str] = []
    if preset.tools:
        lines.append(tr("May have numbers computed by the calculator"))
    if preset.checks:
        lines.append(tr("Checks the steps of a calculation"))
    form = preset.answer_form
    if form is not None:
        words = ": ".join(filter(None, (form_name(form.kind), form_contents(form))))
        lines.append(tr("Answers in a form: {form}", form=words))
    return lines


def time_left(seconds: float | None) -> str:
    """An estimate of what remains; empty where there is none yet."""
    if seconds is None:
        return ""
    if seconds < 10:
        return tr("a few seconds left")
    if seconds < 60:
        return tr("about {seconds} s left", seconds=round(seconds / 10) * 10)
    return tr("about {time} left", time=duration(seconds))


def rate(tokens_per_second: float) -> str:
    """An answer's speed: ``12.3 tokens/s``, from a hundred on without the tenth."""
    digits = 1 if tokens_per_second < 99.95 else 0
    return tr("{speed} tokens/s", speed=write(tokens_per_second, digits=digits))


WORDS_PER_TOKEN = 0.75  # of English prose with Phi-4's tokenizer


def words_a_second(tokens_per_second: float, *, measured: bool) -> str:
    """An answer's speed as people read it: ``about 2 words a second``."""
    words = tokens_per_second * WORDS_PER_TOKEN
    number = write(words, digits=0 if words >= 3 else 1)
    if measured:
        return tr("{number} words a second, measured here", number=number)
    return tr("about {number} words a second", number=number)


def join(*parts: str) -> str:
    """The parts that are not empty, with a middle dot between."""
    return SEPARATOR.join(part for part in parts if part)


# --- models -----------------------------------------------------------------------------------


def model_name(model: ChosenModel | None) -> str:
    """What the model chip calls a model; the demo is always called a demo."""
    if model is None:
        return tr("No model")
    return tr("Built-in demo") if is_demo(model) else model.label


def disambiguate(models: Sequence[ModelFile]) -> dict[Path, str]:
    """What to add to the names of files that are called alike: the end of the path that differs.

    Files with a name of their own are not in it.
    """
    alike: dict[str, list[Path]] = {}
    for model in models:
        alike.setdefault(model_name(model), []).append(model.path)
    return {
        path: _differing_end(path, paths)
        for paths in alike.values()
        if len(paths) > 1
        for path in paths
    }


def _differing_end(path: Path, among: Sequence[Path]) -> str:
    """The fewest last parts of ``path`` that no other one ends with."""
    others = [other.parts for other in among if other != path]
    count = 1
    while count < len(path.parts) and any(
        other[-count:] == path.parts[-count:] for other in others
    ):
        count += 1
    return "/".join(path.parts[-count:]).lstrip("/")


def whose_computer(model: ChosenModel | None) -> str:
    """Whose computer the words of a chat go to; empty where they stay in this program."""
    if not isinstance(model, EndpointModel):
        return ""
    if model.here:
        return tr(
            "What you write here goes to {server}, another program on this computer ({host}).",
            server=model.server,
            host=model.host,
        )
    return tr(
        "What you write here goes to {server}: another computer, {host}.",
        server=model.server,
        host=model.host,
    )


def model_status(state: ModelState) -> str:
    """One or two words on where the model is."""
    match state.phase:
        case ModelPhase.NONE:
            return tr("none chosen")
        case ModelPhase.UNLOADED:
            return tr("not loaded")
        case ModelPhase.LOADING:
            return tr("loading {share}", share=percent(state.fraction))
        case ModelPhase.READY:
            return tr("ready")
        case ModelPhase.FAILED:
            return tr("could not be loaded")


def model_line(state: ModelState) -> str:
    """Name and status on one line, for the chip's accessible name."""
    return model_name(state.model) + ", " + model_status(state)


# --- downloads --------------------------------------------------------------------------------

_DOWNLOAD_STATES = {
    DownloadState.QUEUED: tr("waiting for its turn"),
    DownloadState.CHECKING: tr("checking what is here already"),
    DownloadState.CONNECTING: tr("connecting"),
    DownloadState.WAITING: tr("the connection broke; trying again"),
    DownloadState.PAUSED: tr("paused"),
    DownloadState.VERIFYING: tr("verifying"),
    DownloadState.DONE: tr("verified and ready"),
    DownloadState.FAILED: tr("failed"),
    DownloadState.CANCELLED: tr("cancelled"),
}


def download_line(item: DownloadItem) -> str:
    """How a download stands: ``3.10 of 9.05 GB · 12.4 MB/s · about 8 min left``."""
    done, total = size(item.done), size(item.total)
    far = tr("{done} of {total}", done=done, total=total) if item.total else ""
    if item.state is DownloadState.DOWNLOADING:
        pace = f"{size(round(item.speed))}/s" if item.speed else ""
        return join(far, pace, time_left(item.seconds_left))
    if item.state is DownloadState.DONE:
        return join(size(item.total), _DOWNLOAD_STATES[item.state])
    return join(_DOWNLOAD_STATES[item.state], far)


def download_short(items: Sequence[DownloadItem]) -> str:
    """All downloads that are not over, or paused, in a few words; empty when there are none."""
    waiting = [item for item in items if not item.state.over]
    paused = [item for item in items if item.state is DownloadState.PAUSED]
    if not waiting and paused:
        if len(paused) > 1:
            return trn("{n} download paused", "{n} downloads paused", len(paused))
        share = paused[0].done / paused[0].total if paused[0].total else 0.0
        return tr("Download paused at {share}", share=percent(share))
    if not waiting:
        return ""
    first = next((item for item in waiting if item.state.active), waiting[0])
    if len(waiting) > 1:
        return join(_doing(first), trn("{n} more", "{n} more", len(waiting) - 1))
    left = first.seconds_left
    soon = left is not None and left < 10  # the sidebar has room for a few words
    return join(_doing(first), tr("seconds left") if soon else time_left(left))


def _doing(item: DownloadItem) -> str:
    """What is done for a download that is not over, in a few words."""
    far = percent(item.done / item.total) if item.total else ""
    match item.state:
        case DownloadState.VERIFYING:
            return tr("Verifying a download")
        case DownloadState.WAITING:
            return join(tr("Connecting again"), far)
        case DownloadState.DOWNLOADING if far:
            return tr("Downloading {share}", share=far)
    return join(tr("Starting a download"), far)


# --- answers and the context --------------------------------------------------------------------


def stop_reason_text(message: Message) -> str:
    """Why an answer ended, where that is worth saying; empty for a natural end."""
    match message.status:
        case MessageStatus.STOPPED:
            return tr("stopped by you")
        case MessageStatus.CUT:
            full = message.stop_reason is StopReason.CONTEXT_FULL
            return tr("the context is full") if full else tr("cut at the token limit")
        case MessageStatus.INTERRUPTED:
            return tr("interrupted")
        case MessageStatus.FAILED:
            return tr("no answer")
        case MessageStatus.COMPLETE | MessageStatus.STREAMING:
            return ""


def ended(message: Message) -> str:
    """How an answer ended, as the rest of a sentence about it."""
    match message.status:
        case MessageStatus.STOPPED:
            return tr("was stopped")
        case MessageStatus.CUT:
            full = message.stop_reason is StopReason.CONTEXT_FULL
            return (
                tr("ends where the context is full") if full else tr("was cut at the token limit")
            )
        case MessageStatus.INTERRUPTED:
            return tr("was interrupted")
        case MessageStatus.FAILED:
            return tr("could not be written")
        case MessageStatus.COMPLETE | MessageStatus.STREAMING:
            return tr("is finished")


def context_forecast(measured: ContextMeasured, already: int = 0) -> str:
    """What sending the draft would mean for the context; empty where nothing changes.

    ``already`` is how many messages the model does not read any more as it is.
    """
    if measured.refusal is not None:
        return measured.refusal.what
    if measured.left_out > already:
        return trn(
            "With this, the oldest message no longer fits what the model reads",
            "With this, the {n} oldest messages no longer fit what it reads",
            measured.left_out,
        )
    return ""


def context_line(tokens: int, context_size: int) -> str:
    """How full the context window is, in words."""
    return trn("{used} of {n} token used", "{used} of {n} tokens used", context_size, used=tokens)


# --- chats ------------------------------------------------------------------------------------


def title(conversation: Conversation | None) -> str:
    """A chat's title, or what an untitled one is called."""
    if conversation is None:
        return NEW_CHAT
    untitled = tr("Private chat") if conversation.private else NEW_CHAT
    return conversation.title or untitled


def window_title(conversation: Conversation | None) -> str:
    """What a window is called that shows a chat."""
    return f"{isolated(title(conversation))} - Phial"


def listed_title(conversation: Conversation) -> str:
    """A chat's title in a list, where one that holds nothing but a draft is told by its words."""
    draft = " ".join(conversation.draft.split())
    if conversation.title or not draft:
        return title(conversation)
    shown = draft if len(draft) <= _DRAFT_SHOWN else f"{draft[:_DRAFT_SHOWN]}…"
    return tr("Draft: {text}", text=shown)


def backup_moment(moment: datetime) -> str:
    """Date and time to the second: two backups of one minute are two."""
    return f"{date_and_time(moment)}:{moment.astimezone():%S}"


def undone(removed: int, trashed: int) -> str:
    """What taking an import back did: "12 chats were taken back."."""
    said = trn("{n} chat taken back.", "{n} chats taken back.", removed)
    changed = trn(
        "{n} chat that you had changed went to the trash.",
        "{n} chats that you had changed went to the trash.",
        trashed,
    )
    return paragraph(said, changed) if trashed else said


def date_and_time(moment: datetime) -> str:
    """Date and time in the reader's zone: ``21 November 2026, 14:05``."""
    return day_and_time(moment.astimezone())


def content(found: Content | None) -> str:
    """What a backup holds."""
    if found is None:
        return tr("cannot be read")
    return join(_chats(found), _messages(found))


def missing(lost: Lost) -> str:
    """What a backup holds and the database does not."""
    there = tr(
        "{messages} in {chats}", messages=_messages(lost.content), chats=_chats(lost.content)
    )
    when = date_and_time(lost.backup.made_at)
    if not lost.here.messages:
        return tr(
            "There are no chats here, but a backup of {when} holds {there}.", when=when, there=there
        )
    here = tr("{messages} in {chats}", messages=_messages(lost.here), chats=_chats(lost.here))
    return tr(
        "A backup of {when} holds {there}, of which some were never here; here are {here}.",
        when=when,
        there=there,
        here=here,
    )


def _chats(found: Content) -> str:
    return trn("{n} chat", "{n} chats", found.chats)


def _messages(found: Content) -> str:
    return trn("{n} message", "{n} messages", found.messages)


# --- other programs ----------------------------------------------------------------------------

_SERVED = {
    ServedStatus.WAITING: tr("waiting"),
    ServedStatus.RUNNING: tr("being answered"),
    ServedStatus.DONE: tr("answered"),
    ServedStatus.CANCELLED: tr("stopped"),
    ServedStatus.REFUSED: tr("refused"),
    ServedStatus.FAILED: tr("failed"),
}


def served_status(status: ServedStatus) -> str:
    """How far another program's request is."""
    return _SERVED[status]
