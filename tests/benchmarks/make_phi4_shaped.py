"""Writes a GGUF of Phi-4's shape with random Q4_K weights: 14.7 B parameters, 8.3 GB, no meaning.

    python tests/benchmarks/make_phi4_shaped.py /somewhere/phi4-shaped.gguf [--layers 40] [--script]

Speed does not depend on what the weights say, so it stands in for the real file in benchmarks.
The scales are chosen so that weights have a deviation of about 0.02 and nothing overflows.

With ``--script`` the blocks cost what they cost and add nothing, and the model says the alphabet
over and over: guesses at its next tokens come true, which is what drafting is measured on.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import BinaryIO

import gguf
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.gguf_factory import PHI4_CONTROLS, PHI4_TEMPLATE, byte_tokens

EMBEDDING, FEED_FORWARD, HEADS, KV_HEADS, HEAD = 5_120, 17_920, 40, 10, 128
VOCABULARY, CONTEXT, ROPE_BASE = 100_352, 16_384, 250_000.0
POOL_BLOCKS = 200_000  # random blocks that are repeated over and over
Q4_K, Q6_K = gguf.GGMLQuantizationType.Q4_K, gguf.GGMLQuantizationType.Q6_K


def pool_q4_k(random: np.random.Generator) -> NDArray[np.uint8]:
    """Blocks of 256 weights: d, dmin (f16), 12 bytes of scales, 128 bytes of 4-bit numbers."""
    blocks = random.integers(0, 256, (POOL_BLOCKS, 144), np.uint8)
    scale = np.float16(1.4e-4)
    blocks[:, 0:2] = np.frombuffer(scale.tobytes(), np.uint8)
    blocks[:, 2:4] = np.frombuffer(np.float16(7.5 * scale).tobytes(), np.uint8)
    return blocks


def pool_q6_k(random: np.random.Generator) -> NDArray[np.uint8]:
    """Blocks of 256 weights: 192 bytes of 6-bit numbers, 16 signed scales, d (f16)."""
    blocks = random.integers(0, 256, (POOL_BLOCKS // 4, 210), np.uint8)
    blocks[:, 208:210] = np.frombuffer(np.float16(1.5e-5).tobytes(), np.uint8)
    return blocks


def tensors(layers: int) -> list[tuple[str, tuple[int, ...], gguf.GGMLQuantizationType | None]]:
    """Names, shapes as numpy has them (slowest first), and types; None is F32 ones."""
    wide = EMBEDDING + 2 * KV_HEADS * HEAD
    found: list[tuple[str, tuple[int, ...], gguf.GGMLQuantizationType | None]] = [
        ("token_embd.weight", (VOCABULARY, EMBEDDING), Q4_K),
        ("output_norm.weight", (EMBEDDING,), None),
        ("output.weight", (VOCABULARY, EMBEDDING), Q6_K),
    ]
    for layer in range(layers):
        found += [
            (f"blk.{layer}.attn_norm.weight", (EMBEDDING,), None),
            (f"blk.{layer}.attn_qkv.weight", (wide, EMBEDDING), Q4_K),
            (f"blk.{layer}.attn_output.weight", (EMBEDDING, EMBEDDING), Q4_K),
            (f"blk.{layer}.ffn_norm.weight", (EMBEDDING,), None),
            (f"blk.{layer}.ffn_up.weight", (2 * FEED_FORWARD, EMBEDDING), Q4_K),
            (f"blk.{layer}.ffn_down.weight", (EMBEDDING, FEED_FORWARD), Q4_K),
        ]
    return found


def add_metadata(writer: gguf.GGUFWriter, layers: int) -> None:
    """What Phi-4's own files say, with a vocabulary of made-up tokens."""
    tokens = [*byte_tokens(), "he"]
    tokens += [f"word{number}" for number in range(VOCABULARY - len(tokens) - len(PHI4_CONTROLS))]
    tokens += PHI4_CONTROLS
    kinds = [gguf.TokenType.NORMAL] * (VOCABULARY - len(PHI4_CONTROLS))
    kinds += [gguf.TokenType.CONTROL] * len(PHI4_CONTROLS)
    writer.add_name("Random weights in the shape of a 14B")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(EMBEDDING)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_block_count(layers)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HEAD)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("dbrx")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(["h e"])
    writer.add_bos_token_id(VOCABULARY - 4)
    writer.add_eos_token_id(VOCABULARY - 1)
    writer.add_add_bos_token(False)
    writer.add_chat_template(PHI4_TEMPLATE)


