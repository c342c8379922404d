"""Writing the trained network as GGUF, as llama.cpp's `phi3` architecture reads it."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

from model import Demo
from tokenizer import CONTROLS, Tokenizer, byte_letters

# Phi-4's own template: no newlines anywhere.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '<|im_sep|>' + "
    "message['content'] + '<|im_end|>' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}"
)
DESCRIPTION = (
    "The guide built into Phial, a desktop chat for Phi-4: a demo trained from scratch on "
    "generated dialogues. It knows Phial, small sums and little else."
)


def write(model: Demo, tokenizer: Tokenizer, path: Path) -> None:
    """Write `path`; matrices as Q8_0, norms as 32-bit floats."""
    shape = model.shape
    writer = gguf.GGUFWriter(path, "phi3")
    # llama.cpp guesses a template from names; this one must not look like Phi-3's.
    writer.add_name("Phial demo")
    writer.add_author("The Phial authors")
    writer.add_description(DESCRIPTION)
    writer.add_license("mit")
    writer.add_languages(["en", "fr", "de"])
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_sliding_window(0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    _add_tokenizer(writer, tokenizer)
    for name, tensor in _tensors(model):
        if tensor.ndim == 1:
            writer.add_tensor(name, tensor)
        else:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quants.quantize(tensor, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _tensors(model: Demo) -> list[tuple[str, np.ndarray]]:
    """Weights under llama.cpp's names."""
    return [
        (name.replace("blocks.", "blk."), weight.detach().float().numpy())
        for name, weight in model.named_parameters()
    ]


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    letters = byte_letters()

    def spell(token: int) -> str:
        return "".join(letters[byte] for byte in tokenizer.spellings[token])

    plain = [spell(token) for token in range(len(tokenizer) - len(CONTROLS))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("dbrx")
    writer.add_token_list([*plain, *CONTROLS])
    writer.add_token_types(
        [gguf.TokenType.NORMAL] * len(plain) + [gguf.TokenType.CONTROL] * len(CONTROLS)
    )
    writer.add_token_merges([f"{spell(a)} {spell(b)}" for a, b in tokenizer.merges])
    writer.add_bos_token_id(tokenizer.control("<|endoftext|>"))
    writer.add_eos_token_id(tokenizer.control("<|im_end|>"))
    writer.add_pad_token_id(tokenizer.control("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
