r"""Numbers and units as the siunitx package writes them: ``\SI{9.81}{\meter\per\second}``."""

from __future__ import annotations

import re

_UNITS = {
    "ampere": "A",
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
_PREFIXES = {
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
    for found in _PART.finditer(source):
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
            written.append(f"\\mathrm {{{prefix}{_UNITS.get(name, name or found['plain'])}}}")
            if per or power:
                written.append(f"^{{{'-' * per}{power or '1'}}}")
            prefix, power, per = "", "", False
        elif written:
            written.append("\\,")
    return "".join(written)


def _raise(written: list[str], power: str) -> None:
    """Put a power on the last unit; one in the denominator stays there."""
    if written and written[-1] == "^{-1}":
        written[-1] = f"^{{-{power}}}"
    else:
        written.append(f"^{{{power}}}")


def amount(source: str) -> str:
    r"""``5 mol L-1`` as LaTeX, as the mhchem package writes a quantity in ``\pu``."""
    count, _, rest = source.strip().partition(" ")
    if not count[:1].isdigit():
        count, rest = "", source
    written = unit(re.sub(r"(?<=[A-Za-z])(-?\d+)", r"^{\1}", rest.strip()))
    return f"{number(count)}\\,{written}" if count and written else number(count) + written


def number(source: str) -> str:
    r"""``1.5e-3`` as LaTeX: 1.5 times ten to the minus third."""
    found = _NUMBER.fullmatch(source)
    if found is None:
        return source
    mantissa, exponent, factor = found.groups()
    written = mantissa.replace("+-", "\\pm ")
    if factor:
        written += f"\\times {factor}"
    if exponent:
        times = "\\times " if mantissa else ""
        written += f"{times}10^{{{exponent.removeprefix('+')}}}"
    return written
