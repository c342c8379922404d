"""Sums in words: "12 plus 5", "a third of 90", "80 increased by 20 %", in six languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.sums.lexer import Kind, Token
from app.sums.phrases.number_words import OPERATION_WORDS, numbers_for_words, words_again
from app.sums.units import CURRENCIES, unit_of

_Words = tuple[str, ...]

_OPERATORS: Mapping[_Words, str] = {
    ("plus",): "+", ("minus",): "-", ("times",): "*", ("multiplied", "by"): "*",
    ("divided", "by"): "/", ("mal",): "*", ("geteilt", "durch"): "/", ("fois",): "*",
    ("moins",): "-", ("divisé", "par"): "/", ("más",): "+", ("menos",): "-", ("por",): "*",
    ("dividido", "por"): "/", ("dividido", "entre"): "/", ("to", "the", "power", "of"): "^",
    ("raised", "to", "the", "power", "of"): "^", ("hoch",): "^", ("puissance",): "^",
    ("elevado", "a"): "^", ("multiplié", "par"): "*", ("multiplicado", "por"): "*",
    ("multipliziert", "mit"): "*", ("dividiert", "durch"): "/",
    ("increased", "by"): "+", ("reduced", "by"): "-", ("decreased", "by"): "-",
    ("lowered", "by"): "-", ("raised", "by"): "+", ("erhöht", "um"): "+",
    ("vermehrt", "um"): "+", ("vermindert", "um"): "-", ("verringert", "um"): "-",
    ("reduziert", "um"): "-", ("augmenté", "de"): "+", ("majoré", "de"): "+",
    ("diminué", "de"): "-", ("réduit", "de"): "-", ("aumentado", "en"): "+",
    ("aumentado", "en", "un"): "+", ("aumentado", "un"): "+", ("reducido", "en"): "-",
    ("reducido", "en", "un"): "-", ("reducido", "un"): "-", ("disminuido", "en", "un"): "-",
    ("disminuido", "en"): "-", ("زائد",): "+", ("ناقص",): "-", ("ضرب",): "*",
    ("مضروبا", "في"): "*", ("مقسوما", "على"): "/", ("تقسيم",): "/", ("جمع",): "+",
    ("जोड़",): "+", ("धन",): "+", ("घटा",): "-", ("ऋण",): "-", ("गुणा",): "*", ("भाग",): "/",
}  # fmt: skip
_RELATIONS: Mapping[_Words, str] = {
    ("is", "equal", "to"): "=", ("equals",): "=", ("is",): "=", ("are",): "=", ("makes",): "=",
    ("gives",): "=", ("yields",): "=", ("leaves",): "=", ("comes", "to"): "=",
    ("results", "in"): "=", ("is", "exactly"): "=", ("ist",): "=", ("sind",): "=",
    ("ist", "gleich"): "=", ("beträgt",): "=", ("macht",): "=", ("gibt",): "=",
    ("ergibt",): "=", ("ergeben",): "=", ("est",): "=", ("font",): "=", ("fait",): "=",
    ("donne",): "=", ("vaut",): "=", ("égale",): "=", ("est", "égal", "à"): "=", ("es",): "=",
    ("son",): "=", ("da",): "=", ("es", "igual", "a"): "=", ("يساوي",): "=", ("تساوي",): "=",
    ("هو",): "=", ("هي",): "=", ("बराबर",): "=", ("बराबर", "है"): "=",
    ("is", "about"): "~", ("is", "approximately"): "~",
    ("is", "roughly"): "~", ("equals", "approximately"): "~", ("ist", "etwa"): "~",
    ("ist", "ungefähr"): "~", ("sind", "etwa"): "~", ("est", "environ"): "~",
    ("es", "aproximadamente"): "~",
    ("exceeds",): ">", ("exceed",): ">", ("surpasses",): ">", ("übersteigt",): ">",
    ("übertrifft",): ">", ("dépasse",): ">", ("supera",): ">", ("supera", "a"): ">",
    ("is", "greater", "than"): ">", ("is", "larger", "than"): ">", ("is", "bigger", "than"): ">",
    ("is", "more", "than"): ">", ("is", "higher", "than"): ">", ("is", "less", "than"): "<",
    ("is", "smaller", "than"): "<", ("is", "lower", "than"): "<", ("ist", "größer", "als"): ">",
    ("ist", "mehr", "als"): ">", ("ist", "kleiner", "als"): "<", ("ist", "weniger", "als"): "<",
    ("est", "plus", "grand", "que"): ">", ("est", "supérieur", "à"): ">",
    ("est", "plus", "petit", "que"): "<", ("est", "inférieur", "à"): "<",
    ("es", "mayor", "que"): ">", ("es", "menor", "que"): "<",
    ("أكبر", "من"): ">", ("أصغر", "من"): "<", ("هو", "أكبر", "من"): ">", ("هو", "أصغر", "من"): "<",
}  # fmt: skip
_STRESSING = (  # not shown: "is indeed larger than"
    "indeed actually clearly definitely certainly really truly also still thus therefore slightly "
    "much far numerically mathematically strictly in_fact a_bit a_little tatsächlich wirklich "
    "eindeutig etwas deutlich viel damit bien donc effectivement clairement légèrement realmente "
    "claramente en_realidad"
)
_STRESSED = frozenset(tuple(one.split("_")) for one in _STRESSING.split())
_BEHIND: Mapping[_Words, tuple[str, ...]] = {  # not shown: what is done with the number before
    ("squared",): ("^2",), ("cubed",): ("^3",), ("au", "carré"): ("^2",), ("au", "cube"): ("^3",),
    ("al", "cuadrado"): ("^2",), ("al", "cubo"): ("^3",), ("zum", "quadrat"): ("^2",),
    ("im", "quadrat"): ("^2",), ("doubled",): ("*", "2"), ("tripled",): ("*", "3"),
    ("factorial",): ("!",), ("fakultät",): ("!",), ("halved",): ("/", "2"),
    ("verdoppelt",): ("*", "2"), ("halbiert",): ("/", "2"),
    ("का", "आधा"): ("/", "2", "="), ("का", "तिहाई"): ("/", "3", "="),
    ("का", "एक", "तिहाई"): ("/", "3", "="), ("का", "चौथाई"): ("/", "4", "="),
    ("का", "एक", "चौथाई"): ("/", "4", "="), ("का", "दोगुना"): ("*", "2", "="),
    ("का", "दुगुना"): ("*", "2", "="), ("का", "तिगुना"): ("*", "3", "="),
}  # fmt: skip
_ROOTS: Mapping[_Words, str] = {  # not shown
    ("square", "root", "of"): "2", ("wurzel", "aus"): "2", ("wurzel", "von"): "2",
    ("quadratwurzel", "aus"): "2", ("quadratwurzel", "von"): "2", ("racine", "carrée", "de"): "2",
    ("raíz", "cuadrada", "de"): "2", ("cube", "root", "of"): "3", ("kubikwurzel", "aus"): "3",
    ("kubikwurzel", "von"): "3", ("racine", "cubique", "de"): "3", ("raíz", "cúbica", "de"): "3",
}  # fmt: skip
_AHEAD: Mapping[_Words, str] = {  # not shown: "the square of 8"
    ("square", "of"): "^2", ("cube", "of"): "^3", ("factorial", "of"): "!",
    ("quadrat", "von"): "^2",
    ("fakultät", "von"): "!", ("carré", "de"): "^2", ("cube", "de"): "^3",
    ("factorielle", "de"): "!",
    ("cuadrado", "de"): "^2", ("cubo", "de"): "^3", ("factorial", "de"): "!",
}  # fmt: skip
_OFF: Mapping[_Words, str] = {  # not shown: behind a share: "25 % more than 80", "20 % off 80"
    ("more", "than"): "+", ("less", "than"): "-", ("off",): "-", ("off", "of"): "-",
    ("mehr", "als"): "+",
    ("weniger", "als"): "-", ("de", "plus", "que"): "+", ("de", "moins", "que"): "-",
    ("más", "que"): "+", ("menos", "que"): "-",
}  # fmt: skip
_PARTS: Mapping[str, int] = {  # not shown: "half of", "drei Viertel von"
    "half": 2, "hälfte": 2, "moitié": 2, "mitad": 2, "نصف": 2, "drittel": 3, "tiers": 3,
    "tercio": 3, "tercios": 3, "ثلث": 3, "viertel": 4, "quart": 4, "quarts": 4, "ربع": 4,
    "fünftel": 5, "sechstel": 6, "achtel": 8, "zehntel": 10,
}  # fmt: skip
_PLACES: Mapping[str, int] = {  # not shown: behind "a" or a count; else a place, "the third of 5"
    "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10,
    "thirds": 3, "quarters": 4, "fourths": 4, "fifths": 5, "sixths": 6, "eighths": 8, "tenths": 10,
    "cinquième": 5, "cinquièmes": 5, "sixième": 6, "dixième": 10, "dixièmes": 10, "cuarto": 4,
    "cuartos": 4, "quinto": 5, "quintos": 5, "décimo": 10, "décimos": 10,
}  # fmt: skip
_COUNTED = {"a", "an", "one", "un", "una"}  # not shown
_COUNTS: Mapping[str, str] = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
_TIMES: Mapping[str, int] = {  # not shown: "twice 8", "das Doppelte von 8"
    "twice": 2, "double": 2, "triple": 3, "thrice": 3, "quadruple": 4, "doppelte": 2,
    "dreifache": 3, "vierfache": 4, "fünffache": 5, "zehnfache": 10, "doble": 2, "ضعف": 2,
}  # fmt: skip
_WITHOUT_OF = {"twice", "thrice", "double", "triple", "ضعف", "نصف", "ثلث", "ربع"}  # not shown
_HALVES_OF_TIME = {"first", "second", "last", "latter", "next", "this", "every", "each", "erste",
                   "ersten", "zweite", "zweiten", "letzten", "première", "deuxième", "dernière",
                   "primera", "segunda", "última"}  # fmt: skip
_YEARS = range(1800, 2101)
_CHANGING = {"dividing": "/", "multiplying": "*", "increasing": "+", "raising": "+",
             "reducing": "-", "decreasing": "-", "lowering": "-", "erhöht": "+",
             "reduziert": "-", "senkt": "-"}  # fmt: skip
_CHANGED = {"erhöht": "+", "gesteigert": "+", "vermehrt": "+", "vermindert": "-", "reduziert": "-",
            "gesenkt": "-", "verringert": "-"}  # fmt: skip
_BY = {"by", "um"}
_PER_CENT = {
    ("pour", "cent"),
    ("por", "ciento"),
    ("per", "cent"),
    ("في", "المئة"),
    ("في", "المائة"),
}
_OF = {"of", "von", "de", "der", "des", "del", "من"}
_ABOUT = {"about", "approximately", "roughly", "around", "nearly", "ca", "circa", "etwa", "rund",
          "ungefähr", "knapp", "environ", "presque", "casi", "aproximadamente"}  # fmt: skip
_BEFORE = {Kind.NUMBER, Kind.CLOSE, Kind.OPERATOR, Kind.WORD, Kind.CONSTANT}
_LONGEST = 5
_UNIT_NEAR = 12  # tokens in which a length makes of "in" inches


def said_as_signs(tokens: Sequence[Token], text: str) -> list[Token]:
    """The tokens with words of arithmetic as the signs they stand for.

    Args:
        tokens: Of a stretch of the text.
        text: The whole.
    """
    read = numbers_for_words(tokens)
    made: list[Token] = []
    at = 0
    while at < len(read):
        token = read[at]
        if token.kind is Kind.WORD:
            taken = _phrase(read, at, made)
            if taken is not None:
                made += taken[0]
                at += taken[1]
                continue
            if made and made[-1].kind is Kind.RELATION and token.text.lower() in _ABOUT:
                made[-1] = _sign(Kind.RELATION, "~", made[-1], token)
                at += 1
                continue
        made.append(token)
        at += 1
    return words_again([_inches(made, index) for index in range(len(made))], text)


_Taken = tuple[list[Token], int]
"""What stands for words, and how many words that are."""


def _phrase(tokens: Sequence[Token], at: int, before: list[Token]) -> _Taken | None:
    found = _root(tokens, at) or _share(tokens, at, before) or _ahead(tokens, at)
    if found is not None:
        return found
    if not before or before[-1].kind not in _BEFORE:
        return None
    changed = _changed(tokens, at, before) or _share_behind(tokens, at, before)
    if changed := changed or _off(tokens, at, before):
        return changed
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        part = tokens[at : at + length]
        if any(one.kind is not Kind.WORD for one in part):
            continue
        if taken := _sign_of(tokens, at, part, before):
            return [*taken], length
    return None


def _sign_of(
    tokens: Sequence[Token], at: int, part: Sequence[Token], before: Sequence[Token]
) -> list[Token] | None:
    """What some words together stand for behind a number; None where they stand for nothing."""
    words, after = tuple(one.text.lower() for one in part), at + len(part)
    first, last = part[0], part[-1]
    if words in _PER_CENT and _after_number(before):
        return [_sign(Kind.OPERATOR, "%", first, last)]
    if words in _BEHIND and _is_bare(before):
        signs = _BEHIND[words]
        if signs[-1] != "=" or _begins_number(tokens, after):
            return [_token(sign, first, last) for sign in signs]
    if words in _OPERATORS and _after_number(before) and _begins_number(tokens, after):
        return [_sign(Kind.OPERATOR, _OPERATORS[words], first, last)]
    words = _unstressed(words)
    if words in _RELATIONS and (
        _begins_number(tokens, after)
        or (after < len(tokens) and _share(tokens, after, [last]) is not None)
    ):
        return [_sign(Kind.RELATION, _RELATIONS[words], first, last)]
    if len(words) == 1 and words[0] in _OF and _is_share(before) and not _goes_on(tokens, after):
        return [_sign(Kind.OPERATOR, "*", first, last)]
    return None


def _unstressed(words: _Words) -> _Words:
    """Words of a comparison without those that only stress it."""
    for length in (1, 2):
        plain = words[:1] + words[1 + length :]
        if words[1 : 1 + length] in _STRESSED and _RELATIONS.get(plain) in {"<", ">"}:
            return plain
    return words


def _root(tokens: Sequence[Token], at: int) -> _Taken | None:
    """The sign for "square root of", and how many words it takes."""
    for length in (2, 3):
        part = tokens[at : at + length]
        words = tuple(one.text.lower() for one in part)
        known = words in _ROOTS and not _goes_on(tokens, at + length)
        if known and _begins_number(tokens, at + length):
            first, last = part[0], part[-1]
            degree = _ROOTS[words]
            if degree == "2":
                return [_sign(Kind.FUNCTION, "sqrt", first, last)], length
            kinds = (
                (Kind.FUNCTION, "root"),
                (Kind.OPEN, "("),
                (Kind.NUMBER, degree),
                (Kind.CLOSE, ")"),
            )
            return [_sign(kind, sign, first, last) for kind, sign in kinds], length
    return None


def _ahead(tokens: Sequence[Token], at: int) -> _Taken | None:
    """What stands for "the square of 8"."""
    words = tuple(one.text.lower() for one in tokens[at : at + 2])
    number = tokens[at + 2] if at + 2 < len(tokens) else None
    if words not in _AHEAD or number is None or number.kind is not Kind.NUMBER:
        return None
    if _goes_on(tokens, at + 2):
        return None
    base = _sign(Kind.NUMBER, number.text, tokens[at], number)
    return [base, _sign(Kind.OPERATOR, _AHEAD[words], number, number)], 3


def _off(tokens: Sequence[Token], at: int, before: list[Token]) -> _Taken | None:
    """What stands for "20 % off 80": the number less its share, which stands before."""
    share = before[-2:]
    if len(share) < 2 or share[0].kind is not Kind.NUMBER or share[1].text != "%":
        return None
    for length in (3, 2, 1):
        words = tuple(one.text.lower() for one in tokens[at : at + length])
        ahead = at + length
        money = [one for one in tokens[ahead : ahead + 1] if one.text in CURRENCIES]
        number = tokens[ahead + len(money)] if ahead + len(money) < len(tokens) else None
        if words in _OFF and number is not None and number.kind is Kind.NUMBER:
            del before[-2:]
            first, last = share[0], number
            whole = _sign(Kind.NUMBER, number.text, first, first)
            sign = _sign(Kind.OPERATOR, _OFF[words], tokens[at], tokens[at])
            part = _sign(Kind.NUMBER, share[0].text, last, last)
            made = [whole, sign, part, _sign(Kind.OPERATOR, "%", last, last)]
            money = [_sign(Kind.WORD, one.text, first, first) for one in money]
            return [*money, *made], length + len(money) + 1
    return None


def _share(tokens: Sequence[Token], at: int, before: list[Token]) -> _Taken | None:
    """What stands for "a third of", "two thirds of", "twice", "double of" before a number."""
    first, word = tokens[at], tokens[at].text.lower()
    count, _, part = word.rpartition("-")  # "two-thirds"
    times, below = _TIMES.get(word), _PARTS.get(part) or _PLACES.get(part)
    if (times is None and below is None) or (count and count not in _COUNTS):
        return None
    linked = at + 1 < len(tokens) and tokens[at + 1].text.lower() in _OF
    length = 1 + linked
    if not (linked or word in _WITHOUT_OF) or not _begins_number(tokens, at + length):
        return None
    if _goes_on(tokens, at + length):
        return None
    last = tokens[at + length - 1]
    if times is not None:
        return [_token(str(times), first, last), _token("*", first, last)], length
    earlier = before[-1] if before and before[-1].kind in {Kind.NUMBER, Kind.WORD} else None
    counted = earlier is not None and earlier.kind is Kind.NUMBER and _is_count(earlier, first)
    article = earlier.text.lower() if earlier is not None else ""
    if not (counted or count or part in _PARTS or article in _COUNTED):
        return None
    number = tokens[at + length].text
    if article in _HALVES_OF_TIME or (number.isdigit() and int(number[:6]) in _YEARS):
        return None
    made = [_token("/", first, last), _token(str(below), first, last), _token("*", first, last)]
    if counted:
        return made, length
    return [_token(_COUNTS.get(count, "1"), first, last), *made], length


def _is_count(number: Token, first: Token) -> bool:
    """Whether a number says how many parts: "two thirds", and not "in 2020 half of"."""
    return number.text in {"1", "2", "3", "4", "5", "7", "9"} and first.start - number.end == 1


def _changed(tokens: Sequence[Token], at: int, before: list[Token]) -> _Taken | None:
    """What stands for "by" in "increasing 80 by 20 %", or for "um 20 % erhöht"."""
    token = tokens[at]
    if token.text.lower() not in _BY or not _after_number(before):
        return None
    if not _begins_number(tokens, at + 1):
        return None
    verb = before[-2] if len(before) > 1 else None
    sign = _CHANGING.get(verb.text.lower()) if verb is not None else None
    if sign is not None and not (sign in "*/" and _goes_on(tokens, at + 1)):
        return [_sign(Kind.OPERATOR, sign, token, token)], 1
    stop = at + 2
    while stop < len(tokens) and tokens[stop].text == "%":
        stop += 1
    last = tokens[stop] if stop < len(tokens) else None
    sign = _CHANGED.get(last.text.lower()) if last is not None else None
    if sign is None:
        return None
    return [_sign(Kind.OPERATOR, sign, token, token), *tokens[at + 1 : stop]], stop + 1 - at


def _share_behind(tokens: Sequence[Token], at: int, before: list[Token]) -> _Taken | None:
    """What stands for "50 का 20% 10 है": the whole, its share and what that is."""
    following = [one.text for one in tokens[at + 2 : at + 3]]
    if tokens[at].text != "का" or not _after_number(before) or following != ["%"]:
        return None
    if not _begins_number(tokens, at + 1) or not _begins_number(tokens, at + 3):
        return None
    token, share = tokens[at], tokens[at + 1 : at + 3]
    relation = _sign(Kind.RELATION, "=", share[-1], share[-1])
    return [_sign(Kind.OPERATOR, "*", token, token), *share, relation], 3


def _inches(tokens: Sequence[Token], index: int) -> Token:
    """The token, "in" as inches: behind a number, nothing behind it, beside another length."""
    token = tokens[index]
    if token.text != "in" or not index or tokens[index - 1].kind is not Kind.NUMBER:
        return token
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if after is not None and after.kind not in {
        Kind.BREAK,
        Kind.RELATION,
        Kind.CLOSE,
        Kind.OPERATOR,
    }:
        return token
    near = tokens[max(0, index - _UNIT_NEAR) : index + _UNIT_NEAR]
    units = [unit_of(one.text) for one in near if one.kind is Kind.WORD]
    if any(unit is not None and unit.kind == "length" for unit in units):
        return Token(Kind.WORD, "inch", token.start, token.end)
    return token


def _is_bare(before: Sequence[Token]) -> bool:
    """Whether a number without a minus stands before: "-3 squared" is 9 to who says it."""
    return before[-1].kind is Kind.NUMBER and (len(before) < 2 or before[-2].text != "-")


def _after_number(before: Sequence[Token]) -> bool:
    last = before[-1]
    return last.kind in {Kind.NUMBER, Kind.CLOSE} or last.text in {"%", "!"}


def _begins_number(tokens: Sequence[Token], at: int) -> bool:
    while at < len(tokens):
        token = tokens[at]
        about = token.kind is Kind.WORD and token.text.lower() in _ABOUT
        if (
            not about
            and token.text not in {"$", "€", "£", "-", "("}
            and token.kind is not Kind.FUNCTION
        ):
            return token.kind in {Kind.NUMBER, Kind.CONSTANT}
        at += 1
    return False


def _is_share(before: Sequence[Token]) -> bool:
    """A per cent sign or a fraction stands before "of"."""
    if before[-1].text == "%" or before[-1].fraction:
        return True
    return len(before) >= 3 and before[-1].kind is Kind.NUMBER and before[-2].text == "/"


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether a sum goes on behind a number: half of 3 + 5 is half of 3, or of 8."""
    while at < len(tokens) and tokens[at].kind is not Kind.NUMBER:
        at += 1
    after = tokens[at + 1 : at + 2]
    return any(one.text in {"+", "-"} or one.text.lower() in OPERATION_WORDS for one in after)


def _token(sign: str, first: Token, last: Token) -> Token:
    if sign.isdigit():
        return _sign(Kind.NUMBER, sign, first, last)
    return _sign(Kind.RELATION if sign == "=" else Kind.OPERATOR, sign, first, last)


def _sign(kind: Kind, text: str, first: Token, last: Token) -> Token:
    return Token(kind, text, first.start, last.end)
