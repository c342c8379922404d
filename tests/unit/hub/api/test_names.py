"""Names from strangers."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.download import RemoteFile, UnsafeNameError
from app.hub.api.file_names import (
    MAX_NAME_BYTES,
    check_repository,
    is_safe,
    names_a_model,
    quantization_of,
    safe_parts,
    shown,
)
from app.hub.api.metadata import join_split_files


@given(st.text(max_size=400))
@settings(deadline=None, max_examples=300)
def test_whatever_the_name_an_accepted_one_stays_inside_its_folder(name: str) -> None:
    if not is_safe(name):
        with pytest.raises(UnsafeNameError):
            safe_parts(name)
        return
    parts = safe_parts(name)
    for flavour in (PurePosixPath, PureWindowsPath):
        path = flavour("models").joinpath(*parts)
        assert not path.is_absolute()
        assert path.parts[0] == "models"
        assert len(path.parts) == len(parts) + 1
        assert ".." not in path.parts
    assert all(len(part.encode()) <= MAX_NAME_BYTES for part in parts)


def test_long_names_are_shortened_so_that_two_stay_two() -> None:
    one, other = safe_parts("x" * 299 + "a.gguf")[0], safe_parts("x" * 299 + "b.gguf")[0]
    assert one != other
    assert one.endswith(".gguf")
    assert len(one.encode()) <= MAX_NAME_BYTES


def test_shortened_parts_of_a_split_file_stay_siblings() -> None:
    first = safe_parts("é" * 200 + "-00001-of-00002.gguf")[0]
    second = safe_parts("é" * 200 + "-00002-of-00002.gguf")[0]
    assert first.replace("00001-of", "00002-of") == second
    assert Path(first).suffix == ".gguf"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("phi-4-Q4_K_M.gguf", "Q4_K_M"),
        ("Q8_0/phi-4-Q8_0-00001-of-00002.gguf", "Q8_0"),
        ("phi-4-IQ4_XS.gguf", "IQ4_XS"),
        ("phi-4-iq3_m.gguf", "IQ3_M"),
        ("Phi-4-mini-instruct-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("phi-4-bf16.gguf", "BF16"),
        ("phi-4-Q6_K_L.gguf", "Q6_K_L"),
        ("phi-4.Q2_K.gguf", "Q2_K"),
        ("phi-4.gguf", ""),
    ],
)
def test_the_quantization_is_read_from_the_name(name: str, told: str) -> None:
    assert quantization_of(name) == told


@pytest.mark.parametrize("name", ["", "a/b/c", "../x", "a/..", "-a/b", "a b/c", "a/b\n", "a--b/c"])
def test_names_that_are_no_repository_are_refused(name: str) -> None:
    with pytest.raises(UnsafeNameError):
        check_repository(name)


def test_a_strangers_name_is_harmless_in_a_sentence() -> None:
    assert "\x1b" not in shown("\x1b[31mred")
    assert len(shown("x" * 500)) <= 80


def test_split_files_are_one_model_and_a_missing_part_is_noticed() -> None:
    def file(path: str, size: int) -> RemoteFile:
        return RemoteFile("a/b", path, size)

    models = join_split_files(
        [
            file("d/m-Q8_0-00002-of-00002.gguf", 20),
            file("d/m-Q8_0-00001-of-00002.gguf", 10),
            file("m-Q4_0.gguf", 5),
            file("n-00001-of-00003.gguf", 1),
        ]
    )
    assert [(model.name, model.size, model.complete) for model in models] == [
        ("n.gguf", 1, False),
        ("m-Q4_0.gguf", 5, True),
        ("m-Q8_0.gguf", 30, True),
    ]
    assert [part.size for part in models[2].parts] == [10, 20]


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("phi-4-Q4_K_M.gguf", True),
        ("phi-4-Q4_K_M-imatrix.gguf", True),
        ("mmproj-phi-4-f16.gguf", False),
        ("phi-4.mmproj-Q8_0.gguf", False),
        ("imatrix.gguf", False),
        ("phi-4-imatrix.gguf", False),
        ("hammproject.gguf", True),
    ],
)
def test_what_goes_with_a_model_is_told_by_its_name(name: str, model: bool) -> None:
    assert names_a_model(name) is model
