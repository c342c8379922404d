"""Reading GPT4All's .chat files, a stream of Qt's QDataStream, versions 2 to 13.

Layout, from GPT4All's sources: magic 0xF5D553CC, version (int32), creation date (seconds, int64),
id, name, user name, model, list of collections; up to version 10 what the engine had in memory,
which is skipped; then the messages, a line without versions. Strings are UTF-16, big endian, after
their length in bytes (0xFFFFFFFF: null).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace
from urllib.parse import unquote

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.language import tr
from app.markup.transfer.readers.beside_text import CLOSE, OPEN, Loss
from app.markup.transfer.readers.foreign import ForeignChat, ForeignMessage, chained
from app.markup.transfer.readers.json_values import ShapeError, moment
from app.markup.transfer.readers.message_parts import Parts

NAME = "GPT4All"
MAGIC = b"\xf5\xd5\x53\xcc"
OLDEST, NEWEST = 2, 13

_NULL = 0xFFFFFFFF
_QT_STRING = 10  # QMetaType::QString
_SYSTEM = "System: "
_THINK_TAG = re.compile(rf"^\s*{OPEN}|{CLOSE}\s*$")
_MAX_DEPTH = 20
_MAX_COUNT = 100_000


def claims(data: bytes) -> bool:
    """Whether bytes are a .chat file."""
    return data.startswith(MAGIC)


def read(data: bytes) -> ForeignChat:
    """The chat of a file.

    Raises:
        ShapeError: It is damaged, or of a version this reader does not know.
    """
    stream = _Stream(data, len(MAGIC))
    version = stream.int32()
    if not OLDEST <= version <= NEWEST:
        raise ShapeError(
            tr(
                "It is a GPT4All chat of version {version}; {oldest} to {newest} can be read.",
                version=str(version),
                oldest=OLDEST,
                newest=NEWEST,
            )
        )
    created = moment(stream.int64())
    key, title = stream.string(), stream.string()
    stream.string()  # the user's name
    model = stream.string()
    for _ in range(stream.count32() if version >= 3 else 0):
        stream.string()  # collections
    if version < 11:
        _skip_engine(stream, version)
    system = ""
    nodes: list[ForeignMessage] = []
    for index in range(stream.int32_count()):
        name, node = _item(stream, version, str(index), model)
        if name == _SYSTEM:
            kept = system in {"", node.content}
            system = system or node.content
            node = replace(node, content="", lost=node.lost if kept else (Loss.SYSTEM,))
        nodes.append(node)
    return ForeignChat(
        source="gpt4all",
        key=key,
        title=title,
        nodes=chained(nodes),
        created_at=created,
        system_prompt=system,
    )


@dataclass(slots=True)
class _Stream:
    data: bytes
    at: int

    def take(self, size: int) -> bytes:
        end = self.at + size
        if size < 0 or end > len(self.data):
            raise ShapeError(tr("It ends in the middle; the file is damaged."))
        piece = self.data[self.at : end]
        self.at = end
        return piece

    def boolean(self) -> bool:
        return self.take(1) != b"\0"

    def int32(self) -> int:
        return int(struct.unpack(">i", self.take(4))[0])

    def int64(self) -> int:
        return int(struct.unpack(">q", self.take(8))[0])

    def count32(self) -> int:
        return self._checked(int(struct.unpack(">I", self.take(4))[0]))

    def count64(self) -> int:
        return self._checked(self.int64())

    def int32_count(self) -> int:
        return self._checked(self.int32())

    def _checked(self, count: int) -> int:
        if not 0 <= count <= _MAX_COUNT:
            raise ShapeError(tr("It names an impossible number of parts; the file is damaged."))
        return count

    def blob(self) -> bytes:
        size = int(struct.unpack(">I", self.take(4))[0])
        return b"" if size == _NULL else self.take(size)

    def string(self) -> str:
        try:
            return self.blob().decode("utf-16-be", "surrogatepass")
        except UnicodeDecodeError as error:
            raise ShapeError(tr("A text in it is damaged.")) from error


def _skip_engine(stream: _Stream, version: int) -> None:
    keeps_state = stream.boolean() if version >= 6 else True
    stream.int32()  # model type
    stream.int32()  # state version
    stream.string()  # last response
    stream.string()  # last name
    stream.int32()  # tokens of the last answer
    if not keeps_state:
        return
    if version < 4:
        stream.int32()  # logits of the response
    stream.int32()  # tokens in the KV cache
    if version >= 7:
        stream.int32()  # size of the context window
    if version < 9:
        stream.take(4 * stream.int64())  # logits
    stream.take(4 * stream.int64())  # tokens
    stream.blob()  # the state


def _item(stream: _Stream, version: int, key: str, model: str) -> tuple[str, ForeignMessage]:
    """A message, and what kind it says it is."""
    found = Parts()
    if version < 12:
        stream.int32()  # a number of the message
    name, value = stream.string(), stream.string()
    if version < 10:
        stream.string()  # the prompt, once more
    stream.string()  # another answer, proposed by the user
    stream.boolean()  # being written
    stopped = stream.boolean()
    stream.boolean()  # thumbs up
    stream.boolean()  # thumbs down
    response = name == "Response: "
    failed = stream.boolean() if version >= 11 and response else False
    _skip_sources(stream, version)
    if version >= 10:
        for _ in range(stream.count64()):
            address = stream.string()
            stream.blob()
            found.attach(Loss.FILE, unquote(address.rpartition("/")[2]))
    for _ in range(stream.count64() if version >= 12 else 0):
        _part(stream, 0, found)
    found.say(value, goes_on=True)
    value, placed = found.placed()
    role = Role.ASSISTANT if response else Role.USER if name == "Prompt: " else None
    status = MessageStatus.STOPPED if stopped else MessageStatus.COMPLETE
    if failed:
        status = MessageStatus.FAILED
    lost = tuple(found.lost)
    return name, ForeignMessage(
        key, None, role, value, None, model, status, lost=lost, placed=placed
    )


def _skip_sources(stream: _Stream, version: int) -> None:
    if version < 3:
        return
    if version < 8:
        stream.string()  # references
        for _ in range(stream.count32()):
            stream.string()
        return
    for _ in range(stream.count64()):
        for _ in range(7):
            stream.string()  # collection, path, file, title, author, date, text
        for _ in range(3):
            stream.int32()  # page, from, to


def _part(stream: _Stream, depth: int, found: Parts) -> None:
    if depth > _MAX_DEPTH:
        raise ShapeError(tr("It is nested too deeply; the file is damaged."))
    name, value = stream.string(), stream.string()
    if name == "ToolCall: ":
        _call(stream, found)
        value = ""
    elif name == "Think: ":
        milliseconds = stream.int32()
        found.think(_THINK_TAG.sub("", value), milliseconds / 1000 if milliseconds > 0 else None)
        value = ""
    inner = stream.count64()
    inside = Parts() if name == "ToolResponse: " else found  # what a tool said is told of its call
    for _ in range(inner):
        _part(stream, depth + 1, inside)
    if not inner and name != "ToolResponse: ":
        found.say(value, goes_on=True)


def _call(stream: _Stream, found: Parts) -> None:
    tool = stream.string()
    given: dict[str, str] = {}
    for _ in range(stream.count64()):
        parameter = stream.string()
        stream.int32()  # its type
        kind = stream.int32()
        stream.boolean()  # null
        if kind != _QT_STRING:
            raise ShapeError(tr("It holds a tool call of a kind that cannot be read."))
        given[parameter] = stream.string()
    result = stream.string()
    failed = stream.int32() != 0
    problem = stream.string()
    found.call(tool, given)
    if result or problem or failed:
        found.answer(problem if failed else result, tool, failed=failed)
