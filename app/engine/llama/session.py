"""A loaded model with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.domain.answers.reasoning import Marks, marks_in, thinks
from app.domain.errors import ModelFileError
from app.domain.generation import Role, Turn
from app.domain.gguf.header import GgufHeader
from app.domain.model import KvType, LoadPlan
from app.engine.llama import loader
from app.engine.llama.backend import Backend
from app.engine.llama.decode import AbortFlag, Decoder, ShortPasses
from app.engine.llama.kv_state import KvStateManager
from app.engine.llama.tokenizer import Tokenizer
from app.engine.prompt import Template, TokenCache, opened
from app.engine.prompt_lookup import PassCosts
from app.engine.reuse import Reading, common_prefix, find_move, may_use
from app.engine.templates.template_choice import choose_template
from app.engine.threads import CpuLoad, ThreadGovernor

# A message by which the template's markup is measured; some refuse empty ones.
PROBE = "Hello"  # not shown
WORTH = 8  # tokens of a chat; fewer are not worth another chat's place in the cache
WARM_UP_TOKENS = 2  # two, because matrix-matrix kernels (AMX among them) differ from one


class Session:
    """A loaded model with everything that belongs to it; freed together.

    Attributes:
        loaded: llama.cpp's pointers.
        tokenizer: Its vocabulary.
        memory: Token ids of texts seen.
        template: How turns become tokens.
        decoder: Its cache and passes.
        kv_state: Its snapshots, where they are wanted.
        costs: What passes of each size take.
        thought: How the model marks what it thinks before it answers; None where it does not think.
        held: The prompt that the cache holds, and an answer behind it.
        writable: Tokens of the cache, from its beginning, that may be written to disk: none that
            a private chat, or a question beside a chat such as for its title, put there.
    """

    def __init__(
        self,
        backend: Backend,
        loaded: loader.ModelHandle,
        header: GgufHeader,
        plan: LoadPlan,
        *,
        stopper: AbortFlag,
        keeper: Callable[[Decoder], KvStateManager | None],
    ) -> None:
        self._backend = backend
        self.loaded = loaded
        self.header = header
        self.plan = plan
        self.tokenizer = Tokenizer(backend.c, loaded.model)
        marks = marks_in(header.template)
        self.thought: Marks | None = marks if thinks(header.template) else None
        self.memory = TokenCache(self.tokenizer, marks)
        self.template: Template = choose_template(
            header.template, self.tokenizer, self.memory, stopper.is_set
        )
        self.decoder = Decoder(
            backend.c, loaded.context, plan.batch_size, stopper, short_passes(loaded, header, plan)
        )
        self.kv_state = keeper(self.decoder)
        self.costs = PassCosts()
        self._governor = ThreadGovernor(plan.threads, CpuLoad().others_busy)
        self.held = Reading()
        self.writable: int | None = None  # None: all of them
        # Where the cells begin that were read ahead, and those of words that nobody has sent.
        self._ahead: int | None = None
        self._unsent: int | None = None

    def admit(self, wanted: Reading, busy: Callable[[], bool]) -> None:
        """Forget cells that the next prompt may not use: another owner's, or moved ones.

        Args:
            wanted: The next prompt.
            busy: See :meth:`save`: what another owner's request drives out may be worth keeping.
        """
        kv = self.decoder.kv
        if wanted.owner != self.held.owner:
            self.save(busy)
            kv.clear()
            self.held = Reading(owner=wanted.owner)
            self.writable = self._ahead = self._unsent = None
        if kv.moved is not None and not may_use(kv.moved, self.held, wanted):
            kv.trim(kv.moved.start)

    def begin(self, wanted: Reading, *, private: bool) -> int:
        """Make the cache fit another prompt.

        Returns:
            Tokens of it that need no evaluation.
        """
        kv = self.decoder.kv
        asked = kv.tokens[: self._ahead]
        move = find_move(asked, self.held, wanted) if kv.can_shift else None
        if move is not None:  # what was read ahead is never moved: without it, none of it would be
            kv.trim(len(asked))
        reused = kv.fit(wanted.tokens, move)
        self.held = wanted
        self._ahead = self._unsent = None
        self._mark(wanted, reused, private=private)
        return reused

    def begin_ahead(
        self,
        wanted: Reading,
        sent: int,
        *,
        private: bool,
        overgrown: bool,
        busy: Callable[[], bool],
    ) -> bool:
        """Make the cache fit what is read ahead. Nothing that was asked for is given up for it.

        Args:
            wanted: As much of the prompt as is certain.
            sent: Tokens of it that the chat consists of; what follows is a draft.
            private: Nothing of it may be written.
            overgrown: Messages are left out of it for lack of room.
            busy: See :meth:`save`.

        Returns:
            Whether it may be read.
        """
        kv = self.decoder.kv
        same = bool(wanted.conversation) and self.held.conversation == wanted.conversation
        if not same:
            self.save(busy)
            draft = len(wanted.tokens) > sent
            if busy() or not (draft or (len(wanted.tokens) >= WORTH and self._may_let_go())):
                return False
        self.admit(wanted, busy)
        asked = len(kv.tokens[: self._ahead])
        shared = common_prefix(kv.tokens, wanted.tokens)
        if overgrown and shared < min(asked, len(wanted.tokens)):
            kv.trim(asked)  # which turns go is decided with the whole question, and cells move once
            return False
        if not same:
            self.held = replace(wanted, turns=(), starts=())  # its cells are never moved
        kept = kv.keep(wanted.tokens)
        self._ahead = min(asked, kept) if same else 0
        self._unsent = sent
        self._mark(wanted, kept, private=private)
        return True

    def _mark(self, wanted: Reading, kept: int, *, private: bool) -> None:
        """Remember what of the cache may be written, now that it holds another prompt."""
        if private:
            self.writable = kept if self.writable is None else min(self.writable, kept)
        else:
            self.writable = None
            if self.kv_state is not None:
                self.kv_state.admit(wanted.conversation)

    def _may_let_go(self) -> bool:
        """Whether coming back to what the cache holds would cost little; other programs wait."""
        if self.held.owner:
            return True
        if self.kv_state is None:
            return not self.decoder.kv.tokens
        held = self.decoder.kv.tokens[: self._unsent]
        return self.kv_state.costs_little(len(held), self.writable)

    def record_pass(self, size: int, seconds: float) -> None:
        """A pass over ``size`` tokens took ``seconds``: what follows is chosen by it."""
        self.costs.record_pass(size, seconds)
        if size == 1:
            threads = self._governor.threads
            if self._governor.record_pass(seconds) != threads:
                threads = self._governor.threads
                self._backend.c.llama_set_n_threads(self.loaded.context, threads, threads)

    def save(self, busy: Callable[[], bool]) -> None:
        """Write the chat's KV state to disk where that is worth it and allowed: no draft is."""
        if self.kv_state is not None:
            limits = [at for at in (self.writable, self._unsent) if at is not None]
            self.kv_state.save(busy, self.held.conversation, min(limits, default=None))

    def markup(self) -> tuple[int, int]:
        """Tokens of markup around each message, and before the answer."""
        said = len(self.memory.ids(PROBE))
        chat = [Turn(role, PROBE) for role in (Role.USER, Role.ASSISTANT, Role.USER)]
        one = self._length(chat[:1]) - said
        try:
            three = self._length(chat) - 3 * said
        except ModelFileError:  # a template for one question and no more
            return one, 0
        around = max(0, -(-(three - one) // 2))
        return around, max(0, one - around)

    def _length(self, turns: list[Turn]) -> int:
        """Tokens of a prompt."""
        shown = opened(turns, self.template.system)
        return len(self.template.lay_out(shown, continuing=False).tokens)

    def warm_up(self) -> None:
        """One small pass: pages the weights in, and shows a build that crashes at once."""
        count = min(WARM_UP_TOKENS, self.loaded.context_size)
        first = max(0, self._backend.c.llama_vocab_bos(self.tokenizer.vocab))
        self.decoder.warm_up(first, count)

    def close(self) -> None:
        """Free everything."""
        self.decoder.close()
        loader.free(self._backend, self.loaded)


def short_passes(
    loaded: loader.ModelHandle, header: GgufHeader, plan: LoadPlan
) -> ShortPasses | None:
    """What short passes cost; None on a GPU, and where the cache's format has no tiled way."""
    heads = header.hyper("attention.head_count")
    size = header.hyper("attention.key_length", header.embedding // heads if heads else 0)
    attention = header.hyper("block_count") * heads * size
    if plan.gpu_layers or plan.kv_type is not KvType.F16 or not attention:
        return None
    return ShortPasses(loaded.parameters, attention)
