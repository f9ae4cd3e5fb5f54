"""A sweep on a real cluster of Dask: two workers, one of which is killed."""

import os
import subprocess
import sys

import numpy as np
import pytest

import rmsprop_lab as lab
from tests.sweeps.cases import Deadly, same_sweep

distributed = pytest.importorskip("distributed", reason="Dask is not installed: distributed")
pytestmark = pytest.mark.filterwarnings("default")  # its own warnings are not ours to fix

GRID = {"lr": np.geomspace(1e-3, 1, 30).tolist(), "rho": [0.5, 0.9]}


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as it:
        yield it


@pytest.fixture
def pool(cluster):
    with distributed.Client(cluster) as client, client.get_executor(pure=False) as executor:
        yield executor


@pytest.mark.parametrize("problem", [lab.problems.bench(30, dtype="float32"), lab.problems.noisy],
                         ids=["bench", "noisy"])
def test_the_same_bits(pool, problem):
    alone = lab.sweep(lab.RMSprop, GRID, problem, 20, record=[7])
    assert same_sweep(alone, lab.sweep(lab.RMSprop, GRID, problem, 20, pool, record=[7], chunk=9))


def test_a_function_of_this_file_and_a_lambda(pool):
    problem = lab.problems.bench()
    alone = lab.sweep(lambda lr: lab.Adam(lr=lr), {"lr": [0.1, 0.2]}, problem, 9)
    assert same_sweep(alone, lab.sweep(lambda lr: lab.Adam(lr=lr), {"lr": [0.1, 0.2]}, problem, 9,
                                       pool, chunk=1))


def test_a_worker_killed_in_mid_sweep_loses_nothing(cluster, pool, tmp_path):
    before = {worker["pid"] for worker in _workers(cluster)}
    problem = Deadly(tmp_path / "flag")
    grid = {"lr": np.linspace(0.05, 0.4, 12).tolist()}
    found = lab.sweep(lab.SGD, grid, problem, 6, pool, chunk=1, save=tmp_path / "file.npz")
    assert (tmp_path / "flag").exists()
    assert {worker["pid"] for worker in _workers(cluster)} != before
    assert same_sweep(found, lab.sweep(lab.SGD, grid, problem, 6))
    assert same_sweep(found, lab.sweeps.Sweep.load(tmp_path / "file.npz"))


def test_a_chunk_that_kills_every_worker_is_given_up(pool, tmp_path):
    problem = Deadly(tmp_path / "flag", always=True)
    with pytest.warns(RuntimeWarning), pytest.raises(lab.sweeps.WorkersLost, match="KilledWorker"):
        lab.sweep(lab.SGD, {"lr": [0.1]}, problem, 6, pool)


def test_what_a_worker_refuses_is_raised_here(pool):
    with pytest.raises(lab.errors.HyperparameterError, match="configuration 1 .*rho=2.0"):
        lab.sweep(lab.RMSprop, {"rho": [0.5, 2.0]}, lab.problems.bench(), 6, pool, chunk=1)


def test_the_nanny_asks_for_what_we_undo(cluster):
    """The threshold that `kept_memory` is about; when Dask stops setting it, that can go."""
    with distributed.Client(cluster) as client:
        asked = client.run(lambda: os.environ.get("MALLOC_TRIM_THRESHOLD_"))
        assert set(asked.values()) == {"65536"}


def test_the_command_line_with_a_scheduler(cluster, tmp_path):
    def call(*more):
        arguments = ["sweep", "rmsprop", "--grid", "lr=1e-3:1:log:20", "--grid", "rho=.5,.9",
                     "--steps", "20", *more]
        return subprocess.run([sys.executable, "-m", "rmsprop_lab", *arguments], text=True,
                              capture_output=True, cwd=tmp_path,
                              env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})

    here, there = call(), call("--scheduler", cluster.scheduler_address, "--out", "file.npz")
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    assert here.stdout == there.stdout and "best loss" in here.stdout
    assert (tmp_path / "file.npz").exists()


def _workers(cluster):
    with distributed.Client(cluster) as client:
        return [{"pid": pid} for pid in client.run(os.getpid).values()]
