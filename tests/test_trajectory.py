"""`run`: every row by hand, the caller's optimizer untouched, resumed equal to uninterrupted."""

import io
import sys

import array_api_strict as strict
import numpy as np
import pytest
import rich.progress

import rmsprop_lab as lab
from rmsprop_lab import trajectory
from rmsprop_lab.errors import LabError
from rmsprop_lab.problems import MLP, Quadratic, Stream, bench, constant, noisy

MAKERS = {
    "SGD": lambda: lab.SGD(lr=0.1, momentum=0.9),
    "AdaGrad": lambda: lab.AdaGrad(lr=0.4),
    "RMSprop": lambda: lab.RMSprop(lr=0.1, rho=0.9, centered=True, momentum=0.5),
    "AdaDelta": lambda: lab.AdaDelta(),
    "Adam": lambda: lab.Adam(lr=0.1),
    "Rprop": lambda: lab.Rprop(),
}
each = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def same(a, b):
    """Whether two trajectories hold the same bits."""
    return (
        a.theta.tobytes() == b.theta.tobytes()
        and a.loss.tobytes() == b.loss.tobytes()
        and a.grad.tobytes() == b.grad.tobytes()
        and {k: v.tobytes() for k, v in a.state.items()}
        == {k: v.tobytes() for k, v in b.state.items()}
    )


def picture_of(opt):
    """All that an optimizer holds, comparable with ==."""
    return repr({k: v for k, v in opt.state_dict().items()}), opt.t, opt.lr


def test_gradient_descent_by_hand():
    path = lab.run(lab.SGD(lr=0.25), Quadratic([2.0, 4.0], [8.0, 8.0]), 2)
    assert path.theta.tolist() == [[8.0, 8.0], [4.0, 0.0], [2.0, 0.0]]
    assert path.grad.tolist() == [[16.0, 32.0], [8.0, 0.0]]
    assert path.loss.tolist() == [192.0, 16.0, 4.0]
    assert path.state == {}
    assert path.effective_step.tolist() == [[4.0, 8.0], [2.0, 0.0]]
    assert path.effective_rate[:, 0].tolist() == [0.25, 0.25]
    assert np.isnan(path.effective_rate[1, 1])  # no gradient, no rate
    assert path.final.tolist() == [2.0, 0.0]
    assert path.steps == 2


def test_rmsprop_by_hand_with_its_state():
    opt = lab.RMSprop(lr=0.5, rho=0.75, eps=0.0)
    path = lab.run(opt, Stream([2.0, 0.0]), 2)
    assert path.state["v"].tolist() == [[0.0], [1.0], [0.75]]
    assert path.theta.tolist() == [[0.0], [-1.0], [-1.0]]


def test_row_zero_is_the_state_before_the_first_step():
    p = constant([3.0, 4.0])
    assert lab.run(lab.RMSprop(lr=0.1, v0=1.0), p, 1).state["v"][0].tolist() == [1.0, 1.0]
    assert lab.run(lab.RMSprop(lr=0.1, v0="g2"), p, 1).state["v"][0].tolist() == [9.0, 16.0]
    assert lab.run(lab.RMSprop(lr=0.1), p, 0).state["v"].tolist() == [[0.0, 0.0]]


@each
def test_shapes(make):
    for p, shape in ((bench(), (2,)), (constant(np.ones((2, 3))), (2, 3))):
        for steps in (0, 1, 5):
            path = lab.run(make(), p, steps)
            assert path.theta.shape == (steps + 1, *shape)
            assert path.grad.shape == path.effective_step.shape == (steps, *shape)
            assert path.loss.shape == (steps + 1,)
            assert all(rows.shape[:1] == (steps + 1,) for rows in path.state.values())


@each
def test_rows_are_what_a_plain_loop_sees(make):
    p, opt = bench(15), make()
    theta = p.theta0
    path = lab.run(make(), p, 7)
    for t in range(1, 8):
        g = p.grad(theta, t)
        assert path.theta[t - 1].tobytes() == theta.tobytes()
        assert path.grad[t - 1].tobytes() == g.tobytes()
        assert path.loss[t - 1] == p.loss(theta)
        opt.step(theta, g)
        for name, value in opt.state.items():
            assert path.state[name][t].tobytes() == value.tobytes()
    assert path.final.tobytes() == theta.tobytes()
    assert set(path.state) == set(opt.state)


