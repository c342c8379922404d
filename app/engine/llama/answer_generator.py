"""One answer: choosing the turns, reading the prompt, drawing tokens, ending the turn."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from app.domain.answers.calculation import AskedComputation
from app.domain.answers.reasoning import PartialAnswer, ReasoningFilter
from app.domain.errors import InvalidValueError, LoadCancelledError, ModelFileError
from app.domain.generation import (
    ContextFitted,
    Finished,
    GenerationEvent,
    GenerationRequest,
    PartAdded,
    PromptProgress,
    Role,
    SnapshotRestored,
    StopReason,
    TextDelta,
    Timings,
    Turn,
)
from app.engine.base import Cancel
from app.engine.llama.backend import Backend
from app.engine.llama.computations import Computations
from app.engine.llama.decode import MAX_OUTPUTS
from app.engine.llama.grammar_sampler import GrammarSampler
from app.engine.llama.prompt_assembly import assemble
from app.engine.llama.sampler import Sampler
from app.engine.llama.session import Session
from app.engine.llama.tokenizer import Detokenizer
from app.engine.prompt_lookup import Drafter
from app.engine.reuse import Reading, common_prefix
from app.engine.stops import StopFilter
from app.language import tr


class AnswerGenerator:
    """The state of one answer while it is written.

    Args:
        backend: llama.cpp.
        session: The loaded model.
        request: What is asked.
        seed: For drawing.
        cancel: Stops it.
        drafting: Whether tokens may be guessed.
        told: Takes what is to be told from inside a chunk of the prompt, on the thread that reads.
    """

    def __init__(
        self,
        backend: Backend,
        session: Session,
        request: GenerationRequest,
        seed: int,
        cancel: Cancel,
        *,
        drafting: bool,
        told: Callable[[GenerationEvent], None],
    ) -> None:
        self._backend = backend
        self._tell = told
        self._session = session
        self._request = request
        self._seed = seed
        self._cancel = cancel
        self._drafting = drafting
        self._sampler: Sampler | None = None
        self._form: GrammarSampler | None = None
        self._opening: GrammarSampler | None = None  # has a model that thinks begin with that
        self._form_begun = False
        self._text = Detokenizer()
        self._stops = StopFilter(request.sampling.stop)
        self._reasoning = ReasoningFilter()
        self._answer = PartialAnswer()
        self._written: list[int] = []
        self._reading = Reading()
        self._left_out: tuple[str, ...] = ()
        self._read_seconds = 0.0
        self._evaluated = 0
        self._restored = (0, 0.0)
        self._drafter: Drafter | None = None
        self._computing = Computations(session.tokenizer) if request.calculator else None
        self._put_in: tuple[int, ...] = ()  # written by the calculator, and not read yet

    def close(self) -> None:
        """Free the samplers."""
        for sampler in (self._sampler, self._form, self._opening):
            if sampler is not None:
                sampler.close()
        self._sampler = self._form = self._opening = None

    def events(self) -> Iterator[GenerationEvent]:
        """The stream of events, ending with :class:`Finished`."""
        session, request = self._session, self._request
        try:
            self._assemble()
        except LoadCancelledError:  # while the file's own template was computing
            yield self._finished(StopReason.STOPPED, 0.0)
            return
        self._sampler = Sampler(
            self._backend,
            session.tokenizer.vocab,
            request.sampling,
            self._seed,
            history=self._reading.tokens,
        )
        if request.grammar:
            self._form = self._bound(request.grammar)
            if session.thought is not None and self._may_begin_to_think():
                self._opening = self._bound(f'root ::= "{session.thought.begin}"')  # not shown
        session.admit(self._reading, self._cancel.is_set)
        restored, seconds = self._restore()
        reused = session.begin(self._reading, private=request.private)
        total = len(self._reading.tokens)
        yield ContextFitted(self._left_out, total, session.loaded.context_size, reused)
        if restored:
            yield SnapshotRestored(restored, total, seconds)
        yield from self._read()
        if len(session.decoder.kv.tokens) < total:
            yield self._finished(StopReason.STOPPED, 0.0)
            return
        if self._drafting:
            self._drafter = Drafter([*self._likely(), *self._reading.tokens], session.costs)
        yield from self._write()

    def _likely(self) -> Iterator[int]:
        """Tokens of texts that the answer may repeat; an answer's as they were written."""
        for text in self._request.likely:
            turn = Turn(Role.ASSISTANT, text)
            yield from self._session.memory.turn(turn, self._request.conversation_id)

    def _assemble(self) -> None:
        """Choose the turns that fit, and make the prompt of them."""
        request = self._request
        prompt = assemble(self._session, request)
        self._reading, self._left_out = prompt.reading, prompt.left_out
        if request.raw is None:
            before = request.turns[-1] if request.continue_answer else None
            self._reasoning = ReasoningFilter(before, prompt.inside)

    def _restore(self) -> tuple[int, float]:
        """Bring back from disk what was read in an earlier visit."""
        keeper = self._session.kv_state
        if keeper is not None and not self._request.owner:
            self._restored = keeper.restore(self._reading.tokens, self._cancel.is_set)
        return self._restored

    def _read(self) -> Iterator[GenerationEvent]:
        """Evaluate what the cache lacks of the prompt."""
        decoder, total = self._session.decoder, len(self._reading.tokens)
        began = time.perf_counter()
        before = decoder.evaluated
        yield PromptProgress(len(decoder.kv.tokens), total)
        last = before

        def progress(done: int, evaluated: int) -> PromptProgress:
            seconds = time.perf_counter() - began
            left = total - done - decoder.kv.aside_tokens
            return PromptProgress(done, total, seconds / max(1, evaluated) * left)

        def inside(done: int) -> None:
            now = done - len(decoder.kv.tokens) + decoder.evaluated - before
            self._tell(progress(done, now))

        for done, seconds in decoder.prefill(
            self._reading.tokens, self._cancel.is_set, inside=inside
        ):
            self._session.costs.record_prompt(decoder.evaluated - last, seconds)
            last = decoder.evaluated
            yield progress(done, decoder.evaluated - before)
        self._read_seconds = time.perf_counter() - began
        self._evaluated = decoder.evaluated - before
        if self._session.kv_state is not None:
            self._session.kv_state.rates.record_prompt(self._evaluated, self._read_seconds)

    def _write(self) -> Iterator[GenerationEvent]:
        """Draw tokens until the turn ends, a limit is met, or the user stops it."""
        session = self._session
        began = time.perf_counter()
        tokenizer = session.tokenizer
        limit, cut = self._limit()
        reason = StopReason.STOPPED
        for token in self._draw(limit):
            if token in session.template.ends or tokenizer.is_end_of_generation(token):
                asked = self._asked_last()
                if asked is None:
                    reason = StopReason.END_OF_TURN
                    break
                yield from self._compute(asked)
            else:
                self._written.append(token)
                text, asked = self._told(token)
                yield from self._answer.added(self._reasoning.feed(self._stops.feed(text), 1))
                if self._stops.met:
                    reason = StopReason.STOP_STRING
                    break
                if asked is not None:
                    yield from self._compute(asked)
            if len(self._written) >= limit:
                reason = cut
                break
        rest = "" if self._stops.met else self._stops.feed(self._left(reason)) + self._stops.end()
        yield from self._answer.added(self._reasoning.feed(rest))
        yield from self._answer.added(self._reasoning.end())
        self._remember(reason)
        yield self._finished(reason, time.perf_counter() - began)

    def _told(self, token: int) -> tuple[str, AskedComputation | None]:
        """The text that a token brings, and what is to be computed behind it."""
        if self._computing is None:
            return self._text.feed(self._session.tokenizer.piece(token)), None
        text = self._text.feed(self._computing.piece(token))
        thinking = self._reasoning.in_thought
        return self._computing.feed(text, whole=self._text.whole, thinking=thinking)

    def _asked_last(self) -> AskedComputation | None:
        """What a model asks that ends its turn to be answered, as those do that know tools."""
        return self._computing.asked_last() if self._computing is not None else None

    def _left(self, reason: StopReason) -> str:
        """Text that was held back when the answer ended."""
        rest = self._text.end()
        if self._computing is None:
            return rest
        cut = reason is not StopReason.END_OF_TURN
        return self._computing.end(rest, cut=cut)

    def _compute(self, asked: AskedComputation) -> Iterator[GenerationEvent]:
        """Put a computation and its result where the answer asks for it."""
        assert self._computing is not None  # noqa: S101  # it found what is asked
        yield from self._answer.added(self._reasoning.feed(self._stops.end()))
        put_in = self._computing.put_in(asked)
        before = len(self._written)
        self._written[put_in.kept :] = self._put_in = put_in.tokens
        self._answer.put_in(put_in.text)
        yield TextDelta("", max(0, len(self._written) - before))
        yield PartAdded(put_in.part)

    def _read_put_in(self) -> bool:
        """Bring the cache to what stands in the answer now; False when that was stopped."""
        assert self._sampler is not None  # noqa: S101  # events() made it
        decoder, wanted = self._session.decoder, [*self._reading.tokens, *self._written]
        for token in self._put_in:
            if self._sampler.remembers:
                self._sampler.note(token)
            if self._drafter is not None:
                self._drafter.on_token(token)
        self._put_in = ()
        kept = min(common_prefix(decoder.kv.tokens, wanted), len(wanted) - 1)
        if kept < len(decoder.kv.tokens):
            decoder.kv.trim(kept)
        for _ in decoder.prefill(wanted, self._cancel.is_set):
            pass
        return len(decoder.kv.tokens) == len(wanted)

    def _draw(self, limit: int) -> Iterator[int]:
        """Tokens, each evaluated when the next is asked for. Ends when stopped.

        With drafting, a pass evaluates a token and guesses at those after it. Its outputs are
        sampled in order and only as far as the guesses come true, so the sampler sees exactly the
        tokens and makes exactly the draws that it would without.
        """
        session, sampler = self._session, self._sampler
        assert sampler is not None  # noqa: S101  # events() made it
        decoder, drafter, context = session.decoder, self._drafter, session.loaded.context
        draft: list[int] = []
        row = -1
        kept = len(decoder.kv.tokens)
        try:
            while not self._cancel.is_set():
                logits = decoder.logits(row)
                _check(logits, self._session.tokenizer.size if not self._written else 1)
                keeping = self._keeping_to()
                if keeping is None:
                    token = sampler.sample(context, row)
                else:
                    token = keeping.sample(context, row, logits)
                _check_one(logits[token])
                yield token
                if self._put_in:
                    if row >= 0:
                        self._settle(draft, row, kept)
                    draft, row = [], -1
                    if not self._read_put_in():
                        return
                    kept = len(decoder.kv.tokens)
                    continue
                if drafter is not None:
                    drafter.on_token(token)
                if row >= 0:
                    if row < len(draft) and token == draft[row]:
                        row += 1
                        kept += 1
                        continue
                    self._settle(draft, row, kept)
                draft = self._guess(limit)
                began = time.perf_counter()
                if not decoder.decode([token, *draft], every=bool(draft)):
                    draft = []
                    return
                session.record_pass(1 + len(draft), time.perf_counter() - began)
                kept = len(decoder.kv.tokens) - len(draft)
                row = 0 if draft else -1
        finally:
            if draft:
                self._settle(draft, row, kept)

    def _bound(self, grammar: str) -> GrammarSampler:
        assert self._sampler is not None  # noqa: S101  # events() made it
        tokenizer, ends = self._session.tokenizer, self._session.template.ends
        return GrammarSampler(self._backend, tokenizer, self._sampler, grammar, ends)

    def _may_begin_to_think(self) -> bool:
        """Whether this is the very beginning of an answer to turns."""
        return self._reasoning.undecided and self._request.raw is None

    def _keeping_to(self) -> GrammarSampler | None:
        """What binds the next token; None where it is free, as all are that the model thinks.

        Raises:
            InvalidValueError: What the answer has already is not in the form.
        """
        if self._form is None:
            return None
        if self._opening is not None and self._may_begin_to_think():
            return self._opening
        if self._reasoning.in_thought:
            return None
        if not self._form_begun:
            self._form_begun = True
            before = self._request.turns[-1].content if self._request.continue_answer else ""
            if not self._form.advance(before + self._answer.text):
                raise InvalidValueError(
                    tr("The answer cannot go on in its form: what there is of it is not in it."),
                    data=tr("The answer so far is saved."),
                    action=tr("Ask again."),
                )
        return self._form

    def _guess(self, limit: int) -> list[int]:
        if self._drafter is None:
            return []
        session = self._session
        window = session.loaded.context_size - len(session.decoder.kv.tokens) - 1
        return self._drafter.propose(min(window, limit - len(self._written) - 1, MAX_OUTPUTS - 1))

    def _settle(self, draft: list[int], accepted: int, kept: int) -> None:
        """Take guesses that did not come true out of the cache."""
        if len(self._session.decoder.kv.tokens) > kept:
            self._session.decoder.kv.trim(kept)
        if self._drafter is not None:
            self._drafter.on_verified(len(draft), accepted)

    def _limit(self) -> tuple[int, StopReason]:
        """Tokens this answer may have, and why it ends there."""
        room = self._session.loaded.context_size - len(self._reading.tokens)
        wanted = self._request.sampling.max_tokens
        if wanted is not None and wanted <= room:
            return wanted, StopReason.MAX_TOKENS
        return room, StopReason.CONTEXT_FULL

    def _remember(self, reason: StopReason) -> None:
        """Keep the tokens that were really written for the text the next prompt will hold."""
        marks = self._reasoning
        half = self._computing is not None and self._computing.half
        if reason is StopReason.STOP_STRING or marks.cut_mark or half:
            return
        ids = self._written
        answer = Turn(Role.ASSISTANT, "", thinking=marks.thinking)
        if self._request.continue_answer:
            answer = replace(self._request.turns[-1], thinking=marks.thinking)
            ids = [*self._reading.tokens[self._reading.starts[-1] :], *ids]
        answer = self._answer.behind(answer)
        if marks.marked and not answer.reasoning:  # the next prompt has no empty thought
            return
        if "\ufffd" not in answer.reasoning + answer.content:
            self._session.memory.remember(self._request.conversation_id, answer, ids)

    def _finished(self, reason: StopReason, seconds: float) -> Finished:
        timings = Timings(
            prompt_tokens=len(self._reading.tokens),
            evaluated_tokens=self._evaluated,
            restored_tokens=self._restored[0],
            restore_seconds=self._restored[1],
            completion_tokens=len(self._written),
            drafted_tokens=self._drafter.drafted if self._drafter else 0,
            accepted_tokens=self._drafter.accepted if self._drafter else 0,
            prompt_seconds=self._read_seconds,
            completion_seconds=seconds,
        )
        return Finished(reason, timings, self._seed, self._stops.met)


def _check(logits: Any, count: int) -> None:
    """Refuse logits that are no numbers: what is drawn from them is the same token for ever.

    One that is none in the middle of a model makes all of them so, one at its end a single one.

    Args:
        logits: Of the next token.
        count: How many are looked at: all of them once in an answer (2 ms), then the first.

    Raises:
        ModelFileError: They are none.
    """
    _check_one(sum(logits[:count]) if count > 1 else logits[0])


def _check_one(logit: float) -> None:
    if math.isnan(logit):
        raise ModelFileError(
            tr("What the model computes are no numbers (NaN): its weights are damaged."),
            data=tr("The answer so far is saved."),
            action=tr("Verify the model file or download it again; or choose another one."),
        )
