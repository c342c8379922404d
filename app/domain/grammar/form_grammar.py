"""A form as a grammar that the sampler keeps to, and as a sentence for the model. Pure.

Lists, tables and fields are Markdown, so that an answer is shown, searched, copied and exported as
any other; JSON stands in a block of code in a chat, and alone where a program reads it. Texts and
rows are bounded, so that no answer goes on for ever.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.grammar.form import Form, FormField, FormKind, ValueKind, schema_grammar
from app.domain.grammar.primitives import DATE
from app.domain.grammar.written import grammar_of_choices, literal

MOST_ROWS = 100
MOST_ITEMS = 100
_VALUES = {  # not shown: GBNF
    ValueKind.TEXT: r"[^\x00-\x20|\\\x7f-\xa0\u2028\u2029] "
    r"([^\x00-\x1f|\\\x7f-\x9f\u2028\u2029]{0,198} [^\x00-\x20|\\\x7f-\xa0\u2028\u2029])?",
    ValueKind.NUMBER: r'"-"? ("0" | [1-9] [0-9]{0,14}) ("." [0-9]{1,9})?',
    ValueKind.WHOLE: r'"-"? ("0" | [1-9] [0-9]{0,14})',
    ValueKind.YES_NO: '"yes" | "no"',
    ValueKind.DATE: DATE,
}
_SAID = {  # not shown: read by the model
    ValueKind.TEXT: "",
    ValueKind.NUMBER: " (a number)",
    ValueKind.WHOLE: " (a whole number)",
    ValueKind.YES_NO: " (yes or no)",
    ValueKind.DATE: " (a date as YYYY-MM-DD)",
}
NOTHING = "-"
"""Stands in a table's cell that may be left out."""


def form_grammar(form: Form, *, bare: bool = False) -> str:
    """GBNF of the answers in a form.

    Args:
        form: The form.
        bare: JSON without a block of code around it, in one line.

    Raises:
        InvalidValueError: A schema cannot be held to.
    """
    match form.kind:
        case FormKind.LIST:
            item = _VALUES[ValueKind.TEXT]
            more = f'("\\n- " item){{0,{MOST_ITEMS - 1}}}'  # not shown
            return f'root ::= "- " item {more}\nitem ::= {item}'  # not shown
        case FormKind.TABLE:
            return _table(form.fields)
        case FormKind.FIELDS:
            return _fields(form.fields)
        case FormKind.ONE_OF:
            return grammar_of_choices(form.choices)
        case FormKind.JSON:
            grammar = schema_grammar(form.schema, lines=not bare)
            if bare:
                return grammar
            rest = grammar.removeprefix("root ::= ")
            return f'root ::= "```json\\n" json "\\n```"\njson ::= {rest}'  # not shown


def _rules(fields: Sequence[FormField]) -> str:
    kinds = dict.fromkeys(one.kind for one in fields)
    return "\n".join(f"{_rule(kind)} ::= {_VALUES[kind]}" for kind in kinds)  # not shown


def _rule(kind: ValueKind) -> str:
    return f"value-{kind.value}"


def table_head(fields: Sequence[FormField]) -> str:
    """The two lines with which a table begins."""
    names = " | ".join(one.name for one in fields)
    return f"| {names} |\n|{' --- |' * len(fields)}"  # not shown


def _table(fields: Sequence[FormField]) -> str:
    cells = ' " | " '.join(
        _rule(one.kind) if one.required else f'({_rule(one.kind)} | "{NOTHING}")'  # not shown
        for one in fields
    )
    head = literal(table_head(fields))
    row = f'row ::= "\\n| " {cells} " |"'  # not shown
    return f"root ::= {head} row{{1,{MOST_ROWS}}}\n{row}\n{_rules(fields)}"  # not shown


def field_head(one: FormField) -> str:
    """What stands before a field's value."""
    return f"- **{one.name}:** "


def _fields(fields: Sequence[FormField]) -> str:
    lines = [
        f'{literal(field_head(one))} {_rule(one.kind)} "\\n"'  # not shown
        for one in fields
    ]
    # It begins with any line before which nothing must stand, so that something is said.
    needed = next((at for at, one in enumerate(fields) if one.required), len(fields) - 1)
    begins = []
    for at in range(needed + 1):
        later = zip(fields[at + 1 :], lines[at + 1 :], strict=True)
        rest = [line if one.required else f"({line})?" for one, line in later]
        begins.append(" ".join([lines[at], *rest]))
    return f"root ::= {' | '.join(begins)}\n{_rules(fields)}"  # not shown


_TOLD = {  # not shown: read by the model
    FormKind.LIST: "Answer with a Markdown list only, one item a line, each beginning with -.",
    FormKind.TABLE: "Answer with a Markdown table only. Its columns: {names}.",
    FormKind.FIELDS: "Answer with a line for each of these fields, as - **Field:** value: {names}.",
    FormKind.ONE_OF: "Answer with exactly one of these and nothing else: {choices}",
    FormKind.JSON: "Answer with JSON only, that fits this schema: {schema}",
}
_IF_KNOWN = " (if known)"  # not shown


def form_told(form: Form) -> str:
    """What the model reads behind the question. English, as the presets are."""
    fields = form.fields
    names = [f"{f.name}{_SAID[f.kind]}{'' if f.required else _IF_KNOWN}" for f in fields]
    told = _TOLD[form.kind].format(
        names=", ".join(names), choices=" | ".join(form.choices), schema=form.schema
    )
    return f"({told})"
