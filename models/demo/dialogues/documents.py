"""Questions about documents that came with them: answered in the document's words, with `[n]`.

Everything in these documents is made up, and made anew for each: what can be learned is to find the
sentence and to repeat it, not what it says. A tenth of the names is held out by hash, as phrasings
are. The words around a document are those of `app/services/documents` (a test compares them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from .grammar import as_typed, falls_out, normal
from .talk import Dialogue, Turn

WHOLE_RULE = (
    "Answer from the document above. Behind each sentence, put the number of the page that it is "
    "from, such as [3]. If the document does not say, say so."
)
PASSAGES_RULE = (
    "Answer the question from these passages. Behind each sentence, put the number of the passage "
    "that it is from, such as [1]. If they do not say, say so."
)
LINES_RULE = (
    "Answer with the numbers of the lines that answer the question and nothing else, such as 3.2 "
    "or 1.4, 2.1. If no line answers it, answer none."
)
NOT_SAID = "The document does not say."
NONE = "none"
KINDS = ("documents: whole", "documents: passages", "documents: lines", "documents: not said")

_ONSETS = (
    "b bl br c cl d dr f fl g gl gr h j k kl kr l m n p pl pr qu r s sc sh sk sl st t th tr v w y z"
).split()
_VOWELS = "a e i o u ai au ea ei ie oa oo ou".split()
_CODAS = (
    "b ck d f g k l ld ll lm ln lt m n nd ng nk nt p r rd rk rl rm rn rt s sk ss st t th x"
).split()
_ENDS = ("", "", "a", "o", "en", "er", "y", "ick", "ton", "ville", "berg", "wick", "dale", "ham")
_PLACES = (
    "lighthouse", "bridge", "mill", "tower", "museum", "library", "harbour", "school", "station",
    "castle", "garden", "theatre", "hospital", "church", "market", "tunnel", "dam", "ferry", "ship",
    "archive", "observatory", "farm", "factory", "hotel", "lock", "chapel", "quarry", "workshop",
    "house", "reactor", "mine", "park", "club", "company", "office", "laboratory", "engine",
    "clock",
)  # fmt: skip
_ROLES = (
    "keeper", "director", "owner", "captain", "manager", "gardener", "architect", "teacher",
    "doctor", "guard", "chair", "treasurer", "secretary", "engineer", "founder", "mayor", "editor",
    "painter", "cook", "driver",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COLOURS = ("red", "blue", "green", "white", "black", "yellow", "brown", "grey", "orange")
_MATERIALS = ("stone", "brick", "wood", "steel", "iron", "glass", "copper", "granite", "marble")
_THINGS = (
    "windows", "rooms", "boats", "books", "lamps", "doors", "bells", "steps", "trees", "machines",
    "seats", "beds", "paintings", "workers", "members", "horses", "pumps", "wheels",
)  # fmt: skip
_PARTS = ("door", "roof", "gate", "lamp", "sign", "floor", "wall", "fence", "key", "flag", "boat")
_DEEDS = (
    "was repaired", "was closed", "was sold", "burned down", "was painted", "was opened",
    "was moved", "was flooded", "was widened", "was named", "was rebuilt", "was given away",
)  # fmt: skip
_FILLERS = (
    "Many people come here in summer.", "The path is marked with white stones.",
    "Nobody knows why.", "The view is best in the evening.", "In winter it is often cold.",
    "Please keep this page in a dry place.", "The work took longer than planned.",
    "This was decided at a meeting.", "More about this is on the next page.",
    "The weather was good that day.", "It is a quiet place.", "Old maps show it as well.",
    "All figures were checked twice.", "The rules below hold for everyone.",
    "It was a long way to go.", "Children like it.", "The numbers are of last year.",
    "Not much is left of it.", "Since then a lot has changed.", "There is a small shop next door.",
)  # fmt: skip
_TITLES = ("Notes", "Report", "Handbook", "History", "Guide", "Minutes", "Rules", "Letter", "Plan")


class Names:
    """Made-up names, on one side of the split, each given once."""

    def __init__(self, random: Random, *, held_out: bool) -> None:
        self._random, self._held_out = random, held_out
        self._given: set[str] = set()

    def word(self) -> str:
        """A word that is none, with a capital."""
        pick = self._random.choice
        while True:
            text = ""
            for _ in range(self._random.choice((1, 1, 2))):
                coda = pick(_CODAS) if self._random.random() < 0.6 else ""
                text += pick(_ONSETS) + pick(_VOWELS) + coda
            text += pick(_ENDS)
            new = 4 <= len(text) <= 11 and text not in self._given
            if new and falls_out(normal(text)) == self._held_out:
                self._given.add(text)
                return text.capitalize()

    def person(self) -> str:
        """A first name and a family name."""
        return f"{self.word()} {self.word()}"


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence of a document, and the ways to ask for it."""

    sentence: str
    questions: tuple[str, ...]


