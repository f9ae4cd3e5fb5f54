"""Adafactor: the paper's sums, the libraries, and what it makes of a mean square."""

import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.adafactor import factored, mean_squares, rms
from tests.relatives import LR, RUNS, apart, distance, matrices, walk

BASE = {"lr": 0.0625, "power": 0.8, "eps1": 1e-3, "eps2": 0.5, "clip": 0.75, "rate": "relative",
        "scaled": True, "eps_at": "square", "axes": "last", "factor_from": 1, "weight_decay": 0.0}
FLIPS = {"lr": 0.5, "power": 0.5, "eps1": 1e-1, "eps2": 2.0, "clip": 1.0, "scaled": False,
         "eps_at": "floor", "factor_from": 5, "weight_decay": 0.1, "rate": "constant"}

TORCH = {"lr": LR, "eps1": "dtype", "eps_at": "floor"}
OPTAX = {"lr": LR, "rate": "constant", "axes": "largest", "factor_from": 2}
SAME = {
    **{("torch_adafactor", run): TORCH for run in ("vector", "matrix", "matrix drop", "tensor")},
    ("torch_adafactor", "settings"): {"lr": 1.0, "power": 0.5, "eps1": 0.5, "eps2": 2.0,
                                      "clip": 1.25, "eps_at": "floor"},
    ("torch_adafactor", "decay"): TORCH | {"weight_decay": 0.25},
    **{("keras_adafactor", run): {"lr": LR} for run in ("vector", "matrix", "tensor")},
    ("keras_adafactor", "settings"): {"lr": 1.0, "power": 0.5, "eps1": 0.5, "eps2": 2.0,
                                      "clip": 0.75},
    ("keras_adafactor", "not relative"): {"lr": 1.0},  # the flag does nothing, see below
    ("optax_adafactor", "matrix, decay in double"): OPTAX,
    ("optax_adafactor", "tensor, decay in double"): OPTAX,
    ("optax_adafactor", "matrix, not factored"): OPTAX | {"factor_from": 128},
    ("optax_adafactor", "factored rms"): OPTAX | {"scaled": False, "clip": "off"},
    ("optax_adafactor", "unscaled"): OPTAX | {"scaled": False, "clip": "off"}}
#: Here the library computes the decay 1 - t^-power in float32, also for float64 parameters.
IN_SINGLE = {
    ("optax_adafactor", "vector"): OPTAX, ("optax_adafactor", "matrix"): OPTAX,
    ("mlx_adafactor", "matrix"): {},
    ("mlx_adafactor", "constant"): {"lr": LR, "rate": "constant", "scaled": False}}


def algorithm_4(theta, gradients, *, lr, power, eps1, eps2, clip, rate, scaled, eps_at, axes,
                factor_from, weight_decay):
    """As printed: row and column sums, not means, of one matrix; (6) to (11) of the paper."""
    big_r, big_c, v, path = 0.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, 1):
        rho_t = min(lr, 1 / math.sqrt(t)) if rate == "relative" else lr
        alpha = max(eps2, math.sqrt(np.mean(theta**2))) * rho_t if scaled else rho_t
        beta = 1 - t ** (-power)
        q = g**2 + (eps1 if eps_at == "square" else 0)
        if min(theta.shape) >= factor_from:
            big_r = beta * big_r + (1 - beta) * q @ np.ones(g.shape[1])
            big_c = beta * big_c + (1 - beta) * np.ones(g.shape[0]) @ q
            total = np.sum(big_r)
            if eps_at == "floor":
                total = max(total, eps1 * g.size)
            v_hat = np.outer(big_r, big_c) / total
        else:
            v_hat = v = beta * v + (1 - beta) * q
        if eps_at == "floor":
            v_hat = np.maximum(v_hat, eps1**2)
        u = g / np.sqrt(v_hat)
        if clip != "off":
            u = u / max(1, math.sqrt(np.mean(u**2)) / clip)
        theta = theta - lr * weight_decay * theta - alpha * u
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize("eps_at", ["square", "floor"])
@pytest.mark.parametrize("chosen", [
    {}, {"rate": "constant"}, {"scaled": False}, {"clip": "off"}, {"clip": 3.0},
    {"factor_from": 5}, {"weight_decay": 0.1}, {"power": 0.0}, {"eps1": 1.0}, {"lr": 5.0}])
def test_the_papers_sums(eps_at, chosen):
    theta, gradients = matrices(0)
    said = BASE | chosen | {"eps_at": eps_at}
    assert distance(walk(lab.Adafactor(**said), theta, gradients),
                    algorithm_4(theta, gradients, **said)) < 1e-13


@pytest.mark.parametrize(("name", "run"), SAME)
def test_the_libraries(name, run):
    assert apart(lab.Adafactor(**SAME[name, run]), name, run) < 1e-12


@pytest.mark.parametrize(("name", "run"), IN_SINGLE)
def test_optax_and_mlx_compute_their_decay_in_single_precision(name, run):
    """That and nothing else is optax's difference: given a decay in float64 it agrees, above."""
    assert 1e-11 < apart(lab.Adafactor(**IN_SINGLE[name, run]), name, run) < 1e-6


def test_every_recorded_run_is_compared():
    assert set(SAME) | set(IN_SINGLE) == {(name, run) for name in RUNS
                                          if name.endswith("_adafactor") for run in RUNS[name]}


@pytest.mark.parametrize("axis", FLIPS)
def test_a_flipped_choice_is_another_path(axis):
    theta, gradients = matrices(1)
    base = BASE | {"lr": 1.0} if axis == "rate" else BASE  # a rate above 1 / sqrt(t)
    path = walk(lab.Adafactor(**base | {axis: FLIPS[axis]}), theta, gradients)
    assert distance(algorithm_4(theta, gradients, **base), path) > 1e-5


