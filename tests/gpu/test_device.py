"""On a GPU: the real kernels, lists and graphs against the rule as it is written, bit for bit.

`pytest -m gpu` runs these, and the other tests of the suite that want a device.
"""

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.bench import gpu
from rmsprop_lab.executors import cupy_list
from rmsprop_lab.executors.cupy_graph import GraphStep
from rmsprop_lab.executors.identity import DTYPES
from tests.gpu.test_graph import MAKES, Pair, bits, host_model
from tests.gpu.test_list import RULES, differing

pytestmark = pytest.mark.gpu


@pytest.fixture
def cupy():
    import cupy

    return cupy


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_the_list_kernel_of_every_rule(cupy, rule, dtype):
    assert differing(rule, dtype, cupy) == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("make", MAKES)
def test_the_graph_of_every_optimizer(cupy, make, dtype):
    pair = Pair(cupy, MAKES[make], dtype)
    for t in range(1, 9):
        if hasattr(pair.opt, "lr"):
            pair.opt.lr = pair.host.lr = 0.01 / t
        pair.step(t)
    assert pair.graph._graph is not None
    pair.check()


def test_the_graph_on_another_stream(cupy):
    pair = Pair(cupy, MAKES["Adam"])
    with cupy.cuda.Stream(non_blocking=True) as stream:
        for t in range(6):
            pair.step(t)
        stream.synchronize()
    pair.check()


def test_the_host_runs_ahead(cupy):
    """Large arrays and no wait: forty steps are queued while the first are running."""
    size, opt, host = 2_000_000, lab.Adam(lr=0.01), lab.Adam(lr=0.01, executor="numpy")
    theirs, g = np.ones(size, np.float32), np.linspace(-1, 1, size, dtype=np.float32)
    theta = cupy.asarray(theirs)
    graph = GraphStep(opt, theta, cupy.asarray(g))
    for _ in range(40):
        graph.step()
    for _ in range(40):
        host.step(theirs, g)
    assert theta.get().tobytes() == theirs.tobytes()


def test_a_graph_resumes(cupy):
    pair = Pair(cupy, MAKES["Adam"])
    for t in range(4):
        pair.step(t)
    saved, params = pair.opt.state_dict(), {k: x.get() for k, x in pair.ours.items()}
    for _ in range(3):
        pair.graph.step()  # a run that went wrong
    pair.opt.load_state_dict(saved)
    for k, x in params.items():
        pair.ours[k][...] = cupy.asarray(x)
    for t in range(4, 8):
        pair.step(t)
    pair.check()


def test_a_graph_clears_and_changes_its_variant(cupy):
    pair = Pair(cupy, MAKES["RMSprop"], clear=True)
    for t in range(8):
        if t == 4:
            pair.opt.weight_decay = pair.host.weight_decay = 0.25
        pair.step(t)
        assert not any(g.get().any() for g in pair.grads.values())
    pair.check()


@pytest.mark.parametrize("make", MAKES)
def test_lists_with_fresh_gradients_and_a_resume(cupy, make):
    opt, host = MAKES[make](), MAKES[make]()
    ours = {k: cupy.asarray(x) for k, x in host_model(0).items()}
    theirs = host_model(0)
    for seed in range(1, 30):
        g = host_model(seed)
        opt.step(ours, {k: cupy.asarray(x) for k, x in g.items()})
        host.step(theirs, g)
        if seed == 15:
            saved, opt = opt.state_dict(), MAKES[make]()
            opt.load_state_dict(saved)
    assert bits(ours) == bits(theirs) and bits(opt.state) == bits(host.state)


def test_mixed_lists_and_streams(cupy):
    hosts = [np.ones(n, d) for n, d in
             ((5, "f4"), (0, "f4"), (70_000, "f8"), (4096, "f4"), (3, "f8"))]
    hosts.append(np.asfortranarray(np.ones((3, 2), np.float32)))
    ours, opt, host = [cupy.array(x, order="K") for x in hosts], lab.Adam(), lab.Adam()
    for number in range(6):
        with cupy.cuda.Stream(non_blocking=True) as stream:
            opt.step(ours, [cupy.full_like(x, number - 2.5) for x in ours])
            stream.synchronize()
        host.step(hosts, [np.full_like(x, number - 2.5) for x in hosts])
    assert [x.get().tobytes() for x in ours] == [x.tobytes() for x in hosts]
    assert len(cupy_list._tables) <= cupy_list.KEPT


@pytest.mark.slow
def test_the_benchmark(cupy):
    data = gpu.run(cupy, ("1e4", "mlp6"), budget=120)
    assert [row["complaint"] for row in data["accuracy"] if "lab" in row["executor"]] == [None] * 10
    assert all({"floor", "lab kernel", "lab graph"} <= set(row["seconds"])
               for row in data["results"])
