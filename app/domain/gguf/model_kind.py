"""What a GGUF file is: a model that writes text, or something else that wears the same clothes.

Judged by ``general.type`` and ``general.architecture`` of the header. Keys and values:
``gguf-py/gguf/constants.py`` and ``src/llama-arch.cpp`` of llama.cpp; those of pictures are
written by stable-diffusion.cpp and ComfyUI-GGUF and known to no llama.cpp.
"""

from __future__ import annotations

from app.domain.errors import ModelFileError
from app.domain.gguf.header import GgufHeader
from app.language import tr

_PROJECTOR = tr("a projector, which shows pictures or sound to another model")
_EMBEDDING = tr("an embedding model, which turns text into numbers for search and writes none")
_RANKER = tr("a ranking model, which weighs search results and writes no text")
_PICTURES = tr("a model that paints pictures")
_SOUND = tr("a part of a model that speaks")

_TYPES = {
    "mmproj": _PROJECTOR,
    "adapter": tr("an adapter, which changes another model and cannot be used without it"),
    "imatrix": tr("a list of measurements for quantizing, and no model"),
}
_ARCHITECTURES = {
    **dict.fromkeys(("clip", "mmproj"), _PROJECTOR),
    **dict.fromkeys(
        (
            "bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2",
            "jina-bert-v3", "eurobert", "gemma-embedding", "llama-embed", "t5encoder",
        ),
        _EMBEDDING,
    ),
    "wavtokenizer-dec": _SOUND,
    **dict.fromkeys(
        (
            "flux", "sd1", "sd2", "sd3", "sdxl", "aura", "ltxv", "hyvid", "wan", "hidream",
            "cosmos", "lumina2", "qwen_image", "pig", "z_image",
        ),
        _PICTURES,
    ),
}  # fmt: skip
_RANK = 4  # LLAMA_POOLING_TYPE_RANK; 1 to 3 are mean, CLS and last, 0 is none


def other_kind(header: GgufHeader) -> str:
    """What a file is that is no model of text, in words; empty for one that is, or may be."""
    kind = _TYPES.get(str(header.values.get("general.type", "")).lower(), "")
    kind = kind or _ARCHITECTURES.get(header.architecture, "")
    pooling = header.values.get(f"{header.architecture}.pooling_type")
    if not kind and isinstance(pooling, int) and 0 < pooling <= _RANK:
        kind = _RANKER if pooling == _RANK else _EMBEDDING
    return kind


def finds_by_meaning(architecture: str) -> bool:
    """Whether files of an architecture turn text into numbers, and do nothing else."""
    return _ARCHITECTURES.get(architecture) is _EMBEDDING


def architecture_problem(architecture: str, name: str) -> str:
    """Why a file of an architecture is no model of text; empty where that says nothing."""
    kind = _ARCHITECTURES.get(architecture, "")
    return tr("{name} is {kind}.", name=name, kind=kind) if kind else ""


def check_text_model(header: GgufHeader, name: str) -> None:
    """See that a file is a model that can answer.

    Args:
        header: Of its first part.
        name: How to call the file.

    Raises:
        ModelFileError: It is something else.
    """
    kind = other_kind(header)
    if kind:
        raise ModelFileError(
            tr("{name} is {kind}.", name=name, kind=kind),
            action=tr("Choose a file that holds a text model."),
        )


def unknown_architecture(architecture: str, name: str) -> ModelFileError:
    """The error for a model that the llama.cpp in use cannot compute."""
    return ModelFileError(
        tr(
            "{name} is made for “{architecture}”, which the llama.cpp in this Phial does not know.",
            name=name,
            architecture=architecture,
        ),
        action=tr("Choose another model, or look for a newer Phial."),
    )
