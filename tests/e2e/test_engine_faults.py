"""What a model file, a hanging engine or a file of ours can do to the engine: told, and over."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.domain.errors import EngineDiedError, InvalidValueError, ModelFileError, PromptTooLongError
from app.domain.generation import (
    ContextFitted,
    EngineRestarted,
    Finished,
    Role,
    Sampling,
    StopReason,
    TextDelta,
    Turn,
)
from app.domain.gguf.header import read_gguf_file
from app.engine.process import client as client_module
from app.engine.process import engine_connection as line_module
from app.engine.process.client import EngineClient
from app.store import LadderStore
from tests.support.engines import ask, load, request, turns
from tests.support.gguf_factory import ModelSpec, letters, pieces_of, write_model

pytestmark = [
    pytest.mark.llama,
    pytest.mark.may_warn("The engine ", "chat template", "ladder.json is not a file"),
]

SENTENCE = "Hello there, this is Phial speaking."
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SHORT = Sampling(temperature=0, max_tokens=5)
# A model of no family that Phial has a template of its own for.
FOREIGN = ("<s>", "</s>", "<|answer|>")
STRICT = (
    "{% for m in messages %}"
    "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}"
    "{{ m.content }}{{ eos_token }}{% endfor %}<|answer|>"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def talker(folder: Path) -> Path:
    return write_model(folder / "talker.gguf", ModelSpec(script=pieces_of(SENTENCE)))


@pytest.fixture(scope="module")
def endless(folder: Path) -> Path:
    return write_model(folder / "endless.gguf", ModelSpec(script=letters(ALPHABET), loop=True))


def foreign(folder: Path, template: str) -> Path:
    spec = ModelSpec(
        script=pieces_of(SENTENCE),
        controls=FOREIGN,
        start="<|answer|>",
        end="</s>",
        template=template,
    )
    return write_model(folder / f"foreign-{abs(hash(template))}.gguf", spec)


@pytest.fixture
def client() -> Iterator[EngineClient]:
    made = EngineClient()
    yield made
    if made.pid is not None and psutil.pid_exists(made.pid):
        os.kill(made.pid, signal.SIGCONT)
    made.close()


def freeze(client: EngineClient) -> int:
    """The engine hangs from now on; returns its process id."""
    pid = client.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    return pid


# --- an engine that hangs -------------------------------------------------------------------------


def test_stop_ends_an_answer_of_an_engine_that_hangs_and_the_words_are_kept(
    client: EngineClient, endless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "STOP_WRITING_SECONDS", 0.5)
    load(client, endless)
    cancel = threading.Event()
    shown, frozen, event = "", 0, None
    for event in client.generate(request(), cancel):
        if isinstance(event, TextDelta):
            shown += event.text
            if not frozen:
                frozen = freeze(client)
                cancel.set()
    assert isinstance(event, Finished)
    assert event.reason is StopReason.STOPPED
    assert (ALPHABET * 400).startswith(shown)
    more = request(turns("Hi", shown), sampling=SHORT, continue_answer=True)
    assert (ALPHABET * 400).startswith(shown + ask(client, more).text)
    assert client.pid != frozen
    assert not psutil.pid_exists(frozen)


def test_a_question_after_one_that_hung_before_its_first_word_is_answered(
    client: EngineClient, talker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "OWED_SECONDS", 0.5)
    load(client, talker)
    frozen = freeze(client)
    cancel = threading.Event()
    cancel.set()
    assert [type(event) for event in client.generate(request(), cancel)] == [Finished]
    said = ask(client)
    assert said.text == SENTENCE
    assert [event.step for event in said.of(EngineRestarted)] == [""]
    assert client.pid != frozen


def test_an_engine_that_owes_nothing_stays_however_long_nobody_asks(
    client: EngineClient, talker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "OWED_SECONDS", 2.0)
    load(client, talker, context_size=256)
    same = client.pid
    with pytest.raises(PromptTooLongError):
        ask(client, "x" * 1000)
    time.sleep(2.2)
    assert ask(client).text == SENTENCE
    unread = client.generate(request(), threading.Event())
    next(unread)
    unread.close()  # stopped; how it ended lies there until somebody asks again
    time.sleep(2.2)
    said = ask(client)
    assert said.text == SENTENCE
    assert not said.of(EngineRestarted)
    assert client.pid == same


def test_stop_is_heard_while_a_long_chat_waits_before_a_hanging_engine(
    client: EngineClient, talker: Path
) -> None:
    load(client, talker)
    freeze(client)
    cancel = threading.Event()
    timer = threading.Timer(0.2, cancel.set)
    timer.start()
    events = list(client.generate(request("x" * 5_000_000), cancel))  # far more than a pipe holds
    timer.join()
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is StopReason.STOPPED


def test_whatever_is_asked_of_a_hanging_engine_has_an_end(
    client: EngineClient, talker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "SILENCE_SECONDS", 0.5)
    load(client, talker)
    freeze(client)
    with pytest.raises(EngineDiedError, match="did not answer"):
        client.count_tokens(["abc"])
    assert client.count_tokens(["abc"]) == [3]


# --- deaths while loading -------------------------------------------------------------------------

DYING_HOST = """
import os, sys
from app.engine.process import host
from app.engine.llama import loader
def load(*_):
    sys.stderr.write("/home/somebody/llama.cpp/src/x.cpp:7: GGML_ASSERT(n_head > 0) failed\\n")
    sys.stderr.flush()
    os.abort()
