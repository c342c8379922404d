"""KV snapshots: the store on its own, then through the real engine."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.generation import Sampling, SnapshotRestored
from app.engine.base import EngineOptions
from app.engine.llama.backend import Backend
from app.engine.llama.engine import LlamaEngine
from app.engine.segments import SEGMENT, SnapshotError, StoredSegment, root_digest, split_segments
from app.engine.snapshots import SnapshotStore, remove_others
from tests.support.engines import Said, ask, load, request, turns
from tests.support.gguf_factory import ModelSpec, write_model

ROOT = root_digest("model", "engine")
SHORT = Sampling(temperature=0, max_tokens=8)


def fill(store: SnapshotStore, tokens: list[int], root: str = ROOT) -> None:
    for piece in split_segments(tokens, root):
        if not store.has(piece):
            state = bytes([len(tokens) % 256]) * 1000
            assert store.write(piece, tokens[piece.start : piece.end], state, 5)
    store.close()


def covered(store: SnapshotStore, prompt: list[int], root: str = ROOT) -> int:
    """Tokens of ``prompt`` that the segments found stand for."""
    position = 0
    for entry in store.find(prompt, root):
        for token in entry.tokens:
            if position >= len(prompt) or prompt[position] != token:
                return position
            position += 1
    return position


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 3 * SEGMENT + 5))
def test_pieces_cover_all_tokens_without_a_gap(count: int) -> None:
    cut = split_segments(list(range(count)), ROOT)
    assert [piece.start for piece in cut] == list(range(0, count, SEGMENT))
    assert (cut[-1].end if cut else 0) == count
    parents = [ROOT, *(piece.digest for piece in cut)]
    assert [piece.parent for piece in cut] == parents[: len(cut)]


def test_a_chat_is_found_again_as_far_as_it_agrees(tmp_path: Path) -> None:
    chat = list(range(1000))
    fill(SnapshotStore(tmp_path, 10**9), chat)
    store = SnapshotStore(tmp_path, 10**9)
    assert covered(store, [*chat, 5, 5, 5]) == 1000
    assert covered(store, [*chat[:300], 9999]) == 300
    assert covered(store, [9999, *chat]) == 0
    assert covered(store, chat, root_digest("another model", "engine")) == 0


def test_a_chat_that_grew_writes_only_what_is_new_and_drops_the_old_end(tmp_path: Path) -> None:
    fill(SnapshotStore(tmp_path, 10**9), list(range(600)))
    before = {path.name: path.stat().st_ino for path in tmp_path.iterdir()}
    fill(SnapshotStore(tmp_path, 10**9), list(range(800)))
    after = {path.name: path.stat().st_ino for path in tmp_path.iterdir()}
    assert len(before) == 3
    assert len(after) == 4
    assert len(set(before.items()) & set(after.items())) == 2


def test_a_system_prompt_of_two_chats_is_stored_once(tmp_path: Path) -> None:
    shared = list(range(SEGMENT))
    store = SnapshotStore(tmp_path, 10**9)
    fill(store, [*shared, 1, 2])
    fill(store, [*shared, 3, 4])
    assert len(list(tmp_path.iterdir())) == 3
    assert covered(store, [*shared, 1, 2]) == SEGMENT + 2
    assert covered(store, [*shared, 3, 4]) == SEGMENT + 2


def test_the_least_recently_used_goes_first_and_the_cap_holds(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path, 10_000)
    chats = [[number, *range(SEGMENT - 1)] for number in range(5)]
    for age, chat in enumerate(chats):
        fill(store, chat)
        (entry,) = store.find(chat, ROOT)
        os.utime(tmp_path / f"{entry.digest}.kv", (1000 + age, 1000 + age))
    assert store.used_bytes() <= 10_000
    (oldest_kept,) = store.find(chats[1], ROOT)
    store.read(oldest_kept)  # used now: no longer the oldest
    fill(store, [77, *range(SEGMENT - 1)])
    assert store.used_bytes() <= 10_000
    assert covered(store, chats[1]) == SEGMENT
    assert covered(store, chats[2]) == 0


@pytest.mark.warns("A KV snapshot is ignored")
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:-10] + bytes([data[-10] ^ 1]) + data[-9:],
        lambda data: b"OTHERAPP" + data[8:],
        lambda data: data[:8] + b"\xff\xff\xff\xff" + data[12:],
        lambda data: b"",
    ],
)
def test_a_damaged_segment_is_ignored_logged_and_removed(
    tmp_path: Path, damage: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    chat = list(range(200))
    fill(SnapshotStore(tmp_path, 10**9), chat)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    with caplog.at_level(logging.WARNING, "app.engine.snapshots"):
        store = SnapshotStore(tmp_path, 10**9)
        for entry in store.find(chat, ROOT):
            with pytest.raises(SnapshotError):
                store.read(entry)
    assert "ignored" in caplog.text
    assert list(tmp_path.iterdir()) == []
    assert store.find(chat, ROOT) == []


@pytest.mark.parametrize("magic", [b"PHIALKV2", b"PHIALKV1", b"PHIALKV9"])
def test_what_another_version_wrote_is_removed_unread(
    tmp_path: Path, magic: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Version 2 wrote cells that had attended to another chat's words."""
    chat = list(range(600))
    fill(SnapshotStore(tmp_path, 10**9), chat)
    for path in tmp_path.iterdir():
        path.write_bytes(magic + path.read_bytes()[len(magic) :])
    store = SnapshotStore(tmp_path, 10**9)
    assert store.find(chat, ROOT) == []
    assert list(tmp_path.iterdir()) == []
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []  # it is no fault


