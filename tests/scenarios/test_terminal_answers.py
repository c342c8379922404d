"""What makes answers in the terminal: ``phial ask``, ``chat``, ``bench`` and ``doctor``."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import EXIT_FAILED
from app.cli.talk.slash_commands import HELP
from app.domain.generation import Role
from app.domain.model import KvType
from app.engine.process.frames import ConfigureCommand, GenerateCommand, LoadCommand
from app.language import tr
from app.network.connection_log import ConnectionLog
from app.network.gate import NetworkGate
from app.setup import prepare
from app.store import open_store
from tests.scenarios.registry import scenario
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model
from tests.support.recording_engine import FATAL
from tests.support.terminal import asked, phial

ANSWER = "Hello from a tiny model."


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says one sentence."""
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    return write_model(path, ModelSpec(pieces_of(ANSWER)))


OPTIONS = (
    "--replace-model-prompt=on", "--temperature=0.3", "--top-k=7", "--top-p=0.9", "--min-p=0.02",
    "--repeat-penalty=1.25", "--seed=4294967294", "--max-tokens=19", "--ctx=300", "--threads=3",
    "--gpu-layers=0", "--kv-type=q8_0", "--lookup-drafting=off",
)  # fmt: skip


def arrived(log: Path) -> None:
    """What OPTIONS say is what the engine is asked."""
    assert not asked(log).one(ConfigureCommand).options.prompt_lookup
    load, request = asked(log).one(LoadCommand).request, asked(log).one(GenerateCommand).request
    assert (load.context_size, load.threads, load.gpu_layers) == (300, 3, 0)
    assert load.kv_type is KvType.Q8_0
    assert [(turn.role, turn.content) for turn in request.turns] == [
        (Role.SYSTEM, "Be brief."),
        (Role.USER, "What is new?"),
    ]
    assert request.replace_system
    drawn = request.sampling
    assert (drawn.temperature, drawn.top_k, drawn.top_p, drawn.min_p) == (0.3, 7, 0.9, 0.02)
    assert (drawn.repeat_penalty, drawn.seed, drawn.max_tokens) == (1.25, 4294967294, 19)