loader.load = load
host.main()
"""


def test_a_death_while_loading_says_why_and_speaks_of_no_answer(talker: Path) -> None:
    client = EngineClient(command=[sys.executable, "-P", "-c", DYING_HOST])
    with pytest.raises(EngineDiedError) as caught:
        load(client, talker)
    client.close()
    told = str(caught.value)
    assert "talker.gguf could not be loaded" in told
    assert "GGML_ASSERT(n_head > 0) failed" in told
    assert "/home/somebody" not in told
    assert "answer" not in told
    assert "Continue" not in told


# --- templates ------------------------------------------------------------------------------------


def test_two_questions_in_a_row_are_answered_by_a_template_that_wants_turns(
    client: EngineClient, folder: Path
) -> None:
    load(client, foreign(folder, STRICT))
    asked = [Turn(Role.USER, "One", "a"), Turn(Role.USER, "Two", "b")]
    assert ask(client, request(asked)).text == SENTENCE
    assert ask(client, request(asked[1:])).text == SENTENCE


def test_a_template_that_fails_over_a_chat_leaves_the_engine_as_it_was(
    client: EngineClient, folder: Path
) -> None:
    failing = "{% if messages | length > 2 %}{{ messages[0].content + 1 }}{% endif %}" + STRICT
    load(client, foreign(folder, failing))
    before = client.pid
    with pytest.raises(ModelFileError, match="chat template does not take this chat"):
        ask(client, request(turns("a", "b", "c")))
    assert ask(client).text == SENTENCE
    assert client.pid == before


def test_stop_is_heard_while_a_template_loops_and_the_engine_goes_on(
    client: EngineClient, folder: Path
) -> None:
    loop = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    looping = "{% if messages | length > 3 %}" + loop + "{% endif %}" + STRICT
    load(client, foreign(folder, looping))
    before = client.pid
    cancel = threading.Event()
    timer = threading.Timer(0.3, cancel.set)
    timer.start()
    events = list(client.generate(request(turns("a", "b", "c", "d", "e")), cancel))
    timer.join()
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is StopReason.STOPPED
    assert ask(client).text == SENTENCE
    assert client.pid == before


def test_what_a_template_leaves_out_is_named(client: EngineClient, folder: Path) -> None:
    load(client, foreign(folder, "{{ messages[-1].content }}<|answer|>"))
    said = ask(client, request(turns("a first", "an answer", "a second")))
    assert said.text == SENTENCE
    assert said.fitted.left_out == ("m0", "m1")


def test_a_model_of_reasoning_reads_its_own_system_prompt(
    client: EngineClient, folder: Path
) -> None:
    own = "<|im_start|>system<|im_sep|>Think first, then answer.<|im_end|>"
    spec = ModelSpec(script=pieces_of(SENTENCE))
    plain = write_model(folder / "plain.gguf", spec)
    spec = ModelSpec(script=pieces_of(SENTENCE), template=own + spec.template)
    reasoning = write_model(folder / "reasoning.gguf", spec)

    def tokens(asked: list[Turn], replace_system: bool = False) -> int:
        said = ask(client, request(asked, replace_system=replace_system))
        return next(e.prompt_tokens for e in said.events if isinstance(e, ContextFitted))

    question, told = Turn(Role.USER, "Hi"), Turn(Role.SYSTEM, "Be brief.")
    first = load(client, plain)
    with_own = tokens([Turn(Role.SYSTEM, "Think first, then answer."), question])
    with_both = tokens([Turn(Role.SYSTEM, "Think first, then answer.\n\nBe brief."), question])
    alone = tokens([told, question])
    second = load(client, reasoning)
    assert second.template == "phi-4"
    assert tokens([question]) == with_own
    assert tokens([told, question]) == with_both
    assert tokens([told, question], replace_system=True) == alone
    # the context meter counts it
    assert second.answer_tokens - first.answer_tokens == with_own - tokens_of(client, question)


def tokens_of(client: EngineClient, question: Turn) -> int:
    """Tokens of a prompt of one question, without a system prompt: Phi-4's markup is six."""
    return client.count_tokens([question.content])[0] + len("user") + 3 + len("assistant") + 2


# --- weights, contexts, paths ---------------------------------------------------------------------


