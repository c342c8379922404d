"""``--form`` and ``--schema`` of ``phial ask``: an answer as a list, a table, fields, JSON."""

from __future__ import annotations

import argparse

from app.cli.values import WrongUsageError, path, words
from app.domain.errors import InvalidValueError
from app.domain.grammar.form import (
    FORM_WORDS,
    LONGEST_SCHEMA,
    VALUE_WORDS,
    Form,
    FormKind,
    ValueKind,
    form_kind,
    parse_form,
)
from app.language import tr
from app.language.system_reasons import reason_of


def add_form_options(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument(
        "--form",
        type=words,
        metavar="FORM",
        help=tr(
            'the answer\'s form: {list}, "{table}:Name,Born:{number}", '
            '"{fields}:Name,Died:{date}?", "{one_of}:yes|no", {json}; it exits with {failed} where '
            "the answer does not keep to it",
            list=FORM_WORDS[FormKind.LIST],
            table=FORM_WORDS[FormKind.TABLE],
            number=VALUE_WORDS[ValueKind.NUMBER],
            fields=FORM_WORDS[FormKind.FIELDS],
            date=VALUE_WORDS[ValueKind.DATE],
            one_of=FORM_WORDS[FormKind.ONE_OF],
            json=FORM_WORDS[FormKind.JSON],
            failed="1",
        ),
    )
    parser.add_argument(
        "--schema", type=path, metavar="FILE", help=tr("a JSON schema that the answer must fit")
    )


def form_given(options: argparse.Namespace) -> Form | None:
    """The form that a command line asks for; None for any.

    Raises:
        WrongUsageError: It is none, or asks for what cannot be promised; says what.
    """
    if options.form is None and options.schema is None:
        return None
    asked = options.form or FormKind.JSON.value
    schema = ""
    if options.schema is not None:
        if form_kind(asked) is not FormKind.JSON:
            raise WrongUsageError(tr("A schema belongs to --form json."))
        try:
            with options.schema.open("rb") as file:  # a pipe or a device may have no end
                schema = file.read(4 * LONGEST_SCHEMA + 1).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = reason_of(error) if isinstance(error, OSError) else tr("it is no text")
            raise WrongUsageError(
                tr("{file} cannot be read: {reason}.", file=str(options.schema), reason=reason)
            ) from error
        if not schema.strip():
            raise WrongUsageError(tr("{file} is empty.", file=str(options.schema)))
    try:
        return parse_form(asked, schema)
    except InvalidValueError as error:
        raise WrongUsageError(error.what) from error


def form_row(form: Form, text: str, *, ended: bool) -> dict[str, object]:
    """What came of a form, for programs: whether the answer keeps to it, and what it says.

    Args:
        form: What was asked for.
        text: The answer.
        ended: Whether the model ended it itself.
    """
    from app.domain.grammar.form_check import OutOfFormError, value_of

    try:
        value = value_of(form, text)
    except OutOfFormError:
        value = None
        ended = False
    return {"kind": form.kind.value, "valid": ended, "value": value}
