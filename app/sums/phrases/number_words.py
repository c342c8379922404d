"""Numbers in words, from nought to a thousand, in eight languages: "twenty-one", "drei Viertel"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from app.sums.lexer import Kind, Token

_Words = tuple[str, ...]

_ENGLISH = (  # not shown
    (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen"
    ),
    "twenty thirty forty fifty sixty seventy eighty ninety",
)
_GERMAN = (  # not shown
    (
        "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
        "fünfzehn sechzehn siebzehn achtzehn neunzehn"
    ),
    "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
)
_FRENCH = (  # not shown
    (
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
        "seize dix-sept dix-huit dix-neuf"
    ),
    "vingt trente quarante cinquante soixante",
)
_SPANISH = (  # not shown
    (
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
        "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés "
        "veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
    ),
    "treinta cuarenta cincuenta sesenta setenta ochenta noventa",
)
_ITALIAN = (  # not shown
    (
        "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici "
        "quattordici quindici sedici diciassette diciotto diciannove"
    ),
    "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
)
_PORTUGUESE = (  # not shown
    (
        "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze "
        "dezesseis dezessete dezoito dezenove"
    ),
    "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
)
_ARABIC = "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة"  # not shown
_HINDI = (  # not shown
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस"
)
_ARTICLES = {"one", "ein", "eins", "eine", "un", "une", "uno", "una", "um", "uma", "due", "sei",
             "एक", "واحد"}  # fmt: skip
"""What may be an article or a pronoun: a number only beside a sign of an operation."""
OPERATION_WORDS = {  # not shown
    "plus", "minus", "times", "by", "mal", "durch", "mit", "fois", "moins", "par", "más", "menos",
    "por", "entre", "hoch", "più", "meno", "per", "volte", "diviso", "mais", "vezes",
    "ضرب", "زائد", "ناقص", "गुणा", "जोड़", "धन", "घटा",
}  # fmt: skip
_LONGEST = 4
SIGNS = {"+", "*", "/", "^", "choose"}
"""Beside these a word is a number; a dash between two may be anything."""


def _of_english() -> Iterator[tuple[str, int]]:
    small, tens = (part.split() for part in _ENGLISH)
    below: dict[int, list[str]] = {n: [word] for n, word in enumerate(small)}
    for ten, name in enumerate(tens, 2):
        below[10 * ten] = [name]
        for one in range(1, 10):
            below[10 * ten + one] = [f"{name}-{small[one]}", f"{name} {small[one]}"]
    for number, names in below.items():
        yield from ((name, number) for name in names)
    for hundred in range(1, 10):
        first = (small[hundred], "hundred")
        yield " ".join(first), 100 * hundred
        for number in range(1, 100):
            for name in below[number]:
                yield " ".join((*first, name)), 100 * hundred + number
                yield " ".join((*first, "and", name)), 100 * hundred + number


def _of_german() -> Iterator[tuple[str, int]]:
    small, tens = (part.split() for part in _GERMAN)
    below = dict(enumerate(small))
    for ten, name in enumerate(tens, 2):
        below[10 * ten] = name
        for one in range(1, 10):
            below[10 * ten + one] = f"{'ein' if one == 1 else small[one]}und{name}"
    for number, name in below.items():
        yield name, number
    for hundred in range(1, 10):
        name = "ein" if hundred == 1 else small[hundred]
        for number, rest in ((0, ""), *below.items()):
            if number or not rest:
                yield f"{name}hundert{rest}", 100 * hundred + number
    yield "hundert", 100


def _of_french() -> Iterator[tuple[str, int]]:
    small, tens = (part.split() for part in _FRENCH)
    for number, name in enumerate(small):
        yield name, number
    for ten, name in enumerate(tens, 2):
        yield name, 10 * ten
        for more in range(1, 20 if ten == 6 else 10):
            link = f"{name}-et-" if more in {1, 11} else f"{name}-"
            yield f"{link}{small[more]}", 10 * ten + more
            if more in {1, 11}:
                yield " ".join((name, "et", small[more])), 10 * ten + more
    yield "quatre-vingts", 80
    for more in range(1, 20):
        yield f"quatre-vingt-{small[more]}", 80 + more


def _linked(
    words: tuple[str, str], first_ten: int, link: str, hundred: str
) -> Iterator[tuple[str, int]]:
    """The numbers of a language that puts a word between tens and ones: "treinta y uno"."""
    small, tens = (part.split() for part in words)
    for number, name in enumerate(small):
        yield name, number
    for ten, name in enumerate(tens, first_ten):
        yield name, 10 * ten
        for one in range(1, 10):
            yield f"{name} {link} {small[one]}", 10 * ten + one
    yield hundred, 100


def _of_italian() -> Iterator[tuple[str, int]]:
    small, tens = (part.split() for part in _ITALIAN)
    for number, name in enumerate(small):
        yield name, number
    for ten, name in enumerate(tens, 2):
        yield name, 10 * ten
        for one in range(1, 10):
            first = name[:-1] if one in {1, 8} else name
            yield f"{first}{'tré' if one == 3 else small[one]}", 10 * ten + one


@cache
def _numbers() -> Mapping[_Words, int]:
    """Each spelling in lower case, as the words it is made of."""
    made: dict[_Words, int] = {}
    every = (
        _of_english(),
        _of_german(),
        _of_french(),
        _linked(_SPANISH, 3, "y", "cien"),
        _of_italian(),
        _linked(_PORTUGUESE, 2, "e", "cem"),
    )
    for of_language in every:
        for spelling, number in of_language:
            made.setdefault(tuple(spelling.split()), number)
    for words in (_ARABIC, _HINDI):
        made |= {(word,): number for number, word in enumerate(words.split())}
    return made


@cache
def _first_words() -> frozenset[str]:
    return frozenset(words[0] for words in _numbers())


def numbers_for_words(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each number in words as a number; :func:`words_again` takes some back."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        length = _length(tokens, at)
        if length:
            words = tuple(one.text.lower() for one in tokens[at : at + length])
            first, last = tokens[at], tokens[at + length - 1]
            number = str(_numbers()[words])
            made.append(Token(Kind.NUMBER, number, first.start, last.end, spelled=True))
        else:
            made.append(tokens[at])
        at += length or 1
    return made


def _length(tokens: Sequence[Token], at: int) -> int:
    """How many words from there on are one number; 0 where none is."""
    word = tokens[at].text.lower()
    if tokens[at].kind is not Kind.WORD or word not in _first_words():
        return 0
    if word in _ARTICLES and not _beside_operation(tokens, at):
        return 0
    words: list[str] = []
    for token in tokens[at : at + _LONGEST]:
        if token.kind is not Kind.WORD:
            break
        words.append(token.text.lower())
    for length in range(len(words), 0, -1):
        if tuple(words[:length]) in _numbers():
            return length
    return 0


def _beside_operation(tokens: Sequence[Token], at: int) -> bool:
    near = [*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 2]]
    return any(one.kind is Kind.OPERATOR or one.text.lower() in OPERATION_WORDS for one in near)


def words_again(tokens: Sequence[Token], text: str) -> list[Token]:
    """The tokens with what is no number there as words: "one of them", "two of 12"."""
    made: list[Token] = []
    for index, token in enumerate(tokens):
        if not token.spelled or _counts(tokens, index, text):
            made.append(token)
            continue
        written = text[token.start : token.end]
        made.append(Token(Kind.WORD, written, token.start, token.end))
    return made


def _counts(tokens: Sequence[Token], index: int, text: str) -> bool:
    """Whether a number in words stands beside the sign of an operation, or is a result."""
    token = tokens[index]
    before = tokens[index - 1] if index else None
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if any(one is not None and _is_operation(one, text) for one in (before, after)):
        return True
    if text[token.start : token.end].lower() in _ARTICLES:
        return False
    return any(
        one is not None and one.kind is Kind.RELATION and _is_spoken(one, text)
        for one in (before, after)
    )


def _is_operation(token: Token, text: str) -> bool:
    if token.kind is not Kind.OPERATOR:
        return token.kind is Kind.FUNCTION
    return _is_spoken(token, text)


def _is_spoken(token: Token, text: str) -> bool:
    """Whether a sign stands there as a word: in "two == 50" a name is compared."""
    return text[token.start : token.end][:1].isalpha()
