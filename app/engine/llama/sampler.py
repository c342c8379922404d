"""How the next token is drawn: llama.cpp's sampler chain, built and freed here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.errors import InvalidValueError
from app.domain.generation import Sampling
from app.engine.llama.backend import Backend
from app.language import tr

MAX_GRAMMAR = 64 * 1024  # characters; real grammars have hundreds
MAX_NESTING = 100  # llama.cpp's grammar parser recurses


class Sampler:
    """One answer's sampler chain. Order as in llama.cpp's own tools.

    Args:
        backend: llama.cpp.
        vocab: The vocabulary.
        sampling: The values, valid by construction.
        seed: For drawing.
        history: The prompt, which the repeat penalty looks back over.
        grammar: GBNF; empty for none.

    Raises:
        InvalidValueError: The grammar is not valid; says why.
    """

    def __init__(
        self,
        backend: Backend,
        vocab: Any,
        sampling: Sampling,
        seed: int,
        *,
        history: Sequence[int] = (),
        grammar: str = "",
    ) -> None:
        self._c = c = backend.c
        rules = _grammar(backend, vocab, grammar) if grammar else None
        parameters = c.llama_sampler_chain_default_params()
        self.chain = c.llama_sampler_chain_init(parameters)
        if rules is not None:
            c.llama_sampler_chain_add(self.chain, rules)
        if sampling.repeat_penalty != 1.0 and sampling.repeat_last_n > 0:
            penalty = c.llama_sampler_init_penalties(
                c.llama_vocab_n_tokens(vocab),
                sampling.repeat_last_n,
                sampling.repeat_penalty,
                0.0,
                0.0,
            )
            for token in history[-sampling.repeat_last_n :]:
                c.llama_sampler_accept(penalty, token)
            c.llama_sampler_chain_add(self.chain, penalty)
        if sampling.temperature <= 0:
            c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_greedy())
            return
        if sampling.top_k > 0:
            c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_top_k(sampling.top_k))
        if sampling.top_p < 1:
            c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_top_p(sampling.top_p, 1))
        if sampling.min_p > 0:
            c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_min_p(sampling.min_p, 1))
        c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_temp(sampling.temperature))
        c.llama_sampler_chain_add(self.chain, c.llama_sampler_init_dist(seed))

    def sample(self, context: Any, index: int) -> int:
        """Draw from the logits at output ``index`` and take note of the token."""
        token: int = self._c.llama_sampler_sample(self.chain, context, index)
        return token

    def close(self) -> None:
        """Free the chain; may be called twice."""
        if self.chain is not None:
            self._c.llama_sampler_free(self.chain)
            self.chain = None


def _grammar(backend: Backend, vocab: Any, grammar: str) -> Any:
    """A grammar sampler.

    llama.cpp returns NULL for what it cannot parse, and a chain with NULL in it crashes, so that
    is looked at here; what would exhaust its stack is refused before.
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
