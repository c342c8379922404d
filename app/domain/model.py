"""Model files, how they are loaded, and the machine they are loaded on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class KvType(StrEnum):
    """Number format of the KV cache. f16 is exact; q8_0 takes a little more than half of it."""

    F16 = "f16"
    Q8_0 = "q8_0"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A GGUF file on this computer.

    Attributes:
        path: Where it is (the first part of a split file).
        name: For people: "Phi-4".
        quantization: "Q4_K_M", or empty where the file does not say.
        size: Bytes, all parts together.
        sha256: Hash of the content, lower-case hex; empty while not yet known.
        demo: Whether it is the built-in demo.
        owned: Whether Phial put the file there and may delete it.
        architecture: GGUF ``general.architecture``.
        context_length: Tokens the model was trained for; 0 where unknown.
        problem: Why it cannot answer; empty where it can.
    """

    path: Path
    name: str
    quantization: str = ""
    size: int = 0
    sha256: str = ""
    demo: bool = False
    owned: bool = False
    architecture: str = ""
    context_length: int = 0
    problem: str = ""

    @property
    def label(self) -> str:
        """Name and quantization, as the model chip shows it."""
        return f"{self.name} {self.quantization}".strip()


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which file made an answer, as stored with it. ``sha256`` is the identity."""

    name: str
    quantization: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A compute device llama.cpp can use.

    Attributes:
        name: llama.cpp's name, e.g. "CUDA0".
        description: For people, e.g. "NVIDIA H200".
        backend: "CPU", "CUDA", "Metal", "Vulkan".
        free_memory: Bytes free now; 0 where unknown.
        total_memory: Bytes in all; 0 where unknown.
        module: The file of the module that drives it, where llama.cpp chose one as it started.
    """

    name: str
    description: str
    backend: str
    free_memory: int = 0
    total_memory: int = 0
    module: str = ""


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """How the user wants a model loaded. None means: the planner decides.

    Attributes:
        path: The GGUF file.
        context_size: Tokens of the context window.
        gpu_layers: Layers on the GPU.
        kv_type: Number format of the KV cache.
        threads: CPU threads.
        sha256: The file's hash when known; keys snapshots and the remembered ladder step.
    """

    path: Path
    context_size: int | None = None
    gpu_layers: int | None = None
    kv_type: KvType | None = None
    threads: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What will be handed to llama.cpp.

    Attributes:
        context_size: Tokens.
        gpu_layers: Layers on the GPU; 0 is CPU only.
        kv_type: Number format of the KV cache.
        threads: CPU threads for decoding.
        batch_size: Tokens in one ``llama_decode`` call at most.
        extra_buffers: Repacked CPU buffer types (AMX and kin). Off is step one of the ladder.
        weights_bytes: Size of the weights.
        kv_bytes: Size of the KV cache.
        compute_bytes: Estimated compute buffers.
        reasons: One plain sentence for each decision, for ``phial doctor``.
    """

    context_size: int
    gpu_layers: int
    kv_type: KvType
    threads: int
    batch_size: int
    extra_buffers: bool
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    reasons: tuple[str, ...] = ()

    @property
    def total_bytes(self) -> int:
        """Memory the plan needs, on all devices together."""
        return self.weights_bytes + self.kv_bytes + self.compute_bytes


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is ready to answer.

    Attributes:
        path: The GGUF file.
        name: GGUF ``general.name``, or the file's stem.
        architecture: GGUF ``general.architecture``.
        quantization: llama.cpp's description of the file type.
        parameters: Number of parameters.
        context_size: Tokens of the context window in force.
        trained_context: Tokens the model was trained for.
        template: Which prompt template is used: "phi-4", "phi-4-mini", or "file".
        plan: What was loaded, and why.
        turn_tokens: Tokens of markup the template puts around each message.
        answer_tokens: Tokens it puts before the answer.
        ladder_step: The step of the step-down ladder in force, in words; empty on the first.
        seconds: Time loading took.
    """

    path: Path
    name: str
    architecture: str
    quantization: str
    parameters: int
    context_size: int
    trained_context: int
    template: str
    plan: LoadPlan
    turn_tokens: int = 0
    answer_tokens: int = 0
    ladder_step: str = ""
    seconds: float = 0.0
