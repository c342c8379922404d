"""Check `demo.gguf` through the real llama.cpp: the same tokens, and the same right answers.

    python models/demo/verify.py

Needs llama-cpp-python and gguf, not torch.
"""

from __future__ import annotations

import argparse
import ctypes
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import gguf
import llama_cpp

from dialogues import Dialogue, evaluation, freehand
from score import by_kind, table
from tokenizer import CONTROLS, Tokenizer, byte_letters

MODEL = Path(__file__).parent.parent / "demo.gguf"
LONGEST_ANSWER = 600


def read_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer as the file spells it."""
    fields = gguf.GGUFReader(path).fields
    bytes_of = {letter: byte for byte, letter in byte_letters().items()}
    tokens: list[str] = fields["tokenizer.ggml.tokens"].contents()
    ids = {token: number for number, token in enumerate(tokens)}
    if tuple(tokens[-len(CONTROLS) :]) != CONTROLS:
        raise SystemExit("the control tokens are not Phi-4's")
    if any(bytes_of[token] != number for number, token in enumerate(tokens[:256])):
        raise SystemExit("the first 256 tokens are not the bytes")
    merges: list[str] = fields["tokenizer.ggml.merges"].contents()
    pairs = (merge.split(" ") for merge in merges)
    return Tokenizer(tuple((ids[left], ids[right]) for left, right in pairs))


class Llama:
    """The low-level functions of llama.cpp on one file."""

    def __init__(self, path: Path, threads: int) -> None:
        self._log = llama_cpp.llama_log_callback(lambda *_: None)
        llama_cpp.llama_log_set(self._log, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        wanted = llama_cpp.llama_model_default_params()
        # Stock builds crash on processors with AMX otherwise (ggml-org/llama.cpp#20824).
        wanted.use_extra_bufts = False
        self.model = llama_cpp.llama_model_load_from_file(str(path).encode(), wanted)
        if not self.model:
            raise SystemExit(f"llama.cpp does not load {path}")
        context = llama_cpp.llama_context_default_params()
        context.n_ctx = context.n_batch = 2048
        context.n_threads = context.n_threads_batch = threads
        self.context = llama_cpp.llama_init_from_model(self.model, context)
        self.vocabulary = llama_cpp.llama_model_get_vocab(self.model)

    def tokenize(self, text: str) -> list[int]:
        """Plain text to ids, control tokens not recognised."""
        spelled = text.encode()
        room = (llama_cpp.llama_token * (len(spelled) + 8))()
        count = llama_cpp.llama_tokenize(
            self.vocabulary, spelled, len(spelled), room, len(room), False, False
        )
        return list(room[:count])

    def greedy(self, prompt: Sequence[int]) -> Iterator[int]:
        """The likeliest continuation, up to and with the end of the turn."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)
        size = llama_cpp.llama_vocab_n_tokens(self.vocabulary)
        fed = list(prompt)
        for _ in range(LONGEST_ANSWER):
            tokens = (llama_cpp.llama_token * len(fed))(*fed)  # the batch only points to them
            batch = llama_cpp.llama_batch_get_one(tokens, len(fed))
            if llama_cpp.llama_decode(self.context, batch):
                raise SystemExit("llama.cpp could not decode")
            logits = llama_cpp.llama_get_logits_ith(self.context, -1)[:size]
            token = max(range(size), key=logits.__getitem__)
            yield token
            if llama_cpp.llama_vocab_is_eog(self.vocabulary, token):
                return
            fed = [token]


def answer(llama: Llama, tokenizer: Tokenizer, dialogue: Dialogue) -> tuple[str, bool]:
    """What llama.cpp writes for the last question, and whether it ended its turn."""
    *before, last = dialogue.turns
    turns: list[tuple[str, str | None]] = [(turn.user, turn.answer) for turn in before]
    ids = list(llama.greedy(tokenizer.prompt(dialogue.system, [*turns, (last.user, None)])))
    return tokenizer.decode(ids), ids[-1] == tokenizer.control("<|im_end|>")


def main() -> int:
    """Print the table; return 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--seed", type=int, default=4, help="the seed of the training")
    parser.add_argument("--every", type=int, default=1, help="ask only every so many questions")
    parser.add_argument("--threads", type=int, default=2)
    todo = parser.parse_args()
    tokenizer, llama = read_tokenizer(todo.model), Llama(todo.model, todo.threads)
    asked = evaluation(todo.seed + 2) + freehand.dialogues()
    texts = {text for d in asked for t in d.turns for text in (t.user, t.answer)}
    texts |= {d.system for d in asked}
    other = [text for text in texts if llama.tokenize(text) != tokenizer.encode(text)]
    print(f"{len(texts)} texts, {len(other)} tokenized otherwise by llama.cpp", *other[:5])
    asked = asked[:: todo.every]
    began = time.monotonic()
    verdicts, unended = [], 0
    for dialogue in asked:
        said, ended = answer(llama, tokenizer, dialogue)
        unended += not ended
        verdicts.append(ended and said == dialogue.turns[-1].answer)
        if not verdicts[-1]:
            turn = dialogue.turns[-1]
            print(f"wrong: [{turn.kind}] {turn.user!r}\n    said {said[:90]!r}\n    not "
                  f"{turn.answer[:90]!r}")  # fmt: skip
    for line in table(by_kind(asked, verdicts)):
        print(line)
    print(f"{unended} answers without an end; {time.monotonic() - began:.0f} s")
    return 1 if other or unended else 0


if __name__ == "__main__":
    sys.exit(main())
