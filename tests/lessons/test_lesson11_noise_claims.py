"""Lesson 11, (11.19) to (11.22): decay under noise, and a consistent objective after all; checked
without the lab's own code."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
import sympy
from scipy.optimize import minimize_scalar

from rmsprop_lab import decay
from tests.lessons.lesson11_walks import TARGET, H, falling, plain, slope, turned


@pytest.mark.parametrize(("sigma", "printed"), [("0.01", "0.0183"), ("0.1", "0.670"),
                                                ("1", "0.961"), ("10", "0.996")])
def test_eq_11_19_the_shares_that_are_left(sigma, printed):
    with localcontext() as context:
        context.prec = 40
        coupled = (1 - 2 * Decimal("0.00025") * Decimal("0.02") / Decimal(sigma)) ** 4000
        places = Decimal(printed)
        assert coupled.quantize(places) == places
        alike = (1 - 2 * Decimal("0.00025") * Decimal("0.02")) ** 4000
        assert alike.quantize(Decimal("0.0001")) == Decimal("0.9608")
    found = decay.kept(0.02, 2.5e-4, 4000, root=float(sigma))
    assert found == pytest.approx(float(coupled), rel=1e-9)


def test_eq_11_19_is_what_unseen_weights_do_under_noise():
    rng, sigma = np.random.default_rng(19), np.array([0.1, 1.0, 10.0])
    theta, v = np.ones((2, 3)), sigma**2
    for draw in rng.standard_normal((2000, 3)):
        g = np.array([[1.0], [-1.0]]) * sigma * draw
        v = 0.999 * v + 0.001 * g**2
        theta = theta - 5e-4 * (g + 0.04 * theta) / np.sqrt(v)
    left = theta.mean(axis=0)
    assert left == pytest.approx((1 - 2 * 5e-4 * 0.02 / sigma) ** 2000, rel=5e-3)
    assert left != pytest.approx((1 - 2 * 5e-4 * 0.02) ** 2000 + 0 * sigma, rel=1e-2)


def noisy_mean(penalty, sigma, lr, steps=6000, pairs=40):
    rng = np.random.default_rng(20)
    theta, v, total = np.full((2, pairs), 2.0), 1 + sigma**2, 0.0  # near the rest, to save steps
    for t in range(steps):
        g = (theta - 3.0) + sigma * np.array([[1.0], [-1.0]]) * rng.standard_normal(pairs)
        pulled = g + 0.5 * theta  # lam = .25
        v = 0.999 * v + 0.001 * (pulled if penalty == "seen" else g) ** 2
        if penalty == "decoupled":
            theta = (1 - 0.5 * lr) * theta - lr * g / np.sqrt(v)
        else:
            theta = theta - lr * pulled / np.sqrt(v)
        total = total + theta.mean() * (t >= steps // 2)
    return total / (steps - steps // 2)


@pytest.mark.parametrize("sigma", [0.5, 3.0])
def test_eq_11_20_where_the_noisy_walk_rests(sigma):
    """Curvature 1, minimum 3, lam .25: ridge and wall both at 2; the noise takes them apart."""
    low, high = 0.0, 2.0
    for _ in range(60):
        x = (low + high) / 2
        g = x - 3.0
        low, high = (x, high) if 0.5 * x < -g / math.hypot(g, sigma) else (low, x)
    assert noisy_mean("decoupled", sigma, 0.004) == pytest.approx(low, abs=0.02)
    found = decay.rest(np.array([1.0]), np.array([3.0]), 0.25, sigma=sigma)[0]
    assert found == pytest.approx(low, abs=1e-9)
    assert low < 1.95
    assert noisy_mean("seen", sigma, 0.01) == pytest.approx(2.0, abs=0.01)


def test_eq_11_21_has_the_slope_of_11_20():
    x, lam, sigma = sympy.symbols("x lam sigma", positive=True)
    q = 2 * lam * x
    penalty = sigma / (2 * lam) * (1 - sympy.sqrt(1 - q**2))
    pull = sympy.diff(penalty, x)
    assert sympy.simplify(pull - sigma * q / sympy.sqrt(1 - q**2)) == 0
    # the slope -g = pull satisfies (11.20) squared
    assert sympy.simplify(pull**2 / (pull**2 + sigma**2) - q**2) == 0
    series = sympy.series(penalty, x, 0, 4).removeO()
    assert sympy.simplify(series - lam * sigma * x**2) == 0
    at = np.array([0.3, -1.1, 1.9])
    values = [float(penalty.subs({x: abs(a), lam: 0.25, sigma: 1.5})) for a in at]
    assert decay.noise_barrier(at, 0.25, 1.5) == pytest.approx(values, rel=1e-12)


def test_eq_11_22_has_the_slope_of_11_11():
    x, lam, eps = sympy.symbols("x lam eps", positive=True)
    q = 2 * lam * x
    barrier = eps * (sympy.log(1 / (1 - q)) / (2 * lam) - x)
    pull = sympy.simplify(sympy.diff(barrier, x))
    assert sympy.simplify(pull - eps * q / (1 - q)) == 0
    assert sympy.simplify(pull / (pull + eps) - q) == 0  # (11.11) with |g| = pull
    series = sympy.series(barrier, x, 0, 3).removeO()
    assert sympy.simplify(series - eps * lam * x**2) == 0
    at = np.array([0.3, -1.1, 1.9])
    values = [float(barrier.subs({x: abs(a), lam: 0.25, eps: 1.5})) for a in at]
    assert decay.eps_barrier(at, 0.25, 1.5) == pytest.approx(values, rel=1e-12)


def test_eq_11_22_is_what_the_walk_makes_small():
    guards = np.array([[1e-2], [1.0], [30.0]])
    ends = plain(slope, np.zeros((3, 2)), 0.4, "decoupled", falling(), eps=guards)[-1]
    for (eps,), end in zip(guards, ends, strict=True):
        for h, aim, x in zip(H, TARGET, end, strict=True):
            cost = lambda s, h=h, aim=aim, eps=eps: (h * (s - aim) ** 2 / 2 + eps * (  # noqa: E731
                -math.log(1 - 0.8 * s) / 0.8 - s))
            best = minimize_scalar(cost, bounds=(0, 1.25 - 1e-12), method="bounded",
                                   options={"xatol": 1e-10}).x
            assert x == pytest.approx(best, abs=1e-4)
            assert x != pytest.approx(h * aim / (h + 0.8), abs=1e-3)  # not the coupled landing


def test_levenberg_marquardt_never_moves_the_minimum():
    matrix, aim = turned()
    for damping in (0.1, 10.0):
        theta = np.zeros(2)
        for _ in range(2000):
            theta = theta - np.linalg.solve(matrix + damping * np.eye(2), matrix @ (theta - aim))
        assert theta == pytest.approx(aim, abs=1e-9)
