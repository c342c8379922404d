"""Draws that keep to a grammar: freely first, and anew among what is allowed where that is refused.

Masking a whole vocabulary costs 6 to 14 ms a token at 100,000 tokens; looking at the one token that
was drawn costs some microseconds, and a model that is told of a form obeys it mostly. What is drawn
this way has the chances of a draw from what is allowed alone: an allowed token comes with its own
chance, and with its share of what was refused.

llama.cpp ends the process when its grammar is given a token that it forbids, so each token is
looked at before the grammar takes note of it, and none comes behind its end.
"""

from __future__ import annotations

import codecs
import ctypes
import math
from array import array
from collections.abc import Collection
from typing import Any

from app.domain.errors import EngineError, InvalidValueError
from app.engine.llama.backend import Backend
from app.engine.llama.sampler import Sampler
from app.engine.llama.tokenizer import Tokenizer
from app.language import tr

MAX_GRAMMAR = 64 * 1024  # characters; real grammars have hundreds
MAX_NESTING = 100  # llama.cpp's grammar parser recurses
_REFUSED = -math.inf


class GrammarSampler:
    """One grammar, and where a text is in it.

    Args:
        backend: llama.cpp.
        tokenizer: The model's vocabulary.
        sampler: Draws; it is shared with whoever draws without a grammar before.
        grammar: GBNF.
        ends: Tokens that end the model's turn beside those that the model itself names.

    Raises:
        InvalidValueError: The grammar is not valid; says why.

    Attributes:
        refused: How many draws the grammar refused.
    """

    def __init__(
        self,
        backend: Backend,
        tokenizer: Tokenizer,
        sampler: Sampler,
        grammar: str,
        ends: Collection[int] = (),
    ) -> None:
        self._c = backend.c
        self._tokenizer, self._sampler = tokenizer, sampler
        self._ends = frozenset(ends)
        self._rules = _rules(backend, tokenizer.vocab, grammar)
        self._one = self._c.llama_token_data()
        self._ended = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self.refused = 0

    def close(self) -> None:
        """Free it; may be called twice."""
        if self._rules is not None:
            self._c.llama_sampler_free(self._rules)
            self._rules = None

    def sample(self, context: Any, index: int, logits: Any) -> int:
        """Draw the token that comes next and take note of it.

        Args:
            context: llama.cpp's context.
            index: Of the output.
            logits: Its logits, one for each token.

        Raises:
            EngineError: No token of the vocabulary is allowed here.
        """
        if self._sampler.remembers:  # what is refused must not count as a repetition
            token = self._drawn(logits, masked=False)
        else:
            token = self._sampler.sample(context, index)
        if not self._allows(token):
            self.refused += 1
            broken: set[int] = set()
            token = self._drawn(logits, masked=True)
            while not self._is_text(token):
                broken.add(token)
                token = self._drawn(logits, masked=True, broken=broken)
        self._accept(token)
        if self._sampler.remembers:
            self._sampler.note(token)
        return token

    def advance(self, text: str) -> bool:
        """Take note of a text that stands there already; whether the grammar allows it."""
        for token in self._tokenizer.tokenize(text):
            if not self._allows(token):
                return False
            self._accept(token)
        return True

    def _is_end(self, token: int) -> bool:
        return token in self._ends or self._tokenizer.is_end_of_generation(token)

    def _is_text(self, token: int) -> bool:
        """Whether a token goes on with whole characters.

        llama.cpp's grammar takes bytes that are no UTF-8 for one character, of which a text has
        several replacement characters: more than a bound may allow.
        """
        if self._is_end(token):
            return True
        state = self._decoder.getstate()
        try:
            self._decoder.decode(self._tokenizer.piece(token))
            begun = self._decoder.getstate()[0]
        except UnicodeDecodeError:
            return False
        finally:
            self._decoder.setstate(state)
        # Python waits for the third byte of half a surrogate pair before it calls it none.
        return not (begun[:1] == b"\xed" and begun[1:2] >= b"\xa0")

    def _allows(self, token: int) -> bool:
        if self._is_end(token):
            token = self._tokenizer.end_token
            if token < 0:  # only the template's markup ends a turn, which the grammar cannot know
                return True
        elif token in self._tokenizer.controls:
            return False  # their names are not words of an answer
        elif not self._is_text(token):
            return False
        one = self._one
        one.id, one.logit, one.p = token, 0.0, 0.0
        self._mask(ctypes.pointer(one), 1)
        return bool(one.logit > _REFUSED)

    def _mask(self, data: Any, count: int) -> Any:
        """Candidates without what the grammar refuses."""
        candidates = self._c.llama_token_data_array(data, count, -1, False)
        self._c.llama_sampler_apply(self._rules, ctypes.byref(candidates))
        return candidates

    def _accept(self, token: int) -> None:
        if self._ended or self._is_end(token):
            self._ended = True
            return
        self._c.llama_sampler_accept(self._rules, token)
        self._decoder.decode(self._tokenizer.piece(token))

    def _drawn(self, logits: Any, *, masked: bool, broken: Collection[int] = ()) -> int:
        """A token drawn from the logits, of which nobody took note.

        Args:
            logits: One for each token.
            masked: Only what the grammar allows.
            broken: Tokens that make no text here.
        """
        values, data = self._candidates(logits)
        count = self._tokenizer.size
        if masked:
            for token in (*self._tokenizer.controls, *self._ends, *broken):
                if not self._tokenizer.is_end_of_generation(token):
                    values[3 * token + 1] = _REFUSED
            candidates = self._mask(data, count)
            if max(values[1::3]) == _REFUSED:
                raise EngineError(
                    tr("The model has no word for what the form wants here."),
                    data=tr("The answer so far is saved."),
                    action=tr("Ask without a form, or for another one."),
                )
        else:
            candidates = self._c.llama_token_data_array(data, count, -1, False)
        return self._sampler.choose(candidates)

    def _candidates(self, logits: Any) -> tuple[array[float], Any]:
        """All tokens as llama.cpp keeps them: id, logit, probability, four bytes each."""
        count = self._tokenizer.size
        values = array("f", bytes(12 * count))
        values[0::3] = _bits_of_numbers(count)
        values[1::3] = array("f", ctypes.string_at(logits, 4 * count))
        address, _ = values.buffer_info()
        return values, ctypes.cast(address, ctypes.POINTER(self._c.llama_token_data))


