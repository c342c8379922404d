"""The loading of a model and its context by a plan, and freeing them."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import LoadCancelledError, ModelFileError, OutOfMemoryError
from app.domain.model import KvType, LoadPlan
from app.engine.llama.backend import Backend
from app.engine.llama.decode import MAX_OUTPUTS
from app.engine.plan import LEAST_CONTEXT
from app.language import tr

_DESCRIPTION_BYTES = 256


@dataclass(frozen=True, slots=True)
class ModelHandle:
    """A model with its context; pointers of llama.cpp.

    Attributes:
        model: ``llama_model *``.
        context: ``llama_context *``.
        context_size: Tokens.
        parameters: Number of weights.
        description: llama.cpp's own words, such as "phi3 14B Q4_K - Medium".
        trained_context: Tokens.
    """

    model: Any
    context: Any
    context_size: int
    parameters: int
    description: str
    trained_context: int


def load(
    backend: Backend,
    path: Path,
    plan: LoadPlan,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> ModelHandle:
    """Load ``path`` as planned.

    Raises:
        ModelFileError: llama.cpp refused the file; the reason is its own.
        OutOfMemoryError: The KV cache or the compute buffers could not be allocated.
        LoadCancelledError: ``cancelled`` became true.
    """
    c = backend.c
    backend.log.clear()

    @c.llama_progress_callback  # type: ignore[untyped-decorator]  # a ctypes function type
    def advance(fraction: float, _data: object) -> bool:
        progress(fraction)
        return not cancelled()

    parameters = c.llama_model_default_params()
    parameters.n_gpu_layers = plan.gpu_layers
    parameters.use_extra_bufts = plan.extra_buffers and not backend.has_amx
    parameters.progress_callback = advance
    model = c.llama_model_load_from_file(os.fsencode(path), parameters)
    if not model:
        if cancelled():
            raise LoadCancelledError(tr("Loading was stopped."))
        raise ModelFileError(
            tr(
                "The model file {name} cannot be loaded: {reason}.",
                name=path.name,
                reason=_reason(backend),
            ),
            detail="\n".join(backend.log.lines()),
        )
    context = c.llama_init_from_model(model, _context_parameters(c, plan))
    if not context:
        c.llama_model_free(model)
        raise OutOfMemoryError(
            tr(
                "There is not enough memory for a context of {size} tokens: {reason}.",
                size=plan.context_size,
                reason=_reason(backend),
            ),
            detail="\n".join(backend.log.lines()),
        )
    words = ctypes.create_string_buffer(_DESCRIPTION_BYTES)
    c.llama_model_desc(model, words, _DESCRIPTION_BYTES)
    return ModelHandle(
        model=model,
        context=context,
        # llama.cpp rounds up to whole blocks of cells; the window is what was planned and told.
        context_size=min(plan.context_size, c.llama_n_ctx(context)),
        parameters=c.llama_model_n_params(model),
        description=words.value.decode("utf-8", "replace"),
        trained_context=c.llama_model_n_ctx_train(model),
    )


def free(backend: Backend, loaded: ModelHandle) -> None:
    """Free context and model."""
    backend.c.llama_free(loaded.context)
    backend.c.llama_model_free(loaded.model)


def _context_parameters(c: Any, plan: LoadPlan) -> Any:
    parameters = c.llama_context_default_params()
    parameters.n_ctx = max(LEAST_CONTEXT, plan.context_size)
    parameters.n_batch = plan.batch_size
    parameters.n_ubatch = plan.batch_size
    parameters.n_seq_max = 2  # the chat, and one through which segments of its state pass
    parameters.kv_unified = True  # both in one buffer: else each would get half of the window
    parameters.n_outputs_max = min(MAX_OUTPUTS, plan.batch_size)
    parameters.n_threads = plan.threads
    parameters.n_threads_batch = plan.threads
    kinds = {KvType.F16: c.GGML_TYPE_F16, KvType.Q8_0: c.GGML_TYPE_Q8_0}
    parameters.type_k = kinds[plan.kv_type]
    parameters.type_v = kinds[plan.kv_type]
    parameters.no_perf = True
    return parameters


def _reason(backend: Backend) -> str:
    return backend.log.reason().rstrip(".") or tr("llama.cpp gives no reason")