@each
def test_the_callers_optimizer_is_unchanged(make):
    for done in (0, 3):
        opt, p, theta = make(), bench(), bench().theta0
        for t in range(1, done + 1):
            opt.step(theta, p.grad(theta, t))
        before = picture_of(opt)
        first = lab.run(opt, p, 5, theta0=theta)
        assert picture_of(opt) == before
        assert same(first, lab.run(opt, p, 5, theta0=theta))


def test_mutation_a_run_without_the_copy_is_seen(monkeypatch):
    monkeypatch.setattr(trajectory.copy, "deepcopy", lambda opt: opt)
    opt = lab.RMSprop(lr=0.1)
    before = picture_of(opt)
    lab.run(opt, bench(), 5)
    assert picture_of(opt) != before


@each
def test_a_run_goes_on_where_the_optimizer_stands(make):
    p = noisy([0.5, -0.5], 1.0, steps=40, seed=2)
    whole = lab.run(make(), p, 20)
    opt, theta = make(), p.theta0
    for t in range(1, 9):
        opt.step(theta, p.grad(theta, t))
    rest = lab.run(opt, p, 12, theta0=theta)
    assert rest.theta.tobytes() == whole.theta[8:].tobytes()
    assert rest.grad.tobytes() == whole.grad[8:].tobytes()  # the stream went on as well
    for name, rows in rest.state.items():
        assert rows.tobytes() == whole.state[name][8:].tobytes()


def test_mutation_forgetting_the_state_or_the_step_is_seen():
    p = noisy(0.5, 1.0, steps=40, seed=2)
    whole = lab.run(lab.RMSprop(lr=0.1), p, 20)
    cold = lab.run(lab.RMSprop(lr=0.1), p, 12, theta0=whole.theta[8])
    assert cold.grad.tobytes() != whole.grad[8:].tobytes()
    assert cold.theta.tobytes() != whole.theta[8:].tobytes()


def test_theta0_is_read_and_never_written():
    start = np.array([1.0, 2.0])
    start.setflags(write=False)
    p = bench()
    path = lab.run(lab.SGD(lr=0.1), p, 3, theta0=start)
    assert start.tolist() == [1.0, 2.0] == path.theta[0].tolist()
    assert lab.run(lab.SGD(lr=0.1), p, 3, theta0=[1, 2]).theta.tobytes() == path.theta.tobytes()
    assert p.theta0.tolist() == [-5.0, -2.0]


def test_an_optimizer_may_write_into_its_gradient():
    class Doubler:
        state, t = {}, 0

        def step(self, params, grads):
            grads *= 2
            params -= grads
            self.t += 1

    p = Quadratic([1.0], [8.0])
    assert lab.run(Doubler(), p, 2).grad.tolist() == [[8.0], [-8.0]]


def test_a_state_that_appears_late_is_unknown_before():
    class Late:
        def __init__(self):
            self.state, self.t = {}, 0

        def step(self, params, grads):
            self.state["count"] = np.array([1.0])
            self.t += 1

    rows = lab.run(Late(), constant(1.0), 2).state["count"]
    assert np.isnan(rows[0, 0]) and rows[1:].tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept(dtype):
    path = lab.run(lab.RMSprop(lr=0.1), bench(dtype=dtype), 3)
    assert path.theta.dtype == path.grad.dtype == path.state["v"].dtype == dtype
    assert path.loss.dtype == np.float64


@pytest.mark.parametrize("device", ["CPU_DEVICE", "device1"])
def test_another_library_gives_the_same_bits_on_its_own_device(device):
    device = strict.Device(device)
    start = strict.asarray([-5.0, -2.0], device=device)
    path = lab.run(lab.RMSprop(lr=0.1, executor="reference"), bench(), 10, theta0=start)
    assert path.theta.device == path.grad.device == path.state["v"].device == device
    assert path.effective_rate.device == device
    host = lab.run(lab.RMSprop(lr=0.1), bench(), 10)
    cpu = strict.Device("CPU_DEVICE")
    assert np.asarray(strict.asarray(path.theta, device=cpu)).tobytes() == host.theta.tobytes()
    assert path.loss.tolist() == host.loss.tolist()


def test_to_host_and_repr():
    start = strict.asarray([-5.0, -2.0])
    path = lab.run(lab.RMSprop(lr=0.1, executor="reference"), bench(), 2, theta0=start).to_host()
    assert isinstance(path.theta, np.ndarray) and isinstance(path.state["v"], np.ndarray)
    assert repr(path).startswith("Trajectory(2 steps of shape (2,), loss 10.5 -> ")
    assert repr(path).endswith("state: v)")
    with pytest.raises(AttributeError):
        path.loss = 0


