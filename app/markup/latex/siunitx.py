r"""Numbers and units as the siunitx package writes them: ``\SI{9.81}{\meter\per\second}``."""

from __future__ import annotations

import re

from app.markup.latex.tokens import MathError

_UNITS = {  # not shown
    "ampere": "A",
    "astronomicalunit": "au",
    "bel": "B",
    "katal": "kat",
    "mmHg": "mmHg",
    "neper": "Np",
    "atmosphere": "atm",
    "atm": "atm",
    "rpm": "rpm",
    "ppm": "ppm",
    "degC": "^\\circ C",
    "angstrom": "\u00c5",
    "bar": "bar",
    "becquerel": "Bq",
    "bit": "bit",
    "byte": "B",
    "candela": "cd",
    "celsius": "^\\circ C",
    "coulomb": "C",
    "dalton": "Da",
    "day": "d",
    "decibel": "dB",
    "degree": "^\\circ",
    "degreeCelsius": "^\\circ C",
    "electronvolt": "eV",
    "farad": "F",
    "gram": "g",
    "gray": "Gy",
    "hectare": "ha",
    "henry": "H",
    "hertz": "Hz",
    "hour": "h",
    "joule": "J",
    "kelvin": "K",
    "kg": "kg",
    "kilogram": "kg",
    "km": "km",
    "liter": "L",
    "litre": "L",
    "lumen": "lm",
    "lux": "lx",
    "meter": "m",
    "metre": "m",
    "minute": "min",
    "mole": "mol",
    "molar": "M",
    "newton": "N",
    "ohm": "\\Omega ",
    "pascal": "Pa",
    "percent": "\\%",
    "radian": "rad",
    "second": "s",
    "siemens": "S",
    "sievert": "Sv",
    "steradian": "sr",
    "tesla": "T",
    "tonne": "t",
    "volt": "V",
    "watt": "W",
    "weber": "Wb",
}
_SHORT = re.compile(
    r"(f|p|n|u|m|c|d|h|k|M|G|T)?"
    r"(m|g|s|A|K|mol|cd|Hz|N|Pa|J|W|C|V|F|ohm|S|T|H|L|l|eV|bar|Bq|B|dB|min|Sv|Gy|lm|lx|Wh)"
)
_PREFIXES = {
    "yocto": "y",
    "zepto": "z",
    "atto": "a",
    "deca": "da",
    "deka": "da",
    "exa": "E",
    "zetta": "Z",
    "yotta": "Y",
    "femto": "f",
    "pico": "p",
    "nano": "n",
    "micro": "\\mu ",
    "milli": "m",
    "centi": "c",
    "deci": "d",
    "hecto": "h",
    "kilo": "k",
    "mega": "M",
    "giga": "G",
    "tera": "T",
    "peta": "P",
}
_POWERS_BEFORE = {"square": "2", "cubic": "3"}
_POWERS_BEHIND = {"squared": "2", "cubed": "3"}
_PART = re.compile(
    r"\\(?:tothe|raiseto)\{(?P<power>[^{}]*)\}|\\(?P<name>[A-Za-z]+)|\^\{(?P<raised>[^{}]*)\}"
    r"|\^(?P<digit>-?\d)|(?P<join>[.~\s]+|\\[,; ])|(?P<plain>[^\\^.~\s]+)"
)
_NUMBER = re.compile(r"\s*([^eExX]*?)\s*(?:[eE]([+-]?\d+)|[xX]\s*([\d.]+))?\s*")


def unit(source: str) -> str:
    r"""A unit as LaTeX, upright: its names, or ``m/s^2`` as it stands."""
    written: list[str] = []
    prefix, power, per = "", "", False
    for found in _PART.finditer(source.replace("\\%", "\\percent ")):
        name = found["name"]
        raised = found["power"] or found["raised"] or found["digit"] or _POWERS_BEHIND.get(name)
        if raised:
            _raise(written, raised)
        elif name == "per":
            per = True
        elif name in _PREFIXES:
            prefix = _PREFIXES[name]
        elif name in _POWERS_BEFORE:
            power = _POWERS_BEFORE[name]
        elif name or found["plain"]:
            if name and written:
                written.append("\\,")
            shown = _named(name) if name else found["plain"]
            written.append(f"\\mathrm {{{prefix}{shown}}}")
            if per or power:
                written.append(f"^{{{'-' * per}{power or '1'}}}")
            prefix, power, per = "", "", False
        elif written:
            written.append("\\,")
    return "".join(written)


def _named(name: str) -> str:
    r"""A unit by its name, or by the abbreviation of siunitx: ``\\kW`` and ``\\um``.

    Raises:
        MathError: there is none of this name.
    """
    if name in _UNITS:
        return _UNITS[name]
    found = _SHORT.fullmatch(name)
    if found is None:
        raise MathError(f"the unit \\{name} is not known")  # not shown
    prefix = "\\mu " if found[1] == "u" else found[1] or ""
    return prefix + ("\\Omega " if found[2] == "ohm" else found[2])


def _raise(written: list[str], power: str) -> None:
    """Put a power on the last unit; one in the denominator stays there."""
    if written and written[-1] == "^{-1}":
        written[-1] = f"^{{-{power}}}"
    else:
        written.append(f"^{{{power}}}")


def angle(source: str) -> str:
    r"""``30`` in degrees, or ``1;2;3`` in degrees, minutes and seconds."""
    parts = source.split(";")
    marks = ("^{\\circ}", "'", "''")
    if len(parts) > len(marks):
        raise MathError("an angle has more than degrees, minutes and seconds")  # not shown
    return "".join(
        number(part) + mark for part, mark in zip(parts, marks, strict=False) if part.strip()
    )


def number(source: str) -> str:
    r"""``1.5e-3`` as LaTeX: 1.5 times ten to the minus third."""
    found = _NUMBER.fullmatch(source)
    if found is None:
        return source
    mantissa, exponent, factor = found.groups()
    written = mantissa.replace("+-", "\\pm ")
    if factor:
        written += f"\\times {factor}"  # not shown
    if exponent:
        times = "\\times " if mantissa else ""
        written += f"{times}10^{{{exponent.removeprefix('+')}}}"
    return written
