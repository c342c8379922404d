"""The engine as it runs in the product: a process that dies, is stopped, and comes back."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import app
from app.domain.endpoints.source import FileSource
from app.domain.errors import (
    EngineDiedError,
    KnownError,
    LoadCancelledError,
    ModelFileError,
    ModelNotLoadedError,
    PromptTooLongError,
)
from app.domain.generation import (
    ContextFitted,
    EngineRestarted,
    Finished,
    PromptProgress,
    Sampling,
    StopReason,
    TextDelta,
)
from app.domain.model import LoadRequest
from app.domain.network.connections import Confinement, ConfinementKind
from app.engine.architectures import library_file
from app.engine.base import EngineOptions
from app.engine.ladder import STEPS, InMemoryLadder
from app.engine.llama.engine import NO_GRAPHICS
from app.engine.process import frames
from app.engine.process.client import HOST_OPTION, EngineClient
from app.process import messages
from app.process.child_process import command_of
from tests.support.engines import ask, load, never, request, turns
from tests.support.gguf_factory import ModelSpec, letters, pieces_of, write_model

pytestmark = [
    pytest.mark.llama,
    pytest.mark.may_warn("The engine ", "It was starting", "of the engine ended"),
]  # it dies here by design

SENTENCE = "Hello there, this is Phial speaking."
ALPHABET = "abcdefghijklmnopqrstuvwxyz"

# A host that behaves like a build of llama.cpp with a fault: it dies as the test says.
FAULTY_HOST = """
import os, signal, sys, time
from app.engine.llama import decode, engine
from app.engine.process import host

when, how = sys.argv[1:3]
plans = []
class Session(engine.Session):
    def __init__(self, backend, loaded, header, plan, **keywords):
        plans.append(plan)
        super().__init__(backend, loaded, header, plan, **keywords)
engine.Session = Session
passes = 0
original = decode.Decoder.decode
def faulty(self, tokens, **keywords):
    global passes
    passes += 1
    plan = plans[-1]
    if when == "deaf":  # as in a call that looks at no flag for long
        while plan.context_size == 1024:
            signal.pause()
        return original(self, tokens, **keywords)
    if when == "slow":  # as in a pass that cannot be stopped in the middle
        while len(tokens) > 2 and not os.path.exists(how):
            time.sleep(0.01)
        return original(self, tokens, **keywords)
    bad = {
        "repacked": plan.extra_buffers,
        "repacked, later": plan.extra_buffers and passes == 2,
        "f16": plan.kv_type == "f16",
        "always": True,
        "long": len(tokens) > 2,
    }[when]
    if bad:
        sys.stderr.write("GGML_ASSERT(simulated) failed\\n")
        sys.stderr.flush()
        os.kill(os.getpid(), getattr(signal, how))
        while True:
            signal.pause()
    return original(self, tokens, **keywords)
decode.Decoder.decode = faulty
host.main()
"""


# The program's own way into its engine process; each thread that is there then tries to get out.
CURIOUS_HOST = """
import socket, sys, threading
from app import main
from app.engine.process import host

run = host.EngineHost.run
def attempt(where):
    for family in (socket.AF_INET, socket.AF_INET6):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            try:
                socket.socket(family, kind)
            except OSError as error:
                told = error.strerror
            else:
                told = "a socket"
            print(where, told, file=open(sys.argv[1], "a"))
def run_and_try(self):
    attempt("main")
    carry_out = self._carry_out
    def carry_out_and_try(command):
        attempt("worker")
        carry_out(command)
    self._carry_out = carry_out_and_try
    run(self)
host.EngineHost.run = run_and_try
main.main(["--engine-host"])
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def talker(folder: Path) -> Path:
    return write_model(folder / "talker.gguf", ModelSpec(script=pieces_of(SENTENCE)))


@pytest.fixture(scope="module")
def endless(folder: Path) -> Path:
    return write_model(folder / "endless.gguf", ModelSpec(script=letters(ALPHABET), loop=True))


@pytest.fixture
def client() -> Iterator[EngineClient]:
    made = EngineClient()
    yield made
    made.close()


@pytest.fixture
def faulty(request: pytest.FixtureRequest) -> Iterator[Callable[..., EngineClient]]:
    made: list[EngineClient] = []

    def make(when: str, how: str = "SIGABRT", **keywords: object) -> EngineClient:
        command = [sys.executable, "-P", "-c", FAULTY_HOST, when, how]
        made.append(EngineClient(command=command, **keywords))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for client in made:
        client.close()


