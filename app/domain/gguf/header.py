"""Reading the header of a GGUF file: what model it holds, and whether the file is whole.

Pure parsing over an open binary file, so that the engine's planner, the model library and the
downloader can all judge a file without llama.cpp, which answers some damaged files with
``abort()``. Every count is checked against the bytes that are really there before anything is
allocated. Layout: ``ggml/include/gguf.h`` of llama.cpp.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from app.domain.errors import ModelFileError, ModelMissingError
from app.domain.gguf.checks import unsound
from app.domain.gguf.types import BLOCKS, FILE_TYPES
from app.language import tr, trc

MAX_TEXT = 32 * 1024 * 1024  # bytes of one string; the largest seen is a template of 20 kB
MAX_KEY = 65_535  # gguf specification
MAX_DIMENSIONS = 4  # GGML_MAX_DIMS
CHUNK = 1 << 20

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q"}
_SCALARS[12] = "d"
_STRING, _ARRAY = 8, 9
_TOKENS = "tokenizer.ggml.tokens"

Scalar = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor's place in the file.

    Attributes:
        name: For example ``blk.0.attn_qkv.weight``.
        shape: Sizes, fastest first.
        type: ggml type number, a key of :data:`~app.domain.gguf.types.BLOCKS`.
        start: First byte in the file.
        size: Bytes.
    """

    name: str
    shape: tuple[int, ...]
    type: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What the header of a GGUF file says.

    Attributes:
        version: GGUF version, 2 or 3.
        file_size: Bytes of this file.
        values: Scalar metadata by key.
        numbers: Arrays of numbers by key, at most 4,096 entries of each.
        tensors: In file order.
        vocabulary: Number of tokens; 0 where the file has no vocabulary.
        lengths: Of arrays, by key.
        bytes_lacking: How many of the 256 bytes have no token of their own: ``<0x0A>``, or the
            letter itself.
    """

    version: int
    file_size: int
    values: Mapping[str, Scalar]
    numbers: Mapping[str, tuple[float, ...]]
    tensors: tuple[Tensor, ...]
    vocabulary: int
    lengths: Mapping[str, int] = field(default_factory=dict)
    bytes_lacking: int = 0

    @property
    def architecture(self) -> str:
        """GGUF ``general.architecture``; empty where missing."""
        return str(self.values.get("general.architecture", ""))

    @property
    def name(self) -> str:
        """GGUF ``general.name``; empty where missing."""
        return str(self.values.get("general.name", ""))

    @property
    def template(self) -> str:
        """The file's own chat template (jinja); empty where missing."""
        return str(self.values.get("tokenizer.chat_template", ""))

    @property
    def quantization(self) -> str:
        """The file type's name, such as ``Q4_K_M``; empty where unknown."""
        kind = self.values.get("general.file_type")
        return FILE_TYPES.get(kind, "") if isinstance(kind, int) else ""

    @property
    def parameters(self) -> int:
        """Number of weights in this file."""
        total = 0
        for tensor in self.tensors:
            count = 1
            for size in tensor.shape:
                count *= size
            total += count
        return total

    @property
    def weights_bytes(self) -> int:
        """Bytes of all tensors in this file."""
        return sum(tensor.size for tensor in self.tensors)

    @property
    def trained_context(self) -> int:
        """Tokens the model was trained for; 0 where unknown."""
        return self.hyper("context_length")

    @property
    def layers(self) -> int:
        """Transformer blocks; 0 where unknown."""
        return self.hyper("block_count")

    @property
    def embedding(self) -> int:
        """Width of the residual stream; 0 where unknown."""
        return self.hyper("embedding_length")

    @property
    def split_count(self) -> int:
        """Parts of a split file; 1 where it is whole."""
        value = self.values.get("split.count", 1)
        return max(1, value) if isinstance(value, int) else 1

    def hyper(self, key: str, default: int = 0) -> int:
        """A whole number among the architecture's own values; ``default`` where missing."""
        full = f"{self.architecture}.{key}"
        value = self.values.get(full)
        if isinstance(value, int):
            return value
        if self.numbers.get(full):
            return int(max(self.numbers[full]))
        return default

    @property
    def kv_values_per_token(self) -> int:
        """Numbers one token adds to the KV cache, keys and values of all layers together."""
        heads = self.hyper("attention.head_count", 1) or 1
        head = self.embedding // heads
        keys = self.hyper("attention.key_length", head)
        values = self.hyper("attention.value_length", head)
        per_layer = self.numbers.get(f"{self.architecture}.attention.head_count_kv")
        if per_layer:
            return int(sum(per_layer)) * (keys + values)
        return self.layers * self.hyper("attention.head_count_kv", heads) * (keys + values)


