"""Chat templates of model files: jinja, rendered as their makers' own library renders them.

The same environment as ``apply_chat_template`` of transformers (``utils/chat_template_utils.py``):
``break`` and ``continue``, the ``generation`` tag, ``raise_exception``, ``strftime_now``, and a
``tojson`` that keeps what is not ASCII. A template is a program out of a file that anybody may have
made, so it runs in jinja's sandbox, and what it may compute is bounded.

Imported only for files whose template is rendered: jinja takes a tenth of a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, LoopControlExtension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.domain.errors import LoadCancelledError, ModelFileError
from app.engine.templates import template_bounds as bounds
from app.language import tr

RENDER_SECONDS = 10.0  # of computing; templates of today take milliseconds for the longest chats
_MANY = (str, bytes, list, tuple)
# What a template may raise: it computes what it likes with what it is given.
_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TemplateError,
    TypeError,
    ValueError,
)


class TemplateFailedError(Exception):
    """The template does not take these messages; ``str()`` is its reason."""


class ChatTemplate:
    """One template, compiled.

    Args:
        source: jinja.
        begin: The begin-of-text token's text, which templates know as ``bos_token``.
        end: The text of the token that ends a turn, ``eos_token``.
        now: What time it is; some templates tell the model the date.
        stopped: Whether the user has stopped whatever this is rendered for.

    Raises:
        ModelFileError: It is no template.
    """

    def __init__(
        self,
        source: str,
        *,
        begin: str = "",
        end: str = "",
        now: Callable[[], datetime] = datetime.now,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._begin, self._end = begin, end
        self._now = now
        self._moment = now()
        self._environment = _Environment(stopped)
        self._environment.globals["strftime_now"] = self._strftime
        try:
            self._template = self._environment.from_string(source)
        except _FAILURES as error:
            raise ModelFileError(
                tr("The model file's chat template is damaged."), detail=_told(error)
            ) from error

    def settle(self) -> None:
        """Take the time: what is rendered until the next call is rendered at this moment."""
        self._moment = self._now()

    def render(self, messages: Sequence[tuple[str, str]]) -> str:
        """The text of a prompt.

        Args:
            messages: Role and content of each.

        Raises:
            TemplateFailedError: It refuses them, or fails over them.
            ModelFileError: It computes without end.
            LoadCancelledError: The user stopped it.
        """
        self._environment.begin()
        try:
            return self._template.render(
                messages=[{"role": role, "content": content} for role, content in messages],
                tools=None,
                documents=None,
                add_generation_prompt=True,
                bos_token=self._begin,
                eos_token=self._end,
            )
        except EndlessError as error:
            raise ModelFileError(
                tr("The model file's chat template computes without end over this chat."),
                data=tr("Your message is kept."),
                action=tr("Start a new chat, or choose another model file."),
            ) from error
        except _FAILURES as error:
            raise TemplateFailedError(_told(error)) from error

    def _strftime(self, form: str) -> str:
        try:
            return self._moment.strftime(form)
        except ValueError:  # Windows knows no "%-d"
            return self._moment.strftime(form.replace("%-", "%"))


class EndlessError(Exception):
    """A template has computed for longer than any that works."""


class _Generation(Extension):
    """``{% generation %}``: marks what a model is trained on; nothing of it is seen in a prompt."""

    tags = {"generation"}  # noqa: RUF012  # jinja's own way

    def parse(self, parser: Parser) -> nodes.Node:
        """A call of the block's body, in a scope of its own as with transformers."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_shown"), [], [], body).set_lineno(line)

    def _shown(self, caller: Callable[[], str]) -> str:
        return caller()


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox. Each round of a loop and each call of a macro looks at the clock."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self._room = bounds.MOST_TEXT  # characters that may still be shown
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=[_Generation, LoopControlExtension],
            finalize=self._shown,
        )
        self.filters = bounds.bounded_filters(self.filters)
        for name in bounds.UNUSED_GLOBALS:
            del self.globals[name]
        self.globals["raise_exception"] = _refuse
        self._stopped = stopped
        self._deadline = 0.0

    def begin(self) -> None:
        """A rendering begins."""
        self._room = bounds.MOST_TEXT
        self._deadline = time.thread_time() + RENDER_SECONDS

    def tick(self) -> str:
        """Once in a round; nothing is shown of it.

        Raises:
            EndlessError: It takes too long.
            LoadCancelledError: The user stopped it.
        """
        if self._stopped():
            raise LoadCancelledError(tr("It was stopped."))
        if time.thread_time() > self._deadline:
            raise EndlessError
        return ""

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """``str.format``, which is a function of the sandbox's own, with bounded widths."""
        form = super().wrap_str_format(value)
        if form is None:
            return None
        text, name = str(value.__self__), str(value.__name__)

        def bounded(*arguments: Any, **named: Any) -> str:
            bounds.weighed(named)
            return form(*bounds.bounded_call(text, name, arguments), **named)

        return bounded

    def _shown(self, value: Any) -> Any:
        """A value on its way into the prompt."""
        if isinstance(value, str):
            self._room -= len(value)
            bounds.refuse_above(-self._room, 0)
        return bounds.weighed(value)

    def joined(self, *values: object) -> str:
        """What ``~`` does."""
        texts = [str(bounds.weighed(value)) for value in values]
        bounds.refuse_above(sum(map(len, texts)), bounds.MOST_TEXT)
        return "".join(texts)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """An operation that can make much of little."""
        if operator == "+" and isinstance(left, _MANY) and isinstance(right, _MANY):
            bounds.refuse_above(len(left) + len(right), _most(left))
        elif operator == "*":
            for some, times in ((left, right), (right, left)):
                if isinstance(some, _MANY) and isinstance(times, int):
                    bounds.refuse_above(len(some) * times, _most(some))
            bounds.refuse_above(bounds.bits(left) + bounds.bits(right), bounds.MOST_BITS)
        elif operator == "**" and isinstance(right, int):
            bounds.refuse_above(bounds.bits(left) * abs(right), bounds.MOST_BITS)
        elif operator == "%" and isinstance(left, str):
            bounds.refuse_width_in(left)
            bounds.weighed(right)
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # as jinja names them
        """A call; those that fill texts up are bounded."""
        text = getattr(__obj, "__self__", None)
        if isinstance(text, str):
            args = bounds.bounded_call(text, getattr(__obj, "__name__", ""), args)
            bounds.weighed(kwargs)
        return super().call(__context, __obj, *args, **kwargs)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Numbers and bytes have no attributes here: ``(1).to_bytes(10**9)`` is a gigabyte."""
        return not isinstance(obj, int | float | bytes) and super().is_safe_attribute(
            obj, attr, value
        )

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        bodies = [node.body for node in tree.find_all(nodes.For)]
        bodies += [node.body for node in tree.find_all(nodes.Macro)]
        bodies += [node.body for node in tree.find_all(nodes.CallBlock)]
        bodies += [node.body for node in tree.find_all(nodes.Block)]
        for body in bodies:
            body.insert(0, nodes.Output([_own_call("tick", [])]))
        _replace_joins(tree)
        tree.set_environment(self)
        return tree


def _own_call(name: str, arguments: list[nodes.Expr]) -> nodes.Call:
    """A call of the environment's own method; no template can name it or put another there."""
    return nodes.Call(nodes.EnvironmentAttribute(name), arguments, [], None, None)


def _replace_joins(tree: nodes.Node) -> None:
    """Let every ``~`` be done by :meth:`_Environment.joined`, which is bounded."""
    for field, value in tree.iter_fields():
        if isinstance(value, list):
            setattr(tree, field, [_replaced(one) for one in value])
        else:
            setattr(tree, field, _replaced(value))


def _replaced(value: Any) -> Any:
    if isinstance(value, nodes.Node):
        _replace_joins(value)
    if isinstance(value, nodes.Concat):
        return _own_call("joined", value.nodes).set_lineno(value.lineno)
    return value


def _most(some: object) -> int:
    return bounds.MOST_TEXT if isinstance(some, str | bytes) else bounds.MOST_ITEMS


def _refuse(message: object) -> str:
    raise TemplateError(str(message))


def _told(error: Exception) -> str:
    """An exception in one line of at most 200 characters."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else f"{text[:199]}…"
