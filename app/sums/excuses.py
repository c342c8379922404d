"""What looks like a wrong statement and is something else: versions, ranges, scores, files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from app.sums.findings import Finding
from app.sums.lexer import Kind, Token
from app.sums.numerals import Convention, read_numeral
from app.sums.phrases.claims import StatementPlace, is_claimed, sentence_before, sentence_end

_VERSIONS = re.compile(
    r"\b(?:versions?|versioning|semver|releases?|updates?|builds?|software|chapters?|sections?"
    r"|figures?|tables?|dates?|python|kernel|ios|android|v\d"
    r"|glibc|gcc|clang|llvm|node|npm|numpy|scipy|pandas|django|ubuntu|debian|fedora|linux|windows"
    r"|macos|qt|java|jdk|ruby|rust|php|perl|mysql|postgres\w*|sqlite|openssl|cmake|gtk|gnome|firefox"
    r"|chrome|docker|kubernetes|nginx|apache|cuda|driver|firmware|package|usb|bluetooth|pytorch"
    r"|tensorflow|kapitel|abschnitt|chapitre|capítulo|bible|bibel|biblia|biblical|verses?|verset"
    r"|vers|versione|versão|capitolo|sezione|seção|versículo|gospel|psalms?|genesis|exodus|isaiah|matthew|luke|romans|corinthians|revelation"
    r"|qur['’]?an|koran|surah?|paragraphs?|clauses?|articles?"
    r"|priorit\w+|rank\w*)\b",
    re.IGNORECASE,
)
_ONE_OF_TWO = re.compile(  # not shown: "the sum of columns 1 and 3 is less than"
    r"\d[\s\0]+(?:and|or|und|oder|et|ou|y|o|e)[\s\0]+$", re.IGNORECASE
)
_IN_YEAR = re.compile(  # not shown: "nel 2020 sono 3 + 4"
    r"\b(?:in|im|en|nel|dal|em|since|seit|depuis|desde|year|jahr|année|año|anno|ano)[\s\0]+$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_RANKED = re.compile(  # not shown: what is numbered there, not counted
    r"\b(?:preced\w+|preferen\w+|prefers?|importan\w+|urgen\w+|order(?:ed|ing)?|options?|candidates?"
    r"|teams?|choices?|seeds?|severity|levels?|vorrang|wichtig\w*|rangfolge|reihenfolge|opciones"
    r"|opzion\w+|opções|ordine|orden|ordem|ordre)\b",
    re.IGNORECASE,
)
_NOT_SPANISH = re.compile(  # not shown
    r"\b(?:sottra\w+|togli\w+|tolt\w+|il|gli|dell[aeo]|si|dal|è|che|o|os|as|do|das|é|uma?|são|não)\b",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"\b(?:let|var|val|const|auto|bool\w*)\s+\w+\s*=\s*$")
_PLACE = re.compile(r"\d{1,2}")
_LOST_POWER = re.compile(r"([\d.,]+)\s*[×x·*]\s*10([-−–]?)(\d{1,2})")  # 4.5 × 10-3, copied
_REDIRECTED = re.compile(r"(?:^|[^\w.,])[012]>[12]$")  # a shell's output
_OF_A_LIST = re.compile(  # not shown: "the sum of 2 and 3 × 4 is 14"
    r"(?:%|\b(?:half|third|thirds|quarters?|double|triple|hälfte|drittel|viertel|moitié|tiers|quart"
    r"|square|cube|factorial|root|wurzel|quadrat|racine|carrée?|raíz|cuadrad[oa]|mitad|tercio|percent|prozent|sum|total|difference|product|average|mean|summe|differenz"
    r"|produkt|durchschnitt|somme|différence|produit|moyenne|suma|diferencia|producto|promedio|media))\s+"
    r"(?:of|between|von|aus|zwischen|de|entre)\s+(?:\.(?=\d)|[\d\s,+\-*/×·÷()%\0]|\b(?:and|und|et|y)\b)*$",
    re.IGNORECASE,
)
_PARAMETERS = re.compile(r"\$\d\s*[<>]=?\s*\$\d")
_PROMPT = re.compile(r"\s*(?:>>>|\$ |\w{2,12}[=#-]?> )")
_COUNTED_PROMPT = re.compile(r"[\s\0]*\d{1,4}>[ ]")  # something is asked there
_TWICE = re.compile(r"([\d.,]+)\s*[<>]\s*\1")  # nobody says that 1 < 1
_OF_TWO_PARTS = re.compile(r"(\d{1,6})[.,](\d{1,6})")
_LIKELIHOOD = re.compile(r"0[.,]0+[15]")
_NEAR_PI = re.compile(r"3[.,][012]\d*")
_TEN_RAISED = re.compile(r"[\d.]+[eE][+-]?\d+")
_DAY_AND_YEAR = re.compile(r"\d{1,2}/\d{1,2}\s*(?:=|is|was)\s*(?:1[5-9]|20)\d\d")  # 9/11 = 2001
_DISCOUNT = re.compile(r"([\d.]+)\s*%\s+off\s+(?:of\s+)?[$€£]?([\d.]+)")
_FEE = re.compile(  # not shown
    r"([\d.,]+)[\s\0]*(?:%|percent|prozent|por ciento|pour cent)\s+(?:(?!\d)[^\n.;=]){2,40}?\s"
    r"[$€£]?(\d[\d.,]*)",
    re.IGNORECASE,
)
_FREE = re.compile(  # not shown: behind what a number stands by itself
    r"(?:^|[\n.,;:!?(\[{“\"«—–\0*_$|>=-])\s*$"
    r"|(?<!\w)(?:that|so|then|and|but|because|since|as|thus|hence|therefore|while|number|value"
    r"|dass|also|und|weil|denn|da|aber|zahl|que|donc|car|et|mais|nombre|así|porque|pues|número|y"
    r"|أن|و|لأن|कि|और)\s+$",
    re.IGNORECASE,
)
_TEXTS = re.compile(  # not shown: where 1 + 1 = 11
    r"\b(?:strings?|concat\w*|joined|javascript|zeichenketten?|verkettet\w*|verkettung|chaînes?"
    r"|concaténation|cadenas?|concatenación)\b",
    re.IGNORECASE,
)
_IN_BITS = re.compile(r"1[01]{2,40}")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with what stands around it.

    Attributes:
        text: The whole text.
        start: Where its line, cell or formula begins.
        relation: Its sign.
        left: Tokens before it.
        right: Tokens behind it.
        row: The numbers that are compared in a row, where it is one.
    """

    text: str
    start: int
    relation: Token
    left: Sequence[Token]
    right: Sequence[Token]
    row: tuple[str, ...] = ()


