"""Files people already have."""

from __future__ import annotations

import hashlib
import json
import os
import random
from pathlib import Path

import pytest

from app.domain.download import DamagedDownloadError, FileInTheWayError, ModelFolderError
from app.domain.errors import DiskFullError, ModelFileError, NotFoundError
from app.hub.download.control import DownloadControl
from app.hub.local.installed_models import InstalledModel, InstalledModels
from app.hub.local.local_files import CopyTarget, add_copy, add_in_place, read_hash_file, verify
from app.hub.local.scan import FolderKind, FoundModel, scan
from app.system.model_folders import candidate_folders
from tests.support.hub_kit import PLENTY, gguf

MODEL = gguf(random.Random(8).randbytes(50_000))
HASH = hashlib.sha256(MODEL).hexdigest()


@pytest.fixture
def library(tmp_path: Path) -> InstalledModels:
    return InstalledModels(tmp_path / "phial" / "library.json")


def adding(tmp_path: Path, free: int = PLENTY) -> CopyTarget:
    return CopyTarget(tmp_path / "phial" / "models", lambda _: free, 0)


def put(path: Path, content: bytes = MODEL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# --- adding ------------------------------------------------------------------------------------


def test_a_file_used_in_place_stays_where_it_is_and_is_never_deleted(
    tmp_path: Path, library: InstalledModels
) -> None:
    path = put(tmp_path / "stick" / "phi-4-Q4_K_M.gguf")
    model = add_in_place(path, library)
    assert (model.name, model.quantization, model.owned) == ("Phi-4", "Q4_K_M", False)
    assert library.bytes_freed(path) == 0
    assert library.remove(path) == 0
    assert path.read_bytes() == MODEL
    assert library.models() == ()


def test_a_copy_is_phials_and_frees_its_bytes(tmp_path: Path, library: InstalledModels) -> None:
    path = put(tmp_path / "stick" / "phi-4-Q4_K_M.gguf")
    steps: list[tuple[int, int]] = []
    model = add_copy(
        path, library, adding(tmp_path), DownloadControl(), lambda *step: steps.append(step)
    )
    assert model is not None
    assert model.sha256 == (HASH,)
    assert steps[-1] == (len(MODEL), len(MODEL))
    assert not model.verified
    assert library.remove(model.path) == len(MODEL)
    assert not model.path.exists()
    assert path.read_bytes() == MODEL


@pytest.mark.parametrize(
    "form", ["{hash}", "{hash}  {name}\n", "{HASH} *{name}", "{hash}  sub/{name}"]
)
def test_the_hash_beside_a_file_is_compared(
    tmp_path: Path, library: InstalledModels, form: str
) -> None:
    path = put(tmp_path / "stick" / "m.gguf")
    told = form.format(hash=HASH, HASH=HASH.upper(), name=path.name)
    path.with_name("m.gguf.sha256").write_text(told)
    assert read_hash_file(path) == HASH
    model = add_copy(path, library, adding(tmp_path), DownloadControl())
    assert model is not None
    assert model.verified


def test_one_flipped_bit_on_the_way_from_a_stick_is_found(
    tmp_path: Path, library: InstalledModels
) -> None:
    path = put(tmp_path / "stick" / "m.gguf", MODEL[:-1] + bytes([MODEL[-1] ^ 1]))
    path.with_name("m.gguf.sha256").write_text(f"{HASH}  m.gguf\n")
    with pytest.raises(DamagedDownloadError):
        add_copy(path, library, adding(tmp_path), DownloadControl())
    assert list((tmp_path / "phial" / "models").iterdir()) == []
    assert library.models() == ()


def test_a_hash_file_about_something_else_is_told(tmp_path: Path) -> None:
    path = put(tmp_path / "m.gguf")
    path.with_name("m.gguf.sha256").write_text("hello\n")
    with pytest.raises(ModelFileError, match="no SHA-256"):
        read_hash_file(path)


def test_split_files_are_added_as_one_given_any_part(
    tmp_path: Path, library: InstalledModels
) -> None:
    parts = [put(tmp_path / "s" / f"m-Q8_0-0000{n}-of-00002.gguf") for n in (1, 2)]
    model = add_in_place(parts[1], library)
    assert model.paths == tuple(parts)
    assert model.size == 2 * len(MODEL)
    parts[0].unlink()
    with pytest.raises(ModelFileError, match="missing"):
        add_in_place(parts[1], library)
    copied = put(parts[0]) and add_copy(parts[0], library, adding(tmp_path), DownloadControl())
    assert copied is not None
    assert [path.name for path in copied.paths] == [path.name for path in parts]


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "header"])
def test_a_damaged_file_is_refused_with_a_reason(
    tmp_path: Path, library: InstalledModels, damage: str
) -> None:
    content = {
        "empty": b"",
        "text": b"hello" * 100,
        "cut": MODEL[:-1000],
        "header": MODEL[:20] + b"\xff" * 20 + MODEL[40:],
    }[damage]
    path = put(tmp_path / "m.gguf", content)
    with pytest.raises(ModelFileError) as caught:
        add_in_place(path, library)
    assert "m.gguf" in caught.value.what
    assert library.models() == ()


