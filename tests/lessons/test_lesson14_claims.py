"""Lesson 14: each displayed equation that claims something, checked without the lab's code.

The lab's own names appear only where a test compares it with what was computed here.
"""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from scipy.special import erf

from rmsprop_lab import noise

ETA, NEW, KAPPA, B, SIGMA, SLOPE, LAM, RHO, EPS, V = sympy.symbols(
    "eta new kappa B sigma slope lam rho eps v", positive=True)
ROOT = sympy.sqrt


def same(a, b):
    return sympy.simplify(a - b) == 0


def moments(values):
    """Mean and variance of equally likely exact values."""
    mean = sum(values) / len(values)
    return mean, sum((x - mean) ** 2 for x in values) / len(values)


def signs(n):
    """All 2^n lists of kicks +1 and -1: mean 0, variance 1, independent."""
    return itertools.product((Fraction(1), Fraction(-1)), repeat=n)


@pytest.mark.parametrize("batch", [1, 2, 5, 8])
def test_eq_14_1_and_14_2_the_variance_of_a_mean(batch):
    slope, sigma = Fraction(3, 7), Fraction(5, 3)
    drawn = [slope + sigma * sum(kicks) / batch for kicks in signs(batch)]
    assert moments(drawn) == (slope, sigma**2 / batch)
    summed = [slope + sigma * sum(kicks) for kicks in signs(batch)]
    assert batch == 1 or moments(summed)[1] != sigma**2 / batch


def test_eq_14_3_drift_and_spread_of_n_steps():
    a, b = Fraction(-2, 9), Fraction(4, 5)
    for n in (1, 2, 7):
        ends = [sum(a + b * kick for kick in kicks) for kicks in signs(n)]
        assert moments(ends) == (n * a, n * b**2)
    assert moments(ends)[1] != (n * b) ** 2  # kicks that do not cancel


def drift_and_variance(lr, root, batch):
    """Of one step -lr (slope + sigma xi / root of batch) / root."""
    return lr * SLOPE / root, (lr * SIGMA / ROOT(batch) / root) ** 2


def demands(root_old, root_new):
    """The lr that each demand wants: kappa steps on B against one on kappa B."""
    old, new = drift_and_variance(ETA, root_old, B), drift_and_variance(NEW, root_new, KAPPA * B)
    return [sympy.solve(sympy.Eq(KAPPA * o, n), NEW) for o, n in zip(old, new, strict=True)]


def test_eq_14_4_to_14_6_both_demands_of_gradient_descent():
    one = sympy.Integer(1)
    for found in demands(one, one):
        assert len(found) == 1 and same(found[0], KAPPA * ETA)
        assert not same(found[0], ROOT(KAPPA) * ETA)


def test_eq_14_7_the_mean_square():
    slope, sigma = Fraction(3, 7), Fraction(5, 3)
    for batch in (1, 3, 6):
        squares = [(slope + sigma * sum(kicks) / batch) ** 2 for kicks in signs(batch)]
        assert moments(squares)[0] == slope**2 + sigma**2 / batch
        assert moments(squares)[0] != sigma**2 / batch


def test_eq_14_8_the_kick_does_not_know_the_batch():
    xi = sympy.Symbol("xi")
    step = -ETA * (SLOPE + SIGMA * xi / ROOT(B)) / (SIGMA / ROOT(B))
    assert same(step, -ETA * (ROOT(B) / SIGMA * SLOPE + xi))
    assert same(step.expand().coeff(xi), -ETA)
    assert (-ETA * (SLOPE + SIGMA * xi / ROOT(B))).expand().coeff(xi).has(B)  # descent's does


def test_eq_14_9_both_demands_of_rmsprop():
    for found in demands(SIGMA / ROOT(B), SIGMA / ROOT(KAPPA * B)):
        assert len(found) == 1 and same(found[0], ROOT(KAPPA) * ETA)
        assert not same(found[0], KAPPA * ETA)


def test_eq_14_10_the_memory_in_samples():
    new = 1 - KAPPA * (1 - RHO)
    assert same(KAPPA * B / (1 - new), B / (1 - RHO))
    assert not same(KAPPA * B / (1 - (1 - ROOT(KAPPA) * (1 - RHO))), B / (1 - RHO))
    small = sympy.series(((1 - EPS) ** KAPPA) - (1 - KAPPA * EPS), EPS, 0, 2).removeO()
    assert small == 0  # to first order it is what kappa steps forget


def test_eq_14_11_to_14_13_the_guard_the_longest_step_and_the_rate():
    lr, keep = ROOT(KAPPA) * ETA, 1 - KAPPA * (1 - RHO)
    outside = ROOT(V / KAPPA) + EPS / ROOT(KAPPA)
    assert same(outside, (ROOT(V) + EPS) / ROOT(KAPPA))
    assert same(ROOT(V / KAPPA + EPS / KAPPA), ROOT(V + EPS) / ROOT(KAPPA))
    assert same(lr / ROOT(1 - keep), ETA / ROOT(1 - RHO))
    assert same(lr / outside, KAPPA * ETA / (ROOT(V) + EPS))
    assert not same(lr / (ROOT(V / KAPPA) + EPS), KAPPA * ETA / (ROOT(V) + EPS))