def is_excused(finding: Finding, said: Statement) -> bool:
    """Whether something else is meant, or nobody claims it."""
    text, relation, part = said.text, said.relation, said.left
    place = StatementPlace.at(text, finding.start, relation.end, finding.end)
    if not is_claimed(text, place):
        return True
    alone = _is_parameter(part) or _is_parameter(said.right)
    beside = any(len(one) == 1 and _NEAR_PI.fullmatch(one[0].text) for one in (part, said.right))
    if relation.text[0] in "<>" and (
        _VERSIONS.search(text, sentence_before(text, place), sentence_end(text, place))
        or (alone and not beside)
        or _is_named(part, text[said.start : part[0].start].split())
        or _are_versions(said.row, relation.text)
        or _is_code(text, place, part)
    ):
        return True
    if _is_year(said, place) or _is_ranked(said, place) or _is_of_another(text, relation, part):
        return True
    if alone and not beside:
        return True  # π = 0.3 is a share
    if _is_model(said, place):
        return True
    if _DAY_AND_YEAR.fullmatch(text, finding.start, finding.end):
        return True
    if _is_discount(finding, text) or _is_with_fee(finding, text):
        return True
    if part[0].kind is Kind.OPEN and text[max(0, part[0].start - 1) : part[0].start] in {"'", "’"}:
        return True  # f'(1 - 0) = -1
    prompt = _COUNTED_PROMPT.match(text, place.line)
    if prompt is not None and prompt.end() == relation.end + 1:
        return True  # of a shell that counts what it is asked
    if _PROMPT.match(text, place.line, finding.start):
        return True
    if _OF_A_LIST.search(text, max(place.line, finding.start - 120), finding.start):
        return True
    if said.text[relation.start : relation.end] == "da" and _NOT_SPANISH.search(
        text, place.line, sentence_end(text, place)
    ):
        return True  # "from", and "of the"
    if said.text[relation.start : relation.end] == "leaves" and "/" in {o.text for o in part}:
        return True  # a rest
    plain = not any(one.kind in {Kind.FUNCTION, Kind.CONSTANT} for one in part)
    if finding.stated == "0" and plain and any(one.text == "/" for one in part):
        return True  # of whole numbers in a program: (1 + 2) * (3 / 4)
    if _REDIRECTED.search(text[max(0, part[0].start - 1) : finding.end]):
        return True
    if _are_texts(finding, said, place):
        return True
    if _IN_BITS.fullmatch(finding.stated) and str(int(finding.stated, 2)) == finding.right:
        return True
    for one in (part, said.right):
        if len(one) == 3 and one[1].text == "-" and one[0].end == one[2].start - 1 and _grows(one):
            tight = text[relation.start - 1].isdigit() and text[relation.end].isdigit()
            if not tight or one is not part:
                return True
    least = [one.text for one in said.right]
    if relation.text == "<" and len(least) == 1 and _LIKELIHOOD.fullmatch(least[0]):
        return True  # behind the number before it, in a table of a test
    written = text[part[0].start : part[-1].end]
    if _is_lost_power(written, finding.stated):
        return True
    counted = any(one.kind is Kind.WORD for one in said.right)
    if re.fullmatch(r"\d+(?:[-–]\d+)+", written) and (counted or written.count("-") != 1):
        return True  # a score, a line-up
    return bool(re.fullmatch(r"\d+/\d+/\d+", written))


