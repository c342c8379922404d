from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.endpoints.source import FileSource
from app.domain.errors import InvalidValueError, OutOfMemoryError
from app.domain.gguf.header import GgufHeader, Tensor
from app.domain.model import Device, KvType, LoadRequest
from app.engine.ladder import STEPS, apply_step, next_step, useful_steps
from app.engine.plan import ComputeResources, kv_bytes, main_memory, make_plan

GIB = 2**30


def phi4(weights: float = 8.43) -> GgufHeader:
    """Phi-4 at Q4_K_M, in sizes: 40 equal blocks, an embedding and an output matrix."""
    output = int(0.45 * GIB)
    block = int((weights * GIB - 2 * output) / 40)
    tensors = [Tensor("token_embd.weight", (5120, 100_352), 12, 0, output)]
    tensors += [Tensor(f"blk.{n}.ffn_up.weight", (5120, 70_000), 12, 0, block) for n in range(40)]
    tensors.append(Tensor("output.weight", (5120, 100_352), 12, 0, output))
    values = {
        "general.architecture": "phi3",
        "phi3.context_length": 16_384,
        "phi3.block_count": 40,
        "phi3.embedding_length": 5_120,
        "phi3.feed_forward_length": 17_920,
        "phi3.attention.head_count": 40,
        "phi3.attention.head_count_kv": 10,
    }
    return GgufHeader(3, int(weights * GIB), values, {}, tuple(tensors), 100_352)


def gpu(free: float) -> Device:
    return Device("CUDA0", "NVIDIA", "CUDA", int(free * GIB), int(free * GIB))


def machine(free: float, *gpus: Device, cores: int = 8) -> ComputeResources:
    return ComputeResources(int(free * GIB), int(free * GIB), cores, gpus)


ASK = LoadRequest(FileSource(Path("phi-4-Q4_K_M.gguf")))


def test_the_kv_cache_costs_what_was_measured() -> None:
    header = phi4()
    assert kv_bytes(header, 16_384, KvType.F16) == 16_384 * 200 * 1024
    assert kv_bytes(header, 16_384, KvType.Q8_0) == pytest.approx(1.66 * GIB, rel=0.01)


@pytest.mark.parametrize(
    ("free", "context", "kind"),
    [
        (64, 16_384, KvType.F16),
        (16, 16_384, KvType.F16),
        (12, 8_192, KvType.F16),
        (11, 8_192, KvType.F16),
        (10, 4_096, KvType.F16),
        (9.5, 2_048, KvType.F16),
        (9.4, 2_048, KvType.Q8_0),
    ],
)
def test_the_context_follows_main_memory(free: float, context: int, kind: KvType) -> None:
    plan = make_plan(phi4(), ASK, machine(free))
    assert (plan.context_size, plan.kv_type, plan.gpu_layers) == (context, kind, 0)
    assert plan.total_bytes <= free * GIB
    assert plan.reasons


@pytest.mark.parametrize(
    ("free", "lowest", "highest"),
    [(0.5, 0, 0), (4, 5, 14), (8, 20, 31), (12, 37, 41), (24, 41, 41), (139, 41, 41)],
)
def test_as_many_layers_as_fit_go_to_the_graphics_card(
    free: float, lowest: int, highest: int
) -> None:
    plan = make_plan(phi4(), ASK, machine(64, gpu(free)))
    assert lowest <= plan.gpu_layers <= highest


def test_part_of_the_memory_of_a_card_is_used_well_and_never_exceeded() -> None:
    for free in range(3, 14):
        header = phi4()
        plan = make_plan(header, ASK, machine(64, gpu(free)))
        if plan.gpu_layers > 40:
            continue
        share = (plan.gpu_layers - 1) / 40
        blocks = (plan.weights_bytes - 2 * 0.45 * GIB) * share
        used = blocks + 0.45 * GIB + plan.kv_bytes * share + plan.compute_bytes
        assert used <= free * GIB
        assert used >= 0.9 * free * GIB


def test_what_cannot_fit_is_refused_in_words_with_numbers() -> None:
    with pytest.raises(OutOfMemoryError, match=r"needs .* GB of memory, and 4\.29 GB are free"):
        make_plan(phi4(), ASK, machine(4))
    request = LoadRequest(FileSource(Path("x")), context_size=131_072)
    with pytest.raises(OutOfMemoryError, match="131,072"):
        make_plan(phi4(), request, machine(16))
    with pytest.raises(InvalidValueError, match="2,147,483,648"):
        make_plan(phi4(), LoadRequest(FileSource(Path("x")), context_size=2**31), machine(16))


def test_what_the_user_set_is_kept() -> None:
    request = LoadRequest(
        FileSource(Path("x")), 4_096, gpu_layers=7, kv_type=KvType.Q8_0, threads=3
    )
    plan = make_plan(phi4(), request, machine(64, gpu(24)))
    assert (plan.context_size, plan.gpu_layers, plan.threads) == (4_096, 7, 3)
    assert plan.kv_type is KvType.Q8_0


def test_threads_are_physical_cores_unless_the_model_is_tiny() -> None:
    assert make_plan(phi4(), ASK, machine(64, cores=6)).threads == 6
    small = GgufHeader(
        3, 10, {"general.architecture": "phi3"}, {}, (Tensor("t", (4_000_000,), 0, 0, 1),), 9
    )
    assert make_plan(small, ASK, machine(64, cores=6)).threads == 1


def test_each_step_of_the_ladder_is_safer_and_none_comes_back() -> None:
    header = phi4()
    plan = make_plan(header, ASK, machine(64, gpu(8)))
    assert useful_steps(plan, header) == (0, 1, 2, 3, 4, 5)
    plans = [apply_step(plan, header, step) for step in range(len(STEPS))]
    assert plans[0] == plan
    assert not plans[1].extra_buffers
    assert plans[2].gpu_layers < plans[1].gpu_layers
    assert plans[3].kv_type is KvType.Q8_0
    assert plans[4].context_size == plan.context_size // 2
    assert plans[5].gpu_layers == 0
    assert not plans[5].extra_buffers
    sizes = [p.kv_bytes + p.compute_bytes for p in plans]
    assert sizes == sorted(sizes, reverse=True)
    assert main_memory(plans[0], header) < plan.total_bytes


def test_steps_that_change_nothing_are_left_out() -> None:
    header = phi4()
    plan = make_plan(header, LoadRequest(FileSource(Path("x")), 2_048), machine(64))
    steps = useful_steps(plan, header)
    assert steps == (0, 1, 3)
    assert next_step(0, steps) == 1
    assert next_step(1, steps) == 3
    assert next_step(3, steps) is None
