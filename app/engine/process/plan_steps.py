"""The step of the ladder that a model is loaded with: what worked, what died, what comes next."""

from __future__ import annotations

import logging
from collections import Counter

from app.domain.errors import KnownError
from app.engine.ladder import STEPS, LadderMemory, next_step
from app.process.child_process import ProcessExit

log = logging.getLogger(__name__)

SAME_STEP_DEATHS = 2  # a plan that has worked is blamed only when it dies twice in a row

Place = tuple[str, int]
"""A model on this machine with this engine, as a key, and a step."""


class PlanSteps:
    """Chooses steps for one engine, and remembers which one worked.

    Args:
        memory: Keeps that for the next start.
    """

    def __init__(self, memory: LadderMemory) -> None:
        self._memory = memory
        self._step = 0
        self._offered: tuple[int, ...] = (0,)
        self._key = ""
        self._proven: set[Place] = set()
        self._deaths: Counter[Place] = Counter()

    @property
    def step(self) -> int:
        """The step in use."""
        return self._step

    @property
    def place(self) -> Place:
        """What a death is counted for."""
        return (self._key, self._step)

    @property
    def description(self) -> str:
        """The step, in words."""
        return STEPS[max(0, self._step)].description

    def begin(self) -> None:
        """Another model is loaded: its step is looked up, and the plan tells which there are."""
        self._step, self._offered = -1, (0,)

    def look_up(self, key: str) -> None:
        """Begin with the step that worked last, unless one was chosen since."""
        self._key = key
        if self._step < 0:
            self._step = self._remembered(key)

    def offer(self, steps: tuple[int, ...]) -> None:
        """The steps that make a difference for this model."""
        self._offered = steps

    def worked(self) -> None:
        """The model is loaded with this step."""
        self._proven.add(self.place)
        try:
            if self._memory.get(self._key) != self._step:
                self._memory.set(self._key, self._step)
        except KnownError as error:
            log.warning("The plan that worked is not remembered: %s", error)

    def answered(self, place: Place) -> None:
        """An answer was written to its end there."""
        self._deaths[place] = 0

    def step_down(self) -> bool:
        """Take the next safer step; tell whether there is one."""
        following = next_step(self._step, self._offered)
        if following is None:
            return False
        self._step = following
        return True

    def after(self, death: ProcessExit) -> bool:
        """Decide what is tried after a death; tell whether anything is left.

        A plan is to blame when its own code crashed before it ever worked. A process that somebody
        ended, or one that had worked, is first brought back as it was.
        """
        place = self.place
        self._deaths[place] += 1
        blamed = death.crashed and place not in self._proven
        if not blamed and self._deaths[place] < SAME_STEP_DEATHS:
            return True
        self._deaths[place] = 0
        if not self.step_down():
            return False
        log.warning("The engine is started again %s", self.description)
        return True

    def _remembered(self, key: str) -> int:
        """The step that worked last; the first where that cannot be known."""
        try:
            step = self._memory.get(key)
        except KnownError as error:  # only learned: what is unreadable is learned again
            log.warning("The remembered plan is not used: %s", error)
            return 0
        return step if step < len(STEPS) else 0
