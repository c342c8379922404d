"""Colours of formulas: names, and the models of the xcolor package, as a picture has them."""

from __future__ import annotations

import re

from app.markup.latex.tokens import MathError, TokenReader

_NAMES = frozenset(  # not shown
    """
    aqua aquamarine azure beige bisque black blue blueviolet brown burlywood cadetblue chartreuse
    chocolate coral cornflowerblue crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen
    darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkslateblue
    darkslategray darkturquoise darkviolet deeppink deepskyblue dimgray dodgerblue firebrick
    forestgreen fuchsia gold goldenrod gray green greenyellow grey hotpink indianred indigo ivory
    khaki lavender lawngreen lightblue lightcoral lightcyan lightgray lightgreen lightpink
    lightsalmon lightseagreen lightskyblue lightsteelblue lightyellow lime limegreen linen magenta
    maroon mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen
    mediumturquoise mediumvioletred midnightblue moccasin navy olive olivedrab orange orangered
    orchid palegreen palevioletred peru pink plum powderblue purple red rosybrown royalblue
    saddlebrown salmon sandybrown seagreen sienna silver skyblue slateblue slategray snow
    springgreen steelblue tan teal thistle tomato turquoise violet wheat white yellow yellowgreen
    """.split()  # noqa: SIM905 - a list of a hundred strings reads worse
)
_NAME = re.compile(r"[A-Za-z]+(?:![A-Za-z0-9]+)*")
_HEX = re.compile(r"#?([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")


def coloured(reader: TokenReader) -> str:
    r"""The converter's command for the colour that follows: ``{red}`` or ``[RGB]{255,0,0}``.

    Empty for a name that is not known: what has it is drawn in the colour of the text.

    Raises:
        MathError: there is no such colour.
    """
    reader.skip_spaces()
    model = reader.option()
    found = colour(model, "".join(reader.argument()))
    return f"\\textcolor {{{found}}}" if found else ""


def colour(model: str | None, value: str) -> str:  # not shown
    """A colour as the picture names it; empty for a name it does not know, to be drawn as ink.

    Raises:
        MathError: there is no such colour.
    """
    value = value.strip()
    if model is None or model == "named":
        found = _HEX.fullmatch(value) if value.startswith("#") else None
        if found is not None or value.lower() in _NAMES:
            return value.lower()
        if _NAME.fullmatch(value):
            return ""
        raise MathError(f"the colour {value} is not known")
    found = _HEX.fullmatch(value)
    if model == "HTML" and found is not None:
        return f"#{found[1].lower()}"
    try:
        parts = [float(part) for part in value.split(",")]
    except ValueError as error:
        raise MathError(f"the colour {value} is not known") from error
    match model, parts:
        case "RGB", [_, _, _]:
            return _hex([part / 255 for part in parts])
        case "rgb", [_, _, _]:
            return _hex(parts)
        case "gray", [grey]:
            return _hex([grey] * 3)
        case "cmyk", [cyan, magenta, yellow, black]:
            return _hex([(1 - part) * (1 - black) for part in (cyan, magenta, yellow)])
    raise MathError(f"colours of {model} are not drawn")


def _hex(parts: list[float]) -> str:
    if not all(0 <= part <= 1 for part in parts):
        raise MathError("there is no such colour")  # not shown
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
