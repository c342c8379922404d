"""Each cited sentence of an answer, held against the passages that it cites.

No model is asked: the same answer and passages always give the same verdicts. What is checked is
what can be: quotations word for word, numbers, dates and names, and whether they fill the place in
the passage's own sentence that they fill in the answer's (``roles.py``). A sentence of which all
stands in its passage may still say something else; the verdict says no more than it found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from app.documents.checking import claims
from app.documents.checking.alignment import align, longest_run
from app.documents.checking.claims import Claim, ClaimKind
from app.documents.checking.folding import fold, stem, words_of
from app.documents.checking.roles import PassageRows, misplaced
from app.documents.checking.rows import row_of
from app.documents.checking.sentences import CitedSentence, complete_until, sentences_of
from app.documents.checking.source import PassageSource
from app.documents.checking.verdicts import CheckedSentence, FoundPlace, Verdict
from app.documents.checking.word_lists import COMMON, NEGATIONS

_RUN = 4  # words in common that are worth marking as the place
_ENOUGH = 0.34  # of a sentence's words must stand in its passage where nothing else can be checked
_TRIED = 5  # passages in which a sentence is looked for that does not stand in what it cites
_DIGITS = 4  # of a number that hardly stands in a passage by chance
_NEARLY = 0.72  # similarity from which a sentence repeats one of the passage's with changes
_MARKUP = re.compile(r"[*_`]+")


class AnswerChecker:
    """Checks an answer, whole or as it streams in.

    Args:
        passages: The text of each passage, by its number.
        context: For each number, names that belong to a passage without standing in it.
        question: What was asked; its names are no claims of the answer.
    """

    def __init__(
        self,
        passages: Mapping[int, str],
        context: Mapping[int, str] | None = None,
        question: str = "",
    ) -> None:
        self._passages, self._context, self._question = passages, context or {}, question
        self._sources: dict[int, PassageRows] = {}  # made when they are first cited
        self._seen = 0
        self._checked: list[CheckedSentence] = []

    def feed(self, answer: str) -> tuple[CheckedSentence, ...]:
        """The cited sentences that are complete, of an answer that grows with each call."""
        until = complete_until(answer)
        if until > self._seen:
            self._checked += self.check(answer, self._seen, until)
            self._seen = until
        return tuple(self._checked)

    def finish(self, answer: str) -> tuple[CheckedSentence, ...]:
        """All cited sentences of an answer that is complete."""
        return tuple(self.check(answer))

    def check(
        self, answer: str, begin: int = 0, until: int | None = None
    ) -> Iterator[CheckedSentence]:
        """The cited sentences of a text, or of a stretch of it."""
        known: set[str] | None = None
        for sentence in sentences_of(answer, begin, until):
            if sentence.marks:
                known = _capitals(answer[:until]) if known is None else known
                yield self._check(sentence, known)

    def _source(self, mark: int) -> PassageRows:
        if mark not in self._sources:
            context = f"{self._context.get(mark, '')} {self._question}"
            self._sources[mark] = PassageRows(PassageSource(self._passages[mark], context))
        return self._sources[mark]

    def _check(self, sentence: CitedSentence, known: set[str]) -> CheckedSentence:
        marks = [mark for mark in sentence.marks if mark in self._passages]
        if not marks:
            verdict = Verdict.NO_PASSAGE
            return CheckedSentence(sentence.start, sentence.end, sentence.marks, verdict)
        text = _MARKUP.sub("", sentence.text)
        sources = [(mark, self._source(mark)) for mark in marks]
        found = _Examination(text, sources, known).result()
        verdict, checked, missing, place = found
        if len(marks) < len(sentence.marks) and not verdict.is_doubtful:
            verdict = Verdict.NO_PASSAGE
        elsewhere = self._elsewhere(text, sentence.marks, missing, known) if missing else None
        return CheckedSentence(
            sentence.start,
            sentence.end,
            sentence.marks,
            verdict,
            checked,
            missing,
            place,
            elsewhere,
        )

    def _elsewhere(
        self, text: str, cited: Sequence[int], missing: Sequence[Claim], known: set[str]
    ) -> int | None:
        """The passage in which all of a sentence stands that cites another; None for none."""
        wanted = [claim.text.casefold() for claim in missing]
        tried = 0
        for mark, passage in self._passages.items():
            there = " ".join(passage.split()).casefold()
            if mark in cited or tried >= _TRIED or not all(one in there for one in wanted):
                continue
            tried += 1
            verdict, checked, _, _ = _Examination(
                text, [(mark, self._source(mark))], known
            ).result()
            if checked and not verdict.is_doubtful:
                return mark
        return None


_Sources = Sequence[tuple[int, PassageRows]]
_Result = tuple[Verdict, tuple[Claim, ...], tuple[Claim, ...], FoundPlace | None]


class _Examination:
    """One sentence and the passages that it cites."""

    def __init__(self, text: str, sources: _Sources, known: set[str]) -> None:
        self._text = text
        self._rows = [rows for _, rows in sources]
        self._sources = [(mark, rows.source) for mark, rows in sources]
        self._folded = fold(text)
        self._words = words_of(self._folded.text)
        self._stems = [stem(word) for word, _, _ in self._words]
        self._known = known
        self._near = self._nearest()

    def result(self) -> _Result:
        """The verdict, what was checked, what is missing, and where it was found."""
        checked, missing, weak = self._claims()
        verbatim = self._verbatim()
        place = verbatim or self._place(checked)
        changed = self._changes(missing, weak) if verbatim is None else ()
        missing = (*missing, *changed)
        share = self._share()
        quoted = [one for one in checked if one.kind is ClaimKind.QUOTATION]
        if missing:
            nothing = len(missing) >= len(checked) and share < _ENOUGH
            verdict = Verdict.NOT_FOUND if nothing else Verdict.DIFFERS
        elif verbatim is not None or (quoted and all(" " in one.text for one in quoted)):
            verdict = Verdict.QUOTED
        elif self._swapped(checked):
            verdict = Verdict.REORDERED
        elif missing := self._misplaced(checked):
            verdict = Verdict.MISPLACED
        elif _is_telling(checked) or share >= (_ENOUGH if not checked else _ENOUGH / 3):
            verdict = Verdict.SUPPORTED
        else:
            verdict = Verdict.NOT_FOUND
        return verdict, (*checked, *changed), missing, place

    def _claims(self) -> tuple[tuple[Claim, ...], tuple[Claim, ...], list[Claim]]:
        """What is said, what of it stands nowhere, and capitals that may be names."""
        said: list[Claim] = []
        missing: list[Claim] = []

        def note(claim: Claim, stands: bool) -> None:
            said.append(claim)
            if not stands:
                missing.append(claim)

        sources = [source for _, source in self._sources]
        for claim in claims.quotations(self._text):
            note(claim, any(source.place_of(claim.text) for source in sources))
        outside = _without(self._text, said)
        for claim, read in claims.dates(outside):
            note(claim, any(_has_date(source, read) for source in sources))
        for claim, values in claims.numbers(outside):
            stands = any(
                _has_number(source, claim, values) or self._is_counted(source, claim, values)
                for source in sources
            )
            if stands or not claim.weak:
                note(claim, stands)
        weak = []
        german = self._is_german()
        for claim in claims.names(outside, COMMON, german=german):
            stands = any(source.has_name(claim.text) for source in sources)
            if not claim.weak or self._is_name(claim.text):
                note(claim, stands)
            elif not stands:
                weak.append(claim)
        return tuple(said), tuple(missing), weak

    def _is_counted(self, source: PassageSource, claim: Claim, values: frozenset[float]) -> bool:
        """Whether a number stands there as a word: "third" for 3rd, or for 3 of the same things."""
        found = source.ordinals.keys() & values
        if not found or claims.is_ordinal(self._text, claim):
            return bool(found)
        return any(not source.ordinals[one].isdisjoint(self._stems) for one in found)

    def _is_german(self) -> bool:
        """Whether its nouns have capitals; a short sentence is taken for what its passage is."""
        if claims.is_german(self._text) or claims.is_english(self._text):
            return claims.is_german(self._text)
        return any(claims.is_german(source.text) for _, source in self._sources)

    def _is_name(self, word: str) -> bool:
        """Whether a word at the beginning of a sentence is a name, rather than any other."""
        if word in self._known:
            return True
        small = [source.small_words for _, source in self._sources]
        return claims.is_name_at_start(word, self._text, small)

    def _nearest(self) -> tuple[int, PassageSource, tuple[int, int]] | None:
        """The sentence of the passages that has most of the words."""
        best: tuple[float, int, PassageSource, tuple[int, int]] | None = None
        wanted = {one for one in self._stems if len(one) > 2} or set(self._stems)
        for mark, source in self._sources:
            rows = zip(source.sentences, source.sentence_words, source.sentence_stems, strict=True)
            for place, words, stems in rows:
                common = len(stems & wanted)
                score = common / (len(wanted) + 0.3 * len(words)) if words else 0.0
                if common and (best is None or score > best[0]):
                    best = (score, mark, source, place)
        return None if best is None else best[1:]

    def _share(self) -> float:
        """How many of the words stand in the passages, small ones left out."""
        wanted = [
            s for s, (w, _, _) in zip(self._stems, self._words, strict=True) if w not in COMMON
        ]
        stems: set[str] = set().union(*(source.stems for _, source in self._sources))
        return sum(one in stems for one in wanted) / len(wanted) if wanted else 1.0

    def _verbatim(self) -> FoundPlace | None:
        """Where the whole sentence stands word for word."""
        if len(self._words) < _RUN:
            return None
        for mark, source in self._sources:
            if (found := source.place_of(self._text.strip(" .,;:"))) is not None:
                return FoundPlace(mark, *found, exact=True)
        return None

    def _place(self, checked: Sequence[Claim]) -> FoundPlace | None:
        """A quotation's place, the longest run of words in common, or the nearest sentence."""
        for claim in checked:
            if claim.kind is ClaimKind.QUOTATION:
                for mark, source in self._sources:
                    if (found := source.place_of(claim.text)) is not None:
                        return FoundPlace(mark, *found, exact=True)
        mine = [word for word, _, _ in self._words]
        best: tuple[int, FoundPlace] | None = None
        for mark, source in self._sources:
            _, at, length = longest_run(mine, [word for word, _, _ in source.words])
            if length >= _RUN and (best is None or length > best[0]):
                span = source.original(source.words[at][1], source.words[at + length - 1][2])
                best = (length, FoundPlace(mark, *span, exact=True))
        if best is not None:
            return best[1]
        if self._near is None:
            return None
        mark, source, (start, end) = self._near
        text = source.folded.text[start:end]
        start += len(text) - len(text.lstrip(" ')"))
        return FoundPlace(mark, *source.original(start, end), exact=False)

    def _aligned(self) -> tuple[list[str], list[str], list[str]] | None:
        """Its words and those of the nearest sentence, and the latter's own spelling."""
        if self._near is None:
            return None
        _, source, (start, end) = self._near
        there = [(w, a, b) for w, a, b in source.words if start <= a < end]
        spelled = [source.text[slice(*source.original(a, b))] for _, a, b in there]
        return [w for w, _, _ in self._words], [w for w, _, _ in there], spelled

    def _changes(self, missing: Sequence[Claim], weak: Sequence[Claim]) -> tuple[Claim, ...]:
        """What a sentence changes that otherwise repeats one of the passage's."""
        laid = self._aligned()
        if laid is None:
            return ()
        mine, there, spelled = laid
        alignment = align(mine, there)
        if alignment.similarity < _NEARLY:
            return ()
        found = []
        for (a, b), (c, d) in alignment.replaced:
            for claim in weak:
                inside = any(self._at(index) == claim.start for index in range(a, b))
                if inside and any(one[:1].isupper() for one in spelled[c:d]):
                    found.append(claim)
        if bool(NEGATIONS & set(mine)) != bool(NEGATIONS & set(there)) and not missing:
            word = next(iter(sorted(NEGATIONS & (set(mine) ^ set(there)))), "")
            found.append(Claim(ClaimKind.NEGATION, word, 0))
        return tuple(found)

    def _at(self, index: int) -> int:
        """Where a word begins in the sentence."""
        return self._folded.original(self._words[index][1])

    def _swapped(self, checked: Sequence[Claim]) -> bool:
        """Whether names or numbers changed places in a sentence that otherwise repeats another."""
        laid = self._aligned()
        named = {
            word
            for claim in checked
            if claim.kind in {ClaimKind.NAME, ClaimKind.NUMBER}
            for word, _, _ in words_of(fold(claim.text).text)
        }
        if laid is None or len(named) < 2:
            return False
        mine, there, _ = laid
        order = [word for word in mine if word in named]
        other = [word for word in there if word in named]
        if order == other or sorted(order) != sorted(other):
            return False
        masked = [[("#" if word in named else word) for word in row] for row in (mine, there)]
        return align(*masked).similarity >= _NEARLY

    def _misplaced(self, checked: Sequence[Claim]) -> tuple[Claim, ...]:
        """What stands in the passages for something else than the sentence says."""
        if not checked:
            return ()
        mine = row_of(
            self._text,
            self._words,
            self._folded,
            0,
            lambda claim: self._is_name(claim.text),
            german=self._is_german(),
        )
        return misplaced(mine, self._rows)


