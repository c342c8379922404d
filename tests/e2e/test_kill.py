"""``kill -9`` in the middle of an answer, of the engine and of the app, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.compose import build_reach, build_services, make_engine
from app.domain.conversation import MessageStatus
from app.domain.generation import StopReason
from app.engine.process.client import EngineClient
from app.services.core.events import AnswerTextAdded
from app.services.models.model_files import read_model_file
from app.setup import prepare
from app.store import open_store
from app.system.paths import folders
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model
from tests.support.harness import Harness, Heard

pytestmark = [pytest.mark.llama, pytest.mark.may_warn("The engine ")]

LOST_SECONDS = 1.5  # a crash may lose at most so much of what had streamed


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A model that never ends its answer."""
    words = pieces_of("round and about the same old track goes my little train of thought ")
    return write_model(tmp_path / "endless.gguf", ModelSpec(words, loop=True, context=120_000))


@pytest.fixture
def running(endless: Path) -> Iterator[Harness]:
    with prepare() as setup:
        engine = make_engine(setup)
        reach = build_reach(setup, lambda: engine)
        services = build_services(setup, reach, model=read_model_file(endless))
        heard = Heard()
        services.bus.subscribe(heard)
        yield Harness(services, heard, engine)
        services.close()


def test_the_app_outlives_its_engine_and_continues_the_answer(running: Harness) -> None:
    services, heard = running.services, running.heard
    conversation = services.library.create().id
    exchange = services.chat.send(conversation, "Go on for ever.")
    heard.wait_for(lambda e: isinstance(e, AnswerTextAdded))
    assert isinstance(running.engine, EngineClient)
    pid = running.engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    broken = running.ended(exchange.answer_id).message
    assert broken.status is MessageStatus.INTERRUPTED
    assert broken.stop_reason is StopReason.ENGINE_DIED
    assert broken.content
    assert services.library.chats.message(broken.id) == broken

    seen = len(heard.events)
    services.chat.continue_answer(broken.id)
    heard.wait_for(lambda e: isinstance(e, AnswerTextAdded), after=seen)
    services.chat.stop()
    done = running.ended(broken.id, after=seen).message
    assert done.status is MessageStatus.STOPPED
    assert done.content.startswith(broken.content)
    assert len(done.content) > len(broken.content)
    assert running.engine.pid not in {pid, None}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("seconds", [0.4, 1.9])
def test_after_a_crash_of_the_app_the_answer_so_far_is_there(endless: Path, seconds: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.talker", str(endless)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    answer_id = child.stdout.readline().split()[1]
    streamed = [child.stdout.readline()]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        streamed.append(child.stdout.readline())
    child.kill()
    killed = time.monotonic()
    streamed += child.stdout.readlines()
    child.wait()
    child.stdout.close()

    opened = open_store(folders().data)
    message = opened.repository.message(answer_id)
    opened.repository.close()
    assert message.status is MessageStatus.INTERRUPTED
    assert message.status.can_continue
    assert answer_id in opened.report.interrupted
    pieces = [line.split() for line in streamed if line.endswith("\n")]
    safe = [int(count) for at, count in pieces if float(at) < killed - LOST_SECONDS]
    assert len(message.content) >= max(safe, default=0)


def test_no_engine_is_left_behind_when_the_app_is_killed(endless: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.talker", str(endless)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.readline()
    engines = psutil.Process(child.pid).children()
    assert engines
    child.kill()
    child.wait()
    child.stdout.close()
    _gone, alive = psutil.wait_procs(engines, timeout=20)
    assert not alive, "the engine outlives the app"
