"""What stands in a passage for something else than an answer says.

A wrong name that stands elsewhere on the page is found neither by looking for it nor by looking for
the sentence's other words: both are there. It is told by the sentence in which those other words
stand together: it has another name in the same place, and nothing that the answer says stands with
the wrong one alone. Numbers and dates likewise. Of what has no such place nothing is said: true
sentences often take a name from the sentence before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from app.documents.checking import claims
from app.documents.checking.alignment import align
from app.documents.checking.claims import Claim, ClaimKind
from app.documents.checking.folding import WORD, fold
from app.documents.checking.rows import Item, SentenceRow, row_of
from app.documents.checking.source import PassageSource
from app.documents.checking.word_lists import PRONOUNS

_ALIKE = 0.72  # similarity from which two rows say something in the same words
_FEWEST = 2  # words of a sentence, beside the name, that must stand together
_AROUND = 2  # words on either side of a place that are compared
_APPOSED = 3  # words at most between two names of one thing
_SHARE = 0.5  # of a sentence's other words must stand together
_AGENT = frozenset({"by", "par"})  # "von" stands in names, and for "of"
_IN = frozenset({"in", "im", "by", "en", "nel", "em", "until", "bis"})
_FROM = frozenset({"from", "von", "de", "da"})
_TO = frozenset({"to", "auf", "bis", "à", "a", "until"})
_BETWEEN = frozenset({"between", "zwischen", "entre", "tra"})
_AND = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "e", "o"})
_OPENING = 4  # words of a sentence among which the one is that it is about
_GAP = 3  # words at most between two numbers that belong together


class PassageRows:
    """The sentences of a passage as rows, each made when it is first asked for.

    Args:
        source: The passage.
    """

    def __init__(self, source: PassageSource) -> None:
        self.source = source
        self._rows: dict[int, SentenceRow] = {}

    @cached_property
    def said(self) -> tuple[frozenset[str], ...]:
        """The words of each sentence, and their stems."""
        rows = zip(self.source.sentence_words, self.source.sentence_stems, strict=True)
        return tuple(stems.union(word for word, _, _ in words) for words, stems in rows)

    @cached_property
    def named(self) -> frozenset[str]:
        """The words of its context."""
        return frozenset(match[0] for match in WORD.finditer(fold(self.source.context).text))

    @cached_property
    def _german(self) -> bool:
        return claims.is_german(self.source.text)

    def __len__(self) -> int:
        return len(self.source.sentences)

    def __getitem__(self, index: int) -> SentenceRow:
        if index not in self._rows:
            source = self.source
            begin, end = source.original(*source.sentences[index])
            words = source.sentence_words[index]
            text = source.text[begin:end]
            self._rows[index] = row_of(
                text, words, source.folded, begin, self._is_name, german=self._german
            )
        return self._rows[index]

    def _is_name(self, claim: Claim) -> bool:
        return claims.is_name_at_start(claim.text, self.source.text, (self.source.small_words,))


def misplaced(mine: SentenceRow, passages: Sequence[PassageRows]) -> tuple[Claim, ...]:
    """Names, numbers and dates of a sentence that its passages have for something else.

    Args:
        mine: A sentence of which all stands in the passages somewhere.
        passages: Those that it cites.
    """
    found = dict.fromkeys(_crossed(mine, passages))
    for at in mine.places:
        if _stands_elsewhere(mine, at, passages):
            found[mine.items[at]] = None
    found = found or dict.fromkeys(_mixed(mine, passages))
    return tuple(Claim(one.kind, one.text, one.start) for one in found if one.kind is not None)


def _stands_elsewhere(mine: SentenceRow, at: int, passages: Sequence[PassageRows]) -> bool:
    """Whether the other words of a sentence stand together where something else fills a place."""
    wanted = mine.items[at]
    others = frozenset(
        key for index, one in enumerate(mine.items) if index != at for key in _said(one)
    )
    shared = [
        (rows, index, others & said) for rows in passages for index, said in enumerate(rows.said)
    ]
    most = max((len(common) for _, _, common in shared), default=0)
    if most < max(_FEWEST, _SHARE * len(others)):
        return False
    best = [(rows, rows[index], common) for rows, index, common in shared if len(common) == most]
    if having := [row for _, row, _ in best if row.has(wanted)]:
        return all(_has_another_unit(mine, at, row) for row in having)
    taken = [
        there
        for rows, row, there in best
        for rival in _rivals(mine, at, row)
        if not mine.has(rival) and not _are_one(wanted, rival, rows)
    ]
    if not taken:
        return False
    with_it = [common for rows, index, common in shared if rows[index].has(wanted)]
    if not with_it and not any(_is_named(wanted, rows) for rows in passages):
        return False  # it is there in a form that rows do not know
    return any(all(common < there for common in with_it) for there in taken)


def _said(item: Item) -> Iterable[str]:
    """What an item says, as words of other sentences say it; numbers of several words do not."""
    if item.kind is ClaimKind.NAME or (item.kind is not None and len(item.words) == 1):
        return item.words
    return (item.key,) if item.is_content else ()


def _is_named(wanted: Item, rows: PassageRows) -> bool:
    """Whether a name is one of the question or of the document."""
    return bool(wanted.words) and wanted.kind is ClaimKind.NAME and wanted.words <= rows.named


def _rivals(mine: SentenceRow, at: int, there: SentenceRow) -> Iterator[Item]:
    """What fills, in another sentence, the place that something fills in one."""
    wanted = mine.items[at]
    keys, other = [one.key for one in mine.items], [one.key for one in there.items]
    alignment = align(keys, other)
    if alignment.similarity >= _ALIKE:
        for one, two in alignment.same:
            if one == at:
                yield there.items[two]
    for place in there.places:
        if there.items[place].kind is wanted.kind and (
            _have_one_place(mine, at, there, place)
            or (wanted.kind is ClaimKind.NAME and _both_act(mine, at, there, place))
        ):
            yield there.items[place]


def _have_one_place(mine: SentenceRow, at: int, there: SentenceRow, place: int) -> bool:
    """Whether the words around two places are the same; a unit behind two numbers is enough."""
    same: list[Item] = []
    for step in (-1, 1):
        for offset in range(step, step * (_AROUND + 1), step):
            if not (0 <= at + offset < len(mine.items) and 0 <= place + offset < len(there.items)):
                break
            if mine.items[at + offset].key != there.items[place + offset].key:
                break
            same.append(mine.items[at + offset])
            unit = step > 0 and mine.items[at].kind is ClaimKind.NUMBER
            if unit and mine.items[at + offset].is_content:
                return True
    return len(same) >= _AROUND and any(one.is_content for one in same)


def _has_another_unit(mine: SentenceRow, at: int, there: SentenceRow) -> bool:
    """Whether a number of one sentence has another unit in a second, which has its unit too.

    "It costs 40 euros", of "it costs 9,000 euros and carries 40 cars".
    """
    wanted = mine.items[at]
    unit = mine.items[at + 1] if at + 1 < len(mine.items) else None
    if wanted.kind is not ClaimKind.NUMBER or unit is None or not unit.is_content:
        return False
    bearing: list[Item] = []
    for place in there.places:
        one = there.items[place]
        behind = there.items[place + 1 : place + 1 + _GAP]
        of_unit = any(item.key == unit.key for item in behind)
        if one.kind is wanted.kind and one.is_like(wanted):
            if of_unit or not behind or not behind[0].is_content:
                return False
        elif one.kind is wanted.kind and of_unit and behind[0].key == unit.key:
            bearing.append(one)
    return any(not mine.has(one) for one in bearing)


def _both_act(mine: SentenceRow, at: int, there: SentenceRow, place: int) -> bool:
    """Whether one did what was done by the other: "Ada built it", "it was built by Bo"."""
    one, two = (_deed(row, index) for row, index in ((mine, at), (there, place)))
    return one is not None and one == two


def _deed(row: SentenceRow, at: int) -> str | None:
    """What somebody did, of whom a sentence says it; None where it says nothing of the kind."""
    before = row.items[max(0, at - 2) : at]
    if len(before) == 2 and before[1].text in _AGENT and before[0].is_content:
        return before[0].key
    behind = row.items[at + 1 : at + 3]
    if behind and behind[0].is_content and not (len(behind) > 1 and behind[1].text in _AGENT):
        return behind[0].key
    return None


def _are_one(wanted: Item, rival: Item, rows: PassageRows) -> bool:
    """Whether both are the same, or two names of one thing: "the Landlord, Hartmann GmbH"."""
    if wanted.is_like(rival):
        return True
    if wanted.kind is not ClaimKind.NAME:
        return False
    for index in range(len(rows)):
        row = rows[index]
        if not (row.has(wanted) and row.has(rival)):
            continue
        one = [at for at in row.places if wanted.is_like(row.items[at])]
        two = [at for at in row.places if rival.is_like(row.items[at])]
        for first, last in (sorted((a, b)) for a in one for b in two):
            between = [item.text for item in row.items[first + 1 : last]]
            if len(between) <= _APPOSED and not _AND & set(between):
                return True
    return False


def _crossed(mine: SentenceRow, passages: Sequence[PassageRows]) -> Iterator[Item]:
    """Numbers that a sentence pairs with others than its passages do.

    "Output rose from 120 to 340 tonnes between 1907 and 1912" pairs 340 with 1912.
    """
    said = _pairs(mine)
    if not said:
        return
    for rows in passages:
        for index in range(len(rows)):
            if not all(rows[index].has(one) for one in said[0]):
                continue
            there = _pairs(rows[index])
            for pair in said:
                if _is_crossed(pair, there):
                    yield pair[1]


def _is_crossed(pair: tuple[Item, Item], there: Sequence[tuple[Item, Item]]) -> bool:
    of = [[any(one.is_like(other) for other in known) for one in pair] for known in there]
    return (
        not any(all(row) for row in of) and any(row[0] for row in of) and any(row[1] for row in of)
    )


def _mixed(mine: SentenceRow, passages: Sequence[PassageRows]) -> Iterator[Item]:
    """What a sentence says of a name, though the passages only say it of others.

    "Ada paid 300 euros", of "Ada bought the mill" and "Bo sold the barn for 300 euros".
    """
    standing = {at: _standing(mine.items[at], passages) for at in mine.places}
    known = {at: where for at, where in standing.items() if where}
    names = [at for at in known if mine.items[at].kind is ClaimKind.NAME]
    if not names or len(known) < 2:
        return
    content = frozenset(one.key for one in mine.items if one.is_content)
    apart = [at for at in known if not any(known[at] & known[two] for two in known if two != at)]
    for at in apart:
        where, named = known[at], {place for one in names for place in known[one]}
        if at in names:  # all else is said of somebody else
            where = set.intersection(*(known[two] for two in known if two != at))
        elif len(apart) < len(known):
            continue  # it says more than one thing
        tied = any(passages[number].said[index] & content for number, index in where) or any(
            _has_another_number(passages[number][index], mine) for number, index in named
        )
        if where and tied and all(_is_of_another(place, mine, passages) for place in where):
            yield mine.items[at]


def _has_another_number(row: SentenceRow, mine: SentenceRow) -> bool:
    return any(
        row.items[at].kind in {ClaimKind.NUMBER, ClaimKind.DATE} and not mine.has(row.items[at])
        for at in row.places
    )


_Place = tuple[int, int]  # a passage, and one of its sentences


def _standing(item: Item, passages: Sequence[PassageRows]) -> set[_Place]:
    """Where something stands."""
    return {
        (number, index)
        for number, rows in enumerate(passages)
        for index in range(len(rows))
        if rows[index].has(item)
    }


def _is_of_another(place: _Place, mine: SentenceRow, passages: Sequence[PassageRows]) -> bool:
    """Whether somebody does something in a sentence of whom another says nothing."""
    rows = passages[place[0]]
    row = rows[place[1]]
    if any(one.text in PRONOUNS for one in row.items[:_OPENING]):
        return False
    mine_named = [mine.items[at] for at in mine.places if mine.items[at].kind is ClaimKind.NAME]
    return any(
        one.kind is ClaimKind.NAME
        and (at < _OPENING or row.items[at - 1].text in _AGENT)
        and not mine.has(one)
        and not any(_are_one(other, one, rows) for other in mine_named)
        for at, one in enumerate(row.items)
    )


def _pairs(row: SentenceRow) -> list[tuple[Item, Item]]:
    """Numbers of a sentence that belong together: how many, and when."""
    items = row.items
    places = [at for at in row.places if items[at].kind is ClaimKind.NUMBER]
    found = [
        (items[a], items[b])
        for a, b in pairwise(places)
        if 2 <= b - a <= _GAP + 1 and items[b - 1].text in _IN and not _is_place(items[a + 1 : b])
    ]
    if not found and len(places) == 2 and places[0] == 1 and items[0].text in _IN:
        found = [(items[places[1]], items[places[0]])]
    ranges = [
        (a, b)
        for a, b in pairwise(places)
        if a > 0
        and 2 <= b - a <= _GAP + 1
        and (
            (items[a - 1].text in _FROM and items[b - 1].text in _TO)
            or (items[a - 1].text in _BETWEEN and items[b - 1].text in _AND)
        )
    ]
    if len(ranges) == 2:
        found += [(items[a], items[b]) for a, b in zip(*ranges, strict=True)]
    return found


def _is_place(between: Sequence[Item]) -> bool:
    return any(one.kind is not None for one in between)
