"""Switching models: nothing is lost, a failure returns to the old one with the reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import ModelFileError, SwitchFailedError
from app.domain.generation import GenerationEvent, GenerationRequest, Role
from app.domain.model import LoadedModel, LoadRequest, ModelFile
from app.domain.settings import Settings
from app.engine.base import Cancel, LoadProgressCallback
from app.engine.scripted import ScriptedEngine
from app.services.core.events import (
    AnswerEnded,
    ErrorReported,
    EventBus,
    ModelPhase,
    ModelState,
    ModelStateChanged,
    Notice,
    SettingsChanged,
)
from app.services.models.listed_files import SPARE_BYTES, NextFileReader
from tests.support.gguf_factory import write_model
from tests.support.harness import Harness, build


class Choosy(ScriptedEngine):
    """Refuses files whose name says so, and answers with the name of the file that is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []

    def load(
        self, request: LoadRequest, progress: LoadProgressCallback, cancel: Cancel
    ) -> LoadedModel:
        self.loads.append(request.path.name)
        if "bad" in request.path.name:
            raise ModelFileError("llama.cpp does not know this architecture.")
        loaded = super().load(request, progress, cancel)
        return replace(loaded, seconds=12.0, made_room=True)


class Slow(ScriptedEngine):
    """Waits in the middle of its answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answering, self.go_on = threading.Event(), threading.Event()

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        for event in super().generate(request, cancel):
            yield event
            self.answering.set()
            assert self.go_on.wait(20)


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "data", Choosy(), Settings(), titles=True)
    yield made
    made.services.close()


def put(folder: Path, name: str) -> ModelFile:
    return ModelFile(write_model(folder / name), name, "Q4_K_M", 1, name[:1] * 64)


def settled(harness: Harness, phase: ModelPhase, path: Path, after: int = 0) -> ModelState:
    def wanted(event: object) -> bool:
        return isinstance(event, ModelStateChanged) and (
            event.state.phase is phase
            and event.state.model is not None
            and event.state.model.path == path
        )

    event = harness.heard.wait_for(wanted, after=after)
    assert isinstance(event, ModelStateChanged)
    return event.state


def test_a_model_that_cannot_be_loaded_gives_the_old_one_back_and_says_why(
    harness: Harness, tmp_path: Path
) -> None:
    good, bad = put(tmp_path, "good.gguf"), put(tmp_path, "bad.gguf")
    models = harness.services.models
    models.choose(good)
    settled(harness, ModelPhase.READY, good.path)
    after = len(harness.heard.events)
    models.choose(bad)
    event = harness.heard.wait_for(lambda e: isinstance(e, ErrorReported), after=after)
    assert isinstance(event, ErrorReported)
    assert isinstance(event.error, SwitchFailedError)
    assert "does not know this architecture" in event.error.what
    assert "good.gguf Q4_K_M is in use again" in event.error.what
    # The reason comes last, when the old model is ready: nothing that follows takes it away.
    assert models.state.phase is ModelPhase.READY
    assert models.state.model == good
    assert harness.services.settings.current.model_path == str(good.path)


def answered_by(harness: Harness, model: ModelFile) -> tuple[str, AnswerEnded]:
    """A chat in which that file answered; its id and the answer."""
    harness.services.models.choose(model)
    settled(harness, ModelPhase.READY, model.path)
    return harness.ask("Who are you?")


def test_a_switch_tells_how_long_it_took_and_why(harness: Harness, tmp_path: Path) -> None:
    one, two = put(tmp_path, "one.gguf"), put(tmp_path, "two.gguf")
    harness.services.models.choose(one)
    settled(harness, ModelPhase.READY, one.path)
    harness.services.models.choose(two)
    settled(harness, ModelPhase.READY, two.path)
    harness.services.executor.submit(lambda: None).result()
    (told,) = [event.text for event in harness.heard.events if isinstance(event, Notice)]
    assert told == (
        "two.gguf Q4_K_M answers from now on. Loading it took 12 s. "
        "The model before was freed first: both do not fit in memory."
    )


def test_answering_again_with_another_file_keeps_both_with_their_records(
    harness: Harness, tmp_path: Path
) -> None:
    one, two = put(tmp_path, "one.gguf"), put(tmp_path, "two.gguf")
    services = harness.services
    _, ended = answered_by(harness, one)
    after = len(harness.heard.events)
    services.chat.answer_with(ended.message.id, two)
    harness.heard.wait_for(
        lambda e: isinstance(e, AnswerEnded) and e.message.id != ended.message.id,
        after=after,
    )
    first, second = services.library.chats.versions(ended.message.id)
    assert first.parent_id == second.parent_id
    assert isinstance(harness.engine, Choosy)
    assert [one.likely for one in harness.engine.requests if one.likely] == [(first.content,)]
    assert [v.model.name if v.model else "" for v in (first, second)] == ["one.gguf", "two.gguf"]
    assert all(v.timings is not None and v.content for v in (first, second))
    settled(harness, ModelPhase.READY, one.path, after)
    assert services.settings.current.model_path == str(one.path)
    _, next_one = harness.ask("And who are you now?")
    assert next_one.message.model is not None
    assert next_one.message.model.name == "one.gguf"


def test_a_model_that_is_chosen_while_another_one_answers_again_stays_chosen(
    harness: Harness, tmp_path: Path
) -> None:
    one, two, three = (put(tmp_path, f"{name}.gguf") for name in ("one", "two", "three"))
    services = harness.services
    _, ended = answered_by(harness, one)
    after = len(harness.heard.events)
    services.chat.answer_with(ended.message.id, two)
    services.models.choose(three)
    settled(harness, ModelPhase.READY, three.path)
    harness.heard.wait_for(lambda e: isinstance(e, AnswerEnded), after=after)
    _, next_one = harness.ask("Who are you?")
    assert next_one.message.model is not None
    assert next_one.message.model.name == "three.gguf"
    assert services.settings.current.model_path == str(three.path)


def test_no_version_is_begun_when_the_other_file_cannot_be_loaded(
    harness: Harness, tmp_path: Path
) -> None:
    one, bad = put(tmp_path, "one.gguf"), put(tmp_path, "bad.gguf")
    services = harness.services
    conversation, ended = answered_by(harness, one)
    after = len(harness.heard.events)
    services.chat.answer_with(ended.message.id, bad)
    harness.heard.wait_for(lambda e: isinstance(e, ErrorReported), after=after)
    assert len(services.library.chats.versions(ended.message.id)) == 1
    settled(harness, ModelPhase.READY, one.path, after)
    roles = [item.message.role for item in services.library.chats.branch(conversation)]
    assert roles == [Role.USER, Role.ASSISTANT]


def test_a_chosen_file_that_was_not_loaded_yet_stays_chosen_when_another_fails(
    harness: Harness, tmp_path: Path
) -> None:
    bad, before = put(tmp_path, "bad.gguf"), harness.services.models.state.model
    harness.services.models.choose(bad)
    harness.heard.wait_for(lambda e: isinstance(e, ErrorReported))
    assert harness.services.models.state == ModelState(ModelPhase.UNLOADED, before)


def test_a_file_in_place_gets_its_hash_meanwhile_and_its_answers_carry_it(
    harness: Harness, tmp_path: Path
) -> None:
    path = write_model(tmp_path / "mine.gguf")
    services = harness.services
    hashed = threading.Event()
    real = services.models.hash_listed

    model = services.add_models.use_in_place(path)
    services.models.choose(model)
    listed = services.models._installed.get(path)
    assert listed is not None
    real(listed, lambda good: hashed.set() if good else None)
    assert hashed.wait(10)
    settled(harness, ModelPhase.READY, path)
    now = services.models.state.model
    assert now is not None
    assert len(now.sha256) == 64


def test_a_setting_that_changes_while_the_model_loads_is_what_it_is_loaded_with(
    tmp_path: Path,
) -> None:
    loading, go_on = threading.Event(), threading.Event()

    class Held(ScriptedEngine):
        """Its second load goes on when the test says so."""

        def load(
            self, request: LoadRequest, progress: LoadProgressCallback, cancel: Cancel
        ) -> LoadedModel:
            if len(self.loads) == 1:
                loading.set()
                assert go_on.wait(10)
            return super().load(request, progress, cancel)

    engine = Held()
    harness = build(tmp_path / "data", engine, Settings())
    try:
        harness.ask("Hello")
        after = len(harness.heard.events)
        settings = harness.services.settings
        settings.update(context_size=2_048)
        assert loading.wait(10)
        settings.update(context_size=4_096)
        settings.update(context_size=1_024)
        go_on.set()
        harness.heard.wait_for(
            lambda e: (
                isinstance(e, ModelStateChanged)
                and e.state.loaded is not None
                and e.state.loaded.plan.context_size == 1_024
            ),
            after=after,
        )
        assert [load.context_size for load in engine.loads] == [None, 2_048, 1_024]
    finally:
        harness.services.close()


def test_the_next_file_is_read_while_the_old_one_answers(tmp_path: Path) -> None:
    engine = Slow()
    harness = build(tmp_path / "data", engine, Settings(), titles=True)
    try:
        old, new = put(tmp_path, "old.gguf"), put(tmp_path, "new.gguf")
        harness.services.models.choose(old)
        settled(harness, ModelPhase.READY, old.path)
        chat = harness.services.library.create()
        exchange = harness.services.chat.send(chat.id, "Hello")
        assert engine.answering.wait(20)
        harness.services.models.choose(new)
        reader = harness.services.models._next_file
        thread = reader._thread
        assert thread is not None
        thread.join()
        assert reader.bytes_read == new.path.stat().st_size
        engine.go_on.set()
        ended = harness.ended(exchange.answer_id)
        assert ended.message.model is not None
        assert ended.message.model.sha256 == old.sha256
        settled(harness, ModelPhase.READY, new.path)
    finally:
        engine.go_on.set()
        harness.services.close()


@pytest.mark.parametrize("free", [SPARE_BYTES, SPARE_BYTES + 10_000])
def test_what_would_push_out_the_model_in_use_is_not_read(tmp_path: Path, free: int) -> None:
    bus, old, new = EventBus(), put(tmp_path, "old.gguf"), put(tmp_path, "new.gguf")
    reader = NextFileReader(bus, lambda: free)
    bus.publish(ModelStateChanged(ModelState(ModelPhase.READY, old)))
    bus.publish(SettingsChanged(Settings(), Settings(model_path=str(new.path))))
    reader.close()
    assert reader.bytes_read == 0


def test_a_model_that_a_quick_message_loaded_is_not_loaded_again_at_the_start(
    tmp_path: Path,
) -> None:
    engine = ScriptedEngine()
    harness = build(tmp_path, engine)
    try:
        harness.services.executor.submit(
            lambda: harness.services.models.ensure_loaded(threading.Event())
        ).result()
        harness.services.models.load()  # which a start does behind its first frame
        harness.services.executor.submit(lambda: None).result()
        assert len(engine.loads) == 1
    finally:
        harness.services.close()
