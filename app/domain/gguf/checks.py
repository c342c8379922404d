"""Values in a GGUF header that llama.cpp answers with ``abort()``, a crash or a loop without end.

They are refused here in words, before llama.cpp sees them. What it refuses itself, as a missing
tensor or a shape that does not fit, is left to it. Rules: ``llama_model_base::load_hparams``,
``llama_vocab::impl::load`` and the assertions of ggml's operators, llama.cpp 0c1e570.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.language import tr, trc
from app.language.numbers import write

if TYPE_CHECKING:
    from app.domain.gguf.header import GgufHeader

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
        _widths(header),
        _scaling(header),
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
        "block_count": (trc("what a model file claims", "layers"), 1, MOST_LAYERS),
        "context_length": (trc("what a model file claims", "tokens of context"), 1, MOST_TOKENS),
        "embedding_length": (trc("what a model file claims", "numbers for a token"), 1, WIDEST),
        "feed_forward_length": (
            trc("what a model file claims", "numbers in its feed-forward part"),
            0,
            64 * WIDEST,
        ),
        "vocab_size": (trc("what a model file claims", "tokens"), 1, MOST_TOKENS),
    }
    for key, (words, least, most) in bounds.items():
        for count in _each(header, key):
            if not least <= count <= most:
                yield tr("it claims {count} {things}", count=count, things=words)
    layers = _number(header, "block_count")
    following = _number(header, "nextn_predict_layers")
    if layers is not None and following is not None and not 0 <= following <= layers:
        yield tr(
            "it says that {following} of its {layers} layers predict further tokens",
            following=following,
            layers=layers,
        )


def _heads(header: GgufHeader) -> Iterator[str]:
    """How many heads each layer has for attention."""
    heads, shared = _each(header, "attention.head_count"), _each(header, "attention.head_count_kv")
    if header.architecture in _RECURRENT or not heads:
        return
    if not any(heads):
        yield tr("it has no attention heads")
        return
    if len(shared) == 1 and not shared[0]:
        yield tr("it has no attention heads for keys and values")
    for count in heads:
        if not 0 <= count <= WIDEST:
            yield tr("it claims {count} attention heads", count=count)
    layers = max(len(heads), len(shared))
    if shared and {len(heads), len(shared)} <= {1, layers}:
        of_all = (heads * layers)[:layers], (shared * layers)[:layers]
        for count, kv in zip(*of_all, strict=True):
            if not kv and header.architecture in _EVEN:
                yield tr("it has layers without attention heads for keys")
            if kv < 0 or (kv and count % kv):
                yield tr(
                    "its {count} attention heads do not divide by {keys} of keys",
                    count=write(count, digits=0),
                    keys=write(kv, digits=0),
                )


def _widths(header: GgufHeader) -> Iterator[str]:
    """How wide heads are."""
    heads, width = _each(header, "attention.head_count"), _number(header, "embedding_length")
    if header.architecture in _RECURRENT or not any(heads):
        return
    length = _number(header, "attention.key_length")
    if width is not None and length is None and heads[0] and width % heads[0]:
        yield tr(
            "its {count} attention heads do not divide its width of {width}",
            count=heads[0],
            width=width,
        )
    values = _number(header, "attention.value_length")
    same = width // heads[0] if width is not None and heads[0] else None
    if header.architecture in _EVEN and (length or same) != (values or same):
        yield tr("its heads for keys and for values differ in width")
    for key in ("attention.key_length", "attention.value_length"):
        size = _number(header, key)
        if size is not None and not 0 < size <= WIDEST:
            yield tr("its attention heads are {width} wide", width=size)


def _scaling(header: GgufHeader) -> Iterator[str]:
    """How positions are scaled (RoPE)."""
    scaling = header.values.get(f"{header.architecture}.rope.scaling.type")
    if scaling is not None and scaling not in _SCALINGS:
        yield tr("it names an unknown way to scale positions")
    for key in ("rope.freq_base", "rope.freq_base_swa"):
        base = _number(header, key)
        if base is not None and not 0 < base < math.inf:
            yield tr("its base for positions is {base}", base=str(base))
    for key in ("rope.scaling.factor", "rope.scale_linear", "rope.scaling.attn_factor"):
        factor = _number(header, key)
        if factor is not None and not 0 <= factor < math.inf:
            yield tr("its factor for positions is {factor}", factor=str(factor))


def _turning(header: GgufHeader) -> Iterator[str]:
    """How many numbers of keys and queries positions turn (RoPE)."""
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
            yield tr(
                "it turns {count} numbers of each head by their position, not an even count",
                count=turned,
            )
        elif key == "rope.dimension_count" and size is not None and turned > size:
            yield tr(
                "it turns {count} numbers of heads that are {width} wide", count=turned, width=size
            )


def _experts(header: GgufHeader) -> Iterator[str]:
    count = _number(header, "expert_count") or 0
    used = max(_each(header, "expert_used_count"), default=0)
    groups = _number(header, "expert_group_count") or 0
    chosen = _number(header, "expert_group_used_count") or 0
    if header.architecture.startswith("hunyuan") and count <= 1:
        return
    if not 0 <= count <= MOST_EXPERTS:
        yield tr("it claims {count} experts", count=count)
    elif not 0 <= used <= count or (count and not used):
        yield tr("it uses {used} of {count} experts", used=used, count=count)
    elif count and not 0 <= groups < count:
        yield tr("it puts {count} experts in {groups} groups", count=count, groups=groups)
    elif groups > 1 and (count % groups or not 0 < chosen < groups):
        yield tr(
            "it uses {used} of {groups} groups of {count} experts",
            used=chosen,
            groups=groups,
            count=count,
        )
    elif groups and not count:
        yield tr("it has {groups} groups of experts and no experts", groups=groups)


def _weights(header: GgufHeader) -> Iterator[str]:
    """How tensors are stored: ggml's operators assert what they can read."""
    for tensor in header.tensors:
        name = tensor.name
        if tensor.type in _NO_WEIGHTS and name.endswith((".weight", ".bias")) and not _ids(name):
            yield tr("its tensor {name} is stored in a way that no weights are", name=name)
        elif tensor.type not in _NORMS and name.endswith("norm.weight"):
            yield tr("its tensor {name} is stored in a way that no norm is", name=name)
        elif tensor.start % TENSOR_ALIGNMENT and tensor is header.tensors[0]:
            yield tr(
                "its first tensor begins at byte {start}, not at one that 32 divides",
                start=tensor.start,
            )