def test_a_copy_that_does_not_fit_is_not_begun(tmp_path: Path, library: InstalledModels) -> None:
    path = put(tmp_path / "m.gguf")
    with pytest.raises(DiskFullError):
        add_copy(path, library, adding(tmp_path, free=10), DownloadControl())
    assert not (tmp_path / "phial" / "models").exists()


def test_a_stopped_copy_leaves_nothing(tmp_path: Path, library: InstalledModels) -> None:
    control = DownloadControl()
    control.pause()
    assert add_copy(put(tmp_path / "m.gguf"), library, adding(tmp_path), control) is None
    assert list((tmp_path / "phial" / "models").iterdir()) == []


def test_a_copy_never_overwrites(tmp_path: Path, library: InstalledModels) -> None:
    mine = put(tmp_path / "phial" / "models" / "m.gguf", b"mine")
    with pytest.raises(FileInTheWayError):
        add_copy(put(tmp_path / "m.gguf"), library, adding(tmp_path), DownloadControl())
    assert mine.read_bytes() == b"mine"


def test_verify_notices_a_changed_file_and_learns_an_unknown_hash(
    tmp_path: Path, library: InstalledModels
) -> None:
    path = put(tmp_path / "m.gguf")
    model = add_in_place(path, library)
    assert verify(model, library, DownloadControl()) is True
    learned = library.get(path)
    assert learned is not None
    assert learned.sha256 == (HASH,)
    put(path, MODEL[:-1] + b"!")
    assert verify(learned, library, DownloadControl()) is False
    stopped = DownloadControl()
    stopped.pause()
    assert verify(learned, library, stopped) is None


# --- the list ----------------------------------------------------------------------------------


def test_the_list_outlives_a_restart(tmp_path: Path, library: InstalledModels) -> None:
    path = put(tmp_path / "m.gguf")
    add_in_place(path, library)
    (again,) = InstalledModels(tmp_path / "phial" / "library.json").models()
    assert again == library.get(path)
    assert not again.missing
    assert not again.changed
    path.write_bytes(b"x")
    os.utime(path, (1, 1))
    assert again.changed
    path.unlink()
    assert again.missing


@pytest.mark.warns("so it is kept as")
@pytest.mark.parametrize("text", ["", "{}", "nonsense", '{"format": 1, "models": [{"paths": []}]}'])
def test_a_damaged_list_is_kept_aside_and_deletes_nothing(tmp_path: Path, text: str) -> None:
    index = put(tmp_path / "library.json", text.encode())
    assert InstalledModels(index).models() == ()
    assert (tmp_path / "library.damaged.json").read_text() == text


def test_what_is_not_listed_cannot_be_removed(tmp_path: Path, library: InstalledModels) -> None:
    path = put(tmp_path / "m.gguf")
    for attempt in (library.remove, library.forget, library.bytes_freed):
        with pytest.raises(NotFoundError):
            attempt(path)
    assert path.exists()


def test_window_and_terminal_write_one_list_without_losing_an_entry(
    tmp_path: Path, library: InstalledModels
) -> None:
    terminal = InstalledModels(tmp_path / "phial" / "library.json")
    mine, theirs = put(tmp_path / "mine.gguf"), put(tmp_path / "theirs.gguf")
    library.put(InstalledModel((mine,), "mine", 1))
    terminal.put(InstalledModel((theirs,), "theirs", 1))
    assert [model.name for model in library.models()] == ["mine", "theirs"]
    terminal.forget(mine)
    assert library.get(mine) is None
    assert [
        model.name for model in InstalledModels(tmp_path / "phial" / "library.json").models()
    ] == ["theirs"]


