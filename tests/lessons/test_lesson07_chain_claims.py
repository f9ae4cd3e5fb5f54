"""Lesson 7, (7.39) to (7.42): how much a memory can help, on the chain; without the lab's code."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab import momentum
from tests.lessons.lesson07_symbols import rho, zero


def chain(theta, kappa, r):
    """The slopes of (7.39), in the numbers of theta."""
    n = len(theta)
    at = [1, *theta, r * theta[-1]]
    return [(kappa - 1) * (2 * at[i] - at[i - 1] - at[i + 1]) / 4 + at[i] for i in range(1, n + 1)]


@pytest.mark.parametrize(("kappa", "r"), [(9, Fraction(1, 2)), (100, Fraction(9, 11))])
def test_eq_7_39_minimum_and_curvatures_of_the_chain(kappa, r):
    star = [r**i for i in range(1, 13)]
    assert r + 1 / r == 2 + Fraction(4, kappa - 1)
    assert chain(star, kappa, r) == [0] * 12
    assert any(chain([(r / 2) ** i for i in range(1, 13)], kappa, r))
    zeros = [Fraction(0)] * 12
    rows = []
    for k in range(12):
        one = [Fraction(int(i == k)) for i in range(12)]
        rows.append([float(a - b) for a, b in zip(chain(one, kappa, r), chain(zeros, kappa, r),
                                                  strict=True)])
    h = np.array(rows)
    assert (h == h.T).all() and 1 <= np.linalg.eigvalsh(h).min()
    assert 0.9 * kappa < np.linalg.eigvalsh(h).max() <= kappa
    d = np.random.default_rng(7).standard_normal(12)
    s = d[0] ** 2 + (np.diff(d) ** 2).sum() + (1 - float(r)) * d[-1] ** 2
    assert d @ h @ d == pytest.approx(d @ d + (kappa - 1) / 4 * s)
    assert 0 <= s <= 4 * (d @ d)


def test_eq_7_40_any_weights_and_any_divisors_in_exact_fractions():
    r, kappa, n = Fraction(1, 2), 9, 10
    star = [r**i for i in range(1, n + 1)]
    rng = np.random.default_rng(740)
    def whole(low, high):
        return Fraction(int(rng.integers(low, high)), 16)
    for _ in range(5):
        theta, seen = [Fraction(0)] * n, []
        for step in range(1, n + 1):
            seen.append(chain(theta, kappa, r))
            theta = [x - sum(whole(-8, 20) * g[i] / (whole(1, 40)) for g in seen)
                     for i, x in enumerate(theta)]
            assert not any(theta[step:])
            far = sum((a - b) ** 2 for a, b in zip(theta, star, strict=True))
            least = r ** (2 * step) * (1 - r ** (2 * (n - step))) / (1 - r ** (2 * n))
            assert far >= least * sum(a * a for a in star)
            assert momentum.limit(0.5, step, n) == pytest.approx(math.sqrt(least), rel=1e-14)
    assert momentum.limit(0.5, 20) == 0.5**20 == pytest.approx(momentum.limit(0.5, 20, 200))
    full = [r ** (i + 1) if i < n else 0 for i in range(n)]  # what a full matrix does in one step
    assert not any(chain(full, kappa, r))


def test_eq_7_40_the_best_of_all_combinations_is_the_limit():
    """Least squares over what a method can reach with the slopes: the first t coordinates."""
    r, n = 9 / 11, 60
    star = r ** np.arange(1, n + 1)
    for t in (1, 7, 40):
        reach = np.eye(n)[:, :t]
        best = reach @ np.linalg.lstsq(reach, star, rcond=None)[0]
        share = np.linalg.norm(best - star) / np.linalg.norm(star)
        assert share == pytest.approx(momentum.limit(r, t, n), rel=1e-9)
        assert share != pytest.approx(r**t, rel=1e-9) or t < 40


METHODS = [lab.SGD(lr=0.02), lab.SGD(lr=0.02, momentum=0.5, nesterov=True), lab.AdaGrad(lr=0.125),
           lab.RMSprop(lr=0.03), lab.RMSprop(lr=0.004, momentum=0.9),
           lab.RMSprop(lr=0.01, centered=True), lab.AdaDelta(lr=10.0), lab.Adam(lr=0.06),
           lab.Adam(lr=0.06, amsgrad="raw"), lab.Adamax(lr=0.06), lab.NAdam(lr=0.06),
           lab.AdaBelief(lr=0.06), lab.SGD(lr=4 / 121, momentum=81 / 121)]


@pytest.mark.parametrize("opt", METHODS, ids=lambda opt: type(opt).__name__)
def test_eq_7_40_every_method_of_the_lab_sleeps_beyond_t(opt):
    r = 9 / 11
    star = r ** np.arange(1, 61)
    path = lab.run(opt, lab.problems.Chain(60, 100.0), 59).theta
    for t in range(60):
        assert (path[t, t:] == 0).all() and (t == 0 or path[t, t - 1] != 0)
        share = np.linalg.norm(path[t] - star) / np.linalg.norm(star)
        assert share >= momentum.limit(r, t, 60) * (1 - 1e-9)


def test_eq_7_41_the_ball_puts_one_coordinate_in_place_at_each_step():
    for kappa, r in ((9, Fraction(1, 2)), (100, Fraction(9, 11))):
        eta = Fraction(4) / (1 + math.isqrt(kappa)) ** 2
        assert eta * (kappa - 1) / 4 == r
        n = 8
        theta, b = [Fraction(0)] * n, [Fraction(0)] * n
        for step in range(1, n + 1):
            b = [r * r * a + g for a, g in zip(b, chain(theta, kappa, r), strict=True)]
            theta = [x - eta * a for x, a in zip(theta, b, strict=True)]
            assert theta == [r**i if i <= step else 0 for i in range(1, n + 1)]


def test_eq_7_42_the_ceiling_holds_and_is_reached_at_the_right_edge():
    w, k = sympy.symbols("w k", real=True)
    def solution(at):
        return rho**at * (sympy.sin((at + 1) * w) - rho * sympy.sin(at * w)) / sympy.sin(w)
    assert zero(solution(0) - 1) and zero((solution(-1) - 1).rewrite(sympy.exp))
    recursion = solution(k) - 2 * rho * sympy.cos(w) * solution(k - 1) + rho**2 * solution(k - 2)
    assert zero(sympy.expand_trig(sympy.expand(recursion).rewrite(sympy.exp)))
    for kappa in (2.0, 20.0, 400.0):
        eta, m, r = momentum.best(1.0, kappa)
        curvatures = np.geomspace(1.0, kappa, 400)
        theta, b = np.ones(400), np.zeros(400)
        for step in range(1, 80):
            b = m * b + curvatures * theta
            theta = theta - eta * b
            ceiling = (1 + (1 + r) * step) * r**step
            assert abs(theta).max() <= ceiling * (1 + 1e-7)
            assert abs(theta[-1]) == pytest.approx(ceiling, rel=1e-6)
            assert momentum.ceiling(r, step) == pytest.approx(ceiling, rel=1e-14)
