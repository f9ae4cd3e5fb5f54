"""Lesson 2, (2.2) to (2.7) and (2.13): one rate for one curvature, for two, and for a flat bottom.

Each displayed equation that claims something is found another way, beside a mutation. Other units
and turns are in `test_lesson02_units_claims.py`, the saddle in `test_lesson02_saddle_claims.py`.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy

from rmsprop_lab import descent

ANGLES = [0, 5, 15, 30, 45]


def turn(degrees):
    a = math.radians(degrees)
    return np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])


def plain_descent(H, theta, lr, steps, P=None):
    """Every theta, by NumPy alone."""
    path = [np.array(theta, dtype=float)]
    for _ in range(steps):
        g = H @ path[-1]
        path.append(path[-1] - lr * (g if P is None else P @ g))
    return np.array(path)


def test_eq_2_2_is_exact_for_a_parabola_and_only_for_one():
    a, b, c, theta, eta = sympy.symbols("a b c theta eta")
    f = a + b * theta + c * theta**2 / 2
    g, lam = sympy.diff(f, theta), sympy.diff(f, theta, 2)
    claimed = f - eta * g**2 * (1 - eta * lam / 2)
    assert sympy.expand(f.subs(theta, theta - eta * g) - claimed) == 0
    wrong = f - eta * g**2 * (1 - eta * lam)
    assert sympy.expand(f.subs(theta, theta - eta * g) - wrong) != 0
    cubic = theta**3
    g, lam = sympy.diff(cubic, theta), sympy.diff(cubic, theta, 2)
    assert sympy.expand(cubic.subs(theta, theta - eta * g)
                        - (cubic - eta * g**2 * (1 - eta * lam / 2))) != 0


def test_eq_2_2_whether_and_where_the_loss_falls():
    g, lam, eta = sympy.symbols("g lam eta", positive=True)
    fall = eta * g**2 * (1 - eta * lam / 2)
    assert sympy.solve(fall, eta) == [2 / lam]
    assert sympy.solve(sympy.diff(fall, eta), eta) == [1 / lam]
    assert descent.fall(Fraction(2), Fraction(4), lr=Fraction(1, 3)) == fall.subs(
        {g: 2, lam: 4, eta: sympy.Rational(1, 3)})


@pytest.mark.parametrize(("lr", "out"), [(0.001, False), (0.019, False), (0.021, True)])
def test_slope_is_not_curvature(lr, out):
    """50 x^2 from 1e-9 has a slope of 1e-7, and the rate that moved 100 x downhill blows it up."""
    x = 1e-9
    assert 100 * x == pytest.approx(1e-7)
    for _ in range(400):
        x -= lr * 100 * x
    assert (abs(x) > 1e-9) == out


def test_eq_2_3_in_exact_fractions():
    for lam in (Fraction(1, 5), Fraction(4)):
        for eta in (Fraction(1, 10), Fraction(1, 4), Fraction(2, 5), Fraction(1, 2)):
            theta = Fraction(-2)
            for t in range(1, 8):
                theta -= eta * lam * theta
                assert theta == (1 - eta * lam) ** t * -2
    assert descent.factor(Fraction(4), lr=Fraction(1, 10)) == Fraction(3, 5)
    assert descent.factor(Fraction(4), lr=Fraction(1, 10)) != Fraction(7, 5)


@pytest.mark.parametrize(("eta", "sizes", "signs"), [
    ("1/10", -1, 1), ("1/4", 0, 0), ("2/5", -1, -1), ("1/2", 0, -1), ("13/25", 1, -1)])
def test_the_five_kinds_of_walk(eta, sizes, signs):
    factor = 1 - Fraction(eta) * 4
    assert (factor > 0) - (factor < 0) == signs
    if factor:
        assert (abs(factor) > 1) - (abs(factor) < 1) == sizes


def test_eq_2_4_only_the_ends_count():
    rng = np.random.default_rng(2)
    for _ in range(50):
        lams, eta = rng.uniform(0.1, 9.0, size=5), rng.uniform(0.01, 0.6)
        assert np.abs(1 - eta * lams).max() == pytest.approx(
            descent.contraction(lams.tolist(), lr=eta), rel=1e-13)


def test_eqs_2_5_and_2_6_by_algebra():
    low, high, eta = sympy.symbols("low high eta", positive=True)
    best, = sympy.solve(sympy.Eq(1 - eta * low, -(1 - eta * high)), eta)
    assert sympy.simplify(best - 2 / (low + high)) == 0
    kappa = high / low
    assert sympy.simplify(1 - best * low - (kappa - 1) / (kappa + 1)) == 0
    assert sympy.simplify(best / (2 / high) - kappa / (kappa + 1)) == 0  # the share of the edge
    assert sympy.simplify(1 - best * low - (kappa - 1) / kappa) != 0


def test_eq_2_5_by_trying_every_rate():
    rates = np.linspace(0.001, 0.6, 60_000)
    q = np.maximum(np.abs(1 - 0.2 * rates), np.abs(1 - 4 * rates))
    assert rates[q.argmin()] == pytest.approx(2 / 4.2, abs=2e-5)
    assert q.min() == pytest.approx(19 / 21, abs=1e-5)
    assert descent.best_rate([4.0, 0.2]) == 2 / 4.2 and abs(1 / 4 - 2 / 4.2) > 0.2


def test_the_bench_at_its_best_rate_shrinks_by_19_21sts_in_both_coordinates():
    path = plain_descent(np.diag([0.2, 4.0]), [-5, -2], 2 / 4.2, 40)
    assert path[40] / path[39] == pytest.approx([19 / 21, -19 / 21], rel=1e-12)


def test_eq_2_7_the_logarithm_and_the_count():
    z = sympy.symbols("z", positive=True)
    series = sympy.series(sympy.log((1 + z) / (1 - z)), z, 0, 7).removeO()
    assert sympy.expand(series - 2 * (z + z**3 / 3 + z**5 / 5)) == 0
    for kappa in (2, 10, 100, 1000):
        q, t = Fraction(kappa - 1, kappa + 1), descent.steps_to(float(kappa), 1e-3)
        assert q**t <= Fraction(1, 1000) < q ** (t - 1)
        enough = math.ceil(kappa / 2 * math.log(1000))
        assert q**enough <= Fraction(1, 1000) and enough - t <= 1
        assert q ** math.ceil(kappa / 4 * math.log(1000)) > Fraction(1, 1000)  # half is too few


def test_the_safe_rate_takes_twice_the_steps():
    best, safe = Fraction(999, 1001), Fraction(999, 1000)
    assert math.log(safe) / math.log(best) == pytest.approx(0.5, abs=1e-3)


def test_eq_2_13_bounds_the_walk_and_needs_a_start_below_the_edge():
    u = sympy.symbols("u", positive=True)
    rest = 1 / (1 - u) ** 2 - (1 + 2 * u)
    assert sympy.simplify(rest - u**2 * (3 - 2 * u) / (1 - u) ** 2) == 0  # not negative for u < 1
    theta, eta = 1.0, 0.1
    for t in range(1, 2001):
        theta -= eta * theta**3
        assert theta <= 1 / math.sqrt(1 + 2 * eta * t)
    assert theta == pytest.approx(1 / math.sqrt(1 + 2 * eta * 2000), rel=5e-3)
    assert theta > 1 / math.sqrt(1 + 2.1 * eta * 2000)  # a faster law would be wrong
    edge = math.sqrt(2 / eta)
    assert abs(1 - eta * (0.99 * edge) ** 2) < 1 < abs(1 - eta * (1.01 * edge) ** 2)


@pytest.mark.parametrize("angle", ANGLES)
def test_two_rates_in_turn_arrive_in_two_steps(angle):
    H = turn(angle) @ np.diag([0.2, 4.0]) @ turn(angle).T
    one = plain_descent(H, turn(angle) @ [-5, -2], 1 / 4, 1)[-1]
    two = plain_descent(H, one, 1 / 0.2, 1)[-1]
    assert one @ H @ one > 1 and two @ H @ two < 1e-24
    assert 1 / 0.2 == 10 * (2 / 4)  # ten times beyond the edge


def test_the_answers_of_the_self_check():
    kappa = 1000.0
    eta = descent.best_rate([1.0, kappa])
    assert descent.contraction([1.0, kappa], lr=1.01 * eta) > 1
    half = descent.contraction([1.0, kappa], lr=eta / 2)
    assert half == pytest.approx(1 - 1 / (kappa + 1), rel=1e-12)
    assert math.log(descent.best_contraction(kappa)) / math.log(half) == pytest.approx(2, rel=1e-2)