def test_a_diverging_run_is_recorded_without_a_warning():
    path = lab.run(lab.SGD(lr=100.0), bench(), 400)  # pytest turns warnings into errors
    assert not np.isfinite(path.loss[-1])
    assert np.isfinite(path.loss[:50]).all()


def test_a_minibatch_run_repeats():
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    p = MLP(hidden=(4,), batch=8)
    assert same(lab.run(lab.RMSprop(), p, 3), lab.run(lab.RMSprop(), p, 3))


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: lab.run(lab.SGD(lr=1.0), bench(), -1), "steps is -1; give 0 or more"),
        (lambda: lab.run(lab.SGD(lr=1.0), bench(), 2.5), "whole number"),
        (lambda: lab.run(lab.SGD, bench(), 1), r"SGD is a class.*SGD\(...\)"),
        (lambda: lab.run(bench(), lab.SGD(lr=1.0), 1), "Quadratic is not an optimizer"),
        (lambda: lab.run(lab.SGD(lr=1.0), lambda x: x, 1), "not a problem"),
        (lambda: lab.run(lab.SGD(lr=1.0), MLP, 1), "MLP is not a problem"),
        (lambda: lab.run(lab.SGD(lr=1.0), bench(), 1, [1.0]), r"\(1,\), bench.*\(2,\)"),
        (lambda: lab.run(lab.SGD(lr=1.0), bench(), 1, np.array([1, 2])), "start from floats"),
    ],
)
def test_errors_name_the_repair(call, words):
    with pytest.raises(lab.errors.LabError, match=words):
        call()


class Screen(io.StringIO):
    """A stderr that says whether it is a terminal."""

    def __init__(self, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


@pytest.mark.parametrize(
    "patience, terminal, shown", [(-1, True, True), (-1, False, False), (60, True, False)]
)
def test_a_bar_only_if_long_and_only_on_a_terminal(patience, terminal, shown, monkeypatch):
    screen, made = Screen(terminal), []
    # Rich draws in a notebook although its stderr is no terminal, so it must not even be asked.
    progress = rich.progress.Progress
    monkeypatch.setattr(
        rich.progress, "Progress", lambda *a, **k: made.append(1) or progress(*a, **k)
    )
    monkeypatch.setattr(trajectory, "_PATIENCE", patience)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    path = lab.run(lab.SGD(lr=0.1), bench(), 50)
    assert path.steps == 50
    assert ("steps" in screen.getvalue()) == shown == bool(made)


@pytest.mark.gpu
def test_a_run_on_a_gpu_gives_the_bits_of_the_host():
    import cupy

    start = np.array([-5.0, -2.0])
    device = lab.run(lab.RMSprop(lr=0.1), bench(30), 50, theta0=cupy.asarray(start))
    assert isinstance(device.theta, cupy.ndarray)
    assert same(device.to_host(), lab.run(lab.RMSprop(lr=0.1), bench(30), 50, theta0=start))


def test_rates_are_used_one_a_step_and_the_optimizer_is_not_changed():
    opt, problem = lab.RMSprop(lr=7.0, rho=0.5, eps=0.0), lab.problems.bench()
    constant = lab.run(opt, problem, 20, rates=[0.25] * 20)
    path = lab.run(lab.RMSprop(lr=0.25, rho=0.5, eps=0.0), problem, 20)
    assert constant.loss.tolist() == path.loss.tolist()
    assert (opt.lr, opt.t) == (7.0, 0)
    dropped = lab.run(opt, problem, 20, rates=(lr for lr in [0.25] * 10 + [0.125] * 10))
    assert dropped.loss[:11].tolist() == path.loss[:11].tolist()
    assert dropped.loss[11] != path.loss[11]


def test_rates_of_another_length_or_for_what_has_no_lr_are_refused():
    with pytest.raises(LabError, match="holds 2 learning rates for 3 steps"):
        lab.run(lab.SGD(lr=1.0), lab.problems.bench(), 3, rates=[1.0, 1.0])

    class Still:
        t, state = 0, {}

        def step(self, theta, g):
            raise AssertionError("no step is made")

    with pytest.raises(LabError, match="Still has no lr"):
        lab.run(Still(), lab.problems.bench(), 1, rates=[1.0])