def write_random(file: BinaryIO, pool: NDArray[np.uint8], blocks: int, start: int) -> None:
    """``blocks`` blocks from the pool, beginning somewhere in it."""
    at = start % len(pool)
    while blocks:
        count = min(blocks, len(pool) - at)
        file.write(pool[at : at + count].tobytes())
        blocks -= count
        at = 0


SCRIPT = b"abcdefghijklmnopqrstuvwxyz"
SEPARATOR = VOCABULARY - len(PHI4_CONTROLS) + PHI4_CONTROLS.index("<|im_sep|>")
SILENT = ("attn_output.weight", "ffn_down.weight")  # what blocks add to the stream of values


def scripted(name: str, blocks: int) -> NDArray[np.uint8] | None:
    """The blocks of a tensor of a scripted model; None for one whose weights do not matter.

    Letter number i is embedded as one 1 at place i, and the output matrix has one 1 in the row of
    each letter at the place of the letter before it.
    """
    if name.endswith(SILENT):
        return np.zeros((blocks, 144), np.uint8)
    per_row = EMBEDDING // 256
    if name == "token_embd.weight":
        found = np.zeros((blocks, 144), np.uint8)
        for place, letter in enumerate(SCRIPT):
            found[letter * per_row] = _one_q4_k(place)
        found[SEPARATOR * per_row] = _one_q4_k(len(SCRIPT))
        return found
    if name == "output.weight":
        found = np.zeros((blocks, 210), np.uint8)
        for place in range(len(SCRIPT)):
            found[SCRIPT[(place + 1) % len(SCRIPT)] * per_row] = _one_q6_k(place)
        found[SCRIPT[0] * per_row, len(SCRIPT)] = 1  # and "a" also follows the answer's header
        return found
    return None


def _one_q4_k(place: int) -> NDArray[np.uint8]:
    """A Q4_K block of zeros with a 1 at ``place`` (below 32)."""
    block = np.zeros(144, np.uint8)
    block[0:2] = np.frombuffer(np.float16(1).tobytes(), np.uint8)  # d; dmin stays 0
    block[4] = 1  # scale of the first 32 weights
    block[16 + place] = 1  # the low half of a byte belongs to the first 32 weights
    return block


def _one_q6_k(place: int) -> NDArray[np.uint8]:
    """A Q6_K block that is 1 at ``place`` (below 32) and 0 elsewhere; a stored q means q - 32."""
    block = np.zeros(210, np.uint8)
    block[128:192] = 0b10101010  # the upper two bits of every weight: 32, which is 0
    block[place] = 1  # the lower four bits
    block[192:208] = 1  # scales
    block[208:210] = np.frombuffer(np.float16(1).tobytes(), np.uint8)
    return block


def write(path: Path, layers: int, *, script: bool = False) -> None:
    """Write the file, streaming."""
    random = np.random.default_rng(4)
    pools = {Q4_K: pool_q4_k(random), Q6_K: pool_q6_k(random)}
    writer = gguf.GGUFWriter(path, "phi3")
    add_metadata(writer, layers)
    plan = tensors(layers)
    for name, shape, kind in plan:
        count = int(np.prod(shape))
        if kind is None:
            writer.add_tensor_info(name, shape, np.dtype(np.float32), count * 4)
            continue
        block, size = gguf.GGML_QUANT_SIZES[kind]
        stored = (*shape[:-1], shape[-1] // block * size)
        writer.add_tensor_info(name, stored, np.dtype(np.uint8), count // block * size, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    assert writer.fout is not None
    file = writer.fout[0]
    writer.write_padding(file, file.tell())
    for index, (name, shape, kind) in enumerate(plan):
        count = int(np.prod(shape))
        if kind is None:
            file.write(np.ones(count, np.float32).tobytes())
        elif script and (said := scripted(name, count // 256)) is not None:
            file.write(said.tobytes())
        else:
            write_random(file, pools[kind], count // 256, index * 7_919)
        writer.write_padding(file, file.tell())
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--layers", type=int, default=40)
    parser.add_argument("--script", action="store_true")
    arguments = parser.parse_args()
    write(arguments.path, arguments.layers, script=arguments.script)
    print(f"{arguments.path}: {arguments.path.stat().st_size / 1e9:.2f} GB")