def _built(r: Random, _n: Names, e: str) -> Fact:
    year = r.randint(1400, 2029)
    verb = r.choice(("built", "finished", "founded", "opened", "begun"))
    said = r.choice((f"The {e} was {verb} in {year}.", f"In {year} the {e} was {verb}."))
    return Fact(said, (f"when was the {e} {verb}", f"in which year was the {e} {verb}",
                       f"what year was the {e} {verb}", f"how old is the {e}"))  # fmt: skip


def _who(r: Random, n: Names, e: str) -> Fact:
    role, person = r.choice(_ROLES), n.person()
    said = r.choice((
        f"{person} is the {role} of the {e}.", f"The {role} of the {e} is {person}.",
        f"The {e} has had {person} as its {role} since {r.randint(1900, 2029)}.",
    ))  # fmt: skip
    asked = (f"who is the {role} of the {e}", f"what is the name of the {role} of the {e}")
    return Fact(said, (*asked, f"who is {person}", f"name the {role} of the {e}"))


def _size(r: Random, _n: Names, e: str) -> Fact:
    adjective, unit = r.choice((
        ("tall", "metres"), ("long", "metres"), ("wide", "metres"), ("deep", "metres"),
        ("high", "feet"), ("heavy", "tonnes"), ("long", "kilometres"),
    ))  # fmt: skip
    number = r.choice((r.randint(2, 99), r.randint(100, 9999)))
    asked = (f"how {adjective} is the {e}", f"how many {unit} {adjective} is the {e}")
    return Fact(f"The {e} is {number} {unit} {adjective}.", asked)


def _where(r: Random, n: Names, e: str) -> Fact:
    town = n.word()
    verb, place = r.choice(("stands", "lies", "is")), r.choice(("in", "near", "north of", "above"))
    asked = (f"where is the {e}", f"where can i find the {e}", f"what stands {place} {town}")
    return Fact(f"The {e} {verb} {place} {town}.", asked)


def _cost(r: Random, _n: Names, e: str) -> Fact:
    thing = r.choice(("A visit to", "A ticket for", "A day at", "A key to", "A night in"))
    money = r.choice(("euros", "pounds", "crowns", "dollars"))
    return Fact(f"{thing} the {e} costs {r.randint(2, 990)} {money}.",
                (f"what does {thing.lower()} the {e} cost",
                 f"how much is {thing.lower()} the {e}"))  # fmt: skip


def _opens(r: Random, _n: Names, e: str) -> Fact:
    opens = r.choice(("opens", "closes"))
    said = f"The {e} {opens} at {r.randint(1, 23)}:{r.choice(('00', '15', '30', '45'))}."
    return Fact(
        said, (f"when does the {e} {opens[:-1]}", f"at what time does the {e} {opens[:-1]}")
    )


def _closed(r: Random, _n: Names, e: str) -> Fact:
    what = r.choice(("closed", "busy", "free", "empty", "cleaned"))
    return Fact(f"The {e} is {what} on {r.choice(_DAYS)}s.",
                (f"on which day is the {e} {what}", f"when is the {e} {what}"))  # fmt: skip


def _code(r: Random, n: Names, e: str) -> Fact:
    what = r.choice(("code word", "password", "number", "telephone number", "call sign"))
    value = n.word() if "word" in what or "sign" in what else str(r.randint(1000, 9999999))
    return Fact(f"The {what} of the {e} is {value}.",
                (f"what is the {what} of the {e}", f"tell me the {what} of the {e}",
                 f"which {what} has the {e}"))  # fmt: skip


def _colour(r: Random, _n: Names, e: str) -> Fact:
    part = r.choice(_PARTS)
    if r.random() < 0.5:
        return Fact(f"The {part} of the {e} is {r.choice(_COLOURS)}.",
                    (f"what colour is the {part} of the {e}",
                     f"which colour has the {part} of the {e}"))  # fmt: skip
    return Fact(f"The {part} of the {e} is made of {r.choice(_MATERIALS)}.",
                (f"what is the {part} of the {e} made of",))  # fmt: skip


def _count(r: Random, _n: Names, e: str) -> Fact:
    thing = r.choice(_THINGS)
    return Fact(f"The {e} has {r.randint(2, 990)} {thing}.",
                (f"how many {thing} does the {e} have", f"how many {thing} are there in the {e}",
                 f"how many {thing} has the {e}"))  # fmt: skip


