"""What is no model of text never counts as one, and says so in our words; what may be one, does."""

from __future__ import annotations

from pathlib import Path

import gguf as gguf_package
import pytest

from app.domain.download import DownloadState
from app.domain.errors import ModelFileError
from app.domain.gguf import model_kind
from app.domain.naming import model_title
from app.engine.architectures import knows, library_file
from app.hub.local.scan import scan
from app.hub.local.split_files import read_split_header
from app.services.models.model_files import find_model, model_file, read_model_file
from tests.support.hub_kit import FILE, REPO, Kit, gguf
from tests.unit.hub.queue.test_queue import library, running

OTHERS = [
    ({"architecture": "clip"}, "projector"),
    ({"architecture": "clip", "kind": "mmproj"}, "projector"),
    ({"kind": "mmproj"}, "projector"),
    ({"kind": "adapter"}, "adapter"),
    ({"kind": "imatrix"}, "measurements"),
    ({"architecture": "bert"}, "embedding"),
    ({"architecture": "nomic-bert-moe"}, "embedding"),
    ({"architecture": "gemma-embedding"}, "embedding"),
    ({"architecture": "qwen3", "pooling": 3}, "embedding"),
    ({"architecture": "qwen3", "pooling": 4}, "ranking"),
    ({"architecture": "wavtokenizer-dec"}, "speaks"),
    ({"architecture": "flux"}, "paints pictures"),
]


@pytest.mark.parametrize(("made", "told"), OTHERS)
def test_another_kind_of_file_is_refused_in_words(
    tmp_path: Path, made: dict[str, str], told: str
) -> None:
    path = tmp_path / "other.gguf"
    path.write_bytes(gguf(b"x" * 99, **made))  # type: ignore[arg-type]
    for look in (read_split_header, read_model_file, lambda one: find_model(str(one))):
        with pytest.raises(ModelFileError, match=told):
            look(path)
    (found,) = scan([("x", tmp_path)])
    assert told in found.problem


@pytest.mark.parametrize("made", [{}, {"kind": "model"}, {"pooling": 0}, {"kind": "something new"}])
def test_a_model_of_text_is_none_of_them(tmp_path: Path, made: dict[str, str]) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(b"x" * 99, **made))  # type: ignore[arg-type]
    assert read_model_file(path).architecture == "phi3"


def test_a_projector_that_was_fetched_is_no_model(kit: Kit) -> None:
    kit.hub.repos[REPO].files["mmproj-f16.gguf"] = gguf(b"x" * 99, kind="mmproj")
    with running(kit) as (queue, watch):
        failed = watch.state(queue.add(REPO, ("mmproj-f16.gguf",)), DownloadState.FAILED)
    assert "is a projector" in failed.error
    assert "so that it can be removed" in failed.error
    (listed,) = library(kit).models()
    assert "projector" in model_file(listed).problem


# --- architectures -----------------------------------------------------------------------------


@pytest.mark.llama
def test_every_architecture_that_llama_cpp_has_is_known() -> None:
    """The library's own table, read as this build tells it, against the package of its makers."""
    assert library_file() is not None
    lacking = [name for name in gguf_package.MODEL_ARCH_NAMES.values() if not knows(name)]
    assert set(lacking) <= LATER, lacking
    painters = {name for name, kind in model_kind._ARCHITECTURES.items() if "paints" in kind}
    assert not painters & set(gguf_package.MODEL_ARCH_NAMES.values())


LATER: set[str] = {"mmproj"}  # the package's alone: llama.cpp calls it clip


@pytest.mark.llama
def test_an_architecture_that_llama_cpp_lacks_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "new.gguf"
    path.write_bytes(gguf(b"x" * 99, architecture="phi4flash"))
    with pytest.raises(ModelFileError, match=r"which the llama\.cpp in this Phial"):
        read_model_file(path)
    assert not knows("phi4flash")


def test_where_the_library_cannot_be_read_nothing_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "libllama.so"
    assert knows("phi4flash", other)
    other.write_bytes(b"")
    assert knows("phi4flash", other)
    other.write_bytes(b"packed otherwise")
    assert knows("phi4flash", other)
    other.write_bytes(b"\0phi3\0llama\0")
    assert not knows("phi4flash", other)


