"""The window's only thread crossing."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from itertools import chain, groupby

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from app.domain.generation import PromptProgress
from app.services.core.events import (
    AnswerProgressed,
    AnswerTextAdded,
    Event,
    EventBus,
    LibraryChanged,
    Notice,
)
from app.ui.core.event_bridge import EventBridge
from app.ui.core.update_throttle import FRAME, MANY, UpdateThrottle

EVENTS = st.one_of(
    st.builds(
        AnswerTextAdded, st.just("c"), st.sampled_from("ab"), st.text(max_size=3), st.just(1)
    ),
    st.builds(Notice, st.text(max_size=3)),
    st.builds(
        AnswerProgressed,
        st.just("c"),
        st.just("a"),
        st.builds(PromptProgress, st.integers(0, 9), st.just(9)),
    ),
    st.builds(LibraryChanged, st.none() | st.tuples(st.sampled_from("abc"))),
)


def said(events: Iterable[Event]) -> list[object]:
    """What a listener learns: texts joined, the latest of what only replaces itself."""
    learned: list[object] = []

    def kind(event: Event) -> object:
        match event:
            case AnswerTextAdded():
                return "text", event.message_id
            case AnswerProgressed() | LibraryChanged():
                return type(event)
            case _:
                return object()  # never joined

    for _, group in groupby(events, kind):
        run = list(group)
        match run[0]:
            case AnswerTextAdded(message_id=message_id):
                grown = [event for event in run if isinstance(event, AnswerTextAdded)]
                text = "".join(event.text for event in grown)
                learned.append((message_id, text, sum(event.tokens for event in grown)))
            case LibraryChanged():
                every = [event.ids for event in run if isinstance(event, LibraryChanged)]
                learned.append(None if None in every else set(chain(*filter(None, every))))
            case _:
                learned.append(run[-1])
    return learned


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=st.lists(EVENTS, max_size=20))
def test_joined_events_say_the_same_in_the_same_order(qtbot: QtBot, events: list[Event]) -> None:
    bus = EventBus()
    bridge = EventBridge(bus)
    heard: list[Event] = []
    bridge.arrived.connect(heard.append)
    for event in events:
        bus.publish(event)
    bridge.deliver()
    bridge.close()
    assert said(heard) == said(events)
    assert len(heard) <= len(events)


def test_a_burst_of_deltas_from_another_thread_is_one_update_on_the_gui_thread(
    qtbot: QtBot,
) -> None:
    bus = EventBus()
    bridge = EventBridge(bus)
    heard: list[tuple[Event, QThread]] = []
    bridge.arrived.connect(lambda event: heard.append((event, QThread.currentThread())))

    def speak() -> None:
        for _ in range(500):
            bus.publish(AnswerTextAdded("c", "a", "x", 1))

    speaker = threading.Thread(target=speak)
    speaker.start()
    speaker.join()
    qtbot.waitUntil(lambda: bool(heard))
    bridge.close()
    assert heard == [(AnswerTextAdded("c", "a", "x" * 500, 500), bridge.thread())]


def test_nothing_arrives_after_it_is_closed(qtbot: QtBot) -> None:
    bus = EventBus()
    bridge = EventBridge(bus)
    heard: list[Event] = []
    bridge.arrived.connect(heard.append)
    bus.publish(Notice("before"))
    bridge.close()
    bus.publish(Notice("after"))
    qtbot.wait(40)
    assert heard == [Notice("before")]


def test_what_is_not_text_never_waits_for_the_pace_of_an_answer(qtbot: QtBot) -> None:
    class Patient(UpdateThrottle):
        def seconds_until_due(self, tokens: int) -> float:
            return FRAME if tokens >= MANY else 3600

    bus = EventBus()
    bridge = EventBridge(bus, pace=Patient())
    heard: list[Event] = []
    bridge.arrived.connect(heard.append)
    bus.publish(AnswerTextAdded("c", "a", "x", 1))
    qtbot.wait(40)
    assert heard == []
    bus.publish(Notice("now"))
    qtbot.waitUntil(lambda: len(heard) == 2)
    bus.publish(AnswerTextAdded("c", "a", "y", 1))
    bus.publish(AnswerTextAdded("c", "a", "z", MANY))
    qtbot.waitUntil(lambda: len(heard) == 3)
    bridge.close()
    assert heard == [
        AnswerTextAdded("c", "a", "x", 1),
        Notice("now"),
        AnswerTextAdded("c", "a", "yz", 1 + MANY),
    ]