@pytest.mark.parametrize(("name", "run", "wrong"), [
    ("torch_adafactor", "settings", {"eps_at": "square"}),
    ("keras_adafactor", "settings", {"eps_at": "floor"}),
    ("torch_adafactor", "vector", {"eps1": 1e-3}), ("torch_adafactor", "matrix", {"clip": "off"}),
    ("torch_adafactor", "matrix", {"scaled": False}), ("torch_adafactor", "matrix", {"power": 0.7}),
    ("torch_adafactor", "decay", {"weight_decay": 0.0}),
    ("keras_adafactor", "not relative", {"rate": "constant"}),
    ("optax_adafactor", "tensor, decay in double", {"axes": "last"}),
    ("keras_adafactor", "tensor", {"axes": "largest"}),
    ("optax_adafactor", "matrix, not factored", {"factor_from": 2})])
def test_a_wrong_choice_is_seen_in_the_recorded_runs(name, run, wrong):
    assert apart(lab.Adafactor(**SAME[name, run] | wrong), name, run) > 1e-6


def test_keras_is_relative_whatever_is_said():
    """relative_step=False leaves the minimum with 1 / sqrt(t) where it is."""
    name, run = "keras_adafactor", "not relative"
    assert "relative_step=False" in RUNS[name][run][1]
    assert apart(lab.Adafactor(lr=1.0, rate="relative"), name, run) < 1e-12
    assert apart(lab.Adafactor(lr=1.0, rate="constant"), name, run) > 0.1


def test_of_rank_one_nothing_is_lost():
    """Exact in powers of two: the mean square is the outer product it came from."""
    q = np.outer([1.0, 4.0, 16.0, 64.0], [2.0, 8.0])
    r, c = mean_squares(q, np.zeros((4, 1)), np.zeros((1, 2)), 0.0)
    assert np.allclose(factored(r, c), q, rtol=1e-15)
    assert np.array_equal(np.mean(factored(r, c), axis=1, keepdims=True), r)


def test_it_has_the_row_and_column_means_it_came_from():
    q = np.random.default_rng(0).random((5, 7))
    s = factored(*mean_squares(q, np.zeros((5, 1)), np.zeros((1, 7)), 0.0))
    assert np.allclose(s.mean(0), q.mean(0), rtol=1e-14) and np.allclose(s.mean(1), q.mean(1))
    assert np.abs(s - q).max() > 0.1


def test_a_vector_is_debiased_rmsprop_with_a_growing_memory():
    """rho_t = 1 - t^-power is the mean of all squares for power 1: AdaGrad with sqrt(t) in lr."""
    rng = np.random.default_rng(2)
    theta, gradients = rng.standard_normal(5), rng.standard_normal((30, 5))
    plain = {"scaled": False, "clip": "off", "eps1": 0.0}
    path = walk(lab.Adafactor(0.1, power=1.0, rate="constant", **plain), theta, gradients)
    opt, there, same = lab.AdaGrad(0.1, eps=0.0), theta.copy(), []
    for t, g in enumerate(gradients, 1):
        opt.lr = 0.1 * math.sqrt(t)
        opt.step(there, g)
        same.append(there.copy())
    assert distance(path, np.array(same)) < 1e-13


def test_the_scale_of_the_gradient_does_not_matter_without_eps():
    theta, gradients = matrices(3)
    a, b = (walk(lab.Adafactor(eps1=0.0), theta, gradients * k) for k in (1.0, 2.0**40))
    assert a.tobytes() == b.tobytes()
    assert distance(walk(lab.Adafactor(), theta, gradients * 2.0**-52), a) > 1e-3 > distance(
        walk(lab.Adafactor(), theta, gradients), a)


@pytest.mark.parametrize("shape", [(6, 4), (5,)])
def test_no_step_is_longer_than_its_bound(shape):
    """The root mean square of a step is at most lr max(eps2, rms(theta)) clip."""
    rng = np.random.default_rng(4)
    theta, opt = rng.standard_normal(shape), lab.Adafactor(0.25, clip=1.5, rate="constant")
    longest = 0.0
    for _ in range(50):
        before = theta.copy()
        opt.step(theta, rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 6))
        bound = 0.25 * float(rms(before)) * 1.5
        longest = max(longest, float(rms(theta - before)) / bound)
    assert 0.9 < longest <= 1 + 1e-12


@pytest.mark.parametrize("eps_at", ["square", "floor"])
@pytest.mark.parametrize("shape", [(3, 4), (4,)])
def test_no_gradient_no_step_in_single_precision(shape, eps_at):
    """r c would be 1e-60 there, which is 0 in float32, and 0 / 0 the step."""
    eps1 = 1e-30 if eps_at == "square" else "dtype"
    theta = np.ones(shape, np.float32)
    for _ in range(3):
        lab.Adafactor(eps1=eps1, eps_at=eps_at).step(theta, np.zeros(shape, np.float32))
    assert (theta == 1).all() and theta.dtype == np.float32


def test_in_torch_a_small_gradient_in_single_precision_is_not_normalised():
    """|g| = 1e-9, below the spacing 1.2e-7 that is its floor: .0084 of the paper's step."""
    theta = {"square": np.ones(4, np.float32), "floor": np.ones(4, np.float32)}
    for eps_at, x in theta.items():
        eps1 = 1e-30 if eps_at == "square" else "dtype"
        lab.Adafactor(0.5, eps1=eps1, eps_at=eps_at).step(x, np.full(4, 1e-9, np.float32))
    assert theta["square"][0] == 0.5
    assert (1 - theta["floor"][0]) / 0.5 == pytest.approx(1e-9 / 2.0**-23, rel=1e-3)