class _Reader:
    """A cursor over the file that never asks for more bytes than are left."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file = file
        self.name = name
        file.seek(0, 2)
        self.size = file.tell()
        file.seek(0)
        self.at = 0

    def broken(self, reason: str) -> ModelFileError:
        """The error for a damaged file, with its reason."""
        return ModelFileError(
            tr("The model file {name} cannot be used: {reason}.", name=self.name, reason=reason)
        )

    def take(self, count: int) -> bytes:
        if count > self.size - self.at:
            raise self.broken(
                tr("it ends in the middle of its header, so it is cut short or damaged")
            )
        data = self.file.read(count)
        if len(data) != count:
            raise self.broken(tr("it could not be read to the end of its header"))
        self.at += count
        return data

    def number(self, code: str) -> int:
        value: int = struct.unpack("<" + code, self.take(struct.calcsize(code)))[0]
        return value

    def text(self, limit: int) -> str:
        length = self.number("Q")
        if length > limit:
            raise self.broken(tr("a text in its header claims {length} bytes", length=length))
        return self.take(length).decode("utf-8", "replace")

    def count(self, what: str, smallest: int) -> int:
        """A 64-bit count of things of at least ``smallest`` bytes each."""
        number = self.number("Q")
        if number * smallest > self.size - self.at:
            raise self.broken(
                tr(
                    "it claims {count} {things}, more than the file could hold, "
                    "so it is cut short or damaged",
                    count=number,
                    things=what,
                )
            )
        return number

    def strings(self, count: int) -> list[bytes]:
        """An array of strings, read in large pieces: a vocabulary has 200,000 of them."""
        found: list[bytes] = []
        rest = b""
        position = 0
        while len(found) < count:
            if position + 8 <= len(rest):
                (length,) = struct.unpack_from("<Q", rest, position)
                if length > MAX_TEXT:
                    raise self.broken(
                        tr("a text in its header claims {length} bytes", length=length)
                    )
                end = position + 8 + length
                if end <= len(rest):
                    found.append(rest[position + 8 : end])
                    position = end
                    continue
                missing = end - len(rest)
            else:
                missing = position + 8 - len(rest)
            if missing > self.size - self.at:
                raise self.broken(tr("it ends in the middle of its vocabulary"))
            more = min(max(CHUNK, missing), self.size - self.at)
            rest = rest[position:] + self.take(more)
            position = 0
        self.at -= len(rest) - position
        self.file.seek(self.at)
        return found


def read_gguf_header(file: BinaryIO, name: str) -> GgufHeader:
    """Read and check the header of a GGUF file.

    Args:
        file: Opened for binary reading, seekable.
        name: How to call the file in messages.

    Raises:
        ModelFileError: The file is not GGUF, or damaged; says how.
    """
    reader = _Reader(file, name)
    if reader.size == 0:
        raise reader.broken(tr("it is empty"))
    if reader.size < 4 or reader.take(4) != b"GGUF":
        raise reader.broken(tr("it is not a GGUF file"))
    version = reader.number("I")
    if version not in {2, 3}:
        known = version & 0xFFFF == 0  # the other way round
        written = tr("its GGUF version {n} is written for a big-endian machine", n=str(version))
        unknown = tr("its GGUF version {n} is unknown", n=str(version))
        raise reader.broken(written if known else unknown)
    tensor_count = reader.count(trc("what a model file claims", "tensors"), 24)
    value_count = reader.count(trc("what a model file claims", "values"), 13)
    values: dict[str, Scalar] = {}
    numbers: dict[str, tuple[float, ...]] = {}
    lengths: dict[str, int] = {}
    vocabulary = lacking = 0
    seen: set[str] = set()
    for _ in range(value_count):
        key = reader.text(MAX_KEY)
        if key in seen:
            raise reader.broken(tr("its header says {key} twice", key=key))
        seen.add(key)
        kind = reader.number("i")
        if kind == _STRING:
            values[key] = reader.text(MAX_TEXT)
        elif kind in _SCALARS:
            values[key] = reader.number(_SCALARS[kind])
        elif kind == _ARRAY:
            array, lengths[key] = _array(reader)
            if isinstance(array, list):
                if key == _TOKENS:
                    vocabulary, lacking = _vocabulary(reader, array)
            else:
                numbers[key] = array
        else:
            raise reader.broken(
                tr("its header holds a value of unknown kind {kind}", kind=str(kind))
            )
    tensors = _tensors(reader, tensor_count, values.get("general.alignment", 32))
    header = GgufHeader(
        version, reader.size, values, numbers, tensors, vocabulary, lengths, lacking
    )
    if not header.architecture and header.split_count == 1:
        raise reader.broken(tr("it does not say which architecture it is for"))
    if reason := unsound(header):
        raise reader.broken(reason)
    return header


def read_gguf_file(path: Path) -> GgufHeader:
    """Open ``path`` and read its header.

    Raises:
        ModelFileError: It is missing, a folder, unreadable, not GGUF, or damaged; says which.
    """
    try:
        with open_file(path) as file:
            return read_gguf_header(file, path.name)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelMissingError(tr("There is no model file at {path}.", path=str(path))) from error
    except (OSError, ValueError) as error:
        raise ModelFileError(
            tr("The model file {name} could not be read.", name=path.name), detail=str(error)
        ) from error


def open_file(path: Path) -> BufferedReader:
    """Open a file for binary reading, and nothing else: a pipe would be waited for without end.

    Raises:
        ModelFileError: It is a pipe, a socket or a device.
        OSError: It cannot be opened.
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))

    refused = ModelFileError(
        tr("{path} is not a file: a model cannot be read from it.", path=str(path))
    )
    if path.exists() and not path.is_file():  # a socket cannot even be opened
        raise refused
    file = open(path, "rb", opener=opener)  # noqa: SIM115  # closed by who asked
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise refused
    return file


