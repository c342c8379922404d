"""A version of llama-cpp-python whose functions are called otherwise cannot be built upon."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import app
from app.engine.llama import signatures
from app.engine.llama.backend import load_binding
from app.engine.llama.binding import mismatches

PACKAGING = Path(app.__file__).parents[1] / "packaging"
sys.path.insert(0, str(PACKAGING))

import bindings  # noqa: E402

PENALTIES = "llama_sampler_init_penalties"


class Changed:
    """The installed binding, with something else in it."""

    def __init__(self, **changes: Any) -> None:
        self._changes = changes

    def __getattr__(self, name: str) -> Any:
        if name in self._changes:
            if self._changes[name] is None:
                raise AttributeError(name)
            return self._changes[name]
        return getattr(load_binding(None), name)


def function(names: str, *argtypes: Any) -> SimpleNamespace:
    """A function as ctypes binds it."""
    made: dict[str, Any] = {}
    exec(f"def wrapped({names}): ...", made)
    return SimpleNamespace(
        argtypes=list(argtypes), restype=ctypes.c_void_p, __wrapped__=made["wrapped"]
    )


I32, F32 = ctypes.c_int32, ctypes.c_float


class Params(ctypes.Structure):
    """Parameters of a context, fewer than are set."""

    _fields_ = (("n_ctx", ctypes.c_uint32), ("type_k", ctypes.c_float))


@pytest.mark.llama
def test_every_use_of_llama_cpp_is_as_the_installed_package_has_it() -> None:
    found = bindings.uses(bindings.sources())
    assert bindings.differences(found, load_binding(None)) == []
    used = {name for name, _, _ in found.calls}
    assert {PENALTIES, "llama_decode", "llama_state_seq_set_data"} <= used
    assert used | {name for name, _, _ in found.callbacks} <= set(signatures.FUNCTIONS)
    assert set(found.ggml) <= set(found.declared)


@pytest.mark.llama
def test_the_build_runs_that_check() -> None:
    done = subprocess.run(
        [sys.executable, PACKAGING / "bindings.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert '"bindings.py"' in (PACKAGING / "build.py").read_text("utf-8")


@pytest.mark.llama
@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({PENALTIES: None}, "does not exist"),
        (
            {PENALTIES: function("last, repeat, freq, present", I32, F32, F32, F32)},
            "takes 4 arguments, not 5",
        ),
        (
            {PENALTIES: function("n_vocab, last, repeat, freq, d", I32, I32, F32, F32, I32)},
            "takes i32 where it is given 0.0",
        ),
        (  # as many of the same kinds, in another order
            {PENALTIES: function("last, n_vocab, repeat, freq, present", I32, I32, F32, F32, F32)},
            "last: i32, n_vocab: i32",
        ),
        ({"GGML_TYPE_Q8_0": 9}, "GGML_TYPE_Q8_0 is 9, not 8"),
        ({"llama_context_params": Params}, "type_k is f32, not i32"),
        ({"llama_context_params": Params}, "n_batch is missing"),
        (
            {"llama_log_callback": ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p)},
            "a llama_log_callback takes 2 arguments, not 3",
        ),
    ],
)
def test_a_package_that_changed_is_refused(change: dict[str, Any], word: str) -> None:
    changed = Changed(**change)
    problems = bindings.differences(bindings.uses(bindings.sources()), changed)
    assert word in "\n".join(problems)
    assert mismatches(changed)  # which is what the frozen program can look at


@pytest.mark.llama
@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("def f(c, v):\n    c.llama_sampler_init_penalties(64, 1.1, 0.0, 0.0)\n", "5 arguments"),
        ("def f(c, v):\n    c.llama_sampler_init_temp(*v)\n", "plain arguments"),
        ("def f(c, v):\n    getattr(c, v)()\n", "not in the source"),
        ("def f(c, v):\n    c.llama_no_such_thing(v)\n", "does not exist"),
        ("def f(c, v):\n    c.llama_tokenize(v, 'x', 1, v, 1, True, True)\n", "given 'x'"),
        ("def f(c, v):\n    p = c.llama_model_default_params()\n    p.no_such = v\n", "no_such"),
    ],
)
def test_a_call_that_does_not_fit_is_found_in_the_source(
    tmp_path: Path, source: str, word: str
) -> None:
    path = tmp_path / "calls.py"
    path.write_text(source, "utf-8")
    found = bindings.uses([*bindings.sources(), path])
    problems = bindings.differences(found, load_binding(None))
    assert word in "\n".join([*problems, repr(bindings.table(found, load_binding(None))[1])])
    assert problems
