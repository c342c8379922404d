"""What clients send, read strictly: what cannot be done is refused by name, never left out. Pure.

OpenAI's API reference (chat completions, completions), with llama-server's names for what that
lacks: ``top_k``, ``min_p``, ``repeat_penalty``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from app.domain.errors import InvalidValueError
from app.domain.generation import MAX_SEED, RANGES, RawPrompt, Role, Sampling, Turn
from app.domain.grammar.json_schema import any_object, grammar_for
from app.domain.network.serving import ServedPrompt
from app.language import tr
from app.serving.refusals import RefusedError

COMPLETION_TOKENS = 16  # of a completion that names no limit, as OpenAI's reference has it
MOST_STOPS = 16
_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}
_TEXTS = {"text", "input_text", "output_text"}  # kinds of parts
_NUMBERS = {  # a member of the request, and its name here
    "temperature": "temperature",
    "top_p": "top_p",
    "min_p": "min_p",
    "repeat_penalty": "repeat_penalty",
    "repetition_penalty": "repeat_penalty",
}
_WHOLE_NUMBERS = {"top_k": "top_k", "repeat_last_n": "repeat_last_n"}
_HARMLESS: dict[str, tuple[object, ...]] = {  # what is not supported, with values that ask nothing
    "n": (1,),
    "best_of": (1,),
    "echo": (False,),
    "logprobs": (False, 0),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "tools": ([],),
    "functions": ([],),
    "tool_choice": ("none", "auto"),
    "function_call": ("none", "auto"),
    "modalities": (["text"],),
    "audio": (),
    "prediction": (),
    "web_search_options": (),
    "grammar": ("",),
    "json_schema": (),
    "guided_json": (),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that was read.

    Attributes:
        prompt: What is asked.
        usage: Whether the stream ends with what it cost.
    """

    prompt: ServedPrompt
    usage: bool = False


def read_json(body: bytes) -> dict[str, Any]:
    """The object of a body.

    Raises:
        RefusedError: It is none.
    """
    try:
        data = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RefusedError(tr("The request is not JSON.")) from error
    if not isinstance(data, dict):
        raise RefusedError(tr("The request is not a JSON object."))
    return data


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def chat_request(data: Mapping[str, Any]) -> Wanted:
    """A request for ``/v1/chat/completions``.

    Raises:
        RefusedError: Something in it is wrong, or cannot be done.
    """
    prompt = ServedPrompt(turns=_turns(data.get("messages")), grammar=_grammar(data))
    return _common(data, prompt, {})


def completion_request(data: Mapping[str, Any]) -> Wanted:
    """A request for ``/v1/completions``.

    Raises:
        RefusedError: Something in it is wrong, or cannot be done.
    """
    text = data.get("prompt", "")
    if isinstance(text, list) and len(text) == 1:
        text = text[0]
    if not isinstance(text, str):
        raise _wrong("prompt", tr("one text is needed"))
    suffix = data.get("suffix")
    if suffix is not None and not isinstance(suffix, str):
        raise _wrong("suffix", tr("a text is needed"))
    if not text and not suffix:
        raise _wrong("prompt", tr("there is nothing in it"))
    prompt = ServedPrompt(raw=RawPrompt(text, suffix or None), grammar=_grammar(data))
    return _common(data, prompt, {"max_tokens": COMPLETION_TOKENS})


def _common(data: Mapping[str, Any], prompt: ServedPrompt, usual: Mapping[str, object]) -> Wanted:
    """What both kinds of request have."""
    for name, harmless in _HARMLESS.items():
        value = data.get(name)
        if value is not None and value not in harmless:
            raise _wrong(name, tr("this is not supported here"))
    model = data.get("model", "")
    if model is not None and not isinstance(model, str):
        raise _wrong("model", tr("a text is needed"))
    stream = _switch(data, "stream")
    options = data.get("stream_options") or {}
    if not isinstance(options, dict):
        raise _wrong("stream_options", tr("an object is needed"))
    sampling = {**usual, **_sampling(data)}
    prompt = replace(prompt, model=model or "", whole=not stream, sampling=sampling)
    return Wanted(prompt, usage=stream and _switch(options, "include_usage"))


# --- messages --------------------------------------------------------------------------------


