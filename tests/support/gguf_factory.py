"""Makes tiny GGUF models of the phi3 architecture that say a script, through the real llama.cpp.

The embeddings are one-hot, the blocks add nothing, and the output matrix is a table of "after this
token comes that one". So a model of a few hundred kilobytes answers word for word, for ever the
same. With ``depends_on_history`` the blocks are random instead: the text is nonsense, but every
token depends on all before it, which is what tests of the KV cache need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

PHI4_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '<|im_sep|>' + "
    "message['content'] + '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}"
)
PHI4_CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_sep|>", "<|im_end|>")
HEAD = 32
CERTAIN = 40.0  # a logit that no other token comes near


def byte_tokens() -> list[str]:
    """GPT-2's printable stand-ins for the 256 bytes, by byte value."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    stand_ins = {byte: chr(byte) for byte in printable}
    extra = (byte for byte in range(256) if byte not in stand_ins)
    stand_ins.update({byte: chr(256 + index) for index, byte in enumerate(extra)})
    return [stand_ins[byte] for byte in range(256)]


def spelled(piece: bytes) -> str:
    """A piece of text as GPT-2 vocabularies write it."""
    table = byte_tokens()
    return "".join(table[byte] for byte in piece)


def letters(text: str) -> list[bytes]:
    """``text`` as single bytes; each may appear once, so that any of them tells where we are."""
    pieces = [bytes([byte]) for byte in text.encode()]
    assert len(set(pieces)) == len(pieces), "a byte appears twice"
    return pieces


def pieces_of(text: str) -> list[bytes]:
    """``text`` as words, joined where one would appear twice."""
    found: list[str] = []
    open_piece = ""
    for word in text.replace(" ", "\0 ").split("\0"):
        open_piece += word
        if open_piece and open_piece not in found and len(open_piece.encode()) > 1:
            found.append(open_piece)
            open_piece = ""
    if open_piece:
        found[-1:] = [found[-1] + open_piece] if found else [open_piece]
    return [piece.encode() for piece in found]


@dataclass(frozen=True)
class ModelSpec:
    """What the model is.

    Attributes:
        script: Pieces of the answer, each one token; no piece twice.
        loop: After the last piece comes the first, for ever, instead of the end of the turn.
        context: Trained context, in tokens.
        layers: Blocks.
        name: ``general.name``.
        template: jinja, as files carry it; empty for none.
        controls: Control tokens.
        depends_on_history: Random blocks.
        table: Logits by (token before, token after) that override the script's.
        seed: For the random numbers.
        file_type: What quantization the header speaks of.
        duplicate_tokens: Make the file that llama.cpp aborts on.
        whole: A piece is one token in a prompt too, wherever it stands; ASCII only.
    """

    script: Sequence[bytes] = field(default_factory=lambda: letters("Hello, big world!"[:3]))
    loop: bool = False
    context: int = 2048
    layers: int = 2
    name: str = "Tiny scripted"
    template: str = PHI4_TEMPLATE
    controls: Sequence[str] = PHI4_CONTROLS
    end: str = "<|im_end|>"
    start: str = "<|im_sep|>"
    depends_on_history: bool = False
    table: Mapping[tuple[int, int], float] = field(default_factory=dict)
    seed: int = 7
    file_type: gguf.LlamaFileType = gguf.LlamaFileType.ALL_F32
    duplicate_tokens: bool = False
    whole: bool = False


def vocabulary(spec: ModelSpec) -> tuple[list[str], dict[bytes, int]]:
    """All tokens, and the id of every piece of text that is one."""
    tokens = byte_tokens()
    ids = {bytes([byte]): byte for byte in range(256)}
    controls = {control.encode() for control in spec.controls}
    for piece in (b"he", *spec.script):
        if piece not in ids and piece not in controls:
            ids[piece] = len(tokens)
            tokens.append(piece.decode("ascii") if spec.whole else spelled(piece))
    for control in spec.controls:
        ids[control.encode()] = len(tokens)
        tokens.append(control)
    if spec.duplicate_tokens:
        tokens.append(tokens[65])
    return tokens, ids


