"""KV state between llama.cpp's memory and the snapshot store, segment by segment."""

from __future__ import annotations

import ctypes
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from app.engine.llama.kv_cache import KvCache
from app.engine.reuse import common_prefix
from app.engine.segments import (
    SEGMENT,
    BufferPool,
    SegmentRange,
    SnapshotError,
    StoredSegment,
    split_segments,
)
from app.engine.snapshots import SnapshotStore

log = logging.getLogger(__name__)

CHAT, SCRATCH = 0, 1  # sequences of the context's memory; the second only passes segments through
FIRST_GUESS = 300e6  # bytes a second from disk to cache, until it was measured
READERS = 2  # one reads from disk while the other checks what it has read
AHEAD = 3  # segments read from disk before they are needed


class RestoreRates:
    """What reading again and restoring cost on this machine, as measured.

    Attributes:
        prompt: Prompt tokens a second; 0 until measured.
        restore: Bytes a second.
    """

    def __init__(self) -> None:
        self.prompt = 0.0
        self.restore = FIRST_GUESS

    def record_prompt(self, tokens: int, seconds: float) -> None:
        """A prompt was read."""
        if tokens >= 8 and seconds > 0:  # a few tokens measure the overhead, not the rate
            self.prompt = _blend(self.prompt, tokens / seconds)

    def record_restore(self, size: int, seconds: float) -> None:
        """A state was restored."""
        if seconds > 0:
            self.restore = _blend(self.restore, size / seconds)

    def gain(self, tokens: int, size: int) -> float:
        """Seconds that restoring ``tokens`` of ``size`` bytes saves."""
        if self.prompt <= 0:
            return 0.0
        return tokens / self.prompt - size / self.restore


def _blend(old: float, new: float) -> float:
    return new if old <= 0 else 0.5 * old + 0.5 * new


