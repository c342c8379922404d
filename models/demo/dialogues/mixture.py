"""Whole dialogues: which things are talked about, in which order, under which system prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from . import followups, offtopic, sums
from .grammar import as_typed, normal
from .talk import Dialogue, Turn
from .topic import FALLBACKS, Topic, Version
from .topics import GUIDE, SHOWCASE, TOPICS

_BY_NAME = {topic.name: topic for topic in TOPICS}


@dataclass(frozen=True, slots=True)
class _State:
    """What the next follow-up refers to."""

    topic: Topic | None = None
    version: Version = Version.FULL
    sum: sums.Sum | None = None
    text: str = ""


# System prompts, and the version of each answer that they ask for.
SYSTEMS: tuple[tuple[Version, tuple[str, ...]], ...] = (
    (Version.FULL, (
        "You are a helpful assistant.", "You are Phial's guide.", "You are a friendly assistant.",
        "You are a medieval knight.", "Answer truthfully.", "You are an expert in mathematics.",
        "You are Phi-4, a language model by Microsoft.", "Be polite.", "Answer in English.",
        "You are a helpful, honest and harmless assistant. Think step by step.",
        "You are a careful programmer. Write clean code.", "Use Markdown.", "Help the user.",
        "You are a teacher who explains patiently.", "Today is Monday.", "Never lie.",
        "You talk like a pirate.", "The user is called Anna.", "You are a chat bot.", "Hello",
    )),
    (Version.SHORT, (
        "Answer briefly.", "Be brief.", "Keep your answers short.", "Answer in one sentence.",
        "Give short answers.", "You are a helpful assistant. Be concise.", "Be concise.",
    )),
    (Version.FRENCH, (
        "Answer in French.", "Always answer in French.", "Réponds en français.",
        "You are a helpful assistant who answers in French.", "Speak French.",
    )),
    (Version.GERMAN, (
        "Answer in German.", "Always answer in German.", "Antworte auf Deutsch.",
        "You are a helpful assistant who answers in German.", "Speak German.",
    )),
)  # fmt: skip


def _say(topic: Topic, version: Version) -> str:
    """The answer in the version that a system prompt prefers, or the full one."""
    return topic.versions.get(version) or topic.versions[Version.FULL]


def _weight(topic: Topic) -> float:
    if topic.name == "everything":
        return 0.7
    return 0.45 if topic.name.startswith("key_") else 1.0


_GUIDE_WEIGHTS = [_weight(topic) for topic in GUIDE]
_SHOWCASE_WEIGHTS = [_weight(topic) for topic in SHOWCASE]


@dataclass
class Writer:
    """Writes one dialogue turn by turn; `held_out` says from which side of the split."""

    random: Random
    preferred: Version = Version.FULL
    state: _State = field(default_factory=_State)

    # -- first questions ---------------------------------------------------------------------

    def guide(self, *, held_out: bool) -> Turn:
        """A question about Phial or Phi-4."""
        return self._about(GUIDE, _GUIDE_WEIGHTS, "guide", held_out)

    def showcase(self, *, held_out: bool) -> Turn:
        """A request to show a kind of block."""
        return self._about(SHOWCASE, _SHOWCASE_WEIGHTS, "showcase", held_out)

    def _about(
        self, topics: Sequence[Topic], weights: Sequence[float], kind: str, held_out: bool
    ) -> Turn:
        topic = self.random.choices(topics, weights)[0]
        text = topic.phrases.draw(self.random, held_out=held_out)
        return self._answer(topic, self.preferred, as_typed(text, self.random), kind)

    def inline(self, *, held_out: bool) -> Turn:
        """A question that says in which form it wants its answer."""
        version = self.random.choice(tuple(followups.INLINE))
        topic = self.random.choice([t for t in GUIDE if version in t.versions])
        text = topic.phrases.draw(self.random, held_out=held_out)
        text += self.random.choice(followups.INLINE[version])
        return self._answer(topic, version, as_typed(text, self.random), "form asked for")

    def foreign(self, *, held_out: bool) -> Turn:
        """A question in French or German. Few phrasings: nothing is held out here."""
        del held_out
        version = self.random.choice((Version.FRENCH, Version.GERMAN))
        phrases, topic = self.random.choice([
            (phrases, topic) for topic in TOPICS
            if (phrases := topic.french if version is Version.FRENCH else topic.german)
        ])  # fmt: skip
        text = phrases.draw(self.random, held_out=False)
        return self._answer(topic, version, as_typed(text, self.random), "French and German")

    def sum(self, *, held_out: bool) -> Turn:
        """A small sum."""
        del held_out  # whole questions are held out, see `unseen_questions`
        asked = sums.draw(self.random)
        return self._sum(asked, as_typed(sums.ask(asked, self.random), self.random), "sums")

    def too_large(self, *, held_out: bool) -> Turn:
        """A sum beyond the demo."""
        del held_out
        text = as_typed(sums.ask_too_large(self.random), self.random)
        self.state = _State(text=sums.TOO_LARGE)
        return Turn(text, sums.TOO_LARGE, "sums too large")

    def refusal(self, *, held_out: bool) -> Turn:
        """A question about anything else."""
        text = as_typed(offtopic.ask(self.random, held_out=held_out), self.random)
        return self._answer(offtopic.REFUSAL, self.preferred, text, "anything else")

    # -- follow-ups --------------------------------------------------------------------------

    def more(self, *, held_out: bool) -> Turn:
        """The sum goes on: "and 12 more?"."""
        del held_out
        before = self.state.sum
        if before is None or not 0 <= before.result <= sums.LARGEST_CHAINED:
            text, _ = sums.ask_more(self.random.randint(0, 99), self.random)
            text = as_typed(text, self.random)
            return self._plain(text, followups.NO_SUM_BEFORE, "sums without a start")
        text, asked = sums.ask_more(before.result, self.random)
        return self._sum(asked, as_typed(text, self.random), "sums that go on")

    def again(self, *, held_out: bool) -> Turn:
        """The last answer once more."""
        text = followups.REPEAT.draw(self.random, held_out=held_out)
        said = self.state.text or followups.NOTHING_BEFORE
        return self._plain(as_typed(text, self.random), said, "follow-ups: repeat")

    def other_tongue(self, *, held_out: bool) -> Turn:
        """A translation into a language that the demo does not know."""
        text = followups.OTHER_TONGUE.draw(self.random, held_out=held_out)
        text = as_typed(text, self.random)
        return self._plain(text, followups.NO_TONGUE, "follow-ups: other languages")

    def in_language(self, *, held_out: bool) -> Turn:
        """The code in another programming language."""
        name = self.random.choice(
            [n for n in followups.IN_LANGUAGE if _BY_NAME[n] != self.state.topic]
        )
        text = followups.IN_LANGUAGE[name].draw(self.random, held_out=held_out)
        return self._answer(_BY_NAME[name], Version.FULL, as_typed(text, self.random),
                            "follow-ups: code")  # fmt: skip

    def version(self, *, held_out: bool) -> Turn:
        """The last answer in another form, or its reason."""
        version = self.random.choices(tuple(followups.ASKS), (22, 16, 20, 16, 16, 10))[0]
        kind = f"follow-ups: {version}"
        user = as_typed(followups.ASKS[version].draw(self.random, held_out=held_out), self.random)
        topic, asked = self.state.topic, self.state.sum
        if not self.state.text:
            return self._plain(user, followups.NOTHING_BEFORE, kind)
        if version is Version.FULL and (topic is None or self.state.version is Version.FULL):
            return self._plain(user, followups.ALL_I_KNOW, kind)
        if topic is not None:
            return self._answer(topic, version, user, kind)
        if asked is not None and version in {Version.FRENCH, Version.GERMAN}:
            return self._plain(user, asked.spoken(version.value), kind)
        if asked is not None and version is Version.WHY:
            return self._plain(user, asked.reason, kind)
        return self._plain(user, FALLBACKS[version], kind)

    # -- the common end ----------------------------------------------------------------------

    def _answer(self, topic: Topic, version: Version, user: str, kind: str) -> Turn:
        asked_now = kind.startswith("follow-ups")
        text = topic.say(version) if asked_now else _say(topic, version)
        kept = version if text == topic.versions.get(version) else Version.FULL
        self.state = _State(topic=topic, version=kept, text=text)
        return Turn(user, text, kind)

    def _sum(self, asked: sums.Sum, user: str, kind: str) -> Turn:
        french_or_german = self.preferred in {Version.FRENCH, Version.GERMAN}
        text = asked.spoken(self.preferred.value) if french_or_german else asked.answer
        self.state = _State(sum=asked, text=text)
        return Turn(user, text, kind)

    def _plain(self, user: str, answer: str, kind: str) -> Turn:
        """An answer that leaves open what the next follow-up refers to."""
        self.state = replace(self.state, text=answer)
        return Turn(user, answer, kind)


_FIRST: tuple[tuple[Callable[..., Turn], int], ...] = (
    (Writer.guide, 44),
    (Writer.sum, 30),
    (Writer.refusal, 17),
    (Writer.showcase, 18),
    (Writer.inline, 16),
    (Writer.foreign, 3),
    (Writer.too_large, 3),
)


def _next(writer: Writer) -> Callable[..., Turn]:
    """What comes next in a conversation."""
    state, random = writer.state, writer.random
    if random.random() < (0.5 if state.text else 0.03):
        if state.sum is not None and random.random() < 0.75:
            return Writer.more
        if (
            state.topic is not None
            and state.topic.name.startswith("code")
            and random.random() < 0.3
        ):
            return Writer.in_language
        return random.choices(
            (Writer.version, Writer.again, Writer.other_tongue, Writer.more), (76, 12, 6, 4)
        )[0]
    return random.choices([way for way, _ in _FIRST], [weight for _, weight in _FIRST])[0]


def _system(random: Random) -> tuple[Version, str]:
    """No system prompt in two of three dialogues; else one, mostly without effect."""
    if random.random() < 0.65:
        return Version.FULL, ""
    version, texts = random.choices(SYSTEMS, (70, 12, 9, 9))[0]
    return version, random.choice(texts)


def dialogue(random: Random, turns: int) -> Dialogue:
    """A dialogue for training."""
    preferred, system = _system(random)
    writer = Writer(random, preferred)
    return Dialogue(system, tuple(_next(writer)(writer, held_out=False) for _ in range(turns)))


def length(random: Random, *, long: bool) -> int:
    """How many turns a dialogue has."""
    return (
        random.randint(12, 60)
        if long
        else random.choices((1, 2, 3, 4, 6, 9), (30, 25, 20, 12, 8, 5))[0]
    )


def training(seed: int, unseen: frozenset[str], *, long: bool = False) -> Iterator[Dialogue]:
    """Endless training dialogues without any question of the evaluation."""
    random = Random(seed)
    while True:
        made = dialogue(random, length(random, long=long))
        if not any(normal(turn.user) in unseen for turn in made.turns):
            yield made


# -- evaluation ------------------------------------------------------------------------------

_EVALUATED: tuple[tuple[Callable[..., Turn], int], ...] = (
    (Writer.guide, 500),
    (Writer.showcase, 150),
    (Writer.inline, 100),
    (Writer.sum, 400),
    (Writer.refusal, 300),
    (Writer.more, 150),
    (Writer.version, 250),
    (Writer.again, 50),
    (Writer.in_language, 30),
)
_NEEDS_BEFORE = {Writer.version: Writer.guide, Writer.again: Writer.guide, Writer.more: Writer.sum,
                 Writer.in_language: Writer.showcase}  # fmt: skip


def evaluation(seed: int) -> list[Dialogue]:
    """Dialogues whose last question is phrased, or whose sum is made, as none in training."""
    random = Random(seed)
    made: list[Dialogue] = []
    for way, count in _EVALUATED:
        for _ in range(count):
            preferred, system = _system(random) if random.random() < 0.3 else (Version.FULL, "")
            writer = Writer(random, preferred)
            turns = [
                _next(writer)(writer, held_out=False) for _ in range(random.choice((0, 0, 0, 1, 3)))
            ]
            if way in _NEEDS_BEFORE:
                turns.append(_NEEDS_BEFORE[way](writer, held_out=False))
            turns.append(way(writer, held_out=True))
            made.append(Dialogue(system, tuple(turns)))
    return made


def unseen_questions(dialogues: Sequence[Dialogue]) -> frozenset[str]:
    """Normal forms of the evaluated questions that stand on their own."""
    return frozenset(
        normal(d.turns[-1].user) for d in dialogues
        if not d.turns[-1].kind.startswith(("follow-ups", "sums that"))
    )  # fmt: skip
