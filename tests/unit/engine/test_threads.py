from __future__ import annotations

from collections.abc import Callable

from app.engine.threads import REST, TRIAL, CpuLoad, ThreadGovernor


def run(governor: ThreadGovernor, cost: Callable[[int], float], passes: int) -> list[int]:
    """Passes that cost what ``cost`` says of the threads; the threads each of them used."""
    used = []
    for _ in range(passes):
        used.append(governor.threads)
        governor.record_pass(cost(governor.threads))
    return used


def test_a_quiet_machine_never_pays_for_a_trial() -> None:
    governor = ThreadGovernor(8, lambda: False)
    assert set(run(governor, lambda threads: 1 / threads, 500)) == {8}


def test_on_a_busy_machine_fewer_threads_are_kept_where_they_are_faster() -> None:
    governor = ThreadGovernor(4, lambda: True)
    cost = {1: 1.0, 2: 0.6, 3: 2.0, 4: 5.0}
    used = run(governor, lambda threads: cost[threads], 12 * REST)
    lately = used[-4 * REST :]
    assert lately.count(2) > 0.8 * len(lately)


def test_a_trial_that_is_not_faster_costs_a_few_passes_only() -> None:
    governor = ThreadGovernor(4, lambda: True)
    used = run(governor, lambda threads: 1 / threads, 10 * (REST + TRIAL))
    assert used.count(4) == 10 * REST
    assert used.count(3) == 10 * TRIAL


def test_when_the_machine_is_quiet_again_all_threads_come_back() -> None:
    busy = True
    governor = ThreadGovernor(2, lambda: busy)
    run(governor, lambda threads: {1: 1.0, 2: 5.0}[threads], 3 * REST)
    assert governor.threads == 1
    busy = False
    run(governor, lambda threads: {1: 1.0, 2: 0.5}[threads], 3 * REST)
    assert governor.threads == 2


def test_one_thread_is_never_tried_away() -> None:
    governor = ThreadGovernor(1, lambda: True)
    assert set(run(governor, lambda _threads: 1.0, 200)) == {1}


def test_the_load_of_other_programs_can_be_asked_at_any_time() -> None:
    load = CpuLoad()
    assert load.others_busy() is False  # nothing measured yet