def _is_model(said: Statement, place: StatementPlace) -> bool:
    """Whether what looks like a power of ten is a name, as in "Model 3e5 = 3000"."""
    sides = said.left, said.right
    if any(len(one) > 1 for one in sides):
        return False
    if not any(_TEN_RAISED.fullmatch(one[0].text) for one in sides):
        return False
    before = said.text[max(place.line, place.start - 40) : place.start]
    return _FREE.search(before) is None


def _are_texts(finding: Finding, said: Statement, place: StatementPlace) -> bool:
    """Whether what is stated is the digits one behind another, and texts are spoken of."""
    row = "".join(one.text for one in said.left if one.kind is Kind.NUMBER)
    if row != finding.stated or any(one.text in {"*", "/"} for one in said.left):
        return False
    first, last = sentence_before(said.text, place), sentence_end(said.text, place)
    return _TEXTS.search(said.text, first, last) is not None


def _is_year(said: Statement, place: StatementPlace) -> bool:
    """Whether a spoken sign stands behind a year in which something is: "nel 2020 sono 3 + 4"."""
    first = said.left[0]
    if len(said.left) > 1 or not said.text[said.relation.start].isalpha():
        return False
    named = _IN_YEAR.search(said.text, place.line, first.start) is not None
    return named and _YEAR.fullmatch(first.text) is not None


def _is_ranked(said: Statement, place: StatementPlace) -> bool:
    """Whether small numbers stand in the order of what they name: "we prefer 1 > 2 > 3"."""
    if not said.row or not all(_PLACE.fullmatch(one) for one in said.row):
        return False
    first, last = sentence_before(said.text, place), sentence_end(said.text, place)
    return _RANKED.search(said.text, first, last) is not None


def _is_lost_power(written: str, stated: str) -> bool:
    """Whether a power of ten lost its place above the line when it was copied."""
    found = _LOST_POWER.fullmatch(written)
    if found is None:
        return False
    power = int(found[3]) * (-1 if found[2] else 1)
    for convention in Convention:
        base, result = (read_numeral(one, convention) for one in (found[1], stated))
        if base and result and base.value * Fraction(10) ** power == result.value:
            return True
    return False


