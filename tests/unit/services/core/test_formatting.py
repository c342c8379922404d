"""The words of both faces."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.errors import PromptTooLongError
from app.domain.generation import (
    ContextFitted,
    EngineRestarted,
    PromptProgress,
    Role,
    SnapshotRestored,
    StopReason,
)
from app.domain.model import ModelFile
from app.services.chat.activity import IDLE, STARTED, activity_line
from app.services.core import formatting
from app.services.core.events import ContextMeasured, ModelPhase, ModelState, Summarising
from app.services.library.date_groups import ChatGrouping, GroupKind, group_conversations

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = date(2026, 11, 21)
PHI = ModelFile(Path("phi.gguf"), "Phi-4", "Q4_K_M", 9_053_114_816)
READY = ModelState(ModelPhase.READY, PHI)


def chat(number: int, at: datetime = NOON, **changes: object) -> Conversation:
    made = Conversation(str(number), f"Chat {number}", at, at)
    return replace(made, **changes)  # type: ignore[arg-type]


def answer(status: MessageStatus, **changes: object) -> Message:
    made = Message("a", "c", None, Role.ASSISTANT, "text", status, NOON)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (9_053_114_816, "9.05 GB"),
        (15_580_000_000, "15.6 GB"),
        (999_600, "1.00 MB"),
    ],
)
def test_bytes_are_told_in_decimal_units(number: int, said: str) -> None:
    assert formatting.size(number) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min"), (3_599, "1 h"), (3_900, "1 h 5 min")],
)
def test_spans_are_as_coarse_as_they_are_long(seconds: float, said: str) -> None:
    assert formatting.duration(seconds) == said


def test_no_estimate_is_no_word() -> None:
    assert formatting.time_left(None) == ""


def test_a_speed_has_a_tenth_only_where_it_tells_something() -> None:
    assert formatting.rate(2.34) == "2.3 tokens/s"
    assert formatting.rate(99.94) == "99.9 tokens/s"
    assert formatting.rate(99.96) == "100 tokens/s"
    assert formatting.rate(1225.0) == "1,225 tokens/s"


def test_loading_names_the_quantization_and_how_far_it_is() -> None:
    state = ModelState(ModelPhase.LOADING, PHI, 0.43)
    assert activity_line(IDLE, state) == "Loading Q4_K_M · 43 %"


def test_reading_tells_tokens_and_time_left() -> None:
    activity = STARTED.after_step(PromptProgress(3_120, 8_400, 118))
    line = activity_line(activity, READY)
    assert line == "Reading 3,120 of 8,400 tokens · about 2 min left"


def test_the_rate_is_shown_only_once_it_means_something() -> None:
    activity = STARTED.after_text(1, 10.0)
    assert activity_line(activity, READY) == "1 token"
    for step in range(1, 11):
        activity = activity.after_text(1, 10.0 + step / 10)
    assert activity_line(activity, READY) == "11 tokens · 10.0 tokens/s"


def test_a_restart_is_said_until_the_answer_ends() -> None:
    activity = STARTED.after_step(EngineRestarted("no repacked CPU buffers", "signal 11"))
    assert "started again" in activity_line(activity, READY)
    assert "started again" in activity_line(activity.after_text(1, 1.0), READY)
    assert activity_line(IDLE, READY) == ""


def test_what_came_back_from_disk_is_told_with_its_time() -> None:
    step = SnapshotRestored(7_900, 8_012, 0.94)
    activity = STARTED.after_step(step)
    line = activity_line(activity, READY)
    assert line.startswith("Restored 7,900 of 8,012 tokens in 0.9 s")


def test_a_summary_in_the_making_is_told_with_its_time_left() -> None:
    activity = STARTED.after_step(Summarising(12))
    assert activity_line(activity, READY) == "Summarising 12 earlier messages"
    activity = activity.after_step(Summarising(12, PromptProgress(10, 400, 120.0)))
    line = activity_line(activity, READY)
    assert line == "Summarising 12 earlier messages · about 2 min left"
    fitted = activity.after_step(ContextFitted(("a",), 400, 4_096))
    assert activity_line(fitted, READY) == "Preparing your message"


def test_what_sending_would_mean_is_said_only_where_something_happens() -> None:
    assert formatting.context_forecast(ContextMeasured("c", 10, 100)) == ""
    line = formatting.context_forecast(ContextMeasured("c", 120, 100, left_out=1))
    assert "the oldest message no longer fits" in line
    assert formatting.context_forecast(ContextMeasured("c", 120, 100, left_out=4), already=4) == ""
    assert "the 6 oldest" in formatting.context_forecast(
        ContextMeasured("c", 120, 100, left_out=6), 4
    )
    refused = ContextMeasured("c", 20_112, 16_384, refusal=PromptTooLongError(20_112, 16_352))
    assert "20,112" in formatting.context_forecast(refused)
    assert "16,352" in formatting.context_forecast(refused)


def test_messages_that_are_left_out_are_counted() -> None:
    assert STARTED.after_step(ContextFitted(("a", "b"), 900, 1_024)).left_out == 2


def test_each_way_of_ending_early_has_its_words() -> None:
    full = answer(MessageStatus.CUT, stop_reason=StopReason.CONTEXT_FULL)
    cut = answer(MessageStatus.CUT, stop_reason=StopReason.MAX_TOKENS)
    endings = [formatting.stop_reason_text(one) for one in (full, cut)]
    endings += [formatting.stop_reason_text(answer(MessageStatus.INTERRUPTED))]
    assert endings == ["the context is full", "cut at the token limit", "interrupted"]
    assert formatting.stop_reason_text(answer(MessageStatus.COMPLETE)) == ""


def test_the_demo_is_always_called_a_demo() -> None:
    demo = ModelFile(Path("x.gguf"), "Phi-4", "F16", demo=True)
    assert formatting.model_name(demo) == "Built-in demo"
    assert "Built-in demo" in formatting.model_line(ModelState(ModelPhase.READY, demo))


@pytest.mark.parametrize(
    ("days", "heading"),
    [
        (0, "Today"),
        (1, "Yesterday"),
        (2, "Previous 7 days"),
        (7, "Previous 7 days"),
        (8, "November 2026"),
        (40, "October 2026"),
        (-3, "Today"),
    ],
)
def test_chats_stand_under_their_day(days: int, heading: str) -> None:
    written = chat(1, NOON - timedelta(days=days))
    assert ChatGrouping(TODAY, UTC).group_of(written).heading == heading


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.booleans(), st.sampled_from(["", "Work", "Home"])),
        max_size=30,
    )
)
def test_every_chat_stands_under_exactly_one_heading(
    made: list[tuple[int, bool, str]],
) -> None:
    chats = [
        chat(at, NOON - timedelta(days=days), pinned=pinned, folder=folder)
        for at, (days, pinned, folder) in enumerate(made)
    ]
    groups = group_conversations(chats, ChatGrouping(TODAY, UTC))
    shown = [one.id for group in groups.values() for one in group]
    assert sorted(shown) == sorted(one.id for one in chats)
    for heading, group in groups.items():
        free = [one for one in group if not one.pinned and not one.folder]
        assert all(ChatGrouping(TODAY, UTC).group_of(one) == heading for one in free)
    assert len({heading.heading for heading in groups}) == len(groups)
    assert all(groups.values())
    if any(one.pinned for one in chats):
        assert next(iter(groups)).kind is GroupKind.PINNED
    newest = [chats for heading, chats in groups.items() if heading.kind is GroupKind.DAYS]
    assert newest == sorted(newest, key=lambda days: max(c.updated_at for c in days), reverse=True)


def test_an_untitled_private_chat_says_what_it_is() -> None:
    assert formatting.title(chat(1, title="", private=True)) == "Private chat"
    assert formatting.title(chat(1, title="")) == formatting.title(None) == "New chat"


def test_files_that_are_called_alike_are_told_apart_by_the_end_of_their_paths() -> None:
    def file(path: str, name: str = "Phi-4") -> ModelFile:
        return ModelFile(Path(path), name, "Q4_K_M")

    ends = formatting.disambiguate(
        [file("/a/x/m.gguf"), file("/a/y/m.gguf"), file("/b/own.gguf"), file("/c/o.gguf", "Other")]
    )
    assert ends == {
        Path("/a/x/m.gguf"): "x/m.gguf",
        Path("/a/y/m.gguf"): "y/m.gguf",
        Path("/b/own.gguf"): "own.gguf",
    }
