"""llama.cpp's own way to draw, by its low-level functions and nothing of Phial's.

The chain is that of llama.cpp's tools (common/sampling.cpp): penalties, top-k, top-p, min-p,
temperature, and the draw. Each part is there whatever its value: llama.cpp itself knows which
values are off.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.engine.llama.backend import load_binding


class RawLlama:
    """A model, to draw from.

    Args:
        path: Its file.
        size: Tokens of context.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.c: Any = load_binding(None)
        c = self.c
        c.llama_backend_init()
        self._model = c.llama_model_load_from_file(
            str(path).encode(), c.llama_model_default_params()
        )
        self._vocab = c.llama_model_get_vocab(self._model)
        parameters = c.llama_context_default_params()
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = size
        parameters.n_threads = parameters.n_threads_batch = 1
        self._context = c.llama_init_from_model(self._model, parameters)

    def close(self) -> None:
        """Free it."""
        self.c.llama_free(self._context)
        self.c.llama_model_free(self._model)

    def tokens(self, text: str) -> list[int]:
        """Token ids of ``text``, control tokens read as such."""
        data = text.encode()
        room = (ctypes.c_int32 * (len(data) + 8))()
        count = self.c.llama_tokenize(self._vocab, data, len(data), room, len(room), False, True)
        return list(room[:count])

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens say."""
        buffer = ctypes.create_string_buffer(256)
        pieces = []
        for token in tokens:
            length = self.c.llama_token_to_piece(self._vocab, token, buffer, 256, 0, False)
            pieces.append(buffer.raw[:length])
        return b"".join(pieces).decode("utf-8", "replace")

    def draw(self, prompt: Sequence[int], seed: int, count: int, **values: float) -> list[int]:
        """So many tokens after a prompt, or fewer where the model ends its turn.

        Args:
            prompt: Token ids.
            seed: For the draw.
            count: At most so many.
            values: ``repeat_last_n``, ``repeat_penalty``, ``top_k``, ``top_p``, ``min_p``,
                ``temperature``; what is not given is off.
        """
        chain = self._chain(prompt, seed, **values)
        try:
            return list(self._drawn(chain, prompt, count))
        finally:
            self.c.llama_sampler_free(chain)

    def _drawn(self, chain: Any, prompt: Sequence[int], count: int) -> Iterator[int]:
        c, context = self.c, self._context
        c.llama_memory_clear(c.llama_get_memory(context), True)
        tokens = list(prompt)
        for _ in range(count):
            array = (ctypes.c_int32 * len(tokens))(*tokens)
            assert c.llama_decode(context, c.llama_batch_get_one(array, len(tokens))) == 0
            token = c.llama_sampler_sample(chain, context, -1)
            if c.llama_vocab_is_eog(self._vocab, token):
                return
            yield token
            tokens = [token]

    def _chain(
        self,
        prompt: Sequence[int],
        seed: int,
        *,
        repeat_last_n: float = 0,
        repeat_penalty: float = 1.0,
        top_k: float = 0,
        top_p: float = 1.0,
        min_p: float = 0.0,
        temperature: float = 1.0,
    ) -> Any:
        c = self.c
        chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
        size = c.llama_vocab_n_tokens(self._vocab)
        for part in (
            c.llama_sampler_init_penalties(size, int(repeat_last_n), repeat_penalty, 0.0, 0.0),
            c.llama_sampler_init_top_k(int(top_k)),
            c.llama_sampler_init_top_p(top_p, 1),
            c.llama_sampler_init_min_p(min_p, 1),
            c.llama_sampler_init_temp(temperature),
            c.llama_sampler_init_dist(seed),
        ):
            c.llama_sampler_chain_add(chain, part)
        for token in prompt:  # as common_sampler_accept is told the prompt; only penalties mind
            c.llama_sampler_accept(chain, token)
        return chain
