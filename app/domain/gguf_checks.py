"""Values in a GGUF header that llama.cpp answers with ``abort()``, a crash or a loop without end.

They are refused here in words, before llama.cpp sees them. What it refuses itself, as a missing
tensor or a shape that does not fit, is left to it. Rules: ``llama_model_base::load_hparams``,
``llama_vocab::impl::load`` and the assertions of ggml's operators, llama.cpp 0c1e570.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.domain.gguf import GgufHeader

MOST_LAYERS = 512  # LLAMA_MAX_LAYERS
MOST_EXPERTS = 1_024  # LLAMA_MAX_EXPERTS
MOST_TOKENS = 2**31 - 1  # positions have 32 bits
WIDEST = 2**20  # numbers in the residual stream; the largest known has 20,480
TENSOR_ALIGNMENT = 32  # bytes; ggml-impl.h
_NO_WEIGHTS = {24, 25, 26, 27, 28}  # ggml's whole numbers, and its numbers of 64 bits
_NORMS = {0, 1}  # 32 and 16 bits
_SCALINGS = {"none", "linear", "yarn", "longrope"}
# Architectures without attention: their heads are none.
_RECURRENT = {"mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7", "wavtokenizer-dec"}
# Architectures with attention that turn nothing by its place; their files say what they like of it.
_UNTURNED = {
    *("gpt2", "jais", "mpt", "refact", "bloom", "jina-bert-v2", "t5", "t5encoder", "jamba"),
    *("nemotron_h", "nemotron_h_moe", "kimi-linear", "granitehybrid", "lfm2", "lfm2moe"),
    *_RECURRENT,
}
# Architectures whose code asserts that heads for keys and for values are equally wide.
_EVEN = {"phi2", "phi3", "llama", "qwen2", "qwen3", "gemma", "gemma2", "gemma3"}


def unsound(header: GgufHeader) -> str:
    """What is wrong with a header's values, as the end of a sentence; empty where nothing is."""
    for found in (
        _sizes(header),
        _heads(header),
        _turning(header),
        _experts(header),
        _weights(header),
        _rest(header),
    ):
        for reason in found:
            return reason
    return ""


def _number(header: GgufHeader, key: str) -> int | float | None:
    """A scalar of the architecture's own; None where it is missing or an array."""
    value = header.values.get(f"{header.architecture}.{key}")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _each(header: GgufHeader, key: str) -> tuple[float, ...]:
    """A value of the architecture's own for each layer; one where it is the same for all."""
    one = _number(header, key)
    if one is not None:
        return (one,)
    return header.numbers.get(f"{header.architecture}.{key}", ())


def _sizes(header: GgufHeader) -> Iterator[str]:
    bounds = {
        "block_count": ("layers", 1, MOST_LAYERS),
        "context_length": ("tokens of context", 1, MOST_TOKENS),
        "embedding_length": ("numbers for a token", 1, WIDEST),
        "feed_forward_length": ("numbers in its feed-forward part", 0, 64 * WIDEST),
        "vocab_size": ("tokens", 1, MOST_TOKENS),
    }
    for key, (words, least, most) in bounds.items():
        for count in _each(header, key):
            if not least <= count <= most:
                yield f"it claims {count:,} {words}"
    layers = _number(header, "block_count")
    following = _number(header, "nextn_predict_layers")
    if layers is not None and following is not None and not 0 <= following <= layers:
        yield f"it says that {following:,} of its {layers:,} layers predict further tokens"


def _heads(header: GgufHeader) -> Iterator[str]:
    width = _number(header, "embedding_length")
    heads, shared = _each(header, "attention.head_count"), _each(header, "attention.head_count_kv")
    if header.architecture in _RECURRENT or not heads:
        return
    if not any(heads):
        yield "it has no attention heads"
        return
    if len(shared) == 1 and not shared[0]:
        yield "it has no attention heads for keys and values"
    for count in heads:
        if not 0 <= count <= WIDEST:
            yield f"it claims {count:,} attention heads"
    layers = max(len(heads), len(shared))
    if shared and {len(heads), len(shared)} <= {1, layers}:
        of_all = (heads * layers)[:layers], (shared * layers)[:layers]
        for count, kv in zip(*of_all, strict=True):
            if not kv and header.architecture in _EVEN:
                yield "it has layers without attention heads for keys"
            if kv < 0 or (kv and count % kv):
                yield f"its {count:,.0f} attention heads do not divide by {kv:,.0f} of keys"
    length = _number(header, "attention.key_length")
    if width is not None and length is None and heads[0] and width % heads[0]:
        yield f"its {heads[0]:,} attention heads do not divide its width of {width:,}"
    values = _number(header, "attention.value_length")
    same = width // heads[0] if width is not None and heads[0] else None
    if header.architecture in _EVEN and (length or same) != (values or same):
        yield "its heads for keys and for values differ in width"
    for key in ("attention.key_length", "attention.value_length"):
        size = _number(header, key)
        if size is not None and not 0 < size <= WIDEST:
            yield f"its attention heads are {size:,} wide"