@pytest.mark.warns("could not be removed: read-only")
def test_a_folder_from_which_nothing_can_be_removed_does_not_keep_the_engine_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fill(SnapshotStore(tmp_path, 10**9), [1, 2, 3])
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"PHIALKV2" + path.read_bytes()[8:])

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "unlink", refuse)
    assert SnapshotStore(tmp_path, 10**9).find([1, 2, 3, 4], ROOT) == []
    assert "could not be removed" in caplog.text


def test_what_a_killed_engine_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "abc.part").write_bytes(b"half")
    SnapshotStore(tmp_path, 10**9)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.warns("snapshots are switched off")
def test_a_disk_that_refuses_switches_snapshots_off_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    store = SnapshotStore(blocked, 10**9)
    (piece,) = split_segments([1, 2, 3], ROOT)
    assert store.write(piece, [1, 2, 3], b"state", 5)
    store.close()
    assert store.is_disabled
    assert not store.write(piece, [1, 2, 3], b"state", 5)
    assert "switched off" in caplog.text


@pytest.mark.warns("No space left")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_switches_snapshots_off_and_leaves_no_half_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SnapshotStore(tmp_path, 10**9)
    fill(store, list(range(100)))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    opened = Path.open

    def full(self: Path, mode: str = "r", *rest: object, **named: object) -> object:
        if mode == "wb":  # what is written here goes nowhere: ENOSPC, as on a full disk
            self.touch()
            return opened(Path("/dev/full"), mode, buffering=0)
        return opened(self, mode, *rest, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    (piece,) = split_segments([7, 8, 9], ROOT)
    assert store.write(piece, [7, 8, 9], b"state", 5)
    store.close()
    monkeypatch.undo()
    assert store.is_disabled
    assert "No space left" in caplog.text
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_disk_with_little_room_keeps_what_is_in_use_and_takes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10_000))
    store = SnapshotStore(tmp_path, 10**9)
    for chat in range(20):
        fill(store, [chat, *range(SEGMENT - 1)])
    assert 0 < store.used_bytes() <= 10_000


# --- through llama.cpp ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("m") / "m.gguf", ModelSpec(depends_on_history=True))


@pytest.fixture
def start(tmp_path: Path, model: Path) -> Iterator[Callable[..., LlamaEngine]]:
    made: list[LlamaEngine] = []

    def begin(path: Path = model, **changes: object) -> LlamaEngine:
        options = EngineOptions(snapshot_dir=tmp_path / "kv", snapshot_min_gain=-1e9)
        made.append(LlamaEngine(options))
        load(made[-1], path, **changes)
        return made[-1]

    yield begin
    for engine in made:
        engine.close()


def _chain(folder: Path) -> list[StoredSegment]:
    """The segments on disk of the one chat there is, in order."""
    store = SnapshotStore(folder, 10**9)
    entries = {e.parent: e for group in store._children.values() for e in group.values()}
    names = {entry.digest for entry in entries.values()}
    (parent,) = (parent for parent in entries if parent not in names)
    chain = []
    while parent in entries:
        chain.append(entries[parent])
        parent = entries[parent].digest
    return chain