def _turns(messages: object) -> tuple[Turn, ...]:
    if not isinstance(messages, list) or not messages:
        raise _wrong("messages", tr("a list with something in it is needed"))
    turns: list[Turn] = []
    for index, message in enumerate(messages):
        at = f"messages[{index}]"
        if not isinstance(message, dict):
            raise _wrong(at, tr("an object is needed"))
        role = _ROLES.get(str(message.get("role")))
        if role is None:
            raise _wrong(f"{at}.role", tr("it must be system, developer, user or assistant"))
        if message.get("tool_calls") or message.get("function_call"):
            raise _wrong(f"{at}.tool_calls", tr("this is not supported here"))
        text = _content(message.get("content"), f"{at}.content")
        opening = all(turn.role is Role.SYSTEM for turn in turns)
        if turns and opening and role is Role.SYSTEM:  # the model knows one system prompt
            text = f"{turns[-1].content}\n\n{text}"
            turns.pop()
        if text or role is not Role.ASSISTANT:
            turns.append(Turn(role, text))
    if not turns:
        raise _wrong("messages", tr("a list with something in it is needed"))
    return tuple(turns)


def _content(content: object, at: str) -> str:
    """The text of a message: as such, or in parts."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise _wrong(at, tr("a text or a list of parts is needed"))
    texts = []
    for index, part in enumerate(content):
        kind = part.get("type") if isinstance(part, dict) else None
        text = part.get("text") if isinstance(part, dict) else None
        if kind not in _TEXTS or not isinstance(text, str):
            raise _wrong(f"{at}[{index}]", tr("the model reads text and nothing else"))
        texts.append(text)
    return "\n".join(texts)


# --- values ----------------------------------------------------------------------------------


def _sampling(data: Mapping[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, ours in _NUMBERS.items():
        if (number := _number(data, name)) is not None:
            found[ours] = number
    for name, ours in _WHOLE_NUMBERS.items():
        if (whole := _whole(data, name)) is not None:
            found[ours] = max(0, whole)  # -1 is "all" for some
    if found.get("top_p") == 0:
        found["top_p"] = RANGES["top_p"][0]
    seed = _whole(data, "seed")
    if seed is not None and seed != -1:  # which is "any" for some
        found["seed"] = seed % (MAX_SEED + 1)
    for name in ("max_tokens", "max_completion_tokens"):
        if (most := _whole(data, name)) is not None:
            found["max_tokens"] = None if most == -1 else most
    if (stops := _stops(data.get("stop"))) is not None:
        found["stop"] = stops
    for name, value in found.items():
        try:
            Sampling(**{name: value})  # type: ignore[arg-type]  # it looks at each itself
        except InvalidValueError as error:
            raise RefusedError(error.what, param=name) from error
    return found


def _stops(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or not all(isinstance(one, str) for one in stops):
        raise _wrong("stop", tr("a text or a list of texts is needed"))
    if len(stops) > MOST_STOPS:
        raise _wrong("stop", tr("at most {most} texts are possible", most=MOST_STOPS))
    return tuple(stops)


def _number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
        raise _wrong(name, tr("a number is needed"))
    return float(value)


def _whole(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(name, tr("a whole number is needed"))
    return value


def _switch(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name)
    if value is not None and not isinstance(value, bool):
        raise _wrong(name, tr("true or false is needed"))
    return bool(value)


def _grammar(data: Mapping[str, Any]) -> str:
    """What ``response_format`` asks for."""
    wanted = data.get("response_format")
    if wanted is None:
        return ""
    at = "response_format"
    if not isinstance(wanted, dict):
        raise _wrong(at, tr("an object is needed"))
    match wanted.get("type"):
        case "text":
            return ""
        case "json_object":
            schema = wanted.get("schema")  # as llama-server takes it
            return any_object() if schema is None else _grammar_of(schema, f"{at}.schema")
        case "json_schema":
            named = wanted.get("json_schema")
            if not isinstance(named, dict) or "schema" not in named:
                raise _wrong(f"{at}.json_schema", tr("an object with a schema is needed"))
            return _grammar_of(named["schema"], f"{at}.json_schema.schema")
        case _:
            raise _wrong(f"{at}.type", tr("it must be text, json_object or json_schema"))


def _grammar_of(schema: object, at: str) -> str:
    try:
        return grammar_for(schema)
    except InvalidValueError as error:
        raise RefusedError(error.what, param=at) from error


def _wrong(name: str, why: str) -> RefusedError:
    return RefusedError(tr("{name}: {why}.", name=name, why=why), param=name)
