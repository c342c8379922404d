"""A loaded model with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.answers.reasoning import Marks, marks_in, thinks
from app.domain.errors import ModelFileError
from app.domain.generation import Role, Turn
from app.domain.gguf.header import GgufHeader
from app.domain.model import LoadPlan
from app.engine.llama import loader
from app.engine.llama.backend import Backend
from app.engine.llama.decode import AbortFlag, Decoder
from app.engine.llama.kv_state import KvStateManager
from app.engine.llama.tokenizer import Tokenizer
from app.engine.prompt import Template, TokenCache, opened
from app.engine.prompt_lookup import PassCosts
from app.engine.reuse import Reading, find_move, may_use
from app.engine.templates.template_choice import choose_template
from app.engine.threads import CpuLoad, ThreadGovernor

# A message by which the template's markup is measured; some refuse empty ones.
PROBE = "Hello"  # not shown
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
        self.decoder = Decoder(backend.c, loaded.context, plan.batch_size)
        stopper.attach(loaded.context)
        self.kv_state = keeper(self.decoder)
        self.costs = PassCosts()
        self._governor = ThreadGovernor(plan.threads, CpuLoad().others_busy)
        self.held = Reading()
        self.writable: int | None = None  # None: all of them

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
            self.writable = None
        if kv.moved is not None and not may_use(kv.moved, self.held, wanted):
            kv.trim(kv.moved.start)

    def begin(self, wanted: Reading, *, private: bool) -> int:
        """Make the cache fit another prompt.

        Returns:
            Tokens of it that need no evaluation.
        """
        kv = self.decoder.kv
        move = find_move(kv.tokens, self.held, wanted) if kv.can_shift else None
        reused = kv.fit(wanted.tokens, move)
        self.held = wanted
        if private:
            self.writable = reused if self.writable is None else min(self.writable, reused)
        else:
            self.writable = None
            if self.kv_state is not None:
                self.kv_state.admit(wanted.conversation)
        return reused

    def record_pass(self, size: int, seconds: float) -> None:
        """A pass over ``size`` tokens took ``seconds``: what follows is chosen by it."""
        self.costs.record_pass(size, seconds)
        if size == 1:
            threads = self._governor.threads
            if self._governor.record_pass(seconds) != threads:
                threads = self._governor.threads
                self._backend.c.llama_set_n_threads(self.loaded.context, threads, threads)

    def save(self, busy: Callable[[], bool]) -> None:
        """Write the chat's KV state to disk where that is worth it and allowed."""
        if self.kv_state is not None:
            self.kv_state.save(busy, self.held.conversation, self.writable)

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
        self.decoder.decode([first] * count)
        self._backend.c.llama_synchronize(self.loaded.context)
        self.decoder.kv.clear()

    def close(self) -> None:
        """Free everything."""
        self.decoder.close()
        loader.free(self._backend, self.loaded)
