"""Lesson 15: A2C, the large guard, Adafactor, sixteen bits; without the lab's own optimizers."""

from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest
import sympy

from rmsprop_lab import adafactor, wild

getcontext().prec = 40


def decimal_steps(g, rho, eps, steps, v0, inside):
    """The steps under one gradient, in learning rates, by 40-digit arithmetic."""
    g, rho, eps, v = Decimal(g), Decimal(rho), Decimal(eps), Decimal(v0)
    found = []
    for _ in range(steps):
        v = rho * v + (1 - rho) * g * g
        found.append(g / (v + eps).sqrt() if inside else g / (v.sqrt() + eps))
    return found


@pytest.mark.parametrize("g", ["0.001", "0.05", "1"])
def test_eqs_15_1_to_15_3_are_the_two_recursions(g):
    torch = decimal_steps(g, "0.99", "1e-5", 300, 0, inside=False)
    other = decimal_steps(g, "0.99", "1e-5", 300, 1, inside=True)
    assert wild.first_ratio(float(g), 0.99, 1e-5) == pytest.approx(float(torch[0] / other[0]))
    for t in (1, 2, 10, 300):
        assert wild.cold_ratio(float(g), 0.99, 1e-5, t) == pytest.approx(
            float(torch[t - 1] / other[t - 1]), rel=1e-11)
    swapped = decimal_steps(g, "0.99", "1e-5", 1, 1, inside=False)  # v0 alone, guard outside
    assert float(swapped[0] / other[0]) != pytest.approx(wild.first_ratio(float(g), 0.99, 1e-5))


def test_eq_15_1_is_one_over_the_root_only_for_slopes_well_above_its_guard():
    for g, low, high in (("0.01", 9.8, 10), ("0.001", 9, 10), ("0.0001", 4.9, 5.1),
                         ("1e-6", 0, 0.1)):
        assert low < decimal_steps(g, "0.99", "1e-5", 1, 0, inside=False)[0] < high


def test_the_numbers_of_a2c():
    torch = decimal_steps("0.001", "0.99", "1e-5", 3000, 0, inside=False)
    other = decimal_steps("0.001", "0.99", "1e-5", 3000, 1, inside=True)
    ratio = [float(a / b) for a, b in zip(torch, other, strict=True)]
    assert round(ratio[0]) == 9045 and round(ratio[999], 1) == 7.3 and round(ratio[-1], 1) == 3.3
    assert next(t for t, r in enumerate(ratio, 1) if r < 3.35) == 1455


def test_eqs_15_4_and_15_5_the_limit_and_the_fading_start():
    g, eps = sympy.symbols("g epsilon", positive=True)
    left = g**2 + eps  # rho^t at t*
    under = g**2 + left * (1 - g**2) + eps
    assert sympy.simplify(under - (g**2 + eps) * (2 - g**2)) == 0  # so the root is sqrt(2) longer
    assert wild.settled_ratio(1e-3, 1e-5) == pytest.approx(
        float((Decimal("1e-6") + Decimal("1e-5")).sqrt() / Decimal("0.00101")), rel=1e-13)
    at = wild.fade_time(1e-3, 0.99, 1e-5)
    assert 0.99**at == pytest.approx(1.1e-5, rel=1e-10) and 0.99 ** (at + 1) < 1.09e-5


def test_eqs_15_6_and_15_7_settled_steps_and_their_bounds():
    x, g, eps = sympy.symbols("x g epsilon", positive=True)
    settled = g / sympy.sqrt(g**2 + eps)
    claimed = g / sympy.sqrt(eps) / sympy.sqrt(1 + g**2 / eps)
    assert sympy.simplify(settled - claimed) == 0
    square = (1 - x**2 / 2) ** 2 * (1 + x**2)
    assert sympy.expand(square - (1 - x**4 * (3 - x**2) / 4)) == 0
    sizes = np.linspace(0, 5, 10_001)
    exact = 1 / np.sqrt(1 + sizes**2)
    assert (1 - sizes**2 / 2 <= exact).all() and (exact <= 1).all()
    assert not (1 - sizes**2 / 3 <= exact).all()  # a tighter bound would be false
    assert wild.short_of_descent(0.02, 1e-3) == pytest.approx(
        1 - float(claimed.subs({g: 0.02, eps: 1e-3}) / (0.02 / 1e-3**0.5)), rel=1e-12)


