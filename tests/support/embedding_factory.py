"""Makes tiny embedding models that know which words mean the same, through the real llama.cpp.

The architecture is BERT's. Words of one group share a vector of random numbers, other words have
none; the one block adds nothing, and a text's vector is the mean of its words'. So a question finds
the passages about the same things, whatever words they say it in.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gguf
import numpy as np

WIDTH, CONTEXT = 64, 128
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNKNOWN, CLS, SEP, MASK = range(len(SPECIAL))
GROUPS = (
    ("automobile", "car", "vehicle"),
    ("doctor", "physician"),
    ("bridge", "crossing"),
    ("money", "price", "cost"),
    ("river", "stream"),
    ("lamp", "light"),
)
"""Words that mean the same."""


def write_embedding_model(
    path: Path, groups: Sequence[Sequence[str]] = GROUPS, *, seed: int = 3, pooling: int = 1
) -> Path:
    """Write the model to ``path`` and return it; ``pooling`` is llama.cpp's number, 1 the mean."""
    words = [(word, number) for number, group in enumerate(groups) for word in group]
    tokens = [*SPECIAL, *(f"\u2581{word}" for word, _ in words)]
    rng = np.random.default_rng(seed)
    meanings = rng.normal(size=(len(groups), WIDTH)).astype(np.float32)
    vectors = np.zeros((len(tokens), WIDTH), np.float32)
    vectors[MASK] = meanings[0]  # who reads it as a control token is found out
    for index, (_word, number) in enumerate(words):
        vectors[len(SPECIAL) + index] = meanings[number]
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_name("Tiny meanings")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(WIDTH)
    writer.add_block_count(1)
    writer.add_head_count(2)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType(pooling))
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    kinds = [gguf.TokenType.CONTROL] * len(SPECIAL) + [gguf.TokenType.NORMAL] * len(words)
    writer.add_token_types(kinds)
    writer.add_token_type_count(1)
    writer.add_pad_token_id(PAD)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_bos_token_id(CLS)
    writer.add_sep_token_id(SEP)
    writer.add_mask_token_id(MASK)
    ones, nothing = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)
    square = np.zeros((WIDTH, WIDTH), np.float32)
    writer.add_tensor("token_embd.weight", vectors)
    writer.add_tensor("token_types.weight", np.zeros((1, WIDTH), np.float32))
    writer.add_tensor("position_embd.weight", np.zeros((CONTEXT, WIDTH), np.float32))
    for norm in ("token_embd_norm", "blk.0.attn_output_norm", "blk.0.layer_output_norm"):
        writer.add_tensor(f"{norm}.weight", ones)
        writer.add_tensor(f"{norm}.bias", nothing)
    for part in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down"):
        writer.add_tensor(f"blk.0.{part}.weight", square)
        writer.add_tensor(f"blk.0.{part}.bias", nothing)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
