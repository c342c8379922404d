from __future__ import annotations

import dataclasses
import io
import random
import struct
from pathlib import Path

import pytest

from app.domain.errors import ModelFileError
from app.domain.gguf.checks import unsound
from app.domain.gguf.header import GgufHeader, read_gguf_file, read_gguf_header
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


# --- values that llama.cpp answers with abort(), a crash or a loop -------------------------------


def with_values(data: bytes, *entries: tuple[str, bytes]) -> bytes:
    """``data`` with entries in front of its own, and filled up so that its tensors stay aligned."""
    added = b"".join(_text(key) + value for key, value in entries)
    head = _text("test.padding") + struct.pack("<i", 8)
    filled = -(len(added) + len(head) + 8) % 32
    added += head + _text("." * filled)
    tensors, values = struct.unpack_from("<QQ", data, 8)
    counts = struct.pack("<QQ", tensors, values + len(entries) + 1)
    return data[:8] + counts + added + data[24:]


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def whole(number: int) -> bytes:
    return struct.pack("<iI", 4, number)


def real(number: float) -> bytes:
    return struct.pack("<if", 6, number)


def said(text: str) -> bytes:
    return struct.pack("<i", 8) + _text(text)


def several(*numbers: int) -> bytes:
    return struct.pack(f"<iiQ{len(numbers)}I", 9, 4, len(numbers), *numbers)


def changed(data: bytes, key: str, value: bytes) -> bytes:
    """``data`` with another value of the same size for a key it has."""
    at = data.index(_text(key)) + len(_text(key))
    return data[:at] + value + data[at + len(value) :]


UNSOUND = [
    ("block_count", whole(0)),
    ("block_count", whole(513)),
    ("block_count", whole(2**32 - 1)),
    ("context_length", whole(0)),
    ("context_length", whole(2**31)),
    ("embedding_length", whole(0)),
    ("embedding_length", whole(2**31)),
    ("attention.head_count", whole(0)),
    ("attention.head_count", whole(7)),
    ("attention.head_count", whole(2**32 - 1)),
    ("attention.head_count_kv", whole(0)),
    ("attention.head_count_kv", whole(2)),
    ("attention.head_count_kv", whole(2**32 - 1)),
    ("rope.dimension_count", whole(0)),
    ("rope.dimension_count", whole(31)),
    ("rope.dimension_count", whole(64)),
    ("rope.freq_base", real(0)),
    ("rope.freq_base", real(float("nan"))),
    ("attention.layer_norm_rms_epsilon", real(-1)),
    ("attention.layer_norm_rms_epsilon", real(float("nan"))),
]
UNSOUND_MORE = [
    ("attention.key_length", whole(0)),
    ("attention.key_length", whole(2**31)),
    ("attention.value_length", whole(0)),
    ("attention.value_length", whole(16)),
    ("rope.scaling.type", said("sideways")),
    ("rope.scaling.factor", real(float("nan"))),
    ("rope.scaling.factor", real(-2)),
    ("expert_count", whole(2_000)),
    ("expert_count", whole(4)),
    ("expert_used_count", whole(4)),
    ("expert_group_count", whole(4)),
    ("nextn_predict_layers", whole(3)),
    ("vocab_size", whole(0)),
]


@pytest.mark.parametrize(("key", "value"), UNSOUND)
def test_a_value_that_ends_llama_cpp_is_refused_in_words(
    model: bytes, key: str, value: bytes
) -> None:
    assert "tiny.gguf cannot be used: it" in refused(changed(model, f"phi3.{key}", value))


@pytest.mark.parametrize(("key", "value"), UNSOUND_MORE)
def test_an_added_value_that_ends_llama_cpp_is_refused_in_words(
    model: bytes, key: str, value: bytes
) -> None:
    assert "tiny.gguf cannot be used: it" in refused(with_values(model, (f"phi3.{key}", value)))


def test_values_that_only_look_odd_are_left_to_llama_cpp(model: bytes) -> None:
    for key, value in (
        ("rope.scaling.type", said("yarn")),
        ("rope.scaling.factor", real(0)),
        ("attention.key_length", whole(32)),
        ("expert_count", whole(0)),
        ("attention.sliding_window", whole(0)),
    ):
        read_gguf_header(io.BytesIO(with_values(model, (f"phi3.{key}", value))), "tiny.gguf")


