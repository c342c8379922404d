"""The calls of ``llama_decode``: the prompt in chunks that can be stopped, then token by token."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from app.domain.errors import EngineError
from app.engine.llama.kv_cache import KvCache
from app.language import tr

# Tokens; a shorter pass is slower a token. ggml's flash attention on the CPU works in tiles of 64
# (GGML_FA_TILE_Q), and a pass of less falls back to one row at a time: half as fast 1,000 tokens
# into a chat (3.4 against 6.3 tokens a second, 14 B on 2 cores of 2026), 6 % slower at its
# beginning.
SMALLEST_CHUNK = 64
# Longer where it pays: a chunk takes about so many seconds at most, which paces the progress bar.
CHUNK_SECONDS = 6.0
WATCHED_SECONDS = 1.0  # a pass that takes as long tells how far it is
TELL_SECONDS = 0.4
MAX_OUTPUTS = 33  # logits wanted from one batch: the last token and 32 drafted ones

FELT = 25e9  # products of weights: a tenth of a second on two cores

_ABORTED = 2
_NO_ROOM = 1


class AbortFlag:
    """Lets another thread stop ``llama_decode`` without Python running in between.

    libc's ``strlen`` is the abort callback and one byte its argument: 0 goes on, 1 stops. No
    interpreter lock is taken in the compute threads. Works on the CPU backend.
    """

    def __init__(self, c: Any) -> None:
        self._flag = ctypes.create_string_buffer(2)
        self._library = _c_library()
        self._callback = ctypes.cast(self._library.strlen, c.ggml_abort_callback)
        self._c = c

    def attach(self, context: Any) -> None:
        """Give the flag to a context."""
        self._c.llama_set_abort_callback(
            context, self._callback, ctypes.cast(self._flag, ctypes.c_void_p)
        )

    def set(self) -> None:
        """Stop the pass that is running, and all that follow, until :meth:`clear`."""
        self._flag[0] = b"\x01"

    def clear(self) -> None:
        """Go on."""
        self._flag[0] = b"\x00"

    def is_set(self) -> bool:
        """Whether passes are being stopped."""
        return self._flag[0] != b"\x00"


class PassWatch:
    """Tells from inside a pass how much of it is computed.

    Where a pass takes seconds, its nodes are counted by the abort callback, which llama.cpp calls
    before each of them. That costs about two microseconds a node, a thousandth of such a pass;
    short passes are left alone. Works on the CPU backend.

    Args:
        c: The binding.
        context: Whose passes.
        stopper: The abort callback otherwise; it ends a watched pass as well.
    """

    def __init__(self, c: Any, context: Any, stopper: AbortFlag) -> None:
        self._c = c
        self._context = context
        self._stopper = stopper
        self._callback = c.ggml_abort_callback(self._at_node)
        self._nodes = self._seen = 0  # of a whole pass, and of this one
        self._due = 0.0
        self._tell: Callable[[float], None] = _nobody

    @contextmanager
    def watching(self, tell: Callable[[float], None]) -> Iterator[None]:
        """One pass is watched.

        Args:
            tell: Called on the thread that computes, a few times a second, with a fraction below 1.
                The first pass of all only counts.
        """
        self._seen, self._tell = 0, tell
        self._due = time.perf_counter() + TELL_SECONDS
        self._c.llama_set_abort_callback(self._context, self._callback, None)
        try:
            yield
        finally:
            self._stopper.attach(self._context)
            self._nodes = max(self._nodes, self._seen)

    @property
    def fraction(self) -> float:
        """How much of the pass that is watched is computed. From any thread."""
        return min(1.0, self._seen / self._nodes) if self._nodes else 0.0

    def _at_node(self, _data: object) -> bool:
        self._seen += 1
        now = time.perf_counter()
        if now >= self._due and self._seen < self._nodes:
            self._due = now + TELL_SECONDS
            self._tell(self._seen / self._nodes)
        return self._stopper.is_set()


def _nobody(_told: float) -> None:
    pass


def _c_library() -> ctypes.CDLL:
    """The C library of this process."""
    try:
        return ctypes.CDLL(None)
    except TypeError:  # Windows has no handle for "this process"
        return ctypes.CDLL("msvcrt")


@dataclass(frozen=True, slots=True)
class ShortPasses:
    """Where a pass over fewer than 64 tokens takes longer than one over 64, far into a chat.

    ggml's flash attention reads the whole cache again for each token of a short pass, in tiles for
    64 together. What that costs is counted in the time that one token of a long pass takes at a
    chat's beginning. Measured on two cores with 8 layers of Phi-4 (30 November 2026), milliseconds
    over 8, 26, 40, 63 and 64 tokens: 630, 752, 912, 1107, 1160 at the beginning, 839, 1438, 2026,
    2864, 1568 behind 4,000 tokens.

    Attributes:
        weights: Of the model.
        attention: Products a token makes with each token before it: layers x heads x size of a
            head. Its share of the weights says how soon the tokens before weigh more than they do.
    """

    weights: int
    attention: int

    _PHI4 = 14.66e9 / (40 * 40 * 128)  # weights by products, of the model that was measured
    _BASE, _TOKEN = 27.0, 0.53  # a short pass at the beginning
    _ROW, _TILED = 3.7e-4, 8.5e-5  # a token of a pass, for each token before it

    def cost(self, tokens: int, depth: int) -> float:
        """What a pass takes, in the time of one token of a long pass at the beginning."""
        before = depth * self._PHI4 * self.attention / self.weights
        rows = tokens % SMALLEST_CHUNK  # those that fill no tile
        if tokens >= SMALLEST_CHUNK:
            return tokens + ((tokens - rows) * self._TILED + rows * self._ROW) * before
        return self._BASE + tokens * (self._TOKEN + self._ROW * before)

    def longer_pays(self, tokens: int, depth: int) -> bool:
        """Whether a pass over 64 tokens, of which some are evaluated again, is felt to be sooner.

        Args:
            tokens: Those that are left to evaluate.
            depth: Tokens before them, all of them evaluated.
        """
        start = depth + tokens - SMALLEST_CHUNK
        if not 1 < tokens < SMALLEST_CHUNK or start < 0:
            return False
        saved = self.cost(tokens, depth) - self.cost(SMALLEST_CHUNK, start)
        return saved * self.weights > FELT

    def least(self, tokens: int, depth: int) -> float:
        """What it takes to evaluate the end of a prompt in the sooner way, counted as a cost."""
        if self.longer_pays(tokens, depth):
            return self.cost(SMALLEST_CHUNK, depth + tokens - SMALLEST_CHUNK)
        return self.cost(tokens, depth)

    def anew_pays(self, tokens: int, depth: int, done: float, more: int) -> bool:
        """Whether a pass is better ended, and its tokens evaluated with those that follow.

        Args:
            tokens: Of the pass.
            depth: Tokens before it.
            done: How much of it is computed, a fraction.
            more: Tokens that follow and are waited for.
        """
        waited = (1 - done) * self.cost(tokens, depth) + self.least(more, depth + tokens)
        return (waited - self.least(tokens + more, depth)) * self.weights > FELT


class Decoder:
    """Evaluates tokens into the cache of one context.

    Args:
        c: The binding.
        context: Whose cache.
        batch_size: Most tokens of a pass.
        stopper: Stops passes.
        short: What short passes cost; None where that is not known.

    Attributes:
        kv: The cache.
        passes: Calls of ``llama_decode`` that succeeded.
        evaluated: Tokens evaluated, in all.
    """

    def __init__(
        self,
        c: Any,
        context: Any,
        batch_size: int,
        stopper: AbortFlag,
        short: ShortPasses | None = None,
    ) -> None:
        self._c = c
        self._context = context
        self._limit = batch_size
        self._short = short
        stopper.attach(context)
        self._watch = PassWatch(c, context, stopper)
        self._batch = c.llama_batch_init(batch_size, 0, 1)
        for index in range(batch_size):
            self._batch.n_seq_id[index] = 1
            self._batch.seq_id[index][0] = 0
            self._batch.logits[index] = 0
        self._rate = 0.0  # tokens a second of the last whole chunk; 0: none yet
        self._pass: tuple[int, int] | None = None  # one that is watched: tokens, and those before
        self.kv = KvCache(c, context)
        self.passes = 0
        self.evaluated = 0

    def close(self) -> None:
        """Free the batch."""
        self._c.llama_batch_free(self._batch)

    def prefill(
        self,
        prompt: Sequence[int],
        stopped: Callable[[], bool],
        *,
        most_seconds: float = CHUNK_SECONDS,
        inside: Callable[[int], None] = _nobody,
    ) -> Iterator[tuple[int, float]]:
        """Evaluate what the cache lacks of ``prompt``; the last token's logits are kept.

        Args:
            prompt: Token ids.
            stopped: Asked between chunks.
            most_seconds: What a longer one may take, by the rate of the one before.
            inside: Called on this thread, from within a chunk that takes long, with the tokens that
                count as read.

        Yields:
            Tokens in the cache, and seconds the chunk before took. Ends early when stopped, with
            the finished chunks kept.
        """
        self._step_back(len(prompt))
        position = len(self.kv.tokens)
        while position < len(prompt) and not stopped():
            end = self.kv.next_stop or len(prompt)
            size = self._chunk(end - position, most_seconds)
            chunk = prompt[position : position + size]
            began = time.perf_counter()
            with self._watched(position, len(chunk), inside):
                done = self.decode(chunk, last=position + len(chunk) == len(prompt))
            if not done:
                return
            seconds = time.perf_counter() - began
            position += len(chunk) + self.kv.restore_aside()
            if len(chunk) >= SMALLEST_CHUNK:  # the rest of a prompt says little
                self._rate = len(chunk) / max(seconds, 1e-6)
            yield position, seconds

    def _step_back(self, total: int) -> None:
        """Where little is left to read far into a chat, read the end of the cache again with it."""
        kv, short = self.kv, self._short
        left = total - len(kv.tokens)
        if short is None or not kv.can_shift or kv.moved is not None or kv.next_stop is not None:
            return
        if short.longer_pays(left, len(kv.tokens)):
            kv.trim(total - SMALLEST_CHUNK)

    def _watched(
        self, position: int, size: int, inside: Callable[[int], None]
    ) -> AbstractContextManager[None]:
        if self._rate and size < self._rate * WATCHED_SECONDS:
            return nullcontext()
        return self._watching(position, size, inside)

    @contextmanager
    def _watching(self, position: int, size: int, inside: Callable[[int], None]) -> Iterator[None]:
        with self._watch.watching(lambda part: inside(position + int(part * size))):
            self._pass = (size, position)
            try:
                yield
            finally:
                self._pass = None

    def is_in_the_way(self, more: int) -> bool:
        """Whether tokens behind the pass that is computed are evaluated sooner if it is ended.

        From any thread. The end of a step that reads ahead would else be waited for, and a second
        pass behind it, where one takes little longer than either.

        Args:
            more: Tokens that follow.
        """
        under_way, short = self._pass, self._short
        if under_way is None or short is None:
            return False
        return short.anew_pays(*under_way, self._watch.fraction, more)

    def warm_up(self, token: int, count: int) -> None:
        """One small pass, after which the cache is empty: what a pass consists of is known."""
        with self._watch.watching(_nobody):
            self.decode([token] * count)
        self.kv.clear()

    def _chunk(self, left: int, most_seconds: float) -> int:
        """Tokens of the next chunk: the longest that keeps to its time, by doubling.

        Fewer than the smallest that would be left over come along: alone they take as long as three
        times as many.
        """
        size = SMALLEST_CHUNK
        while size * 2 <= self._rate * most_seconds:
            size *= 2
        size = min(size, self._limit)
        if 0 < left - size < SMALLEST_CHUNK:
            size = left if left <= self._limit else max(SMALLEST_CHUNK, left // 2)
        return min(size, left)

    def logits(self, row: int) -> Any:
        """A pointer to the logits of an output of the last pass; one for each token."""
        return self._c.llama_get_logits_ith(self._context, row)

    def decode(self, tokens: Sequence[int], *, last: bool = True, every: bool = False) -> bool:
        """One pass over ``tokens``, which follow what the cache holds.

        Args:
            tokens: At most the batch size.
            last: Keep the logits of the last token.
            every: Keep the logits of all of them.

        Returns:
            False when it was stopped; the cache is then as before.

        Raises:
            EngineError: llama.cpp refused.
        """
        batch, start, count = self._batch, len(self.kv.tokens), len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = start + index
            batch.logits[index] = every
        batch.logits[count - 1] = every or last
        batch.n_tokens = count
        code = self._c.llama_decode(self._context, batch)
        if code == 0:
            # A GPU may still be at work; whoever times this call must not time its beginning.
            self._c.llama_synchronize(self._context)
            self.kv.tokens.extend(tokens)
            self.kv.shift_pending = False
            self.passes += 1
            self.evaluated += count
            return True
        self.kv.trim(start)
        if code == _ABORTED:
            return False
        if code == _NO_ROOM:
            raise EngineError(tr("The KV cache has no room for more text."))
        raise EngineError(
            tr("llama.cpp could not evaluate the text (code {code}).", code=str(code))
        )