@scenario("option", "ask")
@scenario("option", "ask PROMPT")
@scenario("option", "ask --model")
@scenario("option", "ask --system")
@scenario("option", "ask --replace-model-prompt")
@scenario("option", "ask --temperature")
@scenario("option", "ask --top-k")
@scenario("option", "ask --top-p")
@scenario("option", "ask --min-p")
@scenario("option", "ask --repeat-penalty")
@scenario("option", "ask --seed")
@scenario("option", "ask --max-tokens")
@scenario("option", "ask --ctx")
@scenario("option", "ask --threads")
@scenario("option", "ask --gpu-layers")
@scenario("option", "ask --kv-type")
@scenario("option", "ask --lookup-drafting")
def test_what_is_asked_arrives_in_the_engine(model: Path, tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    words = ("--model", model, "--system", "Be brief.", *OPTIONS)
    said = phial("ask", *words, "What is new?", log=log)
    assert said.out == "It was written down.\n"
    assert asked(log).one(LoadCommand).request.path == model
    arrived(log)


@scenario("option", "chat --system")
@scenario("option", "chat --replace-model-prompt")
@scenario("option", "chat --temperature")
@scenario("option", "chat --top-k")
@scenario("option", "chat --top-p")
@scenario("option", "chat --min-p")
@scenario("option", "chat --repeat-penalty")
@scenario("option", "chat --seed")
@scenario("option", "chat --max-tokens")
@scenario("option", "chat --ctx")
@scenario("option", "chat --threads")
@scenario("option", "chat --gpu-layers")
@scenario("option", "chat --kv-type")
@scenario("option", "chat --lookup-drafting")
def test_what_a_talk_is_given_is_in_force_in_it_and_is_not_stored(
    home: Path, model: Path, tmp_path: Path
) -> None:
    log = tmp_path / "engine.log"
    words = ("--model", model, "--system", "Be brief.", *OPTIONS)
    said = phial("chat", *words, stdin="/set seed\nWhat is new?\n", log=log)
    assert "Seed: 4,294,967,294\n" in said.out
    arrived(log)
    assert not (home / "settings.json").exists()


@pytest.mark.llama
@scenario("option", "ask --json")
def test_an_answer_as_data_tells_what_it_cost(model: Path) -> None:
    told = phial("ask", "--model", model, "--json", "--seed", "7", "--max-tokens", "1", "Hi").data
    assert (told["text"], told["seed"], told["model"]) == ("Hello", 7, str(model))
    assert (told["stop_reason"], told["completion_tokens"]) == ("max_tokens", 1)


@pytest.mark.parametrize("as_data", [False, True])
def test_an_answer_in_which_the_engine_dies_fails(
    model: Path, tmp_path: Path, as_data: bool
) -> None:
    words = ("--json",) if as_data else ()
    log = tmp_path / "engine.log"
    said = phial("ask", "--model", model, *words, FATAL, log=log, code=EXIT_FAILED)
    assert "It was written down." in said.out
    assert said.err == "phial: The engine ended in the middle of the answer.\n"
    assert not as_data or said.data["stop_reason"] == "engine_died"


@scenario("option", "bench")
@scenario("option", "bench --model")
@scenario("option", "bench --json")
def test_what_is_measured_is_the_model_that_was_named(model: Path, tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    told = phial("bench", "--model", model, "--json", log=log).data
    assert {load.request.path for load in asked(log).of(LoadCommand)} == {model}
    assert told["model"]["path"] == str(model)
    assert told["depths"]


@scenario("option", "chat")
@scenario("option", "chat --model")
def test_a_talk_is_with_the_model_that_was_named_and_is_kept(
    home: Path, model: Path, tmp_path: Path
) -> None:
    log = tmp_path / "engine.log"
    said = phial("chat", "--model", model, stdin="Hi\n/quit\n", log=log)
    assert "It was written down." in said.out
    assert asked(log).one(LoadCommand).request.path == model
    assert not asked(log).one(GenerateCommand).request.private
    assert kept(home) == [["Hi", "It was written down."]]


@scenario("option", "chat --private")
def test_of_a_private_talk_nothing_is_kept(home: Path, model: Path, tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    words = ("chat", "--model", model, "--private")
    assert "It was written down." in phial(*words, stdin="Hi\n/quit\n", log=log).out
    assert asked(log).one(GenerateCommand).request.private
    assert kept(home) == []


@pytest.mark.llama
@scenario("option", "doctor")
@scenario("option", "doctor --model")
@scenario("option", "doctor --json")
def test_the_doctor_plans_for_the_model_that_was_named(model: Path) -> None:
    told = phial("doctor", "--model", model, "--json").data
    assert told["plan"][0].startswith("tiny.gguf needs ")
    assert told["devices"]


@pytest.mark.llama
@scenario("option", "doctor --offline-report")
def test_the_doctor_writes_a_page_for_the_administrator(home: Path, tmp_path: Path) -> None:
    with NetworkGate(log=ConnectionLog(home / "connections.jsonl")).connection(
        "https://huggingface.co/", tr("search for models")
    ):
        pass
    page = tmp_path / "report.html"
    phial("doctor", "--offline-report", page)
    assert page.exists()
    written = page.read_text("utf-8")
    assert "huggingface.co:443" in written
    assert "search for models" in written
    printed = phial("doctor", "--offline-report", "-", PHIAL_LANGUAGE="de").out
    assert "Suche nach Modellen" in printed
    assert 'lang="de"' in printed


@scenario("option", "chat --chat")
def test_a_talk_goes_on_with_an_older_chat(home: Path, model: Path, tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    phial("chat", "--model", model, stdin="One\n/new\nTwo\n", log=tmp_path / "first.log")
    two, _one = (row["id"] for row in phial("chats", "list", "--json").data)
    words = ("chat", "--model", model)
    said = phial(*words, "-c", "2", stdin="More of one\n", log=log).out  # its number in the list
    assert said.find("It was written down.") > said.find("> One") >= 0
    phial(*words, "--chat", two[:8], stdin="More of two\n", log=log)
    phial(*words, "--chat", stdin="Still two\n", log=log)  # that was used last
    assert {tuple(chat[::2]) for chat in kept(home)} == {
        ("One", "More of one"),
        ("Two", "More of two", "Still two"),
    }


@scenario("option", "completion")
@scenario("option", "completion SHELL")
def test_a_script_for_a_shell_is_printed() -> None:
    assert phial("completion", "fish").out.startswith("# fish completion for phial")


@scenario("option", "chat /new")
@scenario("option", "chat /retry")
@scenario("option", "chat /edit")
@scenario("option", "chat /continue")
@scenario("option", "chat /system")
@scenario("option", "chat /set")
@scenario("option", "chat /model")
@scenario("option", "chat /export")
@scenario("option", "chat /help")
@scenario("option", "chat /quit")
def test_a_talk_does_what_it_is_told(home: Path, model: Path, tmp_path: Path) -> None:
    from tests.support.pty_terminal import PROMPT, terminal_with  # Windows has no ptys

    log = tmp_path / "engine.log"
    with prepare() as setup:
        setup.settings.update(max_tokens=16)  # so that there is something to go on with
    lines = (
        "One\n/retry\n/continue\n/new\n/system Be brief.\nTwo\n/set max-tokens 17\n"
        "/edit Three\n/edit\n, yes\n/model demo\n/retry\n/export out.md\n/help\n/quit\nFour\n\x04"
    )
    with terminal_with("chat", "--model", model, log=log, cwd=tmp_path) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(lines)
        terminal.ends()
        shown = terminal.shown
    assert " ".join(HELP.split()) in " ".join(shown.split())  # wrapped at words
    answers = [one.request for one in asked(log).of(GenerateCommand)]
    assert [one.turns[-1].content for one in answers] == [
        "One", "One", "It was written down.", "Two", "Three", "Three, yes", "Three, yes",
    ]  # fmt: skip
    assert [one.continue_answer for one in answers] == [False, False, True, *[False] * 4]
    assert [one.turns[0].role is Role.SYSTEM for one in answers] == [False] * 3 + [True] * 4
    assert [one.sampling.max_tokens for one in answers] == [16] * 4 + [17] * 3
    loaded = [one.request.path.name for one in asked(log).of(LoadCommand)]
    assert loaded == [model.name, "demo.gguf"]
    assert (tmp_path / "out.md").exists()
    assert "Three, yes" in (tmp_path / "out.md").read_text(encoding="utf-8")
    assert sorted(kept(home)) == [
        ["One", "It was written down.It was written down."],
        ["Three, yes", "It was written down."],
    ]


def kept(home: Path) -> list[list[str]]:
    """The messages of every chat in the database, opened afresh."""
    opened = open_store(home)
    chats = opened.repository.conversations.list_all()
    found = [[item.message.content for item in opened.repository.branch(one.id)] for one in chats]
    opened.close()
    return found