def _is_parameter(part: Sequence[Token]) -> bool:
    """Whether a side is π and nothing else, which may be any letter there."""
    return [one.text for one in part if one.kind is Kind.CONSTANT] == ["pi"] and len(part) == 1


def _is_of_another(text: str, relation: Token, part: Sequence[Token]) -> bool:
    """Whether a whole number belongs to the words before it: "sales of 2020 exceed 3,000"."""
    spoken = relation.text[0] in "<>" and text[relation.start : relation.start + 1].isalpha()
    if not spoken or len(part) != 1 or not part[0].text.isdigit():
        return False
    before = text[max(0, part[0].start - 40) : part[0].start]
    return _FREE.search(before) is None or _ONE_OF_TWO.search(before) is not None


def _is_discount(finding: Finding, text: str) -> bool:
    """Whether what is said of "10 % off 50" is how much that is off."""
    found = _DISCOUNT.search(text, finding.start, finding.end)
    numbers = [read_numeral(one, Convention.POINT) for one in (found.groups() if found else ())]
    stated = read_numeral(finding.stated, Convention.POINT)
    known = [one.value for one in numbers if one is not None]
    return stated is not None and len(known) == 2 and stated.value * 100 == known[0] * known[1]


def _is_with_fee(finding: Finding, text: str) -> bool:
    """Whether what is said of "a 15 % tip on $40" is the amount with it, or without it."""
    found = _FEE.search(text, finding.start, finding.end)
    for convention in Convention if found is not None else ():
        numbers = [
            read_numeral(one.rstrip(".,"), convention)
            for one in (*(found.groups() if found is not None else ()), finding.stated)
        ]
        known = [one.value for one in numbers if one is not None]
        if len(known) == 3 and known[2] in {
            known[1] * (1 + known[0] / 100),
            known[1] * (1 - known[0] / 100),
        }:
            return True
    return False


def _is_code(text: str, place: StatementPlace, part: Sequence[Token]) -> bool:
    """Whether a comparison is of a program: "rand (5) < 0.9", "[2 < 1, 1]", "sed $1 > $2"."""
    if _PARAMETERS.fullmatch(text, place.start, place.end):
        return True
    if _ASSIGNED.search(text, place.line, place.start):
        return True
    if _TWICE.fullmatch(text, place.start, place.end):
        return True
    if [one.kind for one in part] == [Kind.OPEN, Kind.NUMBER, Kind.CLOSE]:
        return True
    before = text[place.line : place.start]
    return before.count("[") > before.count("]")


def _are_versions(row: Sequence[str], sign: str) -> bool:
    """Whether numbers are in the order of versions: 10.9 < 10.10 < 10.11.

    Of two numbers only where a nought at the end says that they are no decimals: 9.9 < 9.10.
    """
    parts = [_OF_TWO_PARTS.fullmatch(one) for one in row]
    known = [(int(one[1]), int(one[2])) for one in parts if one is not None]
    if len(known) != len(row) or len({whole for whole, _ in known}) != 1:
        return False
    if len(row) < 3 and not any(one.endswith("0") for one in row):
        return False
    ordered = known if sign[0] == "<" else known[::-1]
    return all(a < b if sign in {"<", ">"} else a <= b for a, b in pairwise(ordered))


def _is_named(part: Sequence[Token], before: Sequence[str]) -> bool:
    """Whether a single number belongs to the name before it, as in "the Airbus 320"."""
    named = len(part) == 1 and len(before) > 1
    return named and before[-1][:1].isupper() and before[-2][-1:].isalnum()


def _grows(part: Sequence[Token]) -> bool:
    """12-15 is a range, 15-12 is not."""
    ends = [read_numeral(one.text, Convention.POINT) for one in (part[0], part[2])]
    return None in ends or (
        ends[0] is not None and ends[1] is not None and ends[0].value < ends[1].value
    )