def write_model(path: Path, spec: ModelSpec | None = None) -> Path:
    """Write the model to ``path`` and return it."""
    spec = spec or ModelSpec()
    tokens, ids = vocabulary(spec)
    width = -(-len(tokens) // HEAD) * HEAD
    writer = gguf.GGUFWriter(path, "phi3")
    writer.add_name(spec.name)
    writer.add_file_type(spec.file_type)
    writer.add_context_length(spec.context)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(HEAD)
    writer.add_block_count(spec.layers)
    writer.add_head_count(width // HEAD)
    writer.add_head_count_kv(1)
    writer.add_rope_dimension_count(HEAD)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    _add_vocabulary(writer, spec, tokens, ids)
    for name, data in _tensors(spec, width, len(tokens), ids).items():
        writer.add_tensor(name, data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_vocabulary(
    writer: gguf.GGUFWriter, spec: ModelSpec, tokens: list[str], ids: dict[bytes, int]
) -> None:
    control = {ids[text.encode()] for text in spec.controls}
    whole = {ids[piece] for piece in spec.script if spec.whole and len(piece) > 1}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("dbrx")
    writer.add_token_list(tokens)
    kinds = [gguf.TokenType.NORMAL] * len(tokens)
    for index in whole:
        kinds[index] = gguf.TokenType.USER_DEFINED
    for index in control:
        kinds[index] = gguf.TokenType.CONTROL
    writer.add_token_types(kinds)
    writer.add_token_merges(["h e"])
    writer.add_bos_token_id(ids[spec.controls[0].encode()])
    writer.add_eos_token_id(ids[spec.end.encode()])
    writer.add_add_bos_token(False)
    if spec.template:
        writer.add_chat_template(spec.template)


def _tensors(
    spec: ModelSpec, width: int, count: int, ids: dict[bytes, int]
) -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(spec.seed)
    embedding = np.zeros((count, width), np.float32)
    embedding[np.arange(count), np.arange(count)] = 1.0
    # The norm before the output scales a one-hot vector to the square root of its width.
    output = np.zeros((count, width), np.float32)
    unit = 1 / np.sqrt(width)
    for before, after in _bigrams(spec, ids):
        output[after, before] = CERTAIN * unit
    for (before, after), logit in spec.table.items():
        output[after, before] = logit * unit
    if spec.depends_on_history:
        output += random.normal(0, 0.6, output.shape).astype(np.float32)
        # Rarely a control token, so that answers are long; never two logits that are equal.
        output[[ids[control.encode()] for control in spec.controls]] *= 0.3
    tensors = {
        "token_embd.weight": embedding,
        "output_norm.weight": np.ones(width, np.float32),
        "output.weight": output,
    }
    mix = 0.5 if spec.depends_on_history else 0.0
    for block in range(spec.layers):
        shapes = {
            "attn_qkv": (width + 2 * HEAD, width),
            "attn_output": (width, width),
            "ffn_up": (2 * HEAD, width),
            "ffn_down": (width, HEAD),
        }
        for name, shape in shapes.items():
            scale = 0.5 if name == "attn_qkv" else mix
            data = random.normal(0, 1, shape).astype(np.float32) * np.float32(scale)
            tensors[f"blk.{block}.{name}.weight"] = data
        for norm in ("attn_norm", "ffn_norm"):
            tensors[f"blk.{block}.{norm}.weight"] = np.ones(width, np.float32)
    return tensors


def _bigrams(spec: ModelSpec, ids: dict[bytes, int]) -> list[tuple[int, int]]:
    script = [ids[piece] for piece in spec.script]
    last = script[0] if spec.loop else ids[spec.end.encode()]
    pairs = list(zip(script, [*script[1:], last], strict=True))
    return [(ids[spec.start.encode()], script[0]), *pairs]
