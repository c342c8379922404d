"""Lookup drafting: guessing the next tokens from what the chat already says. Pure.

Where an answer repeats its prompt (edit this code, quote this text), the tokens after the last
occurrence of the newest few are a good guess at the next ones. llama.cpp checks all guesses in one
pass, so the answer is the same and comes sooner. How many to guess follows what passes of each
size cost on this machine and how often guesses come true; where it does not pay, nothing is
guessed. Guesses are paid for by what earlier ones saved: an answer keeps an account, and may owe
no more than one pass and a small share of its length.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

NGRAM = 3  # newest tokens that must have occurred before
CANDIDATES = 6  # places with the same tokens that are compared
LOOK_BACK = 24  # tokens before a place that are compared, to find the likest one
LENGTHS = (1, 3, 7, 15, 31)  # with the token itself, passes of 2, 4, 8, 16, 32
WORTH = 1.08  # expected gain from which on guessing begins
# Chance of a guess before any was seen to come true or fail, apart for places of which only a few
# tokens agree (a run of three occurs by accident) and all that are compared (a text being copied).
DOUBT = (0.25, 0.9)
MEMORY = 0.92  # weight of the past in the measured chance, per guess
STAKE = 1.0  # passes over one token that an answer may owe before any guess came true
SHARE = 0.01  # and, of the tokens it has written, this share: an answer is never much slower
MAX_PASS = LENGTHS[-1] + 1
# Before a size was tried or a prompt was read: relative cost of one more token in a pass. Less than
# on any machine measured (0.2 on 2 cores), so that each size gets tried where guesses come true.
OPTIMISM = 0.12


class NgramIndex:
    """Where each run of :data:`NGRAM` tokens occurred.

    Args:
        history: The prompt.
    """

    def __init__(self, history: Sequence[int]) -> None:
        self._tokens = list(history)
        self._places: dict[tuple[int, ...], deque[int]] = defaultdict(
            lambda: deque(maxlen=CANDIDATES)
        )
        for end in range(NGRAM, len(self._tokens)):
            self._places[tuple(self._tokens[end - NGRAM : end])].append(end)

    def add(self, token: int) -> None:
        """The answer went on."""
        if len(self._tokens) >= NGRAM:
            self._places[tuple(self._tokens[-NGRAM:])].append(len(self._tokens))
        self._tokens.append(token)

    def find(self) -> tuple[int, int]:
        """The place that is likest to where the text is now, and how many tokens before it agree.

        Both are 0 where nothing like it was seen.
        """
        places = self._places.get(tuple(self._tokens[-NGRAM:]))
        if not places:
            return 0, 0
        agreed, place = max((self._likeness(place), place) for place in places)
        return place, agreed

    def draft(self, length: int) -> list[int]:
        """``length`` tokens that may come next; empty where nothing like it was seen."""
        tokens = self._tokens
        best, _ = self.find()
        if not best or length < 1:
            return []
        found = tokens[best : best + length]
        # Close to the end the text found runs into itself: it then repeats.
        while found and len(found) < length:
            found += found[: length - len(found)]
        return found

    def _likeness(self, place: int) -> int:
        """How many tokens before ``place`` agree with the newest ones."""
        tokens, end = self._tokens, len(self._tokens)
        agreed = NGRAM
        while (
            agreed < LOOK_BACK
            and agreed < place
            and tokens[place - 1 - agreed] == tokens[end - 1 - agreed]
        ):
            agreed += 1
        return agreed


class PassCosts:
    """What a pass costs by its size, as measured. Lives as long as the model is loaded."""

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}
        self._reading = 0.0  # seconds a token of a prompt took lately

    def record_prompt(self, tokens: int, seconds: float) -> None:
        """A chunk of a prompt took ``seconds``: what a token more in a pass may cost."""
        if tokens >= MAX_PASS:
            self._reading = seconds / tokens

    def record_pass(self, size: int, seconds: float) -> None:
        """A pass over ``size`` tokens took ``seconds``."""
        old = self._seconds.get(size)
        # A pass that another program disturbed is not the machine's speed.
        self._seconds[size] = seconds if old is None else 0.8 * old + 0.2 * min(seconds, 4 * old)

    def at_most(self, size: int) -> float:
        """The same, or what it may come to at worst: that of its tokens in smaller passes."""
        if size <= 1 or size in self._seconds:
            return self.relative(size)
        return 2 * self.at_most(size // 2)

    def relative(self, size: int) -> float:
        """Cost of a pass in passes over one token; a guess until it was measured.

        Never more than two passes of half the size: a size whose only pass was disturbed by
        another program would else never be tried again.
        """
        one = self._seconds.get(1)
        known = self._seconds.get(size)
        if one is None or (known is None and not self._reading):
            return 1 + OPTIMISM * (size - 1)
        cost = known / one if known is not None else 1 + (size - 1) * self._reading / one
        if size > 1 and size // 2 in self._seconds:
            cost = min(cost, 2 * self.relative(size // 2))
        return max(1e-6, cost)


class Drafter:
    """Decides what to guess, during one answer.

    Args:
        history: The prompt.
        costs: Of this machine and model.

    Attributes:
        drafted: Tokens guessed and checked.
        accepted: Those that came true.
    """

    def __init__(self, history: Sequence[int], costs: PassCosts) -> None:
        self._lookup = NgramIndex(history)
        self._costs = costs
        self._hits = [2 * doubt for doubt in DOUBT]
        self._trials = [2.0 for _ in DOUBT]
        self._expected: int | None = None
        self._trust = 0  # which of DOUBT the next guess is: 1 where all tokens compared agree
        self._saved = 0.0  # passes over one token
        self._count = 0
        self.drafted = 0
        self.accepted = 0

    @property
    def acceptance_rate(self) -> float:
        """How often guesses like the next one come true, lately."""
        return self._hits[self._trust] / self._trials[self._trust]

    def on_token(self, token: int) -> None:
        """The model wrote ``token``. Guesses that were not checked are scored all the same."""
        self._count += 1
        if self._expected is not None:
            hit = token == self._expected
            self._hits[self._trust] = MEMORY * self._hits[self._trust] + hit
            self._trials[self._trust] = MEMORY * self._trials[self._trust] + 1
        self._lookup.add(token)
        _, agreed = self._lookup.find()
        self._expected = self._lookup.draft(1)[0] if agreed else None
        self._trust = int(agreed >= LOOK_BACK)

    def propose(self, room: int) -> list[int]:
        """Guesses worth checking in the next pass.

        Args:
            room: Most tokens that may be guessed.
        """
        if self._expected is None:
            return []
        best, best_gain = 0, WORTH
        purse = self._saved + STAKE + SHARE * self._count
        for length in LENGTHS:
            if length > room:
                break
            if (1 - self.acceptance_rate) * (self._costs.at_most(length + 1) - 1) > purse:
                break  # what is likely to be lost cannot be paid
            gain = expected_tokens(self.acceptance_rate, length) / self._costs.relative(length + 1)
            if gain > best_gain:
                best, best_gain = length, gain
        return self._lookup.draft(best)

    def on_verified(self, drafted: int, accepted: int) -> None:
        """A pass checked ``drafted`` guesses, and ``accepted`` came true."""
        self.drafted += drafted
        self.accepted += accepted
        if drafted:
            self._saved += 1 + accepted - self._costs.relative(1 + drafted)


def expected_tokens(chance: float, length: int) -> float:
    """Tokens a pass with ``length`` guesses yields, each with ``chance`` after the one before."""
    if chance >= 1:
        return length + 1.0
    return float((1 - chance ** (length + 1)) / (1 - chance))
