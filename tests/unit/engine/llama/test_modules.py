"""Which of llama.cpp's processor modules is taken where graphics cards are left out."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from app.engine.llama.backend import Backend, best_processor_module

COMPILER = shutil.which("cc") or shutil.which("g++")


def module(folder: Path, name: str, score: int | None) -> Path:
    """A module that exports its score as ggml's do; None exports nothing."""
    path = folder / name
    code = f"int ggml_backend_score(void) {{ return {score}; }}" if score is not None else ""
    assert COMPILER is not None
    subprocess.run(
        [COMPILER, "-shared", "-fPIC", "-x", "c", "-", "-o", str(path)],
        input=code.encode(),
        check=True,
    )
    return path


@pytest.mark.skipif(COMPILER is None, reason="no compiler")
def test_the_best_module_for_this_processor_is_taken_and_no_graphics_module(
    tmp_path: Path,
) -> None:
    module(tmp_path, "libggml-cpu-x64.so", 1)
    best = module(tmp_path, "libggml-cpu-haswell.so", 6)
    module(tmp_path, "libggml-cpu-skylakex.so", 0)  # it cannot run here
    module(tmp_path, "libggml-cpu-odd.so", None)
    module(tmp_path, "libggml-vulkan.so", 1000)
    assert best_processor_module(tmp_path) == best


@pytest.mark.skipif(COMPILER is None, reason="no compiler")
def test_without_variants_the_one_module_is_taken_and_a_build_without_modules_needs_none(
    tmp_path: Path,
) -> None:
    assert best_processor_module(tmp_path) is None
    plain = module(tmp_path, "libggml-cpu.so", None)
    module(tmp_path, "libggml-vulkan.so", None)
    assert best_processor_module(tmp_path) == plain


def test_intels_matrix_unit_is_not_used_however_it_was_compiled() -> None:
    """With it the weights' repacking is off; else a process may die in its first pass."""
    for told, has in ((b"CPU : AVX2 = 1 | AMX_INT8 = 1 | ", True), (b"CPU : AVX2 = 1 | ", False)):
        library = SimpleNamespace(llama_print_system_info=lambda told=told: told)
        asked = cast(Backend, SimpleNamespace(c=library))
        assert Backend.has_amx.__get__(asked) is has