@pytest.mark.parametrize("tensor", ["output.weight", "output_norm.weight", "token_embd.weight"])
@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_weights_that_are_no_numbers_end_the_answer_with_a_sentence(
    client: EngineClient, talker: Path, tmp_path: Path, tensor: str, temperature: float
) -> None:
    place = next(t for t in read_gguf_file(talker).tensors if t.name == tensor)
    data = bytearray(talker.read_bytes())
    data[place.start : place.start + place.size] = struct.pack("<f", float("nan")) * (
        place.size // 4
    )
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(data)
    load(client, damaged)
    with pytest.raises(ModelFileError, match="weights are damaged"):
        ask(client, request(sampling=Sampling(temperature=temperature, max_tokens=50)))
    load(client, talker)
    assert ask(client).text == SENTENCE


def test_one_damaged_row_of_weights_is_noticed(
    client: EngineClient, talker: Path, tmp_path: Path
) -> None:
    place = next(t for t in read_gguf_file(talker).tensors if t.name == "output.weight")
    data = bytearray(talker.read_bytes())
    at = place.start + place.size // 2 // 4 * 4
    data[at : at + 4] = struct.pack("<f", float("nan"))
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(data)
    load(client, damaged)
    with pytest.raises(ModelFileError, match="weights are damaged"):
        ask(client)


@pytest.mark.parametrize("size", [-1, 0, 1, 2, 255, 1 << 40])
def test_a_context_that_llama_cpp_does_not_take_is_refused(
    client: EngineClient, talker: Path, size: int
) -> None:
    with pytest.raises(InvalidValueError, match="between 256 and"):
        load(client, talker, context_size=size)


@pytest.mark.parametrize("size", [256, 257, 300, 1000])
def test_a_context_is_as_large_as_asked_and_no_larger(
    client: EngineClient, endless: Path, size: int
) -> None:
    model = load(client, endless, context_size=size)
    assert (model.context_size, model.plan.context_size) == (size, size)
    said = ask(client)
    assert said.finished.reason is StopReason.CONTEXT_FULL
    timings = said.finished.timings
    assert timings.prompt_tokens + timings.completion_tokens == size


@pytest.mark.parametrize("trained", [1, 40])
def test_a_model_for_tiny_contexts_does_not_abort(
    client: EngineClient, folder: Path, trained: int
) -> None:
    spec = ModelSpec(script=pieces_of(SENTENCE), context=trained)
    model = load(client, write_model(folder / f"tiny-{trained}.gguf", spec))
    assert model.context_size == trained
    with pytest.raises(PromptTooLongError):
        ask(client, "x" * 100)
    load(client, folder / f"tiny-{trained}.gguf", context_size=256)
    assert ask(client).text == SENTENCE


@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "folder", "link to a pipe"])
def test_what_is_no_file_is_refused_and_not_waited_for(
    client: EngineClient, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.gguf"
    with socket.socket(socket.AF_UNIX) as opened:
        match kind:
            case "pipe":
                os.mkfifo(path)
            case "link to a pipe":
                os.mkfifo(tmp_path / "pipe")
                path.symlink_to(tmp_path / "pipe")
            case "socket":
                opened.bind("model.gguf")
            case "device":
                path = Path("/dev/zero")
            case "folder":
                path.mkdir()
        with pytest.raises(ModelFileError, match=r"is not a file|is a folder"):
            load(client, path)
        for words in (["ask", "Hi", "--model", str(path)], ["models", "add", str(path)]):
            done = subprocess.run(
                [sys.executable, "-m", "app", *words],
                capture_output=True,
                text=True,
                timeout=60,
                stdin=subprocess.DEVNULL,
                check=False,
                cwd=Path(__file__).parents[2],
            )
            assert done.returncode == 1
            assert "Traceback" not in done.stderr


# --- what is remembered ---------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["unreadable", "unknown step", "huge step"])
def test_a_memory_of_plans_that_is_of_no_use_blocks_no_answer(
    talker: Path, tmp_path: Path, how: str
) -> None:
    path = tmp_path / "ladder.json"
    if how == "unreadable":
        path.mkdir()
    client = EngineClient(memory=LadderStore(path))
    if how != "unreadable":
        load(client, talker)
        step = "99" if how == "unknown step" else "9" * 400
        path.write_text(f'{{"{client._steps.place[0]}": {step}}}')
    assert load(client, talker).ladder_step == ""
    assert ask(client).text == SENTENCE
    client.close()


def test_the_engine_leaves_no_process_behind_when_it_is_replaced(
    client: EngineClient, talker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "SILENCE_SECONDS", 0.2)
    load(client, talker)
    frozen = freeze(client)
    with pytest.raises(EngineDiedError):
        client.devices()
    assert ask(client).text == SENTENCE
    assert not psutil.pid_exists(frozen)