def _event(r: Random, _n: Names, e: str) -> Fact:
    deed, year = r.choice(_DEEDS), r.randint(1500, 2029)
    return Fact(r.choice((f"The {e} {deed} in {year}.", f"In {year} the {e} {deed}.")),
                (f"when {deed.removeprefix('was ')} the {e}" if not deed.startswith("was ")
                 else f"when was the {e} {deed.removeprefix('was ')}",
                 f"what happened to the {e} in {year}", f"what happened in {year}"))  # fmt: skip


def _rule(r: Random, _n: Names, e: str) -> Fact:
    who = r.choice(("Dogs", "Children", "Visitors", "Bicycles", "Guests", "Photographs", "Cars"))
    may = r.choice(("are allowed", "are not allowed"))
    return Fact(f"{who} {may} in the {e}.", (f"are {who.lower()} allowed in the {e}",
                                             f"may {who.lower()} come into the {e}"))  # fmt: skip


def _made(r: Random, n: Names, e: str) -> Fact:
    verb = r.choice(("designed", "bought", "found", "drawn", "paid for", "measured"))
    person = n.person()
    past = "drew" if verb == "drawn" else verb
    said = r.choice((f"{person} {past} the {e} in {r.randint(1500, 2029)}.",
                     f"The {e} was {verb} by {person}."))  # fmt: skip
    return Fact(said, (f"who {past} the {e}", f"by whom was the {e} {verb}",
                       f"what did {person} do"))  # fmt: skip


