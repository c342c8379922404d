"""Which template a model is read with: Phi-4's own at token level, or the file's."""

from __future__ import annotations

import logging
from collections.abc import Callable

from app.domain.errors import ModelFileError
from app.domain.generation import Role
from app.engine.prompt import (
    MINI_VOCABULARY,
    PLAIN,
    Markup,
    MarkupTemplate,
    Template,
    TokenCache,
    Vocabulary,
)
from app.language import tr

log = logging.getLogger(__name__)


def choose_template(
    source: str,
    vocabulary: Vocabulary,
    memory: TokenCache,
    stopped: Callable[[], bool] = lambda: False,
) -> Template:
    """The template for a model.

    Args:
        source: The file's own jinja template; empty where it has none.
        vocabulary: The model's tokenizer.
        memory: Token ids of texts seen before.
        stopped: Whether the user has stopped what a template is rendered for.

    Raises:
        ModelFileError: The file has no usable template.
    """
    end_of_text = vocabulary.control_token("<|endoftext|>")
    ends = {end_of_text} if end_of_text is not None else set[int]()
    start, separator, end = (
        vocabulary.control_token(text) for text in ("<|im_start|>", "<|im_sep|>", "<|im_end|>")
    )
    if start is not None and separator is not None and end is not None:
        before = {role: [start, *vocabulary.tokenize(str(role)), separator] for role in Role}
        markup = Markup(before, [end])
        system = _own_system(source, vocabulary, "<|im_start|>system<|im_sep|>", "<|im_end|>")
        return MarkupTemplate("phi-4", vocabulary, memory, markup, frozenset({end, *ends}), system)
    end = vocabulary.control_token("<|end|>")
    roles = {role: vocabulary.control_token(f"<|{role}|>") for role in Role}
    known = {role: [token] for role, token in roles.items() if token is not None}
    if end is not None and len(known) == len(Role) and vocabulary.size >= MINI_VOCABULARY:
        markup = Markup(known, [end])
        system = _own_system(source, vocabulary, "<|system|>", "<|end|>")
        return MarkupTemplate(
            "phi-4-mini", vocabulary, memory, markup, frozenset({end, *ends}), system
        )
    if not source:
        raise ModelFileError(
            tr("The model file has no chat template, so Phial cannot talk to it."),
            action=tr("Choose a file of an instruction-tuned model."),
        )
    from app.engine.templates.file_template import FileTemplate  # jinja2, where it is needed

    return FileTemplate(source, vocabulary, memory, stopped)


def _own_system(source: str, vocabulary: Vocabulary, before: str, after: str) -> str:
    """The system prompt that a file's own template puts in where the chat has none.

    Such a file is read by our template, so a broken one of its own costs it nothing but this.
    """
    if not source or source == PLAIN:
        return ""
    from app.engine.templates.chat_template import ChatTemplate, TemplateFailedError

    begin, end = vocabulary.marks()
    try:
        template = ChatTemplate(source, begin=begin, end=end)
        asked = template.render([("user", "Hello")])  # not shown: what the template is tried with
        text = asked.lstrip().removeprefix(begin).lstrip()
    except (TemplateFailedError, ModelFileError) as error:
        log.warning("The file's own chat template is not used: %s", error)
        return ""
    if not text.startswith(before):
        return ""
    return text.removeprefix(before).partition(after)[0].strip()
