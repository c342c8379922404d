"""What is being done for the answer in progress, step by step, and the words for it.

Pure: times come from outside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from app.domain.generation import (
    ContextFitted,
    EngineRestarted,
    PromptProgress,
    SnapshotRestored,
)
from app.domain.model import ModelFile
from app.language import tr, trn
from app.language.numbers import write
from app.services.core.events import AnswerStep, ModelPhase, ModelState, Summarising
from app.services.core.formatting import join, model_name, percent, rate, time_left

# A rate from fewer tokens than this jumps about too much to be worth showing.
TOKENS_FOR_A_RATE = 4


class ActivityPhase(Enum):
    """What is being done for the answer in progress."""

    IDLE = "idle"
    STARTING = "starting"
    READING = "reading"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class Activity:
    """The answer in progress, as the window tells it. Times are seconds of one clock.

    Attributes:
        phase: See :class:`ActivityPhase`.
        done: Prompt tokens read.
        total: Prompt tokens in all.
        seconds_left: Estimate for the rest of the prompt.
        tokens: Tokens of the answer so far.
        first_at: When the first text arrived.
        last_at: When the latest text arrived.
        first_tokens: Tokens that came with the first text, before its clock ran.
        left_out: Messages the model does not see.
        note: What was restored, until text comes.
        restart: That the engine was restarted, until the answer ends.
        summary: That earlier messages are summed up, until the answer's own prompt is chosen.
    """

    phase: ActivityPhase = ActivityPhase.IDLE
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    tokens: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    first_tokens: int = 0
    left_out: int = 0
    note: str = ""
    restart: str = ""
    summary: str = ""

    def after_step(self, step: AnswerStep) -> Activity:
        """After something other than text."""
        match step:
            case ContextFitted():
                left_out = len(step.left_out)
                return replace(self, total=step.prompt_tokens, left_out=left_out, summary="")
            case SnapshotRestored():
                return replace(self, note=restored_line(step))
            case PromptProgress():
                return replace(
                    self,
                    phase=ActivityPhase.READING,
                    done=step.done,
                    total=step.total,
                    seconds_left=step.seconds_left,
                )
            case Summarising(messages, reading):
                doing = trn(
                    "Summarising {n} earlier message", "Summarising {n} earlier messages", messages
                )
                left = reading.seconds_left if reading is not None else None
                line = join(doing, time_left(left))
                return replace(self, phase=ActivityPhase.STARTING, summary=line)
            case EngineRestarted():
                note = tr("The engine stopped and was started again ({step})", step=step.step)
                return replace(self, restart=note)

    def after_text(self, tokens: int, now: float) -> Activity:
        """After more text."""
        if self.phase is not ActivityPhase.WRITING:
            return replace(
                self,
                phase=ActivityPhase.WRITING,
                tokens=tokens,
                first_tokens=tokens,
                first_at=now,
                last_at=now,
                note="",
            )
        return replace(self, tokens=self.tokens + tokens, last_at=now)

    @property
    def tokens_per_second(self) -> float:
        """Speed since the first text; 0 until it means something."""
        timed, seconds = self.tokens - self.first_tokens, self.last_at - self.first_at
        return timed / seconds if timed >= TOKENS_FOR_A_RATE and seconds > 0 else 0.0


def restored_line(step: SnapshotRestored) -> str:
    """What came back from disk: ``Restored 7,900 of 8,012 tokens in 0.9 s``."""
    return trn(
        "Restored {tokens} of {n} token in {seconds} s",
        "Restored {tokens} of {n} tokens in {seconds} s",
        step.total,
        tokens=step.tokens,
        seconds=write(step.seconds, digits=1),
    )


IDLE = Activity()
STARTED = Activity(phase=ActivityPhase.STARTING)


def activity_line(activity: Activity, state: ModelState) -> str:
    """What is happening right now; empty when nothing is."""
    if state.phase is ModelPhase.LOADING and activity.phase in {
        ActivityPhase.IDLE,
        ActivityPhase.STARTING,
    }:
        model = state.model
        file = model if isinstance(model, ModelFile) and not model.demo else None
        name = file.quantization if file is not None else model_name(model)
        loading = tr("Loading {model}", model=name or model_name(model))
        return join(loading, percent(state.fraction))
    match activity.phase:
        case ActivityPhase.IDLE:
            return ""
        case ActivityPhase.STARTING:
            doing = activity.summary or tr("Preparing your message")
            return join(activity.restart, activity.note, doing)
        case ActivityPhase.READING:
            return join(
                activity.restart,
                activity.note,
                trn(
                    "Reading {done} of {n} token",
                    "Reading {done} of {n} tokens",
                    activity.total,
                    done=activity.done,
                ),
                time_left(activity.seconds_left),
            )
        case ActivityPhase.WRITING:
            speed = activity.tokens_per_second
            tokens = trn("{n} token", "{n} tokens", activity.tokens)
            return join(activity.restart, tokens, rate(speed) if speed else "")