def test_eq_15_8_momentum_multiplies_once_more():
    eps, mu, theta, b = 1e-3, 0.75, 0.0, 0.0
    for _ in range(200):
        b = mu * b + 1e-9 / np.sqrt(1e-18 + eps)
        theta -= b
    last = b / 1e-9
    assert last == pytest.approx(wild.as_descent(eps, mu), rel=1e-9)
    assert last != pytest.approx(wild.as_descent(eps), rel=0.1)


def test_eq_15_9_the_warm_up():
    rates = [s / Decimal("1e-12") for s in
             decimal_steps("1e-12", "0.9", "1e-3", 150, 1, inside=True)]
    assert [float(r) for r in rates] == pytest.approx(
        wild.warm_up(0.9, 1e-3, np.arange(1, 151)).tolist(), rel=1e-12)


def fractions(n, m, seed):
    rng = np.random.default_rng(seed)
    return [[Fraction(int(k), 16) for k in row] for row in rng.integers(1, 99, (n, m))]


def row_means(q):
    return [sum(row) / len(row) for row in q]


def test_eqs_15_10_and_15_11_means_of_averages_are_averages_of_means():
    rho, n, m = Fraction(3, 4), 3, 4
    v = [[Fraction(0)] * m for _ in range(n)]
    r, c = [Fraction(0)] * n, [Fraction(0)] * m
    for t in range(5):
        q = fractions(n, m, t)
        v = [[rho * a + (1 - rho) * b for a, b in zip(x, y, strict=True)]
             for x, y in zip(v, q, strict=True)]
        r = [rho * a + (1 - rho) * b for a, b in zip(r, row_means(q), strict=True)]
        c = [rho * a + (1 - rho) * b
             for a, b in zip(c, row_means(list(zip(*q, strict=True))), strict=True)]
    assert r == row_means(v) and c == row_means(list(zip(*v, strict=True)))
    assert [max(row) for row in v] != r  # for maxima it would not hold


def test_eqs_15_12_and_15_13_rank_one_is_kept_exactly():
    a, b = [Fraction(k) for k in (1, 3, 7)], [Fraction(k, 5) for k in (2, 9)]
    v = [[x * y for y in b] for x in a]
    r, c = row_means(v), row_means(list(zip(*v, strict=True)))
    mean = sum(r) / len(r)
    assert [[x * y / mean for y in c] for x in r] == v
    v[0][0] += 1  # no longer of rank one
    r, c = row_means(v), row_means(list(zip(*v, strict=True)))
    mean = sum(r) / len(r)
    assert [[x * y / mean for y in c] for x in r] != v
    lab = adafactor.factored(np.array(r, float)[:, None], np.array(c, float)[None])
    assert np.allclose(lab, [[float(x * y / mean) for y in c] for x in r], rtol=1e-14)


