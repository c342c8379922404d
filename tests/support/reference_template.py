"""Chat templates as transformers renders them: the reference our own rendering is held against.

Written from ``utils/chat_template_utils.py`` of transformers, apart from the code under test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

BEGIN, END = "<s>", "</s>"


class _Tracked(Extension):
    tags = {"generation"}  # noqa: RUF012  # jinja's own way

    def parse(self, parser: Any) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller: Callable[[], str]) -> str:
        return caller()


def render(source: str, messages: Sequence[tuple[str, str]], now: datetime | None = None) -> str:
    """The text of a prompt.

    Raises:
        Exception: The template's own.
    """

    def refuse(message: str) -> None:
        raise TemplateError(message)

    def written(value: Any, ensure_ascii: bool = False, indent: int | None = None) -> str:
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_Tracked, loopcontrols]
    )
    environment.filters["tojson"] = written
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = (now or datetime.now()).strftime  # noqa: DTZ005
    return environment.from_string(source).render(
        messages=[{"role": role, "content": content} for role, content in messages],
        tools=None,
        documents=None,
        add_generation_prompt=True,
        bos_token=BEGIN,
        eos_token=END,
    )