def test_layers_without_attention_are_no_fault_of_models_that_have_such() -> None:
    def header(architecture: str, **values: int) -> str:
        own = {f"{architecture}.{k.replace('__', '.')}": v for k, v in values.items()}
        found = {"general.architecture": architecture, **own}
        return unsound(GgufHeader(3, 0, found, {}, (), 0, {}))

    assert not header("mamba", block_count=2, attention__head_count=0)
    assert header("phi3", block_count=2, attention__head_count=0)
    mixed = {"lfm2.attention.head_count_kv": (0.0, 8.0, 0.0)}
    values = {
        "general.architecture": "lfm2",
        "lfm2.block_count": 3,
        "lfm2.attention.head_count": 32,
    }
    assert not unsound(GgufHeader(3, 0, values, mixed, (), 0, {}))
    mixed = {"lfm2.attention.head_count_kv": (0.0, 7.0, 0.0)}
    assert unsound(GgufHeader(3, 0, values, mixed, (), 0, {}))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("blk.0.attn_qkv.weight", 26),
        ("output.weight", 24),
        ("token_embd.weight", 28),
        ("blk.1.attn_norm.weight", 26),
        ("blk.1.ffn_norm.weight", 30),
        ("output_norm.weight", 8),
    ],
)
def test_weights_stored_as_no_operator_reads_them_are_refused(
    model: bytes, name: str, kind: int
) -> None:
    header = read_gguf_header(io.BytesIO(model), "tiny.gguf")
    tensors = [
        dataclasses.replace(one, type=kind) if one.name == name else one for one in header.tensors
    ]
    assert name in unsound(dataclasses.replace(header, tensors=tuple(tensors)))


def test_numbers_of_experts_are_whole_and_no_weights(model: bytes) -> None:
    header = read_gguf_header(io.BytesIO(model), "tiny.gguf")
    chosen = dataclasses.replace(header.tensors[0], name="blk.0.ffn_gate_tid2eid.weight", type=26)
    assert not unsound(dataclasses.replace(header, tensors=(*header.tensors, chosen)))


def test_tensors_that_begin_at_an_odd_byte_are_refused(model: bytes) -> None:
    header = read_gguf_header(io.BytesIO(model), "tiny.gguf")
    first = dataclasses.replace(header.tensors[0], start=header.tensors[0].start + 8)
    assert "32" in unsound(dataclasses.replace(header, tensors=(first, *header.tensors[1:])))


def test_a_layer_without_heads_for_keys_is_refused_where_every_layer_has_attention(
    model: bytes,
) -> None:
    header = read_gguf_header(io.BytesIO(model), "tiny.gguf")
    key = "phi3.attention.head_count_kv"
    values = {name: value for name, value in header.values.items() if name != key}
    mixed = dataclasses.replace(header, values=values, numbers={key: (1, 0)})
    assert "heads for keys" in unsound(mixed)


def test_a_vocabulary_of_sentencepiece_without_a_token_for_each_byte_is_refused(
    model: bytes,
) -> None:
    # llama.cpp looks each byte up that no token has, and its exception ends the process.
    header = read_gguf_header(io.BytesIO(model), "tiny.gguf")
    assert header.bytes_lacking
    values = {**header.values, "tokenizer.ggml.model": "llama"}
    assert "256 bytes" in unsound(dataclasses.replace(header, values=values))
    assert not unsound(dataclasses.replace(header, values=values, bytes_lacking=0))


@pytest.mark.parametrize("name", ["token_type", "scores"])
def test_a_vocabulary_with_fewer_kinds_or_scores_than_tokens_is_refused(
    model: bytes, name: str
) -> None:
    header = read_gguf_header(io.BytesIO(model), "tiny.gguf")
    lengths = {**header.lengths, f"tokenizer.ggml.{name}": header.vocabulary - 1}
    assert "for" in unsound(dataclasses.replace(header, lengths=lengths))


def test_a_vocabulary_larger_than_its_weights_is_refused(model: bytes) -> None:
    header = read_gguf_header(io.BytesIO(model), "tiny.gguf")
    assert unsound(dataclasses.replace(header, vocabulary=header.vocabulary + 1))
