"""Sums in words: "12 plus 5", "a third of 90", "80 increased by 20 %", in eight languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from app.sums.lexer import COMMANDS, RELATIONS_OF_ONE, Kind, Token
from app.sums.phrases.number_words import OPERATION_WORDS, numbers_for_words, words_again
from app.sums.phrases.spoken_words import (
    ABOUT,
    AHEAD,
    AS_WHAT,
    BEHIND,
    BILLS,
    BY,
    BY_SHARE,
    CHANGED,
    CHANGING,
    COUNTED,
    COUNTS,
    FEE_ARTICLES,
    FEE_NAMES,
    FEES,
    FEES_ON,
    HALVES_OF_TIME,
    OF,
    OFF,
    ONLY_BEFORE,
    OPERATORS,
    OUT_OF,
    PARTS,
    PER_CENT,
    PLACES,
    RELATIONS,
    ROOTS,
    STRESSED,
    TIMES,
    WITHOUT_OF,
    YEARS,
    Words,
)
from app.sums.units import CURRENCIES, unit_of

_BEFORE = {Kind.NUMBER, Kind.CLOSE, Kind.OPERATOR, Kind.WORD, Kind.CONSTANT}
_LONGEST = 5
_UNIT_NEAR = 12  # tokens in which a length makes of "in" inches


@cache
def may_relate() -> re.Pattern[str]:
    """Finds a place where two numbers may be set side by side; most lines have none."""
    words = {words[0] for words in RELATIONS} | {
        words[0] for words, signs in BEHIND.items() if signs[-1] == "="
    }
    spoken = "|".join(sorted(words, key=len, reverse=True))
    commands = "|".join(name for name in COMMANDS if COMMANDS[name] in RELATIONS_OF_ONE.values())
    signs = "".join(RELATIONS_OF_ONE)
    return re.compile(
        rf"[{signs}]|\\(?:{commands})(?![A-Za-z])|(?<![^\W\d_])(?:{spoken})(?![^\W\d_])",
        re.IGNORECASE,
    )


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
            if made and made[-1].kind is Kind.RELATION and token.text.lower() in ABOUT:
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
    changed = changed or _off(tokens, at, before) or _fee(tokens, at, before)
    if changed is not None:
        return changed
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        part = tokens[at : at + length]
        if any(one.kind is not Kind.WORD for one in part):
            continue
        if _is_remark(tokens, at, part, before):
            return [], length
        if taken := _sign_of(tokens, at, part, before):
            if _is_by_share(tokens, at, part, before):
                share = tokens[at + length]
                return _changed_share(taken[0].text, share.text, part[0], share), length + 2
            return [*taken], length
    return None


def _sign_of(
    tokens: Sequence[Token], at: int, part: Sequence[Token], before: Sequence[Token]
) -> list[Token] | None:
    """What some words together stand for behind a number; None where they stand for nothing."""
    words, after = tuple(one.text.lower() for one in part), at + len(part)
    first, last = part[0], part[-1]
    if words in PER_CENT and _after_number(before):
        return [_sign(Kind.OPERATOR, "%", first, last)]
    if words in BEHIND and _is_bare(before):
        signs = BEHIND[words]
        if signs[-1] != "=" or _begins_number(tokens, after):
            return [_token(sign, first, last) for sign in signs]
    meant = ONLY_BEFORE.get(words)
    if meant is not None and all(o.text.lower() not in meant for o in tokens[after : after + 5]):
        return None
    if words == OUT_OF and _after_number(before) and _is_before_share(tokens, after):
        return [_sign(Kind.OPERATOR, "/", first, last)]
    if words in OPERATORS and _after_number(before) and _begins_number(tokens, after):
        return [_sign(Kind.OPERATOR, OPERATORS[words], first, last)]
    words = _unstressed(words)
    if words in RELATIONS and (
        _begins_number(tokens, after)
        or (after < len(tokens) and _share(tokens, after, [last]) is not None)
    ):
        return [_sign(Kind.RELATION, RELATIONS[words], first, last)]
    if len(words) == 1 and words[0] in OF and _is_share(before) and not _goes_on(tokens, after):
        return [_sign(Kind.OPERATOR, "*", first, last)]
    return None


def _is_remark(
    tokens: Sequence[Token], at: int, part: Sequence[Token], before: Sequence[Token]
) -> bool:
    """Whether words say how a number is written that comes behind a sign: "as a percentage is"."""
    if tuple(one.text.lower() for one in part) not in AS_WHAT or not _after_number(before):
        return False
    after = [one.text.lower() for one in tokens[at + len(part) : at + len(part) + 1]]
    return any((one,) in RELATIONS or one in {"=", "~"} for one in after)


def _is_by_share(
    tokens: Sequence[Token], at: int, part: Sequence[Token], before: Sequence[Token]
) -> bool:
    """Whether one number alone is changed by a share of itself: "40 reduced by 10 %"."""
    if tuple(one.text.lower() for one in part) not in BY_SHARE:
        return False
    rest = [one.text for one in tokens[at + len(part) : at + len(part) + 2]]
    alone = before[-1].kind is Kind.NUMBER and not any(
        one.kind in {Kind.OPERATOR, Kind.CLOSE, Kind.FUNCTION} for one in before[-2:-1]
    )
    return alone and rest[1:] == ["%"] and tokens[at + len(part)].kind is Kind.NUMBER


def _unstressed(words: Words) -> Words:
    """Words of a comparison without those that only stress it."""
    for length in (1, 2):
        plain = words[:1] + words[1 + length :]
        if words[1 : 1 + length] in STRESSED and RELATIONS.get(plain) in {"<", ">"}:
            return plain
    return words


def _root(tokens: Sequence[Token], at: int) -> _Taken | None:
    """The sign for "square root of", and how many words it takes."""
    for length in (2, 3):
        part = tokens[at : at + length]
        words = tuple(one.text.lower() for one in part)
        known = words in ROOTS and not _goes_on(tokens, at + length)
        if known and _begins_number(tokens, at + length):
            first, last = part[0], part[-1]
            degree = ROOTS[words]
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
    if words not in AHEAD or number is None or number.kind is not Kind.NUMBER:
        return None
    if _goes_on(tokens, at + 2):
        return None
    base = _sign(Kind.NUMBER, number.text, tokens[at], number)
    return [base, _sign(Kind.OPERATOR, AHEAD[words], number, number)], 3


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
        if words in OFF and number is not None and number.kind is Kind.NUMBER:
            del before[-2:]
            first, last = share[0], number
            whole = _sign(Kind.NUMBER, number.text, first, first)
            made = [whole, *_changed_share(OFF[words], share[0].text, tokens[at], last)]
            money = [_sign(Kind.WORD, one.text, first, first) for one in money]
            return [*money, *made], length + len(money) + 1
    return None


def _changed_share(sign: str, share: str, first: Token, last: Token) -> list[Token]:
    """What makes of a number that number and a share of it: × (1 - 10 %)."""
    return [
        _sign(Kind.OPERATOR, "*", first, first),
        _sign(Kind.OPEN, "(", first, first),
        _sign(Kind.NUMBER, "1", first, first),
        _sign(Kind.OPERATOR, sign, first, first),
        _sign(Kind.NUMBER, share, last, last),
        _sign(Kind.OPERATOR, "%", last, last),
        _sign(Kind.CLOSE, ")", last, last),
    ]


def _is_named_before(before: Sequence[Token]) -> bool:
    """Whether two words before a share say what it is: "a tip of 15 %"."""
    words = [one.text.lower() for one in before[-4:-2]]
    return len(words) == 2 and words[0] in FEE_NAMES and words[1] in OF


def _fee(tokens: Sequence[Token], at: int, before: Sequence[Token]) -> _Taken | None:
    """What stands for "a 15 % tip on a $40 bill" and "a tip of 15 % on $40": share × amount."""
    if before[-1].text != "%":
        return None
    words = [one.text.lower() for one in tokens[at : at + _LONGEST + 1]]
    named = next((n for n in (1, 2) if tuple(words[:n]) in FEES), None)
    if named is None and _is_named_before(before):
        named = 0
    if named is None or named == len(words) or words[named] not in FEES_ON:
        return None
    length = named + 1
    length += words[length : length + 1] != [] and words[length] in FEE_ARTICLES
    money = [one for one in tokens[at + length : at + length + 1] if one.text in CURRENCIES]
    place = at + length + len(money)
    number = tokens[place] if place < len(tokens) else None
    if number is None or number.kind is not Kind.NUMBER:
        return None
    behind = [one.text.lower() for one in tokens[place + 1 : place + 2]]
    counted = any(one in BILLS for one in behind)
    made = [_sign(Kind.OPERATOR, "*", tokens[at], tokens[at]), *money, number]
    return made, length + len(money) + 1 + counted


def _share(tokens: Sequence[Token], at: int, before: list[Token]) -> _Taken | None:
    """What stands for "a third of", "two thirds of", "twice", "double of" before a number."""
    first, word = tokens[at], tokens[at].text.lower()
    count, _, part = word.rpartition("-")  # "two-thirds"
    times, below = TIMES.get(word), PARTS.get(part) or PLACES.get(part)
    if (times is None and below is None) or (count and count not in COUNTS):
        return None
    linked = at + 1 < len(tokens) and tokens[at + 1].text.lower() in OF
    length = 1 + linked
    if not (linked or word in WITHOUT_OF) or not _begins_number(tokens, at + length):
        return None
    if _goes_on(tokens, at + length):
        return None
    last = tokens[at + length - 1]
    if times is not None:
        return [_token(str(times), first, last), _token("*", first, last)], length
    earlier = before[-1] if before and before[-1].kind in {Kind.NUMBER, Kind.WORD} else None
    counted = earlier is not None and earlier.kind is Kind.NUMBER and _is_count(earlier, first)
    article = earlier.text.lower() if earlier is not None else ""
    if not (counted or count or part in PARTS or article in COUNTED):
        return None
    number = tokens[at + length].text
    if article in HALVES_OF_TIME or (number.isdigit() and int(number[:6]) in YEARS):
        return None
    made = [_token("/", first, last), _token(str(below), first, last), _token("*", first, last)]
    if counted:
        return made, length
    return [_token(COUNTS.get(count, "1"), first, last), *made], length


def _is_count(number: Token, first: Token) -> bool:
    """Whether a number says how many parts: "two thirds", and not "in 2020 half of"."""
    return number.text in {"1", "2", "3", "4", "5", "7", "9"} and first.start - number.end == 1


def _changed(tokens: Sequence[Token], at: int, before: list[Token]) -> _Taken | None:
    """What stands for "by" in "increasing 80 by 20 %", or for "um 20 % erhöht"."""
    token = tokens[at]
    if token.text.lower() not in BY or not _after_number(before):
        return None
    if not _begins_number(tokens, at + 1):
        return None
    verb = before[-2] if len(before) > 1 else None
    sign = CHANGING.get(verb.text.lower()) if verb is not None else None
    share = tokens[at + 1]
    by_share = share.kind is Kind.NUMBER and [one.text for one in tokens[at + 2 : at + 3]] == ["%"]
    if sign is not None and not (sign in "*/" and _goes_on(tokens, at + 1)):
        if by_share and sign in "+-":
            return _changed_share(sign, share.text, token, share), 3
        return [_sign(Kind.OPERATOR, sign, token, token)], 1
    stop = at + 2
    while stop < len(tokens) and tokens[stop].text == "%":
        stop += 1
    last = tokens[stop] if stop < len(tokens) else None
    sign = CHANGED.get(last.text.lower()) if last is not None else None
    if sign is None or last is None:
        return None
    if by_share:
        return _changed_share(sign, share.text, token, last), stop + 1 - at
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


def _is_before_share(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number, a word and a share come next: "5 out of 8 is 62.5 %"."""
    kinds = [one.kind for one in tokens[at : at + 3]]
    share = [one.text for one in tokens[at + 3 : at + 4]]
    linked = [one.text.lower() for one in tokens[at + 1 : at + 2]]
    known = any((one,) in RELATIONS or one in {"=", "~"} for one in linked)
    return kinds[:1] == [Kind.NUMBER] and kinds[2:] == [Kind.NUMBER] and share == ["%"] and known


def _is_bare(before: Sequence[Token]) -> bool:
    """Whether a number without a minus stands before: "-3 squared" is 9 to who says it."""
    return before[-1].kind is Kind.NUMBER and (len(before) < 2 or before[-2].text != "-")


def _after_number(before: Sequence[Token]) -> bool:
    last = before[-1]
    return last.kind in {Kind.NUMBER, Kind.CLOSE} or last.text in {"%", "!"}


def _begins_number(tokens: Sequence[Token], at: int) -> bool:
    while at < len(tokens):
        token = tokens[at]
        about = token.kind is Kind.WORD and token.text.lower() in ABOUT
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