def test_eq_15_14_a_term_is_not_negative():
    z = sympy.symbols("z", positive=True)
    term = z - 1 - sympy.log(z)
    assert sympy.solve(sympy.diff(term, z), z) == [1] and term.subs(z, 1) == 0
    assert sympy.diff(term, z, 2).subs(z, 1) > 0
    v, x = np.array([2.0, 1.0]), np.array([1.0, 3.0])
    by_hand = 2 * np.log(2.0) - 2 + 1 + np.log(1 / 3) - 1 + 3
    assert wild.i_divergence(v, x) == pytest.approx(by_hand, rel=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_eq_15_15_no_matrix_of_rank_one_is_closer(seed):
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed")
    v = np.random.default_rng(seed).random((4, 3)) ** 3 + 1e-3

    def divergence(logs):
        x = np.exp(logs[:4])[:, None] * np.exp(logs[4:])[None]
        return float((v * np.log(v / x) - v + x).sum())

    best = optimize.minimize(divergence, np.zeros(7), method="BFGS", options={"gtol": 1e-9})
    x = np.exp(best.x[:4])[:, None] * np.exp(best.x[4:])[None]
    claimed = v.sum(1, keepdims=True) * v.sum(0, keepdims=True) / v.sum()
    assert np.allclose(x, claimed, rtol=1e-5)
    assert np.allclose(adafactor.factored(v.mean(1, keepdims=True), v.mean(0, keepdims=True)),
                       claimed, rtol=1e-14)
    left, values, right = np.linalg.svd(v)
    nearest = values[0] * np.abs(np.outer(left[:, 0], right[0]))  # closest in another distance
    assert wild.i_divergence(v, nearest) > wild.i_divergence(v, claimed)


def adafactor_step(theta, g, t, *, lr=0.5, d=1.0, eps2=1e-3):
    """(15.16) to (15.20) in plain NumPy, from empty averages at t = 1."""
    rho = 1 - t**-0.8
    q = g * g
    r, c = (1 - rho) * q.mean(1), (1 - rho) * q.mean(0)
    u = g / np.sqrt(np.outer(r, c) / r.mean())
    u = u / max(1.0, np.sqrt((u * u).mean()) / d)
    alpha = max(eps2, np.sqrt((theta**2).mean())) * min(lr, 1 / np.sqrt(t))
    return theta - alpha * u, alpha


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_eqs_15_16_to_15_21_the_step_and_its_bound(scale):
    rng = np.random.default_rng(1)
    theta, g = rng.standard_normal((5, 4)), scale * rng.standard_normal((5, 4)) ** 3
    new, alpha = adafactor_step(theta, g, 1)
    opt, own = adafactor.Adafactor(lr=0.5, eps1=0.0), theta.copy()
    opt.step(own, g)
    assert np.allclose(own, new, rtol=1e-12)
    assert np.sqrt(((new - theta) ** 2).mean()) <= alpha * (1 + 1e-12)
    loose, _ = adafactor_step(theta, g, 1, d=1e9)
    assert np.sqrt(((loose - theta) ** 2).mean()) > alpha  # without clipping it is longer


def test_eq_15_18_acts_on_a_first_step_too_where_rows_and_columns_say_too_little():
    g = np.diag([1.0, 1e-2])
    theta = np.ones((2, 2))
    loose, alpha = adafactor_step(theta, g, 1, d=1e9)
    assert np.sqrt(((loose - theta) ** 2).mean()) > 40 * alpha
    near = np.outer([1.0, 2.0, 4.0], [3.0, 1.0]) + np.diag([0.1, 0.1, 0.1])[:, :2]
    loose, alpha = adafactor_step(np.ones((3, 2)), near, 1, d=1e9)
    assert np.sqrt(((loose - 1) ** 2).mean()) == pytest.approx(alpha, rel=0.01)


def test_eq_15_16_the_weights_add_up_to_one():
    weights = []
    for t in range(1, 60):
        rho = 1 - t**-0.8
        weights = [w * rho for w in weights] + [1 - rho]
        assert sum(weights) == pytest.approx(1.0, rel=1e-13)
        assert t > 1 or weights == [1.0]


def test_a_diagonal_is_met_n_times_too_small():
    for n in (4, 9):
        q = np.eye(n)
        v = np.outer(q.mean(1), q.mean(0)) / q.mean()
        assert np.allclose(v, 1 / n)
        u = q / np.sqrt(v)
        assert np.allclose(u.max(), np.sqrt(n)) and np.allclose((u * u).mean(), 1.0)
