"""Coming back to a chat after a restart, against reading it again. Part of bench_engine.py.

The state is built once (``--only prepare``) and kept in ``--state``.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.domain.endpoints.source import FileSource
from app.domain.generation import (
    GREEDY,
    ContextFitted,
    Finished,
    GenerationRequest,
    SnapshotRestored,
    TextDelta,
    Timings,
)
from app.domain.model import LoadRequest
from app.engine.base import EngineOptions
from app.engine.llama.engine import LlamaEngine
from app.engine.llama.kv_state import CHAT, SCRATCH
from app.engine.process.client import EngineClient
from app.engine.segments import SEGMENT, SegmentRange, split_segments
from tests.support.engines import request, turns

READ = 32  # tokens whose state is read, and then moved about
FRESH = 64  # tokens read anew at each depth, for the rate of reading there
ALWAYS = -1e9  # seconds a snapshot must save: write and restore in any case
NEVER = threading.Event()


def row(name: str, *cells: str) -> None:
    """One line of the table, with the load of the last minute."""
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{name:<46}" + "".join(f"  {cell:>14}" for cell in (*cells, load)), flush=True)


@contextmanager
def client(**options: Any) -> Iterator[EngineClient]:
    """An engine process."""
    made = EngineClient(EngineOptions(**options))
    try:
        yield made
    finally:
        made.close()


def words(tokens: int) -> str:
    """A text of about so many tokens in a byte vocabulary, nowhere the same."""
    text = "".join(f"{number * 7919 % 100003:05d} " for number in range(tokens // 6 + 1))
    return text[:tokens]


def chat_of(tokens: int) -> GenerationRequest:
    """The chat whose state is built; a shorter one is the beginning of a longer one."""
    return request(turns(words(tokens)), sampling=replace(GREEDY, max_tokens=1))


def load_for(model: Path, tokens: int, threads: int | None = None) -> LoadRequest:
    """The same context for all lengths."""
    return LoadRequest(FileSource(model), context_size=tokens + 768, threads=threads)


def prepare(
    model: Path, state: Path, lengths: Sequence[int], longest: int, threads: int | None
) -> None:
    """Build the state of every length: the first tokens are read, and moved to every later place.

    Reading 8,000 tokens of a 14 B file takes a quarter of an hour and more. What a restore costs
    depends on how many bytes there are and of which shape, and that is exact: llama.cpp itself
    turns the keys' places and writes every segment. What the values mean, random weights do not
    say in any case.
    """
    engine = LlamaEngine(EngineOptions(snapshot_dir=state, snapshot_min_gain=ALWAYS))
    engine.load(load_for(model, longest, threads), lambda _fraction: None, NEVER)
    session, store = engine._session, engine._store
    assert session is not None
    assert session.kv_state is not None
    assert store is not None
    began = time.perf_counter()
    first = session.template.lay_out(chat_of(longest).turns, continuing=False).tokens[:READ]
    for _ in session.decoder.prefill(first, lambda: False):
        pass
    root = session.kv_state._root
    read = session.kv_state._copy_out(split_segments(first, root)[0])
    row(f"read {len(first)} tokens", f"{time.perf_counter() - began:.1f} s")
    session.decoder.kv.clear()
    memory = engine.backend.c.llama_get_memory(session.loaded.context)
    for start in range(0, SEGMENT, READ):  # a whole segment of them
        _put(engine, read, READ, start)
        engine.backend.c.llama_memory_seq_cp(memory, SCRATCH, CHAT, -1, -1)
    segment = session.kv_state._copy_out(SegmentRange(0, SEGMENT, root, ""))
    session.decoder.kv.clear()
    for length in lengths:
        prompt = session.template.lay_out(chat_of(length).turns, continuing=False).tokens
        for piece in split_segments(prompt, root):
            if not store.has(piece):
                moved = _moved(engine, segment, piece)
                tokens = prompt[piece.start : piece.end]
                while not store.write(piece, tokens, moved, 1.0):
                    assert not store.is_disabled, "the disk refuses"
    session.kv_state = None  # nothing of this cache is worth keeping
    engine.close()
    row(f"states of {', '.join(map(str, lengths))} tokens", f"{store.used_bytes() / 1e6:.0f} MB")


def _moved(engine: LlamaEngine, segment: bytes, piece: SegmentRange) -> bytes:
    """The state of a segment's tokens at another place."""
    session = engine._session
    assert session is not None
    c, context = engine.backend.c, session.loaded.context
    _put(engine, segment, piece.end - piece.start, piece.start)
    size = c.llama_state_seq_get_size(context, SCRATCH)
    buffer = (ctypes.c_uint8 * size)()
    written = c.llama_state_seq_get_data(context, buffer, size, SCRATCH)
    c.llama_memory_seq_rm(c.llama_get_memory(context), SCRATCH, -1, -1)
    return bytes(memoryview(buffer)[:written])


def _put(engine: LlamaEngine, state: bytes, count: int, start: int) -> None:
    """The first ``count`` tokens of a state, as the scratch sequence, from place ``start`` on."""
    session = engine._session
    assert session is not None
    c, context = engine.backend.c, session.loaded.context
    memory = c.llama_get_memory(context)
    source = ctypes.cast(ctypes.c_char_p(state), ctypes.POINTER(ctypes.c_uint8))
    assert c.llama_state_seq_set_data(context, source, len(state), SCRATCH)
    c.llama_memory_seq_rm(memory, SCRATCH, count, -1)
    if start:
        c.llama_memory_seq_add(memory, SCRATCH, 0, count, start)


