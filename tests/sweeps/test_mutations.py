"""Each way in which a vectorised run could be slightly wrong turns the comparison red."""

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.sweeps import ahead, ahead_lanes, chunk, fields, lanes, seeds, slots, walk
from tests.sweeps.cases import assert_same_as_run

ADAM = {"lr": np.geomspace(1e-3, 0.3, 50).tolist(), "beta1": [0.5, 0.75, 0.9]}  # three blocks


def compare(executor, dtype="float32"):
    problem = lab.problems.noisy([0.5, -1.0, 0.25], steps=11, dtype=dtype)
    found = lab.sweep(lab.Adam, ADAM, problem, 30, record=[10], executor=executor)
    assert_same_as_run(found, lab.Adam, problem)


def edited(module, old, new):
    """A render function whose text has something replaced."""
    original = module.render

    def render(*arguments):
        text = original(*arguments)
        assert old in text, text
        return text.replace(old, new)
    return render


@pytest.fixture(autouse=True)
def fresh_kernels(monkeypatch):
    """A loop made of a mutated text must not be kept. One thread: a part has several blocks."""
    monkeypatch.setattr("rmsprop_lab.sweeps.driver._threads", lambda: 1)

    def forget():
        lanes.compiled.cache_clear()
        ahead_lanes._compiled.cache_clear()
        lanes._known.clear()
        ahead._table.cache_clear()
    forget()
    yield
    forget()


@pytest.mark.parametrize("executor", ["numba", "numpy", "loop"])
def test_unchanged_the_comparison_is_green(executor):
    compare(executor)


LANES = {
    "the gradient of the next step": ("(first_ + step_) % spans_", "(first_ + step_ + 1) % spans_"),
    "the same gradient for all coordinates": ("* groups_ + group_]", "* groups_]"),
    "the numbers of the first block": ("(step_ * blocks_ + block_)", "(step_ * blocks_)"),
    "one lane fewer": ("in range(64)", "in range(63)"),
    "a state that is not kept": ("cell_[lane_ + 64] = m_new", "pass"),
    "a constant in double": ("m_new / (", "m_new / (1e-300 + "),
}
AHEAD = {
    "numbers of the step before": ("spans[0, 0] + step", "spans[0, 0] + max(0, step - 1)"),
    "a quotient in the wrong dtype": ("T(full", "T(0.99999) * T(full"),
    "the powers of another configuration": ("which[(0 * blocks + block)", "which[(0 * blocks)"),
}


@pytest.mark.parametrize("name", LANES)
def test_a_changed_loop_is_red(name, monkeypatch):
    monkeypatch.setattr(lanes, "render", edited(lanes, *LANES[name]))
    with pytest.raises(AssertionError):
        compare("numba")


@pytest.mark.parametrize("name", AHEAD)
def test_changed_numbers_ahead_are_red(name, monkeypatch):
    monkeypatch.setattr(ahead_lanes, "render", edited(ahead_lanes, *AHEAD[name]))
    with pytest.raises(AssertionError):
        compare("numba")


def test_numbers_rounded_before_their_time_are_red(monkeypatch):
    """1 - beta1 belongs in double: computed in float32 it is another number."""
    early = {k: lambda *x, f=f: np.float64(f(*(np.float32(y) for y in x)))
             for k, f in slots.OPERATIONS.items() if k in "+-*/"}
    monkeypatch.setattr(slots, "OPERATIONS", slots.OPERATIONS | early)
    with pytest.raises(AssertionError):
        compare("numpy")


def test_steps_counted_from_zero_are_red(monkeypatch):
    original = fields.Formulated.gradient
    monkeypatch.setattr(fields.Formulated, "gradient",
                        lambda self, theta, t, out: original(self, theta, t + 1, out))
    with pytest.raises(AssertionError):
        compare("numpy")


def test_a_state_that_starts_elsewhere_is_red(monkeypatch):
    original = chunk._started
    monkeypatch.setattr(chunk, "_started", lambda *a: original(*a) + np.float32(1e-3))
    with pytest.raises(AssertionError):
        compare("numba")


def test_a_walk_that_skips_a_gradient_is_red(monkeypatch):
    problem = lab.problems.noisy([0.5], steps=11)
    original = type(problem).grad
    monkeypatch.setattr(chunk, "walk", lambda opt, p, steps, record: walk.walk(
        opt, _Shifted(p, original), steps, record))
    with pytest.raises(AssertionError):
        compare("loop")


class _Shifted:
    def __init__(self, problem, grad):
        self.problem, self.original = problem, grad

    def __getattr__(self, name):
        return getattr(self.problem, name)

    def grad(self, theta, t):
        return self.original(self.problem, theta, t + (t > 20))


def test_a_seed_of_the_chunk_and_not_of_the_configuration_is_red(monkeypatch):
    found = lab.sweep(lab.SGD, {"lr": [0.1] * 6}, lab.problems.noisy, 9)
    monkeypatch.setattr(chunk, "seed_of", lambda seed, i: seeds.seed_of(seed, i % 2))
    again = lab.sweep(lab.SGD, {"lr": [0.1] * 6}, lab.problems.noisy, 9)
    assert found.theta.tolist() != again.theta.tolist()
    with pytest.raises(AssertionError):
        assert_same_as_run(again, lab.SGD, lab.problems.noisy)
