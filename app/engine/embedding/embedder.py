"""Texts become vectors, by a small model of its own kind that writes no text."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.domain.embedding import MOST_DIMENSIONS, packed
from app.domain.errors import EngineError, ModelFileError
from app.engine.llama.backend import Backend
from app.engine.llama.tokenizer import encodable
from app.language import tr

BATCH = 512  # tokens of one pass: each text is compared with all others in it, for nothing
MOST_TOKENS = 512  # of a text that count: a passage has about 140
_TEXTS = 16  # of one pass
_MEAN = 1  # LLAMA_POOLING_TYPE_MEAN: for a file that does not say how it is meant
_NONE, _RANK = 0, 4


class Embedder:
    """A loaded embedding model. One thread at a time.

    Args:
        backend: llama.cpp.
        path: The file.
        threads: Of the processor.

    Attributes:
        dimensions: Numbers of a vector.

    Raises:
        ModelFileError: It cannot be loaded, or makes no vectors.
        EngineError: There is no memory for its context.
    """

    def __init__(self, backend: Backend, path: Path, threads: int) -> None:
        self._backend, c = backend, backend.c
        backend.log.clear()
        wanted = c.llama_model_default_params()
        wanted.n_gpu_layers = 0  # a graphics card, if there is one, has the chat's model
        wanted.use_extra_bufts = not backend.has_amx
        self._model = c.llama_model_load_from_file(os.fsencode(path), wanted)
        if not self._model:
            raise ModelFileError(
                tr("The model file {name} cannot be loaded: {reason}.", name=path.name,
                   reason=backend.log.reason().rstrip(".") or tr("llama.cpp gives no reason")),
                detail="\n".join(backend.log.lines()),
            )  # fmt: skip
        self._context = self._opened(threads, None)
        if self._context and c.llama_pooling_type(self._context) == _NONE:
            c.llama_free(self._context)
            self._context = self._opened(threads, _MEAN)
        self.dimensions = int(c.llama_model_n_embd_out(self._model))
        kind = c.llama_pooling_type(self._context) if self._context else _NONE
        if kind in {_NONE, _RANK} or not 0 < self.dimensions <= MOST_DIMENSIONS:
            there = bool(self._context)
            self._free()
            if not there:
                raise EngineError(tr("There is not enough memory to find passages by meaning."))
            raise ModelFileError(tr("{name} does not turn text into numbers.", name=path.name))
        self._vocabulary = c.llama_model_get_vocab(self._model)
        trained = int(c.llama_model_n_ctx_train(self._model))
        self._most = max(2, min(MOST_TOKENS, trained or MOST_TOKENS))
        self._batch = c.llama_batch_init(BATCH, 0, 1)

    def _opened(self, threads: int, pooling: int | None) -> Any:
        c = self._backend.c
        wanted = c.llama_context_default_params()
        wanted.embeddings = True
        wanted.n_ctx = wanted.n_batch = wanted.n_ubatch = BATCH
        wanted.n_seq_max = _TEXTS
        wanted.kv_unified = True
        wanted.n_threads = wanted.n_threads_batch = threads
        wanted.no_perf = True
        if pooling is not None:
            wanted.pooling_type = pooling
        return c.llama_init_from_model(self._model, wanted)

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of texts, each as :func:`app.domain.embedding.packed` makes it.

        What looks like a control token in a text is text. Of a long one its beginning counts.

        Raises:
            EngineError: llama.cpp could not compute them.
        """
        found: list[bytes] = []
        for group in self._grouped([self._tokens(text) for text in texts]):
            found += self._pass(group)
        return found

    def close(self) -> None:
        """Free everything."""
        self._backend.c.llama_batch_free(self._batch)
        self._free()

    def _free(self) -> None:
        if self._context:
            self._backend.c.llama_free(self._context)
        self._backend.c.llama_model_free(self._model)

    def _tokens(self, text: str) -> list[int]:
        """Token ids, with the marks around a text that the model was trained with."""
        data = encodable(text)
        room = len(data) + 8
        c = self._backend.c
        ids = (ctypes.c_int32 * room)()
        count = c.llama_tokenize(self._vocabulary, data, len(data), ids, room, True, False)
        if count < 0:
            room = -count
            ids = (ctypes.c_int32 * room)()
            count = c.llama_tokenize(self._vocabulary, data, len(data), ids, room, True, False)
        if count < 0:
            raise EngineError(tr("The text could not be turned into tokens."))
        found = list(ids[:count])
        if len(found) > self._most:
            found = [*found[: self._most - 1], found[-1]]
        return found

    @staticmethod
    def _grouped(texts: Sequence[list[int]]) -> Iterator[list[list[int]]]:
        """Texts as they go through the model together."""
        group: list[list[int]] = []
        for one in texts:
            if group and (len(group) == _TEXTS or sum(map(len, group)) + len(one) > BATCH):
                yield group
                group = []
            group.append(one)
        if group:
            yield group

    def _pass(self, group: Sequence[list[int]]) -> list[bytes]:
        c, batch = self._backend.c, self._batch
        nothing = packed([0.0] * self.dimensions)
        index = 0
        for number, tokens in enumerate(group):
            for position, token in enumerate(tokens):
                batch.token[index] = token
                batch.pos[index] = position
                batch.n_seq_id[index] = 1
                batch.seq_id[index][0] = number
                batch.logits[index] = 1
                index += 1
        if not index:
            return [nothing] * len(group)
        batch.n_tokens = index
        memory = c.llama_get_memory(self._context)
        if memory:
            c.llama_memory_clear(memory, True)
        if c.llama_decode(self._context, batch):
            raise EngineError(
                tr("The passages could not be turned into numbers."),
                detail=self._backend.log.reason(),
            )
        found: list[bytes] = []
        for number, tokens in enumerate(group):
            vector = c.llama_get_embeddings_seq(self._context, number) if tokens else None
            found.append(packed(vector[: self.dimensions]) if vector else nothing)
        return found
