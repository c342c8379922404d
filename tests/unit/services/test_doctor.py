"""What the doctor says about the plan: for every kind of machine, without having one."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.endpoints.source import FileSource
from app.domain.model import Device, LoadRequest
from app.services.doctor import plan_lines
from tests.support.gguf_factory import ModelSpec, write_model

GIB = 2**30
CPU = Device("CPU", "A processor", "CPU", 8 * GIB, 16 * GIB)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("m") / "m.gguf", ModelSpec(layers=4))


def test_the_plan_is_told_with_its_reasons_and_bytes(model: Path) -> None:
    text = "\n".join(plan_lines(LoadRequest(FileSource(model)), [CPU]))
    assert "m.gguf needs" in text
    assert "of KV cache" in text
    assert "everything runs on the processor" in text
    assert "Threads:" in text


@pytest.mark.parametrize("backend", ["CUDA", "Metal", "Vulkan"])
def test_a_graphics_device_is_named_with_the_layers_it_gets(model: Path, backend: str) -> None:
    gpu = Device(f"{backend}0", f"A {backend} card", backend, 4 * GIB, 4 * GIB)
    assert f"All 4 layers on A {backend} card." in plan_lines(
        LoadRequest(FileSource(model)), [gpu, CPU]
    )
    full = Device(f"{backend}0", f"A {backend} card", backend, 2**20, 4 * GIB)
    lines = plan_lines(LoadRequest(FileSource(model)), [full, CPU])
    assert f"Not one layer fits the free memory of A {backend} card." in lines


def test_what_the_user_set_is_said_to_be_set(model: Path) -> None:
    lines = plan_lines(
        LoadRequest(FileSource(model), context_size=1024, threads=3, gpu_layers=2), [CPU]
    )
    assert "Threads: 3, as set." in lines
    assert "2 GPU layers, as set." in lines


def test_a_missing_model_is_a_sentence_and_no_end_of_the_report(tmp_path: Path) -> None:
    (line,) = plan_lines(LoadRequest(FileSource(tmp_path / "gone.gguf")), [CPU])
    assert "gone.gguf" in line
