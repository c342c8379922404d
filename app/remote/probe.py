"""What a server tells of itself: which program it is, its models, and how much they read.

llama-server tells its context in ``/props``, vLLM in the list of models (``max_model_len``),
Ollama in ``/api/ps`` and ``/api/show``. A server that tells nothing is taken at its word: what is
not known is said to be unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.domain.endpoints.endpoint import (
    EndpointAnswerError,
    EndpointError,
    EndpointModelError,
    OfferedModel,
    ServerKind,
    TriedEndpoint,
)
from app.language import tr
from app.remote.server import ASK_SECONDS, EndpointServer, NotThereError
from app.remote.server_reply import Flag

OLLAMA_CONTEXT = 4_096  # what it takes where nothing else is set
COUNT_SECONDS = 3.0  # for the tokens of a text, which an estimate may stand for
_NUM_CTX = re.compile(r"^\s*num_ctx\s+(\d+)", re.MULTILINE)
_MOST_MODELS = 2_000
_OWNERS = {"llamacpp": ServerKind.LLAMA_SERVER, "vllm": ServerKind.VLLM}
_SAMPLE = "Hello"  # not shown: counted to learn what a template adds


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a model at a server.

    Attributes:
        kind: Which program answers.
        context_size: Tokens of its context window; 0 where the server does not say.
        turn_tokens: Tokens of markup around each message; 0 where not known.
        answer_tokens: Tokens before the answer; 0 where not known.
        counts: Whether the server counts the tokens of a text.
        note: What people should know of its context; empty where all is usual.
    """

    kind: ServerKind
    context_size: int = 0
    turn_tokens: int = 0
    answer_tokens: int = 0
    counts: bool = False
    note: str = ""


def try_endpoint(server: EndpointServer, cancel: Flag) -> TriedEndpoint:
    """Ask for the list of models, and find out which program answers.

    Raises:
        EndpointError: It cannot be reached, refuses, or is no server of the protocol.
        CancelledError: ``cancel`` was set.
    """
    name = server.endpoint.name
    try:
        told = server.ask(f"{server.endpoint.address}/models", cancel)
    except NotThereError as error:
        raise EndpointAnswerError(
            tr("{name} has no list of models at {url}.", name=name, url=server.endpoint.address)
        ) from error
    data = told.get("data") if isinstance(told, dict) else None
    if not isinstance(data, list):
        raise server.no_answer("")
    models = tuple(
        OfferedModel(entry["id"], _count(entry.get("max_model_len")))
        for entry in data[:_MOST_MODELS]
        if isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry["id"]
    )
    owners = {str(entry.get("owned_by")) for entry in data if isinstance(entry, dict)}
    kind = next((_OWNERS[owner] for owner in owners if owner in _OWNERS), None)
    return TriedEndpoint(kind or _kind_of(server, cancel), models)


def _kind_of(server: EndpointServer, cancel: Flag) -> ServerKind:
    """Which program answers, where its list of models does not say."""
    for path, mark, kind in (
        ("/props", "default_generation_settings", ServerKind.LLAMA_SERVER),
        ("/api/version", "version", ServerKind.OLLAMA),
    ):
        told = _ask_perhaps(server, path, cancel)
        if isinstance(told, dict) and mark in told:
            return kind
    return ServerKind.OTHER


def model_facts(server: EndpointServer, model: str, cancel: Flag) -> ModelFacts:
    """Try the endpoint, and learn what can be learned of one of its models.

    Raises:
        EndpointModelError: It does not list that model.
        EndpointError: As :func:`try_endpoint`.
        CancelledError: ``cancel`` was set.
    """
    tried = try_endpoint(server, cancel)
    offered = {one.id: one for one in tried.models}
    if tried.models and model not in offered:
        raise EndpointModelError(
            tr("{name} has no model named {model}.", name=server.endpoint.name, model=model)
        )
    told = offered.get(model, OfferedModel(model)).context_length
    match tried.kind:
        case ServerKind.LLAMA_SERVER:
            context = _context_of_props(_ask_perhaps(server, "/props", cancel)) or told
            return _with_markup(server, model, ModelFacts(tried.kind, context), cancel)
        case ServerKind.VLLM:
            return _with_markup(server, model, ModelFacts(tried.kind, told), cancel)
        case ServerKind.OLLAMA:
            return _of_ollama(server, model, cancel)
        case ServerKind.OTHER:
            note = "" if told else _unknown(server)
            return ModelFacts(tried.kind, told, note=note)