# --- places and parts --------------------------------------------------------------------------


def test_models_in_linked_folders_are_found_once(tmp_path: Path) -> None:
    disk, folder = tmp_path / "disk" / "deep", tmp_path / "models"
    disk.mkdir(parents=True)
    folder.mkdir()
    (disk / FILE).write_bytes(gguf(b"x" * 99))
    (folder / "linked").symlink_to(disk.parent)
    (folder / "again").symlink_to(disk)
    (disk / "loop").symlink_to(folder)
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    found = list(scan([("LM Studio", folder)]))
    assert [one.paths[0].name for one in found] == [FILE]
    assert found[0].paths[0].resolve() == disk / FILE


def test_models_behind_a_linked_manifest_folder_are_found(tmp_path: Path) -> None:
    body = gguf(b"x" * 99)
    store, other = tmp_path / "ollama", tmp_path / "disk"
    (store / "blobs").mkdir(parents=True)
    (store / "blobs" / f"sha256-{'a' * 64}").write_bytes(body)
    tag = other / "registry.ollama.ai" / "library" / "phi4" / "latest"
    tag.parent.mkdir(parents=True)
    tag.write_text(
        '{"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:'
        + "a" * 64
        + '"}]}'
    )
    (store / "manifests").symlink_to(other)
    assert [one.name for one in scan([("Ollama", store)])] == ["phi4:latest"]


def test_a_part_that_is_named_stands_for_the_whole(tmp_path: Path) -> None:
    first, second = (tmp_path / f"m-Q8_0-0000{number}-of-00002.gguf" for number in (1, 2))
    first.write_bytes(gguf(b"x" * 99))
    with pytest.raises(ModelFileError, match="one of 2 parts"):
        read_model_file(first)
    second.write_bytes(gguf(b"y" * 99))
    whole = read_model_file(second)
    assert whole.path == first
    assert whole.size == first.stat().st_size + second.stat().st_size


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "stem", "quantization", "given", "right"),
    [
        ("Phi 4", "phi-4-Q4_K_M", "Q4_K_M", "", "Phi 4"),
        ("Phi-4", "phi-4", "", "", "Phi-4"),
        ("", "phi-4-Q4_K_M", "Q4_K_M", "", "phi-4"),
        ("model", "phi-4-Q4_K_M", "Q4_K_M", "", "phi-4"),
        ("/home/x/checkpoints/final", "phi-4-UD-Q4_K_XL", "Q4_K_XL", "", "phi-4"),
        ("Phi 4", "phi-4-mini-instruct-Q4_K_M", "Q4_K_M", "", "phi-4-mini-instruct"),
        ("Phi 4 Mini Instruct", "phi-4-mini-instruct-q8_0", "Q8_0", "", "Phi 4 Mini Instruct"),
        ("Llama 3.1 8B Instruct", "Hermes-3-Llama-3.1-8B.Q4_K_M", "Q4_K_M", "",
         "Hermes-3-Llama-3.1-8B"),
        ("Phi 4", "my-tuned", "", "", "my-tuned (Phi 4)"),
        ("Phi 4 Q4_K_M", "phi-4-Q4_K_M", "Q4_K_M", "", "Phi 4"),
        ("Phi 4", "sha256-abc", "", "phi4:latest", "phi4:latest"),
        ("Qwen2.5 7B Instruct 1M", "Qwen2.5-7B-Instruct-1M-Q4_0", "Q4_0", "",
         "Qwen2.5 7B Instruct 1M"),
        ("", "Q4_K_M", "Q4_K_M", "", "Q4_K_M"),
        ("Phi\x1b[31m 4\n\u202e", "phi-4", "", "", "Phi [31m 4"),
        ("x", "y", "", "phi4\x07", "phi4"),
    ],
)  # fmt: skip
def test_a_model_is_called_what_people_know_it_by(
    told: str, stem: str, quantization: str, given: str, right: str
) -> None:
    assert model_title(told, stem, quantization, given) == right
