"""The engine of endpoints: a request becomes a stream of events, over HTTP."""

from __future__ import annotations

import logging
import secrets
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from app.domain.context import ContextFit
from app.domain.endpoints.endpoint import (
    CutByOfflineError,
    Endpoint,
    EndpointError,
    EndpointGoneError,
    ServerKind,
)
from app.domain.endpoints.source import EndpointSource
from app.domain.errors import LoadCancelledError, ModelNotLoadedError, OfflineError
from app.domain.generation import (
    ContextFitted,
    Finished,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    ReadAheadProgress,
    ReadAheadRequest,
    StopReason,
    Timings,
    Turn,
)
from app.domain.model import Device, LoadedModel, LoadRequest
from app.language import tr
from app.network.connector import Connector
from app.network.gate import NetworkGate
from app.remote.answer import AnswerLimits, AnswerReader, refused
from app.remote.chat_request import (
    CONTINUING,
    OPTIONAL,
    Window,
    estimated_tokens,
    fitted,
    request_body,
    spelled,
)
from app.remote.probe import ModelFacts, count_text, model_facts
from app.remote.refusals import refused_field
from app.remote.server import ANSWER_SECONDS, EndpointServer
from app.remote.server_reply import CancelledError, Flag

MOST_SEED = 2**31 - 1  # more is refused by servers that keep it in 32 bits with a sign
_MOST_REFUSED = 4  # fields that are left out, one after the other
_FEW = 8  # texts that are counted one by one before each answer
_MOST_COUNTED = 4_096  # texts whose counts are kept
_log = logging.getLogger(__name__)


class Never:
    """A flag that nobody sets."""

    def is_set(self) -> bool:
        """Never."""
        return False