def _text(tokens: list[int]) -> bytes:
    """The bytes of a byte vocabulary's tokens."""
    return bytes(token for token in tokens if token < 256)


QUESTION = "Tell me about " + "the history of tea, " * 30


def first_visit(start: Callable[..., LlamaEngine]) -> tuple[Said, Said]:
    """An answer, and what follows it without any restart."""
    engine = start()
    first = ask(engine, request(turns(QUESTION), sampling=SHORT))
    engine.save_state("chat")
    following = request(turns(QUESTION, first.text, "More"), sampling=SHORT)
    second = ask(engine, following)
    engine.close()
    return first, second


@pytest.mark.llama
def test_after_a_restart_a_chat_goes_on_without_reading_it_again(
    start: Callable[..., LlamaEngine],
) -> None:
    first, second = first_visit(start)
    engine = start()
    again = ask(engine, request(turns(QUESTION, first.text, "More"), sampling=SHORT))
    assert again.text == second.text
    (restored,) = again.of(SnapshotRestored)
    timings = again.finished.timings
    assert restored.tokens == timings.restored_tokens
    assert restored.tokens >= first.fitted.prompt_tokens
    assert timings.evaluated_tokens == timings.prompt_tokens - restored.tokens
    assert timings.evaluated_tokens < 40


@pytest.mark.llama
def test_private_chats_leave_nothing_on_disk(
    start: Callable[..., LlamaEngine], tmp_path: Path
) -> None:
    engine = start()
    ask(engine, request(turns(QUESTION), sampling=SHORT, private=True))
    engine.save_state("chat")
    engine.on_idle()
    engine.close()
    assert not (tmp_path / "kv").exists()


@pytest.mark.llama
def test_a_question_beside_a_chat_keeps_the_chat_from_nothing(
    start: Callable[..., LlamaEngine], tmp_path: Path
) -> None:
    """A title is asked for in private, on top of the chat; the chat is still put away."""
    engine = start()
    first = ask(engine, request(turns(QUESTION), sampling=SHORT))
    chat = first.fitted.prompt_tokens + first.finished.timings.completion_tokens
    secret = "a title, please"
    ask(engine, request(turns(QUESTION, first.text, secret), sampling=SHORT, private=True))
    engine.save_state("chat")
    engine.close()
    kept = [token for entry in _chain(tmp_path / "kv") for token in entry.tokens]
    assert first.fitted.prompt_tokens <= len(kept) <= chat
    assert b"history of tea" in _text(kept)
    assert b"title" not in _text(kept)


@pytest.mark.llama
def test_a_private_chat_after_a_public_one_leaves_nothing_of_its_own(
    start: Callable[..., LlamaEngine], tmp_path: Path
) -> None:
    engine = start()
    ask(engine, request(turns("One", system=QUESTION), sampling=SHORT))
    engine.save_state("chat")  # as the window does when a chat is left
    secret = turns("my secret", system=QUESTION)
    ask(engine, request(secret, sampling=SHORT, private=True, conversation="private"))
    engine.save_state("private")
    engine.close()
    kept = [token for entry in _chain(tmp_path / "kv") for token in entry.tokens]
    assert b"history of tea" in _text(kept)
    assert b"secret" not in _text(kept)


@pytest.mark.llama
def test_another_model_of_the_same_shape_gets_nothing(
    start: Callable[..., LlamaEngine], tmp_path: Path
) -> None:
    first_visit(start)
    other = write_model(tmp_path / "other.gguf", ModelSpec(depends_on_history=True, seed=8))
    engine = start(other)
    said = ask(engine, request(turns(QUESTION), sampling=SHORT))
    assert said.of(SnapshotRestored) == []
    assert said.finished.timings.evaluated_tokens == said.fitted.prompt_tokens


