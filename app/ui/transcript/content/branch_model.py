"""All messages of a branch with the index of their heights, without Qt."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from app.domain.conversation import BranchMessage, Message
from app.domain.generation import Role
from app.domain.parts import Part
from app.ui.transcript.content.heights import HeightIndex
from app.ui.transcript.content.marks import Mark
from app.ui.transcript.content.message_model import UNKNOWN, MessageModel, characters
from app.ui.transcript.content.row import Measures

KEPT_CHARACTERS = 2_000_000
"""Characters of messages whose rows are kept; further ones are parsed again when needed."""

_ASSISTANT = Role.ASSISTANT


class BranchModel:
    """All messages of a branch with the index of their heights.

    Attributes:
        streaming: The id of the message that is being written; empty for none.
        in_view: The ids of messages whose rows are never forgotten.
    """

    def __init__(self, measures: Measures) -> None:
        self.measures = measures
        self.streaming = ""
        self.models: list[MessageModel] = []
        self.by_id: dict[str, int] = {}
        self.index = HeightIndex()
        self._open: OrderedDict[str, int] = OrderedDict()  # id to characters, oldest use first
        self._open_characters = 0
        self.in_view: frozenset[str] = frozenset()
        self._left_out: frozenset[str] = frozenset()
        self._summaries: Mapping[str, str] = {}

    def set_messages(self, entries: Sequence[BranchMessage]) -> None:
        """Take the branch; what did not change keeps its rows and heights."""
        # This runs for every message of a chat that is opened, so it is written plainly.
        known = {model.message.id: model for model in self.models}
        left_out, notes = self._left_out, self._summaries
        keys = [entry.message.id for entry in entries]
        if not known and not notes and not left_out:
            models = [MessageModel(entry, left_out=False) for entry in entries]
        else:
            models = []
            end = _summed_until(keys, notes)
            for at, (key, entry) in enumerate(zip(keys, entries, strict=True)):
                out, note = key in left_out, notes.get(key, "")
                labels = note, out and at < end
                old = known.get(key)
                if (
                    old is not None
                    and (old.summary, old.summed_up) == labels
                    and _same_look(old, entry, left_out=out)
                ):
                    models.append(old)
                else:
                    models.append(
                        MessageModel(entry, left_out=out, summary=note, summed_up=labels[1])
                    )
        self.models = models
        self.by_id = dict(zip(keys, range(len(keys)), strict=True))
        self._open = OrderedDict((k, v) for k, v in self._open.items() if k in self.by_id)
        self._open_characters = sum(self._open.values())
        self.index.reset(_heights_of(models, self.measures))

    def set_left_out(self, ids: frozenset[str], summaries: Mapping[str, str]) -> bool:
        """Label the messages that the model does not see; whether any label is another one now.

        Args:
            ids: These messages.
            summaries: What the model reads instead, by the id of the message below it.
        """
        if (ids, summaries) == (self._left_out, self._summaries):
            return False
        self._left_out, self._summaries = ids, summaries
        end = _summed_until(list(self.by_id), summaries)
        for at, model in enumerate(self.models):
            out, note = model.message.id in ids, summaries.get(model.message.id, "")
            labels = out, note, out and at < end
            if (model.left_out, model.summary, model.summed_up) != labels:
                model.left_out, model.summary, model.summed_up = labels
                model.relabel(self.measures)
                self.sync_heights(at)
        return True

    def feed(self, message_id: str, part: Part) -> int | None:
        """Add to a message that is being written, as `MessageModel.take`.

        Returns:
            Its place; None where it is not shown.
        """
        at = self.by_id.get(message_id)
        if at is not None:
            self.models[at].take(part, self.measures)
            self.sync_heights(at)
        return at

    def finish(self, message: Message) -> int | None:
        """Take the final form of a message; its place, None where it is not shown."""
        self.streaming = ""
        at = self.by_id.get(message.id)
        if at is not None:
            self.models[at].finish(message, self.measures)
            self.open(at)
            self.sync_heights(at)
        return at

    def set_marks(self, message_id: str, marks: tuple[Mark, ...]) -> bool:
        """Take the marks of a message; whether any row of it looks different now."""
        at = self.by_id.get(message_id)
        if at is None or not self.models[at].set_marks(marks, self.measures):
            return False
        self.sync_heights(at)
        return True

    def set_waiting(self, words: str) -> bool:
        """Say at the streaming answer what is done before its first word; whether a row changed."""
        at = self.by_id.get(self.streaming)
        if at is None or not self.models[at].set_waiting(words, self.measures):
            return False
        self.sync_heights(at)
        return True

    def forget_marks(self) -> None:
        """The marks of all messages are to be asked for again."""
        for model in self.models:
            model.marks_asked = False

    def parse_slice(self, at: int) -> None:
        """Read a little more of a long message."""
        self.models[at].parse_slice(self.measures)
        self.sync_heights(at)

    def open(self, at: int) -> MessageModel:
        """The message ``at``, with rows."""
        model = self.models[at]
        if model.list is None:
            model.open(self.measures)
            self.sync_heights(at)
            self._remember(model)
        return model

    def _remember(self, model: MessageModel) -> None:
        key, size = model.message.id, characters(model.message)
        self._open_characters += size - self._open.pop(key, 0)
        self._open[key] = size
        for _ in range(len(self._open)):
            if self._open_characters <= KEPT_CHARACTERS or len(self._open) <= 40:
                return
            oldest, freed = self._open.popitem(last=False)
            if oldest in self.in_view:
                self._open[oldest] = freed
                continue
            self._open_characters -= freed
            self.models[self.by_id[oldest]].close_rows()

    def sync_heights(self, at: int) -> None:
        """Bring the index into step with the message's rows."""
        self.index.set(at, _heights_of((self.models[at],), self.measures)[0])

    def set_height(self, at: int, row: int, height: int) -> None:
        """A row was laid out."""
        model = self.models[at]
        if model.heights.set(row, height):
            self.index.set(at, model.heights.total)

    def set_measures(self, measures: Measures) -> None:
        """The geometry changed."""
        self.measures = measures
        for model in self.models:
            model.forget_heights(measures)
        self.index.reset(_heights_of(self.models, measures))

    def top(self, at: int, row: int) -> int:
        """Where a row begins, in pixels from the top of the chat."""
        return self.index.top(at) + self.models[at].heights.top(row)

    def locate(self, position: int) -> tuple[int, int, int]:
        """The message and row at a position, and how far below the row's top it is."""
        at = self.index.find(position)
        model = self.open(at)
        inside = position - self.index.top(at)
        row = model.heights.find(inside)
        return at, row, inside - model.heights.top(row)

    def after(self, at: int, row: int) -> tuple[int, int] | None:
        """The next row, opening the next message if need be."""
        if row + 1 < len(self.models[at].heights):
            return at, row + 1
        if at + 1 < len(self.models):
            self.open(at + 1)
            return at + 1, 0
        return None

    def before(self, at: int, row: int) -> tuple[int, int] | None:
        """The row before, opening the message before if need be."""
        if row > 0:
            return at, row - 1
        if at > 0:
            return at - 1, len(self.open(at - 1).rows) - 1
        return None


def _heights_of(models: Iterable[MessageModel], measures: Measures) -> list[int]:
    """Heights in pixels: what is known of opened messages, estimates by length for the others.

    This runs for every message of a chat that is opened, so it is written plainly.
    """
    a_character = measures.line * measures.char_width / measures.column
    # Half of the source's line ends are blank lines, which become a gap of half a line.
    a_line, least = measures.line * 0.62, measures.line + 38 * measures.zoom
    made: list[int] = []
    for model in models:
        if model.heights is not UNKNOWN:
            made.append(model.heights.total)
            continue
        message = model.message
        text = message.content
        share = a_character if message.role is _ASSISTANT else 1.33 * a_character  # in a bubble
        made.append(int(len(text) * share + text.count("\n") * a_line + least))
    return made


def _summed_until(keys: Sequence[str], summaries: Mapping[str, str]) -> int:
    """The place of the first message that a summary stands above; all before it are part of it."""
    return next((at for at, key in enumerate(keys) if key in summaries), 0)


def _same_look(model: MessageModel, entry: BranchMessage, *, left_out: bool) -> bool:
    if model.message is entry.message or model.message == entry.message:
        same = model.left_out == left_out
        if same:
            model.version = entry.version
        return same and model.version == entry.version
    return False