def test_eq_14_14_the_share_of_a_step():
    x = sympy.Symbol("x")
    r = ETA * LAM * ROOT(B) / SIGMA
    step = x - ETA * LAM * x / (SIGMA / ROOT(B))
    assert same(step, (1 - r) * x) and not same(step, (1 - r / ROOT(B)) * x)
    at = {ETA: Fraction(1, 2), LAM: Fraction(1, 4), SIGMA: 2, B: 16}
    assert noise.pull(0.5, 0.25, 2 / math.sqrt(16)) == float(r.subs(at))


@pytest.mark.parametrize("t", [1, 2, 9])
def test_eq_14_15_and_14_16_all_walks_of_t_steps(t):
    r, eta, start = Fraction(1, 5), Fraction(2, 3), Fraction(7, 2)
    ends = []
    for kicks in signs(t):
        x = start
        for kick in kicks:
            x = (1 - r) * x - eta * kick
        ends.append(x)
    variance = eta**2 / (r * (2 - r)) * (1 - (1 - r) ** (2 * t))
    assert moments(ends) == ((1 - r) ** t * start, variance)
    assert variance != eta**2 / (2 * r) * (1 - (1 - r) ** (2 * t))
    mean, spread = noise.ar1(t, x0=float(start), r=float(r), kick=float(eta))
    assert (mean, spread**2) == pytest.approx(tuple(map(float, moments(ends))), rel=1e-12)


def test_eq_14_17_the_limit_of_small_steps():
    r, tau = sympy.symbols("r tau", positive=True)
    assert sympy.limit((1 - r) ** (tau / r), r, 0) == sympy.exp(-tau)
    assert sympy.limit(2 * r / (r * (2 - r)), r, 0) == 1
    settled = (ETA**2 / (2 * r)).subs(r, ETA * LAM * ROOT(B) / SIGMA)
    assert same(settled, ETA * SIGMA / (2 * LAM * ROOT(B)))
    assert not same(settled, ETA * SIGMA / (2 * LAM * B))
    mean, spread = noise.limit(0.4, x0=1.0, variance=0.5)
    assert (mean, spread) == pytest.approx((math.exp(-0.4), math.sqrt(0.5 - 0.5 * math.exp(-0.8))))


def test_eq_14_18_what_the_batch_does_to_time_and_spread():
    p, t = sympy.symbols("p t", positive=True)
    pull = ETA * LAM * ROOT(B) / SIGMA
    now = {ETA: KAPPA**p * ETA, B: KAPPA * B}
    larger = pull.subs(now, simultaneous=True)
    shift = KAPPA ** (p - sympy.Rational(1, 2))
    assert same(larger * t / KAPPA / (pull * t), shift)
    variance = (ETA * SIGMA / (2 * LAM * ROOT(B)))
    assert same(variance.subs(now, simultaneous=True) / variance, shift)
    assert shift.subs(p, sympy.Rational(1, 2)) == 1 and shift.subs(p, 1) != 1


def test_eq_14_19_every_gradient_enters_once():
    beta, gs = Fraction(4, 5), [Fraction(k * k - 7, 3) for k in range(12)]
    m, total = Fraction(0), Fraction(0)
    for g in gs:
        m = beta * m + (1 - beta) * g
        total += m
    n = len(gs)
    assert total == sum((1 - beta ** (n - i + 1)) * g for i, g in enumerate(gs, 1))
    assert total != sum((1 - beta ** (n - i)) * g for i, g in enumerate(gs, 1))


def test_bias_correction_lets_the_first_few_gradients_count_for_more():
    """The weight of g_i in the sum of all m_t / (1 - beta^t), up to a step far away."""
    beta, n = 0.9, 400
    weight = {i: sum((1 - beta) * beta ** (t - i) / (1 - beta**t) for t in range(i, n + 1))
              for i in (1, 2, 50, 200)}
    assert weight[1] > weight[2] > 1.5
    assert weight[50] == pytest.approx(1, abs=0.01) and weight[200] == pytest.approx(1, abs=1e-6)


def test_adam_differs_from_rmsprop_by_the_start_alone():
    """The same noise, v at that of the noise: spreads with and without the correction of m."""
    chains, beta, noise_of = 4000, 0.9, np.random.default_rng(5).standard_normal((400, 4000))
    ends = {}
    for name in ("none", "average", "corrected"):
        x, m = np.ones(chains), np.zeros(chains)
        for t, xi in enumerate(noise_of, 1):
            m = 0.01 * x + xi if name == "none" else beta * m + (1 - beta) * (0.01 * x + xi)
            x = x - 0.01 * (m / (1 - beta**t) if name == "corrected" else m)
        ends[name] = x.std()
    assert ends["corrected"] > 1.005 * ends["none"] > 1.005 * ends["average"]