@pytest.mark.llama
def test_another_version_of_the_engine_gets_nothing(
    start: Callable[..., LlamaEngine], monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    first_visit(start)
    identify = Backend._identify
    monkeypatch.setattr(Backend, "_identify", lambda self, folder: identify(self, folder) + "+1")
    engine = start(model)
    said = ask(engine, request(turns(QUESTION), sampling=SHORT))
    assert said.of(SnapshotRestored) == []
    assert said.finished.timings.evaluated_tokens == said.fitted.prompt_tokens


@pytest.mark.llama
@pytest.mark.warns("the checksum of")
def test_a_damaged_snapshot_costs_time_and_no_words(
    start: Callable[..., LlamaEngine], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = first_visit(start)
    for path in (tmp_path / "kv").iterdir():
        data = bytearray(path.read_bytes())
        data[-100] ^= 0xFF
        path.write_bytes(data)
    engine = start()
    again = ask(engine, request(turns(QUESTION, first.text, "More"), sampling=SHORT))
    assert again.text == second.text
    assert again.of(SnapshotRestored) == []
    assert "checksum" in caplog.text


@pytest.mark.llama
def test_a_context_size_of_its_own_does_not_make_a_snapshot_useless(
    start: Callable[..., LlamaEngine],
) -> None:
    first, second = first_visit(start)
    engine = start(context_size=1024)
    again = ask(engine, request(turns(QUESTION, first.text, "More"), sampling=SHORT))
    assert again.of(SnapshotRestored)
    assert again.text == second.text


@pytest.mark.llama
def test_saving_makes_way_for_whoever_waits(start: Callable[..., LlamaEngine]) -> None:
    engine = start()
    ask(engine, request(turns(QUESTION), sampling=SHORT))
    engine.busy = lambda: True
    engine.save_state("chat")
    session = engine._session
    assert session is not None
    assert session.kv_state is not None
    assert session.kv_state.save(lambda: True, "chat") == 0
    assert session.kv_state.save(lambda: False, "chat") == len(session.decoder.kv.tokens)


# --- whose they are ---------------------------------------------------------------------------


def words_on_disk(folder: Path) -> bytes:
    """Everything that the snapshots' token ids say, whatever their order."""
    store = SnapshotStore(folder, 10**9)
    entries = (e for group in store._children.values() for e in group.values())
    return b"|".join(_text(list(entry.tokens)) for entry in entries)


@pytest.mark.llama
def test_what_was_kept_of_a_chat_goes_with_it_and_other_chats_keep_theirs(
    start: Callable[..., LlamaEngine], tmp_path: Path
) -> None:
    engine = start()
    for chat in ("gone", "kept"):
        said = turns(QUESTION + f" said in {chat}" * 3, system="Both chats begin so. " * 20)
        ask(engine, request(said, sampling=SHORT, conversation=chat))
        engine.save_state(chat)
    engine.close()
    assert b"said in gone" in words_on_disk(tmp_path / "kv")
    assert remove_others(tmp_path / "kv", {"kept"}) > 0
    assert b"said in gone" not in words_on_disk(tmp_path / "kv")
    engine = start()
    again = ask(engine, request(said, sampling=SHORT, conversation="kept"))
    assert again.fitted.prompt_tokens - again.finished.timings.restored_tokens == 1


@pytest.mark.llama
@pytest.mark.parametrize("leave", ["save_state", "on_idle", "unload"])
def test_a_chat_that_is_removed_while_the_engine_holds_it_is_not_written_any_more(
    start: Callable[..., LlamaEngine], tmp_path: Path, leave: str
) -> None:
    engine = start()
    ask(engine, request(turns(QUESTION), sampling=SHORT))
    remove_others(tmp_path / "kv", ())
    engine.save_state("chat") if leave == "save_state" else getattr(engine, leave)()
    engine.close()
    assert list((tmp_path / "kv").iterdir()) == []


@pytest.mark.llama
def test_a_question_of_no_chat_leaves_nothing_on_disk(
    start: Callable[..., LlamaEngine], tmp_path: Path
) -> None:
    engine = start()
    ask(engine, request(turns(QUESTION), sampling=SHORT, conversation=""))
    engine.on_idle()
    engine.close()
    assert not (tmp_path / "kv").exists()


def test_segments_of_nobody_are_removed(tmp_path: Path) -> None:
    """Those of earlier versions, which noted no chat, and of a note that a crash cut short."""
    fill(SnapshotStore(tmp_path, 10**9), [1, 2, 3])
    assert remove_others(tmp_path, {"chat"}) > 0
    assert list(tmp_path.iterdir()) == []


def test_names_of_segments_that_are_gone_do_not_pile_up(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path, 10**9)
    store.admit("chat")
    for length in range(1, 50):  # each a longer end, which takes the place of the one before
        pieces = split_segments(list(range(length)), ROOT)
        assert store.own("chat", pieces)
        fill(store, list(range(length)))
    (owner,) = tmp_path.glob("*.chat")
    assert len(owner.read_text().split()) <= 2