def _turning(header: GgufHeader) -> Iterator[str]:
    """How positions turn keys and queries (RoPE)."""
    scaling = header.values.get(f"{header.architecture}.rope.scaling.type")
    if scaling is not None and scaling not in _SCALINGS:
        yield "it names an unknown way to scale positions"
    for key in ("rope.freq_base", "rope.freq_base_swa"):
        base = _number(header, key)
        if base is not None and not 0 < base < math.inf:
            yield f"its base for positions is {base}"
    for key in ("rope.scaling.factor", "rope.scale_linear", "rope.scaling.attn_factor"):
        factor = _number(header, key)
        if factor is not None and not 0 <= factor < math.inf:
            yield f"its factor for positions is {factor}"
    if header.architecture in _UNTURNED:
        return
    heads, width = _each(header, "attention.head_count"), _number(header, "embedding_length")
    first = next((count for count in heads if count), 0)
    size = _number(header, "attention.key_length")
    if size is None and width is not None and first:
        size = width // first
    for key in ("rope.dimension_count", "rope.dimension_count_swa"):
        turned = _number(header, key)
        if turned is None:
            continue
        if turned <= 0 or turned % 2:
            yield f"it turns {turned:,} numbers of each head by their position, not an even count"
        elif key == "rope.dimension_count" and size is not None and turned > size:
            yield f"it turns {turned:,} numbers of heads that are {size:,} wide"


def _experts(header: GgufHeader) -> Iterator[str]:
    count = _number(header, "expert_count") or 0
    used = max(_each(header, "expert_used_count"), default=0)
    groups = _number(header, "expert_group_count") or 0
    chosen = _number(header, "expert_group_used_count") or 0
    if header.architecture.startswith("hunyuan") and count <= 1:
        return
    if not 0 <= count <= MOST_EXPERTS:
        yield f"it claims {count:,} experts"
    elif not 0 <= used <= count or (count and not used):
        yield f"it uses {used:,} of {count:,} experts"
    elif count and not 0 <= groups < count:
        yield f"it puts {count:,} experts in {groups:,} groups"
    elif groups > 1 and (count % groups or not 0 < chosen < groups):
        yield f"it uses {chosen:,} of {groups:,} groups of {count:,} experts"
    elif groups and not count:
        yield f"it has {groups:,} groups of experts and no experts"


def _weights(header: GgufHeader) -> Iterator[str]:
    """How tensors are stored: ggml's operators assert what they can read."""
    for tensor in header.tensors:
        name = tensor.name
        if tensor.type in _NO_WEIGHTS and name.endswith((".weight", ".bias")) and not _ids(name):
            yield f"its tensor {name} is stored in a way that no weights are"
        elif tensor.type not in _NORMS and name.endswith("norm.weight"):
            yield f"its tensor {name} is stored in a way that no norm is"
        elif tensor.start % TENSOR_ALIGNMENT and tensor is header.tensors[0]:
            yield f"its first tensor begins at byte {tensor.start:,}, not at one that 32 divides"


def _ids(name: str) -> bool:
    """Whether a tensor holds numbers of tokens or experts."""
    return "tid2eid" in name


def _rest(header: GgufHeader) -> Iterator[str]:
    for key in ("attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon"):
        epsilon = _number(header, key)
        if epsilon is not None and not 0 <= epsilon < math.inf:
            yield f"its smallest norm is {epsilon}"
    if not header.vocabulary:
        return
    if header.bytes_lacking and header.values.get("tokenizer.ggml.model") == "llama":
        yield f"its vocabulary has no token for {header.bytes_lacking:,} of the 256 bytes"
    for key, words in (("token_type", "kinds of tokens"), ("scores", "scores of tokens")):
        length = header.lengths.get(f"tokenizer.ggml.{key}")
        if length is not None and length < header.vocabulary:
            yield f"it has {length:,} {words} for {header.vocabulary:,} tokens"
    for tensor in header.tensors:
        if tensor.name != "token_embd.weight" or len(tensor.shape) < 2:
            continue
        if tensor.shape[1] < header.vocabulary:
            yield f"it has weights for {tensor.shape[1]:,} of {header.vocabulary:,} tokens"
