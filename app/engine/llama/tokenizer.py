"""Text to token ids and back, by the model's own vocabulary."""

from __future__ import annotations

import codecs
import ctypes
from functools import cached_property
from typing import Any

from app.domain.answers.calculation import TOOL_TOKENS
from app.domain.answers.reasoning import MARK_TEXTS
from app.domain.errors import EngineError, InvalidValueError
from app.domain.generation import RawPrompt
from app.language import tr

PIECE_BYTES = 1_024  # first try; a longer token says how much it needs


def encodable(text: str) -> bytes:
    """UTF-8 bytes of any Python text: paired surrogates join, lone ones become U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


class Tokenizer:
    """The vocabulary of a loaded model. Only the thread that owns the model may use it."""

    def __init__(self, c: Any, model: Any) -> None:
        self._c = c
        self.vocab = c.llama_model_get_vocab(model)
        self.size: int = c.llama_vocab_n_tokens(self.vocab)
        self._buffer = ctypes.create_string_buffer(PIECE_BYTES)
        self._pieces: dict[int, bytes] = {}

    @cached_property
    def controls(self) -> frozenset[int]:
        """Control tokens that are no text and end nothing. Finding them takes some 50 ms, once."""
        c, vocab = self._c, self.vocab
        found = (n for n in range(self.size) if c.llama_vocab_is_control(vocab, n))
        return frozenset(
            n for n in found if not c.llama_vocab_is_eog(vocab, n) and not self.piece(n)
        )

    @cached_property
    def end_token(self) -> int:
        """A token that the model itself calls an end of generation; -1 where it has none."""
        end: int = self._c.llama_vocab_eos(self.vocab)
        if end >= 0 and self.is_end_of_generation(end):
            return end
        return next((n for n in range(self.size) if self.is_end_of_generation(n)), -1)

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Token ids of ``text``.

        Args:
            text: Any text; NUL and lone surrogates are allowed.
            special: Read control-token text as control tokens. Never for a user's text.
        """
        data = encodable(text)
        room = len(data) + 8
        tokens = (ctypes.c_int32 * room)()
        count = self._c.llama_tokenize(self.vocab, data, len(data), tokens, room, False, special)
        if count < 0:
            room = -count
            tokens = (ctypes.c_int32 * room)()
            count = self._c.llama_tokenize(
                self.vocab, data, len(data), tokens, room, False, special
            )
        if count < 0:
            raise EngineError(tr("The text could not be turned into tokens."))
        return tokens[:count]

    def count(self, text: str) -> int:
        """Number of tokens of ``text``, without markup."""
        return len(self.tokenize(text))

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; empty for control tokens but those around reasoning."""
        known = self._pieces.get(token)
        if known is not None:
            return known
        buffer = self._buffer
        length = self._c.llama_token_to_piece(self.vocab, token, buffer, len(buffer), 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = self._c.llama_token_to_piece(self.vocab, token, buffer, len(buffer), 0, False)
        data = buffer.raw[: max(0, length)]
        if not data and (spelled := self._spelled(token)) in MARK_TEXTS:
            data = spelled.encode()
        self._pieces[token] = data
        return data

    def control_token(self, text: str) -> int | None:
        """The id of a control token, or None where the vocabulary lacks it."""
        ids = self.tokenize(text, special=True)
        if len(ids) != 1 or not self._c.llama_vocab_is_control(self.vocab, ids[0]):
            return None
        return ids[0]

    @cached_property
    def call_marks(self) -> dict[int, bytes]:
        """What stands for the control tokens by which a model that was trained to calls a tool."""
        found = {self.control_token(token): text for token, text in TOOL_TOKENS.items()}
        return {token: text.encode() for token, text in found.items() if token is not None}

    def is_end_of_generation(self, token: int) -> bool:
        """Whether the model itself calls this an end of generation."""
        return bool(self._c.llama_vocab_is_eog(self.vocab, token))

    def bos_token(self) -> list[int]:
        """The begin-of-text token, where the model wants one."""
        if not self._c.llama_vocab_get_add_bos(self.vocab):
            return []
        token = self._c.llama_vocab_bos(self.vocab)
        return [] if token < 0 else [token]

    def raw_prompt(self, raw: RawPrompt) -> list[int]:
        """Token ids of a text to go on with; with a suffix, prefix and suffix before the middle.

        Raises:
            InvalidValueError: There is a suffix, and the vocabulary has no tokens for it; or there
                is nothing at all to begin with.
        """
        if raw.suffix is None:
            ids = self.bos_token() + self.tokenize(raw.text)
            if not ids:
                raise InvalidValueError(tr("There is no text to go on with."))
            return ids
        c, vocab = self._c, self.vocab
        before, after, between = (
            c.llama_vocab_fim_pre(vocab),
            c.llama_vocab_fim_suf(vocab),
            c.llama_vocab_fim_mid(vocab),
        )
        if min(before, after, between) < 0:
            raise InvalidValueError(
                tr("This model cannot fill in the middle: it knows no text that comes after."),
                action=tr("Leave the suffix out, or choose a model made for code."),
            )
        first, last = self.tokenize(raw.text), self.tokenize(raw.suffix)
        return [*self.bos_token(), before, *first, after, *last, between]

    def marks(self) -> tuple[str, str]:
        """Texts of the tokens that begin a text and end a turn; empty where there is none."""
        begin, end = self._c.llama_vocab_bos(self.vocab), self._c.llama_vocab_eos(self.vocab)
        return self._spelled(begin), self._spelled(end)

    def _spelled(self, token: int) -> str:
        """A token as the vocabulary spells it, control tokens too."""
        if token < 0:
            return ""
        return bytes(self._c.llama_vocab_get_text(self.vocab, token)).decode("utf-8", "replace")


class Detokenizer:
    """Joins token bytes to text and never lets go of half a character."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> str:
        """The characters that are complete now."""
        return self._decoder.decode(data)

    @property
    def whole(self) -> bool:
        """Whether what came so far ends with a whole character."""
        return not self._decoder.getstate()[0]

    def end(self) -> str:
        """What is left: U+FFFD for a character that was never finished."""
        return self._decoder.decode(b"", final=True)