def test_a_change_that_cannot_be_kept_is_not_pretended(
    tmp_path: Path, library: InstalledModels
) -> None:
    path = put(tmp_path / "m.gguf")
    put(tmp_path / "phial" / "library.json.new" / "in the way")
    with pytest.raises(ModelFolderError):
        library.put(InstalledModel((path,), "m", 1))
    assert library.models() == ()


# --- other programs ----------------------------------------------------------------------------


def found(program: str, folder: Path) -> list[FoundModel]:
    return list(scan([(program, folder)]))


def test_models_in_the_hub_cache_are_found_once_with_their_repository(tmp_path: Path) -> None:
    repo = tmp_path / "hub" / "models--acme--phi-4-GGUF"
    blob = put(repo / "blobs" / HASH)
    for commit in ("a", "b"):
        snapshot = repo / "snapshots" / commit
        snapshot.mkdir(parents=True)
        (snapshot / "phi-4-Q4_K_M.gguf").symlink_to(blob)
    (one,) = found("Hugging Face cache", tmp_path / "hub")
    assert (one.repository, one.name, one.size) == ("acme/phi-4-GGUF", "Phi-4", len(MODEL))


def test_models_of_lm_studio_jan_and_gpt4all_are_found(tmp_path: Path) -> None:
    put(tmp_path / "lm" / "acme" / "phi-4-GGUF" / "phi-4-Q4_K_M.gguf")
    put(tmp_path / "lm" / "acme" / "phi-4-GGUF" / "mmproj-phi.gguf")
    put(tmp_path / "jan" / "phi-4" / "model.gguf")
    put(tmp_path / "gpt4all" / "phi-4.gguf")
    models = list(
        scan(
            [
                ("LM Studio", tmp_path / "lm"),
                ("Jan", tmp_path / "jan"),
                ("GPT4All", tmp_path / "gpt4all"),
                ("GPT4All", tmp_path / "not there"),
            ]
        )
    )
    assert [(one.kind, one.repository) for one in models] == [
        (FolderKind.LM_STUDIO, "acme/phi-4-GGUF"),
        (FolderKind.JAN, ""),
        (FolderKind.GPT4ALL, ""),
    ]


def test_ollamas_blobs_get_their_names_from_the_manifests(tmp_path: Path) -> None:
    blob = put(tmp_path / "blobs" / f"sha256-{HASH}")
    manifest = {
        "layers": [
            {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:" + "0" * 64},
            {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{HASH}"},
        ]
    }
    folder = tmp_path / "manifests" / "registry.ollama.ai"
    put(folder / "library" / "phi4" / "14b", json.dumps(manifest).encode())
    put(folder / "library" / "phi4" / "broken", b"{")
    put(folder / "acme" / "mine" / "latest", json.dumps({"layers": [{"digest": 5}]}).encode())
    (one,) = found("Ollama", tmp_path)
    assert one.paths == (blob,)
    assert (one.name, one.sha256, one.architecture) == ("phi4:14b", HASH, "phi3")


def test_a_manifest_cannot_lead_out_of_the_blobs(tmp_path: Path) -> None:
    put(tmp_path / "secret", MODEL)
    layer = {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../secret"}
    put(tmp_path / "o" / "manifests" / "r" / "x" / "y", json.dumps({"layers": [layer]}).encode())
    assert found("Ollama", tmp_path / "o") == []


def test_damaged_and_incomplete_files_are_shown_with_their_problem(tmp_path: Path) -> None:
    put(tmp_path / "bad.gguf", b"nonsense")
    put(tmp_path / "m-00001-of-00002.gguf")
    problems = {one.name: one.problem for one in found("Folder", tmp_path)}
    assert set(problems) == {"bad", "m"}
    assert all(problems.values())


def test_a_deep_tree_is_not_walked_for_ever(tmp_path: Path) -> None:
    put(tmp_path.joinpath(*"abcdefghij") / "m.gguf")
    assert found("Folder", tmp_path) == []


def test_known_programs_have_folders_and_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    folders = candidate_folders(tmp_path)
    assert {one.program for one in folders} == set(FolderKind) - {FolderKind.OTHER}
    assert len({one.path for one in folders}) == len(folders)
    first = {one.program: one.path for one in reversed(folders)}
    assert first["Ollama"] == tmp_path / "elsewhere"
    assert first["Hugging Face cache"] == tmp_path / "hf" / "hub"