def test_it_answers_through_the_process(client: EngineClient, talker: Path) -> None:
    model = load(client, talker)
    assert model.ladder_step == ""
    said = ask(client, "Hi")
    assert said.text == SENTENCE
    assert said.finished.reason is StopReason.END_OF_TURN
    assert client.count_tokens(["abc", ""]) == [3, 0]
    assert client.devices()[-1].backend == "CPU"


def test_a_relative_path_means_the_folder_of_whoever_asks(
    client: EngineClient, talker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(talker.parent)
    assert load(client, Path(talker.name)).source == FileSource(talker)
    assert ask(client).text == SENTENCE


def test_text_that_comes_fast_is_joined_and_the_first_word_is_not_held_back(
    client: EngineClient, endless: Path
) -> None:
    load(client, endless)
    said = ask(client, request(sampling=Sampling(temperature=0, max_tokens=600)))
    deltas = said.of(TextDelta)
    assert sum(delta.tokens for delta in deltas) == 600
    assert said.text == (ALPHABET * 24)[:600]
    assert len(deltas) < 600


@pytest.mark.parametrize("how", ["SIGABRT", "SIGSEGV", "SIGILL"])
def test_a_build_that_crashes_with_repacked_buffers_answers_on_the_first_try(
    faulty: Callable[..., EngineClient], talker: Path, how: str
) -> None:
    memory = InMemoryLadder()
    client = faulty("repacked", how, memory=memory)
    model = load(client, talker)
    assert model.plan.extra_buffers is False
    assert model.ladder_step == STEPS[1].description
    assert ask(client).text == SENTENCE
    client.close()
    # Remembered: the next start does not crash again.
    client = faulty("repacked", how, memory=memory)
    client.start()
    first = client.pid
    assert load(client, talker).plan.extra_buffers is False
    assert client.pid == first


def test_a_crash_before_the_first_word_is_retried_and_the_user_sees_one_answer(
    faulty: Callable[..., EngineClient], talker: Path
) -> None:
    client = faulty("repacked, later")
    load(client, talker)
    said = ask(client, "x" * 200)
    assert said.text == SENTENCE
    restarts = said.of(EngineRestarted)
    assert restarts
    assert "SIGABRT" in restarts[0].reason
    assert said.finished.reason is StopReason.END_OF_TURN


def test_steps_that_do_not_help_are_passed_until_one_does(
    faulty: Callable[..., EngineClient], talker: Path
) -> None:
    client = faulty("f16")
    model = load(client, talker)
    assert model.plan.kv_type == "q8_0"
    assert model.ladder_step == STEPS[3].description
    assert ask(client).text == SENTENCE


def test_a_process_that_always_dies_is_given_up_with_its_last_words(
    faulty: Callable[..., EngineClient], talker: Path
) -> None:
    client = faulty("always")
    with pytest.raises(EngineDiedError) as caught:
        load(client, talker)
    assert "GGML_ASSERT(simulated)" in caught.value.detail


def test_being_killed_from_outside_is_not_blamed_on_the_plan(
    client: EngineClient, talker: Path
) -> None:
    load(client, talker)
    for _ in range(3):
        assert client.pid is not None
        os.kill(client.pid, signal.SIGKILL)
        said = ask(client)
        assert said.text == SENTENCE
        assert [event.step for event in said.of(EngineRestarted)] == [""]


def test_killed_in_mid_answer_the_text_stays_and_continue_goes_on(
    client: EngineClient, endless: Path
) -> None:
    load(client, endless)
    shown = ""
    events = []
    for event in client.generate(request(), never()):
        events.append(event)
        if isinstance(event, TextDelta):
            if not shown:
                assert client.pid is not None
                os.kill(client.pid, signal.SIGKILL)
            shown += event.text
    assert isinstance(events[-2], EngineRestarted)
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is StopReason.ENGINE_DIED
    assert (ALPHABET * 400).startswith(shown)
    sampling = Sampling(temperature=0, max_tokens=10)
    more = request(turns("Hi", shown), sampling=sampling, continue_answer=True)
    said = ask(client, more)
    assert (ALPHABET * 400).startswith(shown + said.text)
    assert len(said.text) == 10


def test_a_stop_is_heard_while_an_answer_is_written(client: EngineClient, endless: Path) -> None:
    load(client, endless)
    cancel = threading.Event()
    for event in client.generate(request(), cancel):
        if isinstance(event, TextDelta):
            cancel.set()
    assert isinstance(event, Finished)
    assert event.reason is StopReason.STOPPED
    assert event.timings.completion_tokens < 300  # of the two thousand that have room


def test_a_stream_that_nobody_reads_to_its_end_does_not_disturb_the_next(
    client: EngineClient, endless: Path
) -> None:
    load(client, endless)
    stream = client.generate(request(), never())
    while not isinstance(next(stream), TextDelta):
        pass
    stream.close()  # type: ignore[attr-defined]  # it is a generator
    said = ask(client, request(sampling=Sampling(temperature=0, max_tokens=5)))
    assert said.text == "abcde"
    assert len(said.of(ContextFitted)) == 1


def test_errors_arrive_as_their_own_types(client: EngineClient, talker: Path) -> None:
    with pytest.raises(ModelNotLoadedError):
        ask(client)
    for path in (talker.parent, talker.parent / "missing.gguf", Path(__file__)):
        with pytest.raises(ModelFileError):
            load(client, path)
    load(client, talker, context_size=256)
    with pytest.raises(PromptTooLongError) as caught:
        ask(client, "x" * 1000)
    assert caught.value.limit < 256
    assert ask(client).text == SENTENCE


def test_a_load_can_be_cancelled_and_followed_by_another(
    client: EngineClient, talker: Path
) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(LoadCancelledError):
        client.load(LoadRequest(FileSource(talker)), lambda _fraction: None, cancel)
    with pytest.raises(ModelNotLoadedError):
        ask(client)
    load(client, talker)
    assert ask(client).text == SENTENCE
    client.unload()
    with pytest.raises(ModelNotLoadedError):
        ask(client)


def test_a_load_that_does_not_hear_stop_is_ended_and_another_process_is_ready(
    faulty: Callable[..., EngineClient], talker: Path
) -> None:
    client = faulty("deaf")
    client.start()
    client._line.backend(never())
    cancel = threading.Event()

    def press(fraction: float) -> None:
        if fraction > 0.89 and not cancel.is_set():  # before, the load itself would hear it
            cancel.set()

    deaf = client.pid
    with pytest.raises(LoadCancelledError):
        client.load(LoadRequest(FileSource(talker), context_size=1024), press, cancel)
    load(client, talker, context_size=512)
    assert ask(client).text == SENTENCE
    assert client.pid != deaf
    assert deaf is not None
    assert not psutil.pid_exists(deaf)


def test_stop_does_not_wait_for_a_pass_over_the_prompt_that_cannot_be_stopped(
    faulty: Callable[..., EngineClient], talker: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "go on"
    client = faulty("slow", str(gate))
    load(client, talker)
    cancel = threading.Event()
    for event in client.generate(request(), cancel):
        if isinstance(event, PromptProgress):
            cancel.set()
    assert isinstance(event, Finished)
    assert event.reason is StopReason.STOPPED
    assert not gate.exists()  # the pass is still under way, and the next request waits for it
    gate.touch()
    said = ask(client)
    assert said.text == SENTENCE
    assert len(said.of(ContextFitted)) == 1


def test_an_engine_killed_while_it_writes_a_snapshot_leaves_nothing_broken(
    folder: Path, tmp_path: Path
) -> None:
    """Killed at any moment of the writing: what is whole is used, what is half is cleared away."""
    model = write_model(
        folder / "large-state.gguf", ModelSpec(depends_on_history=True, context=2048, layers=4)
    )
    options = EngineOptions(snapshot_dir=tmp_path / "kv", snapshot_min_gain=-1e9)
    chat = turns("Tell me about " + "the history of tea, " * 80)
    short = Sampling(temperature=0, max_tokens=4)
    chance = random.Random(6)
    first = ""
    for _ in range(5):
        client = EngineClient(options)
        load(client, model)
        said = ask(client, request(chat, sampling=short))
        first = first or said.text
        assert said.text == first
        client.save_state("chat")
        time.sleep(0.02 * chance.random())  # the moment is the point; any of them must do
        assert client.pid is not None
        os.kill(client.pid, signal.SIGKILL)
        client.close()
    client = EngineClient(options)
    load(client, model)
    assert ask(client, request(chat, sampling=short)).text == first
    client.close()
    assert not list((tmp_path / "kv").glob("*.part"))


def test_closing_ends_the_process_which_works_in_the_programs_own_folder(talker: Path) -> None:
    client = EngineClient()
    load(client, talker)
    assert client.pid is not None
    process = psutil.Process(client.pid)
    cwd = Path(process.cwd())
    assert cwd == Path(app.__file__).parent
    client.close()
    client.close()
    assert not process.is_running()


def test_a_program_that_is_killed_leaves_nothing_in_the_temporary_folder(
    talker: Path, tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from app.engine.process.client import EngineClient\n"
        "from tests.support.engines import load\n"
        "client = EngineClient()\n"
        "load(client, Path(sys.argv[1]))\n"
        "print(client.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    place = tmp_path / "temporary"
    place.mkdir()
    program = subprocess.Popen(
        [sys.executable, "-c", code, str(talker)],
        env={**os.environ, "TMPDIR": str(place)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert program.stdout is not None
    engine = psutil.Process(int(program.stdout.readline()))
    program.kill()
    program.communicate()
    engine.wait(30)
    assert list(place.iterdir()) == []


def test_the_engine_imports_nothing_it_does_not_need() -> None:
    code = (
        "import sys, app.engine.process.host\n"
        "from app.engine.llama.engine import LlamaEngine\n"
        "LlamaEngine()\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    foreign = {name for name in imported - sys.stdlib_module_names if not name.startswith("_")}
    assert foreign <= {"app", "llama_cpp", "psutil", "typing_extensions"}
    assert imported.isdisjoint({"asyncio", "http", "multiprocessing", "sqlite3", "ssl"})


def test_end_of_input_ends_the_engine_so_that_no_orphan_holds_memory() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "--engine-host"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="asks glibc's linker")
def test_no_library_is_ever_taken_from_the_current_directory(talker: Path, tmp_path: Path) -> None:
    """ggml looks for its modules there, unless it is told where they are."""
    found = library_file()
    assert found is not None
    libraries = found.parent
    library = next(libraries.glob("libggml-base.so*"))
    for name in ("cpu", "cuda", "vulkan", "blas", "rpc", "cpu-haswell", "cpu-x64"):
        shutil.copy(library, tmp_path / f"libggml-{name}.so")
    # The bait works: this is what becomes of a program that does not say where its modules are.
    careless = (
        "import ctypes\n"
        f"ctypes.CDLL({str(next(libraries.glob('libggml.so*')))!r}).ggml_backend_load_all()\n"
    )
    told = tmp_path / "told"
    told.mkdir()
    environment = {
        **os.environ,
        "GGML_NO_BACKTRACE": "1",
        "LD_DEBUG": "files",
        "LD_DEBUG_OUTPUT": str(told / "careless"),
    }
    # However it ends: the bait is a second copy of ggml's own start code, which may abort.
    subprocess.run(
        [sys.executable, "-c", careless], cwd=tmp_path, env=environment, check=False, timeout=60
    )
    taken = [name for name in _loaded_by_name(told, "careless") if "libggml-" in name]
    assert any(str(libraries) not in name for name in taken)

    environment["LD_DEBUG_OUTPUT"] = str(told / "engine")
    process = subprocess.Popen(
        command_of(HOST_OPTION),
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for command in (
        frames.ConfigureCommand(EngineOptions()),
        frames.LoadCommand(1, LoadRequest(FileSource(talker)), 0),
        frames.GenerateCommand(2, request()),
    ):
        process.stdin.write(frames.encode(command))
    process.stdin.flush()
    while not isinstance(frames.decode(process.stdout.readline()), messages.DoneReply):
        pass
    process.stdin.close()
    process.wait(30)
    process.stdout.close()
    names = _loaded_by_name(told, "engine")
    assert any(name.startswith(str(libraries)) for name in names)
    assert not [name for name in names if "libggml" in name and str(libraries) not in name]


def _loaded_by_name(folder: Path, program: str) -> set[str]:
    """Every file the dynamic linker was asked for, as it was asked."""
    text = "".join(path.read_text(errors="replace") for path in folder.glob(f"{program}.*"))
    return set(re.findall(r"file=(\S+) \[\d+\];\s+dynamically loaded", text))


def test_ctrl_c_in_a_terminal_does_not_reach_the_engine(client: EngineClient, talker: Path) -> None:
    load(client, talker)
    assert client.pid is not None
    before = client.pid
    os.kill(before, signal.SIGINT)
    assert ask(client).text == SENTENCE
    assert client.pid == before


def test_mutated_files_never_take_the_client_down(client: EngineClient, folder: Path) -> None:
    chance = random.Random(5)
    good = write_model(folder / "good.gguf", ModelSpec(script=letters("abc"))).read_bytes()
    path = folder / "mutated.gguf"
    for _ in range(500):
        data = bytearray(good)
        # In the values that the header reader cannot judge, so that llama.cpp sees them too.
        at = chance.randrange(24, 1_200)
        data[at] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        with contextlib.suppress(KnownError):  # anything else fails the test
            load(client, path)
            ask(client, request(sampling=Sampling(temperature=0, max_tokens=3)))
    load(client, write_model(folder / "after.gguf", ModelSpec(script=letters("xyz"))))
    assert ask(client).text == "xyz"


GRAPHICS_HOST = """
import os
from app.engine.llama import backend
from app.engine.process import host
real = backend.Backend.__init__
def start(self, library_dir=None, *, graphics=True):
    if graphics or {always}:
        os.abort()
    real(self, library_dir, graphics=graphics)
backend.Backend.__init__ = start
host.main()
"""


def test_a_graphics_driver_that_ends_the_engine_at_its_start_is_left_out(talker: Path) -> None:
    command = [sys.executable, "-c", GRAPHICS_HOST.format(always=False)]
    with contextlib.closing(EngineClient(command=command)) as client:
        assert [device.backend for device in client.devices()] == ["CPU"]
        first = client.pid
        client.configure(EngineOptions(prompt_lookup=False))  # says nothing about drivers
        model = load(client, talker)
        assert NO_GRAPHICS in model.plan.reasons
        assert model.ladder_step == ""  # no plan was to blame
        assert ask(client).text == SENTENCE
        assert client.pid == first


def test_an_engine_that_never_starts_is_told_after_two_tries(talker: Path) -> None:
    command = [sys.executable, "-c", GRAPHICS_HOST.format(always=True)]
    with contextlib.closing(EngineClient(command=command)) as client:
        with pytest.raises(EngineDiedError, match="SIGABRT"):
            client.devices()
        with pytest.raises(EngineDiedError, match="SIGABRT"):
            load(client, talker)


@pytest.mark.parametrize("where", ["EngineHost._carry_out", "_joined"])
def test_a_bug_in_any_of_its_threads_ends_the_engine_and_is_not_tried_again(
    talker: Path, where: str
) -> None:
    buggy = (
        "from app.engine.process import host\n"
        "def bug(*_): raise RuntimeError('a slip')\n"
        f"host.{where} = bug\n"
        "host.main()\n"
    )
    with (
        contextlib.closing(EngineClient(command=[sys.executable, "-c", buggy])) as client,
        pytest.raises(EngineDiedError, match="code 70"),
    ):
        load(client, talker)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process do this")
def test_the_engine_process_can_open_no_socket_and_answers(talker: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    command = [sys.executable, "-c", CURIOUS_HOST, str(told)]
    with contextlib.closing(EngineClient(command=command)) as engine:
        assert engine.confinement is None  # nothing runs yet
        load(engine, talker)
        assert ask(engine, request("Hello")).text == SENTENCE
        kept = engine.confinement
        assert engine.pid is not None
        threads = list(Path(f"/proc/{engine.pid}/task").iterdir())
        filtered = [re.search(r"Seccomp:\t(\d)", (one / "status").read_text()) for one in threads]
    assert kept == Confinement(ConfinementKind.SECCOMP)
    assert len(threads) > 2
    assert {found[1] for found in filtered if found} == {"2"}  # a filter, see proc(5)
    tried = told.read_text().splitlines()
    assert {line.split()[0] for line in tried} == {"main", "worker"}
    assert {line.partition(" ")[2] for line in tried} == {"Operation not permitted"}


def is_small(process: psutil.Process) -> bool:
    """Whether an engine's process is as one that has no model may be."""
    if sys.platform == "linux":
        assert "libllama" not in Path(f"/proc/{process.pid}/maps").read_text("utf-8")
    return process.memory_info().rss < 40e6


def test_the_process_that_phial_starts_is_kept_from_the_network_and_small_without_a_model(
    talker: Path,
) -> None:
    with contextlib.closing(EngineClient()) as engine:
        engine.configure(EngineOptions(prompt_lookup=False))
        engine.start()
        while engine.confinement is None:
            time.sleep(0.01)
        assert engine.pid is not None
        waiting = psutil.Process(engine.pid)
        assert is_small(waiting)
        load(engine, talker)
        assert waiting.is_running()
        kept = engine.confinement
        engine.unload()  # and what the library and the heap had of it is given back too
        assert not waiting.is_running()
        while engine.confinement is None:
            time.sleep(0.01)
        assert is_small(psutil.Process(engine.pid))
        load(engine, talker)
        assert ask(engine).text == SENTENCE
    assert kept is not None
    if sys.platform == "linux":
        assert kept.kind is ConfinementKind.SECCOMP
