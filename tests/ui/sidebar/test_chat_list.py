"""The sidebar's list: one chat that changes moves alone, and all stand where they belong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.generation import Role
from app.services.library.library_service import LibraryService
from app.store.conversations.conversation_queries import ConversationCache
from app.ui.sidebar.chat_list_model import ChatListModel, GroupHeading
from tests.support.window import Open, Opened

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
CHATS = [f"{number:032x}" for number in range(12)]


def chat(id_: str, activity: int, days: int, folder: str, *, pinned: bool) -> Conversation:
    when = NOW - timedelta(days=days)
    return Conversation(
        id_, f"{id_[-2:]} {activity}", when, when, pinned=pinned, folder=folder, activity=activity
    )


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(CHATS),
        st.none()
        | st.tuples(
            st.integers(0, 400), st.sampled_from(["", "", "", "Work", "work"]), st.booleans()
        ),
    ),
    max_size=40,
)


def rows_of(model: ChatListModel) -> list[object]:
    found = [model.index(row) for row in range(model.rowCount())]
    return [model.conversation(index) or model.heading(index) for index in found]


def listed(chats: dict[str, Conversation]) -> list[Conversation]:
    """In the order of the store."""
    return sorted(chats.values(), key=lambda c: (c.pinned, c.activity, c.updated_at), reverse=True)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(begin=CHANGES, changes=CHANGES, folds=st.lists(st.integers(0, 5), max_size=2))
def test_changed_one_by_one_the_list_is_what_it_would_be_read_anew(
    qtbot: QtBot, begin: list[object], changes: list[object], folds: list[int]
) -> None:
    chats: dict[str, Conversation] = {}
    activity = 0

    def change(id_: str, what: tuple[int, str, bool] | None) -> Conversation | None:
        nonlocal activity
        activity += 1
        chats.pop(id_, None)
        if what is not None:
            days, folder, pinned = what
            chats[id_] = chat(id_, activity, days, folder, pinned=pinned)
        return chats.get(id_)

    for id_, what in begin:  # type: ignore[misc]
        change(id_, what)
    model = ChatListModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_conversations(listed(chats), TODAY)
    for fold in folds:
        headings = [row for row in rows_of(model) if isinstance(row, GroupHeading)]
        if fold < len(headings):
            model.toggle(headings[fold].group)
    for id_, what in changes:  # type: ignore[misc]
        model.update_conversations({id_: change(id_, what)})
        shown = rows_of(model)
        anew = ChatListModel()
        anew._folded = set(model._folded)
        anew.set_conversations(listed(chats), TODAY)
        assert shown == rows_of(anew)
        for one in chats:
            assert model.row_of(one).row() == anew.row_of(one).row()
    tester.deleteLater()


@pytest.fixture
def many(open_window: Open, monkeypatch: pytest.MonkeyPatch) -> tuple[Opened, list[int]]:
    """A window with 600 chats, and how many rows of chats each read brought since."""
    opened = open_window()
    stored = opened.harness.stored
    for number in range(600):
        id_ = f"{number:032x}"
        when = NOW - timedelta(hours=number)
        question = Message(
            f"{number:031x}q", id_, None, Role.USER, "Hi", MessageStatus.COMPLETE, when
        )
        stored.add_conversation(Conversation(id_, f"Chat {number}", when, when), [question])
    stored.conversations.rename("0" * 32, "Chat 0").result()
    opened.window.chats.reload()
    read: list[int] = []
    value = ConversationCache.value

    def counted(self: ConversationCache, row: tuple[object, ...]) -> Conversation:
        read.append(1)
        return value(self, row)

    monkeypatch.setattr(ConversationCache, "value", counted)
    return opened, read


def test_a_change_of_one_chat_reads_and_moves_that_chat_alone(
    many: tuple[Opened, list[int]], qtbot: QtBot
) -> None:
    opened, read = many
    library: LibraryService = opened.harness.services.library
    side, model = opened.window.sidebar, opened.window.sidebar.model
    resets: list[object] = []
    model.modelReset.connect(lambda: resets.append(1))
    moved = f"{400:032x}"

    def is_pinned() -> bool:
        found = model.conversation(model.row_of(moved))
        return found is not None and found.pinned

    library.set_pinned(moved, True)
    qtbot.waitUntil(is_pinned)
    assert model.row_of(moved).row() == 1
    library.rename(moved, "Another name")
    qtbot.waitUntil(lambda: model.row_of(moved).data() == "Another name")
    library.trash.delete([moved])
    qtbot.waitUntil(lambda: not model.row_of(moved).isValid())
    library.trash.restore([moved])
    qtbot.waitUntil(is_pinned)
    assert not resets
    assert len(read) < 20  # of 600
    shown = rows_of(model)
    opened.window.chats.reload()
    assert rows_of(side.model) == shown


def test_private_chats_among_them_change_nothing_of_that(
    many: tuple[Opened, list[int]], qtbot: QtBot
) -> None:
    opened, read = many
    harness, model = opened.harness, opened.window.sidebar.model
    private = harness.services.library.create(private=True).id
    harness.ask("A secret?", private)
    qtbot.waitUntil(lambda: model.row_of(private).row() == 1)
    used = f"{400:032x}"
    harness.ask("Anything new?", used)
    qtbot.waitUntil(lambda: model.row_of(used).row() == 1)
    assert model.row_of(private).row() == 2
    harness.ask("Another secret?", private)
    qtbot.waitUntil(lambda: model.row_of(private).row() == 1)
    assert len(read) < 100  # of 600
    shown = rows_of(model)
    opened.window.chats.reload()
    assert rows_of(model) == shown


def test_a_chat_keeps_its_mark_while_another_moves_above_it(
    many: tuple[Opened, list[int]], qtbot: QtBot
) -> None:
    opened, _ = many
    side = opened.window.sidebar
    shown, moved = f"{5:032x}", f"{300:032x}"
    opened.window.controller.open_chat(shown)
    assert side.selected() == [shown]
    opened.harness.services.library.set_pinned(moved, True)
    qtbot.waitUntil(lambda: side.model.row_of(moved).row() == 1)
    assert side.selected() == [shown]


def test_of_chats_that_share_a_place_each_is_found() -> None:
    model = ChatListModel()
    same = [chat(id_, 1, 0, "", pinned=False) for id_ in CHATS[:3]]  # as imported ones do
    model.set_conversations(same, TODAY)
    for one in same:
        assert model.conversation(model.row_of(one.id)) == one


def test_use_is_what_orders_chats_and_no_value_of_theirs() -> None:
    one = chat(CHATS[0], 1, 0, "", pinned=False)
    assert one == replace(one, activity=7)