def _capitals(answer: str) -> set[str]:
    """Words with a capital in the middle of some sentence: names wherever they stand."""
    return {
        claim.text
        for sentence in sentences_of(answer)
        for claim in claims.names(sentence.text, COMMON)
        if not claim.weak
    }


def _without(text: str, quoted: Sequence[Claim]) -> str:
    """The sentence with its quotations blanked: what they say is their author's."""
    for claim in quoted:
        end = claim.start + len(claim.text)
        text = text[: claim.start] + " " * len(claim.text) + text[end:]
    return text


def _is_telling(found: Sequence[Claim]) -> bool:
    """Whether what was found says enough: it would hardly stand there by chance."""
    return any(
        one.kind is ClaimKind.DATE
        or (one.kind is ClaimKind.NUMBER and sum(map(str.isdigit, one.text)) >= _DIGITS)
        for one in found
    )


def _has_number(source: PassageSource, claim: Claim, values: frozenset[float]) -> bool:
    """Whether a number stands there; one with blanks may be several that stand side by side."""
    parts = claims.parts(claim.text)
    return bool(values & source.numbers) or (
        bool(parts) and all(part & source.numbers for part in parts)
    )


def _has_date(source: PassageSource, read: Sequence[claims.Date]) -> bool:
    """Whether a date stands there, as far as the sentence says it."""
    return any(
        all(mine in {0, theirs} for mine, theirs in zip(wanted, there, strict=True))
        for wanted in read
        for there in source.dates
    )