class EndpointEngine:
    """Answers by asking a server; see :class:`app.engine.base.Engine` for what each method does.

    Nothing is loaded here: loading tries the endpoint, and learns how much its model reads.

    Args:
        gate: Asked before every connection.
        find: The endpoint of an id; None where it is not on the list any more.
        key: The key of an endpoint; None where it has none.
        trust: Makes the TLS context.
    """

    pid = None
    confinement = None

    def __init__(
        self,
        gate: NetworkGate,
        *,
        find: Callable[[str], Endpoint | None],
        key: Callable[[Endpoint], str | None],
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._connector = Connector(gate, trust=trust, stall_seconds=ANSWER_SECONDS)
        self._find = find
        self._key = key
        self._source: EndpointSource | None = None
        self._server: EndpointServer | None = None
        self._facts = ModelFacts(ServerKind.OTHER)
        self._counted: dict[str, int] = {}

    def server(self, endpoint: Endpoint, key: str | None = None) -> EndpointServer:
        """A way to ask ``endpoint``, with its own key or, before it is on the list, another one."""
        if key is None and endpoint.id:
            key = self._key(endpoint)
        return EndpointServer(endpoint, key, self._connector)

    def start(self) -> None:
        """Nothing is connected before something is asked."""

    def load(
        self, request: LoadRequest, progress: Callable[[float], None], cancel: Flag
    ) -> LoadedModel:
        """Try the endpoint.

        Raises:
            EndpointGoneError: It is not on the list any more.
            EndpointError: It cannot be reached, refuses, or has no such model.
            OfflineError: Offline is on.
            LoadCancelledError: ``cancel`` was set.
        """
        self.unload()
        source = request.source
        assert isinstance(source, EndpointSource)  # noqa: S101 - the table of engines says so
        server = self._listed(source)
        progress(0.0)
        try:
            facts = model_facts(server, source.model, cancel)
        except CancelledError as error:
            raise LoadCancelledError(tr("Loading was stopped.")) from error
        progress(1.0)
        self._source, self._server, self._facts = source, server, facts
        return LoadedModel(
            source=source,
            name=source.model,
            architecture="",
            quantization="",
            parameters=0,
            context_size=facts.context_size,
            trained_context=facts.context_size,
            template="endpoint",
            plan=None,
            turn_tokens=facts.turn_tokens,
            answer_tokens=facts.answer_tokens,
            counts=facts.counts,
            continues=facts.kind in CONTINUING,
            note=facts.note,
        )

    def generate(self, request: GenerationRequest, cancel: Flag) -> Iterator[GenerationEvent]:
        """Ask for one answer.

        Raises:
            ModelNotLoadedError: No endpoint was tried.
            EndpointGoneError: It was taken off the list since.
            PromptTooLongError, ContextFullError: As the user's choice for long chats says.
            EndpointError: The server cannot be reached, refuses, or answers nonsense.
            AnswerCutError: The connection ended in the middle of the answer, Offline ended it, or
                it had no end.
            OfflineError: Offline is on, or went on before the first word.
        """
        try:
            self._follow(cancel)
        except CancelledError:
            yield Finished(StopReason.STOPPED, Timings(), None)
            return
        server, source, facts = self._loaded()
        seed = request.sampling.seed
        if seed is None and facts.kind in {ServerKind.LLAMA_SERVER, ServerKind.VLLM}:
            seed = secrets.randbelow(MOST_SEED)
        goes_on = request.continue_answer and facts.kind in CONTINUING
        before = request.turns[-1] if goes_on else None
        reader = AnswerReader(
            server,
            AnswerLimits(request.sampling.max_tokens, facts.context_size, request.continue_answer),
            seed,
            before,
            spelled(before) if before and facts.kind is ServerKind.LLAMA_SERVER else "",
        )
        try:
            fit = self._fit(request, cancel)
            turns = request.turns
            if fit is not None:
                turns = tuple(request.turns[index] for index in fit.kept)
                yield ContextFitted(fit.left_out, fit.tokens, facts.context_size)
                yield PromptProgress(0, fit.tokens)
            body = request_body(request, turns, source.model, facts.kind, seed)
            yield from self._answer(reader, body, cancel)
        except CancelledError:
            yield reader.finished(StopReason.STOPPED)
        except OfflineError as error:
            if not reader.written:
                raise
            raise CutByOfflineError(error.what) from error

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the server's own tokenizer, or an estimate where it counts none.

        Raises:
            ModelNotLoadedError: No endpoint was tried.
            EndpointGoneError: It was taken off the list since.
            EndpointError: It was changed since, and cannot be asked as it is now.
        """
        self._follow(Never())
        return [self._count(text, Never()) for text in texts]

    def devices(self) -> list[Device]:
        """None of this computer's are used."""
        return []

    def configure(self, options: object) -> None:
        """Options are for engines of files."""

    def read_ahead(self, asked: ReadAheadRequest, cancel: Flag) -> Iterator[ReadAheadProgress]:
        """Nothing: what is typed goes to no other computer before it is sent."""
        del asked, cancel
        return iter(())

    def save_state(self, conversation_id: str) -> None:
        """What the server keeps is its own business."""

    def unload(self) -> None:
        """Forget which endpoint was tried."""
        self._source = None
        self._forget()

    def close(self) -> None:
        """Nothing stays open between two requests."""
        self.unload()

    # --- inside -------------------------------------------------------------------------------

    def _listed(self, source: EndpointSource) -> EndpointServer:
        """A way to ask the endpoint as the list has it now."""
        endpoint = self._find(source.endpoint)
        if endpoint is None:
            raise EndpointGoneError(
                tr("The endpoint “{id}” is not on the list any more.", id=source.endpoint)
            )
        return self.server(endpoint)

    def _follow(self, cancel: Flag) -> None:
        """See that what was tried is what the list says now: no words go to an address of before.

        An endpoint that was changed is tried anew.
        """
        if self._source is None:
            raise ModelNotLoadedError(tr("No model is loaded."))
        before, self._server = self._server, None  # asked no more, unless it is the same still
        now = self._listed(self._source)
        if before is None or (now.endpoint.address, now.key) != (
            before.endpoint.address,
            before.key,
        ):
            self._forget()
            self._facts = model_facts(now, self._source.model, cancel)
        self._server = now

    def _forget(self) -> None:
        """What was learned of a server is not true of another."""
        self._server = None
        self._counted.clear()

    def _loaded(self) -> tuple[EndpointServer, EndpointSource, ModelFacts]:
        if self._server is None or self._source is None:
            raise ModelNotLoadedError(tr("No model is loaded."))
        return self._server, self._source, self._facts

    def _answer(
        self, reader: AnswerReader, body: dict[str, object], cancel: Flag
    ) -> Iterator[GenerationEvent]:
        """The events of the answer; a field that the server will not have is left out."""
        server, _, _ = self._loaded()
        for _attempt in range(_MOST_REFUSED + 1):
            with server.stream(body, cancel) as (head, reply):
                said = refused(head, reply)
                if said is None:
                    yield from reader.events(head, reply)
                    return
                optional = {name: body[name] for name in OPTIONAL if name in body}
                field = refused_field(said, optional) if head.status in {400, 422} else ""
                if not field:
                    server.check(head, said)
                _log.info("%s takes no %s.", server.endpoint.id, field)
                value = body.pop(field)
                if field == "max_tokens":
                    body["max_completion_tokens"] = value
        raise EndpointError(tr("{name} refuses every request.", name=server.endpoint.name))

    def _fit(self, request: GenerationRequest, cancel: Flag) -> ContextFit | None:
        """Which turns are sent; None, for all, where nobody knows how much the model reads."""
        _, _, facts = self._loaded()
        if not facts.context_size:
            return None
        window = Window(facts.context_size, facts.turn_tokens, facts.answer_tokens)
        return fitted(request, self._costs(request.turns, window, cancel), window)

    def _costs(self, turns: Sequence[Turn], window: Window, cancel: Flag) -> list[int]:
        """Tokens of each turn's text: counted, unless they are many and room is plenty."""
        estimates = [self._counted.get(one.content, estimated_tokens(one.content)) for one in turns]
        plenty = sum(estimates) + len(turns) * (window.turn_tokens + 8) < window.size // 2
        fresh = sum(1 for turn in turns if turn.content not in self._counted)
        if not self._facts.counts or (plenty and fresh > _FEW):
            return estimates
        return [self._count(turn.content, cancel) for turn in turns]

    def _count(self, text: str, cancel: Flag) -> int:
        if not self._facts.counts:
            return estimated_tokens(text)
        if text not in self._counted:
            server, source, facts = self._loaded()
            count = count_text(server, facts, source.model, text, cancel)
            if count < 0:  # nor is it asked for the next one: each might take its time to fail
                self._facts = replace(facts, counts=False)
                return estimated_tokens(text)
            if len(self._counted) >= _MOST_COUNTED:
                self._counted.clear()
            self._counted[text] = count
        return self._counted[text]
