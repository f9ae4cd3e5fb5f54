"""The captured step: the same bits and the same books as `Optimizer.step`, on the stand-in."""

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.errors import ExecutorUnavailable, LabError, ShapeMismatch
from rmsprop_lab.executors import cupy_graph, cupy_list
from rmsprop_lab.executors.cupy_graph import GraphStep

MAKES = {
    "RMSprop": lambda: lab.RMSprop(lr=0.01),
    "RMSprop from g2": lambda: lab.RMSprop(lr=0.01, v0="g2", momentum=0.9, lr_at="inside"),
    "RMSprop debiased": lambda: lab.RMSprop(lr=0.01, debias=True, weight_decay=0.1),
    "Adam": lambda: lab.Adam(lr=0.01, amsgrad="debiased"),
    "NAdam": lambda: lab.NAdam(lr=0.01),
    "Rprop": lambda: lab.Rprop(lr=0.01),
}


def host_model(seed, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return {"w": rng.standard_normal((3, 5)).astype(dtype), "none": np.zeros((0, 2), dtype),
            "b": rng.standard_normal(4097).astype(dtype)}


class Pair:
    """A graph's step and the reference's, on the same gradients."""

    def __init__(self, cupy, make, dtype=np.float32, **said):
        self.cupy, self.theirs, self.host = cupy, host_model(0, dtype), make()
        self.ours = {k: cupy.asarray(x) for k, x in host_model(0, dtype).items()}
        self.grads = {k: cupy.asarray(x) for k, x in host_model(1, dtype).items()}
        self.opt, self.said, self.dtype = make(), said, dtype
        self.graph = GraphStep(self.opt, self.ours, self.grads, **said)

    def step(self, seed):
        fresh = host_model(seed, self.dtype)
        for k, g in fresh.items():
            self.grads[k][...] = self.cupy.asarray(g)
        self.graph.step()
        self.host.step(self.theirs, fresh)

    def check(self):
        assert self.opt.t == self.host.t
        assert bits(self.ours) == bits(self.theirs)
        assert bits(self.opt.state) == bits(self.host.state)


def bits(tree):
    if isinstance(tree, dict):
        return {k: bits(x) for k, x in tree.items()}
    return (tree if isinstance(tree, np.ndarray) else tree.get()).tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("make", MAKES)
def test_a_graph_gives_the_bits_of_the_reference(fake, make, dtype):
    pair = Pair(fake, MAKES[make], dtype)
    for t in range(1, 9):
        if hasattr(pair.opt, "lr"):
            pair.opt.lr = pair.host.lr = 0.01 / t
        pair.step(t)
    assert fake.graph_launches == 7
    pair.check()


def test_the_host_runs_ahead_and_every_step_has_its_own_numbers(fake):
    pair = Pair(fake, MAKES["Adam"])
    for t in range(50):  # nothing synchronises
        pair.step(t)
    pair.check()


def test_a_source_written_too_early_is_seen(fake, monkeypatch):
    monkeypatch.setattr(fake.cuda.Event, "synchronize", lambda self: None)
    pair = Pair(fake, MAKES["Adam"])
    for t in range(50):
        pair.step(t)
    with pytest.raises(AssertionError):
        pair.check()


def test_page_locked_memory_is_not_dropped_before_it_is_read(fake):
    mirror = cupy_list.Mirror(np.zeros(2))
    array, source = mirror.array, mirror._host
    mirror.write([1.0, 2.0])
    del mirror
    source[...] = 7.0  # what another owner of the memory would do
    assert array.get().tolist() == [1.0, 2.0]


def test_numbers_are_copied_only_when_they_change(fake):
    pair = Pair(fake, MAKES["RMSprop"])
    for t in range(6):
        pair.step(t)
    assert (fake.uploads, fake.graph_launches) == (1, 5)
    pair.opt.lr = pair.host.lr = 0.5
    pair.step(6)
    pair.step(7)
    assert (fake.uploads, fake.graph_launches) == (2, 7)
    pair.check()


def test_stale_numbers_are_seen(fake, monkeypatch):
    monkeypatch.setattr(cupy_graph.Mirror, "write", lambda self, values: None)
    pair = Pair(fake, MAKES["RMSprop"])
    pair.step(0)
    pair.step(1)
    with pytest.raises(AssertionError):
        pair.check()


def test_another_variant_is_captured_anew(fake):
    pair = Pair(fake, MAKES["RMSprop"])
    for t in range(3):
        pair.step(t)
    pair.opt.weight_decay = pair.host.weight_decay = 0.25
    for t in range(3, 6):
        pair.step(t)
    assert fake.graph_launches == 4  # two ordinary steps, each before a capture
    pair.check()


def test_resumed_is_uninterrupted(fake):
    pair = Pair(fake, MAKES["Adam"])
    for t in range(4):
        pair.step(t)
    saved, params = pair.opt.state_dict(), {k: x.get() for k, x in pair.ours.items()}
    assert saved["t"] == 4
    for _ in range(3):
        pair.graph.step()  # a run that went wrong
    pair.opt.load_state_dict(saved)
    for k, x in params.items():
        pair.ours[k][...] = fake.asarray(x)
    for t in range(4, 8):
        pair.step(t)
    pair.check()


def test_a_new_process_resumes(fake):
    pair = Pair(fake, MAKES["Adam"])
    for t in range(4):
        pair.step(t)
    saved, pair.opt = pair.opt.state_dict(), MAKES["Adam"]()
    pair.opt.load_state_dict(saved)
    pair.graph = GraphStep(pair.opt, pair.ours, pair.grads)
    for t in range(4, 8):
        pair.step(t)
    pair.check()


def test_steps_without_the_graph_come_in_between(fake):
    pair = Pair(fake, MAKES["Adam"])
    for t in range(6):
        pair.step(t)
        other = host_model(100 + t)
        pair.opt.step(pair.ours, {k: fake.asarray(g) for k, g in other.items()})
        pair.host.step(pair.theirs, other)
    assert fake.graph_launches == 5
    pair.check()


def test_two_graphs_of_one_optimizer(fake):
    """Two sets of gradients in turn: neither graph may believe that its numbers are still right."""
    pair = Pair(fake, MAKES["Adam"])
    second = {k: fake.asarray(x) for k, x in host_model(2).items()}
    graphs = [pair.graph, GraphStep(pair.opt, pair.ours, second)]
    sets = [pair.grads, second]
    for t in range(8):
        pair.graph, pair.grads = graphs[t % 2], sets[t % 2]
        if t == 5:
            pair.opt.lr = pair.host.lr = 0.5
        pair.step(t)
    pair.check()


def test_the_gradient_is_cleared_in_the_same_pass(fake):
    pair = Pair(fake, MAKES["RMSprop"], clear=True)
    for t in range(4):
        pair.step(t)
        assert not any(g.get().any() for g in pair.grads.values())
    pair.check()


def test_one_array_and_a_list(fake):
    theta, g, host = fake.asarray(np.ones(5)), fake.asarray(np.ones(5)), np.ones(5)
    graph, opt = GraphStep(lab.Adam(), theta, g), lab.Adam()
    listed = [fake.asarray(np.ones(5))]
    other = GraphStep(lab.Adam(), listed, [g])
    listed.clear()  # the graph has a container of its own
    for _ in range(3):
        graph.step()
        other.step()
        opt.step(host, np.ones(5))
    assert theta.get().tobytes() == host.tobytes() == other._params[0].get().tobytes()


def test_parameters_without_elements(fake):
    empty = fake.asarray(np.zeros(0))
    graph = GraphStep(lab.Adam(), [empty], [empty])
    for _ in range(3):
        graph.step()
    assert graph.optimizer.t == 3 and fake.graph_launches == 0


def test_a_failed_capture_changes_nothing_and_is_tried_again(fake, monkeypatch):
    pair = Pair(fake, MAKES["RMSprop"])
    pair.step(0)
    before = bits(pair.ours)
    with monkeypatch.context() as patch:
        patch.setattr(fake.cuda.Stream, "begin_capture", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pair.graph.step()
    assert bits(pair.ours) == before and pair.opt.t == 1
    pair.step(1)
    pair.check()


def test_an_eps_that_vanishes_is_refused_before_anything_is_written(fake):
    pair = Pair(fake, MAKES["RMSprop"])
    for t in range(3):
        pair.step(t)
    before, pair.opt.eps = bits(pair.ours), 1e-60
    with pytest.raises(LabError, match="eps"):
        pair.graph.step()
    assert bits(pair.ours) == before and pair.opt.t == 3


def test_what_a_graph_cannot_step_is_refused(fake):
    x, wide = fake.asarray(np.ones((2, 3))), fake.asarray(np.ones((2, 3), np.float32))
    turned = fake.ndarray(np.asfortranarray(np.ones((2, 3))))
    with pytest.raises(ExecutorUnavailable, match="one dtype"):
        GraphStep(lab.SGD(lr=1.0), [x, wide], [x, wide])
    with pytest.raises(ExecutorUnavailable, match="C order"):
        GraphStep(lab.SGD(lr=1.0), turned, x)
    with pytest.raises(ExecutorUnavailable, match="C order"):
        GraphStep(lab.SGD(lr=1.0), x, turned)
    with pytest.raises(ShapeMismatch):
        GraphStep(lab.SGD(lr=1.0), x, fake.asarray(np.ones(2)))
    with pytest.raises(LabError, match="no parameters"):
        GraphStep(lab.SGD(lr=1.0), [], [])
    with pytest.raises(ExecutorUnavailable, match="numpy"):
        GraphStep(lab.SGD(lr=1.0), np.ones(2), np.ones(2))