def forget_files(paths: Sequence[Path]) -> None:
    """Drop files from the system's cache, where the system lets a program do that."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def read_seconds(paths: Sequence[Path]) -> float:
    """Time to read files from disk, nothing more."""
    forget_files(paths)
    buffer = bytearray(1 << 24)
    began = time.perf_counter()
    for path in paths:
        with path.open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass
    return time.perf_counter() - began


def first_token(engine: EngineClient, asked: GenerationRequest) -> tuple[float, list[Any]]:
    """Seconds to the first text, and all events."""
    began = time.perf_counter()
    first, events = 0.0, []
    for event in engine.generate(asked, NEVER):
        if isinstance(event, TextDelta) and not first:
            first = time.perf_counter() - began
        events.append(event)
    return first or time.perf_counter() - began, events


def cold(model: Path, tokens: int, longest: int, threads: int | None) -> None:
    """First token of a chat that was never read."""
    with client() as engine:
        engine.load(load_for(model, longest, threads), lambda _fraction: None, NEVER)
        seconds, events = first_token(engine, chat_of(tokens))
    row(f"reading {_timings(events).prompt_tokens} tokens", f"{seconds:.1f} s")


@dataclass(frozen=True)
class Return:
    """One return to a chat.

    Attributes:
        tokens: Of its prompt.
        restored: Of these, from the snapshot.
        first: Seconds to the first text.
        disk: Seconds to read the same bytes from disk, the mean of before and after.
        files: Where they are.
        size: Those bytes.
        decode: Seconds of one pass over one token at that depth.
        fresh: Seconds to read one token there, from a pass over :data:`FRESH`; only of the first.
    """

    tokens: int
    restored: int
    first: float
    disk: float
    files: list[Path]
    size: int
    decode: float
    fresh: float

    @property
    def floor(self) -> float:
        """What no return can be quicker than, but for reading and computing at once."""
        return self.disk + self.decode


def come_back(
    model: Path,
    state: Path,
    lengths: Sequence[int],
    longest: int,
    threads: int | None,
    rounds: int,
) -> None:
    """First token after a restart of the engine, against reading the chat again.

    Reading again is summed from what one token costs at the depths measured here: that cost grows
    in a straight line with the depth, so trapezoids are exact. ``--only cold`` reads one for real.
    What is shown of several rounds is the one with the median ratio to disk and one pass; disks
    that are shared or throttled differ from one minute to the next, so the same files are read
    right before and right after each return.
    """
    with client() as engine:
        engine.load(load_for(model, longest, threads), lambda _fraction: None, NEVER)
        depth, cost = 0, _fresh(engine, chat_of(1), "")
    reading = 0.0
    for length in sorted(lengths):
        runs: list[Return] = []
        for _ in range(rounds):
            known = runs[0].files if runs else []
            runs.append(_return_to(model, state, length, longest, threads, known))
        fresh, tokens = runs[0].fresh, runs[0].tokens
        reading += (tokens - depth) * (cost + fresh) / 2
        depth, cost = tokens, fresh
        runs.sort(key=lambda run: run.first / run.floor)
        found = runs[len(runs) // 2]
        row(
            f"return to {tokens} tokens ({found.size / 1e6:.0f} MB)",
            f"{found.first:.2f} s",
            f"reading {reading:.0f} s",
            f"x{reading / found.first:.0f}",
            f"disk+decode {found.floor:.2f}",
            f"ratio {found.first / found.floor:.2f}",
        )
        row(
            f"  restored {found.restored} of {tokens}",
            f"disk {found.disk:.2f} s",
            f"decode {found.decode:.2f} s",
            f"reads {1 / fresh:.2f}/s",
            "ratios",
            " ".join(f"{run.first / run.floor:.2f}" for run in runs),
        )


def _return_to(
    model: Path, state: Path, tokens: int, longest: int, threads: int | None, known: list[Path]
) -> Return:
    """One of them; ``known`` are the files it will read, where an earlier one has shown that."""
    with client(snapshot_dir=state, snapshot_min_gain=ALWAYS) as engine:
        engine.load(load_for(model, longest, threads), lambda _fraction: None, NEVER)
        ask = replace(chat_of(tokens), sampling=replace(GREEDY, max_tokens=4), private=True)
        disks = [read_seconds(known)] if known else []
        forget_files(list(state.glob("*.kv")))
        began = time.time()
        first, events = first_token(engine, ask)
        files = [path for path in state.glob("*.kv") if path.stat().st_mtime >= began]
        disks.append(read_seconds(files))
        prompt = next(e for e in events if isinstance(e, ContextFitted)).prompt_tokens
        return Return(
            tokens=prompt,
            restored=sum(event.tokens for event in events if isinstance(event, SnapshotRestored)),
            first=first,
            disk=sum(disks) / len(disks),
            files=files,
            size=sum(path.stat().st_size for path in files),
            decode=_timings(events).completion_seconds / 3,
            fresh=_fresh(engine, chat_of(tokens), words(tokens)) if not known else 0.0,
        )


def _fresh(engine: EngineClient, chat: GenerationRequest, before: str) -> float:
    """Seconds a token takes to read after ``before``."""
    text = before + "z" * FRESH
    again = replace(chat, turns=(replace(chat.turns[0], content=text),), private=True)
    _, events = first_token(engine, again)
    timings = _timings(events)
    return timings.prompt_seconds / timings.evaluated_tokens


def _timings(events: Sequence[Any]) -> Timings:
    end = events[-1]
    assert isinstance(end, Finished)
    return end.timings