def _bits_of_numbers(count: int) -> array[float]:
    """0, 1, 2 … as whole numbers, in an array that is copied as if they were others."""
    return array("f", array("i", range(count)).tobytes())


def _rules(backend: Backend, vocab: Any, grammar: str) -> Any:
    """A grammar sampler.

    llama.cpp returns NULL for what it cannot parse; what would exhaust its stack is refused before.
    """
    if len(grammar) > MAX_GRAMMAR:
        raise InvalidValueError(
            tr("The grammar is longer than {most} characters.", most=MAX_GRAMMAR)
        )
    if "\0" in grammar:
        raise InvalidValueError(tr("The grammar contains a NUL character."))
    depth = nesting(grammar)
    if depth > MAX_NESTING:
        raise InvalidValueError(
            tr(
                "The grammar nests {depth} deep; at most {most} is safe.",
                depth=depth,
                most=MAX_NESTING,
            )
        )
    backend.log.clear()
    try:
        data = grammar.encode()
    except UnicodeEncodeError as error:
        raise InvalidValueError(tr("The grammar contains half a character.")) from error
    rules = backend.c.llama_sampler_init_grammar(vocab, data, b"root")
    if not rules:
        raise InvalidValueError(
            tr("The grammar is not valid."), detail="\n".join(backend.log.lines()[-5:])
        )
    return rules


def nesting(grammar: str) -> int:
    """Deepest nesting of parentheses, outside of texts, character sets and comments."""
    depth = deepest = 0
    closing = ""
    escaped = False
    for character in grammar:
        if escaped:
            escaped = False
        elif closing:
            escaped = character == "\\" and closing != "\n"
            if character == closing:
                closing = ""
        elif character in '"[#':
            closing = {'"': '"', "[": "]", "#": "\n"}[character]
        elif character == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif character == ")":
            depth -= 1
    return deepest
