"""Lesson 3's AdaGrad: the formulas a second time, its relation to RMSprop, and the numbers."""

import itertools
import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.adagrad import adagrad, family
from tests.core.formulas import adagrad_path, follow, furthest, stream

BASE = {"lr": 0.1, "eps": 1e-10, "eps_at": "outside", "accumulator0": 0.0, "weight_decay": 0.0}


def test_exact_with_powers_of_two():
    assert adagrad(1.0, 3.0, 16.0, lr=0.5, eps=1.0) == (0.75, 25.0)
    assert family.variant(eps_at="inside")(1.0, 2.0, 0.0, lr=0.5, eps=12.0) == (0.75, 4.0)


@pytest.mark.parametrize(("eps", "eps_at", "accumulator0", "weight_decay"), [*itertools.product(
    (1e-10, 1e-3), ("outside", "inside"), (0.0, 0.1), (0.0, 0.1))])
def test_the_formulas(eps, eps_at, accumulator0, weight_decay):
    theta, gradients = stream(0)
    chosen = {"lr": 0.1, "eps": eps, "eps_at": eps_at, "accumulator0": accumulator0,
              "weight_decay": weight_decay}
    error = furthest(adagrad_path(theta, gradients, **chosen),
                     follow(lab.AdaGrad(**chosen), theta, gradients))
    assert error < 1e-14


@pytest.mark.parametrize(("axis", "value", "context"), [
    ("eps", 1e-2, {}), ("eps_at", "inside", {"eps": 1e-2}), ("accumulator0", 0.1, {}),
    ("weight_decay", 0.1, {})])
def test_a_flipped_axis_is_another_path(axis, value, context):
    theta, gradients = stream(0)
    path = adagrad_path(theta, gradients, **BASE | context)
    flipped = lab.AdaGrad(**BASE | context | {axis: value})
    assert furthest(path, follow(flipped, theta, gradients)) > 1e-5


def test_it_is_rmsprop_with_a_mean_instead_of_a_leaky_mean():
    """rho_t = 1 - 1/t, lr_t = lr / sqrt(t), eps_t = eps / sqrt(t)."""
    theta, gradients = stream(1)
    opt, there, path = lab.RMSprop(), theta.copy(), [theta.copy()]
    for t, g in enumerate(gradients, 1):
        opt.rho, opt.lr, opt.eps = 1 - 1 / t, 0.1 / math.sqrt(t), 1e-3 / math.sqrt(t)
        opt.step(there, g)
        path.append(there.copy())
    path = np.array(path)
    assert furthest(follow(lab.AdaGrad(0.1, eps=1e-3), theta, gradients), path) < 1e-13


def test_the_first_step_is_lr_whatever_the_gradient():
    theta = np.zeros(4)
    lab.AdaGrad(0.5, eps=0.0).step(theta, np.array([1e-150, 3.0, -1e150, 2.0**-60]))
    assert theta.tolist() == [-0.5, -0.5, 0.5, -0.5]


def test_a_constant_gradient_travels_without_bound():
    """The distance after T steps is the sum of lr / sqrt(t), about 2 lr sqrt(T)."""
    theta = s = 0.0
    for t in range(1, 2001):
        theta, s = adagrad(theta, 3.0, s, lr=0.1, eps=0.0)
        if t == 30:
            assert s == 270 and 0.1 / math.sqrt(s) == pytest.approx(0.00609, abs=5e-6)
    roots = 0.1 / np.sqrt(np.arange(1, 1_000_001))
    assert -theta == pytest.approx(math.fsum(roots[:2000]), rel=1e-12)
    assert math.fsum(roots) == pytest.approx(199.85, abs=5e-3)


def test_on_a_parabola_it_converges_linearly():
    """The sum of squares settles, since the gradients vanish: it does not stop short."""
    x, s, path = 1.0, 0.0, []
    for _ in range(2000):
        x, s = adagrad(x, x, s, lr=0.1, eps=0.0)
        path.append(x)
    assert s == pytest.approx(10.0402, abs=5e-5) and abs(x) == pytest.approx(9e-29, rel=0.06)
    assert path[-1] / path[-2] == pytest.approx(1 - 0.1 / math.sqrt(s), rel=1e-12)


def test_on_the_bench():
    theta, opt = np.array([-5.0, -2.0]), lab.AdaGrad(0.4)
    for t in range(1000):
        opt.step(theta, np.array([0.2, 4.0]) * theta)
        if t == 19:
            assert np.allclose(theta, [-2.382563, -0.158591], atol=5e-7)
    assert theta[0] == pytest.approx(-1.9e-9, rel=0.01)
    assert theta[1] == pytest.approx(-1e-48, rel=0.05)
    assert np.allclose(opt.state["s"], [14.4321, 232.4219], atol=5e-5)


def test_noise_that_persists_makes_the_sum_grow_with_time():
    rng, theta, opt = np.random.default_rng(0), np.ones(1), lab.AdaGrad(0.1)
    for _ in range(4000):
        opt.step(theta, theta + rng.standard_normal(1))
    assert opt.state["s"][0] / 4000 == pytest.approx(1.0, abs=0.15)


def test_the_default_of_the_family_is_the_rule_of_the_lesson():
    for language in ("c", "cuda", "numba"):
        plain = adagrad.source(language)
        assert family.variant().source(language).replace("family", "adagrad") == plain
        other = family.variant(eps_at="inside").source(language)
        assert other.replace("family", "adagrad") != plain
