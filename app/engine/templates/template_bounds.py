"""What an operation of a chat template may make at once.

One call can make gigabytes of a few letters, or compute in C where no round of a loop looks at the
clock. What it would make is reckoned before it is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from itertools import islice
from typing import Any

from app.language import tr

MOST_TEXT = 1 << 26  # characters that one operation may make; three times the longest message
MOST_ITEMS = 1 << 20  # in a list made by repeating one
MOST_HELD = 1 << 17  # values in a value that is shown; a prompt has some thousand messages
MOST_BITS = 1 << 16  # of a whole number
MOST_WIDTH = 1 << 10  # characters that a text may be filled up to
MOST_TITLED = 1 << 22  # characters that are looked at one by one
_FILLING = {"center", "ljust", "rjust", "zfill", "expandtabs"}
_DIGITS = 30  # that a number may be rounded to
# ``%999999999d``, ``%*d``, ``{:999999999}``, ``{:{}}``: widths without bound.
_WIDTH = re.compile(r"%[-+ #0.]*(?:\d{6}|\*)|%[-+ #0]*\d*\.(?:\d{6}|\*)|\{[^{}]*(?:\d{6}|\{)")
# Filters of jinja's own that cut or fill texts and lists; no chat template needs them.
UNUSED_FILTERS = ("batch", "slice", "wordwrap", "urlize", "xmlattr", "pprint")
UNUSED_GLOBALS = ("lipsum",)


def refuse_above(count: int, most: int) -> None:
    """Raise OverflowError where ``count`` is more than ``most``."""
    if count > most:
        raise OverflowError(tr("more than {most} of something at once", most=most))


def refuse_wide(arguments: Iterable[object]) -> None:
    """Refuse widths that a text would be filled up to."""
    for width in arguments:
        if isinstance(width, int):
            refuse_above(abs(width), MOST_WIDTH)
        elif isinstance(width, str):
            refuse_above(len(width), MOST_WIDTH)


def refuse_width_in(form: str) -> None:
    """Refuse a form that asks for a billion characters, or takes its widths from elsewhere."""
    if _WIDTH.search(form):
        raise OverflowError(tr("a width of more than five digits"))


def bits(value: object) -> int:
    """Of a whole number; 0 for anything else."""
    return value.bit_length() if isinstance(value, int) else 0


def weighed(value: object) -> Any:
    """``value``, if its text is not too long: a list may hold the same list many times over."""
    if isinstance(value, list | tuple | dict):
        letters, items, waiting = 0, 0, [value]
        while waiting:
            one: Any = waiting.pop()
            if isinstance(one, str | bytes):
                letters += len(one)
            elif isinstance(one, Mapping):
                waiting += [*one.keys(), *one.values()]
            elif isinstance(one, list | tuple | set):
                waiting += one
            items += 1
            refuse_above(items + len(waiting), MOST_HELD)
            refuse_above(letters, MOST_TEXT)
    return value


def bounded_call(text: str, name: str, arguments: Sequence[object]) -> tuple[object, ...]:
    """The arguments of a method of a text, once it is known that it makes not too much.

    Args:
        text: Whose method it is.
        name: Of the method.
        arguments: What it is called with.
    """
    if name == "replace" and len(arguments) > 1:
        old, new = str(arguments[0]), str(arguments[1])
        refuse_above(len(text) + text.count(old) * len(new), MOST_TEXT)
        return tuple(arguments)
    if name == "join" and arguments:
        return (_joinable(text, arguments[0]),)
    if name in {"format", "format_map"}:
        refuse_width_in(text)
        return tuple(weighed(one) for one in arguments)
    if name in _FILLING:
        refuse_wide(arguments)
    return tuple(arguments)


def _joinable(separator: str, values: Any) -> list[Any]:
    items = list(islice(values, MOST_ITEMS + 1))
    refuse_above(len(items) * len(separator), MOST_TEXT)
    weighed(items)
    return items


# --- filters ------------------------------------------------------------------------------------


def bounded_filters(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Jinja's own filters and what stands in the place of some."""
    found = {name: made for name, made in filters.items() if name not in UNUSED_FILTERS}
    found["tojson"] = to_json
    for name in ("center", "indent"):
        found[name] = _within(found[name])
    for name in ("string", "escape", "e", "forceescape", "safe", "upper", "lower", "trim"):
        found[name] = _weighing(found[name])
    made = {"sum": _sum, "join": _joining, "replace": _replacing, "round": _rounded}
    found |= {name: make(found[name]) for name, make in made.items()}
    found["format"], found["title"] = _form, _titled(found["title"])
    return found


def _within(fill: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that fills texts up, within bounds."""

    def filled(value: Any, *arguments: Any, **named: Any) -> Any:
        refuse_wide((*arguments, *named.values()))
        return fill(value, *arguments, **named)

    return filled


def _weighing(show: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that makes a text of anything."""

    def shown(value: Any, *arguments: Any, **named: Any) -> Any:
        return show(weighed(value), *arguments, **named)

    return shown


def _titled(title: Callable[..., Any]) -> Callable[..., Any]:
    def titled(value: Any) -> Any:
        text = str(weighed(value))
        refuse_above(len(text), MOST_TITLED)
        return title(text)

    return titled


def _form(value: Any, *arguments: Any, **named: Any) -> str:
    form = str(weighed(value))
    refuse_width_in(form)
    weighed([*arguments, *named.values()])
    return form % (named or arguments)


def _rounded(rounding: Callable[..., Any]) -> Callable[..., Any]:
    def rounded(value: Any, precision: int = 0, method: str = "common") -> Any:
        refuse_above(abs(precision), _DIGITS)
        return rounding(value, precision, method)

    return rounded


def _sum(adding: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(adding)  # with jinja's own mark of what is passed first
    def added(environment: Any, iterable: Any, attribute: Any = None, start: Any = 0) -> Any:
        if not isinstance(start, int | float):
            raise TypeError(tr("only numbers are added up"))
        return adding(environment, iterable, attribute, start)

    return added


def _joining(join: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(join)
    def joined(context: Any, value: Any, separator: Any = "", attribute: Any = None) -> Any:
        return join(context, _joinable(str(separator), value), separator, attribute)

    return joined


def _replacing(replace: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(replace)
    def replaced(context: Any, value: Any, old: Any, new: Any, count: int | None = None) -> Any:
        bounded_call(str(weighed(value)), "replace", (old, new))
        return replace(context, value, old, new, count)

    return replaced


def to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON as transformers writes it: what is not ASCII stays."""
    refuse_wide([indent, *(separators or ())])
    return json.dumps(
        weighed(value),
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )
