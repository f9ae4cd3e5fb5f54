"""Pools: the same bits from threads and processes, and nothing lost with a worker."""

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.sweeps import WorkersLost, driver, memory
from tests.sweeps.cases import Deadly, picky, same_sweep

GRID = {"lr": np.geomspace(1e-3, 1, 20).tolist(), "rho": [0.5, 0.9]}
BENCH = lab.problems.bench(30, dtype="float32")


@pytest.fixture
def processes():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_threads_and_processes_give_the_same_bits(processes):
    network = lab.problems.MLP(hidden=(3,), batch=8)
    for make, problem in ((lab.RMSprop, BENCH), (lab.RMSprop, lab.problems.noisy),
                          (lab.RMSprop, network)):
        grid = GRID if problem is BENCH else {"lr": [0.1, 0.2, 0.3]}
        alone = lab.sweep(make, grid, problem, 6, record=[2])
        assert same_sweep(alone, lab.sweep(make, grid, problem, 6, processes, record=[2], chunk=7))
        with ThreadPoolExecutor(3) as threads:
            assert same_sweep(alone, lab.sweep(make, grid, problem, 6, threads, record=[2]))


class Fake(Executor):
    """Runs each task as it is sent, and hands out what `outcomes` says, in turn, at the end.

    outcomes: for each task an exception that its future raises, or None for its result.
    """

    def __init__(self, outcomes=()):
        self.outcomes, self.sent = list(outcomes), 0

    def submit(self, function, *arguments):
        outcome = self.outcomes[self.sent] if self.sent < len(self.outcomes) else None
        self.sent += 1
        future = Future()
        if isinstance(outcome, type) and issubclass(outcome, BrokenExecutor):
            raise outcome
        if outcome is None:
            future.set_result(function(*arguments))
        else:
            future.set_exception(outcome)
        return future


class KilledWorker(Exception):
    """Dask's, which is no kind of any other error."""


@pytest.mark.parametrize("loss", [CancelledError(), ConnectionError("gone"), TimeoutError(),
                                  KilledWorker(), BrokenExecutor(), BrokenExecutor])
def test_what_a_pool_loses_is_sent_again(loss):
    alone = lab.sweep(lab.RMSprop, GRID, BENCH, 6)
    pool = Fake([None, loss, None, loss])
    with pytest.warns(RuntimeWarning, match="a worker was lost; 2 chunks are run again"):
        found = lab.sweep(lab.RMSprop, GRID, BENCH, 6, pool, chunk=10)
    assert same_sweep(alone, found) and pool.sent == 6


def test_a_pool_that_finishes_nothing_is_given_up():
    pool = Fake([ConnectionError("gone")] * 40)
    with pytest.warns(RuntimeWarning), pytest.raises(WorkersLost, match="3 times .*Connection"):
        lab.sweep(lab.RMSprop, GRID, BENCH, 6, pool, chunk=10)
    assert pool.sent == 12


def test_an_error_that_is_nobodys_loss_is_raised_at_once():
    pool = Fake([None, RuntimeError("what is this")])
    with pytest.raises(RuntimeError, match="what is this"):
        lab.sweep(lab.RMSprop, GRID, BENCH, 6, pool, chunk=10)
    assert pool.sent == 4


def test_results_stand_in_the_order_of_the_grid_whatever_comes_first():
    class Backwards(Fake):
        """Only when the last task is sent are they run, the last one first."""

        def __init__(self):
            super().__init__()
            self.tasks = []

        def submit(self, function, chunk):
            future = Future()
            self.tasks.append((future, function, chunk))
            if len(self.tasks) == 4:
                for future_, run, chunk_ in reversed(self.tasks):
                    future_.set_result(run(chunk_))
            return future

    alone = lab.sweep(lab.RMSprop, GRID, BENCH, 6)
    assert same_sweep(alone, lab.sweep(lab.RMSprop, GRID, BENCH, 6, Backwards(), chunk=10))


def test_a_worker_killed_in_mid_sweep_loses_nothing(processes, tmp_path):
    problem = Deadly(tmp_path / "flag")
    alone = lab.sweep(lab.SGD, {"lr": [0.1, 0.2, 0.3, 0.4]}, problem, 6)
    with pytest.warns(RuntimeWarning, match="a worker was lost"):
        found = lab.sweep(lab.SGD, {"lr": [0.1, 0.2, 0.3, 0.4]}, problem, 6, processes, chunk=1)
    assert (tmp_path / "flag").exists()
    assert same_sweep(alone, found)


def test_a_chunk_that_kills_every_worker_is_given_up_and_the_rest_is_kept(processes, tmp_path):
    problem = Deadly(tmp_path / "flag", always=True)
    with pytest.warns(RuntimeWarning), pytest.raises(WorkersLost, match="save=... a new call"):
        lab.sweep(lab.SGD, {"lr": [0.1]}, problem, 6, processes, save=tmp_path / "file.npz")
    assert (tmp_path / "file.npz.parts").is_dir()


def test_what_a_worker_refuses_is_raised_here(processes):
    with pytest.raises(lab.errors.HyperparameterError, match=r"configuration 3 \(lr=0.4\): 0.4 is"):
        lab.sweep(picky, {"lr": [0.1, 0.2, 0.3, 0.4]}, BENCH, 6, processes, chunk=2)


def test_what_cannot_be_sent_says_what_to_do(processes):
    with pytest.raises(lab.errors.LabError, match="cannot be sent .* not a lambda"):
        lab.sweep(lambda lr: lab.SGD(lr=lr), {"lr": [0.1]}, BENCH, 6, processes)


def test_a_pool_gets_enough_chunks_for_its_workers():
    pool = Fake()
    lab.sweep(lab.SGD, {"lr": np.geomspace(1e-3, 0.1, 320)}, BENCH, 2, pool)
    assert pool.sent == 16
    assert driver._chunk_size(None, 10**6, BENCH, "auto", pool) == driver.CHUNK
    assert driver._chunk_size(None, 10**6, BENCH, "loop", None) == driver.ALONE


# --- memory --------------------------------------------------------------------------------------

FAULTS = """
import resource
import numpy as np
from rmsprop_lab.sweeps.memory import kept_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        x = np.ones(100_000)  # 800 kB
        x = x + x
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults()
first = faults()
with kept_memory():
    faults()
    kept = faults()
faults()
print(first, kept, faults())
"""


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="glibc's malloc is Linux's")
def test_a_worker_keeps_its_memory_while_a_chunk_runs():
    """Pages fetched from the system anew, where the environment asks to give memory back."""
    done = subprocess.run([sys.executable, "-c", FAULTS], text=True, capture_output=True,
                          check=True, env=os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"})
    first, kept, after = [int(word) for word in done.stdout.split()]
    assert first > 1000 and kept < 100 and after > 1000


@pytest.mark.parametrize(("threshold", "calls"), [
    ("65536", [(-1, 1 << 28), (-3, 1 << 25), (-1, 65536), (-3, 1 << 17)]),
    (None, []), ("many", []), ("134217728", [])])
def test_memory_is_left_alone_unless_the_environment_is_stingy(threshold, calls, monkeypatch):
    seen = []
    monkeypatch.setattr(memory, "_mallopt", lambda: lambda *a: seen.append(a))
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    if threshold:
        monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", threshold)
    with memory.kept_memory():
        with memory.kept_memory():  # another thread of the worker
            pass
        assert len(seen) == len(calls)
    assert seen == calls[:2] * 2 + calls[2:]
