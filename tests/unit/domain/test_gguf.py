from __future__ import annotations

import io
import random
import struct
from pathlib import Path

import pytest

from app.domain.errors import ModelFileError
from app.domain.gguf import read_gguf_file, read_gguf_header
from tests.support.gguf_factory import ModelSpec, letters, vocabulary, write_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("gguf")
    return write_model(folder / "tiny.gguf", ModelSpec(script=letters("abc"))).read_bytes()


def refused(data: bytes) -> str:
    with pytest.raises(ModelFileError) as caught:
        read_gguf_header(io.BytesIO(data), "tiny.gguf")
    return caught.value.what


def test_the_header_says_what_the_model_is(model: bytes) -> None:
    spec = ModelSpec(script=letters("abc"))
    header = read_gguf_header(io.BytesIO(model), "tiny.gguf")
    tokens, _ = vocabulary(spec)
    assert header.architecture == "phi3"
    assert header.name == "Tiny scripted"
    assert header.quantization == "F32"
    assert header.layers == 2
    assert header.trained_context == 2048
    assert header.vocabulary == len(tokens)
    assert header.kv_values_per_token == 2 * 1 * (32 + 32)
    assert "<|im_sep|>" in header.template
    assert header.split_count == 1
    last = max(header.tensors, key=lambda tensor: tensor.start)
    assert last.start + last.size <= header.file_size
    assert header.parameters * 4 == header.weights_bytes


def test_each_kind_of_damage_is_named(model: bytes) -> None:
    assert "empty" in refused(b"")
    assert "not a GGUF" in refused(b"GG")
    assert "not a GGUF" in refused(b"<html>not found</html>")
    assert "version" in refused(model[:4] + struct.pack("<I", 77) + model[8:])
    assert "big-endian" in refused(model[:4] + struct.pack(">I", 3) + model[8:])
    assert "cut short" in refused(model[:100])
    assert "cut short" in refused(model[:-1000])


@pytest.mark.parametrize("offset", [8, 16])
def test_absurd_counts_are_refused_before_anything_is_allocated(model: bytes, offset: int) -> None:
    for count in (2**63 - 1, 2**62, 2**40, 2**33):
        data = model[:offset] + struct.pack("<Q", count) + model[offset + 8 :]
        assert "more than the file could hold" in refused(data)


def test_a_vocabulary_with_a_token_twice_is_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path / "twice.gguf", ModelSpec(duplicate_tokens=True))
    with pytest.raises(ModelFileError, match="same token twice"):
        read_gguf_file(path)


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no model file"):
        read_gguf_file(tmp_path / "nothing.gguf")
    with pytest.raises(ModelFileError, match="folder"):
        read_gguf_file(tmp_path)


def test_five_hundred_mutated_headers_are_read_or_refused_and_nothing_else(model: bytes) -> None:
    chance = random.Random(11)
    end = 12_000  # all metadata and tensor entries
    reasons = []
    for _ in range(500):
        data = bytearray(model)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(end)
            match chance.randrange(4):
                case 0:
                    data[at] ^= 1 << chance.randrange(8)
                case 1:
                    data[at : at + 8] = struct.pack("<Q", chance.getrandbits(64))
                case 2:
                    del data[at : at + chance.randint(1, 16)]
                case _:
                    data[at : at + 4] = struct.pack("<I", chance.choice([0, 2**31, 2**32 - 1]))
        try:
            read_gguf_header(io.BytesIO(bytes(data)), "mutated.gguf")
        except ModelFileError as error:
            reasons.append(error.what)
    assert all(reason.startswith("The model file mutated.gguf cannot be") for reason in reasons)
    assert len(reasons) > 200
