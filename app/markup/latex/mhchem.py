r"""``\ce{…}``: the common part of the mhchem package, as LaTeX.

Element symbols upright, numbers behind them low, charges high, arrows long. What is not
understood passes through, so that the worst is a formula that looks plain.
"""

from __future__ import annotations

import re

_ARROWS = (
    ("<=>", "\\rightleftharpoons"),
    ("<->", "\\leftrightarrow"),
    ("->", "\\longrightarrow"),
    ("<-", "\\longleftarrow"),
    ("⇌", "\\rightleftharpoons"),
    ("→", "\\longrightarrow"),
)
_PART = re.compile(
    r"(?P<arrow><=>|<->|->|<-|⇌|→)(?:\[(?P<above>[^\]]*)\])?(?:\[(?P<below>[^\]]*)\])?"
    r"|\^\{(?P<high>[^{}]*)\}|\^(?P<sign>\d*[+-]|[A-Za-z0-9]+)"
    r"|_\{(?P<low>[^{}]*)\}|_(?P<digit>\w)"
    r"|(?P<symbol>[A-Za-z]+|[)\]])(?P<count>\d+)?(?P<charge>[+-](?=\s|$|\)|\]))?"
    r"|(?P<other>.)",
    re.DOTALL,
)
_WORD = re.compile(r"(?:\[[^\]]*\]|\S)+")
"""What stands between blanks; conditions in square brackets may hold some."""
_SIGNS = {"*": "\\cdot ", ".": "\\cdot ", "#": "{\\equiv }", "-": "{-}", "=": "{=}"}
"""Bonds are no operators: no space stands around them."""
_AMOUNT = re.compile(r"(\d+)(?:/(\d+))?")
_OXIDATION = re.compile(r"[IVX]+")
_MAX = 500


def chemistry(source: str) -> str:
    r"""The argument of ``\ce`` as LaTeX."""
    written: list[str] = []
    for word in _WORD.findall(source[:_MAX]):
        if word in ("+", "-", "="):
            written.append(f" {word} ")
        elif word == "v":
            written.append("\\downarrow ")
        elif word == "^":
            written.append("\\uparrow ")
        else:
            written.append(_word(word))
    return " ".join(written) + source[_MAX:]


def _word(word: str) -> str:
    leading = re.match(r"(\d+(?:/\d+)?)(?=[A-Z(\[^]|$)", word)
    written = [_amount(leading.group(1))] if leading else []
    if re.match(r"[_^]", word[leading.end() if leading else 0 :]):
        written.append("{}")  # the numbers of an isotope stand before its symbol
    for match in _PART.finditer(word, leading.end() if leading else 0):
        part = match.groupdict()
        if part["arrow"]:
            written.append(_arrow(part["arrow"], part["above"], part["below"]))
        elif part["high"] is not None or part["sign"]:
            high = part["high"] or part["sign"]
            written.append(
                f"^{{\\mathrm {{{high}}}}}" if _OXIDATION.fullmatch(high) else f"^{{{high}}}"
            )
        elif part["low"] is not None or part["digit"]:
            written.append(f"_{{{part['low'] or part['digit']}}}")
        elif part["symbol"]:
            symbol = part["symbol"]
            written.append(symbol if symbol in ")]" else f"\\mathrm {{{symbol}}}")
            written.append(f"_{{{part['count']}}}" if part["count"] else "")
            written.append(f"^{{{part['charge']}}}" if part["charge"] else "")
        else:
            written.append(_SIGNS.get(match[0], match[0]))
    return "".join(written)


def _amount(written: str) -> str:
    """How many of a substance, with a small space behind it."""
    match = _AMOUNT.fullmatch(written)
    if match and match.group(2):
        return f"\\tfrac {{{match.group(1)}}}{{{match.group(2)}}}\\, "
    return f"{written}\\, "


def _arrow(sign: str, above: str | None, below: str | None) -> str:
    arrow = dict(_ARROWS)[sign]
    if above:
        arrow = f"\\overset {{{_condition(above)}}}{{{arrow}}}"
    if below:
        arrow = f"\\underset {{{_condition(below)}}}{{{arrow}}}"
    return f" {arrow} "


def _condition(text: str) -> str:
    """What stands at an arrow: a substance, or words such as a temperature."""
    if "\\" in text:
        return f"\\mathrm {{{text}}}"
    return f"\\text {{{text}}}" if " " in text.strip() else chemistry(text)
