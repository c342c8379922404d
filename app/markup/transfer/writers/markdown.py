"""Phial's Markdown: made for people, and exact.

People see a title, who wrote what and when, and the active branch as it was written. Comments that
no viewer shows carry the rest: each message stands between two marks, and one comment at the end
holds ids, tree, models, timings and the other versions, a line each, as JSON.

The marks contain a word that occurs nowhere in the chat, derived from the chat, so that the same
chat always gives the same file and no text can pretend to be a mark.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace

from app.domain.conversation import Message, MessageStatus
from app.domain.generation import Role
from app.domain.parts import PlacedPart, part_values
from app.language import tr, trc, trn
from app.language.formats import day_and_time
from app.markup.parts.registry import stands_below
from app.markup.transfer.readers.json_values import Json, ShapeError, as_list, as_map, parse_json
from app.markup.transfer.readers.patches import Patch, undo
from app.markup.transfer.values import Chat, ExportFormat, ExportOptions, ExportStep, no_step
from app.markup.transfer.writers.exported_turns import (
    ExportedTurn,
    system_prompt,
    turns,
    version_told,
)
from app.markup.transfer.writers.neutral import GAP, NeutralText, neutralise, part_in_file
from app.markup.transfer.writers.records import (
    chat_from_records,
    conversation_record,
    has_parts,
    message_record,
    pack,
    part_records,
    placed_from,
    positions_of,
    unpack,
)

VERSION = 1
WITH_PARTS = 2
"""Where a message has parts that are no text: a Phial that knows none must not lose them."""

_DEFINITION = re.compile(r"^[ \t>*+\d.)-]*\[([^\]\n]{1,999})\]:", re.MULTILINE)
_LABEL = re.compile(r"\[([^\]\[\n]{1,999})\]")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#&$~|])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_FRONT_MATTER = re.compile(r"\ufeff?---\n(.*?)\n---\n", re.DOTALL)
_MARK_LINE = re.compile(r"^phial: \"?([0-9a-f]{8,64})\"?$", re.MULTILINE)
_ANY_DATA = re.compile(r"<!-- phial:([0-9a-f]{8,64}) data\n")

_ENDS = {
    MessageStatus.STREAMING: tr("still being written"),
    MessageStatus.STOPPED: tr("stopped by you"),
    MessageStatus.CUT: tr("cut at the token limit"),
    MessageStatus.INTERRUPTED: tr("interrupted"),
    MessageStatus.FAILED: tr("failed"),
}


class MarkdownExporter:
    """Writes a chat as Markdown."""

    format = ExportFormat(
        "markdown",
        "Markdown",  # not shown: its name
        ".md",
        tr("To read, edit and keep: opens everywhere, imports back exactly."),
        exact=True,
        folds=True,
    )

    def write(
        self, chats: tuple[Chat, ...], options: ExportOptions, step: ExportStep = no_step
    ) -> bytes:
        """The file of one chat."""
        (chat,) = chats
        return write_markdown(chat, options, step).encode("utf-8")


def write_markdown(chat: Chat, options: ExportOptions, step: ExportStep = no_step) -> str:
    """The Markdown of a chat; it can be encoded as UTF-8 and holds no CR and no NUL."""
    branch = chat.branch()
    listed = [ExportedTurn(message) for message in branch]
    prompt = chat.conversation.system_prompt
    if not options.exact:
        listed, prompt = list(turns(chat, options)), system_prompt(chat, options)
    said: list[tuple[str, tuple[PlacedPart, ...]]] = [(prompt, ())]
    said += [(turn.message.content, turn.message.placed) for turn in listed]
    shown = _shown_together(said, step, fold=options.fold_thinking)
    mark = _mark(chat) if options.exact else ""
    pieces = [_front_matter(chat, branch, mark), f"# {_line(_title(chat))}\n"]
    if prompt:
        pieces.append(f"\n## {tr('System prompt')}\n\n{shown[0].text}\n")
    versions = chat.versions() if options.exact else {}
    for number, (turn, text) in enumerate(zip(listed, shown[1:], strict=True), 1):
        message = turn.message
        pieces.append(f"\n## {_line(author(message))}\n")
        told = [day_and_time(options.local(message.created_at))]
        version = versions.get(message.id)
        if version and version.count > 1:
            told.append(version_told(version))
        if turn.place:
            told.append(turn.place)
        if message.status in _ENDS:
            told.append(_ENDS[message.status])
        pieces.append(f"\n*{' · '.join(told)}*\n")
        if message.error:
            pieces.append(f"\n> {_line(message.error)}\n")
        if options.exact:
            begins = f"<!-- phial:{mark} {number} -->"  # not shown: what is read back
            pieces.append(f"\n{begins}\n\n{text.text}{_end(mark)}\n")
        else:
            pieces.append(f"\n{text.text}\n")
    if options.exact:
        pieces.append(f"\n<!-- phial:{mark} data\n")
        pieces += (f"{_comment_json(line)}\n" for line in _data(chat, branch, shown[1:]))
        pieces.append("-->\n")
    return "".join(pieces)


def is_ours(text: str) -> bool:
    """Whether a Markdown text was exported exactly by Phial."""
    return _find_mark(_normal(text)) is not None


def read_markdown(text: str) -> tuple[Chat, tuple[str, ...]]:
    """The chat of an exported text, and what is not as it was.

    Raises:
        ShapeError: It is not an exported text, or damaged.
    """
    text = _normal(text)
    mark = _find_mark(text)
    if mark is None:
        raise ShapeError(tr("It is Markdown, but not an exact export of Phial."))
    _, opened, data = text.rpartition(f"<!-- phial:{mark} data\n")
    body, closed, _ = data.partition("\n-->")
    if not opened or not closed:
        raise ShapeError(tr("Its last part, which holds the details, is missing."))
    lines = [as_map(parse_json(line), tr("A line of its details")) for line in body.split("\n")]
    if lines[0].get("version") not in (VERSION, WITH_PARTS):
        raise ShapeError(tr("It was written by a newer Phial."))
    regions = _regions(text, mark)
    messages: list[tuple[Json, str]] = []
    changed = 0
    for record in lines[1:]:
        content, edited = _content(record, regions)
        changed += edited
        messages.append(_without_parts(record, content) if edited else (record, content))
    chat = chat_from_records(lines[0], messages)
    notes = (_changed_note(changed),) if changed else ()
    return chat, notes


# --- writing ---------------------------------------------------------------------------------


def author(message: Message) -> str:
    """Who wrote a message, for people."""
    match message.role:
        case Role.USER:
            return trc("who wrote a message", "You")
        case Role.SYSTEM:
            return trc("who wrote a message", "System")
        case Role.ASSISTANT:
            model = message.model
            return f"{model.name} {model.quantization}".strip() if model else tr("Assistant")


def _title(chat: Chat) -> str:
    return chat.conversation.title.strip() or tr("Untitled chat")


def _front_matter(chat: Chat, branch: tuple[Message, ...], mark: str) -> str:
    c = chat.conversation
    models = dict.fromkeys(author(m) for m in branch if m.role is Role.ASSISTANT and m.model)
    fields: dict[str, str] = {
        "title": _yaml(_title(chat)),
        "created": c.created_at.isoformat(timespec="seconds"),
        "updated": c.updated_at.isoformat(timespec="seconds"),
    }
    if models:
        fields["model"] = _yaml(", ".join(models))
    if c.folder:
        fields["folder"] = _yaml(c.folder)
    if mark:
        fields["phial"] = f'"{mark}"'  # quoted: some marks would read as numbers
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\n{lines}---\n\n"


def _yaml(text: str) -> str:
    # A YAML double-quoted scalar of one line, which is also what JSON would write.
    return json.dumps(_CONTROL.sub(" ", text), ensure_ascii=False)


def _line(text: str) -> str:
    # One line in which nothing is markup.
    return _SPECIAL.sub(r"\\\1", _CONTROL.sub(" ", text)).strip()


def _shown_together(
    said: list[tuple[str, tuple[PlacedPart, ...]]], step: ExportStep, *, fold: bool
) -> list[NeutralText]:
    # A link or footnote definition is in force in the whole file. A text that defines a name which
    # another text mentions is shown in a fence, where it defines nothing.
    shown: list[NeutralText] = []
    total, done = sum(len(text) for text, _ in said), 0
    for text, placed in said:
        step(done, total)
        shown.append(neutralise(text, placed, fold=fold))
        done += len(text)
    names = [{_name(label) for label in _DEFINITION.findall(s.text)} for s in shown]
    if not any(names):
        return shown
    mentioned: dict[str, int] = {}
    for item in shown:
        for name in {_name(label) for label in _LABEL.findall(item.text)}:
            mentioned[name] = mentioned.get(name, 0) + 1
    return [
        neutralise(text, placed, fold=fold, rendered=False)
        if any(mentioned.get(n, 0) > 1 for n in own)
        else item
        for (text, placed), item, own in zip(said, shown, names, strict=True)
    ]


def _name(label: str) -> str:
    return " ".join(label.split()).casefold()


def _mark(chat: Chat) -> str:
    c = chat.conversation
    everything = "\0".join(
        [c.id, c.title, c.folder, c.system_prompt]
        + [f"{author(message)}\0{message.content}" for message in chat.messages]
        + [
            f"{one.at} {part_values(one.part)}"
            for message in chat.messages
            for one in message.placed
        ]
    )
    seed = everything.encode("utf-8", "surrogatepass")
    while True:
        seed = hashlib.sha256(seed).digest()
        mark = seed.hex()[:12]
        if mark not in everything:
            return mark


def _end(mark: str) -> str:
    return f"\n\n<!-- phial:{mark} end -->"


def _data(
    chat: Chat, branch: tuple[Message, ...], shown: Iterable[NeutralText]
) -> Iterable[dict[str, object]]:
    yield {"version": WITH_PARTS if has_parts(chat) else VERSION, **conversation_record(chat)}
    regions = {
        message.id: (number, text)
        for number, (message, text) in enumerate(zip(branch, shown, strict=True), 1)
    }
    positions = positions_of(chat)
    for message in chat.messages:
        record = message_record(message, positions)
        if message.id not in regions:
            yield {**record, "content": pack(message.content)}
            continue
        number, text = regions[message.id]
        record["part"] = number
        record["sha256"] = _digest(text.text)
        if text.patches is None:
            record["content"] = pack(message.content)
        elif text.patches:
            record["patches"] = [[p.start, p.length, pack(p.original)] for p in text.patches]
        yield record


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _comment_json(record: dict[str, object]) -> str:
    # Inside a comment neither "-->" nor "--" may stand, and no line may end early.
    text = json.dumps(record, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("--", "-\\u002d")


# --- reading ---------------------------------------------------------------------------------


def _normal(text: str) -> str:
    # An exported file holds no CR; where there is one, a tool changed the line ends.
    return text.replace("\r\n", "\n")


def _find_mark(text: str) -> str | None:
    front = _FRONT_MATTER.match(text)
    found = _MARK_LINE.search(front[1]) if front else None
    if found is None:
        for found in _ANY_DATA.finditer(text):  # noqa: B007  # the last one stands below all texts
            pass
    return found[1] if found else None


def _regions(text: str, mark: str) -> dict[int, str]:
    regions: dict[int, str] = {}
    start = re.compile(rf"<!-- phial:{mark} (\d{{1,9}}) -->\n\n")
    at = 0
    while found := start.search(text, at):
        end = text.find(_end(mark), found.end())
        if end < 0:
            raise ShapeError(tr("The end of a message is missing."))
        regions[int(found[1])] = text[found.end() : end]
        at = end
    return regions


def _content(record: Json, regions: dict[int, str]) -> tuple[str, bool]:
    # The exact text of a message, and whether it was changed after the export.
    if "part" not in record:
        content = unpack(record.get("content"))
        if not isinstance(content, str):
            raise ShapeError(tr("The text of a version is missing."))
        return content, False
    number = record["part"]
    region = regions.get(number) if isinstance(number, int) else None
    if region is None:
        raise ShapeError(tr("The text of a message is missing."))
    try:
        unchanged = _digest(region) == record.get("sha256")
    except UnicodeEncodeError:
        unchanged = False
    if not unchanged:
        return region, True
    if "content" in record:
        content = unpack(record["content"])
        if not isinstance(content, str):
            raise ShapeError(tr("The text of a message is damaged."))
        return content, False
    return undo(region, _patches(record.get("patches", []))), False


def _without_parts(record: Json, region: str) -> tuple[Json, str]:
    """A message that was edited in the file: its text, and the parts that still stand there."""
    kept: dict[int, PlacedPart] = {}
    placed, seen = placed_from(record.get("parts", [])), 0
    order = sorted(range(len(placed)), key=lambda number: stands_below(placed[number].part))
    for number, one in ((number, placed[number]) for number in order):
        below = stands_below(one.part)
        forms = [part_in_file(one.part, fold=fold) for fold in (True, False)]
        shown = next((form for form in forms if region.find(form, seen) >= 0), None)
        if shown is None:
            continue
        start = region.rfind(shown, seen) if below else region.find(shown, seen)
        above, rest = region[:start].rstrip("\n"), region[start + len(shown) :].lstrip("\n")
        region = f"{above}{GAP if above and rest else ''}{rest}"
        seen = len(above) if not below else seen
        at = min(one.at, len(region)) if below else len(above)
        kept[number] = PlacedPart(at, one.part)
    ordered: list[PlacedPart] = []
    for _, one in sorted(kept.items()):
        ordered.append(replace(one, at=max(one.at, ordered[-1].at)) if ordered else one)
    return {**record, "parts": part_records(ordered)}, region


def _patches(value: object) -> Iterable[Patch]:
    for item in as_list(value, tr("The list of changes")):
        parts = as_list(item, tr("A change"))
        if len(parts) != 3:
            raise ShapeError(tr("A change in it has not three parts."))
        start, length, original = parts[0], parts[1], unpack(parts[2])
        if not (isinstance(start, int) and isinstance(length, int) and isinstance(original, str)):
            raise ShapeError(tr("A change in it is damaged."))
        yield Patch(start, length, original)


def _changed_note(count: int) -> str:
    return trn(
        "One message was edited in the file; it is taken as it stands there.",
        "{n} messages were edited in the file; they are taken as they stand there.",
        count,
    )