_FACTS: tuple[Callable[[Random, Names, str], Fact], ...] = (
    _built, _who, _who, _size, _where, _cost, _opens, _closed, _code, _code, _colour, _count,
    _event, _rule, _made,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """Sentences of a page, and its text; line ends may stand where there were blanks."""

    sentences: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """A document: pages, what can be asked of each, and what is not in it."""

    pages: tuple[Page, ...]
    asked: tuple[tuple[int, Fact], ...]
    absent: tuple[str, ...]


def make(random: Random, *, held_out: bool, room: int) -> Made:
    """A document of about `room` sentences."""
    names = Names(random, held_out=held_out)
    entities = [
        f"{names.word()} {random.choice(_PLACES)}" if random.random() < 0.6
        else f"{random.choice(_PLACES)} of {names.word()}"
        for _ in range(random.randint(1, 4))
    ]  # fmt: skip
    facts: dict[str, Fact] = {}
    kinds: set[tuple[object, str]] = set()
    while len(facts) < room:
        kind, entity = random.choice(_FACTS), random.choice(entities)
        if (kind, entity) in kinds and random.random() < 0.9:
            if len(kinds) >= len(entities) * 10:
                entities.append(f"{names.word()} {random.choice(_PLACES)}")
            continue
        kinds.add((kind, entity))
        fact = kind(random, names, entity)
        key = fact.questions[0]
        if key not in facts:  # no question has two answers
            facts[key] = fact
    count = random.randint(1, min(6, max(1, room // 2)))
    by_page: list[list[Fact]] = [[] for _ in range(count)]
    for number, fact in enumerate(facts.values()):
        by_page[number if number < count else random.randrange(count)].append(fact)
    wrapped = random.random() < 0.35
    pages, asked = [], []
    for number, its in enumerate(by_page):
        sentences = [one.sentence for one in its]
        for _ in range(random.choice((0, 0, 1, 2))):
            sentences.insert(random.randint(0, len(sentences)), random.choice(_FILLERS))
        pages.append(Page(tuple(sentences), _laid_out(random, sentences, wrapped=wrapped)))
        asked += [(number, fact) for fact in its]
    unknown = f"{names.word()} {random.choice(_PLACES)}"
    absent = [q for _, q in _absent(random, names, entities, unknown, set(facts))]
    random.shuffle(asked)
    return Made(tuple(pages), tuple(asked), tuple(absent))


def _absent(
    random: Random, names: Names, entities: Sequence[str], unknown: str, known: set[str]
) -> Iterator[tuple[str, str]]:
    for entity in (unknown, random.choice(entities), unknown, random.choice(entities)):
        for _ in range(20):
            fact = random.choice(_FACTS)(random, names, entity)
            if fact.questions[0] not in known:
                yield entity, fact.questions[0]
                break


def _laid_out(random: Random, sentences: Sequence[str], *, wrapped: bool) -> str:
    """Sentences as a page has them: below each other, or in paragraphs, or broken into lines."""
    if random.random() < 0.3 and not wrapped:
        return "\n".join(sentences)
    text = ""
    for number, one in enumerate(sentences):
        text += ("" if not number else "\n" if random.random() < 0.25 else " ") + one
    if random.random() < 0.3:
        text = f"{random.choice(_TITLES)}\n{text}"
    return "\n".join(_lines(text, random.randint(50, 90))) if wrapped else text


def _lines(text: str, width: int) -> Iterator[str]:
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if line and len(line) + 1 + len(word) > width:
                yield line
                line = word
            else:
                line = f"{line} {word}" if line else word
        yield line


def _file(random: Random, names: Names) -> str:
    name = random.choice((names.word().lower(), random.choice(_TITLES).lower()))
    return name + random.choice((".pdf", ".pdf", ".md", ".txt", ".docx", ".html", ".odt"))


def _numbered(mark: int, page: Page) -> str:
    return "\n".join(f"{mark}.{n} {one}" for n, one in enumerate(page.sentences, 1))


def _answer(made: Made, page: int, fact: Fact, mark: int, *, lines: bool) -> str:
    if not lines:
        return f"{fact.sentence[:-1]}. [{mark}]"
    return f"{mark}.{made.pages[page].sentences.index(fact.sentence) + 1}"


def _question(random: Random, fact: Fact) -> str:
    return as_typed(random.choice(fact.questions), random)


def whole(random: Random, *, held_out: bool = False, lines: bool = False, turns: int = 0,
          not_said: float = 0.15) -> Dialogue:  # fmt: skip
    """A document in the system message, and questions to it."""
    made = make(random, held_out=held_out, room=random.choice((2, 3, 4, 6, 8, 12, 16)))
    name = _file(random, Names(random, held_out=held_out))
    shown = [
        f"[{number}]\n{_numbered(number, page) if lines else page.text}"
        for number, page in enumerate(made.pages, 1)
    ]
    system = "\n\n".join((f"Document: {name}", *shown, LINES_RULE if lines else WHOLE_RULE))
    if random.random() < 0.2:
        system += "\n\nYou are a helpful assistant."
    talk: list[Turn] = []
    asked = list(made.asked)
    for _ in range(turns or random.randint(2, 7)):
        if made.absent and (not asked or random.random() < not_said):
            text = NONE if lines else NOT_SAID
            question = as_typed(random.choice(made.absent), random)
            talk.append(Turn(question, text, "documents: not said"))
            continue
        if not asked:
            break
        page, fact = asked.pop()
        kind = "documents: lines" if lines else "documents: whole"
        answer = _answer(made, page, fact, page + 1, lines=lines)
        talk.append(Turn(_question(random, fact), answer, kind))
    return Dialogue(system, tuple(talk))


def passages(random: Random, *, held_out: bool = False, lines: bool = False,
             not_said: float = 0.15) -> Dialogue:  # fmt: skip
    """A question with passages before it."""
    made = make(random, held_out=held_out, room=random.choice((3, 4, 6, 8, 12)))
    name = _file(random, Names(random, held_out=held_out))
    first, shown = random.randint(1, 30), []
    for mark, page in enumerate(made.pages, 1):
        body = _numbered(mark, page) if lines else page.text
        shown.append(f"[{mark}] ({name}, page {first + mark})\n{body}")
    if made.absent and random.random() < not_said:
        text, kind = NONE if lines else NOT_SAID, "documents: not said"
        question = as_typed(random.choice(made.absent), random)
    else:
        page, fact = made.asked[0]
        kind = "documents: lines" if lines else "documents: passages"
        question = _question(random, fact)
        text = _answer(made, page, fact, page + 1, lines=lines)
    rule = LINES_RULE if lines else PASSAGES_RULE
    asked = "\n\n".join((*shown, rule, question))
    system = random.choice(("", "", "You are a helpful assistant."))
    return Dialogue(system, (Turn(asked, text, kind),))


def training(seed: int) -> Iterator[Dialogue]:
    """Endless dialogues about documents, with names of one side of the split."""
    random = Random(seed)
    while True:
        way = random.random()
        if way < 0.72:
            yield whole(random, lines=way < 0.14)
        else:
            yield passages(random, lines=way > 0.94)


def evaluation(seed: int) -> list[Dialogue]:
    """Questions to documents whose names occur in no training."""
    random = Random(seed)
    made = [whole(random, held_out=True, turns=1, not_said=0) for _ in range(150)]
    made += [passages(random, held_out=True, not_said=0) for _ in range(100)]
    made += [whole(random, held_out=True, lines=True, turns=1, not_said=0) for _ in range(60)]
    made += [passages(random, held_out=True, lines=True, not_said=0) for _ in range(40)]
    made += [whole(random, held_out=True, turns=1, not_said=1) for _ in range(50)]
    return made