def _unknown(server: EndpointServer) -> str:
    return tr("{name} does not say how much its model reads.", name=server.endpoint.name)


def _ask_perhaps(
    server: EndpointServer,
    path: str,
    cancel: Flag,
    body: dict[str, object] | None = None,
    seconds: float = ASK_SECONDS,
) -> Any:
    """What a server says at an address that it may not have; None where it has not."""
    try:
        return server.ask(f"{server.endpoint.root}{path}", cancel, body, seconds)
    except (NotThereError, EndpointError):
        return None


def _context_of_props(props: Any) -> int:
    settings = props.get("default_generation_settings") if isinstance(props, dict) else None
    return _count(settings.get("n_ctx")) if isinstance(settings, dict) else 0


def _of_ollama(server: EndpointServer, model: str, cancel: Flag) -> ModelFacts:
    running = _ask_perhaps(server, "/api/ps", cancel)
    listed = running.get("models") if isinstance(running, dict) else None
    context = 0
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict) and model in {entry.get("name"), entry.get("model")}:
            context = _count(entry.get("context_length"))
    if not context:
        shown = _ask_perhaps(server, "/api/show", cancel, {"model": model})
        parameters = shown.get("parameters") if isinstance(shown, dict) else None
        found = _NUM_CTX.search(parameters) if isinstance(parameters, str) else None
        context = int(found[1]) if found else OLLAMA_CONTEXT
    note = tr(
        "Ollama reads {tokens} tokens and drops what stands before them without a word; its "
        "setting num_ctx makes it more.",
        tokens=context,
    )
    return ModelFacts(ServerKind.OLLAMA, context, note=note)


# --- counting ---------------------------------------------------------------------------------


def count_text(
    server: EndpointServer, facts: ModelFacts, model: str, text: str, cancel: Flag
) -> int:
    """Tokens of a text, counted by the server; -1 where it does not, or not at once."""
    body: dict[str, object] = {"content": text}
    if facts.kind is ServerKind.VLLM:
        body = {"model": model, "prompt": text, "add_special_tokens": False}
    return _counted(_ask_perhaps(server, "/tokenize", cancel, body, COUNT_SECONDS))


def _counted(told: Any) -> int:
    if not isinstance(told, dict):
        return -1
    tokens = told.get("tokens")
    return _count(told.get("count")) or (len(tokens) if isinstance(tokens, list) else -1)


def _count_chat(
    server: EndpointServer, facts: ModelFacts, model: str, messages: list[object], cancel: Flag
) -> int:
    if facts.kind is ServerKind.VLLM:
        body: dict[str, object] = {"model": model, "messages": messages}
        return _counted(_ask_perhaps(server, "/tokenize", cancel, body, COUNT_SECONDS))
    asked: dict[str, object] = {"messages": messages}
    told = _ask_perhaps(server, "/apply-template", cancel, asked, COUNT_SECONDS)
    prompt = told.get("prompt") if isinstance(told, dict) else None
    return count_text(server, facts, model, prompt, cancel) if isinstance(prompt, str) else -1


def _with_markup(server: EndpointServer, model: str, facts: ModelFacts, cancel: Flag) -> ModelFacts:
    """With what the template adds, worked out from chats of one and of three messages."""
    one = {"role": "user", "content": _SAMPLE}
    other = {"role": "assistant", "content": _SAMPLE}
    note = "" if facts.context_size else _unknown(server)
    word = count_text(server, facts, model, _SAMPLE, cancel)
    if word < 0:  # nor is it asked for more, which might take its time to fail as well
        return ModelFacts(facts.kind, facts.context_size, note=note)
    short = _count_chat(server, facts, model, [one], cancel)
    long = _count_chat(server, facts, model, [one, other, one], cancel)
    if not 0 < short < long:
        return ModelFacts(facts.kind, facts.context_size, counts=True, note=note)
    turn = max(0, (long - short) // 2 - word)
    answer = max(0, short - word - turn)
    return ModelFacts(facts.kind, facts.context_size, turn, answer, counts=True, note=note)


def _count(value: Any) -> int:
    return value if type(value) is int and 0 < value < 2**31 else 0
