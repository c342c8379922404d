"""Models in files and at endpoints, how they are loaded, and the machine they are loaded on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.domain.endpoints.source import EndpointSource, FileSource, ModelSource
from app.domain.errors import ModelFileError
from app.language import tr

DEMO = "demo"  # the setting's value for the built-in model, wherever the program lies


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

    @property
    def source(self) -> FileSource:
        """Where it is."""
        return FileSource(self.path)


@dataclass(frozen=True, slots=True)
class EndpointModel:
    """A model at an endpoint, as the chip shows it.

    Attributes:
        source: Endpoint and model.
        server: The endpoint's name, for people.
        host: Whose computer it is.
        here: Whether that is this one.
    """

    source: EndpointSource
    server: str
    host: str
    here: bool = False

    @property
    def name(self) -> str:
        """What the server calls it."""
        return self.source.model

    @property
    def label(self) -> str:
        """The model and who has it, as the model chip shows it."""
        return tr("{model} at {server}", model=self.name, server=self.server)


ChosenModel = ModelFile | EndpointModel


def is_demo(model: ChosenModel | None) -> bool:
    """Whether a model is the built-in demo."""
    return isinstance(model, ModelFile) and model.demo


def finds_lines_only(model: ChosenModel | None) -> bool:
    """Whether a model has not learned to answer from documents: the file that comes with Phial."""
    return isinstance(model, ModelFile) and model.demo and model.path.name == "demo.gguf"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """What made an answer, as stored with it.

    Attributes:
        name: Of the model, for people.
        quantization: Of its file.
        sha256: Hash of its file: its identity. Empty for a model at an endpoint.
        endpoint: The endpoint's id; empty for a file.
    """

    name: str
    quantization: str = ""
    sha256: str = ""
    endpoint: str = ""


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
        source: Where the model is. What follows is for files.
        context_size: Tokens of the context window.
        gpu_layers: Layers on the GPU.
        kv_type: Number format of the KV cache.
        threads: CPU threads.
        sha256: The file's hash when known; keys snapshots and the remembered ladder step.
    """

    source: ModelSource
    context_size: int | None = None
    gpu_layers: int | None = None
    kv_type: KvType | None = None
    threads: int | None = None
    sha256: str = ""

    @property
    def path(self) -> Path:
        """The GGUF file, for engines of files.

        Raises:
            ModelFileError: The model is at an endpoint.
        """
        if isinstance(self.source, FileSource):
            return self.source.path
        raise ModelFileError(tr("{model} is no file.", model=str(self.source)))


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
        source: Where it is.
        name: GGUF ``general.name``, or the file's stem; what the server calls it.
        architecture: GGUF ``general.architecture``; empty at an endpoint, as all that is of files.
        quantization: llama.cpp's description of the file type.
        parameters: Number of parameters.
        context_size: Tokens of the context window in force; 0 where an endpoint does not say.
        trained_context: Tokens the model was trained for.
        template: Which prompt template is used: "phi-4", "phi-4-mini", "file" or "endpoint".
        plan: What was loaded, and why; None at an endpoint.
        turn_tokens: Tokens of markup the template puts around each message.
        answer_tokens: Tokens it puts before the answer.
        ladder_step: The step of the step-down ladder in force, in words; empty on the first.
        seconds: Time loading took.
        counts: Whether tokens can be counted; else only what an answer's end tells is known.
        continues: Whether it goes on with a text itself; else it is asked to in words.
        note: What people should know of its context, as a sentence; empty where all is usual.
        made_room: Whether the model before it had to leave memory first.
    """

    source: ModelSource
    name: str
    architecture: str
    quantization: str
    parameters: int
    context_size: int
    trained_context: int
    template: str
    plan: LoadPlan | None
    turn_tokens: int = 0
    answer_tokens: int = 0
    ladder_step: str = ""
    seconds: float = 0.0
    counts: bool = True
    continues: bool = True
    note: str = ""
    made_room: bool = False

    def kept_bytes(self, tokens: int) -> int:
        """Bytes that a snapshot of so many tokens takes; 0 where that is not known."""
        if self.plan is None or not self.plan.context_size:
            return 0
        return self.plan.kv_bytes * tokens // self.plan.context_size
