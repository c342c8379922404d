"""How the next token is drawn: llama.cpp's sampler chain, built and freed here."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

from app.domain.generation import Sampling
from app.engine.llama.backend import Backend


class Sampler:
    """One answer's sampler chain. Order as in llama.cpp's own tools.

    Args:
        backend: llama.cpp.
        vocab: The vocabulary.
        sampling: The values, valid by construction.
        seed: For drawing.
        history: The prompt, which the repeat penalty looks back over.

    Attributes:
        remembers: What was drawn changes what is drawn next.
    """

    def __init__(
        self,
        backend: Backend,
        vocab: Any,
        sampling: Sampling,
        seed: int,
        *,
        history: Sequence[int] = (),
    ) -> None:
        self._c = c = backend.c
        parameters = c.llama_sampler_chain_default_params()
        self.chain = c.llama_sampler_chain_init(parameters)
        self.remembers = sampling.repeat_penalty != 1.0 and sampling.repeat_last_n > 0
        if self.remembers:
            penalty = c.llama_sampler_init_penalties(
                c.llama_vocab_n_tokens(vocab),
                sampling.repeat_last_n,
                sampling.repeat_penalty,
                0.0,
                0.0,
            )
            for token in history[-sampling.repeat_last_n :]:
                c.llama_sampler_accept(penalty, token)
            c.llama_sampler_chain_add(self.chain, penalty)
        if sampling.temperature <= 0:
            c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_greedy())
            return
        if sampling.top_k > 0:
            c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_top_k(sampling.top_k))
        if sampling.top_p < 1:
            c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_top_p(sampling.top_p, 1))
        if sampling.min_p > 0:
            c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_min_p(sampling.min_p, 1))
        c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_temp(sampling.temperature))
        c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_dist(seed))

    def sample(self, context: Any, index: int) -> int:
        """Draw from the logits at output ``index`` and take note of the token."""
        token: int = self._c.llama_sampler_sample(self.chain, context, index)
        return token

    def choose(self, candidates: Any) -> int:
        """Draw from candidates, a ``llama_token_data_array``, without taking note of the token."""
        self._c.llama_sampler_apply(self.chain, ctypes.byref(candidates))
        token: int = candidates.data[candidates.selected].id
        return token

    def note(self, token: int) -> None:
        """Take note of a token."""
        self._c.llama_sampler_accept(self.chain, token)

    def close(self) -> None:
        """Free the chain; may be called twice."""
        if self.chain is not None:
            self._c.llama_sampler_free(self.chain)
            self.chain = None