class KvStateManager:
    """Saves and restores the cache of one loaded model.

    Args:
        c: The binding.
        context: Its context.
        kv: Its cache.
        store: Where to.
        root: Digest of model and engine.
        min_gain: Seconds a snapshot must save to be worth it.
    """

    def __init__(
        self,
        c: Any,
        context: Any,
        kv: KvCache,
        *,
        store: SnapshotStore,
        root: str,
        min_gain: float,
    ) -> None:
        self._c = c
        self._context = context
        self._memory = c.llama_get_memory(context)
        self._kv = kv
        self._store = store
        self._root = root
        self._min_gain = min_gain
        self._buffers = BufferPool()
        self._handed: set[str] = set()  # segments on their way to the disk
        self.rates = RestoreRates()

    def admit(self, chat: str) -> None:
        """Let the state of a chat be written, until somebody removes what is kept of it."""
        if chat:
            self._store.admit(chat)

    def save(self, busy: Callable[[], bool], chat: str, writable: int | None = None) -> int:
        """Write what the store lacks of the cache, as far as evaluating it again would give it.

        Cells that were moved stay in memory: on disk they would be taken for what their tokens say.

        Args:
            busy: Asked between segments; what is left is then written another time.
            chat: Whose state it is. One that was not admitted, or was removed since, gets none.
            writable: Tokens that may be written, from the first; None is all of them.

        Returns:
            Tokens handed to the writing thread.
        """
        self._kv.drop_aside()  # the scratch sequence is needed here
        tokens = self._kv.tokens[: self._kv.exact][:writable]
        if self._kv.shift_pending or not tokens:
            return 0
        pieces = split_segments(tokens, self._root)
        if not self._store.own(chat, pieces):
            return 0
        missing = [piece for piece in pieces if not self._store.has(piece)]
        if not missing or self.rates.gain(len(tokens), self._size(len(tokens))) < self._min_gain:
            return 0
        saved = 0
        for piece in missing:
            if busy():
                break
            state = self._copy_out(piece)
            while not self._store.write(piece, tokens[piece.start : piece.end], state, 0.05):
                if busy() or self._store.is_disabled:
                    return saved
            self._handed.add(piece.digest)
            saved += piece.end - piece.start
        return saved

    def costs_little(self, count: int, writable: int | None) -> bool:
        """Whether the cache may be given up: what it holds is on disk, or soon read again.

        Args:
            count: How many of its tokens, from the first, are worth anything.
            writable: See :meth:`save`.
        """
        tokens = self._kv.tokens[:count]
        if not tokens or 0 < len(tokens) < self.rates.prompt * self._min_gain:
            return True
        kept = tokens[: self._kv.exact][:writable]
        pieces = split_segments(kept, self._root)
        return len(kept) == len(tokens) and all(map(self._kept, pieces))

    def _kept(self, piece: SegmentRange) -> bool:
        on_its_way = piece.digest in self._handed and not self._store.is_disabled
        return on_its_way or self._store.has(piece)

    def _size(self, count: int) -> int:
        """Bytes of the state of ``count`` of the cache's tokens."""
        total: int = self._c.llama_state_seq_get_size(self._context, CHAT)
        return total * count // len(self._kv.tokens)

    def restore(self, prompt: Sequence[int], stopped: Callable[[], bool]) -> tuple[int, float]:
        """Bring back what the store has of ``prompt`` beyond what the cache holds.

        Args:
            prompt: Token ids.
            stopped: Asked between segments.

        Returns:
            Tokens gained and seconds it took; (0, 0) where there is nothing worth it.
        """
        self._kv.drop_aside()
        held = common_prefix(self._kv.tokens, prompt)
        found = self._store.find(prompt[: len(prompt) - 1], self._root)
        first = held // SEGMENT
        wanted = found[first:]
        position = first * SEGMENT
        # The last one may go on with other words than the prompt.
        stored = [token for entry in wanted for token in entry.tokens]
        reachable = position + common_prefix(stored, prompt[position : len(prompt) - 1])
        size = sum(entry.size for entry in wanted)
        if reachable <= held or self._gain(reachable - held, size) < self._min_gain:
            return 0, 0.0
        began = time.perf_counter()
        self._kv.trim(position)
        if len(self._kv.tokens) != position:  # this memory cannot be trimmed
            return 0, 0.0
        done_bytes = 0
        with ThreadPoolExecutor(READERS, "snapshot-read") as pool:
            for entry, data in self._read_ahead(pool, wanted):
                state = data()
                if state is None:
                    break
                taken = not stopped() and self._copy_in(entry, state)
                self._buffers.release(state)
                if not taken:
                    break
                done_bytes += entry.size
        self._buffers = BufferPool()  # hundreds of megabytes are not kept for another visit
        seconds = time.perf_counter() - began
        self.rates.record_restore(done_bytes, seconds)
        # The last segment may go on with other words. They are not the held prompt's, so nothing
        # may be looked for in them. One token is always evaluated anew, for its logits.
        reached = min(common_prefix(self._kv.tokens, prompt), len(prompt) - 1)
        self._kv.trim(reached)
        return max(0, reached - held), seconds

    def _gain(self, tokens: int, size: int) -> float:
        """As :meth:`RestoreRates.gain`, but right after a start what was written is trusted."""
        if self.rates.prompt <= 0:
            return float("inf")
        return self.rates.gain(tokens, size)

    def _read_ahead(
        self, pool: ThreadPoolExecutor, wanted: Sequence[StoredSegment]
    ) -> Iterator[tuple[StoredSegment, Callable[[], memoryview | None]]]:
        """Each segment with its state, the next ones already being read."""
        futures: list[Future[memoryview | None]] = []
        for index, entry in enumerate(wanted):
            while len(futures) < min(len(wanted), index + AHEAD):
                futures.append(pool.submit(self._read, wanted[len(futures)]))
            yield entry, futures[index].result

    def _read(self, entry: StoredSegment) -> memoryview | None:
        try:
            return self._store.read(entry, self._buffers)
        except SnapshotError:
            return None  # logged where it was found

    def _copy_out(self, piece: SegmentRange) -> bytes:
        """The state of some tokens, by way of the scratch sequence."""
        c, memory = self._c, self._memory
        c.llama_memory_seq_cp(memory, CHAT, SCRATCH, piece.start, piece.end)
        try:
            size = c.llama_state_seq_get_size(self._context, SCRATCH)
            buffer = (ctypes.c_uint8 * size)()
            written = c.llama_state_seq_get_data(self._context, buffer, size, SCRATCH)
            return bytes(memoryview(buffer)[:written])
        finally:
            c.llama_memory_seq_rm(memory, SCRATCH, -1, -1)

    def _copy_in(self, entry: StoredSegment, state: memoryview) -> bool:
        """Append a segment's state to the chat. llama.cpp refuses a state that does not fit."""
        c, memory = self._c, self._memory
        source = (ctypes.c_uint8 * len(state)).from_buffer(state)
        taken = c.llama_state_seq_set_data(self._context, source, len(state), SCRATCH)
        del source  # else the memory stays taken
        if taken == 0:
            log.warning("llama.cpp did not take a KV snapshot of %d tokens", len(entry.tokens))
            return False
        start = len(self._kv.tokens)
        c.llama_memory_seq_cp(memory, SCRATCH, CHAT, -1, -1)
        c.llama_memory_seq_rm(memory, SCRATCH, -1, -1)
        self._kv.tokens.extend(entry.tokens)
        last: int = c.llama_memory_seq_pos_max(memory, CHAT)
        if last != start + len(entry.tokens) - 1:  # other positions than its tokens say
            self._kv.trim(start)
            return False
        return True
