"""What an act on two numbers gives: "Subtracting 18 from 40 gives 22", in six languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial

from app.sums.findings import Finding
from app.sums.phrases.claims import StatementPlace, is_claimed
from app.sums.statements.lists import NUMBER, NUMBER_END, judged_result
from app.sums.values import Value, exactly

_WORD_SIZES = (8, 16, 32, 64)  # bits of whole numbers that run over
_GAP = r"[\s\0*]+"
_ACTS: Mapping[str, Sequence[tuple[str, str]]] = {  # not shown: a verb, and what links the numbers
    "+": (
        (r"add(?:ing)?|sum(?:ming)?", r"to|and|with|plus"),
        (r"addier(?:t\s+man|en\s+wir|e)", r"und|zu|mit"),
        (r"(?:ajout|additionn)(?:ant|er|ons|ez)", r"à|et|avec"),
        (r"sum(?:ando|ar|amos)|añadiendo", r"y|a|con|más"),
        (r"(?:somm|addizion)(?:ando|are|iamo)|aggiungendo", r"e|a|con|più"),
        (r"(?:som|adicion)(?:ando|ar|amos)", r"e|a|com|mais"),
        ("", r"(?:is\s+)?added\s+to"),
    ),
    "-": (
        (r"(?:subtract|deduct)(?:ing)?|tak(?:e|ing)|remov(?:e|ing)", r"(?:away\s+)?from"),
        (r"(?:zieht\s+man|ziehen\s+wir|ziehe|subtrahier(?:t\s+man|en\s+wir|e))", r"von"),
        (r"soustra(?:yant|ire|yons|yez)|(?:retir|enlev)(?:ant|er|ons|ez)", r"de|à"),
        (r"rest(?:ando|ar|amos)|quitando", r"de|a"),
        (r"sottra(?:endo|rre|iamo)|togliendo", r"da|a"),
        (r"subtra(?:indo|ir|ímos)|tirando", r"de|a"),
        ("", r"(?:is\s+)?(?:subtracted|deducted|taken(?:\s+away)?)\s+from"),
    ),
    "*": (
        (r"multiply(?:ing)?", r"by|with|and|times"),
        (r"multiplizier(?:t\s+man|en\s+wir|e)", r"mit|und"),
        (r"multipli(?:ant|er|ons|ez)", r"par"),
        (r"multiplic(?:ando|ar|amos)", r"por"),
        (r"moltiplic(?:ando|are|hiamo)", r"per"),
    ),
    "/": (
        (r"divid(?:e|ing)", r"by"),
        (r"(?:teilt\s+man|teilen\s+wir|teile|dividier(?:t\s+man|en\s+wir|e))", r"durch"),
        (r"divis(?:ant|er|ons|ez)", r"par"),
        (r"divid(?:iendo|ir|imos)|divid(?:indo|ir|imos)", r"por|entre"),
        (r"divid(?:endo|ere|iamo)", r"per"),
    ),
}  # fmt: skip
_LEAD = (  # not shown: belongs to the statement, which else would be a mere supposition
    r"(?:(?:if|when|whenever)\s+(?:you|we|one|i)\s+|(?:si|quand)\s+(?:on|nous)\s+|(?:en|al|ao|se)\s+)?"
)
_TAIL = r"(?:\s+ab)?"  # not shown: the end of a German verb
_GIVES = (  # not shown
    r"(?:and\s+)?(?:(?:the|your|our)\s+(?:result|answer|sum|total|difference|product|quotient)\s+is"
    r"|gives?(?:\s+(?:us|you))?|yields|makes|is|equals|results\s+in|comes\s+to|leaves(?:\s+(?:us|you))?"
    r"|which\s+(?:is|gives)|to\s+(?:get|obtain|give|make)|(?:we|you|i|one)\s+(?:get|have|obtain|find)s?"
    r"|ergibt(?:\s+(?:das|sich))?|ist(?:\s+das)?|gibt(?:\s+das)?|erhält\s+man|erhalten\s+wir|bekommt\s+man"
    r"|(?:on|nous)\s+obt(?:ient|enons)|(?:cela|ça)\s+(?:donne|fait)|donne|fait|est"
    r"|se\s+obtiene|obtenemos|tenemos|da|resulta(?:\s+en)?|es|nos\s+da"
    r"|si\s+ottiene|otteniamo|abbiamo|dà|è|fa|risulta"
    r"|obtemos|obtém-se|temos|dá|resulta\s+em|é|ficamos\s+com)"
    r"(?:\s+(?:a|an|the)\s+(?:result|sum|total|product|quotient|difference|value)\s+of)?(?![^\W\d_])"
)
_ABOUT = (  # not shown
    r"(?P<about>\s+(?:about|approximately|roughly|around|etwa|rund|ungefähr|environ|circa"
    r"|aproximadamente|cerca\s+de))?"
)
_QUICK = re.compile(  # not shown
    r"add|sum|subtra|tak|remov|deduct|multipl|molti|divi|teil|zieh|ajout|soustra|retir|enlev|rest"
    r"|quitand|añad|somm|soma|aggiun|sottra|togli|tirand",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"[-\u2212]?(?:\d{1,20}|\d{1,3}(?:[.,]\d{3})+)")
_HAS_TWO = re.compile(r"\d\D+\d")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    made = []
    for sign, ways in _ACTS.items():
        each = "|".join(
            rf"(?:{verb}){_GAP}\$?(?P<a{n}>{NUMBER}){_GAP}(?:{link}){_GAP}\$?(?P<b{n}>{NUMBER})"
            if verb
            else rf"\$?(?P<a{n}>{NUMBER}){_GAP}(?:{link}){_GAP}\$?(?P<b{n}>{NUMBER})"
            for n, (verb, link) in enumerate(ways)
        )
        gives = _GIVES.replace(r"|leaves(?:\s+(?:us|you))?", "") if sign == "/" else _GIVES
        whole = (
            rf"(?<![\w.,/–'’-]){_LEAD}(?:{each}){_TAIL}\s*,?{_GAP}(?P<relation>{gives}){_ABOUT}"
            rf"{_GAP}\$?(?P<stated>{NUMBER}){NUMBER_END}"
        )
        made.append((sign, re.compile(whole, re.IGNORECASE)))
    return tuple(made)


def wrong_acts(text: str, start: int, end: int) -> Iterator[Finding]:
    """What acts on two numbers in a line are told to give and do not, or do (RIGHT)."""
    if not (_QUICK.search(text, start, end) and _HAS_TWO.search(text, start, end)):
        return
    for sign, pattern in _patterns():
        for found in pattern.finditer(text, start, end):
            a, b = (_only(found, letter) for letter in "ab")
            finding = judged_result(found, (a, b), partial(_result, sign))
            if finding is None or _runs_over(finding):
                continue
            place = StatementPlace.at(text, found.start(), found.end("relation"), found.end())
            if is_claimed(text, place):
                yield finding


def _only(found: re.Match[str], letter: str) -> str:
    groups = found.groupdict()
    return next(said for name, said in groups.items() if said and name in _names(letter))


@cache
def _names(letter: str) -> frozenset[str]:
    return frozenset(f"{letter}{n}" for n in range(max(map(len, _ACTS.values()))))


def _result(sign: str, numbers: Sequence[Fraction]) -> Value:
    a, b = map(exactly, numbers)
    results: Mapping[str, Callable[[], Value]] = {
        "+": lambda: a + b,
        "-": lambda: b - a,
        "*": lambda: a * b,
        "/": lambda: a / b,
    }
    return results[sign]()


def _runs_over(finding: Finding) -> bool:
    """Whether whole numbers of a program run over: adding 1 to 255 gives 0."""
    both = finding.right, finding.stated
    if not all(map(_WHOLE.fullmatch, both)):
        return False
    right, stated = (int(re.sub(r"[.,]", "", one).replace("\u2212", "-")) for one in both)
    gap = right - stated
    return gap != 0 and any(gap % 2**bits == 0 for bits in _WORD_SIZES)