def _ids(name: str) -> bool:
    """Whether a tensor holds numbers of tokens or experts."""
    return "tid2eid" in name


def _rest(header: GgufHeader) -> Iterator[str]:
    for key in ("attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon"):
        epsilon = _number(header, key)
        if epsilon is not None and not 0 <= epsilon < math.inf:
            yield tr("its smallest norm is {epsilon}", epsilon=str(epsilon))
    if not header.vocabulary:
        return
    if header.bytes_lacking and header.values.get("tokenizer.ggml.model") == "llama":
        yield tr(
            "its vocabulary has no token for {count} of the 256 bytes", count=header.bytes_lacking
        )
    for key, words in (
        ("token_type", trc("what a model file claims", "kinds of tokens")),
        ("scores", trc("what a model file claims", "scores of tokens")),
    ):
        length = header.lengths.get(f"tokenizer.ggml.{key}")
        if length is not None and length < header.vocabulary:
            yield tr(
                "it has {count} {things} for {tokens} tokens",
                count=length,
                things=words,
                tokens=header.vocabulary,
            )
    for tensor in header.tensors:
        if tensor.name != "token_embd.weight" or len(tensor.shape) < 2:
            continue
        if tensor.shape[1] < header.vocabulary:
            yield tr(
                "it has weights for {count} of {tokens} tokens",
                count=tensor.shape[1],
                tokens=header.vocabulary,
            )
