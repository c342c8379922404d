"""The body of a request for an answer, as each kind of server takes it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers.reasoning import SPELLINGS, answer_pieces
from app.domain.context import ContextFit, fit_turns, reserve_for
from app.domain.endpoints.endpoint import EndpointError, ServerKind
from app.domain.generation import GenerationRequest, Role, Sampling, Turn
from app.language import tr

OPTIONAL = (
    "stream_options", "max_tokens", "temperature", "top_p", "top_k", "min_p", "seed", "stop",
    "repeat_penalty", "repeat_last_n", "repetition_penalty", "return_progress",
)  # fmt: skip
"""Fields that an answer can do without, should a server refuse one."""
GO_ON = (  # not shown: read by the model
    "Go on with your last message exactly where it ends. Do not repeat anything of it."
)
BYTES_PER_TOKEN = 3  # an estimate on the safe side: texts have three to five
CONTINUING = {ServerKind.LLAMA_SERVER, ServerKind.VLLM, ServerKind.OLLAMA}
"""Servers that go on with the text of a last message that is the model's own."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a model reads at once.

    Attributes:
        size: Tokens; 0 where nobody knows.
        turn_tokens: Tokens of markup around each message.
        answer_tokens: Tokens before the answer.
    """

    size: int
    turn_tokens: int = 0
    answer_tokens: int = 0


def estimated_tokens(text: str) -> int:
    """Tokens of a text where nobody counts them: rather too many than too few."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


def spelled(turn: Turn) -> str:
    """An answer that is gone on with, with what was thought before it between the usual marks."""
    return "".join(text for text, _ in answer_pieces(turn, SPELLINGS[0], begun=False))


def fitted(request: GenerationRequest, counts: list[int], window: Window) -> ContextFit:
    """The turns that are sent.

    Args:
        request: With all turns.
        counts: Tokens of each turn's text.
        window: With a size that is known.

    Raises:
        PromptTooLongError: The newest message does not fit even alone.
        ContextFullError: Turns would be left out, and the user forbids that.
    """
    return fit_turns(
        request.turns,
        [count + window.turn_tokens for count in counts],
        overhead=window.answer_tokens,
        context_size=window.size,
        reserve=reserve_for(request.sampling.max_tokens, window.size),
        overflow=request.overflow,
        continuing=request.continue_answer,
    )


def request_body(
    request: GenerationRequest,
    turns: tuple[Turn, ...],
    model: str,
    kind: ServerKind,
    seed: int | None,
) -> dict[str, object]:
    """The JSON of a request.

    Args:
        request: What is asked.
        turns: Those of it that are sent.
        model: As the server calls it.
        kind: Which program answers.
        seed: None sends none.

    Raises:
        EndpointError: An answer in a form is wanted, which this kind of server does not promise.
    """
    messages = [{"role": turn.role.value, "content": turn.content} for turn in turns]
    if request.continue_answer and kind in CONTINUING:
        messages[-1]["content"] = spelled(turns[-1])
    body: dict[str, object] = {
        "model": model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        **_sampling(request.sampling, kind),
    }
    if seed is not None:
        body["seed"] = seed
    if request.continue_answer:
        if kind is ServerKind.VLLM:
            body |= {"add_generation_prompt": False, "continue_final_message": True}
        elif kind not in CONTINUING and not turns[-1].content:
            messages.pop()  # it thought and said nothing: it answers anew
        elif kind not in CONTINUING:
            messages.append({"role": Role.USER.value, "content": GO_ON})
    if kind is ServerKind.LLAMA_SERVER:
        body["return_progress"] = True
    if request.grammar:
        if kind is not ServerKind.LLAMA_SERVER:
            raise EndpointError(
                tr("This server does not promise answers in a form."),
                action=tr("Choose a model on this computer, or ask without the form."),
            )
        body["grammar"] = request.grammar
    return body


def _sampling(sampling: Sampling, kind: ServerKind) -> dict[str, object]:
    """The protocol's own fields; those of llama.cpp and vLLM where they are known."""
    body: dict[str, object] = {"temperature": sampling.temperature, "top_p": sampling.top_p}
    if sampling.max_tokens is not None:
        body["max_tokens"] = sampling.max_tokens
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if kind is ServerKind.LLAMA_SERVER:
        body |= {
            "top_k": sampling.top_k,
            "min_p": sampling.min_p,
            "repeat_penalty": sampling.repeat_penalty,
            "repeat_last_n": sampling.repeat_last_n,
        }
    elif kind is ServerKind.VLLM:
        body |= {
            "top_k": sampling.top_k or -1,
            "min_p": sampling.min_p,
            "repetition_penalty": sampling.repeat_penalty,
        }
    return body