def _array(reader: _Reader) -> tuple[list[bytes] | tuple[float, ...], int]:
    """An array and its length; of numbers at most the first 4,096 are kept."""
    kind = reader.number("i")
    if kind == _STRING:
        texts = reader.strings(reader.count(trc("what a model file claims", "texts"), 8))
        return texts, len(texts)
    if kind not in _SCALARS:
        raise reader.broken(tr("its header holds an array of unknown kind {kind}", kind=str(kind)))
    width = struct.calcsize(_SCALARS[kind])
    count = reader.count(trc("what a model file claims", "numbers"), width)
    kept = min(count, 4_096)
    data = reader.take(kept * width)
    reader.at += (count - kept) * width
    reader.file.seek(reader.at)
    return struct.unpack(f"<{kept}{_SCALARS[kind]}", data), count


def _vocabulary(reader: _Reader, tokens: list[bytes]) -> tuple[int, int]:
    """Size of the vocabulary, and how many bytes have no token.

    Duplicate tokens make llama.cpp abort (``GGML_ASSERT(id_to_token.size() == …)``).
    """
    known = set(tokens)
    if len(known) != len(tokens):
        raise reader.broken(tr("its vocabulary holds the same token twice"))
    lacking = sum(b"<0x%02X>" % n not in known and bytes([n]) not in known for n in range(256))
    return len(tokens), lacking


def _tensors(reader: _Reader, count: int, alignment: Scalar) -> tuple[Tensor, ...]:
    if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1):
        raise reader.broken(
            tr("its alignment {alignment} is not a power of two", alignment=str(alignment))
        )
    found = [_tensor(reader) for _ in range(count)]
    if len({tensor.name for tensor in found}) != count:
        raise reader.broken(tr("it names a tensor twice"))
    base = -(-reader.at // alignment) * alignment
    placed = []
    for tensor in found:
        start = base + tensor.start
        if tensor.start % alignment or start + tensor.size > reader.size:
            raise reader.broken(
                tr(
                    "its tensor {name} lies past the end of the file, "
                    "so the file is cut short or damaged",
                    name=tensor.name,
                )
            )
        placed.append(Tensor(tensor.name, tensor.shape, tensor.type, start, tensor.size))
    return tuple(placed)


def _tensor(reader: _Reader) -> Tensor:
    """One tensor's entry; ``start`` still counts from the beginning of the data."""
    name = reader.text(MAX_KEY)
    dimensions = reader.number("I")
    if dimensions > MAX_DIMENSIONS:
        raise reader.broken(
            tr("its tensor {name} has {count} dimensions", name=name, count=dimensions)
        )
    shape = tuple(reader.number("q") for _ in range(dimensions))
    kind = reader.number("i")
    if kind not in BLOCKS:
        raise reader.broken(
            tr("its tensor {name} has the unknown number format {kind}", name=name, kind=str(kind))
        )
    values, size = BLOCKS[kind]
    elements = 1
    for length in shape:
        if length < 0:
            raise reader.broken(tr("its tensor {name} has a negative size", name=name))
        elements *= length
    if shape and shape[0] % values:
        raise reader.broken(
            tr(
                "its tensor {name} does not divide into blocks of {values}",
                name=name,
                values=values,
            )
        )
    return Tensor(name, shape, kind, reader.number("Q"), elements // values * size)