def test_eq_14_20_the_floor_does_not_know_the_curvature():
    floor = LAM / 2 * ETA * SIGMA / (2 * LAM * ROOT(B))
    assert same(floor, ETA * SIGMA / (4 * ROOT(B))) and same(sympy.diff(floor, LAM), 0)
    assert not same(sympy.diff(ETA**2 * LAM / 8, LAM), 0)  # the cycle's floor does


def test_eq_14_21_to_14_23_from_the_cycle_to_the_noise():
    quarter = ETA * LAM / 4
    root = quarter + ROOT(quarter**2 + SIGMA**2 / B)  # (14.23)
    variance = ETA * root / (2 * LAM)  # (14.22)
    assert same(sympy.expand(root**2), sympy.expand(LAM**2 * variance + SIGMA**2 / B))  # (14.21)
    r = ETA * LAM / root
    rest = (1 - r) ** 2 * variance + ETA**2 * SIGMA**2 / (B * root**2) - variance
    assert same(rest, 0)
    other = variance * sympy.Rational(11, 10)
    assert not same((1 - r) ** 2 * other + ETA**2 * SIGMA**2 / (B * root**2) - other, 0)
    assert same(sympy.limit(ROOT(variance), SIGMA, 0), ETA / 2)
    assert same(sympy.limit(variance / (ETA * SIGMA / (2 * LAM * ROOT(B))), ETA, 0), 1)
    at = {ETA: 0.5, LAM: 3, SIGMA: 0.7, B: 1}
    expected = float(root.subs(at)), float(ROOT(variance).subs(at))
    assert noise.settled(0.5, 3.0, 0.7) == pytest.approx(expected, rel=1e-12)


def walk(lam, sigma, lr, rho, steps, chains, x0=0.0, seed=3, late=False):
    """RMSprop in plain NumPy from the v of pure noise; x, or the mean square of its second half."""
    rng, squares = np.random.default_rng(seed), []
    x, v = np.full(chains, x0), np.full(chains, sigma**2)
    for t in range(steps):
        g = lam * x + sigma * rng.standard_normal(chains)
        v = rho * v + (1 - rho) * g * g
        x = x - lr * g / np.sqrt(v)
        if late and t >= steps // 2:
            squares.append(float((x * x).mean()))
    return float(np.mean(squares)) if late else x


@pytest.mark.parametrize("sigma", [0.2, 0.5, 2.0])
def test_eq_14_23_is_what_a_walk_does(sigma):
    measured = walk(1.0, sigma, 1.0, 0.995, 4000, 200, x0=0.5, late=True)
    root = 0.25 + math.sqrt(0.0625 + sigma**2)
    assert measured == pytest.approx(root / 2, rel=0.03)
    assert measured != pytest.approx(sigma / 2, rel=0.1)  # noise alone is not enough


def test_eq_14_24_where_slopes_dominate_the_rule_is_linear():
    for found in demands(SLOPE, SLOPE):
        assert len(found) == 1 and same(found[0], KAPPA * ETA)


def test_eq_14_25_the_border():
    ratio = KAPPA * (ETA * LAM / 4) ** 2 / (SIGMA**2 / (KAPPA * B))
    border, = sympy.solve(sympy.Eq(ratio, 1), KAPPA)
    assert same(border, 4 * SIGMA / (ETA * LAM * ROOT(B)))
    assert same(border, 4 / (ETA * LAM * ROOT(B) / SIGMA))
    assert same(ratio.subs(KAPPA, 3 * KAPPA) / ratio, 9)


def test_eq_14_26_the_mean_sign():
    s = sympy.Symbol("s", positive=True)
    mean = sympy.erf(s / ROOT(2))  # P(-s < xi < s)
    assert same(sympy.series(mean, s, 0, 2).removeO(), ROOT(2 / sympy.pi) * s)
    draws = np.random.default_rng(1).standard_normal(400_000)
    assert np.sign(0.5 + draws).mean() == pytest.approx(erf(0.5 / math.sqrt(2)), abs=0.006)
    assert np.sign(0.05 + draws).mean() / 0.05 != pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("kappa", "power", "mean", "spread"), [
    (16, 0.5, 0.668, 0.523), (16, 1.0, 0.202, 1.376), (4, 1.0, 0.449, 0.896)])
def test_the_recorded_means_and_spreads(kappa, power, mean, spread):
    x = walk(0.01, kappa**-0.5, 0.01 * kappa**power, 1 - kappa * 0.001, 4000 // kappa, 20_000,
             x0=1.0)
    assert x.mean() == pytest.approx(mean, abs=0.02 * max(1, spread))
    assert x.std() == pytest.approx(spread, abs=0.015)
    other = 1.5 - power
    shift = kappa ** (other - 0.5)
    assert x.std() != pytest.approx(noise.limit(0.4 * shift, x0=1.0, variance=0.5 * shift)[1],
                                    abs=0.1)


def test_rmsprop_under_the_rule_of_the_other_method_is_told_apart():
    root = walk(0.01, 0.25, 0.04, 0.984, 250, 4000, x0=1.0)
    linear = walk(0.01, 0.25, 0.16, 0.984, 250, 4000, x0=1.0)
    assert linear.std() > 2 * root.std() and linear.mean() < root.mean() / 2
